//! Embed the decision engine: [`Engine`] loads the component, [`Session`] calls it in a sandbox.
//!
//! ```no_run
//! use buildonce::{Engine, Limits};
//!
//! # fn main() -> Result<(), buildonce::EngineError> {
//! let engine = Engine::embedded()?;
//! let mut session = engine.session(Limits::default())?;
//! let policy = session.standard_policy()?;
//! assert_eq!(session.sanitize("feature/Add_New-Feature", Some("abc1234"))?, "feature-add-new-feature-abc1234");
//! # Ok(())
//! # }
//! ```
//!
//! The program is a thin user of this library; its commands live in the `cli` module of the binary.

mod engine;
pub mod record;

#[cfg(feature = "jit")]
pub use engine::precompile;
pub use engine::{Engine, EngineError, Limits, Policy, Refusal, RunFacts, Session, TrapKind, types};
