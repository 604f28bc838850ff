//! Versions and constraints for callers outside of this crate: texts in, parts or findings out.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::masterminds::{Constraints, Prereleases, Strictness, Version};
use crate::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::text::shown;

/// A version by its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionParts {
    /// Incompatible changes.
    pub major: u64,
    /// Compatible additions.
    pub minor: u64,
    /// Compatible fixes.
    pub patch: u64,
    /// Identifiers after `-`; empty for a release.
    pub prerelease: String,
    /// Identifiers after `+`, which have no rank; empty without them.
    pub metadata: String,
    /// All of it in the usual spelling: `1.2.0-rc.1`.
    pub text: String,
}

/// Where one version stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// It comes before the other.
    Less,
    /// Neither comes before the other.
    Equal,
    /// It comes after the other.
    Greater,
}

/// Reads a version; an error when the text is none.
///
/// ```
/// use buildonce_core::version::{Strictness, parse};
/// assert_eq!(parse("v1.2-rc.1", Strictness::Loose).unwrap().text, "1.2.0-rc.1");
/// assert_eq!(parse("v1.2-rc.1", Strictness::Strict).unwrap_err()[0].code, "invalid-version");
/// ```
pub fn parse(text: &str, strictness: Strictness) -> Result<VersionParts, Diagnostics> {
    let version = read(text, strictness)?;
    let Version { major, minor, patch, prerelease, metadata } = version;
    let (prerelease, metadata) = (prerelease.to_owned(), metadata.to_owned());
    Ok(VersionParts { major, minor, patch, prerelease, metadata, text: version.to_string() })
}

/// Where `one` stands to `two`; both are read loosely.
///
/// ```
/// use buildonce_core::version::{Comparison, compare};
/// assert_eq!(compare("v1.10", "1.9.3").unwrap(), Comparison::Greater);
/// ```
pub fn compare(one: &str, two: &str) -> Result<Comparison, Diagnostics> {
    let order = read(one, Strictness::Loose)?.precedence(&read(two, Strictness::Loose)?);
    Ok(match order {
        Ordering::Less => Comparison::Less,
        Ordering::Equal => Comparison::Equal,
        Ordering::Greater => Comparison::Greater,
    })
}

/// What is wrong with a constraint; nothing when it can be read.
///
/// ```
/// use buildonce_core::version::check;
/// assert!(check(">=1.2 <2 || 3.x").is_empty());
/// assert_eq!(check(">= bar")[0].code, "invalid-constraint");
/// ```
pub fn check(constraint: &str) -> Diagnostics {
    self::constraint(constraint).err().map(|error| vec![*error]).unwrap_or_default()
}

/// Whether a version, read loosely, satisfies a constraint.
///
/// ```
/// use buildonce_core::version::{Prereleases, admits};
/// assert!(admits("^1.2", "1.9.0", Prereleases::WhenNamed).unwrap());
/// assert!(!admits("^1.2", "1.9.0-rc.1", Prereleases::WhenNamed).unwrap());
/// ```
pub fn admits(constraint: &str, version: &str, prereleases: Prereleases) -> Result<bool, Diagnostics> {
    let constraint = self::constraint(constraint).map_err(|error| vec![*error])?;
    Ok(constraint.admits(&read(version, Strictness::Loose)?, prereleases))
}

/// Reads a constraint, with the finding that every decision shows for a wrong one.
pub(crate) fn constraint(text: &str) -> Result<Constraints, Box<Diagnostic>> {
    Constraints::parse(text).map_err(|error| {
        Diagnostic::error("invalid-constraint", error.message)
            .help("a constraint looks like `1.x`, `^1.2`, `>=1.2 <2` or `1.2 - 1.4 || 3.x`; `*` admits every release")
            .into()
    })
}

fn read(text: &str, strictness: Strictness) -> Result<Version<'_>, Diagnostics> {
    Version::parse(text, strictness).ok_or_else(|| {
        let error = Diagnostic::error("invalid-version", format!("`{}` is no version", shown(text)));
        let help = match strictness {
            Strictness::Loose => "a version looks like `1.2.3`, `v1.2` or `1.2.3-rc.1`",
            Strictness::Strict => "a version looks like `1.2.3` or `1.2.3-rc.1`, with all three numbers and no `v`",
        };
        vec![error.help(help)]
    })
}
