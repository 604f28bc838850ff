//! Semantic Versioning 2.0.0, strict, with an optional lower-case `v` in front.

/// A version of <https://semver.org/spec/v2.0.0.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemVer {
    /// Incompatible changes.
    pub major: u64,
    /// Compatible additions.
    pub minor: u64,
    /// Compatible fixes.
    pub patch: u64,
    /// Dot-separated identifiers after `-`, without it; empty for a release.
    pub prerelease: String,
    /// Dot-separated identifiers after `+`, without it.
    pub build: String,
}

/// Longest version that is read, in bytes.
const MAX_LENGTH: usize = 256;

/// Largest number that every engine reads exactly (2^53 − 1).
const MAX_NUMBER: u64 = (1 << 53) - 1;

impl SemVer {
    /// Reads a version; `None` when the text is none.
    ///
    /// ```
    /// use buildonce_core::version::SemVer;
    /// let version = SemVer::parse("v1.2.3-rc.1+build.5").unwrap();
    /// assert_eq!((version.major, version.prerelease.as_str()), (1, "rc.1"));
    /// assert!(SemVer::parse("1.2").is_none());
    /// assert!(SemVer::parse("01.2.3").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((rest, build)) if identifiers(build, false) => (rest, build),
            Some(_) => return None,
            None => (text, ""),
        };
        let (core, prerelease) = match text.split_once('-') {
            Some((core, prerelease)) if identifiers(prerelease, true) => (core, prerelease),
            Some(_) => return None,
            None => (text, ""),
        };
        let mut numbers = core.split('.').map(number);
        let version = Self {
            major: numbers.next()??,
            minor: numbers.next()??,
            patch: numbers.next()??,
            prerelease: prerelease.to_owned(),
            build: build.to_owned(),
        };
        numbers.next().is_none().then_some(version)
    }

    /// True when the version is marked as not for production.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }
}

impl std::fmt::Display for SemVer {
    /// Without build metadata, whose `+` no image tag may hold.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.is_prerelease() {
            write!(f, "-{}", self.prerelease)?;
        }
        Ok(())
    }
}

fn number(text: &str) -> Option<u64> {
    let canonical = text == "0" || (!text.starts_with('0') && !text.is_empty());
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    (canonical && digits).then(|| text.parse().ok()).flatten().filter(|n| *n <= MAX_NUMBER)
}

/// Whether `text` is a list of identifiers; numeric ones must be without leading zeros when `strict_numbers`.
fn identifiers(text: &str, strict_numbers: bool) -> bool {
    text.split('.').all(|part| {
        let numeric = part.bytes().all(|b| b.is_ascii_digit());
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !(strict_numbers && numeric && part.len() > 1 && part.starts_with('0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_the_grammar_accepts_and_nothing_else() {
        for good in ["0.0.0", "v1.2.3", "1.2.3-0", "1.2.3--", "1.2.3-a.b-c.01a", "1.2.3+001", "9007199254740991.0.0"] {
            assert!(SemVer::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "v",
            "1",
            "1.2",
            "1.2.3.4",
            "01.2.3",
            "1.2.3-01",
            "1.2.3-",
            "1.2.3+",
            "V1.2.3",
            "=1.2.3",
            "1.2.3-ä",
            "9007199254740992.0.0",
            "1.+2.3",
        ] {
            assert!(SemVer::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn display_leaves_build_metadata_out() {
        assert_eq!(SemVer::parse("v1.2.3-rc.1+x").unwrap().to_string(), "1.2.3-rc.1");
    }
}
