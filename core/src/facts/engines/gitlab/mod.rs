//! GitLab CI.
//!
//! Source: GitLab's page "Predefined CI/CD variables reference". A retried job is a new job, so there is no attempt number.

mod merge_request;

use super::super::{EventKind, Facts, Reference, Repository, Revisions, Run};
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
        merge_request::merge_request(input, &mut facts, sha, &project);
    } else if source == "merge_request_event" {
        env.required("CI_MERGE_REQUEST_IID", ENGINE.title);
    } else if source == "external_pull_request_event" {
        merge_request::external_pull_request(input, &mut facts, sha);
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

#[cfg(test)]
mod tests {
    use super::super::super::{HostFacts, ReferenceKind, RevisionKind};
    use super::super::detect;
    use super::*;

    pub(super) const SHA: &str = "5779607b49aab1200488439f02372c57b4f75444";
    pub(super) const HEAD: &str = "ec26c3e57ca3a959ca5aad62de7213c562f8c821";

    pub(super) fn run(source: &str, more: &[(&str, &str)]) -> Result<Facts, Vec<Diagnostic>> {
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
        let host =
            HostFacts { now: 0, git: None, credentials: None, builder: None, changed_files: None, registry_tags: None };
        detect(&env.collect::<Vec<_>>(), None, &host)
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
