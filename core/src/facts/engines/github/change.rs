//! Pull requests.

use super::super::super::payload::Node;
use super::super::super::{Change, ChangeSide, EventKind, Facts, ForkStatus, Reference, ReferenceKind, RevisionKind};
use super::Context;
use crate::diagnostic::Severity;

const SILENT: &str = "payload-missing";

/// A pull request, run with the rights of its source: the job has the merge with its target checked out.
pub(super) fn pull_request(context: &Context<'_>, facts: &mut Facts) {
    facts.event = EventKind::PullRequest;
    expect(context);
    merge_of(context, facts);
}

/// A pull request, run with the rights of its target: the variables are about the default branch.
pub(super) fn pull_request_target(context: &Context<'_>, facts: &mut Facts) {
    facts.event = EventKind::PullRequestTarget;
    expect(context);
    let change = read(context);
    facts.revisions.head.clone_from(&change.head.sha);
    facts.revisions.base.clone_from(&change.base.sha);
    built_from_head(facts);
    adopt(facts, change);
}

/// Anything that runs on a pull request's merge.
pub(super) fn merge_of(context: &Context<'_>, facts: &mut Facts) {
    let change = read(context);
    let head = change.head.sha.clone();
    let revisions = &mut facts.revisions;
    revisions.head.clone_from(&head);
    revisions.base.clone_from(&change.base.sha);
    revisions.built.clone_from(&context.sha);
    let on_branch = context.reference.as_ref().is_some_and(|r| r.kind == ReferenceKind::Branch);
    if on_branch && change.merged == Some(true) {
        // Once merged, the run is one of the target branch, which may have moved on since.
        let pull = context.payload.as_ref().and_then(|p| p.object("pull_request"));
        revisions.merge = pull.and_then(|p| p.sha("merge_commit_sha"));
        let same = revisions.merge == context.sha;
        revisions.built_kind = Some(if same { RevisionKind::Merge } else { RevisionKind::Push });
    } else if context.sha == head {
        revisions.built_kind = Some(RevisionKind::Head);
    } else {
        revisions.merge.clone_from(&context.sha);
        revisions.built_kind = Some(RevisionKind::Merge);
    }
    if revisions.built.is_none() {
        revisions.built_kind = None;
    }
    if head.is_none() {
        facts.unknown("revisions.head", SILENT, "Only the event's payload names the tip of the pull request.");
    }
    adopt(facts, change);
}

/// Says so when the payload is of another event.
fn expect(context: &Context<'_>) {
    if context.payload.as_ref().is_some_and(|p| !p.has("pull_request")) {
        context.mismatch(Severity::Error, "it has no `pull_request`");
    }
}

/// The image is built from the tip of the source branch, if that is known.
pub(super) fn built_from_head(facts: &mut Facts) {
    let revisions = &mut facts.revisions;
    revisions.built.clone_from(&revisions.head);
    revisions.built_kind = revisions.head.as_ref().map(|_| RevisionKind::Head);
    if revisions.head.is_none() {
        let why = "The event's payload does not name the tip of the pull request.";
        facts.unknown("revisions.head", "payload-silent", why);
        facts.unknown("revisions.built", "payload-silent", why);
    }
}

/// Puts the pull request into the facts, and makes it what the run is about.
pub(super) fn adopt(facts: &mut Facts, change: Change) {
    let about_change = facts.reference.as_ref().is_some_and(|r| r.kind == ReferenceKind::Change);
    if !about_change {
        facts.reference = change.number.map(|number| Reference::parse(&format!("refs/pull/{number}/head")));
    }
    if change.number.is_none() {
        facts.unknown(
            "change.number",
            "payload-silent",
            "Neither the payload nor the reference names the pull request.",
        );
        facts.unknown("reference", "payload-silent", "The pull request's number is not told.");
    }
    if change.base.branch.is_none() {
        facts.unknown("change.base.branch", "payload-silent", "The pull request's target branch is not told.");
    }
    facts.change = Some(change);
}

