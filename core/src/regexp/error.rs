//! What can be wrong with a pattern, and with a search.

use std::fmt;

/// A pattern that is none, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong.
    pub kind: PatternErrorKind,
    /// Where, in bytes from the start of the pattern (of the flags for [`PatternErrorKind::Flags`]).
    pub at: usize,
}

/// What is wrong with a pattern. The texts are those of V8, so that a search for them finds their explanation; the last three are limits of
/// this engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternErrorKind {
    /// An unknown flag, a flag twice, or `u` with `v`.
    Flags,
    /// A quantifier without anything before it.
    NothingToRepeat,
    /// `{` that starts no quantifier, with `u`.
    IncompleteQuantifier,
    /// `{2,1}`.
    QuantifierOrder,
    /// `]`, `{` or `}` for itself, with `u`.
    LoneBracket,
    /// `(` without `)`.
    UnterminatedGroup,
    /// `)` without `(`.
    UnmatchedParenthesis,
    /// `(?` and then something unknown.
    InvalidGroup,
    /// More groups than anybody counts.
    TooManyCaptures,
    /// A group's name is no identifier.
    InvalidGroupName,
    /// Two groups of one name.
    DuplicateGroupName,
    /// `\k` without a name.
    InvalidNamedReference,
    /// `\k<name>` without a group of that name.
    UnknownGroupName,
    /// A back-reference to a group that there isn't, or an octal escape, with `u`.
    InvalidDecimalEscape,
    /// An escape that means nothing, with `u`.
    InvalidEscape,
    /// `\u` without digits, or beyond the last code point, with `u`.
    InvalidUnicodeEscape,
    /// The pattern ends with a backslash.
    BackslashAtEnd,
    /// `[` without `]`.
    UnterminatedClass,
    /// `[z-a]`.
    RangeOrder,
    /// A range from or to a class, with `u`.
    InvalidClass,
    /// With `v`: an operator in the wrong place.
    InvalidSetOperation,
    /// With `v`: a character that must be escaped in a class.
    InvalidSetCharacter,
    /// With `v`: the opposite of a class that may hold strings.
    NegatedStrings,
    /// `\p{…}` of no property.
    InvalidProperty,
    /// `\p{…}` of a property of strings, such as `RGI_Emoji`: this engine does not carry their lists.
    UnsupportedProperty,
    /// Longer than [`super::limits::PATTERN_LENGTH`].
    TooLong,
    /// Groups or classes nest deeper than [`super::limits::DEPTH`].
    TooDeep,
}

impl fmt::Display for PatternErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flags => "Invalid flags",
            Self::NothingToRepeat => "Nothing to repeat",
            Self::IncompleteQuantifier => "Incomplete quantifier",
            Self::QuantifierOrder => "numbers out of order in {} quantifier",
            Self::LoneBracket => "Lone quantifier brackets",
            Self::UnterminatedGroup => "Unterminated group",
            Self::UnmatchedParenthesis => "Unmatched ')'",
            Self::InvalidGroup => "Invalid group",
            Self::TooManyCaptures => "Too many captures",
            Self::InvalidGroupName => "Invalid capture group name",
            Self::DuplicateGroupName => "Duplicate capture group name",
            Self::InvalidNamedReference => "Invalid named reference",
            Self::UnknownGroupName => "Invalid named capture referenced",
            Self::InvalidDecimalEscape => "Invalid decimal escape",
            Self::InvalidEscape => "Invalid escape",
            Self::InvalidUnicodeEscape => "Invalid Unicode escape",
            Self::BackslashAtEnd => "\\ at end of pattern",
            Self::UnterminatedClass => "Unterminated character class",
            Self::RangeOrder => "Range out of order in character class",
            Self::InvalidClass => "Invalid character class",
            Self::InvalidSetOperation => "Invalid set operation in character class",
            Self::InvalidSetCharacter => "Invalid character in character class",
            Self::NegatedStrings => "Negated character class may contain strings",
            Self::InvalidProperty => "Invalid property name",
            Self::UnsupportedProperty => "properties of strings such as RGI_Emoji are not supported here",
            Self::TooLong => "the pattern is too long",
            Self::TooDeep => "groups or classes nest too deeply",
        })
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)
    }
}

impl std::error::Error for PatternError {}

/// A search gave up: the pattern backtracks too much on this input. Whether there is a match is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepLimit;

impl fmt::Display for StepLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pattern backtracks too much on this input")
    }
}

impl std::error::Error for StepLimit {}
