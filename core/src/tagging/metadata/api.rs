//! What the forge is asked, and what its answers mean.
//!
//! The action asks once and gives up at the first failure. Here a request that met a broken network or an overloaded server is
//! sent again, a little later; the answer to the last one counts, and means what it means to the action.

use serde_json::Value as Json;

use super::context::{self, Source};
use super::model::{
    ApiAnswer, ApiRequest, ApiSubject, MetadataContext, MetadataFailure, MetadataFailureCode, MetadataInputs, Step,
};
use super::output::compact;
use crate::read;

/// How long to wait before each further request, in milliseconds.
const WAITS: [u64; 2] = [500, 2_000];

/// The longest wait that a forge may ask for, in milliseconds; a step should rather fail than stand still for longer.
const LONGEST_WAIT: u64 = 30_000;

/// Who is asked for what the event does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    /// The forge, as the action does.
    Forge,
    /// Nobody: the event has to do.
    Nobody,
}

impl Api {
    /// Reads the input `api`.
    pub(super) fn parse(inputs: &MetadataInputs) -> Step<Self> {
        match inputs.api.as_str() {
            "" | "github" => Ok(Self::Forge),
            "none" => Ok(Self::Nobody),
            other => Err(MetadataFailure::new(
                MetadataFailureCode::InvalidInput,
                format!("Invalid value for api: {other}, it is github or none"),
            )),
        }
    }
}

/// The fields of a repository that the language uses; null and missing are both absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RepositoryFacts {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) html_url: Option<String>,
    pub(super) default_branch: Option<String>,
    /// `license.spdx_id`.
    pub(super) license: Option<String>,
}

impl RepositoryFacts {
    fn of(json: &Json) -> Self {
        let text = |pointer| json.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
        Self {
            name: text("/name"),
            description: text("/description"),
            html_url: text("/html_url"),
            default_branch: text("/default_branch"),
            license: text("/license/spdx_id"),
        }
    }
}

/// What the forge should still be asked.
pub(super) fn requests(source: Source, api: Api, context: &MetadataContext, payload: &Json) -> Vec<ApiRequest> {
    let Some((owner, name)) = context::repository_name(context, payload).filter(|_| api == Api::Forge) else {
        return Vec::new();
    };
    let repository = format!("/repos/{}/{}", component(&owner), component(&name));
    let mut requests = Vec::new();
    if source == Source::Workflow
        && let Some(sha) = context::unknown_commit(context, payload)
        && let Some(wait) = next_wait(&context.commit)
    {
        let path = format!("{repository}/commits/{}", component(&sha));
        requests.push(ApiRequest { subject: ApiSubject::Commit, path, wait });
    }
    if let Some(wait) = next_wait(&context.repository) {
        requests.push(ApiRequest { subject: ApiSubject::Repository, path: repository, wait });
    }
    requests
}

/// How long to wait before the next request, if there is to be one.
fn next_wait(answers: &[ApiAnswer]) -> Option<u64> {
    let Some(last) = answers.last() else { return Some(0) };
    let wait = WAITS.get(answers.len() - 1)?;
    let asked = last.retry_after.as_deref().and_then(|text| text.trim().parse::<u64>().ok());
    let asked = asked.map(|seconds| seconds.saturating_mul(1000));
    match last.status {
        None | Some(408 | 500 | 502 | 503 | 504) => {
            Some(asked.unwrap_or_default().max(*wait)).filter(|wait| *wait <= LONGEST_WAIT)
        }
        // Over a limit: another request only helps when the forge says when.
        Some(403 | 429) => asked.map(|asked| asked.max(*wait)).filter(|wait| *wait <= LONGEST_WAIT),
        Some(_) => None,
    }
}

/// A part of a path, with everything escaped that could end it.
fn component(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15]
                    .map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()),
            );
        }
    }
    out
}

/// The committer's date of the run's commit, if the forge told it.
pub(super) fn commit_date(context: &MetadataContext) -> Option<String> {
    let answer = context.commit.last().filter(|answer| is_success(answer))?;
    let json = read::value(&answer.body).ok()?;
    let date = json.pointer("/commit/committer/date").and_then(Json::as_str);
    date.filter(|date| !date.is_empty()).map(str::to_owned)
}

