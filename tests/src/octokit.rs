//! Real payloads of GitHub, and the variables that a runner would set beside them.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// A commit that no payload mentions, for what a runner takes from the repository and not from the payload.
pub const TIP: &str = "5d3a1e0c9b8f7a6e5d4c3b2a190f8e7d6c5b4a39";

/// One payload and what must come of it.
#[derive(Debug)]
pub struct Example {
    /// `<event>/<number>`, with the variant at its end.
    pub name: String,
    /// The variables of the run as pairs.
    pub env: Vec<(String, String)>,
    /// The event's document.
    pub payload: Value,
    /// JSON pointer into the facts, and the value there (null: nothing there).
    pub expected: Vec<(&'static str, Value)>,
}

/// Every payload of github.com in the npm package, and what pull requests of it could also look like.
pub fn examples() -> Result<Vec<Example>> {
    let path = crate::folder().join("node_modules/@octokit/webhooks-examples/api.github.com/index.json");
    let text = fs::read_to_string(path).map_err(|_| {
        anyhow::anyhow!("the packages with the payloads are missing: run `npm ci` in {}", crate::folder().display())
    })?;
    let events: Vec<Value> = serde_json::from_str(&text)?;
    let kinds: Vec<Value> = serde_json::from_str(&fs::read_to_string(crate::folder().join("octokit/kinds.json"))?)?;
    let mut examples = Vec::new();
    for event in &events {
        let name = event.get("name").and_then(Value::as_str).context("an event without a name")?;
        let payloads = event.get("examples").and_then(Value::as_array).context("an event without examples")?;
        for (index, payload) in payloads.iter().enumerate() {
            let kind = kind(&kinds, name, payload).with_context(|| format!("no kind for {name}"))?;
            examples.push(example(name, &index.to_string(), payload.clone(), vec![("/event", kind)]));
            if name == "pull_request" {
                examples.extend(variants(index, payload));
            }
        }
    }
    Ok(examples)
}

/// The first line of the table that fits.
fn kind(kinds: &[Value], event: &str, payload: &Value) -> Option<Value> {
    let fits = |row: &&Value| {
        let named = row.get("event").is_some_and(|name| name == event || name == "*");
        let conditions = row.get("where").and_then(Value::as_object);
        named && conditions.is_none_or(|c| c.iter().all(|(path, value)| payload.pointer(path) == Some(value)))
    };
    kinds.iter().find(fits)?.get("kind").cloned()
}

fn example(event: &str, suffix: &str, payload: Value, expected: Vec<(&'static str, Value)>) -> Example {
    Example { name: format!("{event}/{suffix}"), env: variables(event, &payload), payload, expected }
}

/// What the package has no example of: forks, forks that are gone, merged pull requests, drafts, and the trusted event.
fn variants(index: usize, payload: &Value) -> Vec<Example> {
    let change = |edits: &[(&str, Value)]| {
        let mut payload = payload.clone();
        for (pointer, value) in edits {
            if let Some(place) = payload.pointer_mut(pointer) {
                *place = value.clone();
            }
        }
        payload
    };
    let head = payload.pointer("/pull_request/head/sha").cloned().unwrap_or_default();
    let base = payload.pointer("/pull_request/base/ref").cloned().unwrap_or_default();
    let merge = json!("0a1b2c3d4e5f60718293a4b5c6d7e8f901234567");
    let fork = change(&[("/pull_request/head/repo/full_name", json!("somebody/Hello-World"))]);
    let gone = change(&[("/pull_request/head/repo", Value::Null)]);
    let merged = change(&[
        ("/action", json!("closed")),
        ("/pull_request/state", json!("closed")),
        ("/pull_request/merged", json!(true)),
        ("/pull_request/merge_commit_sha", merge.clone()),
    ]);
    let draft = change(&[("/pull_request/draft", json!(true))]);
    let pull = |kind: &'static str| vec![("/event", json!(kind)), ("/revisions/head", head.clone())];
    let with = |more: &[(&'static str, Value)]| [pull("pull-request"), more.to_vec()].concat();
    let named = |variant: &str| format!("{index}-{variant}");
    vec![
        example("pull_request", &named("fork"), fork.clone(), with(&[("/change/fork", json!("fork"))])),
        example("pull_request", &named("deleted-fork"), gone, with(&[("/change/fork", json!("fork"))])),
        example(
            "pull_request",
            &named("merged"),
            merged,
            with(&[("/change/merged", json!(true)), ("/change/base/branch", base), ("/revisions/built", merge)]),
        ),
        example("pull_request", &named("draft"), draft, with(&[("/change/draft", json!(true))])),
        example("pull_request_target", &named("fork"), fork, pull("pull-request-target")),
    ]
}

/// The variables of a run by GitHub's page "Events that trigger workflows": what `GITHUB_SHA` and `GITHUB_REF` are is different for
/// each event.
fn variables(event: &str, payload: &Value) -> Vec<(String, String)> {
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let pull = payload.pointer("/pull_request");
    let number = payload.pointer("/pull_request/number").and_then(Value::as_u64).unwrap_or_default();
    let default = format!("refs/heads/{}", text("/repository/default_branch").unwrap_or("main"));
    let on_base = payload.pointer("/pull_request/merged") == Some(&json!(true));
    let deleted = payload.pointer("/deleted") == Some(&json!(true));
    let (reference, sha) = match event {
        "push" if !deleted => (text("/ref").map(str::to_owned), text("/after")),
        "merge_group" => (text("/merge_group/head_ref").map(str::to_owned), text("/merge_group/head_sha")),
        "workflow_dispatch" => (text("/ref").map(str::to_owned), None),
        "release" => (text("/release/tag_name").map(|tag| format!("refs/tags/{tag}")), None),
        "create" if text("/ref_type") == Some("tag") => (text("/ref").map(|name| format!("refs/tags/{name}")), None),
        "create" => (text("/ref").map(|name| format!("refs/heads/{name}")), None),
        "pull_request_target" => (None, None),
        _ if pull.is_some() && on_base => (
            text("/pull_request/base/ref").map(|base| format!("refs/heads/{base}")),
            text("/pull_request/merge_commit_sha"),
        ),
        _ if pull.is_some() => (Some(format!("refs/pull/{number}/merge")), text("/pull_request/merge_commit_sha")),
        _ => (None, None),
    };
    let mut variables = vec![
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", event),
        ("GITHUB_SHA", sha.unwrap_or(TIP)),
        ("GITHUB_REF", reference.as_deref().unwrap_or(&default)),
        ("GITHUB_REPOSITORY", text("/repository/full_name").unwrap_or("octo-org/octo-repo")),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_ACTOR", text("/sender/login").unwrap_or("octocat")),
        ("GITHUB_RUN_ID", "1658821493"),
        ("GITHUB_RUN_ATTEMPT", "1"),
    ];
    if event.starts_with("pull_request") {
        variables.push(("GITHUB_HEAD_REF", text("/pull_request/head/ref").unwrap_or_default()));
        variables.push(("GITHUB_BASE_REF", text("/pull_request/base/ref").unwrap_or_default()));
    }
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
