//! Shows that a rule stands in one place: in a copy of the workspace one line of the core is changed, and every front gives the new answer.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::shell::{read, root, run, say};
use crate::{component, setup};

/// The rule: what a name is called of which nothing is left.
const FILE: &str = "core/src/tagging/sanitize.rs";
const BEFORE: &str = "const NAMELESS: &str = \"branch\";";
const AFTER: &str = "const NAMELESS: &str = \"unnamed\";";

/// A question whose answer the rule decides, asked of every front by a case of its own.
const CALL: &str = "tagging.sanitize";
const INPUT: &str = "日本語";
const OLD: &str = "branch";
const NEW: &str = "unnamed";

/// Fronts of the conformance tests.
const FRONTS: [&str; 7] =
    ["native", "wasmtime-json", "wasmtime-typed", "jco-json", "jco-typed", "wasi-jco", "wasi-python"];

/// Changes the rule in a copy and asks everywhere. What it was before is said by this workspace's own cases.
pub(crate) fn run_all() -> Result<()> {
    setup::node_packages()?;
    setup::python_packages()?;
    let before = buildonce_core::json::call(CALL, &json!({"name": INPUT}).to_string());
    ensure!(before == Ok(json!(OLD).to_string()), "{CALL} answers {before:?}: mend `cargo xtask test one-rule`");
    let copy = root().join("target/one-rule");
    let told = fs::remove_dir_all(&copy);
    ensure!(told.is_ok() || !copy.exists(), "cannot empty {}", copy.display());
    clone(&copy)?;
    let path = copy.join(FILE);
    let text = fs::read_to_string(&path)?;
    ensure!(text.matches(BEFORE).count() == 1, "{FILE} has another rule now: mend `cargo xtask test one-rule`");
    fs::write(&path, text.replace(BEFORE, AFTER))?;
    say(&format!("changed one line of {FILE}: {BEFORE} → {AFTER}"));
    ask(&copy, NEW)?;

    fs::remove_dir_all(&copy).context("cannot remove the copy")?;
    println!(
        "one changed line of the core changed the answer from {OLD:?} to {NEW:?} on {} and in the program",
        FRONTS.join(", ")
    );
    Ok(())
}

/// Copies what is in version control or will be. The npm packages are linked, and so is what cargo has built: what comes from a registry is the same in
/// both, what comes from the workspace lies under other names. The component is the copy's own.
fn clone(copy: &Path) -> Result<()> {
    let files =
        read(crate::shell::command("git").args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]))?;
    for file in files.split('\0').filter(|file| !file.is_empty() && !file.starts_with("tests/cases/")) {
        let (from, to) = (root().join(file), copy.join(file));
        // A file that was removed and not yet committed is listed all the same.
        if from.is_file() {
            fs::create_dir_all(to.parent().context("no folder")?)?;
            fs::copy(&from, &to).with_context(|| format!("cannot copy {file}"))?;
        }
    }
    fs::create_dir_all(copy.join("target"))?;
    let wasm = [component::MODULE_TARGET, component::COMMAND_TARGET].map(|target| format!("target/{target}"));
    for folder in ["tests/node_modules", "target/python", "target/debug", &wasm[0], &wasm[1]] {
        fs::create_dir_all(root().join(folder))?;
        link(&root().join(folder), &copy.join(folder)).with_context(|| format!("cannot link {folder}"))?;
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

/// Builds the copy and asks every front, and the program, for the answer.
fn ask(copy: &Path, expected: &str) -> Result<()> {
    let case = copy.join("tests/cases/one-rule/nameless");
    fs::create_dir_all(&case)?;
    let input = json!({"name": INPUT});
    let question = json!({"about": "a name of which nothing is left", "call": CALL, "input": input});
    fs::write(case.join("case.json"), question.to_string())?;
    fs::write(case.join("expected.json"), json!([expected]).to_string())?;
    let cargo = || {
        let mut cargo = crate::shell::cargo();
        cargo.current_dir(copy).env_remove("CARGO_TARGET_DIR");
        cargo
    };
    run(cargo().args(["xtask", "component"]))?;
    let conformance = ["test", "--package", "buildonce-tests", "--test", "conformance", "--", "one-rule/"];
    let told = read(cargo().args(conformance)).context("a front gives another answer")?;
    for front in FRONTS {
        // Names are filled up to the longest one.
        let name = format!("test one-rule/nameless/{front} ");
        let answered = told.lines().any(|line| line.starts_with(&name) && line.ends_with("... ok"));
        ensure!(answered, "{front} was not asked\n{told}");
    }
    run(cargo().args(["build", "--quiet", "--package", "buildonce"]))?;
    let line = json!({"call": CALL, "input": input}).to_string() + "\n";
    let answer = eval(&copy.join("target/debug/buildonce"), &line)?;
    ensure!(answer == json!({"ok": expected}), "the program answers {answer}");
    Ok(())
}

fn eval(program: &Path, line: &str) -> Result<Value> {
    use std::io::Write as _;
    let mut child = Command::new(program)
        .arg("eval")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()?;
    child.stdin.take().context("no input")?.write_all(line.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the program ended with {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}
