//! What other programs make of our answers: here `docker buildx`, which reads the bake files and the arguments.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use buildonce::record::differences;
use serde_json::{Map, Value, json};

use super::docker;
use crate::case::{Case, Scratch};
use crate::shell::{read, root, say};

/// Cases whose plans differ in what the builder is asked for; folders of `tests/cases`.
const CASES: [&str; 8] = [
    "github/push-main",
    "github/push-tag",
    "github/pull-request",
    "github/pull-request-fork",
    "github/old-buildx",
    "github/schedule",
    "formats/everything",
    "formats/second-build",
];

/// Where Debian's packages put the plugin, and where people do.
const PLUGINS: [&str; 4] = [
    "/usr/libexec/docker/cli-plugins/docker-buildx",
    "/usr/lib/docker/cli-plugins/docker-buildx",
    "/usr/local/lib/docker/cli-plugins/docker-buildx",
    "/usr/local/libexec/docker/cli-plugins/docker-buildx",
];

/// Compares every case's bake file with what `docker buildx bake --print` reads in it, and has `docker buildx build` read the arguments.
pub(crate) fn run_all() -> Result<()> {
    let program = root().join("target/debug/buildonce");
    let buildx = buildx()?;
    say(&format!("asking {}", read(Command::new(&buildx).arg("version"))?.trim()));
    let scratch = Scratch::new()?;
    for name in CASES {
        compare(&program, &buildx, name, &scratch).with_context(|| format!("in the case {name}"))?;
        println!("{name}: buildx reads the plan as it is");
    }
    Ok(())
}

fn compare(program: &Path, buildx: &Path, name: &str, scratch: &Scratch) -> Result<()> {
    let case = Case::read(name)?;
    let answer = |format: &str| read(case.command(program, "plan", scratch)?.args(["--format", format]));
    let plan: Value = serde_json::from_str(&answer("json")?)?;
    let runs = plan.get("runs").and_then(Value::as_array).context("the plan has no runs")?;
    ensure!(!runs.is_empty(), "nothing is built");
    let file = scratch.path().join("plan.json");
    fs::write(&file, answer("bake")?)?;
    for (number, run) in runs.iter().enumerate() {
        let target = if number == 0 { "buildonce".to_owned() } else { format!("buildonce-{}", number + 1) };
        let mut bake = Command::new(buildx);
        bake.args(["bake", "--print", "--file"]).arg(&file).arg(&target).current_dir(scratch.path());
        let printed: Value = serde_json::from_str(&read(&mut bake)?)?;
        let printed = printed.pointer(&format!("/target/{target}")).context("bake prints no such target")?;
        let found = differences(&expected(&plan, run), &unescaped(printed.clone()));
        if let Some(first) = found.first() {
            let (ours, theirs) = first.texts();
            bail!("bake reads {} of {target} as {theirs}, and the plan has {ours}", first.path);
        }
        // Help is shown when everything before it could be read.
        let arguments = run.get("arguments").and_then(Value::as_array).context("no arguments")?;
        read(Command::new(buildx).arg("build").args(arguments.iter().filter_map(Value::as_str)).arg("--help"))?;
    }
    Ok(())
}

/// What bake should print for a run.
fn expected(plan: &Value, run: &Value) -> Value {
    let part = |of: &Value, pointer: &str| of.pointer(pointer).cloned().unwrap_or_default();
    let entries = |pointer: &str| {
        let list = part(plan, pointer);
        let pairs = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| Some((entry.get("key")?.as_str()?.to_owned(), entry.get("value")?.clone())));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    let mut target = json!({
        "context": ".", "dockerfile": "Dockerfile",
        "tags": part(run, "/references"), "annotations": part(run, "/annotations"),
        "platforms": part(plan, "/delivery/platforms"), "labels": entries("/labels"), "args": entries("/build_args"),
        "output": part(run, "/outputs").as_array().into_iter().flatten().filter_map(Value::as_str).map(output).collect::<Vec<_>>(),
    });
    if let Some(fields) = target.as_object_mut() {
        if part(plan, "/decision/force_refresh") == json!(true) {
            fields.extend(["no-cache", "pull"].map(|key| (key.to_owned(), json!(true))));
        }
        fields.retain(|_, value| {
            !(value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty))
        });
    }
    target
}

/// `type=oci,dest=x` as bake prints it. None of the cases quotes a field.
fn output(text: &str) -> Value {
    text.split(',')
        .filter_map(|field| field.split_once('='))
        .map(|(key, value)| (key.to_owned(), json!(value)))
        .collect()
}

/// What bake prints is a bake file again, with its escapes.
fn unescaped(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("$${", "${").replace("%%{", "%{")),
        Value::Array(items) => Value::Array(items.into_iter().map(unescaped).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, unescaped(value))).collect())
        }
        other => other,
    }
}

/// The plugin of this machine, else that of Debian's package archive, kept in `target/`. It needs neither docker nor a daemon to read.
fn buildx() -> Result<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker/cli-plugins/docker-buildx"));
    let installed = PLUGINS.iter().map(PathBuf::from).chain(home).find(|path| path.is_file());
    let kept = || Ok(docker::unpacked()?.join(PLUGINS[0].trim_start_matches('/')));
    installed.map_or_else(kept, Ok)
}
