//! GitLab CI.
//!
//! Source: GitLab's page "Predefined CI/CD variables reference". A retried job is a new job, so there is no attempt number.

use super::super::{
    Change, ChangeSide, EventKind, Facts, ForkStatus, Reference, Repository, RevisionKind, Revisions, Run,
};
use super::{Engine, Input};
use crate::diagnostic::Diagnostic;

pub(super) static ENGINE: Engine = Engine {
    name: "gitlab-ci",
    title: "GitLab CI",
    variables: &[
        "CI_COMMIT_BRANCH",
        "CI_COMMIT_REF_NAME",
        "CI_COMMIT_SHA",
        "CI_COMMIT_TAG",
        "CI_COMMIT_TIMESTAMP",
        "CI_COMMIT_TITLE",
        "CI_DEFAULT_BRANCH",
        "CI_EXTERNAL_PULL_REQUEST_IID",
        "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
        "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA",
        "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY",
        "CI_JOB_NAME",
        "CI_MERGE_REQUEST_DRAFT",
        "CI_MERGE_REQUEST_EVENT_TYPE",
        "CI_MERGE_REQUEST_IID",
        "CI_MERGE_REQUEST_PROJECT_PATH",
        "CI_MERGE_REQUEST_REF_PATH",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
        "CI_MERGE_REQUEST_TITLE",
        "CI_PIPELINE_ID",
        "CI_PIPELINE_NAME",
        "CI_PIPELINE_SOURCE",
        "CI_PIPELINE_URL",
        "CI_PROJECT_PATH",
        "CI_REGISTRY_IMAGE",
        "CI_SERVER_URL",
        "GITLAB_CI",
        "GITLAB_USER_LOGIN",
    ],
    payload_variable: None,
    matches: |env| env.flag("GITLAB_CI"),
    facts,
};

fn facts(input: &Input<'_>) -> Option<Facts> {
    let env = input.env;
    let source = env.required("CI_PIPELINE_SOURCE", ENGINE.title);
    let sha = env.required("CI_COMMIT_SHA", ENGINE.title).and_then(|_| env.sha("CI_COMMIT_SHA"));
    let project = env.required("CI_PROJECT_PATH", ENGINE.title).and_then(|_| env.word("CI_PROJECT_PATH"));
    let (source, project) = (env.word("CI_PIPELINE_SOURCE").and(source)?, project?);

    let mut facts = Facts::new(ENGINE.name, EventKind::Other, source, input.host.now);
    facts.actor = env.word("GITLAB_USER_LOGIN");
    facts.run = Run {
        id: env.word("CI_PIPELINE_ID"),
        attempt: None,
        url: env.url("CI_PIPELINE_URL"),
        workflow: env.line("CI_PIPELINE_NAME"),
        job: env.line("CI_JOB_NAME"),
    };
    // The IID is the number that people use; `CI_MERGE_REQUEST_ID` counts over all projects of the server.
    if env.get("CI_MERGE_REQUEST_IID").is_some() {
        merge_request(input, &mut facts, sha, &project);
    } else if source == "merge_request_event" {
        env.required("CI_MERGE_REQUEST_IID", ENGINE.title);
    } else if source == "external_pull_request_event" {
        external_pull_request(input, &mut facts, sha);
    } else {
        pushed(input, &mut facts, sha, source);
    }
    // Title and time are those of the pipeline's commit, which a merged result's pipeline made itself.
    if facts.revisions.built.is_some() && facts.revisions.built == facts.revisions.head {
        facts.commit.subject = env.line("CI_COMMIT_TITLE");
        facts.commit.timestamp = env.time("CI_COMMIT_TIMESTAMP");
    }
    facts.repository = Some(Repository {
        path: project,
        server_url: env.url("CI_SERVER_URL"),
        default_branch: env.name("CI_DEFAULT_BRANCH"),
        registry_image: env.word("CI_REGISTRY_IMAGE"),
    });
    Some(facts)
}

