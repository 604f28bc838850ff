//! From a pattern's text to its tree: sequences, groups, flags, repetitions.
//!
//! The syntax is that of Rust's `regex` crate with its Unicode mode off; the tests compare the two.

use super::Error;
use super::bytes::Bytes;
use super::escape::Escape;
use super::node::{Greed, Look, Node, Repeat};

/// How deep groups, classes and repetitions of repetitions may nest.
pub(super) const NESTING: usize = 50;

/// A pattern that was read.
pub(super) struct Parsed {
    pub(super) node: Node,
    /// The name of each group, the whole pattern being the first.
    pub(super) groups: Vec<Option<String>>,
}

/// What `(?flags)` switches.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the syntax, independent of the others")]
pub(super) struct Flags {
    /// `i`: small and capital letters are the same.
    pub(super) fold: bool,
    /// `m`: `^` and `$` match at lines.
    lines: bool,
    /// `s`: `.` matches the end of a line.
    dot_all: bool,
    /// `U`: repetitions are lazy, and `?` behind them makes them greedy.
    swap_greed: bool,
    /// `R`: `\r\n` ends a line.
    crlf: bool,
    /// `x`: blanks and comments do not count.
    pub(super) spaced: bool,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Parsed, Error> {
    let mut parser = Parser { rest: pattern, flags: Flags::default(), groups: vec![None] };
    let node = parser.alternatives(0)?;
    if parser.peek().is_some() {
        return Err("unopened group");
    }
    Ok(Parsed { node, groups: parser.groups })
}

pub(super) struct Parser<'p> {
    pub(super) rest: &'p str,
    pub(super) flags: Flags,
    groups: Vec<Option<String>>,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Goes past a character, if there is one.
    pub(super) fn bump(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Goes past a text, if it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Goes past blanks and comments, where the flag `x` says that they do not count.
    pub(super) fn space(&mut self) {
        while self.flags.spaced {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') {
                break;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }

    /// Goes past a character and what does not count after it, to the next one.
    pub(super) fn advance(&mut self) -> Option<char> {
        self.bump();
        self.space();
        self.peek()
    }

    /// Up to the end of the pattern or of a group, whose parenthesis stays. Flags that are set inside end with it.
    fn alternatives(&mut self, depth: usize) -> Result<Node, Error> {
        if depth > NESTING {
            return Err("groups nest too deeply");
        }
        let outside = self.flags;
        let mut branches = Vec::new();
        let mut items = Vec::new();
        loop {
            self.space();
            let Some(next) = self.peek() else { break };
            match next {
                ')' => break,
                '|' => {
                    self.bump();
                    branches.push(sequence(std::mem::take(&mut items)));
                }
                '(' => items.push(self.group(depth)?),
                '[' => items.push(Node::Set(self.class(0)?)),
                '?' | '*' | '+' | '{' => {
                    let item = items.pop().filter(|item| *item != Node::Empty);
                    let repeated = self.repetition(item.ok_or("there is nothing to repeat")?)?;
                    items.push(repeated);
                }
                _ => items.push(self.one()?),
            }
        }
        self.flags = outside;
        let last = sequence(items);
        if branches.is_empty() {
            return Ok(last);
        }
        branches.push(last);
        Ok(Node::Either(branches))
    }

    /// A character, a class without brackets or a condition.
    fn one(&mut self) -> Result<Node, Error> {
        let Flags { lines, crlf, .. } = self.flags;
        Ok(match self.peek() {
            Some('\\') => match self.escape()? {
                Escape::Char(c) => self.literal(c),
                Escape::Byte(byte) => Node::Byte(byte),
                Escape::Set(set) => Node::Set(set),
                Escape::Look(look) => Node::Look(look),
            },
            Some('.') => {
                self.bump();
                let ends: &[u8] = match (self.flags.dot_all, crlf) {
                    (true, _) => b"",
                    (false, true) => b"\n\n\r\r",
                    (false, false) => b"\n\n",
                };
                Node::Set(Bytes::ranges(ends).inverted())
            }
            Some('^') => {
                self.bump();
                Node::Look(match (lines, crlf) {
                    (true, true) => Look::StartCrlf,
                    (true, false) => Look::StartLine,
                    (false, _) => Look::Start,
                })
            }
            Some('$') => {
                self.bump();
                Node::Look(match (lines, crlf) {
                    (true, true) => Look::EndCrlf,
                    (true, false) => Look::EndLine,
                    (false, _) => Look::End,
                })
            }
            Some(c) => {
                self.bump();
                self.literal(c)
            }
            None => Node::Empty,
        })
    }

    fn literal(&self, c: char) -> Node {
        if self.flags.fold && c.is_ascii_alphabetic() {
            let byte = u8::try_from(c).unwrap_or_default();
            return Node::Set(Bytes::range(byte, byte).folded());
        }
        let mut buffer = [0; 4];
        sequence(c.encode_utf8(&mut buffer).bytes().map(Node::Byte).collect())
    }

    /// From an opening parenthesis to behind the closing one, or a directive such as `(?i)`.
    fn group(&mut self, depth: usize) -> Result<Node, Error> {
        self.advance();
        if ["?=", "?!", "?<=", "?<!"].iter().any(|look| self.rest.starts_with(look)) {
            return Err("look-around is not supported");
        }
        let outside = self.flags;
        let number = if self.eat("?P<") || self.eat("?<") {
            let name = self.name()?;
            Some(self.add_group(Some(name)))
        } else if self.eat("?") {
            if self.switch()? == ')' {
                return Ok(Node::Empty);
            }
            None
        } else {
            Some(self.add_group(None))
        };
        let inside = self.alternatives(depth + 1)?;
        self.flags = outside;
        if !self.eat(")") {
            return Err("unclosed group");
        }
        Ok(match (number, inside) {
            (Some(number), inside) => Node::Group(number, Box::new(inside)),
            // `(?:(?i))` can be repeated, though it is nothing.
            (None, Node::Empty) => Node::Sequence(Vec::new()),
            (None, inside) => inside,
        })
    }

    fn add_group(&mut self, name: Option<String>) -> usize {
        self.groups.push(name);
        self.groups.len() - 1
    }

    fn name(&mut self) -> Result<String, Error> {
        let (name, rest) = self.rest.split_once('>').ok_or("unclosed name of a group")?;
        let starts = name.starts_with(|c: char| c == '_' || c.is_alphabetic());
        let goes_on = |c: char| matches!(c, '_' | '.' | '[' | ']') || c.is_alphanumeric();
        if !starts || !name.chars().all(goes_on) {
            return Err("the name of a group holds letters, digits and `_`, and begins with no digit");
        }
        if self.groups.iter().flatten().any(|other| other == name) {
            return Err("two groups have one name");
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    /// Flags up to `:` or `)`, which is returned.
    fn switch(&mut self) -> Result<char, Error> {
        let (mut on, mut seen) = (true, String::new());
        let mut flags = self.flags;
        loop {
            let Some(flag) = self.bump() else {
                return Err(if seen.is_empty() { "unclosed group" } else { "unclosed flags" });
            };
            match flag {
                ')' if seen.is_empty() => return Err("there is nothing to repeat"),
                ':' | ')' if seen.ends_with('-') => return Err("no flag after `-`"),
                ':' | ')' => {
                    self.flags = flags;
                    return Ok(flag);
                }
                _ if seen.contains(flag) => return Err("a flag is given twice"),
                '-' => on = false,
                'i' => flags.fold = on,
                'm' => flags.lines = on,
                's' => flags.dot_all = on,
                'U' => flags.swap_greed = on,
                'R' => flags.crlf = on,
                'x' => flags.spaced = on,
                'u' if on => return Err("the flag `u` is not supported: patterns are over ASCII, without Unicode"),
                'u' => {}
                _ => return Err("unknown flag; the flags are `i`, `m`, `s`, `x`, `U` and `R`"),
            }
            seen.push(flag);
        }
    }

    /// A repetition's sign, behind what it repeats.
    fn repetition(&mut self, node: Node) -> Result<Node, Error> {
        let (min, max) = match self.peek() {
            Some('{') => self.counts()?,
            sign => {
                self.bump();
                match sign {
                    Some('?') => (0, Some(1)),
                    Some('*') => (0, None),
                    _ => (1, None),
                }
            }
        };
        let lazy = self.eat("?");
        let mut depth = 0;
        let mut inner = &node;
        while let Node::Repeat(next, _) = inner {
            inner = next;
            depth += 1;
        }
        if depth >= NESTING {
            return Err("repetitions nest too deeply");
        }
        let greed = if lazy == self.flags.swap_greed { Greed::Greedy } else { Greed::Lazy };
        Ok(Node::Repeat(Box::new(node), Repeat { min, max, greed }))
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    fn counts(&mut self) -> Result<(u32, Option<u32>), Error> {
        self.advance();
        let min = self.number()?;
        let max = if self.peek() == Some(',') {
            self.advance();
            if self.peek() == Some('}') { None } else { Some(self.number()?) }
        } else {
            Some(min)
        };
        if self.peek() != Some('}') {
            return Err("unclosed repetition");
        }
        self.advance();
        if max.is_some_and(|max| max < min) {
            return Err("a repetition counts from the smaller number to the larger one");
        }
        Ok((min, max))
    }

    fn number(&mut self) -> Result<u32, Error> {
        self.rest = self.rest.trim_start();
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let next = number.unwrap_or(0_u32).checked_mul(10).and_then(|n| n.checked_add(digit));
            number = Some(next.ok_or("the number of a repetition is too large")?);
            self.advance();
        }
        while self.peek().is_some_and(char::is_whitespace) {
            self.advance();
        }
        number.ok_or(if self.rest.is_empty() { "unclosed repetition" } else { "a repetition needs a number" })
    }
}

fn sequence(mut nodes: Vec<Node>) -> Node {
    match nodes.len() {
        1 => nodes.pop().unwrap_or(Node::Empty),
        _ => Node::Sequence(nodes),
    }
}
