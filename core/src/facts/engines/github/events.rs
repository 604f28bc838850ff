//! Events about a branch, a tag, a release or a merge queue.

use super::super::super::payload::Node;
use super::super::super::{Change, ChangeSide, Commit, EventKind, Facts, Reference, ReferenceKind, Revisions};
use super::Context;
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::shown;

/// What a merge queue's branches begin with.
const QUEUE: &str = "gh-readonly-queue/";

pub(super) fn push(context: &Context<'_>, facts: &mut Facts) {
    let payload = context.payload.as_ref();
    // After a deletion the variables are about the default branch, so the payload alone says what is gone.
    let zero = |p: &Node<'_>| p.text("after").is_some_and(|sha| sha.bytes().all(|b| b == b'0'));
    if context.sha.is_none() || payload.is_some_and(|p| p.truth("deleted") == Some(true) || zero(p)) {
        facts.event = EventKind::Delete;
        facts.revisions = Revisions::default();
        if let Some(reference) = payload.and_then(|p| reference(p, "ref")) {
            facts.reference = Some(reference);
        }
        return;
    }
    if facts.reference.is_none() {
        context.input.env.required("GITHUB_REF", context.engine);
    }
    let tag = facts.reference.as_ref().is_some_and(|r| r.kind == ReferenceKind::Tag);
    facts.event = if tag { EventKind::Tag } else { EventKind::Push };
    let Some(payload) = payload else { return };
    if let (Some(told), Some(ours)) = (payload.text("ref"), &facts.reference)
        && told != ours.full
    {
        context.mismatch(Severity::Warning, &format!("its `ref` is not `{}`", ours.full));
        return;
    }
    facts.commit = commit(payload, facts.revisions.head.as_deref());
}

pub(super) fn create(context: &Context<'_>, facts: &mut Facts) {
    facts.event = EventKind::Create;
    if facts.reference.is_none() {
        facts.reference = context.payload.as_ref().and_then(|p| typed_reference(context, p));
    }
}

/// The run itself is one of the default branch; what is gone is named by the payload.
pub(super) fn delete(context: &Context<'_>, facts: &mut Facts) {
    facts.event = EventKind::Delete;
    facts.revisions = Revisions::default();
    facts.reference = context.payload.as_ref().and_then(|p| typed_reference(context, p));
    if facts.reference.is_none() && context.payload.is_some() {
        context.mismatch(Severity::Error, "it has no `ref` with a `ref_type`");
    }
}

pub(super) fn release(context: &Context<'_>, facts: &mut Facts) {
    facts.event = EventKind::Release;
    let Some(release) = context.payload.as_ref().and_then(|p| p.object("release")) else {
        if context.payload.is_some() {
            context.mismatch(Severity::Warning, "it has no `release`");
        }
        facts.unknown(
            "prerelease",
            "payload-missing",
            "Only the release event's payload says whether it is a prerelease.",
        );
        return;
    };
    if let Some(tag) = release.name("tag_name") {
        facts.reference = Some(Reference::tag(&tag));
    }
    let draft = release.truth("draft") == Some(true);
    facts.prerelease = release.truth("prerelease").map(|prerelease| prerelease || draft);
    if draft {
        context.input.problems.push(
            Diagnostic::note("draft-release", "the release is a draft, so its tag may not exist yet")
                .help("a draft counts as a prerelease until it is published"),
        );
    }
}

pub(super) fn merge_group(context: &Context<'_>, facts: &mut Facts) {
    facts.event = EventKind::MergeGroup;
    let group = context.payload.as_ref().and_then(|p| p.object("merge_group"));
    if group.is_none() && context.payload.is_some() {
        context.mismatch(Severity::Warning, "it has no `merge_group`");
    }
    if facts.reference.is_none() {
        facts.reference = group.as_ref().and_then(|g| reference(g, "head_ref"));
    }
    let base = group.as_ref().and_then(|g| reference(g, "base_ref"));
    queue(facts, base.map(|r| r.name), group.as_ref().and_then(|g| g.sha("base_sha")));
    if let Some(group) = group {
        facts.commit = commit(&group, facts.revisions.head.as_deref());
    }
}