/// The pull request, from the payload, and from the variables where it is silent.
fn read(context: &Context<'_>) -> Change {
    let env = context.input.env;
    let payload = context.payload.as_ref();
    let pull = payload.and_then(|p| p.object("pull_request"));
    let named = context.reference.as_ref().filter(|r| r.kind == ReferenceKind::Change);
    let named = named.and_then(|r| r.name.parse::<u64>().ok()).filter(|n| *n > 0);
    let told = pull.as_ref().and_then(|p| p.number("number")).or_else(|| payload.and_then(|p| p.number("number")));
    if let (Some(told), Some(named)) = (told, named)
        && told != named
    {
        context.mismatch(Severity::Error, &format!("it is of #{told}, but `GITHUB_REF` is of #{named}"));
    }
    let (head, base) = match &pull {
        Some(pull) => (pull.object("head"), pull.object("base")),
        None => (None, None),
    };
    let mut change = Change {
        number: told.or(named),
        title: pull.as_ref().and_then(|p| p.line("title")),
        author: pull.as_ref().and_then(|p| p.object("user")?.word("login")),
        fork: fork(context, head.as_ref(), base.as_ref()),
        head: side(head.as_ref()),
        base: side(base.as_ref()),
        draft: pull.as_ref().and_then(|p| p.truth("draft")),
        merged: pull.as_ref().and_then(|p| p.truth("merged")),
    };
    change.head.branch = change.head.branch.or_else(|| env.name("GITHUB_HEAD_REF"));
    change.base.branch = change.base.branch.or_else(|| env.name("GITHUB_BASE_REF"));
    change
}

/// One side of a pull request.
pub(super) fn side(node: Option<&Node<'_>>) -> ChangeSide {
    node.map_or_else(ChangeSide::default, |node| ChangeSide {
        branch: node.name("ref"),
        sha: node.sha("sha"),
        repository: node.object("repo").and_then(|repo| repo.word("full_name")),
    })
}

