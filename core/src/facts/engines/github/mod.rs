//! GitHub Actions.
//!
//! Sources: GitHub's pages "Events that trigger workflows", "Variables reference" and "Webhook events and payloads".

mod change;
mod events;
#[cfg(test)]
mod tests;
mod upstream;

use super::super::payload::{Key, Node, Payload};
use super::super::{EventKind, Facts, Reference, ReferenceKind, Repository, Revisions, Run};
use super::{Engine, Input, others};
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
    matches: |env| env.flag("GITHUB_ACTIONS") && !others::imitates_github(env),
    facts,
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

fn facts(input: &Input<'_>) -> Option<Facts> {
    let Input { env, problems, .. } = *input;
    let event = env.required("GITHUB_EVENT_NAME", ENGINE.title);
    let sha = env.required("GITHUB_SHA", ENGINE.title).and_then(|_| env.sha("GITHUB_SHA"));
    let repository = env.required("GITHUB_REPOSITORY", ENGINE.title).and_then(|_| env.word("GITHUB_REPOSITORY"));
    let (event, repository) = (env.word("GITHUB_EVENT_NAME").and(event)?, repository?);

    let document = Payload::read(input.payload, KEYS, problems);
    judge(input, event, &document);
    let payload = if let Payload::Read(value) = &document { Node::root(value, problems) } else { None };
    let reference = env.reference("GITHUB_REF");
    let context = Context { input, event, sha, reference, repository, payload };

    let mut facts = Facts::new(ENGINE.name, EventKind::Other, event, input.host.now);
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
    let told = context.payload.as_ref().and_then(|p| p.object("repository")?.name("default_branch"));
    // These events run on the default branch only; the payload of a schedule has no repository.
    let by_nature = || match context.event {
        "schedule" | "repository_dispatch" | "workflow_run" => {
            context.reference.as_ref().and_then(Reference::as_branch).map(str::to_owned)
        }
        _ => None,
    };
    let seen = || context.input.host.git.as_ref().and_then(|git| git.default_branch.clone());
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
