//! A pattern's text becomes a program of steps.

use super::{GlobError, error};
use crate::limits::PATTERN_BYTES;

/// One step of a compiled pattern. Steps that take a character go on with the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Takes this character.
    Character(char),
    /// Takes a letter or digit of one of these ranges.
    Class(Vec<(char, char)>),
    /// Takes any character but `/`.
    NotSlash,
    /// Takes any character.
    Any,
    /// Takes nothing; goes on with both steps.
    Split(usize, usize),
    /// Takes nothing; goes on with that step.
    Jump(usize),
    /// The end of the pattern.
    End,
}

impl Step {
    /// Whether the step takes the character and goes on.
    pub(super) fn takes(&self, character: char) -> bool {
        match self {
            Self::Character(own) => *own == character,
            Self::Class(ranges) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)),
            Self::NotSlash => character != '/',
            Self::Any => true,
            Self::Split(..) | Self::Jump(_) | Self::End => false,
        }
    }
}

/// Reads a pattern from its start to its end.
pub(super) struct Compiler<'p> {
    pattern: &'p str,
    rest: std::iter::Peekable<std::str::CharIndices<'p>>,
    program: Vec<Step>,
}

impl<'p> Compiler<'p> {
    pub(super) fn new(pattern: &'p str) -> Self {
        Self { pattern, rest: pattern.char_indices().peekable(), program: Vec::new() }
    }

    pub(super) fn compile(mut self) -> Result<Vec<Step>, GlobError> {
        if self.pattern.is_empty() {
            return Err(error("an empty pattern matches nothing", 0));
        }
        if self.pattern.len() > PATTERN_BYTES {
            return Err(error(&format!("a pattern has at most {PATTERN_BYTES} bytes"), PATTERN_BYTES));
        }
        while let Some((offset, character)) = self.rest.next() {
            match character {
                '*' => self.stars(offset),
                '[' => {
                    let class = self.class(offset)?;
                    self.repeated(Step::Class(class));
                }
                '\\' => {
                    let (_, next) = self.rest.next().ok_or_else(|| error("`\\` has nothing after it", offset))?;
                    self.repeated(Step::Character(next));
                }
                '?' | '+' => return Err(self.misplaced(character, offset)),
                _ => self.repeated(Step::Character(character)),
            }
        }
        self.program.push(Step::End);
        Ok(self.program)
    }

    fn misplaced(&self, quantifier: char, offset: usize) -> GlobError {
        let before = self.pattern.get(..offset).and_then(|text| text.chars().next_back());
        let message = match before {
            None => format!("`{quantifier}` repeats the character before it, and there is none"),
            Some(before) => {
                format!("`{quantifier}` repeats the character before it, and `{before}` cannot be repeated")
            }
        };
        error(&message, offset)
    }

    /// A step that takes one character, with the quantifier behind it.
    fn repeated(&mut self, step: Step) {
        let at = self.program.len();
        match self.rest.peek() {
            Some((_, '?')) => {
                self.rest.next();
                self.program.extend([Step::Split(at + 1, at + 2), step]);
            }
            Some((_, '+')) => {
                self.rest.next();
                self.program.extend([step, Step::Split(at, at + 2)]);
            }
            _ => self.program.push(step),
        }
    }

    fn stars(&mut self, offset: usize) {
        let mut count = 1;
        while self.rest.next_if(|(_, next)| *next == '*').is_some() {
            count += 1;
        }
        let at = self.program.len();
        let taken = if count == 1 { Step::NotSlash } else { Step::Any };
        let starts_segment = offset == 0 || self.pattern.as_bytes().get(offset - 1) == Some(&b'/');
        let whole_segment = count > 1 && starts_segment && self.rest.peek().is_some_and(|(_, next)| *next == '/');
        if whole_segment {
            // `**/` also stands for no directory at all, so that `**/a` matches `a`.
            self.rest.next();
            self.program.extend([
                Step::Split(at + 1, at + 5),
                Step::Split(at + 2, at + 4),
                Step::Any,
                Step::Jump(at + 1),
                Step::Character('/'),
            ]);
        } else {
            self.program.extend([Step::Split(at + 1, at + 3), taken, Step::Jump(at)]);
        }
    }

    fn class(&mut self, start: usize) -> Result<Vec<(char, char)>, GlobError> {
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let Some((offset, character)) = self.rest.next() else {
                return Err(error("`[` without `]`", start));
            };
            match character {
                ']' if ranges.is_empty() => return Err(error("`[]` lists no character", start)),
                ']' => return Ok(ranges),
                _ if character.is_ascii_alphanumeric() => {
                    let low = character;
                    let high = if self.rest.next_if(|(_, next)| *next == '-').is_some() {
                        self.rest.next().filter(|(_, high)| same_kind(low, *high) && low <= *high).map(|(_, high)| high)
                    } else {
                        Some(low)
                    };
                    let high = high.ok_or_else(|| {
                        error("a range goes up within `a-z`, `A-Z` or `0-9`, such as `[a-f]`", offset)
                    })?;
                    ranges.push((low, high));
                }
                '^' | '!' => {
                    let message =
                        format!("`[{character}…]` is not known to GitHub's filters, which have no \"none of these\"");
                    return Err(error(&message, offset));
                }
                _ => return Err(error("`[…]` lists letters and digits only", offset)),
            }
        }
    }
}

fn same_kind(low: char, high: char) -> bool {
    [char::is_ascii_lowercase as fn(&char) -> bool, char::is_ascii_uppercase, char::is_ascii_digit]
        .iter()
        .any(|kind| kind(&low) && kind(&high))
}