/// Whether head and base are two repositories. The flag `fork` of the head's repository is no answer: a fork's pull
/// request to itself has it too. A head without a repository was a fork that is gone.
fn fork(context: &Context<'_>, head: Option<&Node<'_>>, base: Option<&Node<'_>>) -> ForkStatus {
    let Some(head) = head else { return ForkStatus::Unknown };
    if head.is_null("repo") {
        return ForkStatus::Fork;
    }
    let name = |side: &Node<'_>| side.object("repo").and_then(|repo| repo.word("full_name"));
    let same = match (name(head), base.and_then(name)) {
        (Some(head), Some(base)) => head.eq_ignore_ascii_case(&base),
        (Some(head), None) => context.is_this_repository(&head),
        (None, _) => return ForkStatus::Unknown,
    };
    if same { ForkStatus::SameRepository } else { ForkStatus::Fork }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::*;
    use super::*;

    #[test]
    fn a_pull_request_knows_head_merge_and_base() {
        let facts = opened(&ours()).facts();
        assert_eq!((facts.event, facts.action.as_deref()), (EventKind::PullRequest, Some("opened")));
        assert_eq!(facts.reference, Some(Reference::parse("refs/pull/12/merge")));
        let revisions = &facts.revisions;
        assert_eq!((revisions.built.as_deref(), revisions.built_kind), (Some(PUSHED), Some(RevisionKind::Merge)));
        assert_eq!(
            (revisions.head.as_deref(), revisions.merge.as_deref(), revisions.base.as_deref()),
            (Some(HEAD), Some(PUSHED), Some(BASE))
        );
        let expected = Change {
            number: Some(12),
            title: Some("fix: it".to_owned()),
            author: Some("mona".to_owned()),
            head: told_side("changes", HEAD, "Acme/App"),
            base: told_side("main", BASE, "acme/app"),
            fork: ForkStatus::SameRepository,
            draft: Some(false),
            merged: Some(false),
        };
        assert_eq!(facts.change, Some(expected));
        assert!(facts.unknowns.is_empty() && facts.notes.is_empty());
    }

    #[test]
    fn a_fork_is_told_by_its_repository_not_by_its_flag() {
        for (repo, expected) in [
            (ours(), ForkStatus::SameRepository),
            (theirs(), ForkStatus::Fork),
            (Value::Null, ForkStatus::Fork),
            (json!({}), ForkStatus::Unknown),
        ] {
            assert_eq!(opened(&repo).facts().change.unwrap().fork, expected, "{repo}");
        }
    }

    #[test]
    fn a_checkout_of_the_head_is_built_as_the_head() {
        let facts = opened(&theirs()).git(HEAD, None, &[]).facts();
        assert_eq!(
            (facts.revisions.built.as_deref(), facts.revisions.built_kind),
            (Some(HEAD), Some(RevisionKind::Head))
        );
        assert_eq!(facts.revisions.merge.as_deref(), Some(PUSHED));
        let facts = opened(&theirs()).git(BASE, None, &[]).facts();
        assert_eq!(
            (facts.revisions.built.as_deref(), facts.notes[0].code.as_str()),
            (Some(PUSHED), "checkout-differs")
        );
    }

    #[test]
    fn a_merged_pull_request_keeps_its_number_though_the_reference_is_the_target() {
        let mut pull = pull(&ours());
        pull["merged"] = json!(true);
        pull["merge_commit_sha"] = json!(PUSHED);
        let run = |sha| {
            Scene::new("pull_request", "refs/heads/main")
                .var("GITHUB_SHA", sha)
                .payload(json!({"action": "closed", "pull_request": pull}))
                .facts()
        };
        let facts = run(PUSHED);
        assert_eq!(facts.reference, Some(Reference::parse("refs/pull/12/head")));
        assert_eq!((facts.revisions.built_kind, facts.change.unwrap().merged), (Some(RevisionKind::Merge), Some(true)));
        let later = "3".repeat(40);
        let revisions = run(&later).revisions;
        assert_eq!((revisions.built, revisions.built_kind), (Some(later), Some(RevisionKind::Push)));
        assert_eq!(revisions.merge.as_deref(), Some(PUSHED));
    }

    #[test]
    fn a_pull_request_without_a_payload_says_what_is_unknown() {
        let run = Scene::new("pull_request", "refs/pull/12/merge")
            .var("GITHUB_HEAD_REF", "changes")
            .var("GITHUB_BASE_REF", "main");
        for run in [
            run.text("{}"),
            Scene::new("pull_request", "refs/pull/12/merge")
                .var("GITHUB_HEAD_REF", "changes")
                .var("GITHUB_BASE_REF", "main"),
        ] {
            let facts = run.facts();
            let change = facts.change.as_ref().unwrap();
            assert_eq!((change.number, change.fork), (Some(12), ForkStatus::Unknown));
            assert_eq!((change.head.branch.as_deref(), change.base.branch.as_deref()), (Some("changes"), Some("main")));
            assert_eq!((facts.revisions.built.as_deref(), facts.revisions.head.as_deref()), (Some(PUSHED), None));
            assert_eq!(
                unknowns(&facts),
                [("revisions.head", "payload-missing"), ("repository.default_branch", "payload-silent")]
            );
        }
    }

    #[test]
    fn a_pull_request_target_is_built_from_the_head() {
        let payload = json!({"action": "opened", "number": 12, "pull_request": pull(&theirs())});
        let facts = Scene::new("pull_request_target", "refs/heads/main")
            .payload(payload)
            .git(PUSHED, Some("main"), &[])
            .facts();
        assert_eq!(
            (facts.event, facts.change.as_ref().unwrap().fork),
            (EventKind::PullRequestTarget, ForkStatus::Fork)
        );
        assert_eq!(
            (facts.revisions.built.as_deref(), facts.revisions.built_kind),
            (Some(HEAD), Some(RevisionKind::Head))
        );
        assert_eq!((facts.revisions.merge.as_ref(), facts.revisions.checkout.as_deref()), (None, Some(PUSHED)));
        assert_eq!(facts.reference, Some(Reference::parse("refs/pull/12/head")));
        assert_eq!(facts.notes[0].code, "checkout-differs");
    }

    #[test]
    fn a_review_runs_on_the_merge_but_is_no_pull_request_event() {
        let run = Scene::new("pull_request_review", "refs/pull/12/merge");
        let facts = run.payload(json!({"action": "submitted", "pull_request": pull(&ours())})).facts();
        assert_eq!((facts.event, facts.change.unwrap().number), (EventKind::Other, Some(12)));
        assert_eq!(
            (facts.revisions.built_kind, facts.revisions.head.as_deref()),
            (Some(RevisionKind::Merge), Some(HEAD))
        );
    }
}
