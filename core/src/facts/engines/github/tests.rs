//! Runs of GitHub Actions, from their variables and payloads.

use serde_json::{Value, json};

use super::super::super::{
    Change, ChangeSide, EventKind, Facts, ForkStatus, GitFacts, HostFacts, Reference, RevisionKind, Unknown,
};
use super::super::detect;
use crate::diagnostic::Diagnostics;

const PUSHED: &str = "5779607b49aab1200488439f02372c57b4f75444";
const HEAD: &str = "ec26c3e57ca3a959ca5aad62de7213c562f8c821";
const BASE: &str = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e";

/// A run, told step by step.
struct Run {
    env: Vec<(String, String)>,
    payload: Option<String>,
    host: HostFacts,
}

impl Run {
    fn new(event: &str, reference: &str) -> Self {
        let env = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_ACTOR", "octocat"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_REF", reference),
            ("GITHUB_REPOSITORY", "acme/app"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_RUN_ID", "77"),
            ("GITHUB_SERVER_URL", "https://github.com/"),
            ("GITHUB_SHA", PUSHED),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self {
            env,
            payload: None,
            host: HostFacts { now: 0, git: None, credentials: None, builder: None, changed_files: None },
        }
    }

    fn var(mut self, name: &str, value: &str) -> Self {
        self.env.retain(|(n, _)| n != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn payload(mut self, mut payload: Value) -> Self {
        if let Some(map) = payload.as_object_mut().filter(|map| !map.contains_key("repository")) {
            map.insert("repository".to_owned(), json!({"id": 1, "full_name": "acme/app", "default_branch": "main"}));
        }
        self.payload = Some(payload.to_string());
        self
    }

    fn text(mut self, payload: &str) -> Self {
        self.payload = Some(payload.to_owned());
        self
    }

    fn git(mut self, head: &str, branch: Option<&str>, tags: &[&str]) -> Self {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        self.host.git = Some(GitFacts {
            head: Some(head.to_owned()),
            branch: branch.map(str::to_owned),
            tags,
            ..GitFacts::default()
        });
        self
    }

    fn run(&self) -> Result<Facts, Diagnostics> {
        detect(&self.env, self.payload.as_deref(), &self.host)
    }

    fn facts(&self) -> Facts {
        self.run().unwrap()
    }

    /// Every finding on one line each.
    fn told(&self) -> String {
        let all = self.run().map_or_else(|errors| errors, |facts| facts.notes);
        all.iter().map(|d| format!("{:?} [{}] {}", d.severity, d.code, d.message)).collect::<Vec<_>>().join("\n")
    }
}

fn unknowns(facts: &Facts) -> Vec<(&str, &str)> {
    facts.unknowns.iter().map(|Unknown { fact, reason }| (fact.as_str(), reason.code.as_str())).collect()
}

fn side(branch: &str, sha: &str, repository: &str) -> ChangeSide {
    ChangeSide { branch: Some(branch.to_owned()), sha: Some(sha.to_owned()), repository: Some(repository.to_owned()) }
}

fn pull(head_repo: &Value) -> Value {
    json!({
        "number": 12, "title": "fix: it", "draft": false, "merged": false, "user": {"login": "mona"},
        "merge_commit_sha": null,
        "head": {"ref": "changes", "sha": HEAD, "repo": head_repo},
        "base": {"ref": "main", "sha": BASE, "repo": {"id": 1, "full_name": "acme/app"}},
    })
}

fn ours() -> Value {
    json!({"id": 1, "full_name": "Acme/App", "fork": true})
}

fn theirs() -> Value {
    json!({"id": 2, "full_name": "mona/app"})
}

fn pull_request(head_repo: &Value) -> Run {
    Run::new("pull_request", "refs/pull/12/merge")
        .payload(json!({"action": "opened", "number": 12, "pull_request": pull(head_repo)}))
}

#[test]
fn a_push_to_a_branch_is_a_push() {
    let head = json!({"id": PUSHED, "message": "fix: it\n\nbecause", "timestamp": "2019-05-15T15:19:25+02:00"});
    let facts = Run::new("push", "refs/heads/feature/x")
        .payload(json!({"ref": "refs/heads/feature/x", "after": PUSHED, "created": true, "deleted": false, "head_commit": head}))
        .facts();
    assert_eq!(
        (facts.event, facts.event_name.as_str(), facts.engine.as_str()),
        (EventKind::Push, "push", "github-actions")
    );
    assert_eq!(facts.reference, Some(Reference::branch("feature/x")));
    assert_eq!((facts.revisions.built.as_deref(), facts.revisions.head.as_deref()), (Some(PUSHED), Some(PUSHED)));
    assert_eq!(facts.revisions.built_kind, Some(RevisionKind::Push));
    assert_eq!(facts.commit.subject.as_deref(), Some("fix: it"));
    assert_eq!(facts.commit.timestamp, Some(1_557_926_365_000));
    assert_eq!((facts.change, facts.prerelease, facts.dirty), (None, None, None));
    assert_eq!(facts.run.url.as_deref(), Some("https://github.com/acme/app/actions/runs/77/attempts/2"));
    assert_eq!(
        (facts.run.id.as_deref(), facts.run.attempt, facts.actor.as_deref()),
        (Some("77"), Some(2), Some("octocat"))
    );
    let repository = facts.repository.unwrap();
    assert_eq!((repository.path.as_str(), repository.server_url.as_deref()), ("acme/app", Some("https://github.com")));
    assert_eq!(repository.default_branch.as_deref(), Some("main"));
    assert!(facts.unknowns.is_empty() && facts.notes.is_empty());
}

#[test]
fn a_push_of_a_tag_is_a_tag_also_when_the_tag_is_an_object_of_its_own() {
    let run = Run::new("push", "refs/tags/v1.2.3-rc.1");
    let facts = run
        .payload(json!({"ref": "refs/tags/v1.2.3-rc.1", "after": HEAD, "head_commit": {"id": PUSHED, "message": "m"}}))
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
        let facts = Run::new("push", "refs/heads/main").payload(payload).facts();
        assert_eq!(
            (facts.event, facts.revisions.built.as_ref(), facts.revisions.built_kind),
            (EventKind::Delete, None, None)
        );
        assert_eq!(facts.reference, Some(Reference::branch("gone")));
    }
    let facts = Run::new("push", "refs/tags/v1").var("GITHUB_SHA", &zeros).facts();
    assert_eq!((facts.event, facts.reference), (EventKind::Delete, Some(Reference::tag("v1"))));
}

#[test]
fn sha_256_repositories_work() {
    let sha = "AB".repeat(32);
    let facts = Run::new("push", "refs/heads/main").var("GITHUB_SHA", &sha).facts();
    assert_eq!(facts.revisions.built, Some(sha.to_lowercase()));
}

#[test]
fn a_pull_request_knows_head_merge_and_base() {
    let facts = pull_request(&ours()).facts();
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
        head: side("changes", HEAD, "Acme/App"),
        base: side("main", BASE, "acme/app"),
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
        assert_eq!(pull_request(&repo).facts().change.unwrap().fork, expected, "{repo}");
    }
}

