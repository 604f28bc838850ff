//! What every image would be called, for real CI events, by the program that a user runs.

use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::shell::{emphasis, root, say};
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
    let program = build::program()?;
    let scratch = Scratch::new()?;
    let start = Instant::now();
    for case in CASES {
        show(&program, case, &scratch.0).with_context(|| format!("the case {case} failed"))?;
    }
    say(&format!(
        "{} events planned in {:.0} ms, by a component that imports nothing, in {}",
        CASES.len(),
        start.elapsed().as_secs_f64() * 1e3,
        program.display()
    ));
    retries::show(&program, &scratch.0)?;
    say("try it here: target/release/buildonce plan     learn more: target/release/buildonce --help");
    Ok(())
}

fn show(program: &Path, name: &str, scratch: &Path) -> Result<()> {
    let folder = root().join("tests/cases").join(name);
    let case: Value = serde_json::from_slice(&fs::read(folder.join("case.json"))?)?;
    let host = case.get("host").cloned().unwrap_or_default();

    let about = case.get("about").and_then(Value::as_str).unwrap_or_default();
    println!(
        "
{}  {about}
",
        emphasis(&format!("── {name}"), std::io::stdout().is_terminal())
    );
    let mut command = Command::new(program);
    command.arg("plan").current_dir(scratch).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    if let Some(env) = case.get("env").and_then(Value::as_object) {
        command.envs(env.iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
    }
    let event = folder.join("event.json");
    if event.exists() {
        command.env("GITHUB_EVENT_PATH", event);
    }
    if let Some(policy) = policy_of(&folder)? {
        command.arg("--policy").arg(policy);
    }
    if let Some(now) = host.get("now").and_then(Value::as_i64) {
        command.args(["--now", &(now / 1000).to_string()]);
    }
    if let Some(builder) = host.get("builder") {
        let part = |key| builder.get(key).and_then(Value::as_str).unwrap_or_default();
        command.arg("--builder-version").arg(format!("{}={}", part("name"), part("version")));
    }
    if let Some(files) = host.get("changed_files").and_then(Value::as_array) {
        let list: Vec<_> = files.iter().filter_map(Value::as_str).collect();
        let path = scratch.join("changed-files");
        fs::write(&path, list.join("\n"))?;
        command.arg("--changed-files").arg(path);
    }
    command.env("DOCKER_CONFIG", docker_config(&host, scratch)?);
    let status = command.status()?;
    ensure!(status.success(), "the program ended with {status}");
    Ok(())
}

/// A Docker configuration that is logged in where the case says so.
fn docker_config(host: &Value, scratch: &Path) -> Result<PathBuf> {
    let hosts = host.get("credentials").and_then(Value::as_array).cloned().unwrap_or_default();
    let auths: serde_json::Map<_, _> = hosts
        .iter()
        .filter_map(Value::as_str)
        .map(|host| (host.to_owned(), serde_json::json!({ "auth": "eDp5" })))
        .collect();
    let folder = scratch.join("docker");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("config.json"), serde_json::json!({ "auths": auths }).to_string())?;
    Ok(folder)
}

fn policy_of(folder: &Path) -> Result<Option<PathBuf>> {
    let found: Vec<_> = ["yaml", "toml", "json"]
        .iter()
        .map(|end| folder.join(format!("policy.{end}")))
        .filter(|p| p.exists())
        .collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        _ => bail!("{} holds several policies", folder.display()),
    }
}

/// A folder that is no git checkout and goes when the demo ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("buildonce-demo-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on it: a folder that stays is in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
