//! Regular expressions: linear in pattern and text, over ASCII.
//!
//! A pattern becomes a tree ([`parse`](self::parse)), the tree a program (`program`), and a machine runs all of the program's ways at once
//! over the bytes of a text. That is less than a tenth of the `regex` crate, whose syntax it has; the crate is still there in tests, to
//! compare with.

mod bytes;
mod class;
mod escape;
mod machine;
mod node;
mod parse;
mod program;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex};

use machine::Memory;
use program::Program;

/// Why a text is no pattern, as a fragment.
type Error = &'static str;

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
pub struct Pattern {
    source: Arc<str>,
    program: Arc<Program>,
    /// Of the last run. Another run at the same time makes its own.
    memory: Mutex<Box<Memory>>,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternError {
    /// It would compile to more than [`REGEX_OPERATIONS`](crate::limits::REGEX_OPERATIONS) steps.
    TooLarge,
    /// It is outside of the syntax; what is wrong, as a fragment.
    Syntax(&'static str),
}

impl Pattern {
    /// Compiles a pattern, with a bound on what it compiles to.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let parsed = parse::parse(source).map_err(PatternError::Syntax)?;
        let program = program::compile(parsed).map_err(|program::TooLarge| PatternError::TooLarge)?;
        Ok(Self { source: source.into(), program: Arc::new(program), memory: Mutex::default() })
    }

    /// Whether the pattern is found in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.run(text, 0, |_| ()).is_some()
    }

    /// The byte where the pattern is found first.
    pub fn find(&self, text: &str) -> Option<usize> {
        self.run(text, 1, |slots| slots.first().copied()).flatten()
    }

    /// The groups of the first place where the pattern is found.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        let slots = self.run(text, 2 * self.program.groups.len(), <[usize]>::to_vec)?;
        Some(Captures { text, slots, program: Arc::clone(&self.program) })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    fn run<T>(&self, text: &str, slots: usize, read: impl FnOnce(&[usize]) -> T) -> Option<T> {
        match self.memory.try_lock() {
            Ok(mut memory) => machine::run(&self.program, text.as_bytes(), slots, &mut memory).map(read),
            Err(_) => machine::run(&self.program, text.as_bytes(), slots, &mut Memory::default()).map(read),
        }
    }
}

impl Clone for Pattern {
    fn clone(&self) -> Self {
        Self { source: Arc::clone(&self.source), program: Arc::clone(&self.program), memory: Mutex::default() }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.source).finish()
    }
}

/// What the groups of a pattern found.
#[derive(Debug)]
pub struct Captures<'t> {
    text: &'t str,
    slots: Vec<usize>,
    program: Arc<Program>,
}

impl<'t> Captures<'t> {
    /// What the group of that number found; 0 is the whole place. A group that cut a character apart has it replaced.
    pub fn get(&self, number: usize) -> Option<Cow<'t, str>> {
        let mut ends = self.slots.chunks_exact(2).nth(number)?.iter().copied();
        let found = self.text.as_bytes().get(ends.next()?..ends.next()?);
        found.map(String::from_utf8_lossy)
    }

    /// What the group of that name found.
    pub fn name(&self, name: &str) -> Option<Cow<'t, str>> {
        let number = self.program.groups.iter().position(|group| group.as_deref() == Some(name))?;
        self.get(number)
    }
}