/// A pipeline of a branch or a tag.
fn pushed(input: &Input<'_>, facts: &mut Facts, sha: Option<String>, source: &str) {
    let env = input.env;
    facts.revisions = Revisions::pushed(sha);
    let tag = env.name("CI_COMMIT_TAG").map(|name| Reference::tag(&name));
    let branch = || env.name("CI_COMMIT_BRANCH").or_else(|| env.name("CI_COMMIT_REF_NAME"));
    facts.reference = tag.or_else(|| branch().map(|name| Reference::branch(&name)));
    let tagged = facts.reference.as_ref().is_some_and(|r| r.as_tag().is_some());
    facts.event = match source {
        "push" | "parent_pipeline" | "pipeline" if tagged => EventKind::Tag,
        "push" | "parent_pipeline" | "pipeline" => EventKind::Push,
        "schedule" => EventKind::Schedule,
        "web" | "webide" | "chat" => EventKind::Manual,
        "api" | "trigger" => EventKind::Api,
        _ => EventKind::Other,
    };
    if ["CI_COMMIT_TAG", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"].iter().all(|name| env.get(name).is_none()) {
        input.problems.push(
            Diagnostic::error(
                "missing-variable",
                "none of `CI_COMMIT_TAG`, `CI_COMMIT_BRANCH` and `CI_COMMIT_REF_NAME` is set",
            )
            .help("GitLab CI sets one in every pipeline; pass it on into the container or shell that runs this"),
        );
    }
}

