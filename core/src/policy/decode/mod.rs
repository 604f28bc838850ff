//! From a document's tree to a checked policy. One file per section.

mod build;
mod gate;
mod images;
mod naming;
mod patterns;
mod platforms;
mod reader;
mod retention;
mod retry;
mod retry_rules;
mod select;
pub(crate) mod shape;
mod skip;
mod tags;
mod when;

use std::sync::Arc;

use self::build::{BUILD, ENTRY, build, label_fault};
use self::gate::{GATE, gate};
use self::images::{IMAGES, images};
use self::naming::{NAMING, naming};
use self::patterns::entries;
pub(crate) use self::reader::help_words;
use self::reader::{Fields, Reader};
use self::retention::{RETENTION, retention};
use self::retry::{RETRY, retry};
use self::select::{SELECT, select};
use self::shape::{Field, Section, Shape};
use self::skip::{SKIP, skip};
use self::tags::{TAG_RULES, flavor, tags};
use super::document::{Content, Node};
use super::{ImageRule, Place, Policy, Template, When, built_in_names};
use crate::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::position::Positions;

/// A policy document.
pub(crate) static DOCUMENT: Section = Section {
    name: "the policy",
    doc: "What a container pipeline builds, how it names, keeps and checks the images.",
    fields: &[
        Field::required("version", Shape::Integer(1, 1), "The version of this format: 1."),
        Field::new(
            "extends",
            Shape::Words(extendable),
            "The built-in policy that holds where this document is silent.",
        ),
        Field::new("images", IMAGES, "Image names; what the engine offers for the repository without it."),
        Field::new("tags", TAG_RULES, "The rules that make tags. Needed unless the document extends a policy."),
        Field::new("add-tags", TAG_RULES, "Rules that are added to those of the policy that the document extends."),
        Field::new(
            "flavor",
            Shape::OneOrMany(&Shape::Text),
            "What the rules in docker/metadata-action's language have in common, such as `latest=false`.",
        ),
        Field::new("naming", Shape::Map(&NAMING), "How names are made."),
        Field::new("labels", Shape::Entries(&ENTRY), "Labels to set; null removes one."),
        Field::new("annotations", Shape::Entries(&ENTRY), "Annotations to set; null removes one."),
        Field::new("build", Shape::Map(&BUILD), "What is built, and where it goes."),
        Field::new("skip", Shape::Map(&SKIP), "When nothing is built."),
        Field::new("retry", Shape::Map(&RETRY), "How often, how long and with which pauses operations are tried."),
        Field::new("select", Shape::Map(&SELECT), "Which image a later job may take."),
        Field::new("retention", RETENTION, "How long images are kept; for ever without it."),
        Field::new("gate", Shape::Map(&GATE), "Which findings of a scan stop an image."),
    ],
};

/// Names that `extends` takes.
fn extendable() -> Vec<&'static str> {
    built_in_names().to_vec()
}

/// Decodes a document. `base` gives a built-in policy by its name.
pub(crate) fn document(
    root: &Node,
    positions: &Positions<'_>,
    file: &Arc<str>,
    base: fn(&str) -> Option<Policy>,
) -> Result<Policy, Diagnostics> {
    let mut reader = Reader::new(Arc::clone(file), positions);
    let mut policy = Policy::default();
    if matches!(root.content, Content::Null) {
        let error = Diagnostic::error("empty-document", "the policy is empty");
        reader.report(root.span, error.help("start with `version: 1` and `extends: build-once-test-many`"));
    } else if let Some(fields) = reader.section(root, &DOCUMENT) {
        version(&mut reader, &fields);
        let extended = fields.get("extends").and_then(|node| extends(&mut reader, node, base));
        let says_extends = fields.get("extends").is_some();
        policy = extended.unwrap_or_default();
        sections(&mut reader, &fields, &mut policy);
        if policy.tags.is_empty() && !says_extends && fields.get("tags").is_none() && fields.get("add-tags").is_none() {
            let help = "add `extends: build-once-test-many` for the built-in rules, or `tags` for your own";
            let span = fields.key("version").unwrap_or(fields.span);
            reader.report(span, Diagnostic::error("no-tag-rules", "the policy has no tag rules").help(help));
        }
    }
    let errors = reader.into_errors();
    if !errors.is_empty() {
        return Err(errors);
    }
    if policy.images.is_empty() {
        policy.images.extend(offered_image());
    }
    policy.file = file.to_string();
    Ok(policy)
}

/// The image of a policy that names none: what the engine offers for the repository.
fn offered_image() -> Option<ImageRule> {
    let name = Template::parse("{{registry-image}}", Place::default()).ok()?;
    Some(ImageRule { name, when: When::default(), place: Place::default() })
}

fn version(reader: &mut Reader<'_, '_>, fields: &Fields<'_>) {
    let Some(node) = fields.get("version") else { return };
    match &node.content {
        Content::Int(1) => {}
        Content::Int(other) => {
            let error = Diagnostic::error("unknown-version", format!("version {other} of the format is not known"));
            reader.report(node.span, error.help("this program reads version 1"));
        }
        _ => {
            let error = Diagnostic::error("wrong-type", format!("expected the number 1, found {}", node.kind()));
            reader.report(node.span, error.help("write `version: 1`, without quotes"));
        }
    }
}

fn extends(reader: &mut Reader<'_, '_>, node: &Node, base: fn(&str) -> Option<Policy>) -> Option<Policy> {
    let name = reader.text(node, "the name of a built-in policy (a string)")?;
    let found = base(name);
    if found.is_none() {
        let error = Diagnostic::error("unknown-policy", format!("no built-in policy is called `{name}`"));
        reader.report(node.span, error.help(help_words(name, built_in_names())));
    }
    found
}

/// Reads every section over what the extended policy says: lists replace, maps are merged key by key.
fn sections(reader: &mut Reader<'_, '_>, fields: &Fields<'_>, policy: &mut Policy) {
    if let Some(images) = fields.get("images").and_then(|node| images(reader, node)) {
        policy.images = images;
    }
    if let Some(rules) = fields.get("tags").and_then(|node| tags(reader, node, "tags")) {
        policy.tags = rules;
    }
    if let Some(rules) = fields.get("add-tags").and_then(|node| tags(reader, node, "add-tags")) {
        policy.tags.extend(rules);
    }
    if let Some(lines) = fields.get("flavor").and_then(|node| flavor(reader, node)) {
        policy.flavor = lines;
    }
    if let Some(node) = fields.get("naming") {
        naming(reader, node, &mut policy.naming);
    }
    if let Some(node) = fields.get("labels") {
        entries(reader, node, &mut policy.labels, "a map of labels", label_fault);
    }
    if let Some(node) = fields.get("annotations") {
        entries(reader, node, &mut policy.annotations, "a map of annotations", label_fault);
    }
    if let Some(node) = fields.get("build") {
        build(reader, node, &mut policy.build);
    }
    if let Some(node) = fields.get("skip") {
        skip(reader, node, &mut policy.skip);
    }
    if let Some(node) = fields.get("retry") {
        retry(reader, node, &mut policy.retry);
    }
    if let Some(node) = fields.get("select") {
        select(reader, node, &mut policy.select);
    }
    if let Some(node) = fields.get("retention") {
        retention(reader, node, &mut policy.retention);
    }
    if let Some(node) = fields.get("gate") {
        gate(reader, node, &mut policy.gate);
    }
}
