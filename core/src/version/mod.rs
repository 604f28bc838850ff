//! Version grammars, shared by the decisions.

pub mod masterminds;
mod semver;

pub use semver::SemVer;
