//! A run of any CI engine in the words of GitHub's events, so that the language works everywhere.

use serde_json::{Map, Value as Json, json};

use super::model::MetadataContext;
use super::moment;
use super::output::compact;
use crate::facts::{EventKind, Facts, ReferenceKind, Repository};

/// The context of a run, without anything that only the forge's API would tell.
///
/// The event is told as GitHub would tell it: a merge request is a pull request with the reference `refs/pull/N/merge`, a pushed
/// tag is a push. The commit is the one that is built. Its date is that of the run's head when both are the same commit, else the
/// language falls back to the time of the decision.
pub fn from_facts(facts: &Facts) -> MetadataContext {
    let sha = facts.revisions.built.as_ref().or(facts.revisions.head.as_ref()).or(facts.revisions.checkout.as_ref());
    MetadataContext {
        event_name: Some(event_name(facts)),
        reference: reference(facts),
        sha: sha.cloned(),
        repository_name: facts.repository.as_ref().map(|repository| repository.path.clone()),
        payload: Some(compact(&payload(facts, sha.map(String::as_str)))),
        server_url: facts.repository.as_ref().and_then(|repository| repository.server_url.clone()),
        now: facts.now,
        ..MetadataContext::default()
    }
}

/// The event's name; the engine's own where it is GitHub's and about this run.
fn event_name(facts: &Facts) -> String {
    if facts.engine == "github-actions" && facts.upstream.is_none() {
        return facts.event_name.clone();
    }
    let name = match facts.event {
        EventKind::Push | EventKind::Tag => "push",
        EventKind::PullRequest => "pull_request",
        EventKind::PullRequestTarget => "pull_request_target",
        EventKind::MergeGroup => "merge_group",
        EventKind::Release => "release",
        EventKind::Schedule => "schedule",
        EventKind::Manual => "workflow_dispatch",
        EventKind::Api => "repository_dispatch",
        EventKind::Create => "create",
        EventKind::Delete => "delete",
        EventKind::Other => facts.event_name.as_str(),
    };
    name.to_owned()
}

fn reference(facts: &Facts) -> Option<String> {
    let number = facts.change.as_ref().and_then(|change| change.number);
    if let Some(number) = number.filter(|_| facts.event.is_change()) {
        return Some(format!("refs/pull/{number}/merge"));
    }
    let reference = facts.reference.as_ref()?;
    Some(match reference.kind {
        ReferenceKind::Branch => format!("refs/heads/{}", reference.name),
        ReferenceKind::Tag => format!("refs/tags/{}", reference.name),
        ReferenceKind::Change => format!("refs/pull/{}/merge", reference.name),
        ReferenceKind::Other => reference.full.clone(),
    })
}

/// The parts of a payload that the language reads.
fn payload(facts: &Facts, sha: Option<&str>) -> Json {
    let mut payload = Map::new();
    if let Some(repository) = &facts.repository {
        payload.insert("repository".to_owned(), repository_object(repository));
    }
    if let Some(change) = &facts.change {
        if let Some(number) = change.number {
            payload.insert("number".to_owned(), json!(number));
        }
        let head = json!({"ref": change.head.branch, "sha": change.head.sha});
        let pull_request = json!({"number": change.number, "head": head, "base": {"ref": change.base.branch}});
        payload.insert("pull_request".to_owned(), pull_request);
    }
    let time = moment::format(facts.commit.timestamp, &moment::Place::utc(), "YYYY-MM-DDTHH:mm:ss.SSS[Z]");
    if let Some(time) =
        time.filter(|_| facts.commit.timestamp.is_some() && sha.is_some() && sha == facts.revisions.head.as_deref())
    {
        payload.insert("head_commit".to_owned(), json!({"id": sha, "timestamp": time}));
    }
    Json::Object(payload)
}

fn repository_object(repository: &Repository) -> Json {
    let server = repository.server_url.as_deref().map(|url| url.trim_end_matches('/'));
    json!({
        "name": repository.path.rsplit('/').next(),
        "html_url": server.map(|server| format!("{server}/{}", repository.path)),
        "default_branch": repository.default_branch,
    })
}
