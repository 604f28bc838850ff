//! Walking over a text that is known to be JSON.
//!
//! [`check`] judges the text once, so that everything after it may rely on the grammar: it finds values and steps over them, and needs
//! no words for what cannot happen. Nothing here calls itself, whatever the nesting.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::refusal::{Fault, Refusal};
use crate::position::Positions;

/// Refuses what is no JSON.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    judge(text).map_err(|error| syntax(text, &error))
}

/// The judgement, with the line and the column that it names.
pub(super) fn judge(text: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str::<IgnoredAny>(text).map(|_| ())
}

#[cold]
#[inline(never)]
fn syntax(text: &str, error: &serde_json::Error) -> Refusal {
    let start = Positions::new(text).byte_at(error.line(), error.column());
    Refusal { fault: Fault::Syntax(words(error)), span: start..start + 1 }
}

/// What `serde_json` says, without its place.
fn words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text).to_owned()
}

/// What a value is, as messages say it.
pub(super) fn kind(first: u8) -> &'static str {
    match first {
        b'n' => "null",
        b't' | b'f' => "a boolean",
        b'"' => "a string",
        b'[' => "a list",
        b'{' => "an object",
        _ => "a number",
    }
}

/// A place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    pub(crate) text: &'a str,
    /// The next byte.
    pub(crate) at: usize,
}

impl<'a> Scanner<'a> {
    /// The next byte that is no blank, which is not stepped over; 0 at the end.
    #[inline(never)]
    pub(crate) fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        self.at = at;
        bytes.get(at).copied().unwrap_or_default()
    }

    /// Steps over this byte, if it comes next.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let next = self.peek() == byte;
        self.at += usize::from(next);
        next
    }

    /// Steps over the string that starts here. Tells whether it has escapes.
    fn skip_string(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let (mut at, mut escaped) = (self.at + 1, false);
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    at += 1;
                }
                _ => {}
            }
        }
        self.at = at;
        escaped
    }

    /// Steps over the number or word that starts here.
    fn skip_word(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while matches!(bytes.get(at), Some(b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')) {
            at += 1;
        }
        self.at = at;
    }

    /// Steps over a value.
    #[inline(never)]
    pub(crate) fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                0 => return,
                b'"' => {
                    self.skip_string();
                }
                b'{' | b'[' => {
                    self.at += 1;
                    depth += 1;
                }
                b'}' | b']' => {
                    self.at += 1;
                    depth = depth.saturating_sub(1);
                }
                b',' | b':' => {
                    self.at += 1;
                    continue;
                }
                _ => self.skip_word(),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// The number or word that comes next, as it is written; empty when something else does.
    #[inline(never)]
    pub(crate) fn word(&mut self) -> &'a str {
        self.peek();
        let start = self.at;
        self.skip_word();
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The string that comes next; its `"` was seen. Only half a surrogate pair is refused: nothing but reading a string finds it.
    #[inline(never)]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Refusal> {
        let start = self.at;
        let escaped = self.skip_string();
        if !escaped {
            return Ok(Cow::Borrowed(self.text.get(start + 1..self.at - 1).unwrap_or_default()));
        }
        let inner = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        let refused = || Fault::Syntax("half a surrogate pair in an escape".to_owned());
        unescaped(inner).map(Cow::Owned).ok_or_else(|| Refusal { fault: refused(), span: start..self.at })
    }
}

/// A text without its escapes; nothing when one is half a surrogate pair.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let (sign, after) = escape.split_at_checked(1)?;
        rest = after;
        out.push(match sign {
            "u" => {
                let (first, after) = unit(rest)?;
                rest = after;
                if matches!(first, 0xd800..0xdc00) {
                    let (second, after) = unit(rest.strip_prefix("\\u")?)?;
                    rest = after;
                    char::decode_utf16([first, second]).next()?.ok()?
                } else {
                    char::from_u32(first.into())?
                }
            }
            "b" => '\x08',
            "f" => '\x0c',
            "n" => '\n',
            "r" => '\r',
            "t" => '\t',
            other => other.chars().next()?,
        });
    }
    out.push_str(rest);
    Some(out)
}

/// Four hexadecimal digits.
fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}
