//! Running a case on a front, and judging the answers.

use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::case::{Case, Thread, Work};
use crate::diff::differences;
use crate::fronts::Front;

/// How many differences a failure shows.
const SHOWN: usize = 25;

/// Runs a case on a front and compares with `expected.json`. With `BLESS=1` the native answer is what is expected, and the
/// native front writes it down.
pub fn check(case: &Case, front: &dyn Front, native: &dyn Front) -> Result<()> {
    let answers = answers(case, front)?;
    judge(case, &answers)?;
    let path = case.folder.join("expected.json");
    let bless = env::var_os("BLESS").is_some_and(|value| value == "1");
    if bless && front.name() == native.name() {
        fs::write(&path, serde_json::to_string_pretty(&answers)? + "\n")?;
        return Ok(());
    }
    let expected = if bless {
        self::answers(case, native)?
    } else {
        let text = fs::read_to_string(&path)
            .context("there is no expected.json yet: check the answer and write it down with `BLESS=1`")?;
        serde_json::from_str(&text).context("expected.json")?
    };
    let found = differences(&expected, &answers);
    if !found.is_empty() {
        let more = found.len().saturating_sub(SHOWN);
        let mut lines: Vec<_> = found.into_iter().take(SHOWN).collect();
        if more > 0 {
            lines.push(format!("… and {more} more"));
        }
        bail!("the answers differ from expected.json\n{}", lines.join("\n"));
    }
    Ok(())
}

/// What the case itself demands, whatever was written down.
fn judge(case: &Case, answers: &Value) -> Result<()> {
    let part = case.forbidden.iter().find(|text| any_text(answers, &|found| found.contains(text.as_str())));
    let whole = case.forbidden_values.iter().find(|text| any_text(answers, &|found| found == text.as_str()));
    if let Some(text) = part.or(whole) {
        bail!("an answer contains what it must not: {text}\n{}", serde_json::to_string_pretty(answers)?);
    }
    for (pointer, wanted) in &case.required {
        let got = answers.pointer(pointer).unwrap_or(&Value::Null);
        if got != wanted {
            let answers = serde_json::to_string_pretty(answers)?;
            bail!("`required`: {pointer} must be {wanted} and is {got}\n{answers}");
        }
    }
    Ok(())
}

/// Whether any text of a document, keys aside, is like this.
fn any_text(value: &Value, like: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => like(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, like)),
        Value::Object(fields) => fields.values().any(|field| any_text(field, like)),
        _ => false,
    }
}

fn answers(case: &Case, front: &dyn Front) -> Result<Value> {
    match &case.work {
        Work::Calls(calls) => {
            calls.iter().map(|(name, input)| front.call(name, input)).collect::<Result<_>>().map(Value::Array)
        }
        Work::Thread(thread) => run(thread, front).map(Value::Object),
    }
}

/// Runs the steps until one that needs facts has none, because an earlier one was refused.
fn run(thread: &Thread, front: &dyn Front) -> Result<Map<String, Value>> {
    let mut answers = Map::new();
    let mut facts: Option<Value> = None;
    for step in &thread.steps {
        let mut input = Map::new();
        match step.as_str() {
            "facts.detect" => {
                input.insert("env".to_owned(), thread.env.clone());
                put(&mut input, "payload", thread.payload.as_deref().map(Value::from));
                input.insert("host".to_owned(), thread.host.clone());
            }
            "facts.parse" => {
                put(&mut input, "document", thread.facts.as_deref().map(Value::from));
                input.insert("name".to_owned(), json!("facts.json"));
                input.insert("host".to_owned(), thread.host.clone());
            }
            "policy.parse" => match &thread.policy {
                Some(Value::Object(document)) => input.clone_from(document),
                _ => bail!("policy.parse without a policy"),
            },
            "policy.lint" => {
                put(&mut input, "policy", thread.policy.clone());
                put(&mut input, "facts", facts.clone());
            }
            "tagging.plan" | "tagging.explain" | "tagging.candidates" => {
                let Some(facts) = &facts else { break };
                put(&mut input, "policy", thread.policy.clone());
                input.insert("facts".to_owned(), facts.clone());
            }
            "selection.next" => {
                let Some(facts) = &facts else { break };
                let (request, seen) = thread.consumer.as_ref().context("the case has no `request` and `seen`")?;
                put(&mut input, "policy", thread.policy.clone());
                input.insert("facts".to_owned(), facts.clone());
                input.insert("request".to_owned(), request.clone());
                input.insert("seen".to_owned(), seen.clone());
            }
            other => bail!("no step is called `{other}`"),
        }
        let answer = front.call(step, &Value::Object(input)).with_context(|| step.clone())?;
        if step.starts_with("facts.") {
            facts = answer.get("ok").cloned();
        }
        answers.insert(step.clone(), answer);
    }
    Ok(answers)
}

fn put(input: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        input.insert(key.to_owned(), value);
    }
}
