//! What the README promises, measured as ratios within one run.

mod metadata;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::case::{Case, Scratch};
use crate::shell::{cargo, read, root, run, say};
use crate::{build, component, retries, test};

/// Pairs of process starts.
const STARTS: usize = 200;

/// Process starts with the program's file not in memory.
const COLD_STARTS: usize = 20;

/// Measures and prints everything.
pub(crate) fn run_all() -> Result<()> {
    let program = build::program()?;
    run(cargo().args(["build", "--release", "--package", "buildonce-bench"]))?;
    let release = root().join("target/release");

    say(&format!("measured on {}", machine()));
    process_start(&program, &release.join("empty"))?;
    memory(&program)?;
    retries::measure(&program)?;
    metadata::run(&program, &release.join("empty"))?;
    for measured in ["calls", "classify", "channel"] {
        print!("{}", read(&mut Command::new(release.join(measured)))?);
    }

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
    let scratch = Scratch::new()?;
    let mut plan = plan_of(program, &scratch)?;
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
    let (warm, floor) = (median(&mut plans), median(&mut floors));
    println!(
        "start to plan printed: median {:.2} ms; an empty process {:.2} ms; above it {:.2} ms (promise: at most 10)",
        millis(warm),
        millis(floor),
        millis(warm.saturating_sub(floor)),
    );
    let mut cold = Vec::new();
    for _ in 0..COLD_STARTS {
        forget(program)?;
        cold.push(time(&mut plan)?);
    }
    println!("start to plan printed, the program's file not in memory: median {:.1} ms", millis(median(&mut cold)));
    Ok(())
}

fn plan_of(program: &Path, scratch: &Scratch) -> Result<Command> {
    Case::read("github/pull-request")?.command(program, "plan", scratch)
}

/// Has the system drop a file from its cache, as after a fresh start of the machine. `dd` knows how to ask for that.
fn forget(file: &Path) -> Result<()> {
    let input = format!("if={}", file.display());
    let mut dd = Command::new("dd");
    dd.args([&input, "iflag=nocache", "count=0"]).stdout(Stdio::null()).stderr(Stdio::null());
    ensure!(dd.status()?.success(), "dd cannot drop {} from the cache", file.display());
    Ok(())
}

/// The most memory that the program had when it has answered a call: it stays alive for the next line.
fn memory(program: &Path) -> Result<()> {
    let mut child = Command::new(program).arg("eval").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().context("no input")?;
    let mut answers = BufReader::new(child.stdout.take().context("no output")?);
    let mut line = String::new();
    stdin.write_all(b"{\"call\": \"policy.lint\", \"input\": {}}\n")?;
    stdin.flush()?;
    answers.read_line(&mut line)?;
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    drop(stdin);
    ensure!(child.wait()?.success() && line.starts_with("{\"ok\":"), "eval answered {line}");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the system does not tell")?;
    println!("memory of the program after an answer: at most {}", peak.trim());
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
