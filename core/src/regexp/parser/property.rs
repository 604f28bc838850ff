//! `\p{…}`.

use super::{Parsed, Parser};
use crate::regexp::error::PatternErrorKind;
use crate::regexp::flags::Flag;
use crate::regexp::set::Set;
use crate::regexp::unicode;

impl Parser {
    /// The set of the property whose name follows.
    pub(super) fn property(&mut self) -> Parsed<Set> {
        if !self.eat("{") {
            return Err(PatternErrorKind::InvalidProperty);
        }
        let name = self.property_word();
        let set = if self.eat("=") {
            let value = self.property_word();
            unicode::property_value(&name, &value)
        } else if self.flags.has(Flag::UnicodeSets) && unicode::is_of_strings(&name) {
            return Err(PatternErrorKind::UnsupportedProperty);
        } else {
            unicode::property(&name)
        };
        set.filter(|_| self.eat("}")).ok_or(PatternErrorKind::InvalidProperty)
    }

    fn property_word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek().and_then(char::from_u32)
            && (c.is_ascii_alphanumeric() || c == '_')
        {
            word.push(c);
            self.at += 1;
        }
        word
    }

    /// The characters without a property. With `v` that is decided by canonical characters, so that it does not match both cases of a letter
    /// when one of them has the property.
    pub(super) fn opposite(&mut self, set: Set) -> Set {
        if !self.flags.has(Flag::UnicodeSets) {
            return set.inverted();
        }
        let mut opposite = self.closer.close(set).inverted();
        opposite.intersect(&self.closer.close(Set::all()));
        opposite
    }
}
