//! Classes in brackets, with classes inside of them and `&&`, `--` and `~~` between them.

use super::Error;
use super::bytes::Bytes;
use super::escape::Escape;
use super::parse::{NESTING, Parser};

const UNCLOSED: Error = "unclosed class";

/// The classes of POSIX, as the ends of their ranges.
const NAMED: [(&str, &[u8]); 14] = [
    ("alnum", b"09AZaz"),
    ("alpha", b"AZaz"),
    ("ascii", b"\x00\x7f"),
    ("blank", b"\t\t  "),
    ("cntrl", b"\x00\x1f\x7f\x7f"),
    ("digit", b"09"),
    ("graph", b"!~"),
    ("lower", b"az"),
    ("print", b" ~"),
    ("punct", b"!/:@[`{~"),
    ("space", b"\t\r  "),
    ("upper", b"AZ"),
    ("word", b"09AZ__az"),
    ("xdigit", b"09AFaf"),
];

/// What stands between two classes.
#[derive(Clone, Copy)]
enum Join {
    Or,
    And,
    Without,
    Differ,
}

impl Parser<'_> {
    /// From an opening bracket to behind the closing one.
    pub(super) fn class(&mut self, depth: usize) -> Result<Bytes, Error> {
        if depth > NESTING {
            return Err("classes nest too deeply");
        }
        let mut next = self.advance();
        let inverted = next == Some('^');
        if inverted {
            next = self.advance();
        }
        let (mut left, mut join, mut set) = (Bytes::default(), Join::Or, Bytes::default());
        // What closes the class or stands between its parts is itself at its start.
        let mut first = true;
        while next == Some('-') {
            set.add(b'-');
            first = false;
            next = self.advance();
        }
        if first && next == Some(']') {
            set.add(b']');
            self.advance();
        }
        loop {
            self.space();
            let before = (left, join, set);
            match self.peek() {
                None => return Err(UNCLOSED),
                Some(']') => break,
                Some('[') => {
                    let inner = match self.named() {
                        Some(named) => named,
                        None => self.class(depth + 1)?,
                    };
                    set = set.or(inner);
                    continue;
                }
                Some(_) if self.eat("&&") => join = Join::And,
                Some(_) if self.eat("--") => join = Join::Without,
                Some(_) if self.eat("~~") => join = Join::Differ,
                Some(_) => {
                    set = set.or(self.range()?);
                    continue;
                }
            }
            (left, set) = (self.join(before), Bytes::default());
        }
        self.bump();
        let joined = self.fold(self.join((left, join, set)));
        Ok(if inverted { joined.inverted() } else { joined })
    }

    fn fold(&self, set: Bytes) -> Bytes {
        if self.flags.fold { set.folded() } else { set }
    }

    fn join(&self, (left, join, right): (Bytes, Join, Bytes)) -> Bytes {
        let (left, right) = (self.fold(left), self.fold(right));
        match join {
            Join::Or => left.or(right),
            Join::And => left.and(right),
            Join::Without => left.and(right.inverted()),
            Join::Differ => left.differ(right),
        }
    }

    /// `[:alpha:]`; anything else is a class inside of the class.
    fn named(&mut self) -> Option<Bytes> {
        let (name, rest) = self.rest.strip_prefix("[:")?.split_once(':')?;
        let (name, inverted) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        let rest = rest.strip_prefix(']')?;
        let (_, ends) = NAMED.iter().find(|(known, _)| *known == name)?;
        self.rest = rest;
        let set = Bytes::ranges(ends);
        Some(if inverted { set.inverted() } else { set })
    }

    /// A member, or all from one to another.
    fn range(&mut self) -> Result<Bytes, Error> {
        let from = self.member()?;
        self.space();
        match self.peek() {
            None => return Err(UNCLOSED),
            Some('-') if !matches!(self.behind(), Some(']' | '-')) => {}
            Some(_) => {
                return match from {
                    Escape::Set(set) => Ok(set),
                    Escape::Look(_) => Err("a class holds an escape that stands for no character"),
                    one => byte(&one).map(|byte| Bytes::range(byte, byte)),
                };
            }
        }
        if self.advance().is_none() {
            return Err(UNCLOSED);
        }
        let to = self.member()?;
        let (from, to) = (byte(&from)?, byte(&to)?);
        if from > to {
            return Err("a range goes from the smaller character to the larger one");
        }
        Ok(Bytes::range(from, to))
    }

    /// What counts after the next character.
    fn behind(&mut self) -> Option<char> {
        let here = self.rest;
        let next = self.advance();
        self.rest = here;
        next
    }

    fn member(&mut self) -> Result<Escape, Error> {
        match self.peek() {
            Some('\\') => self.escape(),
            None => Err(UNCLOSED),
            Some(c) => {
                self.bump();
                Ok(Escape::Char(c))
            }
        }
    }
}

fn byte(member: &Escape) -> Result<u8, Error> {
    match member {
        Escape::Byte(byte) => Ok(*byte),
        Escape::Char(c) => u8::try_from(*c)
            .ok()
            .filter(u8::is_ascii)
            .ok_or("a class holds a character outside of ASCII; Unicode is not supported"),
        Escape::Set(_) | Escape::Look(_) => Err("a range holds what is no character"),
    }
}
