//! Merge requests, and the pull requests of a mirrored GitHub repository.

use super::super::super::{Change, ChangeSide, EventKind, Facts, ForkStatus, Reference, RevisionKind, Revisions};
use super::{ENGINE, Input};

pub(super) fn merge_request(input: &Input<'_>, facts: &mut Facts, sha: Option<String>, project: &str) {
    let env = input.env;
    let number: Option<u64> = env.number("CI_MERGE_REQUEST_IID");
    let kind = env.get("CI_MERGE_REQUEST_EVENT_TYPE");
    facts.event = if kind == Some("merge_train") { EventKind::MergeGroup } else { EventKind::PullRequest };
    let source_sha = env.sha("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
    let base_sha = env.sha("CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
    let merges = matches!(kind, Some("merged_result" | "merge_train")) || (kind.is_none() && source_sha.is_some());
    facts.revisions = if merges && source_sha != sha {
        Revisions {
            built_kind: sha.as_ref().map(|_| RevisionKind::Merge),
            built: sha.clone(),
            merge: sha,
            head: source_sha,
            base: base_sha.clone(),
            checkout: None,
        }
    } else {
        // A detached pipeline runs on the tip of the source branch, and leaves the variable that would name it empty.
        let built_kind = sha.as_ref().map(|_| RevisionKind::Head);
        Revisions { built_kind, built: sha.clone(), head: sha, base: base_sha.clone(), ..Revisions::default() }
    };
    if facts.revisions.head.is_none() && facts.revisions.merge.is_some() {
        facts.unknown(
            "revisions.head",
            "variable-missing",
            "`CI_MERGE_REQUEST_SOURCE_BRANCH_SHA` is empty in a pipeline of a merged result.",
        );
    }
    let told = env.reference("CI_MERGE_REQUEST_REF_PATH");
    facts.reference = told.or_else(|| number.map(|n| Reference::parse(&format!("refs/merge-requests/{n}/head"))));
    let target = env.word("CI_MERGE_REQUEST_PROJECT_PATH").or_else(|| Some(project.to_owned()));
    let head = ChangeSide {
        branch: env.name("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
        sha: facts.revisions.head.clone(),
        repository: env.word("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"),
    };
    if head.repository.is_none() {
        let why = "`CI_MERGE_REQUEST_SOURCE_PROJECT_PATH` is empty, as it is for a fork that is gone.";
        facts.unknown("change.fork", "variable-missing", why);
    }
    let base =
        ChangeSide { branch: env.name("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"), sha: base_sha, repository: target };
    adopt(
        facts,
        Change {
            number,
            title: env.line("CI_MERGE_REQUEST_TITLE"),
            author: None,
            fork: fork(&head, &base),
            head,
            base,
            draft: env.truth("CI_MERGE_REQUEST_DRAFT"),
            merged: None,
        },
    );
}

/// A pull request of GitHub, in a project that GitLab mirrors.
pub(super) fn external_pull_request(input: &Input<'_>, facts: &mut Facts, sha: Option<String>) {
    let env = input.env;
    facts.event = EventKind::PullRequest;
    env.required("CI_EXTERNAL_PULL_REQUEST_IID", ENGINE.title);
    let number: Option<u64> = env.number("CI_EXTERNAL_PULL_REQUEST_IID");
    let head = ChangeSide {
        branch: env.name("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME"),
        sha: env.sha("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA").or_else(|| sha.clone()),
        repository: env.word("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY"),
    };
    let base = ChangeSide {
        branch: env.name("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"),
        sha: env.sha("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA"),
        repository: env.word("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY"),
    };
    // The pipeline runs on the tip of the source branch; if it names two commits, it has moved on since it was mirrored.
    let kind = if head.sha == sha { RevisionKind::Head } else { RevisionKind::Push };
    facts.revisions = Revisions {
        built_kind: sha.as_ref().map(|_| kind),
        built: sha,
        head: head.sha.clone(),
        base: base.sha.clone(),
        ..Revisions::default()
    };
    facts.reference = number.map(|n| Reference::parse(&format!("refs/pull/{n}/head")));
    adopt(facts, Change { number, fork: fork(&head, &base), head, base, ..Change::default() });
}

fn adopt(facts: &mut Facts, change: Change) {
    if change.base.branch.is_none() {
        facts.unknown(
            "change.base.branch",
            "variable-missing",
            "The pipeline's variables do not name the target branch.",
        );
    }
    facts.change = Some(change);
}

/// GitLab ignores case in project paths.
fn fork(head: &ChangeSide, base: &ChangeSide) -> ForkStatus {
    match (&head.repository, &base.repository) {
        (Some(head), Some(base)) if head.eq_ignore_ascii_case(base) => ForkStatus::SameRepository,
        (Some(_), Some(_)) => ForkStatus::Fork,
        _ => ForkStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HEAD, SHA, run};
    use super::*;

    const MERGE_REQUEST: [(&str, &str); 6] = [
        ("CI_MERGE_REQUEST_ID", "900012"),
        ("CI_MERGE_REQUEST_IID", "12"),
        ("CI_MERGE_REQUEST_PROJECT_PATH", "group/sub/app"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "changes"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "Group/sub/App"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
    ];

    fn merge_request(source: &str, more: &[(&str, &str)]) -> Facts {
        run(source, &[&MERGE_REQUEST, more].concat()).unwrap()
    }

    #[test]
    fn a_detached_merge_request_is_built_from_its_head() {
        for (source, more) in [
            (
                "merge_request_event",
                &[("CI_MERGE_REQUEST_EVENT_TYPE", "detached"), ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "")][..],
            ),
            ("merge_request_event", &[]),
            ("parent_pipeline", &[("CI_MERGE_REQUEST_EVENT_TYPE", "detached")]),
            ("merge_request_event", &[("CI_COMMIT_BRANCH", "changes")]),
        ] {
            let facts = merge_request(source, more);
            assert_eq!((facts.event, facts.revisions.built.as_deref()), (EventKind::PullRequest, Some(SHA)));
            assert_eq!(
                (facts.revisions.head.as_deref(), facts.revisions.built_kind),
                (Some(SHA), Some(RevisionKind::Head))
            );
            assert_eq!((facts.revisions.merge.as_ref(), facts.commit.subject.as_deref()), (None, Some("fix: it")));
            let change = facts.change.unwrap();
            assert_eq!((change.number, change.fork), (Some(12), ForkStatus::SameRepository));
            assert_eq!((change.head.branch.as_deref(), change.base.branch.as_deref()), (Some("changes"), Some("main")));
            assert_eq!(facts.reference, Some(Reference::parse("refs/merge-requests/12/head")));
        }
    }

    #[test]
    fn a_merged_result_has_head_and_merge_and_a_train_is_a_merge_group() {
        let source = ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", HEAD);
        for (kind, event) in [("merged_result", EventKind::PullRequest), ("merge_train", EventKind::MergeGroup)] {
            let facts = merge_request("merge_request_event", &[("CI_MERGE_REQUEST_EVENT_TYPE", kind), source]);
            let revisions = &facts.revisions;
            assert_eq!((facts.event, revisions.built_kind), (event, Some(RevisionKind::Merge)));
            assert_eq!((revisions.built.as_deref(), revisions.merge.as_deref()), (Some(SHA), Some(SHA)));
            assert_eq!((revisions.head.as_deref(), facts.commit.subject.as_ref()), (Some(HEAD), None));
            let facts = merge_request("merge_request_event", &[("CI_MERGE_REQUEST_EVENT_TYPE", kind)]);
            assert_eq!((facts.revisions.head.as_ref(), facts.unknowns[0].fact.as_str()), (None, "revisions.head"));
        }
    }

    #[test]
    fn a_fork_is_another_project() {
        const SOURCE: &str = "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH";
        for (path, expected) in [
            ("group/sub/app", ForkStatus::SameRepository),
            ("Group/Sub/App", ForkStatus::SameRepository),
            ("mona/app", ForkStatus::Fork),
            ("", ForkStatus::Unknown),
        ] {
            let others = MERGE_REQUEST.iter().filter(|(name, _)| *name != SOURCE).copied();
            let env: Vec<_> = others.chain([(SOURCE, path)]).collect();
            let facts = run("merge_request_event", &env).unwrap();
            let told = facts.unknowns.iter().any(|unknown| unknown.fact == "change.fork");
            assert_eq!(facts.change.unwrap().fork, expected, "{path}");
            assert_eq!(told, expected == ForkStatus::Unknown, "{path}");
        }
    }

    #[test]
    fn an_external_pull_request_is_a_pull_request() {
        let facts = run(
            "external_pull_request_event",
            &[
                ("CI_COMMIT_BRANCH", "changes"),
                ("CI_EXTERNAL_PULL_REQUEST_IID", "7"),
                ("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME", "changes"),
                ("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA", SHA),
                ("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "mona/app"),
                ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "main"),
                ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA", HEAD),
                ("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", "acme/app"),
            ],
        )
        .unwrap();
        assert_eq!(
            (facts.event, facts.reference),
            (EventKind::PullRequest, Some(Reference::parse("refs/pull/7/head")))
        );
        assert_eq!(
            (facts.revisions.built_kind, facts.revisions.base.as_deref()),
            (Some(RevisionKind::Head), Some(HEAD))
        );
        let change = facts.change.unwrap();
        assert_eq!(
            (change.number, change.fork, change.base.branch.as_deref()),
            (Some(7), ForkStatus::Fork, Some("main"))
        );
    }
}
