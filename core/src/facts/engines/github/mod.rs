//! GitHub Actions.
//!
//! Sources: GitHub's pages "Events that trigger workflows", "Variables reference" and "Webhook events and payloads".

mod change;
mod events;
#[cfg(test)]
mod testing;
mod upstream;

use super::super::check::Place;
use super::super::payload::{Key, Node, Payload};
use super::super::{EventKind, Facts, Reference, ReferenceKind, Repository, Revisions, Run};
use super::{Engine, Input, gitea};
use crate::diagnostic::{Diagnostic, Severity};

pub(super) static ENGINE: Engine = Engine {
    name: "github-actions",
    title: "GitHub Actions",
    variables: &[
        "GITHUB_ACTIONS",
        "GITHUB_ACTOR",
        "GITHUB_BASE_REF",
        "GITHUB_EVENT_NAME",
        "GITHUB_HEAD_REF",
        "GITHUB_JOB",
        "GITHUB_REF",
        "GITHUB_REPOSITORY",
        "GITHUB_RUN_ATTEMPT",
        "GITHUB_RUN_ID",
        "GITHUB_SERVER_URL",
        "GITHUB_SHA",
        "GITHUB_WORKFLOW",
    ],
    payload_variable: Some("GITHUB_EVENT_PATH"),
    matches: |env| env.flag("GITHUB_ACTIONS") && !gitea::imitates_github(env),
    facts: |input| read(input, &ENGINE),
};

const REPO: &[Key] = &[Key("full_name", &[]), Key("id", &[])];
const LOGIN: &[Key] = &[Key("login", &[])];
const COMMIT: &[Key] = &[Key("id", &[]), Key("message", &[]), Key("timestamp", &[])];
const SIDE: &[Key] = &[Key("ref", &[]), Key("sha", &[]), Key("repo", REPO)];

/// What is read of any payload.
static KEYS: &[Key] = &[
    Key("action", &[]),
    Key("after", &[]),
    Key("deleted", &[]),
    Key("head_commit", COMMIT),
    Key("merge_group", &[Key("base_ref", &[]), Key("base_sha", &[]), Key("head_commit", COMMIT), Key("head_ref", &[])]),
    Key("number", &[]),
    Key(
        "pull_request",
        &[
            Key("base", SIDE),
            Key("draft", &[]),
            Key("head", SIDE),
            Key("merge_commit_sha", &[]),
            Key("merged", &[]),
            Key("number", &[]),
            Key("title", &[]),
            Key("user", LOGIN),
        ],
    ),
    Key("ref", &[]),
    Key("ref_type", &[]),
    Key("release", &[Key("draft", &[]), Key("prerelease", &[]), Key("tag_name", &[])]),
    Key("repository", &[Key("default_branch", &[]), Key("full_name", &[]), Key("id", &[])]),
    Key("workflow", &[Key("name", &[])]),
    Key(
        "workflow_run",
        &[
            Key("conclusion", &[]),
            Key("event", &[]),
            Key("head_branch", &[]),
            Key("head_commit", COMMIT),
            Key("head_repository", REPO),
            Key("head_sha", &[]),
            Key("html_url", &[]),
            Key("id", &[]),
            Key("name", &[]),
            Key("pull_requests", &[Key("base", SIDE), Key("head", SIDE), Key("number", &[])]),
            Key("run_attempt", &[]),
        ],
    ),
];

/// What every event has.
struct Context<'a> {
    input: &'a Input<'a>,
    /// What a person calls the engine.
    engine: &'static str,
    event: &'a str,
    /// `GITHUB_SHA`, unless it is all zeros.
    sha: Option<String>,
    /// `GITHUB_REF`.
    reference: Option<Reference>,
    /// `GITHUB_REPOSITORY`.
    repository: String,
    /// The payload, when it could be read.
    payload: Option<Node<'a>>,
}

