//! Why a document does not have the shape of a type.

use std::fmt;
use std::ops::Range;

use crate::Span;
use crate::policy::nearest;
use crate::position::Positions;
use crate::text::shown;

/// Longest name or word that is compared with the known ones, in bytes.
const COMPARED: usize = 64;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    /// The bytes of the whole text.
    pub(crate) span: Range<usize>,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no JSON; what `serde_json` says, without its place.
    Syntax(String),
    /// An object has a key that its type does not have.
    UnknownKey(String, &'static [&'static str]),
    /// A string is none of the words.
    UnknownWord(String, &'static [&'static str]),
    /// An object lacks a key.
    MissingKey(&'static str),
    /// An object has a key twice.
    DuplicateKey(String),
    /// A value is of another kind: what was expected, and what is there.
    Kind(&'static str, &'static str),
    /// What else a type does not accept, in its own words.
    Value(String),
}

impl Refusal {
    /// What to do, where more can be said than the message says.
    pub(crate) fn help(&self) -> Option<String> {
        let (name, known, what) = match &self.fault {
            Fault::UnknownKey(name, known) => (name, known, "key"),
            Fault::UnknownWord(name, known) => (name, known, "value"),
            _ => return None,
        };
        let near = if name.len() > COMPARED { None } else { nearest(name, known.iter().copied()) };
        Some(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a {what} here is one of `{}`", known.join("`, `")),
        })
    }

    /// The place, in the text that was read.
    pub(crate) fn place(&self, text: &str) -> Span {
        Positions::new(text).span(self.span.clone())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(words) => write!(f, "no JSON: {}", words.replace("EOF while", "the text ends while")),
            Self::UnknownKey(name, _) => write!(f, "unknown key `{}`", shown(name)),
            Self::UnknownWord(word, _) => write!(f, "unknown value `{}`", shown(word)),
            Self::MissingKey(name) => write!(f, "missing key `{name}`"),
            Self::DuplicateKey(name) => write!(f, "duplicate key `{}`", shown(name)),
            Self::Kind(expected, found) => write!(f, "expected {expected}, found {found}"),
            Self::Value(words) => f.write_str(words),
        }
    }
}
