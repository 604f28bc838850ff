//! What the run is about: the reference, the commit and its date.

use serde_json::Value as Json;

use super::js;
use super::model::{MetadataContext, MetadataFailure, MetadataFailureCode, Step};
use super::moment::Place;
use super::output::compact;
use super::{api, date_text, git_ref};

/// Where the reference and the commit come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The variables and the payload of the workflow.
    Workflow,
    /// The checkout.
    Git,
}

impl Source {
    /// Reads the input `context`.
    pub(super) fn parse(input: &str) -> Step<Self> {
        match js::trim(input) {
            "" | "workflow" => Ok(Self::Workflow),
            "git" => Ok(Self::Git),
            other => Err(failure(format!("Invalid context source: {other}"))),
        }
    }
}

/// What the run is about.
pub(super) struct Head {
    pub(super) reference: Option<String>,
    pub(super) sha: Option<String>,
    /// Milliseconds since the Unix epoch; absent when the date is none.
    pub(super) commit_date: Option<i64>,
}

fn failure(message: impl Into<String>) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::InvalidContext, message)
}

/// Parses the payload; without one it is an empty object.
pub(super) fn payload(context: &MetadataContext) -> Step<Json> {
    let Some(text) = &context.payload else { return Ok(Json::Object(serde_json::Map::new())) };
    super::limits::check("the event payload", text.len(), crate::limits::PAYLOAD_BYTES)?;
    crate::read::value(text)
        .map_err(|e| MetadataFailure::new(MetadataFailureCode::InvalidPayload, format!("the event payload: {e}")))
}

/// Finds out what the run is about.
pub(super) fn head(source: Source, context: &MetadataContext, payload: &Json) -> Step<Head> {
    let local = Place::local(context.local_zone.as_deref());
    match source {
        Source::Git => {
            let head = git_ref::resolve(&context.git).map_err(git_ref::Stop::into_failure)?;
            let commit_date = date_text::parse(&head.date, &local);
            Ok(Head { reference: Some(head.reference), sha: Some(head.sha), commit_date })
        }
        Source::Workflow => {
            let sha = sha(context, payload);
            let commit_date = match event_date(payload, sha.as_deref()) {
                EventDate::Told(date) => date_text::parse(&date, &local),
                EventDate::Silent => match api::commit_date(context) {
                    Some(date) => date_text::parse(&date, &local),
                    None => Some(context.now),
                },
            };
            Ok(Head { reference: reference(context, payload), sha, commit_date })
        }
    }
}

/// `String(value)` of a field of the payload.
pub(super) fn text(value: Option<&Json>) -> String {
    match value {
        None => "undefined".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.as_f64().map_or_else(|| number.to_string(), js::number_text),
        Some(Json::Object(_)) => "[object Object]".to_owned(),
        Some(other) => compact(other),
    }
}

/// The run's reference. A `pull_request_target` run has that of its base branch, but is about the pull request.
fn reference(context: &MetadataContext, payload: &Json) -> Option<String> {
    if context.event_name.as_deref().is_some_and(|name| name.contains("pull_request_target")) {
        return Some(format!("refs/pull/{}/merge", text(payload.get("number"))));
    }
    context.reference.clone()
}

/// The run's commit: on pull requests the head of the branch, if the switch asks for it.
fn sha(context: &MetadataContext, payload: &Json) -> Option<String> {
    let asked = context.switches.pr_head_sha.as_deref().is_some_and(|on| on.to_ascii_lowercase().contains("true"));
    let pull_request = context.event_name.as_deref().is_some_and(|name| name.contains("pull_request"));
    let head = payload.pointer("/pull_request/head/sha").filter(|sha| !sha.is_null());
    match head {
        Some(head) if asked && pull_request => Some(text(Some(head))),
        _ => context.sha.clone(),
    }
}

/// What the event says about the commit's date.
enum EventDate {
    /// The date as it stands there.
    Told(String),
    /// Nothing about this commit.
    Silent,
}

fn event_date(payload: &Json, sha: Option<&str>) -> EventDate {
    let is_commit = |commit: &&Json| commit.get("id").and_then(Json::as_str) == sha && sha.is_some();
    let timestamp = |commit: &Json| commit.get("timestamp").and_then(Json::as_str).map(str::to_owned);
    let commits = payload.get("commits").and_then(Json::as_array).into_iter().flatten();
    let listed = commits.into_iter().find(is_commit).and_then(timestamp).filter(|date| !date.is_empty());
    if let Some(date) = listed {
        return EventDate::Told(date);
    }
    match payload.get("head_commit").filter(is_commit) {
        Some(commit) => EventDate::Told(timestamp(commit).unwrap_or_default()),
        None => EventDate::Silent,
    }
}

/// Owner and name of the repository.
pub(super) fn repository_name(context: &MetadataContext, payload: &Json) -> Option<(String, String)> {
    if let Some(name) = context.repository_name.as_deref().filter(|name| !name.is_empty()) {
        let mut parts = name.split('/').map(str::to_owned);
        return Some((parts.next().unwrap_or_default(), parts.next().unwrap_or_default()));
    }
    let field = |pointer| payload.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
    Some((field("/repository/owner/login")?, field("/repository/name")?))
}

/// The commit whose date only the forge can tell.
pub(super) fn unknown_commit(context: &MetadataContext, payload: &Json) -> Option<String> {
    let sha = sha(context, payload).filter(|sha| !sha.is_empty())?;
    matches!(event_date(payload, Some(&sha)), EventDate::Silent).then_some(sha)
}
