//! Groups, look-around and names.

use super::{Parsed, Parser};
use crate::regexp::error::PatternErrorKind;
use crate::regexp::node::{Direction, Node, Polarity};
use crate::regexp::unicode;

/// How many capturing groups a pattern has, and whether any has a name. The parser must know before it comes there: what `\1` and `\k` mean
/// depends on it.
pub(super) fn count(text: &[u32]) -> (usize, bool) {
    let (mut groups, mut named, mut in_class) = (0, false, false);
    let mut rest = text.iter().filter_map(|c| char::from_u32(*c).or(Some('\u{FFFD}')));
    let mut ahead = rest.clone();
    while let Some(c) = ahead.next() {
        rest = ahead.clone();
        match c {
            '\\' => {
                ahead.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                if rest.next() != Some('?') {
                    groups += 1;
                } else if rest.next() == Some('<') && !matches!(rest.next(), Some('=' | '!')) {
                    groups += 1;
                    named = true;
                }
            }
            _ => {}
        }
    }
    (groups, named)
}

impl Parser {
    /// What follows a parenthesis, and whether it may be repeated.
    pub(super) fn group(&mut self) -> Parsed<(Node, bool)> {
        self.enter()?;
        let look = [
            ("?=", Direction::Forward, Polarity::Positive),
            ("?!", Direction::Forward, Polarity::Negative),
            ("?<=", Direction::Backward, Polarity::Positive),
            ("?<!", Direction::Backward, Polarity::Negative),
        ];
        let look = look.into_iter().find(|(opening, ..)| self.eat(opening));
        let number = if look.is_some() || self.eat("?:") { None } else { Some(self.open()?) };
        let body = self.alternatives()?;
        if !self.eat(")") {
            return Err(PatternErrorKind::UnterminatedGroup);
        }
        self.depth -= 1;
        Ok(match (look, number) {
            // Web pages rely on repeated look-aheads, so they are in the lax grammar.
            (Some((_, direction, polarity)), _) => {
                (Node::Look(direction, polarity, Box::new(body)), direction == Direction::Forward && !self.unicode)
            }
            (None, Some(number)) => (Node::Group(number, Box::new(body)), true),
            // In brackets of its own, so that a quantifier takes all of it.
            (None, None) => (body, true),
        })
    }

    /// The number of a capturing group that opens here.
    fn open(&mut self) -> Parsed<usize> {
        self.opened += 1;
        if self.eat("?") {
            if !self.eat("<") {
                return Err(PatternErrorKind::InvalidGroup);
            }
            let name = self.group_name().ok_or(PatternErrorKind::InvalidGroupName)?;
            if self.names.iter().any(|(known, _)| *known == name) {
                return Err(PatternErrorKind::DuplicateGroupName);
            }
            self.names.push((name, self.opened));
        }
        Ok(self.opened)
    }

    /// A group's name and the bracket that ends it.
    fn group_name(&mut self) -> Option<String> {
        let mut name = String::new();
        loop {
            let mut c = self.next()?;
            if c == u32::from('\\') {
                c = if self.eat("u") { self.code_point_escape()? } else { return None };
            } else if c == u32::from('>') {
                return (!name.is_empty()).then_some(name);
            } else if let Some(pair) = self.peek().and_then(|low| unicode::pair(c, low)) {
                self.at += 1;
                c = pair;
            }
            let letter = char::from_u32(c)?;
            if !self.is_name_letter(letter, name.is_empty()) {
                return None;
            }
            name.push(letter);
        }
    }

    fn is_name_letter(&mut self, letter: char, first: bool) -> bool {
        if letter.is_ascii() {
            return letter.is_ascii_alphabetic() || matches!(letter, '$' | '_') || (!first && letter.is_ascii_digit());
        }
        let [start, others] = self
            .letters
            .get_or_insert_with(|| ["ID_Start", "ID_Continue"].map(|name| unicode::property(name).unwrap_or_default()));
        let joiner = matches!(letter, '\u{200C}' | '\u{200D}');
        if first { start.contains(u32::from(letter)) } else { joiner || others.contains(u32::from(letter)) }
    }

    /// The reference that follows `\k`.
    pub(super) fn named_reference(&mut self) -> Parsed<Node> {
        let name = if self.eat("<") { self.group_name() } else { None };
        self.references.push(name.ok_or(PatternErrorKind::InvalidNamedReference)?);
        Ok(Node::Name(self.references.len() - 1))
    }

    /// Puts numbers in the place of names.
    pub(super) fn resolve(&self, node: &mut Node) -> Parsed<()> {
        match node {
            Node::Name(index) => {
                let name = self.references.get(*index);
                let group = self.names.iter().find(|(known, _)| Some(known) == name);
                *node = Node::Reference(group.ok_or(PatternErrorKind::UnknownGroupName)?.1);
                Ok(())
            }
            Node::Sequence(list) | Node::Either(list) => list.iter_mut().try_for_each(|node| self.resolve(node)),
            Node::Group(_, body) | Node::Look(_, _, body) | Node::Repeat(_, _, body) => self.resolve(body),
            _ => Ok(()),
        }
    }
}
