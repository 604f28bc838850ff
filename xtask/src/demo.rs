//! What every image would be called, for real CI events, by the program that a user runs.

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::case::{Case, Scratch};
use crate::shell::{emphasis, say};
use crate::{build, retries};

/// The cases that are shown; folders of `tests/cases`.
const CASES: [&str; 14] = [
    "github/push-main",
    "github/push-feature",
    "github/pull-request",
    "github/pull-request-fork",
    "github/pull-request-target-head-checked-out",
    "github/merge-group",
    "github/workflow-run-of-pull-request",
    "github/push-tag",
    "github/push-tag-prerelease",
    "github/schedule",
    "github/push-chore",
    "gitlab/branch-feature",
    "gitlab/merge-request-merged-result",
    "gitlab/tag",
];

/// Builds the program and shows every case.
pub(crate) fn run() -> Result<()> {
    say("building the component and, not optimised, the program that carries it");
    let program = build::quick()?;
    let scratch = Scratch::new()?;
    let start = Instant::now();
    for case in CASES {
        show(&program, case, &scratch).with_context(|| format!("the case {case} failed"))?;
    }
    say(&format!(
        "{} events planned in {:.0} ms, by a component that imports nothing, in {}, which is not optimised",
        CASES.len(),
        start.elapsed().as_secs_f64() * 1e3,
        program.display()
    ));
    retries::show(&program, scratch.path())?;
    #[cfg(target_os = "linux")]
    crate::builds::show(&program, scratch.path())?;
    say("try it here: target/debug/buildonce plan     learn more: target/debug/buildonce --help");
    say("the fast and small program, target/release/buildonce, is made by `cargo xtask build` in a few minutes");
    Ok(())
}

fn show(program: &Path, name: &str, scratch: &Scratch) -> Result<()> {
    let case = Case::read(name)?;
    println!(
        "
{}  {}
",
        emphasis(&format!("── {name}"), std::io::stdout().is_terminal()),
        case.about
    );
    let status = case.command(program, "plan", scratch)?.status()?;
    ensure!(status.success(), "the program ended with {status}");
    Ok(())
}
