//! The tree that every document ends in.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Fault, at};
use crate::{Diagnostic, Span};

/// A value and where it stands. Cloning is cheap, so an alias costs nothing until somebody walks through it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) content: Content,
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Null,
    Bool(bool),
    Int(i64),
    /// Also a whole number that 64 bits don't hold.
    Float(f64),
    Text(Rc<str>),
    List(Rc<[Node]>),
    Map(Rc<[Pair]>),
}

impl Content {
    /// A number beyond 64 bits is a number all the same; no key takes one that large.
    pub(super) fn integer(digits: &str, radix: u32) -> Self {
        i64::from_str_radix(digits, radix).map_or(Self::Float(f64::INFINITY), Self::Int)
    }
}

/// One entry of a map, in the order of the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    pub(crate) key: Key,
    pub(crate) value: Node,
}

/// A map's key and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: Rc<str>,
    pub(crate) span: Span,
}

impl Node {
    pub(crate) fn new(content: Content, span: Span) -> Self {
        Self { content, span }
    }

    /// What the value is, as messages say it.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "a boolean",
            Content::Int(_) | Content::Float(_) => "a number",
            Content::Text(_) => "a string",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }
}

/// Compact and without places.
#[cfg(test)]
impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.content {
            Content::Null => f.write_str("null"),
            Content::Bool(value) => write!(f, "{value}"),
            Content::Int(value) => write!(f, "{value}"),
            Content::Float(value) => f.write_str(&crate::version::ecmascript::number_text(*value)),
            Content::Text(value) => write!(f, "{value:?}"),
            Content::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Content::Map(pairs) => {
                f.write_str("{")?;
                for (index, pair) in pairs.iter().enumerate() {
                    write!(f, "{}{:?}: {}", if index == 0 { "" } else { ", " }, pair.key.name, pair.value)?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Collects a map's entries and refuses a key that comes twice.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pairs: Vec<Pair>,
    /// Where each name is in `pairs`.
    names: BTreeMap<Rc<str>, usize>,
}

impl Entries {
    /// Adds an entry. A repeated key keeps its first value, so that the rest of the document can still be read.
    pub(super) fn add(&mut self, key: Key, value: Node) -> Option<Fault> {
        if let Some(first) = self.names.get(&key.name).and_then(|index| self.pairs.get(*index)) {
            return Some(duplicate(&key.name, first.key.span, key.span));
        }
        self.names.insert(Rc::clone(&key.name), self.pairs.len());
        self.pairs.push(Pair { key, value });
        None
    }

    /// End of the last value, for maps without a closing sign.
    pub(super) fn last(&self) -> Option<Span> {
        self.pairs.last().map(|pair| pair.value.span)
    }

    pub(super) fn finish(self) -> Content {
        Content::Map(self.pairs.into())
    }
}

/// The finding for a key that comes twice.
pub(super) fn duplicate(name: &str, first: Span, second: Span) -> Fault {
    at(
        Diagnostic::error("duplicate-key", format!("the key `{name}` is given twice"))
            .label("the second one")
            .help(format!("the first one is at line {}, column {}; keep one of them", first.line, first.column)),
        second,
    )
}
