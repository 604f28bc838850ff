//! Everything that CI runs.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::shell::{self, cargo, command, say};
use crate::{component, e2e, one_rule, schema, setup, tools, wit};

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Formatting, and clippy with warnings as errors, native and wasm
    Lint,
    /// The component: no imports, size within its budget; the contract: hosts of the last release still work
    Component,
    /// Unit, property and process tests of every crate
    Unit,
    /// Every case on every front: native, the component in wasmtime and by jco in node, the WASI command in node and Python
    Conformance,
    /// Generated files are what the sources generate
    Generated,
    /// Real parts: registries, builders, `docker buildx`; gets from Debian's archive what is missing
    E2e,
    /// One rule of the core changed in a copy changes the answer on every front; builds everything twice. Only by name
    OneRule,
    /// Licences, duplicates, sources and known faults of dependencies; only when asked for, as it builds cargo-deny first
    Deny,
}

/// The component's budget in bytes: raw and gzipped.
pub(crate) const BUDGET: (usize, usize) = (2 << 20, 600 << 10);

/// Runs one part, or all in the order in which they fail fastest.
pub(crate) fn run(part: Option<Part>) -> Result<()> {
    let all = [Part::Lint, Part::Component, Part::Unit, Part::Conformance, Part::E2e, Part::Generated];
    if part == Some(Part::Deny) {
        return deny();
    }
    setup::targets()?;
    say("building the component");
    component::build()?;
    for part in part.map_or_else(|| all.to_vec(), |only| vec![only]) {
        let name = part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        say(&name);
        let start = Instant::now();
        match part {
            Part::Lint => lint(),
            Part::Component => component_facts(),
            Part::Unit => unit(),
            Part::Conformance => conformance(),
            Part::Generated => generated(),
            Part::E2e => e2e::run_all(),
            Part::OneRule => one_rule::run_all(),
            Part::Deny => deny(),
        }
        .with_context(|| format!("`cargo xtask test {name}` failed"))?;
        say(&format!("{name}: passed in {:.0} s", start.elapsed().as_secs_f64()));
    }
    Ok(())
}

fn lint() -> Result<()> {
    shell::run(cargo().args(["fmt", "--all", "--check"]))?;
    let deny = ["--", "--deny", "warnings"];
    shell::run(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets"]).args(deny))?;
    shell::run(
        cargo()
            .args(["clippy", "--quiet", "--package", "buildonce-plugin", "--target", component::MODULE_TARGET])
            .args(deny),
    )?;
    // The release program is built without the compiler, so that set of features must be clean too.
    shell::run(
        cargo()
            .args(["clippy", "--quiet", "--package", "buildonce", "--no-default-features", "--features", "embedded"])
            .args(deny),
    )
}

fn component_facts() -> Result<()> {
    let wasm = fs::read(component::files().wasm)?;
    let facts = component::Facts::of(&wasm)?;
    say(&format!("{} imports, {} bytes, {} gzipped", facts.imports.len(), facts.raw, facts.gzipped));
    if !facts.imports.is_empty() {
        bail!("the component imports {}; it must import nothing", facts.imports.join(", "));
    }
    if facts.raw > BUDGET.0 || facts.gzipped > BUDGET.1 {
        bail!("the component is over its budget of {} bytes, {} gzipped", BUDGET.0, BUDGET.1);
    }
    let command = component::Facts::of(&fs::read(component::files().command)?)?;
    say(&format!(
        "the WASI command: {} imports, {} bytes, {} gzipped",
        command.imports.len(),
        command.raw,
        command.gzipped
    ));
    if let Some(other) = command.imports.iter().find(|name| !name.starts_with("wasi:")) {
        bail!("the WASI command imports {other}, which a runtime of WASI does not have");
    }
    wit::check()
}

fn deny() -> Result<()> {
    let program = tools::DENY.path()?;
    let check =
        |what: &[&str]| shell::run(command(&program).args(["--workspace", "--all-features", "check"]).args(what));
    check(&["bans", "licenses", "sources"])?;
    // The database of known faults comes over the network, which is no fault of the dependencies when it is away.
    let fetched = command(&program).args(["fetch", "db"]).output().is_ok_and(|output| output.status.success());
    if !fetched {
        say("known faults were NOT checked: their database cannot be reached from here");
        return Ok(());
    }
    check(&["advisories"])
}

fn unit() -> Result<()> {
    shell::run(cargo().args(["test", "--workspace", "--exclude", "buildonce-tests", "--exclude", "buildonce-e2e"]))
}

fn conformance() -> Result<()> {
    setup::node_packages()?;
    setup::python_packages()?;
    shell::run(cargo().args(["test", "--package", "buildonce-tests"]))?;
    shell::run(cargo().args(["test", "--workspace", "--test", "action_retry"]))
}

fn generated() -> Result<()> {
    schema::write()?;
    shell::run(command("git").args(["diff", "--exit-code", "--", "schema", "core", "tests/cases", "Cargo.lock"]))
        .context(
            "a generated file differs from what is committed: run `cargo xtask schema`, look at the change, commit it",
        )
}
