//! The checks of facts that somebody else wrote down.

use super::check::{Place, Problems};
use super::{ChangeSide, Facts, Reference, RevisionKind};
use crate::diagnostic::Diagnostic;

/// The checks that the engines' values pass, too.
pub(super) fn validate(facts: &mut Facts, problems: &Problems) {
    word(&facts.engine, "engine", problems);
    word(&facts.event_name, "event_name", problems);
    for (value, path) in [(&facts.action, "action"), (&facts.actor, "actor")] {
        optional(value.as_ref(), path, problems);
    }
    if let Some(repository) = &facts.repository {
        word(&repository.path, "repository.path", problems);
        optional(repository.server_url.as_ref(), "repository.server_url", problems);
        optional(repository.registry_image.as_ref(), "repository.registry_image", problems);
        name(repository.default_branch.as_ref(), "repository.default_branch", problems);
    }
    if let Some(given) = &facts.reference {
        name(Some(&given.name), "reference.name", problems);
        let read = problems.reference(Place::Document("reference.full"), &given.full);
        // Engines spell references of changes and of other things in their own ways; branches and tags are git's.
        let git = |r: &Reference| r.as_branch().or_else(|| r.as_tag()).is_some();
        if let Some(read) = read.filter(|read| read != given && (git(read) || git(given))) {
            problems.push(contradiction(&read));
        }
    }
    if let Some(change) = &mut facts.change {
        if change.number == Some(0) {
            problems.number::<u64>(Place::Document("change.number"), "0");
        }
        single_line(change.title.as_ref(), "change.title", problems);
        optional(change.author.as_ref(), "change.author", problems);
        side(&mut change.head, ["change.head.branch", "change.head.sha", "change.head.repository"], problems);
        side(&mut change.base, ["change.base.branch", "change.base.sha", "change.base.repository"], problems);
    }
    let revisions = &mut facts.revisions;
    for (value, path) in [
        (&mut revisions.built, "revisions.built"),
        (&mut revisions.head, "revisions.head"),
        (&mut revisions.merge, "revisions.merge"),
        (&mut revisions.base, "revisions.base"),
        (&mut revisions.checkout, "revisions.checkout"),
    ] {
        sha(value, path, problems);
    }
    built_kind(facts, problems);
    if let Some(upstream) = &facts.upstream {
        word(&upstream.event_name, "upstream.event_name", problems);
        for (value, path) in [
            (&upstream.id, "upstream.id"),
            (&upstream.workflow, "upstream.workflow"),
            (&upstream.conclusion, "upstream.conclusion"),
            (&upstream.head_repository, "upstream.head_repository"),
            (&upstream.url, "upstream.url"),
        ] {
            optional(value.as_ref(), path, problems);
        }
    }
    let run = &facts.run;
    for (value, path) in
        [(&run.id, "run.id"), (&run.url, "run.url"), (&run.workflow, "run.workflow"), (&run.job, "run.job")]
    {
        optional(value.as_ref(), path, problems);
    }
    for (attempt, path) in
        [(run.attempt, "run.attempt"), (facts.upstream.as_ref().and_then(|u| u.attempt), "upstream.attempt")]
    {
        if attempt == Some(0) {
            problems.number::<u32>(Place::Document(path), "0");
        }
    }
    single_line(facts.commit.subject.as_ref(), "commit.subject", problems);
}

/// Which of the commits the built one is follows from the commits, so a document may leave it out, but not say otherwise.
fn built_kind(facts: &mut Facts, problems: &Problems) {
    let revisions = &mut facts.revisions;
    let Some(built) = &revisions.built else {
        revisions.built_kind = None;
        return;
    };
    let named = match revisions.built_kind {
        Some(RevisionKind::Head) => ("head", &revisions.head),
        Some(RevisionKind::Merge) => ("merge", &revisions.merge),
        Some(RevisionKind::Push) => return,
        None => {
            let change = facts.change.is_some();
            let merge = revisions.merge.as_ref() == Some(built);
            let head = change && revisions.head.as_ref() == Some(built);
            revisions.built_kind = Some(match (merge, head) {
                (true, _) => RevisionKind::Merge,
                (_, true) => RevisionKind::Head,
                _ => RevisionKind::Push,
            });
            return;
        }
    };
    if named.1.as_ref() != Some(built) {
        let message = format!("`revisions.built_kind` is `{0}`, but `revisions.built` is not `revisions.{0}`", named.0);
        let help = "leave `built_kind` out, then it follows from the commits";
        problems.push(Diagnostic::error("invalid-revisions", message).help(help));
    }
}

fn contradiction(read: &Reference) -> Diagnostic {
    let kind = serde_json::to_string(&read.kind).unwrap_or_default();
    let name = serde_json::to_string(&read.name).unwrap_or_default();
    Diagnostic::error("invalid-reference", "`reference.kind` or `reference.name` contradicts `reference.full`")
        .help(format!("that reference has `\"kind\": {kind}` and `\"name\": {name}`"))
}

fn side(side: &mut ChangeSide, [branch, commit, repository]: [&str; 3], problems: &Problems) {
    name(side.branch.as_ref(), branch, problems);
    sha(&mut side.sha, commit, problems);
    optional(side.repository.as_ref(), repository, problems);
}

fn sha(value: &mut Option<String>, path: &str, problems: &Problems) {
    *value = value.take().and_then(|sha| problems.sha(Place::Document(path), &sha));
}

fn name(value: Option<&String>, path: &str, problems: &Problems) {
    if let Some(value) = value {
        problems.name(Place::Document(path), value);
    }
}

fn optional(value: Option<&String>, path: &str, problems: &Problems) {
    if let Some(value) = value {
        word(value, path, problems);
    }
}

fn word(value: &str, path: &str, problems: &Problems) {
    if value.is_empty() {
        let help = "leave the key out when there is no value";
        problems.push(Diagnostic::error("invalid-text", format!("`{path}` is empty")).help(help));
    }
    problems.word(Place::Document(path), value);
}

fn single_line(value: Option<&String>, path: &str, problems: &Problems) {
    if value.is_some_and(|value| !value.is_empty()) {
        optional(value, path, problems);
    }
}
