//! Conditions: `when`.

use super::patterns::globs;
use super::reader::{Reader, help_words};
use super::shape::{Field, GLOBS, Section, Shape};
use crate::Diagnostic;
use crate::facts::EventKind;
use crate::policy::document::Node;
use crate::policy::{Choice, When};

const EVENT: Field =
    Field::new("event", Shape::OneOrMany(&Shape::Words(EventKind::words)), "The event is one of these.");
const BRANCHES: Field =
    Field::new("branches", GLOBS, "The branch pushed to, or the target of a pull request or merge group.");
const HEAD_BRANCHES: Field = Field::new("head-branches", GLOBS, "The source branch of a pull request.");
const TAGS: Field = Field::new("tags", GLOBS, "The git tag.");
const PATHS: Field = Field::new("paths", GLOBS, "At least one changed file matches.");
const DEFAULT_BRANCH: Field =
    Field::new("default-branch", Shape::Bool, "Whether the branch is the repository's default branch.");
const FORK: Field = Field::new("fork", Shape::Bool, "Whether the pull request comes from another repository.");
const PRERELEASE: Field =
    Field::new("prerelease", Shape::Bool, "Whether the git tag's version, or the release, is not for production.");
const CREDENTIALS: Field =
    Field::new("credentials", Shape::Bool, "Whether the host can log in to the image's registry.");

/// Conditions on a run.
pub(super) static WHEN: Section = Section {
    name: "`when`",
    doc: "Conditions that must all hold; without any it always holds.",
    fields: &[EVENT, BRANCHES, HEAD_BRANCHES, TAGS, PATHS, DEFAULT_BRANCH, FORK, PRERELEASE],
};

/// Conditions on a run and on an image's registry.
pub(super) static IMAGE_WHEN: Section = Section {
    name: "an image's `when`",
    doc: "Conditions that must all hold; without any the name is always used.",
    fields: &[EVENT, BRANCHES, HEAD_BRANCHES, TAGS, PATHS, DEFAULT_BRANCH, FORK, PRERELEASE, CREDENTIALS],
};

impl Choice for EventKind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("push", Self::Push),
        ("tag", Self::Tag),
        ("pull-request", Self::PullRequest),
        ("pull-request-target", Self::PullRequestTarget),
        ("merge-group", Self::MergeGroup),
        ("release", Self::Release),
        ("schedule", Self::Schedule),
        ("manual", Self::Manual),
        ("api", Self::Api),
        ("create", Self::Create),
        ("delete", Self::Delete),
        ("other", Self::Other),
    ];
}

/// Names that engines have for events, with ours.
const ENGINE_NAMES: [(&str, &str); 11] = [
    ("pull_request", "pull-request"),
    ("pull_request_target", "pull-request-target"),
    ("merge_group", "merge-group"),
    ("workflow_dispatch", "manual"),
    ("repository_dispatch", "api"),
    ("merge_request", "pull-request"),
    ("merge_request_event", "pull-request"),
    ("merge-request", "pull-request"),
    ("web", "manual"),
    ("trigger", "api"),
    ("cron", "schedule"),
];

/// Reads conditions by one of the two sections above.
pub(super) fn when(reader: &mut Reader<'_, '_>, node: &Node, section: &'static Section) -> Option<When> {
    let fields = reader.section(node, section)?;
    let mut boolean = |name: &str| fields.get(name).and_then(|node| reader.boolean(node));
    let [default_branch, fork, prerelease, credentials] =
        ["default-branch", "fork", "prerelease", "credentials"].map(&mut boolean);
    let mut patterns = |name: &str| fields.get(name).and_then(|node| globs(reader, node));
    let [branches, head_branches, tags, paths] = ["branches", "head-branches", "tags", "paths"].map(&mut patterns);
    let event = fields.get("event").and_then(|node| events(reader, node));
    let place = reader.place(fields.span);
    Some(When { event, branches, head_branches, tags, paths, default_branch, fork, prerelease, credentials, place })
}

fn events(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<EventKind>> {
    let mut found = Vec::new();
    for item in reader.one_or_many(node, "an event or a list of events")? {
        found.extend(event(reader, item));
    }
    Some(found)
}

/// One event's name.
fn event(reader: &mut Reader<'_, '_>, node: &Node) -> Option<EventKind> {
    let text = reader.text(node, "the name of an event")?;
    let found = EventKind::from_word(text);
    if found.is_none() {
        reader.report(node.span, unknown_event(text));
    }
    found
}

/// The fault of a name that no event has, with the name that was probably meant.
pub(super) fn unknown_event(text: &str) -> Diagnostic {
    let error = Diagnostic::error("unknown-event", format!("no event is called `{text}`"));
    let theirs = ENGINE_NAMES.iter().find(|(theirs, _)| *theirs == text);
    error.help(match (theirs, text) {
        (Some((_, ours)), _) => format!("that event is called `{ours}` here"),
        (None, "workflow_run" | "pipeline") => {
            "such a run counts as the event of the run that it follows, such as `push` or `pull-request`".to_owned()
        }
        _ => help_words(text, &EventKind::words()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_names_that_facts_use() {
        for kind in EventKind::ALL {
            assert_eq!(kind.word(), kind.as_str());
        }
        assert_eq!(EventKind::words().len(), EventKind::ALL.len());
    }

    #[test]
    fn engines_names_lead_to_names_that_exist() {
        for (_, ours) in ENGINE_NAMES {
            assert!(EventKind::from_word(ours).is_some(), "{ours}");
        }
    }
}
