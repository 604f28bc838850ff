//! The component that the program carries.

use wasmtime::component::Component;

/// The component as any WebAssembly runtime loads it.
pub(super) static WASM: &[u8] = include_bytes!(env!("BUILDONCE_WASM"));

/// The same, compiled for this program's target.
static CWASM: &[u8] = include_bytes!(env!("BUILDONCE_CWASM"));

/// Loads the compiled form without compiling anything.
#[expect(
    unsafe_code,
    reason = "the bytes are part of this very program, made by its own build from the component beside them"
)]
pub(super) fn load(engine: &wasmtime::Engine) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize` trusts the bytes to be wasmtime's own output. They are embedded at build time, where `cargo xtask
    // component` wrote them with the same wasmtime and configuration; wasmtime itself checks both and the target.
    unsafe { Component::deserialize(engine, CWASM) }
}
