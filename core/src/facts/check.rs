//! Checks that every value passes before it becomes a fact, wherever it was read.

use std::cell::RefCell;
use std::fmt;

use super::{Reference, Timestamp};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::text::shown;
use crate::{calendar, order};

/// Longest reference or branch name, in bytes. Git stores references as paths, and no file system takes longer ones.
const REFERENCE_BYTES: usize = 4096;

/// Where a value was read, as a message names it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// An environment variable.
    Variable(&'a str),
    /// A path in the event's payload, such as `pull_request.head.sha`.
    Payload(&'a str),
    /// A path in what the host observed, such as `git.head`.
    Host(&'a str),
    /// A path in a facts document, such as `revisions.head`.
    Document(&'a str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) | Self::Document(name) => write!(f, "`{name}`"),
            Self::Payload(path) => write!(f, "`{path}` in the event's payload"),
            Self::Host(path) => write!(f, "`{path}` of the host's facts"),
        }
    }
}

/// How many findings are collected. A payload can hold millions of wrong values, and nobody reads that far.
const FINDINGS: usize = 100;

/// Collects what is wrong, so that a person sees every mistake at once.
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Diagnostics>);

impl Problems {
    /// Adds a finding, unless the same value was read twice and the finding is there already.
    pub(super) fn push(&self, diagnostic: Diagnostic) {
        let mut all = self.0.borrow_mut();
        // An error must never be lost among notes, as it decides whether there are facts at all.
        let decides = diagnostic.severity == Severity::Error && all.iter().all(|d| d.severity != Severity::Error);
        if (all.len() < FINDINGS || decides) && !all.contains(&diagnostic) {
            all.push(diagnostic);
        }
    }

    /// Everything but errors, or everything when there is an error.
    pub(super) fn into_notes(self) -> Result<Diagnostics, Diagnostics> {
        let mut all = self.0.into_inner();
        // What refused the answer comes first.
        order::sort_by_key(&mut all, |d| d.severity);
        if all.iter().any(|d| d.severity == Severity::Error) { Err(all) } else { Ok(all) }
    }

    /// A full object name in lower case. All zeros is how git spells "none".
    pub(super) fn sha(&self, place: Place<'_>, value: &str) -> Option<String> {
        let full = matches!(value.len(), 40 | 64) && value.bytes().all(|b| b.is_ascii_hexdigit());
        if !full {
            self.push(
                Diagnostic::error("invalid-sha", format!("{place} is not a full commit name: `{}`", shown(value)))
                    .help("give all 40 digits of a SHA-1 name, or all 64 of a SHA-256 name"),
            );
            return None;
        }
        (!value.bytes().all(|b| b == b'0')).then(|| value.to_ascii_lowercase())
    }

    /// A branch, a tag or a whole reference.
    pub(super) fn name(&self, place: Place<'_>, value: &str) -> Option<String> {
        if value.len() > REFERENCE_BYTES {
            let length = value.len();
            self.push(
                Diagnostic::error("reference-too-long", format!("{place} has {length} bytes"))
                    .help(format!("a git reference has at most {REFERENCE_BYTES} bytes")),
            );
            return None;
        }
        let wrong = if value.is_empty() {
            "is empty"
        } else if value.chars().any(char::is_control) {
            "holds control characters"
        } else {
            return Some(value.to_owned());
        };
        self.push(
            Diagnostic::error("invalid-reference", format!("{place} {wrong}: `{}`", shown(value)))
                .help("git allows neither in a reference; look for a line break at its end"),
        );
        None
    }

    /// A whole reference, such as `refs/heads/main`.
    pub(super) fn reference(&self, place: Place<'_>, value: &str) -> Option<Reference> {
        let reference = Reference::parse(&self.name(place, value)?);
        if reference.name.is_empty() {
            self.push(
                Diagnostic::error("invalid-reference", format!("{place} names nothing: `{}`", shown(value)))
                    .help("a whole reference looks like `refs/heads/main` or `refs/tags/v1.2.3`"),
            );
            return None;
        }
        Some(reference)
    }

    /// An identifier, a URL or another text that must arrive unchanged.
    pub(super) fn word(&self, place: Place<'_>, value: &str) -> Option<String> {
        if value.chars().any(char::is_control) {
            self.push(
                Diagnostic::error("invalid-text", format!("{place} holds control characters: `{}`", shown(value)))
                    .help("look for a line break at its end"),
            );
            return None;
        }
        Some(value.to_owned()).filter(|v| !v.is_empty())
    }

