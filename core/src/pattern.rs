//! Regular expressions: linear in pattern and text, over ASCII.

use std::borrow::Cow;

use regex::bytes::{Regex, RegexBuilder};

use crate::limits;

/// Nesting of groups that a pattern may have.
const NESTING: u32 = 50;

/// A compiled regular expression in the syntax of Rust's `regex` crate.
///
/// `\d`, `\w`, `\b` and `(?i)` know ASCII only, as in the tools whose names and texts are searched with it, and Unicode classes
/// such as `\p{L}` are refused: their tables would be a fifth of the component. A character outside of ASCII stands for itself.
///
/// ```
/// use buildonce_core::pattern::Pattern;
/// let pattern = Pattern::new(r"(?i)^chore\(deps").unwrap();
/// assert!(pattern.is_match("Chore(deps): bump"));
/// assert!(Pattern::new("(").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// It would compile to more than [`limits::REGEX_BYTES`].
    TooLarge,
    /// It is outside of the syntax; what is wrong, as a fragment.
    Syntax(String),
}

impl Pattern {
    /// Compiles a pattern, with a bound on what it compiles to.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        RegexBuilder::new(source)
            .unicode(false)
            .size_limit(limits::REGEX_BYTES)
            .dfa_size_limit(limits::REGEX_BYTES)
            .nest_limit(NESTING)
            .build()
            .map(Self)
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
                error => {
                    let text = error.to_string();
                    let last = text.lines().next_back().unwrap_or_default();
                    PatternError::Syntax(last.strip_prefix("error: ").unwrap_or(last).to_owned())
                }
            })
    }

    /// Whether the pattern is found in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }

    /// The groups of the first place where the pattern is found.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.0.captures(text.as_bytes()).map(Captures)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// What the groups of a pattern found.
#[derive(Debug)]
pub struct Captures<'t>(regex::bytes::Captures<'t>);

impl<'t> Captures<'t> {
    /// What the group of that number found; 0 is the whole place. A group that cut a character apart has it replaced.
    pub fn get(&self, number: usize) -> Option<Cow<'t, str>> {
        self.0.get(number).map(|found| String::from_utf8_lossy(found.as_bytes()))
    }

    /// What the group of that name found.
    pub fn name(&self, name: &str) -> Option<Cow<'t, str>> {
        self.0.name(name).map(|found| String::from_utf8_lossy(found.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_outside_of_ascii_stand_for_themselves() {
        assert!(Pattern::new("(?i)^ÜBER x").unwrap().is_match("ÜBER X"));
        assert!(!Pattern::new("(?i)^über").unwrap().is_match("ÜBER"));
        assert!(Pattern::new("^a.*z$").unwrap().is_match("a日本z"));
    }

    #[test]
    fn what_is_too_large_and_what_is_no_pattern_are_told_apart() {
        assert_eq!(Pattern::new("(a{1000}){1000}").unwrap_err(), PatternError::TooLarge);
        assert!(
            matches!(Pattern::new("a(").unwrap_err(), PatternError::Syntax(text) if text.contains("unclosed group"))
        );
        assert!(matches!(Pattern::new(r"\p{L}").unwrap_err(), PatternError::Syntax(text) if text.contains("Unicode")));
    }
}
