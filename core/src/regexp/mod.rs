//! Regular expressions of ECMA-262 (2024), as node 20 has them: what `docker/metadata-action` calls a pattern.
//!
//! Both grammars are here, the lax one of the web and the strict one of the flags `u` and `v`, with look-behind, named groups, back-references and
//! the properties of Unicode 17. Not here are the properties of strings that `v` knows (`\p{RGI_Emoji}`); they are an error of their own.
//!
//! The engine backtracks, as the language demands, but not without end: every search has a [`Budget`] of steps, the same on every host. It has its
//! own stacks, and [`limits`] bounds them and the patterns.
//!
//! A pattern goes from text to a tree ([`parser`]), from the tree to a program ([`compile`]), and the program runs over UTF-16 code units
//! ([`exec`]). What letters match each other is in [`fold`], what `\p{…}` means in [`unicode`].
//!
//! ```
//! use buildonce_core::regexp::{Budget, Regexp};
//! let pattern = Regexp::compile(r"(?<=v)(?<major>\d+)", "").unwrap();
//! let text: Vec<u16> = "release v12".encode_utf16().collect();
//! let found = pattern.exec(&text, 0, &mut Budget::default()).unwrap().unwrap();
//! assert_eq!(found.groups, [Some(9..11), Some(9..11)]);
//! assert_eq!(pattern.names(), [("major".to_owned(), 1)]);
//! ```

mod case;
mod compile;
mod error;
mod exec;
mod flags;
mod fold;
pub mod limits;
mod node;
mod parser;
mod program;
mod set;
mod unicode;

use std::ops::Range;

pub(crate) use case::{to_lowercase, to_small};
pub use error::{PatternError, PatternErrorKind, StepLimit};
pub use exec::Budget;
pub use flags::{Flag, Flags};

use exec::{Machine, NOTHING};
use node::Direction;
use program::Program;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regexp {
    program: Program,
    flags: Flags,
    groups: usize,
    names: Vec<(String, usize)>,
}

/// A match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// What each group took, in UTF-16 code units; first the whole match. `None` for a group that took no part.
    pub groups: Vec<Option<Range<usize>>>,
}

impl Regexp {
    /// Compiles a pattern with its flags, as `new RegExp(pattern, flags)` does.
    pub fn compile(pattern: &str, flags: &str) -> Result<Self, PatternError> {
        let flags = Flags::parse(flags)?;
        let tree = parser::parse(pattern, flags)?;
        let (groups, names) = (tree.groups + 1, tree.names.clone());
        let program = compile::compile(tree, flags);
        Ok(Self { program, flags, groups, names })
    }

    /// Its flags.
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// The names of its groups and their numbers, in the order of the pattern.
    pub fn names(&self) -> &[(String, usize)] {
        &self.names
    }

    /// The first match at or after a position in UTF-16 code units; with the flag `y` only at it.
    pub fn exec(&self, input: &[u16], start: usize, budget: &mut Budget) -> Result<Option<Match>, StepLimit> {
        let mut machine = Machine::new(&self.program, input, budget);
        let mut at = start;
        // A start inside of a character is moved to its first half.
        if start > 0 && self.after(input, start - 1) > start {
            at = start - 1;
        }
        while at <= input.len() {
            if machine.matches(at)? {
                return Ok(Some(self.found(machine.registers())));
            }
            if self.flags.has(Flag::Sticky) {
                break;
            }
            at = self.after(input, at);
        }
        Ok(None)
    }

    /// The position after the character at a position: where a search for all matches goes on after an empty one.
    pub fn after(&self, input: &[u16], at: usize) -> usize {
        exec::read(input, self.flags.has_unicode_mode(), Direction::Forward, at).map_or(at + 1, |(_, next)| next)
    }

    fn found(&self, registers: &[usize]) -> Match {
        let place = |value: usize| (value != NOTHING).then_some(value);
        let group = |pair: &[usize]| match pair {
            [start, end] => Some(place(*start)?..place(*end)?),
            _ => None,
        };
        Match { groups: registers.chunks(2).take(self.groups).map(group).collect() }
    }
}

#[cfg(test)]
mod tests;
