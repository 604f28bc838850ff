//! Constraints: `>=1.2 <2 || 3.x`, `^1.2`, `~1.2`, `1.2 - 1.4`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::check;
use super::scan::{Scanner, is_identifiers};
use super::version::Version;
use crate::limits::PATTERN_BYTES;
use crate::text::shown;

/// A constraint that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstraintError {
    /// What is wrong, as a fragment.
    pub message: String,
}

impl fmt::Display for ConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConstraintError {}

/// Whether pre-releases can satisfy a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prereleases {
    /// Only where the constraint names one itself: one comparator with a pre-release opens all that stand beside it.
    #[default]
    WhenNamed,
    /// Always.
    Included,
}

/// How a comparator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// None or `=`; with a wildcard it is a range like [`Self::Tilde`].
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    /// `~` or `~>`: changes of the last number that is written.
    Tilde,
    /// `^`: no change of the first number that is not zero.
    Caret,
}

/// Spellings of operators, the longer ones first so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

/// The first number that a comparator leaves open, by a wildcard or by not writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Nothing,
    Patch,
    Minor,
    Everything,
}

/// One comparison with a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparator {
    pub(super) operator: Operator,
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pub(super) prerelease: String,
    pub(super) open: Open,
}

/// Alternatives, of which one must hold as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraints {
    alternatives: Vec<Vec<Comparator>>,
}

impl Constraints {
    /// Reads a constraint. An empty one is an error: whoever means "any release" writes `*`.
    ///
    /// ```
    /// use buildonce_core::version::masterminds::{Constraints, Prereleases, Strictness, Version};
    /// let constraint = Constraints::parse(">=1.2, <2 || 3.x").unwrap();
    /// let admits = |text| {
    ///     let version = Version::parse(text, Strictness::Loose).unwrap();
    ///     constraint.admits(&version, Prereleases::WhenNamed)
    /// };
    /// assert!(admits("1.9.0") && admits("3.1.4"));
    /// assert!(!admits("2.0.0") && !admits("1.9.0-rc.1"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.len() > PATTERN_BYTES {
            let message = format!("the constraint has {} bytes, over {PATTERN_BYTES}", text.len());
            return Err(ConstraintError { message });
        }
        let plain = without_hyphen_ranges(text);
        let alternatives = plain.split("||").map(group).collect::<Option<Vec<_>>>();
        alternatives.map(|alternatives| Self { alternatives }).ok_or_else(|| improper(text))
    }

    /// Whether a version satisfies one of the alternatives.
    pub fn admits(&self, version: &Version<'_>, prereleases: Prereleases) -> bool {
        self.alternatives.iter().any(|group| {
            let opened = group.iter().any(|comparator| !comparator.prerelease.is_empty());
            let prereleases = if opened { Prereleases::Included } else { prereleases };
            group.iter().all(|comparator| check::holds(comparator, version, prereleases))
        })
    }
}

impl Comparator {
    /// Reads one comparison; an empty text admits every release.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.is_empty() {
            return Ok(Self::any());
        }
        let mut scanner = Scanner::new(text);
        scanner.space();
        let parsed = comparator(&mut scanner);
        scanner.space();
        parsed.filter(|_| scanner.is_done()).ok_or_else(|| improper(text))
    }

    /// Whether a version satisfies it.
    pub fn admits(&self, version: &Version<'_>, prereleases: Prereleases) -> bool {
        check::holds(self, version, prereleases)
    }

    fn any() -> Self {
        let operator = Operator::Equal;
        Self { operator, major: 0, minor: 0, patch: 0, prerelease: String::new(), open: Open::Everything }
    }
}

fn improper(text: &str) -> ConstraintError {
    ConstraintError { message: format!("`{}` is no version constraint", shown(text)) }
}

/// Comparators that must all hold, with white space or one comma between them.
fn group(text: &str) -> Option<Vec<Comparator>> {
    let mut scanner = Scanner::new(text);
    let mut all = Vec::new();
    scanner.space();
    loop {
        all.push(comparator(&mut scanner)?);
        let spaced = scanner.space();
        if scanner.is_done() {
            return Some(all);
        }
        if !scanner.eat(b',') && !spaced {
            return None;
        }
        scanner.space();
    }
}

/// An operator and a version of which numbers may be left open.
fn comparator(scanner: &mut Scanner<'_>) -> Option<Comparator> {
    let operator = OPERATORS.iter().find(|(spelling, _)| scanner.eat_text(spelling));
    let operator = operator.map_or(Operator::Equal, |(_, operator)| *operator);
    scanner.space();
    let written = Written::scan(scanner)?;
    let open = match (number(written.major), number(written.minor), number(written.patch)) {
        (Number::Open, ..) => Open::Everything,
        (_, Number::Open, _) => Open::Minor,
        (.., Number::Open) => Open::Patch,
        _ => Open::Nothing,
    };
    let kept = |text: Option<&str>, is_kept: bool| if is_kept { number(text).value() } else { Some(0) };
    let version = Comparator {
        operator,
        major: kept(written.major, open != Open::Everything)?,
        minor: kept(written.minor, matches!(open, Open::Patch | Open::Nothing))?,
        patch: kept(written.patch, open == Open::Nothing)?,
        prerelease: written.prerelease.to_owned(),
        open,
    };
    let leading_zero = |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    (!version.prerelease.split('.').any(leading_zero)).then_some(version)
}

/// A number of a comparator's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Given(u64),
    Open,
    /// Written, but neither a number nor a wildcard; it matters only when it is looked at.
    Wrong,
}

