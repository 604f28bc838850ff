//! Cases: folders of plain files, read from disk.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

/// Keys that `case.json` may have, so that a misspelt one is an error and not ignored.
const KEYS: [&str; 15] = [
    "about",
    "env",
    "host",
    "steps",
    "forbidden",
    "forbidden_values",
    "required",
    "payload",
    "payload_padding",
    "call",
    "input",
    "calls",
    "json_only",
    "request",
    "seen",
];

/// A policy document may be written in any of these.
const POLICIES: [&str; 3] = ["policy.yaml", "policy.toml", "policy.json"];

/// One case.
#[derive(Debug)]
pub struct Case {
    /// `<area>/<case>`.
    pub name: String,
    /// Where its files are.
    pub folder: PathBuf,
    /// What is asked.
    pub work: Work,
    /// About the `json` interface itself: what typed calls could not even express.
    pub json_only: bool,
    /// Texts that no answer may contain anywhere.
    pub forbidden: Vec<String>,
    /// Texts that no answer may contain as a whole value.
    pub forbidden_values: Vec<String>,
    /// What holds whatever `expected.json` says: JSON pointer into the answers, and the value there (null: nothing there).
    pub required: Map<String, Value>,
}

/// What a case asks.
#[derive(Debug)]
pub enum Work {
    /// Calls that do not depend on each other; the answers form a list.
    Calls(Vec<(String, Value)>),
    /// Steps of which later ones take the facts of earlier ones; the answers form an object.
    Thread(Box<Thread>),
}

/// The way from a run to its plan.
#[derive(Debug)]
pub struct Thread {
    /// Names of functions, in order.
    pub steps: Vec<String>,
    /// Variables as pairs.
    pub env: Value,
    /// The event's document.
    pub payload: Option<String>,
    /// What the host observed.
    pub host: Value,
    /// A facts document.
    pub facts: Option<String>,
    /// A policy document: `{"source": …, "name": …}`.
    pub policy: Option<Value>,
    /// What a consumer asks for, and what it saw.
    pub consumer: Option<(Value, Value)>,
}

