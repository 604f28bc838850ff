//! The cases of `tests/cases`, given to the program as a CI engine would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell::root;

/// One case.
pub(crate) struct Case {
    folder: PathBuf,
    json: Value,
    /// What it is, in a line.
    pub(crate) about: String,
}

impl Case {
    /// Reads a case by its folder's name, such as `github/push-main`.
    pub(crate) fn read(name: &str) -> Result<Self> {
        let folder = root().join("tests/cases").join(name);
        let text = fs::read(folder.join("case.json")).with_context(|| format!("cannot read the case {name}"))?;
        let json: Value = serde_json::from_slice(&text)?;
        let about = json.get("about").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { folder, json, about })
    }

    /// The program with the case's variables, files and observations.
    pub(crate) fn command(&self, program: &Path, subcommand: &str, scratch: &Scratch) -> Result<Command> {
        let host = self.json.get("host").cloned().unwrap_or_default();
        let mut command = Command::new(program);
        command.arg(subcommand).current_dir(scratch.path()).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        if let Some(env) = self.json.get("env").and_then(Value::as_object) {
            command.envs(env.iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
        }
        let event = self.folder.join("event.json");
        if event.exists() {
            command.env("GITHUB_EVENT_PATH", event);
        }
        if let Some(policy) = policy_of(&self.folder)? {
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
            let path = scratch.path().join("changed-files");
            fs::write(&path, list.join("\n"))?;
            command.arg("--changed-files").arg(path);
        }
        command.env("DOCKER_CONFIG", docker_config(&host, scratch.path())?);
        Ok(command)
    }
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

/// A folder that is no git checkout and goes when it is no longer needed.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes it.
    pub(crate) fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("buildonce-xtask-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on it: a folder that stays is in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
