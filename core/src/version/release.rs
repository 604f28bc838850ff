//! Whether a release is the newest one, so that `latest` does not move back to an older line. Both the naming of images and their
//! selection ask it.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::masterminds::Version;
use crate::Reason;
use crate::text::shown;

/// How much of a registry's tags was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// All of them.
    Complete,
    /// Some, as the registry stopped or refused.
    Partial,
}

/// Where a release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// No other release is newer.
    Newest,
    /// Another release is newer.
    Older,
    /// It is no release: no version, or one that is not for production.
    NotARelease,
    /// No newer release was seen, but not everything was.
    Unknown,
}

/// Whether a release is the newest one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseVerdict {
    /// Where it stands. Only the newest one may take `latest`.
    pub standing: Standing,
    /// The newest release that was seen, where it is a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// Whether `version`, once pushed, is the newest release among the registry's tags.
///
/// Tags count when they hold all three numbers, with or without a `v`; pre-releases never do. Equal versions are the same
/// release, so that a build that is repeated keeps `latest`.
///
/// ```
/// use buildonce_core::version::{Listing, Standing, newest_release};
/// let tags = ["v2.0.0", "v1.9.0", "latest"];
/// assert_eq!(newest_release("v1.9.1", tags, Listing::Complete).standing, Standing::Older);
/// assert_eq!(newest_release("v2.0.1", tags, Listing::Complete).standing, Standing::Newest);
/// ```
pub fn newest_release<'t>(version: &str, tags: impl IntoIterator<Item = &'t str>, listing: Listing) -> ReleaseVerdict {
    let verdict = |standing, newer: Option<&str>, code: &str, message: String| ReleaseVerdict {
        standing,
        newer: newer.map(str::to_owned),
        reason: Reason::new(code, message),
    };
    let own_tag = shown(version);
    let Some(own) = Version::of_tag(version) else {
        let message = format!("`{own_tag}` is no version");
        return verdict(Standing::NotARelease, None, "not-a-version", message);
    };
    if own.is_prerelease() {
        let message = format!("`{own_tag}` is a pre-release");
        return verdict(Standing::NotARelease, None, "pre-release", message);
    }
    let releases = tags.into_iter().filter_map(|tag| Version::of_tag(tag).map(|version| (tag, version)));
    let newer = releases
        .filter(|(_, other)| !other.is_prerelease() && other.precedence(&own) == Ordering::Greater)
        .max_by(|one, two| one.1.precedence(&two.1).then_with(|| one.0.cmp(two.0)))
        .map(|(tag, _)| tag);
    match (newer, listing) {
        (Some(tag), _) => {
            let message = format!("`{}` is a newer release than `{own_tag}`", shown(tag));
            verdict(Standing::Older, Some(tag), "newer-release", message)
        }
        (None, Listing::Complete) => {
            verdict(Standing::Newest, None, "newest-release", format!("no release is newer than `{own_tag}`"))
        }
        (None, Listing::Partial) => {
            let message = format!("no release newer than `{own_tag}` was seen, but the list of tags is not complete");
            verdict(Standing::Unknown, None, "listing-incomplete", message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_of_an_older_line_is_not_the_newest() {
        let tags = ["v2.0.0", "1.9.9", "v3.0.0-rc.1", "latest", "1234567", "9.9"];
        for (version, listing, standing) in [
            ("v1.9.10", Listing::Complete, Standing::Older),
            ("v2.0.0", Listing::Complete, Standing::Newest),
            ("2.0.1", Listing::Complete, Standing::Newest),
            ("2.0.1", Listing::Partial, Standing::Unknown),
            ("1.0.0", Listing::Partial, Standing::Older),
            ("3.0.0-rc.2", Listing::Complete, Standing::NotARelease),
            ("main", Listing::Complete, Standing::NotARelease),
        ] {
            assert_eq!(newest_release(version, tags, listing).standing, standing, "{version}");
        }
        assert_eq!(newest_release("v1.0.0", tags, Listing::Complete).newer.as_deref(), Some("v2.0.0"));
        assert_eq!(newest_release("v1.0.0", [], Listing::Complete).standing, Standing::Newest);
    }
}