impl Case {
    /// Every case below a folder of areas, sorted by name.
    pub fn all(cases: &Path) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for area in folders(cases)? {
            for folder in folders(&area)? {
                let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                let name = format!("{}/{}", name(&area), name(&folder));
                found.push(Self::read(&name, &folder).with_context(|| format!("in case {name}"))?);
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn read(name: &str, folder: &Path) -> Result<Self> {
        let text = optional(folder, "case.json")?.context("there is no case.json")?;
        let Value::Object(mut case) = expand(serde_json::from_str(&text).context("case.json")?)? else {
            bail!("case.json is not an object")
        };
        for key in case.keys() {
            ensure!(
                KEYS.contains(&key.as_str()),
                "case.json has an unknown key `{key}`; known are {}",
                KEYS.join(", ")
            );
        }
        ensure!(case.get("about").is_some_and(Value::is_string), "case.json does not say what it is about");
        let required = match case.remove("required") {
            None => Map::new(),
            Some(Value::Object(required)) => required,
            Some(_) => bail!("`required` is not an object"),
        };
        let forbidden = strings(case.remove("forbidden"))?;
        let forbidden_values = strings(case.remove("forbidden_values"))?;
        let json_only = case.remove("json_only").is_some_and(|value| value == true);
        let work = work(&mut case, folder)?;
        Ok(Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            work,
            json_only,
            forbidden,
            forbidden_values,
            required,
        })
    }
}

fn work(case: &mut Map<String, Value>, folder: &Path) -> Result<Work> {
    if case.contains_key("call") {
        return Ok(Work::Calls(vec![single(case)?]));
    }
    if let Some(calls) = case.remove("calls") {
        let Value::Array(calls) = calls else { bail!("`calls` is not a list") };
        let calls = calls.into_iter().map(|call| match call {
            Value::Object(mut call) => single(&mut call),
            _ => bail!("a call is not an object"),
        });
        return Ok(Work::Calls(calls.collect::<Result<_>>()?));
    }
    let facts = optional(folder, "facts.json")?;
    let steps = match case.remove("steps") {
        Some(steps) => strings(Some(steps))?,
        None if facts.is_some() => vec!["facts.parse".to_owned(), "tagging.plan".to_owned()],
        None => vec!["facts.detect".to_owned(), "tagging.plan".to_owned()],
    };
    let env = match case.remove("env") {
        Some(Value::Object(env)) => env.into_iter().map(|(name, value)| json!([name, value])).collect(),
        None => Vec::new(),
        Some(_) => bail!("`env` is not an object"),
    };
    let mut policy = None;
    for name in POLICIES {
        if let Some(source) = optional(folder, name)? {
            ensure!(policy.is_none(), "there is more than one policy");
            policy = Some(json!({"source": source, "name": name}));
        }
    }
    let host = case.remove("host").unwrap_or_else(|| json!({"now": 0}));
    let env = Value::Array(env);
    let payload = payload(case, folder)?;
    let consumer = case.remove("request").zip(case.remove("seen"));
    Ok(Work::Thread(Box::new(Thread { steps, env, payload, host, facts, policy, consumer })))
}

/// The payload as text: `event.json`, or for what no JSON file can hold, the string `payload`.
fn payload(case: &mut Map<String, Value>, folder: &Path) -> Result<Option<String>> {
    let text = match case.remove("payload") {
        Some(Value::String(text)) => Some(text),
        Some(_) => bail!("`payload` is not a string"),
        None => optional(folder, "event.json")?,
    };
    let Some(padding) = case.remove("payload_padding") else { return Ok(text) };
    let length = padding.as_u64().context("`payload_padding` is not a number")?;
    let mut event: Map<String, Value> = serde_json::from_str(&text.context("there is no payload to pad")?)?;
    event.insert("padding".to_owned(), json!("x".repeat(usize::try_from(length)?)));
    Ok(Some(serde_json::to_string(&event)?))
}

fn single(call: &mut Map<String, Value>) -> Result<(String, Value)> {
    let Some(Value::String(name)) = call.remove("call") else { bail!("`call` is not a string") };
    Ok((name, call.remove("input").context("a call has no input")?))
}

/// Replaces `{"repeat": TEXT, "times": N, "prefix"?: TEXT, "suffix"?: TEXT}` by the text that it means, so that long texts need no
/// long files.
fn expand(value: Value) -> Result<Value> {
    Ok(match value {
        Value::Array(items) => Value::Array(items.into_iter().map(expand).collect::<Result<_>>()?),
        Value::Object(map) if map.contains_key("repeat") => {
            let text = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default();
            let times = map.get("times").and_then(Value::as_u64).context("`repeat` without `times`")?;
            Value::String(format!(
                "{}{}{}",
                text("prefix"),
                text("repeat").repeat(usize::try_from(times)?),
                text("suffix")
            ))
        }
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| Ok((k, expand(v)?))).collect::<Result<_>>()?),
        other => other,
    })
}

fn strings(value: Option<Value>) -> Result<Vec<String>> {
    match value {
        None => Ok(Vec::new()),
        Some(value) => serde_json::from_value(value).context("expected a list of strings"),
    }
}

fn optional(folder: &Path, name: &str) -> Result<Option<String>> {
    match fs::read_to_string(folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context(name.to_owned()),
    }
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(parent).with_context(|| format!("cannot list {}", parent.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_becomes_its_text_wherever_it_stands() {
        let value = json!({"a": [{"repeat": "xy", "times": 3, "prefix": "<", "suffix": ">"}], "b": 1});
        assert_eq!(expand(value).unwrap(), json!({"a": ["<xyxyxy>"], "b": 1}));
    }
}
