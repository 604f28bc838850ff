//! Version grammars, shared by the decisions.

mod semver;

pub use semver::SemVer;
