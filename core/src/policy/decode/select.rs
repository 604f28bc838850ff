//! `select`: which image a later job may take.

use super::reader::Reader;
use super::shape::{Field, Section, Shape};
use crate::Diagnostic;
use crate::policy::document::Node;
use crate::policy::{Choice, Fallback, Freshness, OnUnknown, Select};

/// Which image a later job may take.
pub(super) static SELECT: Section = Section {
    name: "`select`",
    doc: "Which image a later job may take.",
    fields: &[
        Field::new(
            "freshness",
            Shape::Words(Freshness::words),
            "What happens when an image was built from another commit; `fail` without it.",
        ),
        Field::new(
            "fallback",
            Shape::OneOrMany(&Shape::Words(Fallback::words)),
            "What to try, in order, when the registry has no such image; `archive` without it.",
        ),
        Field::new(
            "on-unknown",
            Shape::Words(OnUnknown::words),
            "What happens when a registry does not answer: `fail`, or `fallback` to the next candidate; `fail` without it.",
        ),
    ],
};

/// Reads the section over what holds already.
pub(super) fn select(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Select) {
    let Some(fields) = reader.section(node, &SELECT) else { return };
    if let Some(freshness) = fields.get("freshness").and_then(|node| reader.choice(node, "an answer to a stale image"))
    {
        base.freshness = freshness;
    }
    if let Some(unknown) = fields.get("on-unknown").and_then(|node| reader.choice(node, "an answer to silence")) {
        base.on_unknown = unknown;
    }
    let Some(node) = fields.get("fallback") else { return };
    let Some(fallback) = reader.choices::<Fallback>(node, "a fallback") else { return };
    let end = fallback.iter().position(|own| *own == Fallback::Fail);
    if end.is_some_and(|end| end + 1 < fallback.len()) {
        let error = Diagnostic::error("unreachable-fallback", "what follows `fail` is never tried");
        reader.report(node.span, error.help("put `fail` last, or leave it out: it is always the end"));
        return;
    }
    base.fallback = fallback;
}
