//! `tagging.plan` through the component against the same decision native, in one process, in turn.
#![expect(clippy::print_stdout, reason = "its output is the measurement")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use buildonce::types::HostFacts;
use buildonce::{Engine, Limits};
use buildonce_core::{facts, policy, tagging};

/// Calls of one sample.
const CALLS: u32 = 200;

/// Samples of each side.
const SAMPLES: usize = 60;

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

fn main() -> Result<()> {
    let env = environment();
    let payload = Some(PAYLOAD);

    let start = Instant::now();
    let engine = Engine::embedded()?;
    let loaded = start.elapsed();
    let mut session = engine.session(Limits::default())?;
    let opened = start.elapsed();
    black_box(session.sanitize("feature/x", None)?);
    let answered = start.elapsed();

    let host = HostFacts { now: NOW, git: None, credentials: None, builder: None, changed_files: None };
    let component_facts = session.detect(&env, payload, &host)?.map_err(|d| anyhow!("detect refused: {d:?}"))?;
    let component_policy = session.standard_policy()?;
    session.plan(component_policy, &component_facts)?.map_err(|d| anyhow!("plan refused: {d:?}"))?;

    let host = facts::HostFacts { now: NOW, git: None, credentials: None, builder: None, changed_files: None };
    let native_facts = facts::detect(&env, payload, &host).map_err(|d| anyhow!("detect refused: {d:?}"))?;
    let native_policy = policy::Policy::standard();

    let (mut component, mut native) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        native.push(time(|| {
            black_box(tagging::plan(black_box(&native_policy), black_box(&native_facts)))
                .ok()
                .context("refused")
                .map(drop)
        })?);
        component.push(time(|| {
            black_box(session.plan(component_policy, black_box(&component_facts))?).ok().context("refused").map(drop)
        })?);
    }
    let (component, native) = (median(&mut component), median(&mut native));

    println!(
        "engine from nothing: loaded {:.2} ms, session open {:.2} ms, first answer {:.2} ms",
        millis(loaded),
        millis(opened),
        millis(answered)
    );
    println!(
        "tagging.plan: component {:.1} µs, native {:.1} µs, ratio {:.2} (promise: at most 2)",
        millis(component) * 1e3,
        millis(native) * 1e3,
        component.as_secs_f64() / native.as_secs_f64()
    );
    Ok(())
}

/// Time of one call, averaged over a sample.
fn time(mut call: impl FnMut() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    for _ in 0..CALLS {
        call()?;
    }
    Ok(start.elapsed() / CALLS)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
