//! `workflow_run`: a run that follows another, and is about what that one was about.

use super::super::super::payload::Node;
use super::super::super::{
    Change, ChangeSide, Commit, EventKind, Facts, ForkStatus, Reference, Revisions, UpstreamRun,
};
use super::Context;
use super::{change, events};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::shown;
use crate::version::SemVer;

pub(super) fn workflow_run(context: &Context<'_>, facts: &mut Facts) {
    // The variables are about the default branch, not about what the upstream run built.
    facts.reference = None;
    facts.revisions = Revisions::default();
    let Some(payload) = &context.payload else { return };
    let Some(run) = payload.object("workflow_run") else {
        if !payload.has("workflow_run") {
            context.mismatch(Severity::Error, "it has no `workflow_run`");
        }
        return;
    };
    let Some(event) = run.word("event") else {
        context.mismatch(Severity::Error, "its `workflow_run` has no `event`");
        return;
    };
    let head_sha = run.sha("head_sha");
    if head_sha.is_none() {
        context.mismatch(Severity::Error, "its `workflow_run` has no `head_sha`");
    }
    facts.revisions.head.clone_from(&head_sha);
    facts.commit = events::commit(&run, head_sha.as_deref());
    let branch = run.name("head_branch");
    facts.event = match event.as_str() {
        "push" => push(context, facts, branch.as_deref()),
        "pull_request" => {
            upstream_change(context, facts, &run);
            let why = "GitHub does not name the merge commit of the upstream run.";
            facts.unknown("revisions.merge", "upstream-silent", why);
            EventKind::PullRequest
        }
        "pull_request_target" => {
            upstream_change(context, facts, &run);
            prove_head(facts, &run);
            EventKind::PullRequestTarget
        }
        "merge_group" => {
            facts.reference = branch.as_deref().map(Reference::branch);
            events::queue(facts, None, None);
            EventKind::MergeGroup
        }
        "workflow_dispatch" => {
            facts.reference = branch_or_tag(context, facts, branch.as_deref());
            EventKind::Manual
        }
        "create" => {
            facts.reference = branch_or_tag(context, facts, branch.as_deref());
            EventKind::Create
        }
        "release" => {
            facts.reference = branch.as_deref().map(Reference::tag);
            facts.unknown(
                "prerelease",
                "upstream-silent",
                "GitHub does not pass the release on to the runs that follow.",
            );
            EventKind::Release
        }
        // These two run on the default branch only.
        "schedule" => {
            facts.reference = branch.as_deref().map(Reference::branch);
            EventKind::Schedule
        }
        "repository_dispatch" => {
            facts.reference = branch.as_deref().map(Reference::branch);
            EventKind::Api
        }
        "delete" => EventKind::Delete,
        _ => {
            facts.reference = branch_or_tag(context, facts, branch.as_deref());
            EventKind::Other
        }
    };
    if facts.event == EventKind::Delete {
        facts.revisions = Revisions::default();
        facts.commit = Commit::default();
    }
    if facts.reference.is_none() {
        facts.unknown("reference", "upstream-silent", "GitHub does not tell what the upstream run was about.");
    }
    if !facts.unknowns.iter().any(|u| u.fact == "revisions.head") && facts.event != EventKind::Delete {
        change::built_from_head(facts);
    }
    facts.upstream = Some(UpstreamRun {
        id: run.number("id").map(|id| id.to_string()),
        workflow: run.line("name").or_else(|| payload.object("workflow")?.line("name")),
        event_name: event,
        conclusion: run.word("conclusion"),
        attempt: run.number("run_attempt").and_then(|n| n.try_into().ok()),
        head_repository: run.object("head_repository").and_then(|repo| repo.word("full_name")),
        url: run.word("html_url"),
    });
}

fn push(context: &Context<'_>, facts: &mut Facts, name: Option<&str>) -> EventKind {
    facts.reference = branch_or_tag(context, facts, name);
    if facts.reference.as_ref().is_some_and(|r| r.as_tag().is_some()) { EventKind::Tag } else { EventKind::Push }
}

