//! What can go wrong between host and component. What the *decisions* refuse is not here: that comes back as diagnostics.

use std::path::PathBuf;

use wasmtime::Trap;

use super::limits::MemoryRefused;

/// Why a component could not be loaded or a call did not come back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The file could not be read.
    #[error("cannot read the component {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is larger than any engine.
    #[error("the component {} has {size} bytes; more than {limit} are not loaded", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The bytes are no component, or one that this program cannot run.
    #[error("not a component that this program can run: {0}")]
    Invalid(String),
    /// The component wants something from the host. The engine needs nothing, so this is another program.
    #[error("the component asks for {}; an engine imports nothing, so this one is refused", imports.join(", "))]
    Imports {
        /// Names of what it asks for.
        imports: Vec<String>,
    },
    /// The component lacks an interface, or has it with other types.
    #[error("the component does not offer buildonce:engine as this program knows it: {0}")]
    WrongWorld(String),
    /// A call ended without an answer.
    #[error("the engine's {call} ended without an answer ({kind}, input of {input_bytes} bytes)")]
    Trapped {
        /// The function.
        call: &'static str,
        /// How it ended.
        kind: TrapKind,
        /// Size of the call's input.
        input_bytes: usize,
    },
    /// An earlier call ended without an answer, which leaves the component's memory in an unknown state.
    #[error("this session ended with an earlier failed call; open a new one")]
    SessionEnded,
    /// The system refused a thread or memory.
    #[error("the system refused what the engine needs: {0}")]
    System(String),
}

/// How a call ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrapKind {
    /// It took longer than its deadline.
    #[error("deadline passed")]
    Deadline,
    /// It used up its fuel.
    #[error("fuel used up")]
    Fuel,
    /// It asked for more memory than it may have.
    #[error("memory over {limit} bytes")]
    Memory {
        /// What it may have.
        limit: usize,
    },
    /// It recursed too deeply.
    #[error("stack exhausted")]
    Stack,
    /// It panicked; the message stays inside. A record of the call, run natively by `cargo xtask replay`, shows it.
    #[error("panic")]
    Panic,
    /// It answered with more data than may cross the boundary.
    #[error("answer over {limit} bytes")]
    Transfer {
        /// What may cross.
        limit: usize,
    },
    /// Anything else, in wasmtime's words.
    #[error("{0}")]
    Other(String),
}

impl TrapKind {
    /// `transfer` is what the call was allowed to move across the boundary.
    pub(super) fn of(error: &wasmtime::Error, transfer: usize) -> Self {
        if let Some(refused) = error.downcast_ref::<MemoryRefused>() {
            return Self::Memory { limit: refused.limit };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Self::Deadline,
            Some(Trap::OutOfFuel) => Self::Fuel,
            Some(Trap::StackOverflow) => Self::Stack,
            Some(Trap::UnreachableCodeReached) => Self::Panic,
            Some(trap) => Self::Other(trap.to_string()),
            // The error's type is private to wasmtime; a test of the sandbox notices when its words change.
            None if format!("{error:#}").contains("fuel allocated for hostcalls") => Self::Transfer { limit: transfer },
            None => Self::Other(format!("{error:#}")),
        }
    }
}