impl Context<'_> {
    /// Whether two repositories are one. GitHub ignores case in their names.
    fn is_this_repository(&self, name: &str) -> bool {
        let ours = self.payload.as_ref().and_then(|p| p.object("repository")?.text("full_name"));
        ours.unwrap_or(&self.repository).eq_ignore_ascii_case(name)
    }

    /// Says that a payload is not the one of this event.
    fn mismatch(&self, severity: Severity, what: &str) {
        let message = format!("the payload does not belong to this `{}` event: {what}", self.event);
        let mut diagnostic = Diagnostic::error("payload-mismatch", message)
            .help("pass the file that `GITHUB_EVENT_PATH` names in this very job");
        diagnostic.severity = severity;
        self.input.problems.push(diagnostic);
    }
}

/// Reads a run of GitHub, or of an engine that sets its variables.
pub(super) fn read(input: &Input<'_>, engine: &Engine) -> Option<Facts> {
    let Input { env, problems, .. } = *input;
    let event = env.required("GITHUB_EVENT_NAME", engine.title);
    let sha = env.required("GITHUB_SHA", engine.title).and_then(|_| env.sha("GITHUB_SHA"));
    let repository = env.required("GITHUB_REPOSITORY", engine.title).and_then(|_| env.word("GITHUB_REPOSITORY"));
    let (event, repository) = (env.word("GITHUB_EVENT_NAME").and(event)?, repository?);

    let document = Payload::read(input.payload, KEYS, problems);
    judge(input, event, &document);
    let payload = if let Payload::Read(value) = &document { Node::root(value, problems) } else { None };
    let reference = env.reference("GITHUB_REF");
    let context = Context { input, engine: engine.title, event, sha, reference, repository, payload };

    let mut facts = Facts::new(engine.name, EventKind::Other, event, input.host.now);
    facts.action = context.payload.as_ref().and_then(|p| p.word("action"));
    facts.reference.clone_from(&context.reference);
    facts.revisions = Revisions::pushed(context.sha.clone());
    facts.actor = env.word("GITHUB_ACTOR");
    let server_url = env.url("GITHUB_SERVER_URL");
    facts.run = run(input, server_url.as_deref(), &context.repository);
    match event {
        "push" => events::push(&context, &mut facts),
        "pull_request" => change::pull_request(&context, &mut facts),
        "pull_request_target" => change::pull_request_target(&context, &mut facts),
        "merge_group" => events::merge_group(&context, &mut facts),
        "workflow_run" => upstream::workflow_run(&context, &mut facts),
        "workflow_dispatch" => facts.event = EventKind::Manual,
        "repository_dispatch" => facts.event = EventKind::Api,
        "schedule" => facts.event = EventKind::Schedule,
        "release" => events::release(&context, &mut facts),
        "create" => events::create(&context, &mut facts),
        "delete" => events::delete(&context, &mut facts),
        // Reviews and their comments run on the pull request's merge, like `pull_request` itself.
        _ if is_change(context.reference.as_ref()) => change::merge_of(&context, &mut facts),
        _ => {}
    }
    let default_branch = default_branch(&context, &mut facts);
    facts.repository = Some(Repository { path: context.repository, server_url, default_branch, registry_image: None });
    Some(facts)
}

fn is_change(reference: Option<&Reference>) -> bool {
    reference.is_some_and(|r| r.kind == ReferenceKind::Change)
}

/// Says what a payload that is missing or cannot be read means for this event.
fn judge(input: &Input<'_>, event: &str, document: &Payload) {
    let why = match document {
        Payload::Read(_) | Payload::TooLarge => return,
        Payload::Missing => None,
        Payload::Broken(why) => Some(why),
    };
    let (code, message) = match why {
        None => ("payload-missing", format!("the `{event}` event has no payload")),
        Some(why) => ("payload-invalid", format!("the `{event}` event's payload cannot be read: {why}")),
    };
    let diagnostic = match event {
        // The variables of these runs are about the default branch; what the run is about stands in the payload alone.
        "pull_request_target" | "workflow_run" | "delete" => Diagnostic::error(code, message)
            .help("its variables say nothing about what it is for; pass the file that `GITHUB_EVENT_PATH` names"),
        "pull_request" | "release" => Diagnostic::warning(code, message)
            .help("some facts are unknown without it; pass the file that `GITHUB_EVENT_PATH` names"),
        _ => Diagnostic::note(code, message)
            .help("the variables tell what matters; to know more, pass the file that `GITHUB_EVENT_PATH` names"),
    };
    input.problems.push(diagnostic);
}

