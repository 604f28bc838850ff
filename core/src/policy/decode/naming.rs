//! `naming`: how names are made.

use super::reader::Reader;
use super::shape::{Field, Section, Shape};
use crate::policy::document::Node;
use crate::policy::{Choice, Naming, PrSha};

/// How names are made.
pub(super) static NAMING: Section = Section {
    name: "`naming`",
    doc: "How names are made.",
    fields: &[
        Field::new("sha-length", Shape::Integer(7, 40), "Digits of `{{sha}}`; 7 without it."),
        Field::new(
            "keep",
            Shape::OneOrMany(&Shape::Words(Kept::words)),
            "Characters that sanitised names keep; without it they become `-`.",
        ),
        Field::new(
            "pr-sha",
            Shape::Words(PrSha::words),
            "The commit that a pull request's tags are named after; `head` without it.",
        ),
    ],
};

impl Choice for PrSha {
    const ALL: &'static [(&'static str, Self)] = &[("head", Self::Head), ("merge", Self::Merge)];
}

/// A character that sanitised names may keep.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kept(char);

impl Choice for Kept {
    const ALL: &'static [(&'static str, Self)] = &[(".", Self('.')), ("_", Self('_'))];
}

/// Reads the section over what holds already.
pub(super) fn naming(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Naming) {
    let Some(fields) = reader.section(node, &NAMING) else { return };
    if let Some(length) = fields.get("sha-length").and_then(|node| reader.count(node, 7..=40)) {
        base.sha_length = length as usize;
    }
    if let Some(kept) = fields.get("keep").and_then(|node| reader.choices::<Kept>(node, "a character to keep")) {
        base.keep = kept.into_iter().map(|Kept(character)| character).collect();
    }
    if let Some(sha) = fields.get("pr-sha").and_then(|node| reader.choice(node, "a kind of commit")) {
        base.pr_sha = sha;
    }
}
