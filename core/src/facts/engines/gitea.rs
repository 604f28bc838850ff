//! Gitea Actions and Forgejo Actions.
//!
//! They set GitHub's variables and write payloads of its form, so they are read as such; this file holds what means something
//! else. Sources: Gitea's `models/actions` and `services/actions` (how the variables are filled), and its documentation of the container registry.

use super::super::{EventKind, Facts, ReferenceKind, RevisionKind};
use super::{Engine, Input, github};

/// What makes a run one of Gitea.
const GITEA_MARKER: &str = "GITEA_ACTIONS";
/// What makes a run one of Forgejo, which sets Gitea's marker too.
const FORGEJO_MARKER: &str = "FORGEJO_ACTIONS";

/// The number of the run on its page, which is not its identifier.
const RUN_NUMBER: &str = "GITHUB_RUN_NUMBER";

pub(super) static GITEA: Engine = Engine {
    name: "gitea-actions",
    title: "Gitea Actions",
    variables: &[GITEA_MARKER, RUN_NUMBER],
    payload_variable: Some("GITHUB_EVENT_PATH"),
    matches: |env| env.flag(GITEA_MARKER) && !env.flag(FORGEJO_MARKER),
    facts: |input| facts(input, &GITEA),
};

pub(super) static FORGEJO: Engine = Engine {
    name: "forgejo-actions",
    title: "Forgejo Actions",
    variables: &[FORGEJO_MARKER, RUN_NUMBER],
    payload_variable: Some("GITHUB_EVENT_PATH"),
    matches: |env| env.flag(FORGEJO_MARKER),
    facts: |input| facts(input, &FORGEJO),
};

/// Whether the variables of GitHub are somebody else's.
pub(super) fn imitates_github(env: &super::super::env::Env<'_>) -> bool {
    env.flag(GITEA_MARKER) || env.flag(FORGEJO_MARKER)
}

fn facts(input: &Input<'_>, engine: &Engine) -> Option<Facts> {
    let mut facts = github::read(input, engine)?;
    if facts.event_name == "workflow_call" {
        called(&mut facts);
    }
    if facts.reference.as_ref().is_some_and(|r| r.kind == ReferenceKind::Change && r.full.ends_with("/head")) {
        head(input, &mut facts);
    }
    let server = facts.repository.as_ref().and_then(|repository| repository.server_url.clone());
    if let Some(repository) = &mut facts.repository {
        // Every instance has a registry, at its own host and without the path that the pages may be below.
        let host = server.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
        let host = host.and_then(|rest| rest.split('/').next()).filter(|host| !host.is_empty() && !host.contains('@'));
        repository.registry_image = host.map(|host| format!("{host}/{}", repository.path));
        let number = input.env.word(RUN_NUMBER);
        facts.run.url =
            server.zip(number).map(|(url, number)| format!("{url}/{}/actions/runs/{number}", repository.path));
    }
    Some(facts)
}

/// A reusable workflow is told that it was called, not by what; the reference tells most of it.
fn called(facts: &mut Facts) {
    facts.event = match facts.reference.as_ref().map(|reference| reference.kind) {
        Some(ReferenceKind::Branch) => EventKind::Push,
        Some(ReferenceKind::Tag) => EventKind::Tag,
        Some(ReferenceKind::Change) => EventKind::PullRequest,
        Some(ReferenceKind::Other) | None => EventKind::Other,
    };
}

