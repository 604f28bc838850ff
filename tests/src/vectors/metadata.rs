//! The language of docker/metadata-action against the action itself.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

use super::Family;
use super::run::{Files, Report};
use super::value::{same, text};
use crate::fronts::Front;

/// Outputs, warnings, errors and bake files of the action.
pub(super) struct Metadata;

impl Family for Metadata {
    fn file(&self) -> &'static str {
        "metadata.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        check(case, &repository()?, front)
    }

    fn run(&self, cases: &[Value], front: &dyn Front) -> Report {
        match repository() {
            Ok(repository) => Report::strict(cases, |case| check(case, &repository, front)),
            Err(error) => Report { failures: vec![format!("{error:#}")], missed: true, ..Report::default() },
        }
    }
}

/// What the forge says about the repository, unless a case says otherwise.
fn repository() -> Result<Value> {
    Ok(serde_json::from_str(&Files::find()?.text("metadata-repo.json")?)?)
}

fn check(case: &Value, repository: &Value, front: &dyn Front) -> Result<()> {
    let null = Value::Null;
    let report = answer(case, repository, front)?;
    let expect = case.get("expect").unwrap_or(&null);
    let failure = report.get("failure");
    same(
        "the exit code",
        &i64::from(failure.is_some()),
        &expect.get("exit_code").and_then(Value::as_i64).unwrap_or(-1),
    )
    .with_context(|| format!("the failure is {failure:?}"))?;
    let outputs: Vec<(&str, &str)> = list(&report, "outputs").map(|o| (text(o, "name"), text(o, "value"))).collect();
    let expected = expect.get("outputs").and_then(Value::as_object).context("a case expects outputs")?;
    for (name, value) in expected {
        let found = outputs.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
        same(name, &found, &value.as_str())?;
    }
    same("the number of outputs", &outputs.len(), &expected.len())?;
    let warnings: Vec<&str> = list(&report, "warnings").filter_map(Value::as_str).collect();
    let wanted: Vec<&str> = list(expect, "warnings").filter_map(Value::as_str).collect();
    same("the warnings", &warnings, &wanted)?;
    if let (Some(error), Some(failure)) = (expect.get("error").and_then(Value::as_str), failure)
        && is_the_actions_own(error)
    {
        same("the error", &text(failure, "message"), &error)?;
    }
    for (output, content) in expect.get("bake").and_then(Value::as_object).into_iter().flatten() {
        let file = list(&report, "bake_files").find(|file| text(file, "output") == output);
        same(output, &file.map(|file| text(file, "content")), &Some(format!("{content:#}").as_str()))?;
    }
    Ok(())
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

/// Answers what the engine asks for, until it asks for nothing more, and takes its report.
fn answer(case: &Value, repository: &Value, front: &dyn Front) -> Result<Value> {
    let inputs = inputs(case);
    let mut context = context(case)?;
    let checkout = case.pointer("/git/script").and_then(Value::as_str).map(Checkout::new).transpose()?;
    loop {
        let both = json!({"inputs": inputs, "context": context});
        let asked = front.call("tagging.metadata-next", &both)?;
        if let Some(arguments) = asked.get("git") {
            let checkout = checkout.as_ref().context("only cases with a script ask for git")?;
            push(&mut context, "git", checkout.git(arguments)?)?;
            continue;
        }
        let requests: Vec<&Value> = list(&asked, "api").collect();
        if requests.is_empty() {
            return front.call("tagging.metadata", &both);
        }
        for request in requests {
            let subject = text(request, "subject");
            push(&mut context, subject, forge(case, repository, subject)?)?;
        }
    }
}

fn push(context: &mut Value, key: &str, answer: Value) -> Result<()> {
    let list = context.get_mut(key).and_then(Value::as_array_mut);
    list.with_context(|| format!("the context has no list `{key}`"))?.push(answer);
    Ok(())
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The inputs of a case; what it leaves out is empty.
fn inputs(case: &Value) -> Value {
    let names = [
        "context",
        "images",
        "tags",
        "flavor",
        "labels",
        "annotations",
        "sep-tags",
        "sep-labels",
        "sep-annotations",
        "bake-target",
        "strict",
        "api",
    ];
    let given = case.get("inputs").unwrap_or(&Value::Null);
    Value::Object(names.iter().map(|name| (name.replace('-', "_"), json!(text(given, name)))).collect())
}

/// What the runner tells in a case.
fn context(case: &Value) -> Result<Value> {
    let variable = |name: &str| match case.get("env").and_then(|env| env.get(name)) {
        Some(value) => value.clone(),
        None if name == "GITHUB_REPOSITORY" => json!("octocat/Hello-World"),
        None => Value::Null,
    };
    let pairs = [
        ("event_name", "GITHUB_EVENT_NAME"),
        ("reference", "GITHUB_REF"),
        ("sha", "GITHUB_SHA"),
        ("repository_name", "GITHUB_REPOSITORY"),
    ];
    let switches = [
        ("pr_head_sha", "DOCKER_METADATA_PR_HEAD_SHA"),
        ("short_sha_length", "DOCKER_METADATA_SHORT_SHA_LENGTH"),
        ("annotations_levels", "DOCKER_METADATA_ANNOTATIONS_LEVELS"),
        ("set_output_env", "DOCKER_METADATA_SET_OUTPUT_ENV"),
    ];
    let told = |pairs: &[(&str, &str)]| -> serde_json::Map<String, Value> {
        let pairs = pairs.iter().map(|(key, name)| ((*key).to_owned(), variable(name)));
        pairs.filter(|(_, value)| !value.is_null()).collect()
    };
    let mut context = told(&pairs);
    if let Some(event) = case.get("event").filter(|event| !event.is_null()) {
        context.insert("payload".to_owned(), json!(event.to_string()));
    }
    context.insert("switches".to_owned(), Value::Object(told(&switches)));
    context.insert("now".to_owned(), json!(milliseconds(text(case, "now"))?));
    for key in ["repository", "commit", "git"] {
        context.insert(key.to_owned(), json!([]));
    }
    Ok(Value::Object(context))
}

/// Milliseconds since the epoch of a time such as `2020-01-10T00:30:00.000Z`.
fn milliseconds(time: &str) -> Result<i64> {
    let time: jiff::Timestamp = time.parse().map_err(|error| anyhow!("the time `{time}`: {error}"))?;
    Ok(time.as_millisecond())
}

/// What the forge answers in a case.
fn forge(case: &Value, repository: &Value, subject: &str) -> Result<Value> {
    let api = case.get("api").unwrap_or(&Value::Null);
    let (status, body) = match subject {
        "commit" => {
            let date = api.get("commitDate").cloned().unwrap_or_else(|| json!("2020-01-10T00:30:00Z"));
            (api.get("commitStatus"), json!({"commit": {"committer": {"date": date}}}))
        }
        "repository" => {
            let mut body = repository.clone();
            let changes = case.get("repo").and_then(Value::as_object).into_iter().flatten();
            for (key, value) in changes {
                if let Some(body) = body.as_object_mut() {
                    body.insert(key.clone(), value.clone());
                }
            }
            (api.get("repoStatus"), body)
        }
        other => bail!("the engine asks about `{other}`"),
    };
    let status = status.and_then(Value::as_u64).unwrap_or(200);
    let refusal = json!({"message": api.get("repoMessage"), "documentation_url": "https://docs.github.com/rest"});
    let body = if status == 200 { body } else { refusal };
    Ok(json!({"status": status, "body": body.to_string()}))
}

/// A repository in a folder of its own, gone when it is dropped.
struct Checkout(PathBuf);

impl Checkout {
    fn new(script: &str) -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("buildonce-vectors-{}-{number}", process::id()));
        fs::create_dir_all(&folder)?;
        let checkout = Self(folder);
        let done = checkout.command("bash").args(["-c", script]).output()?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Ok(checkout)
    }

    fn command(&self, program: &str) -> Command {
        let date = "2020-01-02T03:04:05+0000";
        let mut command = Command::new(program);
        command.current_dir(&self.0);
        command.envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com"), ("GIT_AUTHOR_DATE", date)]);
        command.envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.com")]);
        command.envs([("GIT_COMMITTER_DATE", date), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")]);
        command.envs([("TZ", "UTC"), ("LC_ALL", "C")]);
        command.env("GIT_CEILING_DIRECTORIES", env::temp_dir());
        command
    }

    fn git(&self, arguments: &Value) -> Result<Value> {
        let words: Vec<&str> = arguments.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let output = self.command("git").args(words).output()?;
        Ok(json!({
            "arguments": arguments,
            "success": output.status.success(),
            "stdout": String::from_utf8_lossy(&output.stdout),
            "stderr": String::from_utf8_lossy(&output.stderr),
        }))
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // What is left behind is in the folder for temporary files.
        drop(fs::remove_dir_all(&self.0));
    }
}