/// What a merge queue's branch name tells: the target, and the pull request that was added last.
pub(super) fn queue(facts: &mut Facts, base_branch: Option<String>, base_sha: Option<String>) {
    let named = facts.reference.as_ref().and_then(Reference::as_branch).and_then(queue_branch);
    let (named_base, number) = named.map_or((None, None), |(base, number)| (Some(base.to_owned()), Some(number)));
    let branch = base_branch.or(named_base);
    if number.is_none() {
        facts.unknown("change.number", "queue-silent", "The merge queue's branch does not name a pull request.");
    }
    if branch.is_none() {
        facts.unknown(
            "change.base.branch",
            "queue-silent",
            "Neither payload nor branch names the merge queue's target.",
        );
    }
    facts.revisions.base.clone_from(&base_sha);
    let base = ChangeSide { branch, sha: base_sha, repository: None };
    facts.change = Some(Change { number, base, ..Change::default() });
}

/// Takes `gh-readonly-queue/<base>/pr-<number>-<commit>` apart.
fn queue_branch(branch: &str) -> Option<(&str, u64)> {
    let (base, last) = branch.strip_prefix(QUEUE)?.rsplit_once("/pr-")?;
    let (number, sha) = last.split_once('-')?;
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let full = matches!(sha.len(), 40 | 64) && sha.bytes().all(|b| b.is_ascii_hexdigit());
    (digits && full && !base.is_empty()).then_some(())?;
    number.parse().ok().filter(|n| *n > 0).map(|number| (base, number))
}

/// A whole reference in the payload.
fn reference(node: &Node<'_>, key: &str) -> Option<Reference> {
    node.name(key).map(|full| Reference::parse(&full)).filter(|r| !r.name.is_empty())
}

/// The reference of `create` and `delete`, which name it without what it points into.
fn typed_reference(context: &Context<'_>, payload: &Node<'_>) -> Option<Reference> {
    let name = payload.name("ref")?;
    match payload.text("ref_type")? {
        "branch" => Some(Reference::branch(&name)),
        "tag" => Some(Reference::tag(&name)),
        other => {
            context.mismatch(Severity::Warning, &format!("its `ref_type` is `{}`", shown(other)));
            None
        }
    }
}

