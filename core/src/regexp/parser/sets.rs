//! Classes with `v`: sets of characters and strings, with union, intersection and difference.

use super::escape::Within;
use super::{Parsed, Parser};
use crate::regexp::error::PatternErrorKind;
use crate::regexp::node::Node;
use crate::regexp::set::Set;

/// What a class, or a part of one, is for. Characters are canonical.
#[derive(Default)]
struct Strings {
    characters: Set,
    /// Strings of no character, or of several; the longest first, as they are tried.
    others: Vec<Vec<u32>>,
    /// Whether its syntax allows for strings, whatever is left of them.
    allowed: bool,
}

/// A part of a class. Only a character may start a range.
enum Operand {
    Character(u32),
    Set(Strings),
}

/// Characters that mean something in a class, so that they stand for themselves only after a backslash.
const SYNTAX: &str = "()[]{}/-\\|";

/// Characters that are kept for operators to come when they stand twice.
const DOUBLE: &str = "&!#$%*+,.:;<=>?@^`~";

impl Parser {
    /// What follows a bracket, as a node.
    pub(super) fn set_class(&mut self) -> Parsed<Node> {
        let Strings { characters, others, .. } = self.nested_class()?;
        let class = self.class_node(characters, false);
        if others.is_empty() {
            return Ok(class);
        }
        // Single characters are tried before the empty string.
        let empty = others.last().is_some_and(Vec::is_empty);
        let strings = others.into_iter().filter(|string| !string.is_empty());
        let mut list: Vec<Node> =
            strings.map(|string| Node::Sequence(string.into_iter().map(Node::Character).collect())).collect();
        list.push(class);
        if empty {
            list.push(Node::Empty);
        }
        Ok(Node::Either(list))
    }

    /// What follows a bracket, as a set.
    fn nested_class(&mut self) -> Parsed<Strings> {
        self.enter()?;
        let negated = self.eat("^");
        let mut set = self.operations()?;
        self.depth -= 1;
        if negated {
            if set.allowed {
                return Err(PatternErrorKind::NegatedStrings);
            }
            set.characters = set.characters.inverted();
        }
        Ok(set)
    }

    fn operations(&mut self) -> Parsed<Strings> {
        let mut set = Strings::default();
        let mut first = true;
        while !self.eat("]") {
            let operand = self.operand()?;
            if first && (self.comes("&&") || self.comes("--")) {
                return self.chain(operand);
            }
            first = false;
            match operand {
                Operand::Character(low) if self.comes("-") && !self.comes("--") => {
                    self.at += 1;
                    let Operand::Character(high) = self.operand()? else {
                        return Err(PatternErrorKind::InvalidClass);
                    };
                    if low > high {
                        return Err(PatternErrorKind::RangeOrder);
                    }
                    set.characters.unite(&self.closer.close(Set::of(&[(low, high)])));
                }
                operand => set.unite(self.strings(operand)),
            }
        }
        Ok(set)
    }

    /// Intersections or differences, after the first operand, up to the closing bracket.
    fn chain(&mut self, first: Operand) -> Parsed<Strings> {
        let mut set = self.strings(first);
        let operator = if self.comes("&&") { "&&" } else { "--" };
        while !self.eat("]") {
            if !self.eat(operator) || (operator == "&&" && self.comes("&")) {
                return Err(PatternErrorKind::InvalidSetOperation);
            }
            let operand = self.operand()?;
            let operand = self.strings(operand);
            if operator == "&&" {
                set.intersect(&operand);
            } else {
                set.subtract(&operand);
            }
        }
        Ok(set)
    }

    fn strings(&self, operand: Operand) -> Strings {
        match operand {
            Operand::Character(c) => {
                let c = self.case.canonical(c);
                Strings { characters: Set::of(&[(c, c)]), ..Strings::default() }
            }
            Operand::Set(set) => set,
        }
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let start = self.at;
        let Some(c) = self.next() else { return Err(PatternErrorKind::UnterminatedClass) };
        if c == u32::from('[') {
            return self.nested_class().map(Operand::Set);
        }
        if c != u32::from('\\') {
            let letter = char::from_u32(c).unwrap_or('\u{FFFD}');
            let doubled = self.peek() == Some(c) && DOUBLE.contains(letter);
            if doubled {
                return Err(PatternErrorKind::InvalidSetOperation);
            }
            if SYNTAX.contains(letter) {
                self.at = start;
                return Err(PatternErrorKind::InvalidSetCharacter);
            }
            return Ok(Operand::Character(c));
        }
        if self.eat("q{") {
            return self.quoted().map(Operand::Set);
        }
        if self.eat("b") {
            return Ok(Operand::Character(0x08));
        }
        if let Some(set) = self.class_escape()? {
            // The opposite of a property is one of canonical characters already.
            let characters = self.closer.close(set);
            return Ok(Operand::Set(Strings { characters, ..Strings::default() }));
        }
        self.character_escape(Within::SetClass).map(Operand::Character)
    }

    /// What follows `\q{`: strings between bars.
    fn quoted(&mut self) -> Parsed<Strings> {
        let mut set = Strings::default();
        let mut string = Vec::new();
        loop {
            if self.comes("|") || self.comes("}") {
                if let [c] = string.as_slice() {
                    set.characters.add(*c, *c);
                    string.clear();
                } else {
                    set.allowed = true;
                    set.add(std::mem::take(&mut string));
                }
                if self.next() == Some(u32::from('}')) {
                    return Ok(set);
                }
            } else {
                match self.operand()? {
                    Operand::Character(c) => string.push(self.case.canonical(c)),
                    Operand::Set(_) => return Err(PatternErrorKind::InvalidEscape),
                }
            }
        }
    }
}

impl Strings {
    fn add(&mut self, string: Vec<u32>) {
        if !self.others.contains(&string) {
            let at = self.others.partition_point(|other| other.len() >= string.len());
            self.others.insert(at, string);
        }
    }

    fn unite(&mut self, other: Self) {
        self.characters.unite(&other.characters);
        other.others.into_iter().for_each(|string| self.add(string));
        self.allowed |= other.allowed;
    }

    fn intersect(&mut self, other: &Self) {
        self.characters.intersect(&other.characters);
        self.others.retain(|string| other.others.contains(string));
        self.allowed &= other.allowed;
    }

    fn subtract(&mut self, other: &Self) {
        self.characters.subtract(&other.characters);
        self.others.retain(|string| !other.others.contains(string));
    }
}
