//! Loading components.

#[cfg(feature = "jit")]
use std::path::Path;

use wasmtime::component::{Component, Linker};

use super::bindings::EnginePre;
#[cfg(feature = "jit")]
use super::config::{Metering, config};
use super::limits::State;
use super::{EngineError, Limits, Session, ticker};
use crate::record::Recorder;

/// Largest component file that is read, in bytes.
#[cfg(feature = "jit")]
const MAX_FILE: u64 = 16 << 20;

/// A loaded component. Cheap to clone; sessions of one engine share its code.
#[derive(Clone)]
pub struct Engine {
    pub(super) runtime: wasmtime::Engine,
    pub(super) instance: EnginePre<State>,
    /// Absent when nobody asked for a record.
    pub(super) recorder: Option<Recorder>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// The component that this program carries, compiled ahead of time: nothing is compiled at start. Loaded once; later calls share
    /// its code.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Result<Self, EngineError> {
        super::embedded::engine()
    }

    /// The bytes of the embedded component, as any WebAssembly runtime loads them.
    #[cfg(feature = "embedded")]
    pub fn embedded_bytes() -> &'static [u8] {
        super::embedded::WASM
    }

    /// A component from a file, compiled now.
    #[cfg(feature = "jit")]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, EngineError> {
        let path = path.as_ref();
        let read = |source| EngineError::Read { path: path.to_owned(), source };
        let size = std::fs::metadata(path).map_err(read)?.len();
        if size > MAX_FILE {
            return Err(EngineError::TooLarge { path: path.to_owned(), size, limit: MAX_FILE });
        }
        Self::from_bytes(&std::fs::read(path).map_err(read)?)
    }

    /// A component from its bytes, compiled now.
    #[cfg(feature = "jit")]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EngineError> {
        Self::compile(bytes, Metering::Deadline)
    }

    /// A component whose calls also spend fuel, the same amount on every machine (see [`Limits::fuel`]).
    #[cfg(feature = "jit")]
    pub fn with_fuel(bytes: &[u8]) -> Result<Self, EngineError> {
        Self::compile(bytes, Metering::Fuel)
    }

    #[cfg(feature = "jit")]
    fn compile(bytes: &[u8], metering: Metering) -> Result<Self, EngineError> {
        let engine = new_engine(metering)?;
        let component = Component::from_binary(&engine, bytes).map_err(invalid)?;
        Self::new(engine, &component)
    }

    pub(super) fn new(engine: wasmtime::Engine, component: &Component) -> Result<Self, EngineError> {
        let ty = component.component_type();
        let imports: Vec<_> = ty.imports(&engine).map(|(name, _)| name.to_owned()).collect();
        if !imports.is_empty() {
            return Err(EngineError::Imports { imports });
        }
        let wrong = |e: wasmtime::Error| EngineError::WrongWorld(format!("{e:#}"));
        let instance = Linker::new(&engine).instantiate_pre(component).map_err(wrong)?;
        let instance = EnginePre::new(instance).map_err(wrong)?;
        ticker::start(&engine).map_err(|e| EngineError::System(e.to_string()))?;
        Ok(Self { runtime: engine, instance, recorder: None })
    }

    /// Opens a sandbox for calls: one store, its own memory.
    pub fn session(&self, limits: Limits) -> Result<Session, EngineError> {
        Session::open(self, limits)
    }

    /// The same engine, with a record of every call of its sessions.
    #[must_use]
    pub fn recorded(mut self, recorder: Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// The same engine without a record.
    pub(super) fn unrecorded(&self) -> Self {
        Self { recorder: None, ..self.clone() }
    }
}

#[cfg(feature = "jit")]
fn new_engine(metering: Metering) -> Result<wasmtime::Engine, EngineError> {
    config(metering, None)
        .and_then(|config| wasmtime::Engine::new(&config))
        .map_err(|e| EngineError::System(format!("{e:#}")))
}

#[cfg(feature = "jit")]
#[expect(clippy::needless_pass_by_value, reason = "used as a function in map_err")]
fn invalid(error: wasmtime::Error) -> EngineError {
    EngineError::Invalid(format!("{error:#}"))
}

/// Compiles a component for a target, for the build of a program that carries it.
#[cfg(feature = "jit")]
pub fn precompile(bytes: &[u8], target: &str) -> Result<Vec<u8>, EngineError> {
    config(Metering::Deadline, Some(target))
        .and_then(|config| wasmtime::Engine::new(&config)?.precompile_component(bytes))
        .map_err(invalid)
}