fn run(input: &Input<'_>, server_url: Option<&str>, repository: &str) -> Run {
    let env = input.env;
    let (id, attempt) = (env.word("GITHUB_RUN_ID"), env.number("GITHUB_RUN_ATTEMPT"));
    let page = |(server, id): (&str, &String)| match attempt {
        Some(attempt) => format!("{server}/{repository}/actions/runs/{id}/attempts/{attempt}"),
        None => format!("{server}/{repository}/actions/runs/{id}"),
    };
    let url = server_url.zip(id.as_ref()).map(page);
    Run { id, attempt, url, workflow: env.line("GITHUB_WORKFLOW"), job: env.line("GITHUB_JOB") }
}

/// The default branch, as the payload tells it, else the event's nature, else the checkout.
fn default_branch(context: &Context<'_>, facts: &mut Facts) -> Option<String> {
    let repository = context.payload.as_ref().and_then(|p| p.object("repository"));
    let other =
        repository.as_ref().and_then(|r| r.text("full_name")).filter(|n| !n.eq_ignore_ascii_case(&context.repository));
    if other.is_some() {
        context.mismatch(Severity::Warning, &format!("it is of another repository than `{}`", context.repository));
    }
    let told = repository.filter(|_| other.is_none()).and_then(|r| r.name("default_branch"));
    // These events run on the default branch only; the payload of a schedule has no repository.
    let by_nature = || match context.event {
        "schedule" | "repository_dispatch" | "workflow_run" => {
            context.reference.as_ref().and_then(Reference::as_branch).map(str::to_owned)
        }
        _ => None,
    };
    let seen = || {
        let name = context.input.host.git.as_ref()?.default_branch.as_ref()?;
        context.input.problems.name(Place::Host("git.default_branch"), name)
    };
    let found = told.or_else(by_nature).or_else(seen);
    if found.is_none() {
        facts.unknown(
            "repository.default_branch",
            "payload-silent",
            "The event's payload does not name the default branch.",
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::RevisionKind;
    use super::testing::*;
    use super::*;

    #[test]
    fn a_push_to_a_branch_is_a_push() {
        let head = json!({"id": PUSHED, "message": "fix: it\n\nbecause", "timestamp": "2019-05-15T15:19:25+02:00"});
        let facts = Scene::new("push", "refs/heads/feature/x")
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
        assert_eq!(
            (repository.path.as_str(), repository.server_url.as_deref()),
            ("acme/app", Some("https://github.com"))
        );
        assert_eq!(repository.default_branch.as_deref(), Some("main"));
        assert!(facts.unknowns.is_empty() && facts.notes.is_empty());
    }

    #[test]
    fn sha_256_repositories_work() {
        let sha = "AB".repeat(32);
        let facts = Scene::new("push", "refs/heads/main").var("GITHUB_SHA", &sha).facts();
        assert_eq!(facts.revisions.built, Some(sha.to_lowercase()));
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
            let facts = Scene::new(event, "refs/heads/main")
                .payload(json!({"repository": null, "schedule": "0 4 * * *"}))
                .facts();
            assert_eq!((facts.event, facts.reference), (kind, Some(Reference::branch("main"))), "{event}");
            assert_eq!(facts.revisions.built.as_deref(), Some(PUSHED));
            // A schedule and a repository's dispatch run on the default branch only, so there it needs no payload.
            let by_nature = matches!(event, "schedule" | "repository_dispatch");
            assert_eq!(facts.repository.unwrap().default_branch.is_some(), by_nature, "{event}");
        }
    }

    #[test]
    fn findings_name_the_variable_or_the_path() {
        let no_pull = json!({"action": "opened"});
        let bad_types =
            json!({"pull_request": {"number": "12", "head": {"sha": 5, "repo": {"full_name": []}}, "title": true}});
        let told = [
            Scene::new("push", "refs/heads/main").told(),
            Scene::new("push", "refs/heads/main").text("{\"a\":").told(),
            Scene::new("push", "refs/heads/main").payload(json!({"ref": "refs/heads/other"})).told(),
            Scene::new("pull_request", "refs/pull/12/merge").told(),
            Scene::new("pull_request", "refs/pull/12/merge").payload(no_pull.clone()).told(),
            Scene::new("pull_request", "refs/pull/12/merge").payload(bad_types).told(),
            Scene::new("pull_request", "refs/pull/13/merge").payload(json!({"pull_request": pull(&ours())})).told(),
            Scene::new("pull_request_target", "refs/heads/main").told(),
            Scene::new("workflow_run", "refs/heads/main").text("[]").told(),
            Scene::new("workflow_run", "refs/heads/main").payload(no_pull.clone()).told(),
            Scene::new("workflow_run", "refs/heads/main").payload(json!({"workflow_run": {}})).told(),
            Scene::new("workflow_run", "refs/heads/main").payload(json!({"workflow_run": {"event": "push"}})).told(),
            Scene::new("push", "refs/heads/main")
                .payload(json!({"repository": {"full_name": "a/b", "default_branch": "x"}}))
                .told(),
            Scene::new("delete", "refs/heads/main").told(),
            Scene::new("delete", "refs/heads/main").payload(json!({"ref": "x", "ref_type": "repository"})).told(),
            Scene::new("merge_group", "refs/heads/main").payload(no_pull.clone()).told(),
            Scene::new("release", "refs/tags/v1").payload(no_pull).told(),
            Scene::new("release", "refs/tags/v1").payload(json!({"release": {"tag_name": "v1", "draft": true}})).told(),
            Scene::new("push", "refs/heads/main\r\n").told(),
            Scene::new("push", "refs/heads/").told(),
            Scene::new("push", "").told(),
            Scene::new("push", &format!("refs/heads/{}", "x".repeat(1 << 20))).told(),
            Scene::new("push", "refs/heads/main").var("GITHUB_SHA", "abc1234").told(),
            Scene::new("push", "refs/heads/main").var("GITHUB_RUN_ATTEMPT", "0").told(),
            Scene::new("push", "refs/heads/main").text(&" ".repeat((32 << 20) + 1)).told(),
            Scene::new("", "refs/heads/main").var("GITHUB_SHA", "").var("GITHUB_REPOSITORY", "").told(),
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
        Warning [payload-mismatch] the payload does not belong to this `push` event: it is of another repository than `acme/app`
        --
        Error [payload-missing] the `delete` event has no payload
        --
        Error [payload-mismatch] the payload does not belong to this `delete` event: it has no `ref` with a `ref_type`
        Warning [payload-mismatch] the payload does not belong to this `delete` event: its `ref_type` is `repository`
        --
        Warning [payload-mismatch] the payload does not belong to this `merge_group` event: it has no `merge_group`
        --
        Warning [payload-mismatch] the payload does not belong to this `release` event: it has no `release`
        --
        Note [draft-release] the release is a draft, so its tag may not exist yet
        --
        Error [invalid-reference] `GITHUB_REF` holds control characters: `refs/heads/main\r\n`
        Note [payload-missing] the `push` event has no payload
        --
        Error [invalid-reference] `GITHUB_REF` names nothing: `refs/heads/`
        Note [payload-missing] the `push` event has no payload
        --
        Error [missing-variable] `GITHUB_REF` is not set
        Note [payload-missing] the `push` event has no payload
        --
        Error [reference-too-long] `GITHUB_REF` has 1048587 bytes
        Note [payload-missing] the `push` event has no payload
        --
        Error [invalid-sha] `GITHUB_SHA` is not a full commit name: `abc1234`
        Note [payload-missing] the `push` event has no payload
        --
        Error [invalid-number] `GITHUB_RUN_ATTEMPT` is not a positive number: `0`
        Note [payload-missing] the `push` event has no payload
        --
        Error [payload-too-large] the event's payload has 33554433 bytes
        --
        Error [missing-variable] `GITHUB_EVENT_NAME` is not set
        Error [missing-variable] `GITHUB_SHA` is not set
        Error [missing-variable] `GITHUB_REPOSITORY` is not set
        ");
    }
}
