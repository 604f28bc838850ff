//! A registry and an archive that answer probes, from the symbolic digests of a case.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use buildonce_core::reference::Digest;
use serde_json::{Map, Value, json};

use super::IMAGE;
use crate::vectors::value::{is_set, text, texts};

/// The label that proves a commit.
const REVISION: &str = "org.opencontainers.image.revision";

/// Everything that the world holds.
#[derive(Debug, Default)]
pub(super) struct World {
    /// Real digests by symbolic ones.
    digests: BTreeMap<String, String>,
    /// What tags and digests lead to.
    answers: BTreeMap<String, Value>,
    /// The archive.
    archive: Option<Value>,
}

impl World {
    /// The world of a case.
    pub(super) fn of(case: &Value) -> Result<Self> {
        let mut world = Self::default();
        let none = Map::new();
        let registry = case.get("registry").unwrap_or(&Value::Null);
        let part = |key: &str| registry.get(key).and_then(Value::as_object).unwrap_or(&none);
        let manifests = part("manifests");
        let is_index = |manifest: &Value| text(manifest, "kind") == "index";
        for (symbol, manifest) in manifests.iter().filter(|(_, manifest)| !is_index(manifest)) {
            let config = config(text(manifest, "os"), text(manifest, "arch"), manifest.get("revision"), symbol);
            let config = world.put(&config);
            let annotations = json!({"mark": symbol});
            let body =
                json!({"schemaVersion": 2, "config": {"digest": config}, "layers": [], "annotations": annotations});
            let digest = world.put(&body.to_string());
            world.digests.insert(symbol.clone(), digest);
        }
        for (symbol, manifest) in manifests.iter().filter(|(_, manifest)| is_index(manifest)) {
            let entry = |child: String| match manifests.get(&child) {
                Some(image) => {
                    let platform = json!({"os": text(image, "os"), "architecture": text(image, "arch")});
                    json!({"digest": world.digest(&child), "platform": platform})
                }
                None => json!({"digest": world.digest(&child)}),
            };
            let children: Vec<_> = texts(manifest, "children").into_iter().map(entry).collect();
            let body = json!({"schemaVersion": 2, "manifests": children, "annotations": {"mark": symbol}});
            let digest = world.put(&body.to_string());
            world.digests.insert(symbol.clone(), digest);
        }
        for (tag, symbol) in part("tags") {
            let answer = match symbol.as_str() {
                Some(symbol) => world.answers.get(&world.digest(symbol)).cloned().unwrap_or_else(absent),
                None => unknown(symbol.get("error").context("a tag without a digest")?),
            };
            world.answers.insert(tag.clone(), answer);
        }
        for (name, error) in part("errors") {
            let name = if name.starts_with("d:") { world.digest(name) } else { name.clone() };
            world.answers.insert(name, unknown(error));
        }
        world.archive = archive(case);
        Ok(world)
    }

    /// Adds a document under its digest.
    fn put(&mut self, body: &str) -> String {
        let digest = Digest::of(body.as_bytes()).to_string();
        let document = json!({"kind": "document", "body": body, "digest": digest});
        self.answers.insert(digest.clone(), document);
        digest
    }

    /// The real digest behind a symbolic one; that of nothing the registry has, when it has none.
    pub(super) fn digest(&self, symbol: &str) -> String {
        self.digests.get(symbol).cloned().unwrap_or_else(|| Digest::of(symbol.as_bytes()).to_string())
    }

    /// What the world answers.
    pub(super) fn look(&self, probe: &Value) -> Result<Value> {
        Ok(match text(probe, "kind") {
            "manifest" | "config" => {
                ensure!(text(probe, "image") == IMAGE, "looks at another image: {probe}");
                self.answers.get(text(probe, "reference")).cloned().unwrap_or_else(absent)
            }
            "archive" => self.archive.clone().unwrap_or_else(absent),
            _ => absent(),
        })
    }
}

fn absent() -> Value {
    json!({"kind": "absent", "accept": "complete"})
}

/// What a status or a word stands for.
fn unknown(error: &Value) -> Value {
    let word = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
    let cause = match word.as_str() {
        "401" | "403" | "denied" => "denied",
        "429" | "rate-limited" => "rate-limited",
        "timeout" => "timeout",
        _ => "unavailable",
    };
    json!({"kind": "unknown", "cause": cause})
}

/// The text of a config.
fn config(os: &str, architecture: &str, revision: Option<&Value>, mark: &str) -> String {
    let labels = revision.filter(|revision| !revision.is_null()).map_or(Value::Null, |own| json!({REVISION: own}));
    json!({"os": os, "architecture": architecture, "config": {"Labels": labels}, "comment": mark}).to_string()
}

/// The archive of a case: one image for every platform that the case asks for, unless it says which.
fn archive(case: &Value) -> Option<Value> {
    let artifact = case.get("artifact")?;
    if let Some(error) = artifact.get("error").filter(|error| !error.is_null()) {
        return Some(unknown(error));
    }
    if !is_set(artifact, "present") {
        return None;
    }
    let platforms = match (text(artifact, "os"), text(artifact, "arch")) {
        ("", _) | (_, "") => texts(case, "platforms"),
        (os, architecture) => vec![format!("{os}/{architecture}")],
    };
    let image = |platform: &String| {
        let (os, architecture) = platform.split_once('/')?;
        let config = config(os, architecture, artifact.get("revision"), "archive");
        Some(json!({"references": ["app:archived"], "config": config}))
    };
    let images: Vec<_> = platforms.iter().filter_map(image).collect();
    Some(json!({"kind": "archive", "archive": {"path": "image.tar", "images": images}}))
}
