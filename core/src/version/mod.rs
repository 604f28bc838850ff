//! Version grammars, shared by the decisions.

pub(crate) mod ecmascript;
pub mod masterminds;
mod pep440;
mod semver;

pub use pep440::Pep440;
pub use semver::SemVer;