    /// A count that starts at 1.
    pub(super) fn number<T: std::str::FromStr + PartialOrd + From<u8>>(
        &self,
        place: Place<'_>,
        value: &str,
    ) -> Option<T> {
        let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        let number = if digits { value.parse().ok().filter(|n| *n >= T::from(1)) } else { None };
        if number.is_none() {
            self.push(
                Diagnostic::error("invalid-number", format!("{place} is not a positive number: `{}`", shown(value)))
                    .help("give it in decimal digits only"),
            );
        }
        number
    }

    /// An ISO 8601 time with an offset. A broken one costs only itself, so it is a warning.
    pub(super) fn time(&self, place: Place<'_>, value: &str) -> Option<Timestamp> {
        let time = calendar::instant(value);
        if time.is_none() {
            self.push(
                Diagnostic::warning("invalid-time", format!("{place} is not a time: `{}`", shown(value)))
                    .help("a time looks like `2026-01-31T12:00:00Z`; this run goes on without it"),
            );
        }
        time
    }
}

/// The first line of a free text, without control characters.
pub(super) fn line(value: &str) -> Option<String> {
    let first = value.split(['\n', '\r']).next().unwrap_or_default();
    let clean: String = first.chars().filter(|c| !c.is_control()).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Place<'_> = Place::Variable("X");

    fn said(problems: Problems) -> String {
        let all = problems.0.into_inner();
        all.iter().map(|d| format!("{}: {}", d.code, d.message)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn commit_names_are_full_and_lower_case_and_zeros_are_none() {
        let problems = Problems::default();
        assert_eq!(problems.sha(AT, &"aB".repeat(20)), Some("ab".repeat(20)));
        assert_eq!(problems.sha(AT, &"c".repeat(64)), Some("c".repeat(64)));
        assert_eq!(problems.sha(AT, &"0".repeat(40)), None);
        assert_eq!(problems.sha(AT, &"0".repeat(64)), None);
        assert_eq!(said(problems), "");
        for bad in ["", "abc1234", "HEAD", &"g".repeat(40), &"a".repeat(41), &"é".repeat(20)] {
            let problems = Problems::default();
            assert_eq!(problems.sha(AT, bad), None);
            assert_eq!(said(problems), format!("invalid-sha: `X` is not a full commit name: `{bad}`"));
        }
    }

    #[test]
    fn names_with_control_characters_or_without_end_are_refused() {
        for (value, expected) in [
            ("main\r\n", "invalid-reference: `X` holds control characters: `main\\r\\n`"),
            ("", "invalid-reference: `X` is empty: ``"),
            (&"a".repeat(1 << 20), "reference-too-long: `X` has 1048576 bytes"),
        ] {
            let problems = Problems::default();
            assert_eq!(problems.name(AT, value), None);
            assert_eq!(said(problems), expected);
        }
        assert_eq!(Problems::default().name(AT, "日本語/x y"), Some("日本語/x y".to_owned()));
    }

    #[test]
    fn findings_have_an_end_but_an_error_is_never_lost() {
        let problems = Problems::default();
        for n in 0..1000 {
            problems.push(Diagnostic::note("n", n.to_string()));
        }
        problems.push(Diagnostic::error("e", "e"));
        problems.push(Diagnostic::error("e", "f"));
        assert_eq!(problems.into_notes().unwrap_err().len(), FINDINGS + 1);
    }

    #[test]
    fn numbers_start_at_one_and_have_only_digits() {
        assert_eq!(Problems::default().number::<u32>(AT, "4294967295"), Some(u32::MAX));
        for bad in ["0", "+1", "-1", "1e3", "", "4294967296", " 1"] {
            let problems = Problems::default();
            assert_eq!(problems.number::<u32>(AT, bad), None);
            assert!(said(problems).starts_with("invalid-number: `X` is not a positive number"), "{bad}");
        }
    }

    #[test]
    fn times_may_have_an_offset_and_lie_before_the_epoch() {
        let problems = Problems::default();
        assert_eq!(problems.time(AT, "1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(problems.time(AT, "1969-12-31T23:59:59Z"), Some(-1000));
        assert_eq!(said(problems), "");
        let problems = Problems::default();
        assert_eq!(problems.time(AT, "yesterday"), None);
        assert_eq!(said(problems), "invalid-time: `X` is not a time: `yesterday`");
    }

    #[test]
    fn a_line_is_the_first_one_without_control_characters() {
        assert_eq!(line("fix: a\tb \r\nbody"), Some("fix: ab".to_owned()));
        assert_eq!(line("\nbody"), None);
    }
}
