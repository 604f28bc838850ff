//! The image of a commit, case by case.

use buildonce_core::selection::{
    Fallback, NotSelected, OnUnknown, OverrideRevision, Request, Rung, Selected, Step, Tried, Verdict,
};
use serde_json::Value;

use crate::consumer::{climb, run_of};
use crate::registry::{IMAGE, World};
use crate::vectors::{run, same, text, texts};

fn request(case: &Value, world: &World) -> Request {
    let policy = &case["policy"];
    let mut fallback = vec![Fallback::Archive];
    fallback.extend((text(policy, "rebuild") == "allow").then_some(Fallback::Rebuild));
    Request {
        reference: case["override"].as_str().map(|name| {
            if name.starts_with("d:") { format!("{IMAGE}@{}", world.digest(name)) } else { name.to_owned() }
        }),
        override_revision: match text(policy, "override_revision") {
            "any" => OverrideRevision::Any,
            _ => OverrideRevision::Accepted,
        },
        platforms: Some(texts(case, "platforms")),
        fallback,
        on_unknown: if text(policy, "on_unknown") == "fallback" { OnUnknown::Fallback } else { OnUnknown::Fail },
        ..Request::default()
    }
}

/// The words of the vectors for a rung.
fn word(rung: Rung) -> &'static str {
    match rung {
        Rung::Override => "override",
        Rung::Receipt => "receipt",
        Rung::Exact => "exact",
        Rung::Branch => "branch",
        Rung::Archive => "artifact",
    }
}

fn check_selected(expect: &Value, selected: &Selected, world: &World) -> Result<(), String> {
    if let Some(pinned) = expect["pinned"].as_str() {
        let pinned = format!("{IMAGE}@{}", world.digest(pinned));
        same("reference", &selected.reference, &pinned)?;
    }
    if let Some(rung) = expect["rung"].as_str() {
        same("rung", &word(selected.rung), &rung)?;
    }
    for (platform, symbol) in expect["platform_digests"].as_object().into_iter().flatten() {
        let own = selected.platforms.iter().find(|own| own.platform == *platform);
        let digest = own.and_then(|own| own.digest.clone());
        same(platform, &digest, &symbol.as_str().map(|symbol| world.digest(symbol)))?;
    }
    Ok(())
}

fn check_not_selected(expect: &Value, answer: &NotSelected) -> Result<(), String> {
    expect["reason"].as_str().map_or(Ok(()), |reason| same("reason", &answer.reason.code.as_str(), &reason))
}

/// Rejections in the words of the vectors: the tag, the reason, and the platform where the case names one.
fn rejects(expect: &Value, trace: &[Tried]) -> Result<(), String> {
    let Some(wanted) = expect["rejects"].as_array() else { return Ok(()) };
    let found: Vec<_> = trace.iter().filter(|tried| tried.verdict == Verdict::Reject).collect();
    same("number of rejections", &found.len(), &wanted.len())?;
    for (tried, wanted) in found.iter().zip(wanted) {
        let reference = tried.reference.strip_prefix(IMAGE).map_or("artifact", |rest| &rest[1..]);
        same("rejected", &reference, &text(wanted, "ref"))?;
        same("reason", &tried.reason.code.as_str(), &text(wanted, "reason"))?;
        if let Some(platform) = wanted["platform"].as_str() {
            same("platform", &tried.platform.as_deref(), &Some(platform))?;
        }
    }
    Ok(())
}

#[test]
fn the_image_of_a_commit_is_found_or_refused() {
    run("select.json", |case| {
        let world = World::of(case);
        let expect = &case["expect"];
        let (step, _) = climb(&run_of(&case["context"]), &request(case, &world), &world);
        let (verdict, trace) = match &step {
            Step::Accept(selected) => {
                check_selected(expect, selected, &world)?;
                ("use", &selected.trace)
            }
            Step::Rebuild(answer) | Step::Fail(answer) => {
                check_not_selected(expect, answer)?;
                (if matches!(step, Step::Rebuild(_)) { "rebuild" } else { "fail" }, &answer.trace)
            }
            Step::Probe(_) => unreachable!("climbing ends with an answer"),
        };
        same("verdict", &verdict, &text(expect, "verdict")).map_err(|why| format!("{why}; {trace:?}"))?;
        rejects(expect, trace)
    });
}