/// What is known of the repository.
pub(super) fn repository(api: Api, context: &MetadataContext, payload: &Json) -> Step<RepositoryFacts> {
    let refused = |message: String| MetadataFailure::new(MetadataFailureCode::Repository, message);
    let name = context::repository_name(context, payload);
    if api == Api::Nobody {
        return Ok(told(context, payload, name));
    }
    if name.is_none() {
        let message = "context.repo requires a GITHUB_REPOSITORY environment variable like 'owner/repo'";
        return Err(MetadataFailure::new(MetadataFailureCode::InvalidContext, message));
    }
    let answer = context.repository.last();
    let answer = answer.ok_or_else(|| refused("the forge was not asked for the repository".to_owned()))?;
    if answer.status.is_none() {
        return Err(refused(answer.body.clone()));
    }
    if !is_success(answer) {
        return Err(refused(refusal(&answer.body)));
    }
    let json =
        read::value(&answer.body).map_err(|e| refused(format!("the forge's answer about the repository: {e}")))?;
    Ok(RepositoryFacts::of(&json))
}

/// What the event and the variables tell of the repository.
fn told(context: &MetadataContext, payload: &Json, name: Option<(String, String)>) -> RepositoryFacts {
    let mut facts = payload.get("repository").map(RepositoryFacts::of).unwrap_or_default();
    let Some((owner, name)) = name else { return facts };
    let server = context.server_url.as_deref().map(|url| url.trim_end_matches('/')).filter(|url| !url.is_empty());
    facts.html_url = facts.html_url.or_else(|| server.map(|server| format!("{server}/{owner}/{name}")));
    facts.name = facts.name.or(Some(name));
    facts
}

fn is_success(answer: &ApiAnswer) -> bool {
    answer.status.is_some_and(|status| (200..300).contains(&status))
}

/// The message of an error's body, as the forge's JavaScript client puts it together.
fn refusal(body: &str) -> String {
    let Ok(json) = read::value(body) else { return body.to_owned() };
    if let Json::String(message) = json {
        return message;
    }
    let Some(message) = json.get("message") else { return format!("Unknown error: {}", compact(&json)) };
    let page =
        json.get("documentation_url").map(|page| format!(" - {}", context::text(Some(page)))).unwrap_or_default();
    let message = context::text(Some(message));
    match json.get("errors").and_then(Json::as_array) {
        Some(errors) => {
            let errors: Vec<String> = errors.iter().map(compact).collect();
            format!("{message}: {}{page}", errors.join(", "))
        }
        None => format!("{message}{page}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_as_the_client_tells_them() {
        for (body, message) in [
            (r#"{"message": "Not Found", "documentation_url": "https://d"}"#, "Not Found - https://d"),
            (r#"{"message": "No", "errors": [{"a": 1}, "b"]}"#, r#"No: {"a":1}, "b""#),
            ("gateway timeout", "gateway timeout"),
            ("{}", "Unknown error: {}"),
        ] {
            assert_eq!(refusal(body), message);
        }
    }

    fn answer(status: Option<u32>, retry_after: Option<&str>) -> ApiAnswer {
        ApiAnswer { status, body: String::new(), retry_after: retry_after.map(str::to_owned) }
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        assert_eq!(next_wait(&[]), Some(0));
        for (status, retry_after, expected) in [
            (None, None, Some(500)),
            (Some(503), None, Some(500)),
            (Some(503), Some("3"), Some(3_000)),
            (Some(503), Some("3600"), None),
            (Some(429), None, None),
            (Some(429), Some("1"), Some(1_000)),
            (Some(403), None, None),
            (Some(403), Some("0"), Some(500)),
            (Some(401), Some("1"), None),
            (Some(404), None, None),
            (Some(200), None, None),
        ] {
            assert_eq!(next_wait(&[answer(status, retry_after)]), expected, "{status:?} {retry_after:?}");
        }
        let failed = answer(None, None);
        assert_eq!(next_wait(&[failed.clone(), failed.clone()]), Some(2_000));
        assert_eq!(next_wait(&[failed.clone(), failed.clone(), failed]), None);
    }

    #[test]
    fn a_part_of_a_path_cannot_leave_its_place() {
        assert_eq!(component("octocat"), "octocat");
        assert_eq!(component("a/../b?c#d é"), "a%2F..%2Fb%3Fc%23d%20%C3%A9");
    }

    #[test]
    fn without_the_forge_the_event_tells_the_repository() {
        let context = MetadataContext {
            repository_name: Some("acme/app".to_owned()),
            server_url: Some("https://git.example/".to_owned()),
            ..MetadataContext::default()
        };
        let payload = serde_json::json!({"repository": {"default_branch": "main", "license": {"spdx_id": "MIT"}}});
        let facts = repository(Api::Nobody, &context, &payload).unwrap();
        assert_eq!(facts.name.as_deref(), Some("app"));
        assert_eq!(facts.html_url.as_deref(), Some("https://git.example/acme/app"));
        assert_eq!(facts.default_branch.as_deref(), Some("main"));
        assert_eq!(facts.license.as_deref(), Some("MIT"));
        assert!(requests(Source::Workflow, Api::Nobody, &context, &payload).is_empty());
    }
}
