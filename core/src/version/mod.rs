//! Version grammars, shared by the decisions.

pub(crate) mod ecmascript;
pub mod masterminds;
mod parts;
mod pep440;
mod release;
mod semver;

pub use masterminds::{Prereleases, Strictness};
pub(crate) use parts::constraint;
pub use parts::{Comparison, VersionParts, admits, check, compare, parse};
pub use pep440::Pep440;
pub use release::{Listing, ReleaseVerdict, Standing, newest_release};
pub use semver::SemVer;