fn merge_request(input: &Input<'_>, facts: &mut Facts, sha: Option<String>, project: &str) {
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
fn external_pull_request(input: &Input<'_>, facts: &mut Facts, sha: Option<String>) {
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
    use super::super::super::{HostFacts, ReferenceKind};
    use super::super::detect;
    use super::*;

    const SHA: &str = "5779607b49aab1200488439f02372c57b4f75444";
    const HEAD: &str = "ec26c3e57ca3a959ca5aad62de7213c562f8c821";

    fn run(source: &str, more: &[(&str, &str)]) -> Result<Facts, Vec<Diagnostic>> {
        let base = [
            ("CI", "true"),
            ("CI_COMMIT_SHA", SHA),
            ("CI_COMMIT_TIMESTAMP", "2026-01-31T12:00:00+01:00"),
            ("CI_COMMIT_TITLE", "fix: it"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_PIPELINE_ID", "9"),
            ("CI_PIPELINE_SOURCE", source),
            ("CI_PROJECT_PATH", "group/sub/app"),
            ("CI_REGISTRY_IMAGE", "registry.gitlab.com/group/sub/app"),
            ("CI_SERVER_URL", "https://gitlab.com"),
            ("GITLAB_CI", "true"),
            ("GITLAB_USER_LOGIN", "mona"),
        ];
        let last = |name: &str| more.iter().any(|(n, _)| *n == name);
        let env = base.iter().filter(|(n, _)| !last(n)).chain(more).map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        let host = HostFacts { now: 0, git: None, credentials: None, builder: None, changed_files: None };
        detect(&env.collect::<Vec<_>>(), None, &host)
    }

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
    fn a_pipeline_of_a_branch_or_tag_has_the_kind_of_its_source() {
        let (branch, tag) = (("CI_COMMIT_BRANCH", "feature/x"), ("CI_COMMIT_TAG", "v1.2.3"));
        for (source, variable, kind) in [
            ("push", branch, EventKind::Push),
            ("push", ("CI_COMMIT_REF_NAME", "feature/x"), EventKind::Push),
            ("push", tag, EventKind::Tag),
            ("parent_pipeline", branch, EventKind::Push),
            ("parent_pipeline", tag, EventKind::Tag),
            ("pipeline", branch, EventKind::Push),
            ("schedule", branch, EventKind::Schedule),
            ("web", tag, EventKind::Manual),
            ("webide", branch, EventKind::Manual),
            ("chat", branch, EventKind::Manual),
            ("api", branch, EventKind::Api),
            ("trigger", branch, EventKind::Api),
            ("security_orchestration_policy", branch, EventKind::Other),
        ] {
            let facts = run(source, &[variable]).unwrap();
            assert_eq!((facts.event, facts.event_name.as_str()), (kind, source));
            let kind = if variable == tag { ReferenceKind::Tag } else { ReferenceKind::Branch };
            let reference = facts.reference.unwrap();
            assert_eq!((reference.kind, reference.name.as_str()), (kind, variable.1));
            assert_eq!(
                (facts.revisions.built.as_deref(), facts.revisions.built_kind),
                (Some(SHA), Some(RevisionKind::Push))
            );
            assert_eq!(
                (facts.commit.subject.as_deref(), facts.commit.timestamp),
                (Some("fix: it"), Some(1_769_857_200_000))
            );
        }
    }

    #[test]
    fn project_run_and_actor_are_read() {
        let facts =
            run("push", &[("CI_COMMIT_BRANCH", "main"), ("CI_PIPELINE_URL", "https://gitlab.com/p/9")]).unwrap();
        let repository = facts.repository.unwrap();
        assert_eq!((repository.path.as_str(), repository.default_branch.as_deref()), ("group/sub/app", Some("main")));
        assert_eq!(repository.registry_image.as_deref(), Some("registry.gitlab.com/group/sub/app"));
        assert_eq!(
            (facts.run.id.as_deref(), facts.run.attempt, facts.actor.as_deref()),
            (Some("9"), None, Some("mona"))
        );
        assert!(facts.unknowns.is_empty() && facts.notes.is_empty());
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
        let fork = |path| {
            merge_request("merge_request_event", &[("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", path)]).change.unwrap().fork
        };
        let theirs: Vec<_> =
            MERGE_REQUEST.iter().filter(|(n, _)| *n != "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH").copied().collect();
        assert_eq!(run("merge_request_event", &theirs).unwrap().change.unwrap().fork, ForkStatus::Unknown);
        assert_eq!(fork("group/sub/app"), ForkStatus::SameRepository);
        let theirs: Vec<_> = theirs.into_iter().chain([("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "mona/app")]).collect();
        assert_eq!(run("merge_request_event", &theirs).unwrap().change.unwrap().fork, ForkStatus::Fork);
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

    #[test]
    fn findings_name_the_variable() {
        let told = |source, more: &[(&str, &str)]| match run(source, more) {
            Err(all) => all
                .iter()
                .map(|d| format!("{:?} [{}] {}", d.severity, d.code, d.message))
                .collect::<Vec<_>>()
                .join("\n"),
            Ok(facts) => facts
                .notes
                .iter()
                .map(|d| format!("{:?} [{}] {}", d.severity, d.code, d.message))
                .collect::<Vec<_>>()
                .join("\n"),
        };
        let all = [
            told("", &[("CI_COMMIT_SHA", ""), ("CI_PROJECT_PATH", "")]),
            told("push", &[]),
            told("merge_request_event", &[]),
            told("merge_request_event", &[("CI_MERGE_REQUEST_IID", "!12")]),
            told("external_pull_request_event", &[]),
            told("push", &[("CI_COMMIT_BRANCH", "a\nb"), ("CI_COMMIT_SHA", "5779607b")]),
            told("push", &[("CI_COMMIT_BRANCH", "main"), ("CI_COMMIT_TIMESTAMP", "now")]),
        ];
        insta::assert_snapshot!(all.join("\n--\n"), @r"
        Error [missing-variable] `CI_PIPELINE_SOURCE` is not set
        Error [missing-variable] `CI_COMMIT_SHA` is not set
        Error [missing-variable] `CI_PROJECT_PATH` is not set
        --
        Error [missing-variable] none of `CI_COMMIT_TAG`, `CI_COMMIT_BRANCH` and `CI_COMMIT_REF_NAME` is set
        --
        Error [missing-variable] `CI_MERGE_REQUEST_IID` is not set
        --
        Error [invalid-number] `CI_MERGE_REQUEST_IID` is not a positive number: `!12`
        --
        Error [missing-variable] `CI_EXTERNAL_PULL_REQUEST_IID` is not set
        --
        Error [invalid-sha] `CI_COMMIT_SHA` is not a full commit name: `5779607b`
        Error [invalid-reference] `CI_COMMIT_BRANCH` holds control characters: `a\nb`
        --
        Warning [invalid-time] `CI_COMMIT_TIMESTAMP` is not a time: `now`
        ");
    }
}
