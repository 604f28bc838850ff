//! The vectors of docker/metadata-action by process: variables and files in, files and log out, with a forge on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod forge;
mod run;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::{env, fs, thread};

use forge::{Answer, Forge, Request};
use run::{Done, Run};
use serde_json::{Value, json};

/// Processes at a time.
const SIDE_BY_SIDE: usize = 4;

fn vectors(name: &str) -> Value {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let folder = env::var_os("BUILDONCE_VECTORS").map(PathBuf::from).filter(|folder| folder.join(name).exists());
    let path = folder.unwrap_or_else(own).join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The forge answers every case under a path of its own: `/N/repos/…`.
fn forge(cases: Arc<Vec<Value>>, repository: Value) -> Forge {
    Forge::start(move |request: &Request| {
        let (number, path) = request.path.strip_prefix('/')?.split_once('/')?;
        let case = &cases[number.parse::<usize>().ok()?];
        let api = &case["api"];
        let is_commit = path.contains("/commits/");
        let status = api[if is_commit { "commitStatus" } else { "repoStatus" }].as_u64().unwrap_or(200);
        let status = u16::try_from(status).ok()?;
        if status != 200 {
            let body = json!({"message": api["repoMessage"], "documentation_url": "https://docs.github.com/rest"});
            return Some(Answer::new(status, &body));
        }
        if is_commit {
            let date = api.get("commitDate").cloned().unwrap_or_else(|| json!("2020-01-10T00:30:00Z"));
            return Some(Answer::new(200, &json!({"commit": {"committer": {"date": date}}})));
        }
        let mut repository = repository.clone();
        for (key, value) in case["repo"].as_object().into_iter().flatten() {
            repository[key] = value.clone();
        }
        Some(Answer::new(200, &repository))
    })
}

/// The run of a case, ready to go.
fn prepare(case: &Value, url: &str) -> Run {
    let mut run = Run::new("action").arg("metadata").arg("--now").arg(case["now"].as_str().unwrap());
    let base = [
        ("TZ", "UTC"),
        ("LANG", "C.UTF-8"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "octocat/Hello-World"),
        ("GITHUB_SERVER_URL", "https://github.com"),
    ];
    for (name, value) in base.into_iter().filter(|(name, _)| case["env"].get(name).is_none()) {
        run = run.env(name, value);
    }
    for (name, value) in case["env"].as_object().unwrap() {
        if let Some(value) = value.as_str() {
            run = run.env(name, value);
        }
    }
    let defaults = json!({"context": "workflow", "github-token": "fake-token"});
    let given = case["inputs"].as_object().unwrap();
    let left = defaults.as_object().unwrap().iter().filter(|(name, _)| !given.contains_key(*name));
    for (name, value) in given.iter().chain(left) {
        run = run.env(&format!("INPUT_{}", name.to_uppercase()), value.as_str().unwrap());
    }
    let files =
        run.folder().parent().unwrap().join(format!("{}-files", run.folder().file_name().unwrap().to_str().unwrap()));
    fs::create_dir(&files).unwrap();
    let event = &case["event"];
    if !event.is_null() {
        fs::write(files.join("event.json"), event.to_string()).unwrap();
        run = run.env("GITHUB_EVENT_PATH", files.join("event.json"));
    }
    if let Some(script) = case["git"]["script"].as_str() {
        run = run.bash(script);
    }
    run.env("GITHUB_API_URL", url)
        .env("GITHUB_OUTPUT", files.join("output"))
        .env("GITHUB_ENV", files.join("env"))
        .env("GITHUB_STEP_SUMMARY", files.join("summary.md"))
        .env("RUNNER_TEMP", files.join("temp"))
}

fn files_of(run: &Run) -> PathBuf {
    run.folder().with_file_name(format!("{}-files", run.folder().file_name().unwrap().to_str().unwrap()))
}

/// Reads a file of outputs as the runner does.
fn pairs(file: &str) -> Vec<(String, String)> {
    let mut lines = file.split('\n');
    let mut found = Vec::new();
    while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
        let (name, end) = line.split_once("<<").expect("every output is a block");
        let value: Vec<_> = lines.by_ref().take_while(|line| *line != end).collect();
        found.push((name.to_owned(), value.join("\n")));
    }
    found
}