impl Number {
    fn value(self) -> Option<u64> {
        if let Self::Given(value) = self { Some(value) } else { None }
    }
}

fn number(text: Option<&str>) -> Number {
    match text {
        None | Some("x" | "X" | "*") => Number::Open,
        Some(text) => text.parse().map_or(Number::Wrong, Number::Given),
    }
}

/// A comparator's version as it is written.
struct Written<'a> {
    major: Option<&'a str>,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    prerelease: &'a str,
}

impl<'a> Written<'a> {
    fn scan(scanner: &mut Scanner<'a>) -> Option<Self> {
        scanner.eat(b'v');
        // The grammar's character class for numbers holds `|` beside digits and wildcards, which shows where a hyphen
        // range stands right after `||`.
        let part = |scanner: &mut Scanner<'a>| {
            Some(scanner.run(|b| b.is_ascii_digit() || matches!(b, b'x' | b'X' | b'*' | b'|')))
                .filter(|p| !p.is_empty())
        };
        let following = |scanner: &mut Scanner<'a>| {
            let before = *scanner;
            let found = if scanner.eat(b'.') { part(scanner) } else { None };
            if found.is_none() {
                *scanner = before;
            }
            found
        };
        let major = part(scanner)?;
        let minor = following(scanner);
        let patch = if minor.is_some() { following(scanner) } else { None };
        let suffix = |scanner: &mut Scanner<'a>, mark: u8| {
            let before = *scanner;
            let text = if scanner.eat(mark) {
                scanner.run(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
            } else {
                ""
            };
            if is_identifiers(text) {
                return text;
            }
            *scanner = before;
            ""
        };
        let prerelease = suffix(scanner, b'-');
        suffix(scanner, b'+');
        Some(Self { major: Some(major), minor, patch, prerelease })
    }
}

/// The text with every `a - b` written as `>=a, <=b`.
fn without_hyphen_ranges(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((from, to, length)) = hyphen_range(rest) {
            out.push_str(">= ");
            out.push_str(from);
            out.push_str(", <= ");
            out.push_str(to);
            out.push(' ');
            at += length;
        } else if let Some(next) = rest.chars().next() {
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}

/// A hyphen range at the start of a text: its ends, and how much of the text it takes.
fn hyphen_range(text: &str) -> Option<(&str, &str, usize)> {
    let mut scanner = Scanner::new(text);
    let end = |scanner: &mut Scanner<'_>| {
        let start = scanner.position();
        Written::scan(scanner)?;
        text.get(start..scanner.position())
    };
    scanner.space();
    let from = end(&mut scanner)?;
    let joined = scanner.space() && scanner.eat(b'-') && scanner.space();
    let to = if joined { end(&mut scanner)? } else { return None };
    scanner.space();
    Some((from, to, scanner.position()))
}

/// What a comparator compares with.
impl Comparator {
    pub(super) fn version(&self) -> Version<'_> {
        let Self { major, minor, patch, .. } = *self;
        Version { major, minor, patch, prerelease: &self.prerelease, metadata: "" }
    }
}

#[cfg(test)]
mod tests {
    use super::super::version::Strictness;
    use super::*;

    fn admits(constraint: &str, version: &str) -> bool {
        let version = Version::parse(version, Strictness::Loose).unwrap();
        Constraints::parse(constraint).unwrap().admits(&version, Prereleases::WhenNamed)
    }

    #[test]
    fn comparators_need_something_between_them() {
        for good in [
            "1",
            "v1",
            "1.x",
            "*",
            ">=1 <2",
            ">=1, <2",
            ">=1 , <2",
            "=1||2",
            "~> 1.2",
            "1 - 2",
            "1 - 2 || 3 - 4",
            "1 - 2, <2",
            " 1 ",
            "1.2.3-rc.1+5",
            ">= 1.0\t<2",
            "1,1 - 2",
            "1 - 2<3",
        ] {
            assert!(Constraints::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            " ",
            "||",
            "1||",
            "||1",
            ",1",
            "1,",
            "1,,2",
            "1 & 2",
            ">=",
            "==1",
            ">1<2",
            "1.2.3.4",
            "12.3.34~ 1.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1 -2",
            "1- 2",
            ">1 - 2",
            "1x",
            "**",
            "xx",
            "latest",
            "1.2.3+",
            "\u{e4}",
            "99999999999999999999",
            "1 1 - 2",
        ] {
            assert!(Constraints::parse(bad).is_err(), "{bad}");
        }
        assert!(Constraints::parse(&"1 ".repeat(3000)).is_err());
    }

    #[test]
    fn a_prerelease_opens_only_its_own_alternative() {
        for (constraint, version, expected) in [
            (">=1.0.0", "1.1.0-rc.1", false),
            (">=1.0.0-0", "1.1.0-rc.1", true),
            (">=1.0.0 <2.0.0-0", "1.1.0-rc.1", true),
            (">=1.0.0 <2.0.0-0 || >3", "4.0.0-rc.1", false),
            ("1.x-0", "1.1.0-rc.1", true),
            ("*-0", "1.1.0-rc.1", true),
        ] {
            assert_eq!(admits(constraint, version), expected, "{constraint} {version}");
        }
    }

    #[test]
    fn hyphen_ranges_hold_at_both_ends() {
        for (version, expected) in [("1.1.9", false), ("1.2.0", true), ("1.4.9", true), ("1.5.0", false)] {
            assert_eq!(admits("1.2 - 1.4", version), expected, "{version}");
        }
    }
}
