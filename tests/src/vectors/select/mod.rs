//! The image of a commit: a consumer that climbs the ladder in a small world.

mod run;
mod world;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::Family;
use super::value::{outcome, same, text, texts, without_nulls};
use crate::fronts::Front;
use world::World;

/// The name of the image in every case.
const IMAGE: &str = "registry.example.com/acme/app";

/// Changes get a tag of their own; the default branch one for the commit and `latest`; other branches one that names the commit and one
/// that moves. What follows comes from the case.
const POLICY: &str = r#"
version: 1
images: [registry.example.com/acme/app]
tags:
  - {when: {event: [pull-request, pull-request-target]}, tag: "pr-{{pr}}-{{sha}}"}
  - {when: {event: [push, manual, schedule], default-branch: true}, tag: ["sha-{{sha}}", "sha-{{full-sha}}", latest]}
  - when: {event: [push, manual, schedule], default-branch: false}
    tag: ["{{branch}}-{{sha}}", "sha-{{sha}}", "sha-{{full-sha}}", "{{branch}}"]
  - {when: {event: merge-group}, tag: "sha-{{sha}}"}
"#;

/// More rounds than any case needs.
const ROUNDS: usize = 100;

/// The family.
pub(super) struct Select;

impl Family for Select {
    fn file(&self) -> &'static str {
        "select.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let world = World::of(case)?;
        let answer = climb(case, &world, front)?;
        let (kind, selected) = (text(&answer, "kind"), answer.get("selected"));
        let refused = answer.get("not_selected");
        let trace = selected.or(refused).and_then(|side| side.get("trace")).and_then(Value::as_array);
        let trace = trace.map(Vec::as_slice).unwrap_or_default();
        let expect = case.get("expect").context("the case expects nothing")?;
        let verdict = if kind == "accept" { "use" } else { kind };
        same("the verdict", &verdict, &text(expect, "verdict")).with_context(|| format!("{answer}"))?;
        if let Some(selected) = selected {
            check_selected(expect, selected, &world)?;
        }
        if let (Some(refused), Some(reason)) = (refused, expect.get("reason").and_then(Value::as_str)) {
            same("the reason", &code(refused), &reason)?;
        }
        check_rejections(expect, trace)
    }
}

/// The policy document of a case.
fn policy(case: &Value) -> Value {
    let settings = case.get("policy").unwrap_or(&Value::Null);
    let fallback = if text(settings, "rebuild") == "allow" { "[archive, rebuild]" } else { "[archive]" };
    let on_unknown = if text(settings, "on_unknown") == "fallback" { "fallback" } else { "fail" };
    let select = format!("select: {{freshness: fail, fallback: {fallback}, on-unknown: {on_unknown}}}\n");
    json!({"source": format!("{POLICY}{select}"), "name": "buildonce.yaml"})
}

/// What the consumer of a case asks for.
fn request(case: &Value, world: &World) -> Value {
    let named = case.get("override").and_then(Value::as_str).map(|name| match name.strip_prefix("d:") {
        Some(_) => format!("{IMAGE}@{}", world.digest(name)),
        None => name.to_owned(),
    });
    let settings = case.get("policy").unwrap_or(&Value::Null);
    let revision = if text(settings, "override_revision") == "any" { "any" } else { "accepted" };
    without_nulls(
        json!({"reference": named, "override_revision": revision, "revisions": [], "platforms": texts(case, "platforms")}),
    )
}

/// Asks until there is an answer, with everything that was seen on the way.
fn climb(case: &Value, world: &World, front: &dyn Front) -> Result<Value> {
    let facts = run::facts(case.get("context").context("the case has no context")?, front)?;
    let (policy, request) = (policy(case), request(case, world));
    let mut seen: Vec<Value> = Vec::new();
    for _ in 0..ROUNDS {
        let input = json!({"policy": policy, "facts": facts, "request": request, "seen": seen});
        let answer = front.call("selection.next", &input)?;
        let step = outcome(&answer)?.map_err(|refused| anyhow::anyhow!("refused: {refused}"))?;
        if text(step, "kind") != "probe" {
            return Ok(step.clone());
        }
        let probes = step.get("probes").and_then(Value::as_array).context("no probes")?;
        ensure!(!probes.is_empty(), "asks for nothing");
        for probe in probes {
            ensure!(seen.iter().all(|known| known.get("probe") != Some(probe)), "asks twice for {probe}");
            seen.push(json!({"probe": probe, "seen": world.look(probe)?}));
        }
    }
    bail!("no answer after {ROUNDS} rounds")
}

fn check_selected(expect: &Value, selected: &Value, world: &World) -> Result<()> {
    if let Some(pinned) = expect.get("pinned").and_then(Value::as_str) {
        same("the reference", &text(selected, "reference"), &format!("{IMAGE}@{}", world.digest(pinned)).as_str())?;
    }
    if let Some(rung) = expect.get("rung").and_then(Value::as_str) {
        let found = if text(selected, "rung") == "archive" { "artifact" } else { text(selected, "rung") };
        same("the rung", &found, &rung)?;
    }
    let platforms = selected.get("platforms").and_then(Value::as_array).context("no platforms")?;
    for (platform, symbol) in expect.get("platform_digests").and_then(Value::as_object).into_iter().flatten() {
        let own = platforms.iter().find(|own| text(own, "platform") == platform);
        let digest = own.map(|own| text(own, "digest").to_owned());
        same(platform, &digest, &symbol.as_str().map(|symbol| world.digest(symbol)))?;
    }
    Ok(())
}

fn code(value: &Value) -> &str {
    value.get("reason").map(|reason| text(reason, "code")).unwrap_or_default()
}

/// Rejections in the words of the vectors: the tag, the reason, and the platform where the case names one.
fn check_rejections(expect: &Value, trace: &[Value]) -> Result<()> {
    let Some(wanted) = expect.get("rejects").and_then(Value::as_array) else { return Ok(()) };
    let found: Vec<_> = trace.iter().filter(|tried| text(tried, "verdict") == "reject").collect();
    same("the number of rejections", &found.len(), &wanted.len()).with_context(|| format!("{trace:?}"))?;
    for (tried, wanted) in found.iter().zip(wanted) {
        let part = text(tried, "reference").strip_prefix(IMAGE);
        let reference = part.map_or("artifact", |rest| rest.trim_start_matches([':', '@']));
        same("what is rejected", &reference, &text(wanted, "ref"))?;
        same("the reason", &code(tried), &text(wanted, "reason"))?;
        if let Some(platform) = wanted.get("platform").and_then(Value::as_str) {
            same("the platform", &text(tried, "platform"), &platform)?;
        }
    }
    Ok(())
}
