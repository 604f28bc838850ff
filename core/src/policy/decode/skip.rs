//! `skip`: when nothing is built.

use super::patterns::{globs, texts};
use super::reader::Reader;
use super::shape::{Field, GLOBS, Section, Shape};
use crate::policy::document::Node;
use crate::policy::{Skip, SubjectPattern};

/// When nothing is built.
pub(super) static SKIP: Section = Section {
    name: "`skip`",
    doc: "When nothing is built.",
    fields: &[
        Field::new(
            "actors",
            Shape::OneOrMany(&Shape::Text),
            "Actors whose runs build nothing, such as `renovate[bot]`.",
        ),
        Field::new(
            "subjects",
            Shape::OneOrMany(&Shape::Text),
            "Regular expressions that are looked for in the head commit's subject and the pull request's title.",
        ),
        Field::new("head-branches", GLOBS, "Source branches whose pull requests build nothing."),
        Field::new("unless", Shape::Map(&UNLESS), "What builds all the same."),
    ],
};

static UNLESS: Section = Section {
    name: "`skip.unless`",
    doc: "What builds although something above says to skip it.",
    fields: &[
        Field::new("paths", GLOBS, "Changed files that force a build without cache; unknown files count as changed."),
        Field::new("branches", GLOBS, "Branches (pushed to, or the source of a pull request) that always build."),
    ],
};

/// Reads the section over what holds already.
pub(super) fn skip(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Skip) {
    let Some(fields) = reader.section(node, &SKIP) else { return };
    base.place = reader.place(fields.span);
    if let Some(actors) = fields.get("actors").and_then(|node| texts(reader, node, "an actor or a list of actors")) {
        base.actors = actors;
    }
    if let Some(items) =
        fields.get("subjects").and_then(|node| reader.one_or_many(node, "a regular expression or a list of them"))
    {
        base.subjects = items
            .iter()
            .filter_map(|item| {
                let regex = reader.regex(item)?;
                Some(SubjectPattern { regex, place: reader.place(item.span) })
            })
            .collect();
    }
    if let Some(branches) = fields.get("head-branches").and_then(|node| globs(reader, node)) {
        base.head_branches = Some(branches);
    }
    let Some(unless) = fields.get("unless").and_then(|node| reader.section(node, &UNLESS)) else { return };
    if let Some(paths) = unless.get("paths").and_then(|node| globs(reader, node)) {
        base.unless_paths = Some(paths);
    }
    if let Some(branches) = unless.get("branches").and_then(|node| globs(reader, node)) {
        base.unless_branches = Some(branches);
    }
}
