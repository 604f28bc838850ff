//! `retry.classify` of a whole log of 10 MB through the component, of which the core reads the end, against the same call native.
#![expect(clippy::print_stdout, reason = "its output is the measurement")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use buildonce::types::retry::Outcome;
use buildonce::{Engine, Limits};
use buildonce_core::retry;

/// Length of the log in bytes.
const LENGTH: usize = 10_000_000;

/// Calls of each side, in turn.
const CALLS: usize = 15;

fn main() -> Result<()> {
    let log = log();
    let mut session = Engine::embedded()?.session(Limits::default())?;
    let start = Instant::now();
    let first = session.classify(&Outcome::Exited(1), &log)?;
    let first_took = start.elapsed();
    ensure!(first.cause == "http-502", "the log was read as {}", first.cause);

    let (mut component, mut native) = (Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let start = Instant::now();
        black_box(retry::classify(&retry::Outcome::Exited(1), black_box(&log)));
        native.push(start.elapsed());
        let start = Instant::now();
        black_box(session.classify(&Outcome::Exited(1), black_box(&log))?);
        component.push(start.elapsed());
    }
    let (component, native) = (median(&mut component), median(&mut native));
    println!(
        "retry.classify of a 10 MB log: component {component:.1} ms, the first time {:.1} ms (promise: at most 150); native {native:.1} ms, ratio {:.2}",
        first_took.as_secs_f64() * 1e3,
        component / native
    );
    Ok(())
}

/// What a long build prints: downloads, compiler lines, progress, and at the end a push that failed.
fn log() -> String {
    let mut log = String::with_capacity(LENGTH + 1024);
    let mut line = 0_u32;
    while log.len() < LENGTH {
        line += 1;
        // Writing into a string cannot fail.
        let _ = match line % 5 {
            0 => writeln!(
                log,
                "#12 {line}.1 Get:{line} http://deb.example/debian bookworm/main amd64 libfoo{line} amd64 1.2-3 [151 kB]"
            ),
            1 => writeln!(log, "#12 {line}.2 Unpacking libfoo{line}:amd64 (1.2-3) over (1.2-2) ..."),
            2 => writeln!(log, "#13 {line}.3    Compiling serde_derive v1.0.{line}"),
            3 => writeln!(log, "#13 {line}.4 warning: unused variable: `error_{line}`, retrying is not an option"),
            _ => writeln!(log, "#14 sha256:{line:064x} 12.34MB / 56.78MB 3.{line}s"),
        };
    }
    log.push_str("#15 ERROR: failed to push ghcr.io/acme/app:1: unexpected status from PUT request to https://ghcr.io/v2/acme/app/manifests/1: 502 Bad Gateway\n");
    log
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1e3
}
