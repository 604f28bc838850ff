//! The flags of a pattern.

use super::error::{PatternError, PatternErrorKind};

/// One flag, named as the properties of `RegExp.prototype` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// `d`: indices are wanted. Every match here has them.
    HasIndices,
    /// `g`: the caller goes on after a match.
    Global,
    /// `i`: letters match without regard to their case.
    IgnoreCase,
    /// `m`: `^` and `$` match at the lines' ends too.
    Multiline,
    /// `s`: the dot matches line ends too.
    DotAll,
    /// `u`: characters are code points, and the syntax is strict.
    Unicode,
    /// `v`: as `u`, and classes are sets with operations.
    UnicodeSets,
    /// `y`: a match starts exactly where the search does.
    Sticky,
}

/// Every flag with its letter.
const LETTERS: [(char, Flag); 8] = [
    ('d', Flag::HasIndices),
    ('g', Flag::Global),
    ('i', Flag::IgnoreCase),
    ('m', Flag::Multiline),
    ('s', Flag::DotAll),
    ('u', Flag::Unicode),
    ('v', Flag::UnicodeSets),
    ('y', Flag::Sticky),
];

/// A set of flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Reads flags as `new RegExp` does: an unknown letter, a letter twice, and `u` beside `v` are errors.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let wrong = |at| PatternError { kind: PatternErrorKind::Flags, at };
        let mut flags = Self::default();
        for (at, letter) in text.char_indices() {
            let (_, flag) = LETTERS.iter().find(|(known, _)| *known == letter).ok_or_else(|| wrong(at))?;
            if flags.has(*flag) {
                return Err(wrong(at));
            }
            flags.0 |= 1 << *flag as u8;
        }
        if flags.has(Flag::Unicode) && flags.has(Flag::UnicodeSets) {
            return Err(wrong(0));
        }
        Ok(flags)
    }

    /// Whether a flag is set.
    pub fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Whether characters are code points: `u` or `v`.
    pub fn has_unicode_mode(self) -> bool {
        self.has(Flag::Unicode) || self.has(Flag::UnicodeSets)
    }
}
