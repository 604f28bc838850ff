//! Every call through the component against the same decision native, in one process, in turn.
#![expect(clippy::print_stdout, reason = "its output is the measurement")]

mod pairs;

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use buildonce::types::HostFacts;
use buildonce::{Engine, Limits, Session};
use buildonce_core::{facts, json, policy, tagging};
use serde_json::value::RawValue;

use pairs::Pair;

/// 2026-01-31T12:00:00Z.
const NOW: i64 = 1_769_860_800_000;

fn environment() -> Vec<(String, String)> {
    [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_REF", "refs/heads/feature/dns/subdomain"),
        ("GITHUB_REPOSITORY", "acme/app"),
        ("GITHUB_RUN_ID", "42"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
        ("GITHUB_WORKFLOW", "build"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

const PAYLOAD: &str = r#"{"ref": "refs/heads/feature/dns/subdomain", "after": "0123456789abcdef0123456789abcdef01234567",
    "repository": {"full_name": "acme/app", "default_branch": "main"}, "head_commit": {"message": "Add a thing"}}"#;

const CALLS: &str = include_str!("../calls.jsonl");

const POLICY: &str = "version: 1\nextends: build-once-test-many\nbuild: {platforms: [linux/amd64, linux/arm64]}\n";

fn main() -> Result<()> {
    let start = Instant::now();
    let engine = Engine::embedded()?;
    let loaded = start.elapsed();
    let mut session = engine.session(Limits::default())?;
    let opened = start.elapsed();
    black_box(session.sanitize("feature/x", None)?);
    let answered = start.elapsed();
    println!(
        "engine from nothing: loaded {:.2} ms, session open {:.2} ms, first answer {:.2} ms; another session {:.3} ms",
        millis(loaded),
        millis(opened),
        millis(answered),
        millis(another_session(&engine)?),
    );
    println!("every typed call, with the session open, and policy and facts held in it:");
    for pair in pairs(&mut session)? {
        println!("{}", pair.line());
    }
    println!("every function with one JSON document in and one out:");
    for pair in by_json(&mut session)? {
        println!("{}", pair.line());
    }
    Ok(())
}

/// Every function of the engine by its name, with one real input each.
fn by_json(session: &mut Session) -> Result<Vec<Pair>> {
    let inputs: Vec<Line> = CALLS.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let input = |name: &str| inputs.iter().find(|line| line.call == name).map(|line| line.input.get());
    json::names()
        .map(|name| {
            let input = input(name).with_context(|| format!("bench/calls.jsonl has no line for {name}"))?;
            let answer = json::call(name, input).map_err(|failure| anyhow!("{name} refused: {failure:?}"))?;
            ensure!(!answer.starts_with(r#"{"err""#), "{name} answered {answer}");
            Pair::measure(
                name,
                || accepted(json::call(name, black_box(input))),
                || accepted(session.call_json(name, black_box(input))?),
            )
        })
        .collect()
}

/// A line of `calls.jsonl`, in the form that `buildonce eval` takes.
#[derive(serde::Deserialize)]
struct Line {
    call: String,
    input: Box<RawValue>,
}

/// Opening one more sandbox.
fn another_session(engine: &Engine) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        black_box(engine.session(Limits::default())?);
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

/// Every call; a new decision adds its line here.
fn pairs(session: &mut Session) -> Result<Vec<Pair>> {
    let env = environment();
    let host =
        HostFacts { now: NOW, git: None, credentials: None, builder: None, changed_files: None, registry_tags: None };
    let run = session.detect(&env, Some(PAYLOAD), &host)?.map_err(|d| anyhow!("detect refused: {d:?}"))?;
    let standard = session.standard_policy()?;

    let native_host = facts::HostFacts {
        now: NOW,
        git: None,
        credentials: None,
        builder: None,
        changed_files: None,
        registry_tags: None,
    };
    let native_run = facts::detect(&env, Some(PAYLOAD), &native_host).map_err(|d| anyhow!("detect refused: {d:?}"))?;
    let native_standard = policy::Policy::standard();

    Ok(vec![
        Pair::measure("facts.variables", || done(facts::variables()), || done(session.variables()?))?,
        Pair::measure(
            "facts.detect",
            || accepted(facts::detect(black_box(&env), Some(PAYLOAD), &native_host)),
            || {
                // Without a drop the facts of every sample would stay in the session.
                let made = session.detect(black_box(&env), Some(PAYLOAD), &host)?;
                made.map_or_else(|refusal| Err(anyhow!("refused: {refusal:?}")), |run| Ok(session.drop_facts(run)?))
            },
        )?,
        Pair::measure(
            "policy.parse",
            || accepted(policy::Policy::parse(black_box(POLICY), "buildonce.yaml")),
            || accepted(session.parse_policy(black_box(POLICY), "buildonce.yaml")?),
        )?,
        Pair::measure(
            "policy.lint",
            || done(native_standard.lint(Some(black_box(&native_run)))),
            || done(session.lint(standard, Some(black_box(run)))?),
        )?,
        Pair::measure(
            "tagging.plan",
            || accepted(tagging::plan(black_box(&native_standard), black_box(&native_run))),
            || accepted(session.plan(standard, black_box(run))?),
        )?,
        Pair::measure(
            "tagging.explain",
            || done(tagging::explain(black_box(&native_standard), black_box(&native_run))),
            || done(session.explain(standard, black_box(run))?),
        )?,
        Pair::measure(
            "tagging.candidates",
            || accepted(tagging::lookup(black_box(&native_standard), black_box(&native_run))),
            || accepted(session.candidates(standard, black_box(run))?),
        )?,
        Pair::measure(
            "tagging.sanitize",
            || done(tagging::sanitize(black_box("feature/Add_Login"), Some("0123456"))),
            || done(session.sanitize(black_box("feature/Add_Login"), Some("0123456"))?),
        )?,
    ])
}

/// A call that always answers.
#[expect(clippy::unnecessary_wraps, reason = "the sides of a pair are fallible")]
fn done<T>(answer: T) -> Result<()> {
    black_box(answer);
    Ok(())
}

/// A call that may refuse.
fn accepted<T, E: std::fmt::Debug>(answer: Result<T, E>) -> Result<()> {
    black_box(answer).map(drop).map_err(|refusal| anyhow!("refused: {refusal:?}"))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_an_input_that_it_accepts() {
        for name in json::names() {
            let line =
                CALLS.lines().map(|line| serde_json::from_str::<Line>(line).unwrap()).find(|line| line.call == name);
            let answer = json::call(name, line.unwrap_or_else(|| panic!("no line for {name}")).input.get());
            assert!(answer.as_ref().is_ok_and(|answer| !answer.starts_with(r#"{"err""#)), "{name}: {answer:?}");
        }
    }
}
