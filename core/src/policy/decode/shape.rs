//! What may stand where. The decoder takes its key names from these tables, and the JSON Schema is made of them.

/// A map with fixed keys.
#[derive(Debug)]
pub(crate) struct Section {
    /// What messages call it, such as `retry.build`.
    pub(crate) name: &'static str,
    /// What it is for, in one sentence.
    pub(crate) doc: &'static str,
    /// Its keys, in the order of the documentation.
    pub(crate) fields: &'static [Field],
}

/// One key of a section.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// What it says, in one sentence.
    pub(crate) doc: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

impl Field {
    pub(crate) const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, doc, shape, required: false }
    }

    pub(crate) const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, doc, shape, required: true }
    }
}

/// What a value looks like.
#[derive(Debug)]
pub(crate) enum Shape {
    Null,
    Bool,
    /// A whole number between two, both included.
    Integer(i64, i64),
    /// A number between two, both included.
    Number(f64, f64),
    Text,
    /// A string that a regular expression (ECMA 262) describes.
    Pattern(&'static str),
    /// One of some words.
    Words(fn() -> Vec<&'static str>),
    /// A list with at least one item.
    List(&'static Shape),
    /// One, or a list with at least one.
    OneOrMany(&'static Shape),
    /// Any of these.
    Either(&'static [Shape]),
    Map(&'static Section),
    /// A map whose keys are some words.
    Keyed(fn() -> Vec<&'static str>, &'static Shape),
    /// A map with any keys.
    Entries(&'static Shape),
}

/// A duration, such as `1h30m`.
pub(crate) const DURATION: Shape = Shape::Pattern("^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$");

/// One glob or several.
pub(crate) const GLOBS: Shape = Shape::OneOrMany(&Shape::Text);
