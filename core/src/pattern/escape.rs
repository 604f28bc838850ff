//! What stands behind a backslash.

use super::Error;
use super::bytes::Bytes;
use super::node::Look;
use super::parse::Parser;

/// What an escape stands for.
pub(super) enum Escape {
    Char(char),
    /// A byte that is no character, `\xff`.
    Byte(u8),
    Set(Bytes),
    Look(Look),
}

const ENDS: Error = "the pattern ends inside an escape";

impl Parser<'_> {
    /// From a backslash to behind the escape.
    pub(super) fn escape(&mut self) -> Result<Escape, Error> {
        self.bump();
        let Some(sign) = self.peek() else { return Err(ENDS) };
        let digits = match sign {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'p' | 'P' => return Err("Unicode classes are not supported: patterns are over ASCII"),
            _ => 0,
        };
        if digits > 0 {
            return self.hex(digits);
        }
        self.bump();
        Ok(match sign {
            'd' => Escape::Set(Bytes::digits()),
            's' => Escape::Set(Bytes::blanks()),
            'w' => Escape::Set(Bytes::words()),
            'D' => Escape::Set(Bytes::digits().inverted()),
            'S' => Escape::Set(Bytes::blanks().inverted()),
            'W' => Escape::Set(Bytes::words().inverted()),
            'a' => Escape::Char('\x07'),
            'f' => Escape::Char('\x0c'),
            't' => Escape::Char('\t'),
            'n' => Escape::Char('\n'),
            'r' => Escape::Char('\r'),
            'v' => Escape::Char('\x0b'),
            'A' => Escape::Look(Look::Start),
            'z' => Escape::Look(Look::End),
            'b' => Escape::Look(self.boundary()?),
            'B' => Escape::Look(Look::NotWord),
            '<' => Escape::Look(Look::WordStart),
            '>' => Escape::Look(Look::WordEnd),
            '0'..='9' => return Err("back-references are not supported"),
            _ if sign.is_ascii() && !sign.is_ascii_alphabetic() => Escape::Char(sign),
            _ => return Err("unknown escape"),
        })
    }

    /// Behind `\b`: perhaps `{start}` or another word; a number is a repetition.
    fn boundary(&mut self) -> Result<Look, Error> {
        let before = self.rest;
        if self.peek() != Some('{') {
            return Ok(Look::Word);
        }
        let is_name = |c: char| c == '-' || c.is_ascii_alphabetic();
        match self.advance() {
            None => return Err("unclosed `{` behind `\\b`"),
            Some(c) if !is_name(c) => {
                self.rest = before;
                return Ok(Look::Word);
            }
            Some(_) => {}
        }
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| is_name(*c)) {
            name.push(c);
            self.advance();
        }
        if !self.eat("}") {
            return Err("unclosed `{` behind `\\b`");
        }
        match name.as_str() {
            "start" => Ok(Look::WordStart),
            "end" => Ok(Look::WordEnd),
            "start-half" => Ok(Look::WordStartHalf),
            "end-half" => Ok(Look::WordEndHalf),
            _ => Err("`\\b{…}` knows `start`, `end`, `start-half` and `end-half`"),
        }
    }

    /// A code point in so many hexadecimal digits, or in braces.
    fn hex(&mut self, digits: usize) -> Result<Escape, Error> {
        let braces = self.advance() == Some('{');
        if braces {
            self.advance();
        }
        let (mut number, mut count) = (0_u32, 0);
        while braces || count < digits {
            match self.peek() {
                None => return Err(ENDS),
                Some('}') if braces => break,
                Some(c) => {
                    let digit = c.to_digit(16).ok_or("an escape holds what is no hexadecimal digit")?;
                    number = number.checked_mul(16).ok_or("an escape stands for no character")? | digit;
                }
            }
            count += 1;
            self.advance();
        }
        if braces {
            self.advance();
        }
        if count == 0 {
            return Err("an escape without a number");
        }
        match (u8::try_from(number), char::from_u32(number)) {
            (Ok(byte @ 0x80..), _) if digits == 2 && !braces => Ok(Escape::Byte(byte)),
            (_, Some(c)) => Ok(Escape::Char(c)),
            (_, None) => Err("an escape stands for no character"),
        }
    }
}
