//! What a fuzz target starts from: the cases and vectors of the tests, in the target's own form.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::shell::root;

/// Longest seed in bytes: what is padded on purpose teaches a fuzzer nothing.
const LENGTH: usize = 12 << 10;

/// Writes the seeds of a target below `fuzz/corpus/`, where its own finds are too, and returns how many files are there.
pub(crate) fn write(target: &str) -> Result<usize> {
    let folder = root().join("fuzz/corpus").join(target);
    fs::create_dir_all(&folder)?;
    for (number, seed) in seeds(target)?.iter().filter(|seed| seed.len() <= LENGTH).enumerate() {
        fs::write(folder.join(format!("seed-{number:04}")), seed)?;
    }
    Ok(fs::read_dir(&folder)?.count())
}

fn seeds(target: &str) -> Result<Vec<String>> {
    Ok(match target {
        "facts" => cases()?.iter().filter_map(|case| environment(case)).collect(),
        "policy" => policies()?,
        "json_call" => calls()?,
        "sanitizer" => lines(&["feature/Add_Login", "abc1234\nfeature/x", "日本語", "-\n--", "_.-\nv1.2.3+build"]),
        "globs" => lines(&[
            "main\n\nmain",
            "releases/**\n!releases/**-alpha\n\nreleases/1\nreleases/1-alpha",
            "**/a+b?\n\nb\nx/aab",
        ]),
        "retry_classify" => texts(&vector("errors")?, "/text").iter().map(|text| format!("1\n{text}")).collect(),
        "references" => {
            let mut found = texts(&vector("regclient_ref_parse")?, "/ref");
            found.extend(lines(&["linux/arm64/v8", "windows/amd64,osver=10.0.17763.2114"]));
            found.push(format!("ghcr.io/acme/app:v1@sha256:{}", "0a".repeat(32)));
            found
        }
        "selection_channel" => channels(&vector("flux_policy")?),
        "metadata" => list(&vector("metadata")?).iter().map(metadata).collect(),
        _ => Vec::new(),
    })
}

fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A case's variables and its payload.
fn environment(case: &Path) -> Option<String> {
    let document = read_json(&case.join("case.json")).ok()?;
    let env = document.get("env")?.as_object()?;
    let lines: String = env.iter().filter_map(|(name, value)| Some(format!("{name}={}\n", value.as_str()?))).collect();
    let payload = fs::read_to_string(case.join("event.json")).unwrap_or_default();
    Some(format!("{lines}\n{payload}"))
}

fn policies() -> Result<Vec<String>> {
    let mut folders = cases()?;
    folders
        .extend(["tests/policies/bad", "tests/policies/doubtful", "core/src/policy/built_in"].map(|f| root().join(f)));
    let mut found = Vec::new();
    for folder in folders {
        for path in files(&folder)? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_document = [".yaml", ".toml", ".json"].iter().any(|ending| name.ends_with(ending));
            if is_document && !["case.json", "event.json", "expected.json", "facts.json"].contains(&name.as_str()) {
                found.push(fs::read_to_string(path)?);
            }
        }
    }
    Ok(found)
}

/// Plans of the facts that cases end with, under the policies that cases have.
fn calls() -> Result<Vec<String>> {
    let mut found = lines(&["facts.variables\n{}", "tagging.sanitize\n{\"name\":\"a/B\",\"suffix\":\"abc1234\"}"]);
    for case in cases()? {
        let answers = read_json(&case.join("expected.json")).unwrap_or_default();
        let source = fs::read_to_string(case.join("policy.yaml")).ok();
        let policy = source.map(|source| json!({"source": source, "name": "policy.yaml"}));
        if let Some(policy) = &policy {
            found.push(format!("policy.parse\n{policy}"));
        }
        if let Some(facts) = answers.pointer("/facts.detect/ok") {
            for call in ["tagging.plan", "tagging.explain", "policy.lint"] {
                found.push(format!("{call}\n{}", json!({"policy": policy, "facts": facts})));
            }
        }
    }
    Ok(found)
}

fn channels(vectors: &Value) -> Vec<String> {
    let one = |vector: &Value| {
        let range = vector.pointer("/policy/semver/range")?;
        let tags: Vec<_> = vector.get("tags")?.as_array()?.iter().filter_map(Value::as_str).collect();
        Some(format!("{}\n{}", json!({"strategy": "semver", "range": range}), tags.join("\n")))
    };
    let mut found: Vec<_> = list(vectors).iter().filter_map(one).collect();
    found.extend(lines(&[
        "{\"strategy\":\"numerical\",\"pattern\":\"^main-(?P<n>[0-9]+)$\",\"extract\":\"$n\"}\nmain-1\nmain-10\nmain-9",
        "{\"strategy\":\"alphabetical\",\"allow\":[\"nightly-*\"],\"deny\":[\"regexp:x$\"]}\nnightly-1\nnightly-2x",
        "{\"mode\":\"argo\",\"strategy\":\"semver\",\"range\":\"~1.2\",\"allow\":[\"any\"]}\n1.2.3\n1.2.4\n1.3.0",
    ]));
    found
}

fn metadata(vector: &Value) -> String {
    let text = |pointer: &str| vector.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let lists = ["images", "tags", "flavor", "labels", "annotations"].map(|name| text(&format!("/inputs/{name}")));
    format!("{} {} \n{}", text("/env/GITHUB_EVENT_NAME"), text("/env/GITHUB_REF"), lists.join("\n---\n"))
}

fn vector(name: &str) -> Result<Value> {
    read_json(&root().join(format!("tests/vectors/{name}.json")))
}

fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts(vectors: &Value, pointer: &str) -> Vec<String> {
    list(vectors).iter().filter_map(|v| v.pointer(pointer)?.as_str().map(str::to_owned)).collect()
}

/// Every case's folder, sorted.
fn cases() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for area in files(&root().join("tests/cases"))? {
        found.extend(files(&area)?);
    }
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut found = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}