/// What `head_branch` names. It is the branch, as its name says, but for a run of a tag GitHub puts the tag's name there, and
/// nothing says which of both it is.
///
/// What the variables or the checkout show decides first. Without that a name that is a version, or that the checkout has
/// as branch and tag, stays unknown: either guess could name another image. Any other name is taken for the branch, with a
/// note; a consumer still accepts only an image whose label has the upstream run's commit.
fn branch_or_tag(context: &Context<'_>, facts: &mut Facts, name: Option<&str>) -> Option<Reference> {
    let name = name?;
    let head = facts.revisions.head.as_ref()?;
    // The variables of this run name the default branch and its tip.
    let default =
        context.reference.as_ref().and_then(Reference::as_branch) == Some(name) && context.sha.as_ref() == Some(head);
    let git = context.input.host.git.as_ref();
    let git = git.filter(|git| git.head.as_ref().is_some_and(|sha| sha.eq_ignore_ascii_case(head)));
    let branch = default || git.is_some_and(|git| git.branch.as_deref() == Some(name));
    let tag = git.is_some_and(|git| git.tags.iter().any(|tag| tag == name));
    match (branch, tag) {
        (true, false) => Some(Reference::branch(name)),
        (false, true) => Some(Reference::tag(name)),
        (false, false) if SemVer::parse(name).is_none() => {
            let message =
                format!("`{}` is taken for a branch: `workflow_run` does not tell branches from tags", shown(name));
            facts.notes.push(Diagnostic::note("branch-or-tag", message));
            Some(Reference::branch(name))
        }
        _ => {
            let why = format!(
                "GitHub calls `{}` what the upstream run was about, but does not tell whether it is a branch or a tag.",
                shown(name)
            );
            facts.unknown("reference", "branch-or-tag", &why);
            None
        }
    }
}

/// The pull request of the upstream run.
fn upstream_change(context: &Context<'_>, facts: &mut Facts, run: &Node<'_>) {
    let repository = run.object("head_repository").and_then(|repo| repo.word("full_name"));
    let fork = match &repository {
        _ if run.is_null("head_repository") => ForkStatus::Fork,
        Some(name) if context.is_this_repository(name) => ForkStatus::SameRepository,
        Some(_) => ForkStatus::Fork,
        None => ForkStatus::Unknown,
    };
    let all = run.objects("pull_requests").unwrap_or_default();
    let ours: Vec<_> = all.iter().filter(|pull| is_ours(context, pull)).collect();
    let head = ChangeSide { branch: run.name("head_branch"), sha: facts.revisions.head.clone(), repository };
    let mut upstream = Change { head, fork, ..Change::default() };
    let silent = match ours.as_slice() {
        [pull] => {
            upstream.number = pull.number("number");
            upstream.base = change::side(pull.object("base").as_ref());
            facts.revisions.base.clone_from(&upstream.base.sha);
            upstream.number.is_none().then_some(("upstream-silent", "The upstream run's pull request has no number."))
        }
        [] if fork == ForkStatus::Fork => {
            Some(("upstream-fork", "GitHub does not name the pull request of a fork to the runs that follow."))
        }
        [] => Some(("upstream-silent", "GitHub names no pull request for the upstream run.")),
        _ => Some(("upstream-several", "The upstream run's commit belongs to several pull requests.")),
    };
    if let Some((code, why)) = silent {
        for fact in ["change.number", "change.base.branch", "reference"] {
            facts.unknown(fact, code, why);
        }
    }
    change::adopt(facts, upstream);
}

/// Whether a pull request is one for this repository. GitHub also lists those that the same branch has in other
/// repositories; their numbers mean nothing here.
fn is_ours(context: &Context<'_>, pull: &Node<'_>) -> bool {
    let id = |node: &Node<'_>| node.number("id");
    let base = pull.object("base").and_then(|base| base.object("repo")).as_ref().and_then(id);
    let ours = context.payload.as_ref().and_then(|p| p.object("repository")).as_ref().and_then(id);
    base.zip(ours).is_none_or(|(base, ours)| base == ours)
}