/// The payload's head commit, if it is the one that `sha` names.
pub(super) fn commit(node: &Node<'_>, sha: Option<&str>) -> Commit {
    let head = node.object("head_commit").filter(|head| head.sha("id").as_deref() == sha);
    head.map_or_else(Commit::default, |head| Commit {
        subject: head.line("message"),
        timestamp: head.time("timestamp"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;
    use super::*;

    #[test]
    fn a_queue_branch_names_target_and_pull_request() {
        let sha = "929f8209d40f77f4abc622a499c93a83babdbe64";
        for (branch, expected) in [
            (format!("gh-readonly-queue/main/pr-104-{sha}"), Some(("main", 104))),
            (format!("gh-readonly-queue/release/1.x/pr-7-{sha}"), Some(("release/1.x", 7))),
            (format!("gh-readonly-queue/a/pr-1-b/pr-2-{sha}"), Some(("a/pr-1-b", 2))),
            (format!("gh-readonly-queue/main/pr-0-{sha}"), None),
            (format!("gh-readonly-queue/main/pr--{sha}"), None),
            ("gh-readonly-queue/main/pr-104-929f820".to_owned(), None),
            (format!("main/pr-104-{sha}"), None),
            ("main".to_owned(), None),
        ] {
            assert_eq!(queue_branch(&branch), expected, "{branch}");
        }
    }

    #[test]
    fn a_push_of_a_tag_is_a_tag_also_when_the_tag_is_an_object_of_its_own() {
        let run = Scene::new("push", "refs/tags/v1.2.3-rc.1");
        let facts = run
            .payload(
                json!({"ref": "refs/tags/v1.2.3-rc.1", "after": HEAD, "head_commit": {"id": PUSHED, "message": "m"}}),
            )
            .facts();
        assert_eq!((facts.event, facts.prerelease), (EventKind::Tag, Some(true)));
        assert_eq!(facts.reference, Some(Reference::tag("v1.2.3-rc.1")));
        assert_eq!(facts.revisions.built.as_deref(), Some(PUSHED));
        assert_eq!(facts.commit.subject.as_deref(), Some("m"));
    }

    #[test]
    fn a_push_that_deletes_is_about_what_is_gone_and_builds_nothing() {
        let zeros = "0".repeat(40);
        for payload in [
            json!({"ref": "refs/heads/gone", "after": zeros, "deleted": true, "head_commit": null}),
            json!({"ref": "refs/heads/gone", "after": zeros}),
        ] {
            let facts = Scene::new("push", "refs/heads/main").payload(payload).facts();
            assert_eq!(
                (facts.event, facts.revisions.built.as_ref(), facts.revisions.built_kind),
                (EventKind::Delete, None, None)
            );
            assert_eq!(facts.reference, Some(Reference::branch("gone")));
        }
        let facts = Scene::new("push", "refs/tags/v1").var("GITHUB_SHA", &zeros).facts();
        assert_eq!((facts.event, facts.reference), (EventKind::Delete, Some(Reference::tag("v1"))));
    }

    #[test]
    fn a_merge_group_names_its_target_and_only_the_pull_request_in_its_branch() {
        let branch = format!("refs/heads/gh-readonly-queue/main/pr-104-{BASE}");
        let group = json!({"head_sha": PUSHED, "head_ref": branch, "base_sha": BASE, "base_ref": "refs/heads/main"});
        let facts = Scene::new("merge_group", &branch)
            .payload(json!({"action": "checks_requested", "merge_group": group}))
            .facts();
        let change = facts.change.as_ref().unwrap();
        assert_eq!(
            (facts.event, change.number, change.base.branch.as_deref()),
            (EventKind::MergeGroup, Some(104), Some("main"))
        );
        assert_eq!((facts.revisions.built.as_deref(), facts.revisions.base.as_deref()), (Some(PUSHED), Some(BASE)));
        assert_eq!(facts.revisions.head.as_deref(), Some(PUSHED));
        let facts = Scene::new("merge_group", "refs/heads/queue").facts();
        let missing = [
            ("change.number", "queue-silent"),
            ("change.base.branch", "queue-silent"),
            ("repository.default_branch", "payload-silent"),
        ];
        assert_eq!(unknowns(&facts), missing);
    }

    #[test]
    fn releases_tell_tag_and_whether_they_are_for_production() {
        for (release, prerelease) in [
            (json!({"tag_name": "v1.0.0", "prerelease": false, "draft": false}), Some(false)),
            (json!({"tag_name": "v1.0.0", "prerelease": true, "draft": false}), Some(true)),
            (json!({"tag_name": "v1.0.0", "prerelease": false, "draft": true}), Some(true)),
            (json!({"tag_name": "v1.0.0-rc.1", "prerelease": false}), Some(false)),
        ] {
            let facts = Scene::new("release", "refs/tags/x")
                .payload(json!({"action": "published", "release": release}))
                .facts();
            assert_eq!((facts.event, facts.prerelease), (EventKind::Release, prerelease), "{release}");
            assert_eq!(facts.reference.unwrap().name, release["tag_name"].as_str().unwrap());
        }
        let facts = Scene::new("release", "refs/tags/v1.0.0").facts();
        assert_eq!((facts.prerelease, unknowns(&facts)[0]), (None, ("prerelease", "payload-missing")));
    }

    #[test]
    fn what_was_created_or_deleted_is_the_reference() {
        let payload = json!({"ref": "v1", "ref_type": "tag"});
        let facts = Scene::new("delete", "refs/heads/main").payload(payload.clone()).facts();
        assert_eq!((facts.event, facts.reference), (EventKind::Delete, Some(Reference::tag("v1"))));
        assert_eq!(facts.revisions.built, None);
        let facts = Scene::new("create", "refs/tags/v1").payload(payload.clone()).facts();
        assert_eq!((facts.event, facts.reference), (EventKind::Create, Some(Reference::tag("v1"))));
        let facts = Scene::new("create", "").payload(payload).facts();
        assert_eq!(facts.reference, Some(Reference::tag("v1")));
    }
}