/// What is wrong with the answer to a case; empty when nothing is.
fn differences(case: &Value, done: &Done, files: &Path) -> String {
    let expect = &case["expect"];
    let mut wrong = String::new();
    if expect["exit_code"] != done.code {
        let _ = writeln!(wrong, "  exit code {}: {}{}", done.code, done.stdout, done.stderr);
    }
    let outputs = pairs(&fs::read_to_string(files.join("output")).unwrap_or_default());
    let get = |name: &str| outputs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let expected = expect["outputs"].as_object().unwrap();
    for (name, value) in expected {
        if get(name) != value.as_str() {
            let _ = writeln!(wrong, "  {name}:\n    got  {:?}\n    want {:?}", get(name), value.as_str());
        }
    }
    for (name, _) in &outputs {
        if !expected.contains_key(name) && !name.starts_with("bake-file") {
            let _ = writeln!(wrong, "  unexpected output {name}");
        }
    }
    let exported = pairs(&fs::read_to_string(files.join("env")).unwrap_or_default());
    let off = case["env"]["DOCKER_METADATA_SET_OUTPUT_ENV"]
        .as_str()
        .is_some_and(|value| !value.is_empty() && value != "true");
    if exported.len() != if off { 0 } else { outputs.len() } {
        let _ = writeln!(wrong, "  {} variables for {} outputs", exported.len(), outputs.len());
    }
    let lines = |prefix: &str| -> Vec<String> {
        let found = done.stdout.lines().filter_map(|line| line.strip_prefix(prefix));
        found.map(|text| text.replace("%0A", "\n").replace("%25", "%")).collect()
    };
    let warnings: Vec<&str> = expect["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if lines("::warning::") != warnings {
        let _ = writeln!(wrong, "  warnings {:?}\n  want     {warnings:?}", lines("::warning::"));
    }
    let errors = lines("::error::");
    match expect["error"].as_str() {
        Some(_) if errors.is_empty() => wrong.push_str("  no error\n"),
        Some(error) if is_the_actions_own(error) && errors != [error] => {
            let _ = writeln!(wrong, "  errors {errors:?}\n  want  {error:?}");
        }
        None if !errors.is_empty() => {
            let _ = writeln!(wrong, "  errors {errors:?}");
        }
        _ => {}
    }
    for (output, content) in expect["bake"].as_object().into_iter().flatten() {
        let file = get(output).and_then(|path| fs::read_to_string(path).ok());
        if file.as_deref() != Some(format!("{content:#}").as_str()) {
            let _ = writeln!(wrong, "  {output} {file:?}\n  want {content:#}");
        }
    }
    wrong
}

/// Texts of V8, Handlebars and minified code vary with their versions; of those only the presence counts.
fn is_the_actions_own(error: &str) -> bool {
    let foreign = [
        "Parse error",
        "is not iterable",
        "Cannot read properties",
        "is not a function",
        "Invalid regular expression",
        "Missing helper",
        "The partial",
    ];
    !foreign.iter().any(|text| error.contains(text))
}

#[test]
fn every_vector_has_the_answer_of_the_action_by_process() {
    let Value::Array(cases) = vectors("metadata.json") else { panic!("the vectors are a list") };
    let cases = Arc::new(cases);
    let forge = forge(Arc::clone(&cases), vectors("metadata-repo.json"));
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(number) else { return };
                    let run = prepare(case, &format!("{}/{number}", forge.url()));
                    let files = files_of(&run);
                    let wrong = differences(case, &run.go(), &files);
                    fs::remove_dir_all(&files).unwrap();
                    if !wrong.is_empty() {
                        failed.lock().unwrap().push(format!("{}\n{wrong}", case["name"]));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    println!("metadata.json by process: {} passed, {} failed", cases.len() - failed.len(), failed.len());
    assert!(failed.is_empty(), "{}", failed.iter().take(8).cloned().collect::<Vec<_>>().join("\n"));
}
