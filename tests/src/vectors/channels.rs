//! Channels against Flux and Argo CD Image Updater.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::Family;
use super::value::{accepted, is_set, outcome, same, text, texts, without_nulls};
use crate::fronts::Front;

/// A whole channel policy.
struct Channel {
    mode: &'static str,
    strategy: &'static str,
    range: Value,
    order: &'static str,
    pattern: Value,
    extract: Value,
    allow: Vec<String>,
    deny: Vec<String>,
}

impl Channel {
    fn new(mode: &'static str, strategy: &'static str) -> Self {
        let (range, pattern, extract) = (Value::Null, Value::Null, Value::Null);
        Self { mode, strategy, range, order: "ascending", pattern, extract, allow: Vec::new(), deny: Vec::new() }
    }

    fn choose(self, tags: &[Value], front: &dyn Front) -> Result<Value> {
        let Self { mode, strategy, range, order, pattern, extract, allow, deny } = self;
        let channel = json!({
            "mode": mode, "strategy": strategy, "range": range, "order": order, "pattern": pattern, "extract": extract,
            "allow": allow, "deny": deny, "unreadable": "skip",
        });
        front.call("selection.channel", &json!({"channel": without_nulls(channel), "tags": tags}))
    }
}

fn named(case: &Value) -> Vec<Value> {
    texts(case, "tags").into_iter().map(|name| json!({"name": name})).collect()
}

/// Compares with the one tag, the refusal, or the empty answer that a case expects.
fn judge(case: &Value, answer: &Value) -> Result<()> {
    let Some(choice) = accepted(answer, is_set(case, "error"))? else { return Ok(()) };
    let tag = choice.get("tag").map(|tag| text(tag, "name"));
    same("the tag", &tag, &case.get("expect").and_then(Value::as_str))
}

/// Channels as Flux chooses.
pub(super) struct Flux;

impl Family for Flux {
    fn file(&self) -> &'static str {
        "flux_policy.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let policy = case.get("policy").and_then(Value::as_object).context("the case has no policy")?;
        let (kind, settings) = policy.iter().next().context("the policy is empty")?;
        let mut channel = Channel::new(
            "flux",
            match kind.as_str() {
                "semver" => "semver",
                "numerical" => "numerical",
                "alphabetical" => "alphabetical",
                other => bail!("{other} is no policy of Flux"),
            },
        );
        channel.range = settings.get("range").cloned().unwrap_or(Value::Null);
        channel.order = match text(settings, "order").to_ascii_lowercase().as_str() {
            "" | "asc" => "ascending",
            "desc" => "descending",
            // A word that is no order is refused where the policy is read, before any tag is looked at.
            _ => return same("refusal", &true, &is_set(case, "error")),
        };
        let filter = case.get("filter_tags").unwrap_or(&Value::Null);
        channel.pattern = filter.get("pattern").cloned().unwrap_or(Value::Null);
        channel.extract = filter.get("extract").cloned().unwrap_or(Value::Null);
        judge(case, &channel.choose(&named(case), front)?)
    }
}

/// Channels as Argo CD Image Updater chooses.
pub(super) struct Argo;

impl Family for Argo {
    fn file(&self) -> &'static str {
        "argo_select.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let strategy = match text(case, "strategy") {
            "semver" => "semver",
            "newest-build" | "latest" => "created",
            "alphabetical" | "name" => "alphabetical",
            "digest" => "digest",
            other => bail!("{other} is no strategy"),
        };
        let mut channel = Channel::new("argo", strategy);
        channel.range = json!(text(case, "constraint"));
        channel.allow = case.get("allow_tags").and_then(Value::as_str).map(str::to_owned).into_iter().collect();
        channel.deny = texts(case, "ignore_tags");
        let mut tags = named(case);
        for tag in tags.iter_mut().filter_map(Value::as_object_mut) {
            let date = tag.get("name").and_then(Value::as_str).and_then(|name| case.get("dates")?.get(name)?.as_i64());
            tag.extend(date.map(|seconds| ("created".to_owned(), json!(seconds * 1000))));
        }
        judge(case, &channel.choose(&tags, front)?)
    }
}

