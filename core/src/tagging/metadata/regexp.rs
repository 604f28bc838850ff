//! ECMAScript regular expressions, as `String.prototype.match` applies them.

use std::ops::Range;

use super::model::{MetadataFailure, MetadataFailureCode, Step};
use super::{js, limits};
use crate::regexp::{Budget, Flag, PatternErrorKind, Regexp, StepLimit};

/// What `text.match(pattern)` gives: the groups of the first match, or with the flag `g` every match.
pub(super) type Groups = Vec<Option<String>>;

/// A compiled pattern.
pub(super) struct Pattern {
    regexp: Regexp,
    /// How people write it, with its flags.
    written: String,
}

impl Pattern {
    /// Compiles a pattern without flags.
    pub(super) fn new(source: &str) -> Step<Self> {
        Self::with_flags(source, "")
    }

    /// Compiles `/source/flags` when it is written so, else a pattern without flags.
    pub(super) fn delimited(source: &str) -> Step<Self> {
        let delimited = || {
            if source.contains(js::is_line_end) {
                return None;
            }
            let (inner, flags) = source.strip_prefix('/')?.rsplit_once('/')?;
            (!inner.is_empty()).then_some((inner, flags))
        };
        match delimited() {
            Some((inner, flags)) => Self::with_flags(inner, flags),
            None => Self::new(source),
        }
    }

    fn with_flags(source: &str, flags: &str) -> Step<Self> {
        limits::check("a pattern", source.len(), limits::PATTERN_BYTES)?;
        let written = format!("/{source}/{flags}");
        let regexp = Regexp::compile(source, flags).map_err(|error| {
            failure(match error.kind {
                PatternErrorKind::Flags => format!("Invalid flags supplied to RegExp constructor '{flags}'"),
                _ => format!("Invalid regular expression: {written}: {error}"),
            })
        })?;
        Ok(Self { regexp, written })
    }

    /// Applies it to a text; `None` when there is no match.
    pub(super) fn apply(&self, text: &str) -> Step<Option<Groups>> {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.groups(&units).map_err(|limit| failure(format!("{limit}: {}", self.written)))
    }

    fn groups(&self, units: &[u16]) -> Result<Option<Groups>, StepLimit> {
        let slice = |range: Range<usize>| String::from_utf16_lossy(units.get(range).unwrap_or_default());
        // All matches together have one budget.
        let mut budget = Budget::default();
        if !self.regexp.flags().has(Flag::Global) {
            let found = self.regexp.exec(units, 0, &mut budget)?;
            return Ok(found.map(|found| found.groups.into_iter().map(|range| range.map(slice)).collect()));
        }
        let mut all = Vec::new();
        let mut start = 0;
        while let Some(found) = self.regexp.exec(units, start, &mut budget)? {
            let Some(range) = found.groups.into_iter().next().flatten() else { break };
            // After an empty match the search goes on behind the next character.
            start = if range.is_empty() { self.regexp.after(units, range.end) } else { range.end };
            all.push(Some(slice(range)));
        }
        Ok((!all.is_empty()).then_some(all))
    }
}

fn failure(message: String) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::Pattern, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(pattern: &str, text: &str) -> Option<Vec<Option<String>>> {
        Pattern::delimited(pattern).unwrap().apply(text).unwrap()
    }

    fn groups(list: &[&str]) -> Vec<Option<String>> {
        list.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn patterns_follow_ecmascript() {
        assert_eq!(apply(r"v(\d+)\.(\d+)", "v1.2.3"), Some(groups(&["v1.2", "1", "2"])));
        assert_eq!(apply("/(?<!v)[A-Z]/i", "v1va"), Some(groups(&["v"])));
        assert_eq!(apply("/(.)(.)/g", "abcde"), Some(groups(&["ab", "cd"])));
        assert_eq!(apply("/a/gy", "aaba"), Some(groups(&["a", "a"])));
        assert_eq!(apply("/b/y", "ab"), None);
        assert_eq!(apply("(?:a|b)(c)?", "b"), Some(vec![Some("b".to_owned()), None]));
        assert_eq!(apply("/./u", "🚀1"), Some(groups(&["🚀"])));
        assert_eq!(apply(".", "🚀1"), Some(groups(&["\u{FFFD}"])));
        assert_eq!(apply(r"\p{Lu}", "A"), None);
        assert_eq!(apply("/", "a/b"), Some(groups(&["/"])));
        assert_eq!(apply(r"\u{2}", "uu"), Some(groups(&["uu"])));
        assert_eq!(apply(r"\b{x[\b+]*", "a"), None);
        assert_eq!(apply("/[[ab]&&[bc]]/v", "abc"), Some(groups(&["b"])));
        assert_eq!(apply(r"/[\b]/v", "b"), None);
        assert_eq!(apply(r"/\bb[\\b]/v", "bb"), Some(groups(&["bb"])));
    }

    #[test]
    fn bad_patterns_and_flags_are_errors() {
        for bad in [
            "(",
            "[",
            "a**",
            "/a/q",
            "/a/gg",
            "/a/uv",
            "/(?<n>a)(?<n>b)/",
            "(?<=a",
            r"a\b+",
            "^*",
            "(?<=a)*",
            r"/\u/v",
            "/[[a]&&[b]]{/v",
        ] {
            assert!(Pattern::delimited(bad).is_err(), "{bad}");
        }
        assert!(Pattern::new(&"(".repeat(5000)).is_err());
    }

    #[test]
    fn a_pattern_that_backtracks_too_much_is_an_error() {
        let pattern = Pattern::delimited("/(a+)+$/g").unwrap();
        let failure = pattern.apply(&format!("{}b", "a".repeat(60))).unwrap_err();
        assert_eq!(failure.code, MetadataFailureCode::Pattern);
        assert_eq!(failure.message, "the pattern backtracks too much on this input: /(a+)+$/g");
    }

    #[test]
    fn every_match_is_found_after_an_empty_one() {
        assert_eq!(apply("/x*/g", "😀x"), Some(groups(&["", "", "x", ""])));
        assert_eq!(apply("/x*/gu", "😀x"), Some(groups(&["", "x", ""])));
        assert_eq!(apply("/(?:)/gy", "ab"), Some(groups(&["", "", ""])));
    }
}
