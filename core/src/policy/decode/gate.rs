//! `gate`: which findings of a scan stop an image.

use super::reader::Reader;
use super::shape::{Field, Section, Shape};
use crate::Diagnostic;
use crate::calendar;
use crate::policy::document::Node;
use crate::policy::{Choice, Gate, GateSeverity, Suppression};

static SUPPRESSION: Section = Section {
    name: "an accepted finding",
    doc: "A finding that is known and accepted for a time.",
    fields: &[
        Field::required("id", Shape::Text, "The finding's identifier, such as `CVE-2026-1234`."),
        Field::required(
            "until",
            Shape::Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            "The last day on which it is accepted, in UTC, such as `2026-01-31`.",
        ),
        Field::required("reason", Shape::Text, "Why it is accepted."),
    ],
};

/// Which findings stop an image.
pub(super) static GATE: Section = Section {
    name: "`gate`",
    doc: "Which findings of a scan stop an image.",
    fields: &[
        Field::new(
            "fail-on",
            Shape::OneOrMany(&Shape::Words(GateSeverity::words)),
            "Severities that stop an image; none without it.",
        ),
        Field::new(
            "ignore",
            Shape::List(&Shape::Map(&SUPPRESSION)),
            "Findings that are known and accepted for a time.",
        ),
    ],
};

/// Reads the section over what holds already.
pub(super) fn gate(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Gate) {
    let Some(fields) = reader.section(node, &GATE) else { return };
    if let Some(severities) = fields.get("fail-on").and_then(|node| reader.choices(node, "a severity")) {
        base.fail_on = severities;
    }
    if let Some(items) = fields.get("ignore").and_then(|node| reader.list(node, "a list of accepted findings")) {
        base.ignore = items.iter().filter_map(|item| suppression(reader, item)).collect();
    }
}

fn suppression(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Suppression> {
    let fields = reader.section(node, &SUPPRESSION)?;
    let id = fields.get("id").and_then(|node| reader.text(node, "an identifier (a string)")).map(str::to_owned);
    let reason = fields.get("reason").and_then(|node| reader.text(node, "a reason (a string)")).map(str::to_owned);
    let until = fields.get("until").and_then(|node| {
        let text = reader.text(node, "a day (a string)")?;
        let day = calendar::day(text);
        if day.is_none() {
            let error = Diagnostic::error("bad-date", format!("`{text}` is not a day"));
            reader.report(node.span, error.help("write year, month and day, such as `2026-01-31`"));
        }
        day
    });
    Some(Suppression { id: id?, until: until?, reason: reason?, place: reader.place(node.span) })
}