/// Of a run of `pull_request_target`, `head_sha` is the target's tip, not the pull request's. The commit is the pull request's
/// only when both that commit and the one pull request say so.
fn prove_head(facts: &mut Facts, run: &Node<'_>) {
    let commit = run.object("head_commit").and_then(|commit| commit.sha("id"));
    let pulls = run.objects("pull_requests").unwrap_or_default();
    let tip = match pulls.as_slice() {
        [pull] => pull.object("head").and_then(|head| head.sha("sha")),
        _ => None,
    };
    let proven = tip.filter(|tip| Some(tip) == commit.as_ref());
    if let Some(change) = &mut facts.change {
        change.head.sha.clone_from(&proven);
    }
    facts.revisions.head.clone_from(&proven);
    if proven.is_none() {
        facts.commit = Commit::default();
        let why = "GitHub does not pass the tip of a `pull_request_target` on to the runs that follow.";
        facts.unknown("revisions.head", "upstream-silent", why);
        facts.unknown("revisions.built", "upstream-silent", why);
    } else {
        facts.commit = events::commit(run, proven.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::super::RevisionKind;
    use super::super::testing::*;
    use super::*;

    /// An upstream run, as `workflow_run` tells it.
    fn upstream(event: &str, branch: &str, sha: &str, repository: &Value, pulls: &Value) -> Scene {
        let commit = json!({"id": sha, "message": "fix: it", "timestamp": "2021-12-16T19:37:14Z"});
        Scene::new("workflow_run", "refs/heads/main").payload(json!({"action": "completed", "workflow_run": {
            "id": 5, "name": "CI", "event": event, "head_branch": branch, "head_sha": sha, "conclusion": "success", "run_attempt": 3,
            "head_repository": repository, "html_url": "https://github.com/acme/app/actions/runs/5", "pull_requests": pulls,
            "head_commit": commit,
        }}))
    }

    fn listed(number: u64, repo: u64) -> Value {
        json!({"number": number, "head": {"ref": "changes", "sha": HEAD, "repo": {"id": repo}}, "base": {"ref": "main", "sha": BASE, "repo": {"id": repo}}})
    }

    #[test]
    fn a_run_that_follows_a_pull_request_is_about_that_pull_request() {
        let facts = upstream("pull_request", "changes", HEAD, &ours(), &json!([listed(12, 1), listed(7, 2)])).facts();
        assert_eq!((facts.event, facts.event_name.as_str()), (EventKind::PullRequest, "workflow_run"));
        assert_eq!(
            (facts.revisions.built.as_deref(), facts.revisions.built_kind),
            (Some(HEAD), Some(RevisionKind::Head))
        );
        assert_eq!(facts.revisions.base.as_deref(), Some(BASE));
        let change = facts.change.as_ref().unwrap();
        assert_eq!(
            (change.number, change.fork, change.base.branch.as_deref()),
            (Some(12), ForkStatus::SameRepository, Some("main"))
        );
        assert_eq!(facts.reference, Some(Reference::parse("refs/pull/12/head")));
        assert_eq!(unknowns(&facts), [("revisions.merge", "upstream-silent")]);
        let upstream = facts.upstream.unwrap();
        assert_eq!(
            (upstream.id.as_deref(), upstream.event_name.as_str(), upstream.attempt),
            (Some("5"), "pull_request", Some(3))
        );
        assert_eq!((upstream.conclusion.as_deref(), upstream.workflow.as_deref()), (Some("success"), Some("CI")));
        assert_eq!(
            (facts.commit.subject.as_deref(), facts.commit.timestamp),
            (Some("fix: it"), Some(1_639_683_434_000))
        );
    }

    #[test]
    fn f41_the_pull_request_of_a_fork_or_of_several_is_unknown() {
        for (repository, pulls, fork, code) in [
            (theirs(), json!([]), ForkStatus::Fork, "upstream-fork"),
            (Value::Null, json!([]), ForkStatus::Fork, "upstream-fork"),
            (ours(), json!([]), ForkStatus::SameRepository, "upstream-silent"),
            (ours(), json!([listed(1, 1), listed(2, 1)]), ForkStatus::SameRepository, "upstream-several"),
            (theirs(), json!([listed(7, 2)]), ForkStatus::Fork, "upstream-fork"),
        ] {
            let facts = upstream("pull_request", "changes", HEAD, &repository, &pulls).facts();
            let change = facts.change.as_ref().unwrap();
            assert_eq!((change.number, change.fork, change.head.branch.as_deref()), (None, fork, Some("changes")));
            let expected = [
                ("change.number", code),
                ("change.base.branch", code),
                ("reference", code),
                ("revisions.merge", "upstream-silent"),
            ];
            assert_eq!(unknowns(&facts), expected);
            assert_eq!(facts.revisions.built.as_deref(), Some(HEAD));
        }
    }

    #[test]
    fn a_name_is_a_branch_unless_it_is_shown_or_likely_to_be_a_tag() {
        let run = |event, name, sha| upstream(event, name, sha, &ours(), &json!([]));
        for (run, event, reference) in [
            (run("push", "main", PUSHED), EventKind::Push, Some(Reference::branch("main"))),
            (run("push", "main", HEAD), EventKind::Push, Some(Reference::branch("main"))),
            (run("push", "v1.2.3", PUSHED), EventKind::Push, None),
            (run("push", "v1.2.3", HEAD).git(HEAD, None, &["v1.2.3"]), EventKind::Tag, Some(Reference::tag("v1.2.3"))),
            (run("push", "v1.2.3", HEAD).git(PUSHED, None, &["v1.2.3"]), EventKind::Push, None),
            (run("push", "x", HEAD).git(HEAD, Some("x"), &[]), EventKind::Push, Some(Reference::branch("x"))),
            (run("push", "x", HEAD).git(HEAD, Some("x"), &["x"]), EventKind::Push, None),
            (run("workflow_dispatch", "x", HEAD), EventKind::Manual, Some(Reference::branch("x"))),
            (run("create", "x", HEAD), EventKind::Create, Some(Reference::branch("x"))),
            (run("schedule", "main", HEAD), EventKind::Schedule, Some(Reference::branch("main"))),
            (run("repository_dispatch", "main", HEAD), EventKind::Api, Some(Reference::branch("main"))),
            (run("release", "v1", HEAD), EventKind::Release, Some(Reference::tag("v1"))),
            (run("delete", "main", HEAD), EventKind::Delete, None),
            (run("workflow_run", "x", HEAD), EventKind::Other, Some(Reference::branch("x"))),
            (run("push", "1.2.3-rc.1", HEAD), EventKind::Push, None),
        ] {
            let facts = run.facts();
            assert_eq!((facts.event, facts.reference.as_ref()), (event, reference.as_ref()), "{:?}", run.payload);
            assert_eq!(unknowns(&facts).iter().any(|(fact, _)| *fact == "reference"), reference.is_none());
            assert_eq!(facts.revisions.built.is_some(), event != EventKind::Delete);
            assert_eq!(facts.commit.subject.is_some(), event != EventKind::Delete);
        }
        let queue = format!("gh-readonly-queue/main/pr-104-{BASE}");
        let facts = run("merge_group", &queue, HEAD).facts();
        let change = facts.change.unwrap();
        assert_eq!(
            (facts.event, change.number, change.base.branch.as_deref()),
            (EventKind::MergeGroup, Some(104), Some("main"))
        );
    }

    #[test]
    fn the_tip_behind_a_pull_request_target_is_unknown_unless_proven() {
        let facts = upstream("pull_request_target", "changes", BASE, &ours(), &json!([])).facts();
        assert_eq!(
            (facts.event, &facts.revisions.built, &facts.revisions.head),
            (EventKind::PullRequestTarget, &None, &None)
        );
        let facts_unknown = unknowns(&facts);
        assert!(
            facts_unknown.contains(&("revisions.head", "upstream-silent"))
                && facts_unknown.contains(&("revisions.built", "upstream-silent"))
        );
        assert_eq!(facts.change.unwrap().head.sha, None);
        let facts = upstream("pull_request_target", "changes", HEAD, &ours(), &json!([listed(12, 1)])).facts();
        assert_eq!((facts.revisions.built.as_deref(), facts.commit.subject.as_deref()), (Some(HEAD), Some("fix: it")));
    }
}
