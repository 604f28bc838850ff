//! Versions and constraints as the Go package `github.com/Masterminds/semver/v3` understands them, which Helm, Flux and
//! Argo CD use. Its grammar is looser than Semantic Versioning's and its rules for pre-releases are its own; no Rust crate
//! agrees with it.

mod check;
mod constraint;
mod scan;
mod version;

pub use constraint::{Comparator, ConstraintError, Constraints, Prereleases};
pub use version::{Strictness, Version};
