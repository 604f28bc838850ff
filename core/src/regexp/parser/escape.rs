//! What a backslash begins.

use super::{Parsed, Parser};
use crate::regexp::error::PatternErrorKind;
use crate::regexp::fold::Case;
use crate::regexp::node::Node;
use crate::regexp::set::Set;
use crate::regexp::unicode;

/// Where an escape stands; the three places differ in what may be escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Pattern,
    Class,
    /// A class with `v`.
    SetClass,
}

impl Parser {
    /// What follows a backslash outside of classes, `\b` and `\B` apart.
    pub(super) fn escape(&mut self) -> Parsed<Node> {
        let Some(c) = self.peek() else { return Err(PatternErrorKind::BackslashAtEnd) };
        if (u32::from('1')..=u32::from('9')).contains(&c) {
            let start = self.at;
            let number = self.number().unwrap_or_default();
            if number <= self.groups {
                return Ok(Node::Reference(number));
            }
            self.at = start;
            if self.unicode {
                return Err(PatternErrorKind::InvalidDecimalEscape);
            }
        }
        if self.named && self.eat("k") {
            return self.named_reference();
        }
        if let Some(set) = self.class_escape()? {
            let set = self.closer.close(set);
            return Ok(self.class_node(set, false));
        }
        let c = self.character_escape(Within::Pattern)?;
        Ok(Node::Character(self.case.canonical(c)))
    }

    /// `\d`, `\s`, `\w`, `\p{…}` and their opposites, after the backslash.
    pub(super) fn class_escape(&mut self) -> Parsed<Option<Set>> {
        let Some(letter) = self.peek().and_then(char::from_u32) else { return Ok(None) };
        let set = match letter.to_ascii_lowercase() {
            'd' => Set::of(&[(0x30, 0x39)]),
            's' => unicode::spaces(),
            'w' => self.word_set(),
            'p' if self.unicode => {
                self.at += 1;
                let set = self.property()?;
                return Ok(Some(if letter == 'P' { self.opposite(set) } else { set }));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(if letter.is_ascii_uppercase() { set.inverted() } else { set }))
    }

    /// The characters of words: without regard to case and with `u`, two letters that fold to ASCII are among them.
    fn word_set(&self) -> Set {
        let mut set = Set::of(&[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]);
        if self.case == Case::Folded {
            set.unite(&Set::of(&[(0x17F, 0x17F), (0x212A, 0x212A)]));
        }
        set
    }

    /// An escape that stands for one character, after the backslash.
    pub(super) fn character_escape(&mut self, within: Within) -> Parsed<u32> {
        let Some(c) = self.next() else { return Err(PatternErrorKind::BackslashAtEnd) };
        let Some(letter) = char::from_u32(c) else { return self.identity(c, within) };
        match letter {
            't' => Ok(0x09),
            'n' => Ok(0x0A),
            'v' => Ok(0x0B),
            'f' => Ok(0x0C),
            'r' => Ok(0x0D),
            'c' => self.control(within),
            'x' => {
                let start = self.at;
                self.hex(2).map_or_else(|| self.letter_itself(c, start, PatternErrorKind::InvalidEscape), Ok)
            }
            'u' => {
                let start = self.at;
                let code = if self.unicode { self.code_point_escape() } else { self.hex(4) };
                code.map_or_else(|| self.letter_itself(c, start, PatternErrorKind::InvalidUnicodeEscape), Ok)
            }
            '0' if self.unicode => {
                let digit = self.peek().and_then(char::from_u32).is_some_and(|c| c.is_ascii_digit());
                if digit { Err(PatternErrorKind::InvalidDecimalEscape) } else { Ok(0) }
            }
            '0'..='7' if !self.unicode => {
                let mut code = c - 0x30;
                // Three digits at most, and no more than a byte.
                for limit in [8, 32] {
                    if code < limit
                        && let Some(digit) = self.digit(8)
                    {
                        code = code * 8 + digit;
                    } else {
                        break;
                    }
                }
                Ok(code)
            }
            _ => self.identity(c, within),
        }
    }

    /// An escaped character that stands for itself.
    fn identity(&self, c: u32, within: Within) -> Parsed<u32> {
        let letter = char::from_u32(c).unwrap_or('\u{FFFD}');
        let syntax = "^$\\.*+?()[]{}|/".contains(letter);
        let allowed = match within {
            _ if !self.unicode => !(self.named && letter == 'k'),
            Within::Pattern => syntax,
            Within::Class => syntax || letter == '-',
            Within::SetClass => syntax || "&-!#%,:;<=>@`~".contains(letter),
        };
        if allowed { Ok(c) } else { Err(PatternErrorKind::InvalidEscape) }
    }

    /// A letter whose escape is incomplete: for itself in the lax grammar.
    fn letter_itself(&mut self, letter: u32, after: usize, error: PatternErrorKind) -> Parsed<u32> {
        self.at = after;
        if self.unicode { Err(error) } else { Ok(letter) }
    }

    /// What follows `\c`.
    fn control(&mut self, within: Within) -> Parsed<u32> {
        let next = self.peek().and_then(char::from_u32).unwrap_or(' ');
        let lax = !self.unicode && within == Within::Class && (next.is_ascii_digit() || next == '_');
        if next.is_ascii_alphabetic() || lax {
            self.at += 1;
            return Ok(u32::from(next) % 32);
        }
        if self.unicode {
            return Err(PatternErrorKind::InvalidUnicodeEscape);
        }
        // The backslash stands for itself, and the letter is read again.
        self.at -= 1;
        Ok(u32::from('\\'))
    }

    /// A number of this many hexadecimal digits.
    fn hex(&mut self, length: usize) -> Option<u32> {
        (0..length).try_fold(0, |code, _| Some(code * 16 + self.digit(16)?))
    }

    /// What follows `\u` with `u`, and in names always: digits in braces, four digits, or two such escapes for a pair of surrogates.
    pub(super) fn code_point_escape(&mut self) -> Option<u32> {
        if self.eat("{") {
            let mut code = self.digit(16)?;
            while let Some(digit) = self.digit(16) {
                code = code.checked_mul(16)?.checked_add(digit)?;
            }
            return (self.eat("}") && code <= 0x10_FFFF).then_some(code);
        }
        let high = self.hex(4)?;
        let after = self.at;
        if self.eat("\\u")
            && let Some(pair) = self.hex(4).and_then(|low| unicode::pair(high, low))
        {
            return Some(pair);
        }
        self.at = after;
        Some(high)
    }
}