/// Patterns, templates and exclusion lists of Flux.
pub(super) struct FluxFilter;

impl Family for FluxFilter {
    fn file(&self) -> &'static str {
        "flux_filter_extract.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let (tags, refused) = (texts(case, "tags"), is_set(case, "error"));
        if case.get("exclusion_list").is_some() {
            let input = json!({"tags": tags, "patterns": texts(case, "exclusion_list")});
            let answer = front.call("selection.exclude", &input)?;
            let Some(kept) = accepted(&answer, refused)? else { return Ok(()) };
            return same("what is kept", &kept, &case.get("expect").context("nothing is expected")?);
        }
        let input = json!({"tags": tags, "pattern": text(case, "pattern"), "template": text(case, "extract")});
        let answer = front.call("selection.extract", &input)?;
        let Some(found) = accepted(&answer, refused)? else { return Ok(()) };
        let mut values: Vec<_> =
            found.as_array().into_iter().flatten().map(|one| text(one, "value").to_owned()).collect();
        // Upstream compares keys of a map, so that equal values count once.
        values.sort();
        values.dedup();
        same("the values", &values, &texts(case, "expect_sorted_items"))
    }
}

/// Which digest Flux keeps beside the chosen tag.
pub(super) struct FluxReflection;

impl Family for FluxReflection {
    fn file(&self) -> &'static str {
        "flux_digest_reflection.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let (first, _) = pass(case, "pass1", None, front)?;
        same("the digest of pass 1", &text(&first, "digest"), &text(part(case, "pass1"), "expect_digest"))?;
        let (second, previous) = pass(case, "pass2", Some(&first), front)?;
        same("the digest of pass 2", &text(&second, "digest"), &text(part(case, "pass2"), "expect_digest"))?;
        let wanted = part(case, "pass2").get("expect_previous_ref").filter(|wanted| wanted.is_object());
        let pair = |reflected: &Value| (text(reflected, "tag").to_owned(), text(reflected, "digest").to_owned());
        same("the previous one", &previous.as_ref().map(pair), &wanted.map(pair))
    }
}

fn part<'a>(case: &'a Value, key: &str) -> &'a Value {
    case.get(key).unwrap_or(&Value::Null)
}

/// One pass: the registry's digests carry the name of the pass, as all tags were pushed again.
fn pass(case: &Value, name: &str, before: Option<&Value>, front: &dyn Front) -> Result<(Value, Option<Value>)> {
    let settings = part(case, name);
    let mut channel = Channel::new("flux", "semver");
    channel.range = json!(text(settings, "range"));
    let answer = channel.choose(&named(case), front)?;
    let choice = outcome(&answer)?.map_err(|refused| anyhow::anyhow!("refused: {refused}"))?;
    let rule = match text(settings, "digestReflectionPolicy") {
        "" | "Never" => "never",
        "IfNotPresent" => "if-not-present",
        "Always" => "always",
        other => bail!("{other} is no reflection policy"),
    };
    let mut input = Map::new();
    input.insert("rule".to_owned(), json!(rule));
    input.insert("tag".to_owned(), json!(text(part(choice, "tag"), "name")));
    input.extend(before.map(|before| ("before".to_owned(), before.clone())));
    let mut step = front.call("selection.reflect", &Value::Object(input.clone()))?;
    if let Some(tag) = step.get("look_up").and_then(Value::as_str) {
        // The vectors name the first pass `pass1`, and so on.
        input.insert("looked_up".to_owned(), json!(format!("{name}:{tag}")));
        step = front.call("selection.reflect", &Value::Object(input))?;
    }
    let done = step.get("done").context("it asks for the digest twice")?;
    Ok((part(done, "current").clone(), done.get("previous").cloned()))
}
