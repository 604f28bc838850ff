//! The fuzz targets, run by cargo-fuzz.

mod seeds;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::shell::{command, root, say};
use crate::tools;

/// Memory of one target in MiB; more is a finding.
const MEMORY: u32 = 2048;

/// Seconds that one input may take; more is a finding.
const TIMEOUT: u32 = 25;

/// Bytes of the longest input. Longer ones cost speed and show nothing new: the limits on sizes have tests of their own.
const LENGTH: u32 = 16 << 10;

/// What `cargo xtask fuzz` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One target, such as `policy`; all, one after the other, without it
    target: Option<String>,
    /// How long each target runs, in seconds
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
}

/// Runs one target or all; an error when one found something.
pub(crate) fn run(options: &Options) -> Result<()> {
    let known = targets()?;
    let chosen: Vec<_> = match &options.target {
        None => known,
        Some(name) if known.contains(name) => vec![name.clone()],
        Some(name) => bail!("there is no fuzz target `{name}`; there are {}", known.join(", ")),
    };
    let mut found = Vec::new();
    for target in &chosen {
        let inputs = seeds::write(target)?;
        say(&format!("{target}: {} s, from {inputs} inputs", options.seconds));
        if !one(target, options.seconds)? {
            found.push(target.as_str());
        }
    }
    if !found.is_empty() {
        bail!("found something: {}; fuzz/README.md says what to do with it", found.join(", "));
    }
    Ok(())
}

/// The targets' names, from their files.
pub(crate) fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder().join("fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn folder() -> PathBuf {
    root().join("fuzz")
}

/// Runs one target; false when it found something.
fn one(target: &str, seconds: u32) -> Result<bool> {
    let mut fuzz = cargo_fuzz()?;
    fuzz.args(["run", "--sanitizer", "none", target, "--"])
        .args([format!("-max_total_time={seconds}"), format!("-rss_limit_mb={MEMORY}")])
        .args([format!("-timeout={TIMEOUT}"), format!("-max_len={LENGTH}")])
        .arg("-print_final_stats=1");
    let words = folder().join(format!("dict/{target}.dict"));
    if words.exists() {
        fuzz.arg(format!("-dict={}", words.display()));
    }
    let output = fuzz.stdout(Stdio::inherit()).stderr(Stdio::piped()).output().context("cannot start cargo-fuzz")?;
    let log = String::from_utf8_lossy(&output.stderr);
    let executed = log.lines().rev().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    match executed.map(str::trim) {
        Some(executed) if output.status.success() => {
            say(&format!("{target}: {executed} executions, nothing found"));
            Ok(true)
        }
        Some(executed) => {
            eprintln!("{log}");
            say(&format!("{target}: {executed} executions, and a finding"));
            Ok(false)
        }
        None if log.contains("Failing input") => {
            eprintln!("{log}");
            Ok(false)
        }
        // It never got to run: the log says why.
        None => bail!("cargo-fuzz ended with {}\n{log}", output.status),
    }
}

/// cargo-fuzz with the compiler that everything else is built with. It passes flags that are meant for nightly compilers;
/// `RUSTC_BOOTSTRAP` makes the stable one take them. The core has no unsafe code, so no sanitizer is needed: overflow checks and
/// assertions are on all the same.
fn cargo_fuzz() -> Result<Command> {
    let tool = tools::FUZZ.path()?;
    let mut fuzz = command(tool);
    fuzz.current_dir(folder()).env("RUSTC_BOOTSTRAP", "1");
    Ok(fuzz)
}
