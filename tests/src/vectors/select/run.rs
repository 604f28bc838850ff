//! The run of a case, in the engine's normal form.

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::fronts::Front;
use crate::vectors::value::{is_set, outcome, text, without_nulls};

/// The facts of a run. One that follows another has that one's event.
pub(super) fn facts(context: &Value, front: &dyn Front) -> Result<Value> {
    let own = |key: &str| context.get(key).cloned().unwrap_or(Value::Null);
    let (event, fork) = (text(context, "event"), is_set(context, "fork"));
    let is_change = !own("pr").is_null() || fork || event.starts_with("pull_request");
    let kind = match event {
        _ if is_change => "pull-request",
        "workflow_dispatch" | "manual" => "manual",
        "schedule" => "schedule",
        "merge_group" => "merge-group",
        _ => "push",
    };
    let (head, merge) = (own("head_sha"), own("merge_sha"));
    let built = if is_change && !merge.is_null() { merge.clone() } else { head.clone() };
    let revisions = json!({
        "built": built, "built_kind": if is_change { "merge" } else { "push" }, "head": head, "merge": merge,
    });
    let branch = text(context, "branch");
    let mut document = json!({
        "engine": "github-actions", "event": kind, "event_name": event, "now": 0,
        "repository": without_nulls(json!({
            "path": "acme/app", "server_url": "https://github.com", "default_branch": own("default_branch"),
        })),
    });
    let parts = document.as_object_mut().ok_or_else(|| anyhow!("not an object"))?;
    if is_change {
        let change = json!({
            "number": own("pr"),
            "head": without_nulls(json!({"branch": own("branch")})),
            "base": without_nulls(json!({"branch": own("default_branch")})),
            "fork": if fork { "fork" } else { "same-repository" },
        });
        parts.insert("change".to_owned(), without_nulls(change));
        if own("pr").is_null() {
            let reason =
                json!({"code": "fork", "message": "the engine does not tell the number of a fork's pull request here"});
            parts.insert("unknowns".to_owned(), json!([{"fact": "change.number", "reason": reason}]));
        }
    } else {
        let reference = json!({"full": format!("refs/heads/{branch}"), "name": branch, "kind": "branch"});
        parts.insert("reference".to_owned(), reference);
    }
    let input = json!({"document": document.to_string(), "name": "facts.json", "host": {"now": 0}});
    let answer = front.call("facts.parse", &input)?;
    let facts = outcome(&answer)?.map_err(|refused| anyhow!("the facts are refused: {refused}"))?;
    let mut facts = facts.clone();
    // A case may hold commits that no document of facts may: the engine has to cope with them all the same.
    facts.as_object_mut().map(|facts| facts.insert("revisions".to_owned(), without_nulls(revisions)));
    Ok(facts)
}
