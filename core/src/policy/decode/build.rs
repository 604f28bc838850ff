//! `build`: what is built, and where it goes.

use super::patterns::{entries, texts};
use super::platforms::{PLATFORMS, platforms};
use super::reader::{Reader, help_words};
use super::shape::{Field, Section, Shape};
use super::when::{WHEN, when};
use crate::Diagnostic;
use crate::policy::document::{Content, Node};
use crate::policy::{BUILDER_ARGUMENTS as ARGS, Build, When};
use crate::text::shown;

/// What is built, and where it goes.
pub(super) static BUILD: Section = Section {
    name: "`build`",
    doc: "What is built, and where it goes.",
    fields: &[
        Field::new(
            "platforms",
            PLATFORMS,
            "Platforms, a map from events to platforms, or a list of rules of which the first match wins.",
        ),
        Field::new(
            "builder",
            Shape::Either(&[Shape::Words(builders), Shape::List(&Shape::Text)]),
            "`buildx`, `buildah`, `podman`, or an own command line with `{{args}}` as one word; `buildx` without it.",
        ),
        Field::new("push", SWITCH, "When to push; always without it, where the run may."),
        Field::new("load", SWITCH, "When to put the image into the local image store; never without it."),
        Field::new(
            "archive",
            Shape::Either(&[Shape::Bool, Shape::Map(&ARCHIVE)]),
            "When to write the image to a file; without it, when it cannot be pushed.",
        ),
        Field::new("args", Shape::Entries(&ENTRY), "Values for the Dockerfile's `ARG`s; null removes one."),
    ],
};

/// `true` for always, `false` for never, or conditions.
const SWITCH: Shape = Shape::Either(&[Shape::Bool, Shape::Map(&WHEN)]);

/// A template, or null to remove what holds already.
pub(super) static ENTRY: Shape = Shape::Either(&[Shape::Text, Shape::Null]);

static ARCHIVE: Section = Section {
    name: "`build.archive`",
    doc: "An image in a file.",
    fields: &[
        Field::new("when", SWITCH, "When it is written; without it, when the image cannot be pushed."),
        Field::new("path", Shape::Text, "The file, relative to the working directory; `image.tar` without it."),
    ],
};

/// Builders that are known by name.
const BUILDERS: [&str; 3] = ["buildx", "buildah", "podman"];

fn builders() -> Vec<&'static str> {
    BUILDERS.to_vec()
}

/// Reads the section over what holds already.
pub(super) fn build(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Build) {
    let Some(fields) = reader.section(node, &BUILD) else { return };
    if let Some(rules) = fields.get("platforms").and_then(|node| platforms(reader, node)) {
        base.platforms = rules;
    }
    if let Some(builder) = fields.get("builder").and_then(|node| builder(reader, node)) {
        base.builder = builder;
    }
    if let Some(push) = fields.get("push").and_then(|node| switch(reader, node)) {
        base.push = push;
    }
    if let Some(load) = fields.get("load").and_then(|node| switch(reader, node)) {
        base.load = Some(load);
    }
    if let Some(node) = fields.get("archive") {
        archive(reader, node, base);
    }
    if let Some(node) = fields.get("args") {
        entries(reader, node, &mut base.args, "a map of build arguments", argument_fault);
    }
}

/// Conditions, or a boolean for always and never. An empty list of events is what never holds.
fn switch(reader: &mut Reader<'_, '_>, node: &Node) -> Option<When> {
    let place = reader.place(node.span);
    match &node.content {
        Content::Bool(true) => Some(When { place, ..When::default() }),
        Content::Bool(false) => Some(When { event: Some(Vec::new()), place, ..When::default() }),
        Content::Map(_) => when(reader, node, &WHEN),
        _ => {
            reader.wrong_type(node, "`true`, `false` or a map of conditions");
            None
        }
    }
}

fn archive(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Build) {
    if let Content::Bool(_) = node.content {
        base.archive.when = switch(reader, node);
        return;
    }
    let Some(fields) = reader.section(node, &ARCHIVE) else { return };
    if let Some(when) = fields.get("when").and_then(|node| switch(reader, node)) {
        base.archive.when = Some(when);
    }
    let Some(node) = fields.get("path") else { return };
    let Some(path) = reader.text(node, "a path (a string)") else { return };
    let leaves = path.starts_with(['/', '\\']) || path.split(['/', '\\']).any(|part| part == "..");
    if leaves || path.chars().any(char::is_control) {
        let error = Diagnostic::error("bad-path", format!("`{}` is outside the working directory", shown(path)));
        reader.report(node.span, error.help("give a path below the working directory, such as `out/image.tar`"));
        return;
    }
    path.clone_into(&mut base.archive.path);
}

fn builder(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<String>> {
    if let Content::Text(text) = &node.content {
        if BUILDERS.contains(&text.as_ref()) {
            return Some(vec![text.to_string()]);
        }
        let error = Diagnostic::error("unknown-word", format!("`{text}` is not a known builder"));
        let help = format!("{}; an own command line is a list with `{ARGS}`", help_words(text, &BUILDERS));
        reader.report(node.span, error.help(help));
        return None;
    }
    reader.list(node, "a builder's name or a list of words")?;
    let words = texts(reader, node, "a list of words")?;
    let places = words.iter().filter(|word| *word == ARGS).count();
    if places != 1 || words.first().is_some_and(|first| first == ARGS) {
        let message = format!("the command line has `{ARGS}` {places} times, or no program before it");
        let help = format!("write a program, its words, and `{ARGS}` once as a word of its own");
        reader.report(node.span, Diagnostic::error("bad-builder", message).help(help));
        return None;
    }
    Some(words)
}

/// What is wrong with the name of a build argument: <https://docs.docker.com/reference/dockerfile/#arg>.
fn argument_fault(key: &str) -> Option<&'static str> {
    let starts = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let holds = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (!starts || !holds).then_some("is not the name of a build argument: letters, digits and `_`, no digit first")
}

/// What is wrong with a label's or annotation's key.
pub(super) fn label_fault(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        return Some("is empty; a key needs a name");
    }
    let wrong = key.chars().any(|c| c.is_whitespace() || c.is_control() || c == '=');
    wrong.then_some("is not a key: blanks and `=` would be taken for its end")
}
