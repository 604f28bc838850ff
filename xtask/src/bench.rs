//! What the README promises, measured as ratios within one run.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::shell::{cargo, read, root, run, say};
use crate::{build, component, retries, test};

/// Pairs of process starts.
const STARTS: usize = 200;

/// Measures and prints everything.
pub(crate) fn run_all() -> Result<()> {
    let program = build::program()?;
    run(cargo().args(["build", "--release", "--package", "buildonce-bench"]))?;
    let release = root().join("target/release");

    say(&format!("measured on {}", machine()));
    process_start(&program, &release.join("empty"))?;
    retries::measure(&program)?;
    print!("{}", read(&mut Command::new(release.join("calls")))?);
    print!("{}", read(&mut Command::new(release.join("classify")))?);

    let facts = component::Facts::of(&fs::read(component::files().wasm)?)?;
    println!(
        "component: {} imports; {:.0} KiB of {} raw, {:.0} KiB of {} gzipped",
        facts.imports.len(),
        kib(facts.raw),
        test::BUDGET.0 >> 10,
        kib(facts.gzipped),
        test::BUDGET.1 >> 10,
    );
    println!("program: {:.1} MiB", kib(usize::try_from(fs::metadata(&program)?.len())?) / 1024.0);
    Ok(())
}

/// `buildonce plan` for a pull request against a process that does nothing, in turn.
fn process_start(program: &Path, empty: &Path) -> Result<()> {
    let case = root().join("tests/cases/github/pull-request");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(case.join("case.json"))?)?;
    let env = json.get("env").and_then(serde_json::Value::as_object).context("the case has no env")?;
    let folder = std::env::temp_dir();
    let mut plan = Command::new(program);
    plan.args(["plan", "--builder-version", "buildx=0.14.0"]).current_dir(&folder).env_clear();
    plan.envs(env.iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
    plan.env("GITHUB_EVENT_PATH", case.join("event.json"));
    let mut nothing = Command::new(empty);
    nothing.env_clear();

    let (mut plans, mut floors) = (Vec::new(), Vec::new());
    for round in 0..STARTS + 5 {
        let (floor, plan) = (time(&mut nothing)?, time(&mut plan)?);
        if round >= 5 {
            floors.push(floor);
            plans.push(plan);
        }
    }
    let (plan, floor) = (median(&mut plans), median(&mut floors));
    println!(
        "start to plan printed: median {:.2} ms; an empty process {:.2} ms; above it {:.2} ms (promise: at most 10)",
        millis(plan),
        millis(floor),
        millis(plan.saturating_sub(floor)),
    );
    Ok(())
}

/// How long a command takes that has to succeed.
pub(crate) fn time(command: &mut Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let elapsed = start.elapsed();
    ensure!(status.success(), "{} ended with {status}", command.get_program().to_string_lossy());
    Ok(elapsed)
}

/// The middle of all times.
pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Milliseconds with their fraction.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("this machine", |m| m.1);
    format!("{} × {model}", std::thread::available_parallelism().map_or(1, usize::from))
}
