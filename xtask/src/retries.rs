//! `buildonce retry` in the demo and in the measurements.

use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::bench::{median, millis, time};
use crate::shell::emphasis;

/// Pairs of process starts.
const STARTS: usize = 100;

/// A push that meets two failures of the registry, then lands.
const PUSH: &str = "\
echo attempt >> attempts
case $(wc -l < attempts) in
1) echo 'failed to push: received unexpected HTTP status: 503 Service Unavailable' >&2; exit 1 ;;
2) echo 'toomanyrequests: retry-after: 880.092ms, allowed: 44000/minute' >&2; exit 1 ;;
esac
echo 'pushed'";

/// A build that nothing but an editor can help.
const TYPO: &str = "\
echo 'ERROR: failed to solve: dockerfile parse error on line 7: unknown instruction: RUNN' >&2
exit 1";

/// Shows a command that survives two failures, and one that stops at once.
pub(crate) fn show(program: &Path, scratch: &Path) -> Result<()> {
    println!(
        "\n{}\n",
        emphasis("── a push that fails twice and is worth trying again", std::io::stdout().is_terminal())
    );
    let survived = run(program, scratch, &["--first-pause", "1s"], PUSH)?;
    ensure!(survived == Some(0), "the push did not survive: {survived:?}");
    println!("\n{}\n", emphasis("── a build that would fail again", std::io::stdout().is_terminal()));
    let stopped = run(program, scratch, &["--attempts", "3"], TYPO)?;
    ensure!(stopped == Some(1), "the build did not stop with its own code: {stopped:?}");
    Ok(())
}

fn run(program: &Path, scratch: &Path, options: &[&str], script: &str) -> Result<Option<i32>> {
    let mut command = Command::new(program);
    command.arg("retry").args(options).args(["--", "sh", "-c", script]).current_dir(scratch).stdin(Stdio::null());
    command.env_remove("GITHUB_ACTIONS");
    Ok(command.status()?.code())
}

/// What it costs to run a command under supervision, and how much memory its output takes.
pub(crate) fn measure(program: &Path) -> Result<()> {
    let (mut supervised, mut alone) = (Vec::new(), Vec::new());
    let folder = std::env::temp_dir();
    let mut retry = Command::new(program);
    retry.args(["retry", "--quiet", "--", "true"]).current_dir(&folder);
    let mut bare = Command::new("true");
    for round in 0..STARTS + 5 {
        let (one, other) = (time(&mut bare)?, time(&mut retry)?);
        if round >= 5 {
            alone.push(one);
            supervised.push(other);
        }
    }
    let (supervised, alone) = (median(&mut supervised), median(&mut alone));
    println!(
        "`retry -- true`: median {:.2} ms; `true` {:.2} ms; above it {:.2} ms (promise: at most 10)",
        millis(supervised),
        millis(alone),
        millis(supervised.saturating_sub(alone)),
    );
    if cfg!(target_os = "linux") {
        let (little, _) = peak(program, 1_000_000)?;
        let (much, took) = peak(program, 1_000_000_000)?;
        println!(
            "memory of program and supervisor: {little:.1} MiB at most over 1 MB of output, {much:.1} MiB over 1 GB, which took {:.1} s",
            took.as_secs_f64()
        );
    }
    Ok(())
}

/// The peak of both processes in MiB. The command asks the kernel for it when it has written everything.
fn peak(program: &Path, bytes: u64) -> Result<(f64, Duration)> {
    let file = std::env::temp_dir().join(format!("buildonce-peak-{}", std::process::id()));
    let script = format!(
        "yes 'a line of a log' | head -c {bytes}
         host=$(awk '/^PPid/ {{print $2}}' /proc/$PPID/status)
         awk '/^VmHWM/ {{sum += $2}} END {{print sum}}' /proc/$host/status /proc/$PPID/status > \"$PEAK\""
    );
    let mut command = Command::new(program);
    command.args(["retry", "--quiet", "--", "sh", "-c", &script]).env("PEAK", &file).current_dir(std::env::temp_dir());
    let took = time(&mut command)?;
    let text = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    let kib: f64 = text.trim().parse().context("the kernel tells no peak of the memory")?;
    Ok((kib / 1024.0, took))
}
