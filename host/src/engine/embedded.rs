//! The component that the program carries.

use std::sync::{Mutex, PoisonError};

use wasmtime::Config;
use wasmtime::component::Component;

use super::config::{Metering, config};
use super::{Engine, EngineError};

/// The component as any WebAssembly runtime loads it.
pub(super) static WASM: &[u8] = include_bytes!(env!("BUILDONCE_WASM"));

/// The same, compiled for this program's target.
static CWASM: &Pages<[u8]> = &Pages(*include_bytes!(env!("BUILDONCE_CWASM")));

/// Bytes that share no page of memory with anything else.
#[repr(C, align(4096))]
struct Pages<T: ?Sized>(T);

/// The engine, loaded once for the whole process.
pub(super) fn engine() -> Result<Engine, EngineError> {
    static LOADED: Mutex<Option<Engine>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = &*loaded {
        return Ok(engine.clone());
    }
    let system = |e: wasmtime::Error| EngineError::System(format!("{e:#}"));
    let mut config = config(Metering::Deadline, None).map_err(system)?;
    place::prepare(&mut config);
    let runtime = wasmtime::Engine::new(&config).map_err(system)?;
    let component = place::load(&runtime).map_err(|e| EngineError::Invalid(format!("{e:#}")))?;
    Ok(loaded.insert(Engine::new(runtime, &component)?).clone())
}

/// Runs the code where it lies in the program's file: the system reads the pages that are used, and no others, and a start takes a
/// third less time than with a copy.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod place {
    use std::ptr::NonNull;
    use std::sync::Arc;

    use rustix::mm::{MprotectFlags, mprotect};
    use wasmtime::CustomCodeMemory;

    use super::{CWASM, Component, Config, Pages};

    pub(super) fn prepare(config: &mut Config) {
        config.with_custom_code_memory(Some(Arc::new(InPlace)));
    }

    #[expect(
        unsafe_code,
        reason = "the bytes are part of this very program, made by its own build from the component beside them"
    )]
    pub(super) fn load(engine: &wasmtime::Engine) -> wasmtime::Result<Component> {
        // SAFETY: wasmtime trusts the bytes to be its own output. They are embedded at build time, where `cargo xtask component`
        // wrote them with the same wasmtime and configuration; wasmtime itself checks both and the target. They are a static that
        // cannot be written to, so they live and stay as they are, and they are loaded once.
        unsafe { Component::deserialize_raw(engine, NonNull::from(&CWASM.0)) }
    }

    /// Makes code executable that the program's file has as data.
    struct InPlace;

    impl CustomCodeMemory for InPlace {
        fn required_alignment(&self) -> usize {
            align_of::<Pages<u8>>()
        }

        #[expect(unsafe_code, reason = "nothing but the system's own call changes what memory is for")]
        fn publish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
            // SAFETY: wasmtime hands in whole pages of `CWASM`, which hold nothing else; they stay readable.
            let published =
                unsafe { mprotect(start.cast_mut().cast(), length, MprotectFlags::READ | MprotectFlags::EXEC) };
            published.map_err(|error| wasmtime::format_err!("cannot make the component's code executable: {error}"))
        }

        fn unpublish_executable(&self, _start: *const u8, _length: usize) -> wasmtime::Result<()> {
            // The engine lives as long as the process, so nobody takes its code back.
            Ok(())
        }
    }
}

/// Elsewhere wasmtime makes a copy.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod place {
    use super::{CWASM, Component, Config};

    pub(super) fn prepare(_: &mut Config) {}

    #[expect(
        unsafe_code,
        reason = "the bytes are part of this very program, made by its own build from the component beside them"
    )]
    pub(super) fn load(engine: &wasmtime::Engine) -> wasmtime::Result<Component> {
        // SAFETY: wasmtime trusts the bytes to be its own output. They are embedded at build time, where `cargo xtask component`
        // wrote them with the same wasmtime and configuration; wasmtime itself checks both and the target.
        unsafe { Component::deserialize(engine, &CWASM.0) }
    }
}