#[test]
fn a_checkout_of_the_head_is_built_as_the_head() {
    let facts = pull_request(&theirs()).git(HEAD, None, &[]).facts();
    assert_eq!((facts.revisions.built.as_deref(), facts.revisions.built_kind), (Some(HEAD), Some(RevisionKind::Head)));
    assert_eq!(facts.revisions.merge.as_deref(), Some(PUSHED));
    let facts = pull_request(&theirs()).git(BASE, None, &[]).facts();
    assert_eq!((facts.revisions.built.as_deref(), facts.notes[0].code.as_str()), (Some(PUSHED), "checkout-differs"));
}

#[test]
fn a_merged_pull_request_keeps_its_number_though_the_reference_is_the_target() {
    let mut pull = pull(&ours());
    pull["merged"] = json!(true);
    pull["merge_commit_sha"] = json!(PUSHED);
    let run = |sha| {
        Run::new("pull_request", "refs/heads/main")
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
    let run =
        Run::new("pull_request", "refs/pull/12/merge").var("GITHUB_HEAD_REF", "changes").var("GITHUB_BASE_REF", "main");
    for run in [
        run.text("{}"),
        Run::new("pull_request", "refs/pull/12/merge").var("GITHUB_HEAD_REF", "changes").var("GITHUB_BASE_REF", "main"),
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
    let facts =
        Run::new("pull_request_target", "refs/heads/main").payload(payload).git(PUSHED, Some("main"), &[]).facts();
    assert_eq!((facts.event, facts.change.as_ref().unwrap().fork), (EventKind::PullRequestTarget, ForkStatus::Fork));
    assert_eq!((facts.revisions.built.as_deref(), facts.revisions.built_kind), (Some(HEAD), Some(RevisionKind::Head)));
    assert_eq!((facts.revisions.merge.as_ref(), facts.revisions.checkout.as_deref()), (None, Some(PUSHED)));
    assert_eq!(facts.reference, Some(Reference::parse("refs/pull/12/head")));
    assert_eq!(facts.notes[0].code, "checkout-differs");
}

#[test]
fn a_review_runs_on_the_merge_but_is_no_pull_request_event() {
    let run = Run::new("pull_request_review", "refs/pull/12/merge");
    let facts = run.payload(json!({"action": "submitted", "pull_request": pull(&ours())})).facts();
    assert_eq!((facts.event, facts.change.unwrap().number), (EventKind::Other, Some(12)));
    assert_eq!((facts.revisions.built_kind, facts.revisions.head.as_deref()), (Some(RevisionKind::Merge), Some(HEAD)));
}

#[test]
fn a_merge_group_names_its_target_and_only_the_pull_request_in_its_branch() {
    let branch = format!("refs/heads/gh-readonly-queue/main/pr-104-{BASE}");
    let group = json!({"head_sha": PUSHED, "head_ref": branch, "base_sha": BASE, "base_ref": "refs/heads/main"});
    let facts =
        Run::new("merge_group", &branch).payload(json!({"action": "checks_requested", "merge_group": group})).facts();
    let change = facts.change.as_ref().unwrap();
    assert_eq!(
        (facts.event, change.number, change.base.branch.as_deref()),
        (EventKind::MergeGroup, Some(104), Some("main"))
    );
    assert_eq!((facts.revisions.built.as_deref(), facts.revisions.base.as_deref()), (Some(PUSHED), Some(BASE)));
    assert_eq!(facts.revisions.head.as_deref(), Some(PUSHED));
    let facts = Run::new("merge_group", "refs/heads/queue").facts();
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
        let facts =
            Run::new("release", "refs/tags/x").payload(json!({"action": "published", "release": release})).facts();
        assert_eq!((facts.event, facts.prerelease), (EventKind::Release, prerelease), "{release}");
        assert_eq!(facts.reference.unwrap().name, release["tag_name"].as_str().unwrap());
    }
    let facts = Run::new("release", "refs/tags/v1.0.0").facts();
    assert_eq!((facts.prerelease, unknowns(&facts)[0]), (None, ("prerelease", "payload-missing")));
}

#[test]
fn what_was_created_or_deleted_is_the_reference() {
    let payload = json!({"ref": "v1", "ref_type": "tag"});
    let facts = Run::new("delete", "refs/heads/main").payload(payload.clone()).facts();
    assert_eq!((facts.event, facts.reference), (EventKind::Delete, Some(Reference::tag("v1"))));
    assert_eq!(facts.revisions.built, None);
    let facts = Run::new("create", "refs/tags/v1").payload(payload.clone()).facts();
    assert_eq!((facts.event, facts.reference), (EventKind::Create, Some(Reference::tag("v1"))));
    let facts = Run::new("create", "").payload(payload).facts();
    assert_eq!(facts.reference, Some(Reference::tag("v1")));
}

#[test]
fn the_other_events_keep_their_reference() {
    for (event, kind) in [
        ("workflow_dispatch", EventKind::Manual),
        ("repository_dispatch", EventKind::Api),
        ("schedule", EventKind::Schedule),
        ("issue_comment", EventKind::Other),
        ("registry_package", EventKind::Other),
    ] {
        let facts =
            Run::new(event, "refs/heads/main").payload(json!({"repository": null, "schedule": "0 4 * * *"})).facts();
        assert_eq!((facts.event, facts.reference), (kind, Some(Reference::branch("main"))), "{event}");
        assert_eq!(facts.revisions.built.as_deref(), Some(PUSHED));
        // A schedule and a repository's dispatch run on the default branch only, so there it needs no payload.
        let by_nature = matches!(event, "schedule" | "repository_dispatch");
        assert_eq!(facts.repository.unwrap().default_branch.is_some(), by_nature, "{event}");
    }
}

/// An upstream run, as `workflow_run` tells it.
fn upstream(event: &str, branch: &str, sha: &str, repository: &Value, pulls: &Value) -> Run {
    let commit = json!({"id": sha, "message": "fix: it", "timestamp": "2021-12-16T19:37:14Z"});
    Run::new("workflow_run", "refs/heads/main").payload(json!({"action": "completed", "workflow_run": {
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
    assert_eq!((facts.revisions.built.as_deref(), facts.revisions.built_kind), (Some(HEAD), Some(RevisionKind::Head)));
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
    assert_eq!((facts.commit.subject.as_deref(), facts.commit.timestamp), (Some("fix: it"), Some(1_639_683_434_000)));
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
fn a_name_passes_for_branch_or_tag_only_when_its_commit_proves_it() {
    let run = |event, name, sha| upstream(event, name, sha, &ours(), &json!([]));
    for (run, event, reference) in [
        (run("push", "main", PUSHED), EventKind::Push, Some(Reference::branch("main"))),
        (run("push", "main", HEAD), EventKind::Push, None),
        (run("push", "v1.2.3", PUSHED), EventKind::Push, None),
        (run("push", "v1.2.3", HEAD).git(HEAD, None, &["v1.2.3"]), EventKind::Tag, Some(Reference::tag("v1.2.3"))),
        (run("push", "v1.2.3", HEAD).git(PUSHED, None, &["v1.2.3"]), EventKind::Push, None),
        (run("push", "x", HEAD).git(HEAD, Some("x"), &[]), EventKind::Push, Some(Reference::branch("x"))),
        (run("push", "x", HEAD).git(HEAD, Some("x"), &["x"]), EventKind::Push, None),
        (run("workflow_dispatch", "x", HEAD), EventKind::Manual, None),
        (run("create", "x", HEAD), EventKind::Create, None),
        (run("schedule", "main", HEAD), EventKind::Schedule, Some(Reference::branch("main"))),
        (run("repository_dispatch", "main", HEAD), EventKind::Api, Some(Reference::branch("main"))),
        (run("release", "v1", HEAD), EventKind::Release, Some(Reference::tag("v1"))),
        (run("delete", "main", HEAD), EventKind::Delete, None),
        (run("workflow_run", "x", HEAD), EventKind::Other, None),
    ] {
        let facts = run.facts();
        assert_eq!((facts.event, facts.reference.as_ref()), (event, reference.as_ref()), "{:?}", run.payload);
        assert_eq!(unknowns(&facts).iter().any(|(fact, _)| *fact == "reference"), reference.is_none());
        assert_eq!(facts.revisions.built.is_some(), event != EventKind::Delete);
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

#[test]
fn findings_name_the_variable_or_the_path() {
    let no_pull = json!({"action": "opened"});
    let bad_types =
        json!({"pull_request": {"number": "12", "head": {"sha": 5, "repo": {"full_name": []}}, "title": true}});
    let told = [
        Run::new("push", "refs/heads/main").told(),
        Run::new("push", "refs/heads/main").text("{\"a\":").told(),
        Run::new("push", "refs/heads/main").payload(json!({"ref": "refs/heads/other"})).told(),
        Run::new("pull_request", "refs/pull/12/merge").told(),
        Run::new("pull_request", "refs/pull/12/merge").payload(no_pull.clone()).told(),
        Run::new("pull_request", "refs/pull/12/merge").payload(bad_types).told(),
        Run::new("pull_request", "refs/pull/13/merge").payload(json!({"pull_request": pull(&ours())})).told(),
        Run::new("pull_request_target", "refs/heads/main").told(),
        Run::new("workflow_run", "refs/heads/main").text("[]").told(),
        Run::new("workflow_run", "refs/heads/main").payload(no_pull.clone()).told(),
        Run::new("workflow_run", "refs/heads/main").payload(json!({"workflow_run": {}})).told(),
        Run::new("workflow_run", "refs/heads/main").payload(json!({"workflow_run": {"event": "push"}})).told(),
        Run::new("delete", "refs/heads/main").told(),
        Run::new("delete", "refs/heads/main").payload(json!({"ref": "x", "ref_type": "repository"})).told(),
        Run::new("merge_group", "refs/heads/main").payload(no_pull.clone()).told(),
        Run::new("release", "refs/tags/v1").payload(no_pull).told(),
        Run::new("release", "refs/tags/v1").payload(json!({"release": {"tag_name": "v1", "draft": true}})).told(),
        Run::new("push", "refs/heads/main\r\n").told(),
        Run::new("push", "refs/heads/").told(),
        Run::new("push", "").told(),
        Run::new("push", &format!("refs/heads/{}", "x".repeat(1 << 20))).told(),
        Run::new("push", "refs/heads/main").var("GITHUB_SHA", "abc1234").told(),
        Run::new("push", "refs/heads/main").var("GITHUB_RUN_ATTEMPT", "0").told(),
        Run::new("push", "refs/heads/main").text(&" ".repeat((32 << 20) + 1)).told(),
        Run::new("", "refs/heads/main").var("GITHUB_SHA", "").var("GITHUB_REPOSITORY", "").told(),
    ];
    insta::assert_snapshot!(told.join("\n--\n"), @r"
    Note [payload-missing] the `push` event has no payload
    --
    Note [payload-invalid] the `push` event's payload cannot be read: EOF while parsing a value at line 1 column 5
    --
    Warning [payload-mismatch] the payload does not belong to this `push` event: its `ref` is not `refs/heads/main`
    --
    Warning [payload-missing] the `pull_request` event has no payload
    --
    Error [payload-mismatch] the payload does not belong to this `pull_request` event: it has no `pull_request`
    --
    Error [payload-type] `pull_request.number` in the event's payload is a string, not a positive number
    Error [payload-type] `pull_request.title` in the event's payload is a boolean, not a string
    Error [payload-type] `pull_request.head.repo.full_name` in the event's payload is a list, not a string
    Error [payload-type] `pull_request.head.sha` in the event's payload is a number, not a string
    --
    Error [payload-mismatch] the payload does not belong to this `pull_request` event: it is of #12, but `GITHUB_REF` is of #13
    --
    Error [payload-missing] the `pull_request_target` event has no payload
    --
    Error [payload-invalid] the `workflow_run` event's payload cannot be read: it is a list, not an object
    --
    Error [payload-mismatch] the payload does not belong to this `workflow_run` event: it has no `workflow_run`
    --
    Error [payload-mismatch] the payload does not belong to this `workflow_run` event: its `workflow_run` has no `event`
    --
    Error [payload-mismatch] the payload does not belong to this `workflow_run` event: its `workflow_run` has no `head_sha`
    --
    Error [payload-missing] the `delete` event has no payload
    --
    Warning [payload-mismatch] the payload does not belong to this `delete` event: its `ref_type` is `repository`
    Error [payload-mismatch] the payload does not belong to this `delete` event: it has no `ref` with a `ref_type`
    --
    Warning [payload-mismatch] the payload does not belong to this `merge_group` event: it has no `merge_group`
    --
    Warning [payload-mismatch] the payload does not belong to this `release` event: it has no `release`
    --
    Note [draft-release] the release is a draft, so its tag may not exist yet
    --
    Note [payload-missing] the `push` event has no payload
    Error [invalid-reference] `GITHUB_REF` holds control characters: `refs/heads/main\r\n`
    --
    Note [payload-missing] the `push` event has no payload
    Error [invalid-reference] `GITHUB_REF` names nothing: `refs/heads/`
    --
    Note [payload-missing] the `push` event has no payload
    Error [missing-variable] `GITHUB_REF` is not set
    --
    Note [payload-missing] the `push` event has no payload
    Error [reference-too-long] `GITHUB_REF` has 1048587 bytes
    --
    Error [invalid-sha] `GITHUB_SHA` is not a full commit name: `abc1234`
    Note [payload-missing] the `push` event has no payload
    --
    Note [payload-missing] the `push` event has no payload
    Error [invalid-number] `GITHUB_RUN_ATTEMPT` is not a positive number: `0`
    --
    Error [payload-too-large] the event's payload has 33554433 bytes
    --
    Error [missing-variable] `GITHUB_EVENT_NAME` is not set
    Error [missing-variable] `GITHUB_SHA` is not set
    Error [missing-variable] `GITHUB_REPOSITORY` is not set
    ");
}