/// A pull request runs on its own tip: there is no merge with the target.
fn head(input: &Input<'_>, facts: &mut Facts) {
    if !matches!(facts.event, EventKind::PullRequest | EventKind::Other) {
        return;
    }
    let Some(sha) = input.env.sha("GITHUB_SHA") else { return };
    let revisions = &mut facts.revisions;
    revisions.head = Some(sha.clone());
    revisions.built = Some(sha);
    revisions.built_kind = Some(RevisionKind::Head);
    revisions.merge = None;
    facts.unknowns.retain(|unknown| unknown.fact != "revisions.head");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::{ForkStatus, HostFacts, Reference};
    use super::super::detect;
    use super::*;

    const HEAD: &str = "ec26c3e57ca3a959ca5aad62de7213c562f8c821";
    const BASE: &str = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e";

    fn run(event: &str, reference: &str, payload: Option<Value>, more: &[(&str, &str)]) -> Facts {
        let common = [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITEA_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_REF", reference),
            ("GITHUB_REPOSITORY", "Acme/app"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_RUN_ID", "1234"),
            ("GITHUB_RUN_NUMBER", "77"),
            ("GITHUB_SERVER_URL", "https://git.example:3000/code/"),
            ("GITHUB_SHA", HEAD),
        ];
        let env = common.iter().filter(|(name, _)| !more.iter().any(|(n, _)| n == name)).chain(more);
        let env: Vec<_> = env.into_iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let host =
            HostFacts { now: 0, git: None, credentials: None, builder: None, changed_files: None, registry_tags: None };
        detect(&env, payload.map(|payload| payload.to_string()).as_deref(), &host).unwrap()
    }

    fn pull() -> Value {
        let side = |branch: &str, sha: &str| json!({"ref": branch, "sha": sha, "repo": {"full_name": "Acme/app"}});
        json!({
            "action": "opened", "number": 3, "repository": {"full_name": "Acme/app", "default_branch": "main"},
            "pull_request": {"number": 3, "head": side("changes", HEAD), "base": side("main", BASE)},
        })
    }

    #[test]
    fn a_pull_request_is_built_from_its_tip_with_and_without_a_payload() {
        for (payload, fork) in [(Some(pull()), ForkStatus::SameRepository), (None, ForkStatus::Unknown)] {
            let facts = run("pull_request", "refs/pull/3/head", payload, &[]);
            assert_eq!((facts.engine.as_str(), facts.event), ("gitea-actions", EventKind::PullRequest));
            let revisions = &facts.revisions;
            assert_eq!((revisions.built.as_deref(), revisions.head.as_deref()), (Some(HEAD), Some(HEAD)));
            assert_eq!((revisions.built_kind, revisions.merge.as_ref()), (Some(RevisionKind::Head), None));
            assert!(facts.unknowns.iter().all(|unknown| unknown.fact != "revisions.head"));
            let change = facts.change.unwrap();
            assert_eq!((change.number, change.fork), (Some(3), fork));
        }
    }

    #[test]
    fn a_pull_request_target_is_about_the_change_though_its_reference_is_the_target() {
        let facts = run("pull_request_target", "refs/heads/main", Some(pull()), &[("GITHUB_SHA", BASE)]);
        assert_eq!((facts.event, facts.revisions.built.as_deref()), (EventKind::PullRequestTarget, Some(HEAD)));
        assert_eq!(facts.reference, Some(Reference::parse("refs/pull/3/head")));
    }

    #[test]
    fn the_registry_is_at_the_servers_host_and_the_page_has_the_runs_number() {
        for (server, registry, page) in [
            (
                "https://git.example:3000/code/",
                Some("git.example:3000/Acme/app"),
                "https://git.example:3000/code/Acme/app/actions/runs/77",
            ),
            ("https://git.example/", Some("git.example/Acme/app"), "https://git.example/Acme/app/actions/runs/77"),
        ] {
            let facts = run("push", "refs/heads/main", None, &[("GITHUB_SERVER_URL", server)]);
            assert_eq!(facts.repository.unwrap().registry_image.as_deref(), registry);
            assert_eq!(facts.run.url.as_deref(), Some(page));
        }
        assert_eq!(run("push", "refs/heads/main", None, &[("GITHUB_RUN_NUMBER", "")]).run.url, None);
    }

    #[test]
    fn a_called_workflow_is_what_its_reference_says() {
        for (reference, expected) in [
            ("refs/heads/main", EventKind::Push),
            ("refs/tags/v1", EventKind::Tag),
            ("refs/pull/3/head", EventKind::PullRequest),
            ("refs/notes/x", EventKind::Other),
        ] {
            let facts = run("workflow_call", reference, None, &[]);
            assert_eq!((facts.event, facts.event_name.as_str()), (expected, "workflow_call"), "{reference}");
        }
    }

    #[test]
    fn forgejo_sets_the_marker_of_gitea_too() {
        let facts = run("push", "refs/heads/main", None, &[("FORGEJO_ACTIONS", "true")]);
        assert_eq!((facts.engine.as_str(), facts.event), ("forgejo-actions", EventKind::Push));
        assert_eq!(run("push", "refs/tags/v1.0.0", None, &[]).event, EventKind::Tag);
    }
}
