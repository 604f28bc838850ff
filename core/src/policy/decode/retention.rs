//! `retention`: how long images are kept.

use super::patterns::globs;
use super::reader::Reader;
use super::shape::{DURATION, Field, GLOBS, Section, Shape};
use crate::Diagnostic;
use crate::policy::document::{Content, Node};
use crate::policy::retention::Keep;
use crate::policy::{Choice, Only, Retention, RetentionAction, RetentionRule, RetentionScope};

static RETENTION_RULE: Section = Section {
    name: "a retention rule",
    doc: "Which versions of an image it is for (`tags`, `untagged` or `orphans`), and what happens to them.",
    fields: &[
        Field::new("tags", GLOBS, "Versions with a tag that matches."),
        Field::new("untagged", Shape::Bool, "`true` for versions without a tag that nothing refers to."),
        Field::new("orphans", Shape::Bool, "`true` for signatures and attestations whose image is gone."),
        Field::new("delete-after", DURATION, "Delete what is older."),
        Field::new("only", Shape::Words(Only::words), "Delete only what belongs to a closed pull request."),
        Field::new("keep-newest", Shape::Integer(1, 100_000), "Keep the newest so many."),
        Field::new("keep", Shape::Words(Keep::words), "Never delete them."),
    ],
};

static RETENTION_MAP: Section = Section {
    name: "`retention`",
    doc: "How long images are kept.",
    fields: &[
        Field::new(
            "rules",
            Shape::List(&Shape::Map(&RETENTION_RULE)),
            "The first rule that matches a version owns it.",
        ),
        Field::new("min-age", DURATION, "Nothing younger is ever deleted; 48h without it."),
        Field::new("protect", GLOBS, "Tags that are never deleted, whatever the rules say."),
        Field::new("max-delete", Shape::Integer(1, 1_000_000), "Refuse a plan that deletes more versions."),
        Field::new("max-percent", Shape::Integer(1, 100), "Refuse a plan that deletes a larger part."),
    ],
};

/// A list of rules, or a map with rules and limits.
pub(super) const RETENTION: Shape =
    Shape::Either(&[Shape::List(&Shape::Map(&RETENTION_RULE)), Shape::Map(&RETENTION_MAP)]);

/// Reads the section over what holds already. A list replaces the rules and nothing else.
pub(super) fn retention(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Retention) {
    base.place = reader.place(node.span);
    if matches!(node.content, Content::List(_)) {
        base.rules = rules(reader, node, "retention");
        return;
    }
    if !matches!(node.content, Content::Map(_)) {
        reader.wrong_type(node, "a list of retention rules, or a map with `rules`");
        return;
    }
    let Some(fields) = reader.section(node, &RETENTION_MAP) else { return };
    if let Some(node) = fields.get("rules") {
        base.rules = rules(reader, node, "retention.rules");
    }
    if let Some(age) = fields.get("min-age").and_then(|node| reader.duration(node)) {
        base.min_age = age;
    }
    if let Some(protect) = fields.get("protect").and_then(|node| globs(reader, node)) {
        base.protect = Some(protect);
    }
    if let Some(most) = fields.get("max-delete").and_then(|node| reader.count(node, 1..=1_000_000)) {
        base.max_delete = Some(most);
    }
    if let Some(most) = fields.get("max-percent").and_then(|node| reader.count(node, 1..=100)) {
        base.max_percent = Some(most);
    }
}

fn rules(reader: &mut Reader<'_, '_>, node: &Node, list: &str) -> Vec<RetentionRule> {
    let items = reader.rules(node, "a list of retention rules").unwrap_or_default();
    items.iter().enumerate().filter_map(|(index, item)| rule(reader, item, format!("{list}[{index}]"))).collect()
}

fn rule(reader: &mut Reader<'_, '_>, node: &Node, id: String) -> Option<RetentionRule> {
    let fields = reader.section(node, &RETENTION_RULE)?;
    let mut flag = |name: &str| {
        let value = fields.get(name).and_then(|node| reader.boolean(node))?;
        if !value {
            let error = Diagnostic::error("contradiction", format!("`{name}: false` says nothing"));
            reader.report(fields.get(name).map_or(fields.span, |node| node.span), error.help("remove it"));
        }
        value.then_some(())
    };
    let (untagged, orphans) = (flag("untagged"), flag("orphans"));
    let tags = fields.get("tags").and_then(|node| globs(reader, node));
    let after = fields.get("delete-after").and_then(|node| reader.duration(node));
    let only = fields.get("only").and_then(|node| reader.choice(node, "a limit of a rule"));
    let newest = fields.get("keep-newest").and_then(|node| reader.count(node, 1..=100_000));
    let keep: Option<Keep> = fields.get("keep").and_then(|node| reader.choice(node, "a way to keep images"));

    let given = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| fields.get(name).is_some()).collect()
    };
    let scopes = given(&["tags", "untagged", "orphans"]);
    if scopes.len() != 1 {
        let message = if scopes.is_empty() {
            "the rule does not say which versions it is for".to_owned()
        } else {
            format!("the rule has {}, of which it can have one", scopes.join(" and "))
        };
        let help = "give exactly one of `tags`, `untagged: true` and `orphans: true`";
        reader.report(fields.span, Diagnostic::error("bad-retention-rule", message).help(help));
    }
    let deletes = given(&["delete-after", "keep-newest", "only"]);
    if fields.get("keep").is_some() && !deletes.is_empty() {
        let message = format!("`keep: always` leaves nothing for `{}` to do", deletes.join("`, `"));
        reader.report(fields.span, Diagnostic::error("contradiction", message).help("remove one of the two"));
    }
    if fields.get("keep").is_none() && given(&["delete-after", "keep-newest"]).is_empty() {
        let error = Diagnostic::error("bad-retention-rule", "the rule does not say what happens");
        reader.report(fields.span, error.help("give `delete-after`, `keep-newest` or `keep: always`"));
    }
    if let (Some(span), None) = (fields.key("only"), fields.get("tags")) {
        let error = Diagnostic::error("contradiction", "only tags tell which pull request a version belongs to");
        reader.report(span, error.help("remove `only`, or give `tags`"));
    }
    let scope = match (tags, untagged, orphans) {
        (Some(tags), ..) => RetentionScope::Tags(tags),
        (None, Some(()), _) => RetentionScope::Untagged,
        (None, None, Some(())) => RetentionScope::Orphans,
        (None, None, None) => return None,
    };
    let action = match keep {
        Some(Keep::Always) => RetentionAction::Keep,
        None => RetentionAction::Delete { after, only, keep_newest: newest.unwrap_or_default() },
    };
    Some(RetentionRule { id, scope, action, place: reader.place(node.span) })
}
