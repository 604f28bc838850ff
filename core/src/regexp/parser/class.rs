//! Classes without `v`: a list of characters, ranges and escapes.

use super::escape::Within;
use super::{Parsed, Parser};
use crate::regexp::error::PatternErrorKind;
use crate::regexp::flags::Flag;
use crate::regexp::node::Node;
use crate::regexp::set::Set;

/// One part of a class.
enum Atom {
    Character(u32),
    Set(Set),
}

impl Parser {
    /// What follows a bracket.
    pub(super) fn class(&mut self) -> Parsed<Node> {
        if self.flags.has(Flag::UnicodeSets) {
            return self.set_class();
        }
        let negated = self.eat("^");
        let mut set = Set::default();
        while !self.eat("]") {
            let low = self.class_atom()?;
            let start = self.at;
            if !self.eat("-") || self.comes("]") {
                self.at = start;
                add(&mut set, &low);
                continue;
            }
            let high = self.class_atom()?;
            match (&low, &high) {
                (Atom::Character(low), Atom::Character(high)) if low <= high => set.add(*low, *high),
                (Atom::Character(_), Atom::Character(_)) => return Err(PatternErrorKind::RangeOrder),
                _ if self.unicode => return Err(PatternErrorKind::InvalidClass),
                _ => {
                    add(&mut set, &low);
                    add(&mut set, &Atom::Character(u32::from('-')));
                    add(&mut set, &high);
                }
            }
        }
        let set = self.closer.close(set);
        Ok(self.class_node(set, negated))
    }

    fn class_atom(&mut self) -> Parsed<Atom> {
        let Some(c) = self.next() else { return Err(PatternErrorKind::UnterminatedClass) };
        if c != u32::from('\\') {
            return Ok(Atom::Character(c));
        }
        if self.eat("b") {
            return Ok(Atom::Character(0x08));
        }
        if let Some(set) = self.class_escape()? {
            return Ok(Atom::Set(set));
        }
        self.character_escape(Within::Class).map(Atom::Character)
    }
}

fn add(set: &mut Set, atom: &Atom) {
    match atom {
        Atom::Character(c) => set.add(*c, *c),
        Atom::Set(other) => set.unite(other),
    }
}
