//! `buildonce action retry` against what nick-fields/retry was seen to do: every case of `retry.json` by process, side by side.
//!
//! Prints `retry.json: N passed, N failed`. `BUILDONCE_VECTORS` names another folder of vectors. A case that is listed in
//! `retry.deviations.json` must differ exactly as it says there, and the documentation must name it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be prepared has failed")]
#![allow(clippy::print_stdout, reason = "the line for each file is what people run it for")]

#[path = "run/alive.rs"]
mod alive;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How many cases run at the same time. They mostly wait.
const SIDE_BY_SIDE: usize = 24;

#[derive(Deserialize)]
struct Case {
    name: String,
    inputs: Map<String, Value>,
    #[serde(default)]
    path_without_ps: bool,
    send_signal: Option<Sent>,
    observed: Map<String, Value>,
}

#[derive(Deserialize)]
struct Sent {
    signal: String,
}

/// A case where the program does something else on purpose.
#[derive(Deserialize)]
struct Deviation {
    case: String,
    /// The quirk of the action that is not repeated.
    quirk: String,
    /// What differs, and what the program does instead.
    ours: Map<String, Value>,
}

fn main() -> ExitCode {
    if env::args().any(|argument| argument == "--list") {
        println!("retry.json: test");
        return ExitCode::SUCCESS;
    }
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let given = env::var_os("BUILDONCE_VECTORS").map(|folder| PathBuf::from(folder).join("retry.json"));
    let file = given.filter(|path| path.exists()).unwrap_or_else(|| vectors.join("retry.json"));
    let cases: Vec<Case> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let listed: Vec<Deviation> =
        serde_json::from_slice(&fs::read(vectors.join("retry.deviations.json")).unwrap()).unwrap();

    let begin = Instant::now();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let seen = play(case);
                    results.lock().unwrap().insert(case.name.clone(), seen);
                }
            });
        }
    });
    let results = results.into_inner().unwrap();

    let documented = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/retry.md")).unwrap();
    let mut failures = Vec::new();
    let (mut ours_s, mut theirs_s, mut deviations) = (0.0, 0.0, 0);
    for case in &cases {
        let (seen, wall) = &results[&case.name];
        ours_s += wall.as_secs_f64();
        theirs_s += case.observed["wall_s"].as_f64().unwrap();
        let mut expected = case.observed.clone();
        expected.remove("wall_s");
        // Whatever the action leaves behind, the program leaves nothing.
        expected.insert("alive_after_exit".to_owned(), json!(0));
        if let Some(deviation) = listed.iter().find(|deviation| deviation.case == case.name) {
            deviations += 1;
            expected.extend(deviation.ours.clone());
            if !documented.contains(&format!("`{}`", case.name)) || !documented.contains(&deviation.quirk) {
                failures.push(format!("{}: docs/retry.md does not list it as {}", case.name, deviation.quirk));
            }
        }
        let wrong: Vec<_> = expected.iter().filter(|(key, value)| seen.get(*key) != Some(value)).collect();
        if !wrong.is_empty() {
            let wrong: Vec<_> =
                wrong.iter().map(|(key, value)| format!("{key}: expected {value}, got {}", seen[*key])).collect();
            failures.push(format!("{}: {}\n{}", case.name, wrong.join("; "), seen["log"].as_str().unwrap()));
        }
    }
    for failure in &failures {
        println!("{failure}");
    }
    println!(
        "retry.json: {} passed, {} failed ({deviations} listed deviations)",
        cases.len() - failures.len(),
        failures.len()
    );
    println!(
        "one after the other {ours_s:.0} s, the action {theirs_s:.0} s; side by side {:.0} s",
        begin.elapsed().as_secs_f64()
    );
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs a case and says what happened, in the words of the vectors.
fn play(case: &Case) -> (Map<String, Value>, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut command = Command::new(env!("CARGO_BIN_EXE_buildonce"));
    command.args(["action", "retry"]).current_dir(folder.path()).env_clear();
    command.env("PATH", if case.path_without_ps { without_ps(&at("bin")) } else { env::var("PATH").unwrap() });
    command.env("HOME", folder.path()).env(alive::MARK, folder.path()).env("CASEDIR", folder.path());
    for (variable, file) in [("RUNLOG", "run"), ("HOOKLOG", "hook"), ("PIDS", "pids"), ("GITHUB_OUTPUT", "outputs")] {
        command.env(variable, at(file));
    }
    for (name, value) in &case.inputs {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        command.env(format!("INPUT_{}", name.to_uppercase()), value);
    }
    let begin = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(sent) = &case.send_signal {
        let ready = if case.inputs["command"].as_str().unwrap().contains("$PIDS") { at("pids") } else { at("run") };
        alive::wait_for_file(&ready);
        alive::signal(child.id(), &sent.signal);
    }
    let output = child.wait_with_output().unwrap();
    let wall = begin.elapsed();
    let left = alive::marked(folder.path());

    let text = String::from_utf8_lossy(&output.stdout);
    let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    let lines = |name: &str| fs::read_to_string(at(name)).map_or(0, |text| text.lines().count());
    let seen = json!({
        "process_exit": output.status.code(),
        "process_signal": null,
        "outputs": outputs(&fs::read_to_string(at("outputs")).unwrap_or_default()),
        "command_runs": lines("run"),
        "hook_runs": lines("hook"),
        "alive_after_exit": left.len(),
        "warnings": count("::warning"),
        "errors": count("::error"),
        "log": format!("{text}{}{}", String::from_utf8_lossy(&output.stderr), left.join("\n")),
    });
    (seen.as_object().unwrap().clone(), wall)
}

/// Reads the file as the runner does: the last value of a name holds.
fn outputs(file: &str) -> BTreeMap<String, String> {
    let mut lines = file.lines();
    let mut found = BTreeMap::new();
    while let Some(line) = lines.next() {
        let (equals, block) = (line.find('=').unwrap_or(usize::MAX), line.find("<<").unwrap_or(usize::MAX));
        if equals < block {
            found.insert(line[..equals].to_owned(), line[equals + 1..].to_owned());
        } else if block < usize::MAX {
            let end = &line[block + 2..];
            let value: Vec<_> = lines.by_ref().take_while(|line| *line != end).collect();
            found.insert(line[..block].to_owned(), value.join("\n"));
        }
    }
    found
}

/// A folder with links to every program but `ps`.
fn without_ps(folder: &Path) -> String {
    fs::create_dir(folder).unwrap();
    for name in ["bash", "sh", "date", "sleep", "wc", "cat"] {
        let found = env::split_paths(&env::var_os("PATH").unwrap()).map(|path| path.join(name)).find(|p| p.exists());
        std::os::unix::fs::symlink(found.unwrap(), folder.join(name)).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}
