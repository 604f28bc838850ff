//! Versions, loose or strict.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::scan::{Scanner, is_identifiers};

/// Longest version that is read, in bytes.
const MAX_LENGTH: usize = 256;

/// How much of a version must be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strictness {
    /// `v` in front, missing minor and patch numbers and leading zeros are allowed.
    Loose,
    /// The grammar of <https://semver.org/spec/v2.0.0.html>.
    Strict,
}

/// A version. It borrows its text, so that a million of them cost no allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version<'a> {
    /// Incompatible changes.
    pub major: u64,
    /// Compatible additions.
    pub minor: u64,
    /// Compatible fixes.
    pub patch: u64,
    /// Identifiers after `-`; empty for a release.
    pub prerelease: &'a str,
    /// Identifiers after `+`; they have no rank.
    pub metadata: &'a str,
}

impl<'a> Version<'a> {
    /// Reads a version; `None` when the text is none.
    ///
    /// ```
    /// use buildonce_core::version::masterminds::{Strictness, Version};
    /// let loose = Version::parse("v1.2-rc.1", Strictness::Loose).unwrap();
    /// assert_eq!(loose.to_string(), "1.2.0-rc.1");
    /// assert!(Version::parse("v1.2-rc.1", Strictness::Strict).is_none());
    /// ```
    pub fn parse(text: &'a str, strictness: Strictness) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut scanner = Scanner::new(text);
        if strictness == Strictness::Loose {
            scanner.eat(b'v');
        }
        let major = scanner.digits()?;
        let mut following = || if scanner.eat(b'.') { scanner.digits().map(Some) } else { Some(None) };
        let minor = following()?;
        let patch = if minor.is_some() { following()? } else { None };
        let prerelease = if scanner.eat(b'-') { scanner.identifiers()? } else { "" };
        let metadata = if scanner.eat(b'+') { scanner.identifiers()? } else { "" };
        let number = |digits: Option<&str>| match (digits, strictness) {
            (None, Strictness::Loose) => Some(0),
            (Some(digits), Strictness::Strict) if digits.len() > 1 && digits.starts_with('0') => None,
            (Some(digits), _) => digits.parse::<u64>().ok(),
            (None, Strictness::Strict) => None,
        };
        let version =
            Self { major: number(Some(major))?, minor: number(minor)?, patch: number(patch)?, prerelease, metadata };
        (scanner.is_done() && has_canonical_numbers(prerelease)).then_some(version)
    }

    /// A version that an image tag stands for: loose, but with all three numbers, as a tag like `1` or `20240131` names a
    /// line, a day or a commit rather than a version.
    pub fn of_tag(tag: &'a str) -> Option<Self> {
        // The dots are counted first, as most tags of a registry are no versions at all.
        let mut dots = tag.bytes().filter(|b| *b == b'.');
        dots.next().and(dots.next()).and_then(|_| Self::parse(tag, Strictness::Loose))
    }

    /// True when the version is marked as not for production.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// The order of versions: numbers, then pre-releases below their release. Metadata does not count.
    pub fn precedence(&self, other: &Self) -> Ordering {
        let numbers = |v: &Self| (v.major, v.minor, v.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.is_prerelease(), other.is_prerelease()) {
            (true, true) => compare_prereleases(self.prerelease, other.prerelease),
            (one, two) => two.cmp(&one),
        })
    }
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.is_prerelease() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// Whether no numeric identifier starts with a zero that does not count.
fn has_canonical_numbers(prerelease: &str) -> bool {
    debug_assert!(prerelease.is_empty() || is_identifiers(prerelease));
    !prerelease
        .split('.')
        .any(|part| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Identifier by identifier: numbers by value and below words, words by bytes, a shorter list below a longer one.
pub(super) fn compare_prereleases(one: &str, two: &str) -> Ordering {
    let (mut ones, mut twos) = (one.split('.'), two.split('.'));
    loop {
        let order = match (ones.next(), twos.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loose_versions_may_lack_numbers_and_have_leading_zeros() {
        for (text, expected) in [
            ("1", "1.0.0"),
            ("v1.2", "1.2.0"),
            ("01.02.03", "1.2.3"),
            ("1-rc.1+5", "1.0.0-rc.1+5"),
            ("20221209-update", "20221209.0.0-update"),
            ("18446744073709551615.0.0", "18446744073709551615.0.0"),
        ] {
            assert_eq!(Version::parse(text, Strictness::Loose).map(|v| v.to_string()).as_deref(), Some(expected));
        }
        for text in ["", "v", "vv1", "V1", "1.", "1..2", "1.2.3.4", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.0-01", "1 "] {
            assert_eq!(Version::parse(text, Strictness::Loose), None, "{text}");
        }
        assert_eq!(Version::parse("18446744073709551616", Strictness::Loose), None);
        assert_eq!(Version::parse(&format!("1.0.0-{}", "a".repeat(300)), Strictness::Loose), None);
    }

    #[test]
    fn tags_are_versions_only_with_all_three_numbers() {
        for (tag, is_version) in [
            ("1.2.3", true),
            ("v1.2.3-rc.1", true),
            ("01.2.3", true),
            ("1.2", false),
            ("1234567", false),
            ("a.b.c", false),
        ] {
            assert_eq!(Version::of_tag(tag).is_some(), is_version, "{tag}");
        }
    }

    #[test]
    fn numbers_rank_below_words_and_shorter_lists_below_longer_ones() {
        let order =
            ["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0--1", "1.0.0-a", "1.0.0-a.1", "1.0.0-b", "1.0.0", "1.0.1-0"];
        for pair in order.windows(2) {
            let parse = |text| Version::parse(text, Strictness::Strict).unwrap();
            assert_eq!(parse(pair[0]).precedence(&parse(pair[1])), Ordering::Less, "{pair:?}");
            assert_eq!(parse(pair[1]).precedence(&parse(pair[0])), Ordering::Greater, "{pair:?}");
        }
    }
}
