//! A registry, an archive and a receipt that answer probes, from the symbolic digests of a vector.

use std::collections::BTreeMap;

use buildonce_core::reference::Digest;
use buildonce_core::selection::{Accept, ArchiveImage, ArchiveSeen, Cause, Observation, Probe, ReceiptSeen, Sighting};
use serde_json::{Value, json};

use crate::vectors::text;

/// The name of the image in every case.
pub(crate) const IMAGE: &str = "registry.example.com/acme/app";

/// The label that proves a commit.
pub(crate) const REVISION: &str = "org.opencontainers.image.revision";

/// Everything that the world holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// Real digests by symbolic ones.
    pub(crate) digests: BTreeMap<String, String>,
    /// What tags and digests lead to.
    pub(crate) answers: BTreeMap<String, Sighting>,
    /// The archive.
    pub(crate) archive: Option<Sighting>,
    /// The receipt.
    pub(crate) receipt: Option<ReceiptSeen>,
}

/// The text of a config.
pub(crate) fn config(os: &str, architecture: &str, revision: Option<&str>, mark: &str) -> String {
    let labels = revision.map_or(json!(null), |revision| json!({REVISION: revision}));
    json!({"os": os, "architecture": architecture, "config": {"Labels": labels}, "comment": mark}).to_string()
}

impl World {
    /// Adds a document under its digest.
    pub(crate) fn put(&mut self, body: String) -> String {
        let digest = Digest::of(body.as_bytes()).to_string();
        self.answers.insert(digest.clone(), Sighting::Document { body, digest: Some(digest.clone()) });
        digest
    }

    /// Lets a tag point at a digest, whether the registry has it or not.
    pub(crate) fn tag(&mut self, tag: &str, digest: &str) {
        let answer = self.answers.get(digest).cloned().unwrap_or(Sighting::Absent(Accept::Complete));
        self.answers.insert(tag.to_owned(), answer);
    }

    /// Adds an image for one platform.
    pub(crate) fn image(&mut self, config: String, mark: &str) -> String {
        let config = self.put(config);
        let annotations = json!({"mark": mark});
        let body = json!({"schemaVersion": 2, "config": {"digest": config}, "layers": [], "annotations": annotations});
        self.put(body.to_string())
    }

    /// Adds an index of images; an entry without a platform is one that the index does not describe.
    pub(crate) fn index(&mut self, children: &[(String, Option<(&str, &str)>)], mark: &str) -> String {
        let entry = |(digest, platform): &(String, Option<(&str, &str)>)| match platform {
            Some((os, architecture)) => json!({"digest": digest, "platform": {"os": os, "architecture": architecture}}),
            None => json!({"digest": digest}),
        };
        let children: Vec<_> = children.iter().map(entry).collect();
        self.put(json!({"schemaVersion": 2, "manifests": children, "annotations": {"mark": mark}}).to_string())
    }

    /// The world of a vector.
    pub(crate) fn of(case: &Value) -> Self {
        let mut world = Self::default();
        let registry = &case["registry"];
        let manifests = registry["manifests"].as_object().cloned().unwrap_or_default();
        let is_index = |manifest: &Value| text(manifest, "kind") == "index";
        for (symbol, manifest) in manifests.iter().filter(|(_, manifest)| !is_index(manifest)) {
            let (os, architecture) = (text(manifest, "os"), text(manifest, "arch"));
            let digest = world.image(config(os, architecture, manifest["revision"].as_str(), symbol), symbol);
            world.digests.insert(symbol.clone(), digest);
        }
        for (symbol, manifest) in manifests.iter().filter(|(_, manifest)| is_index(manifest)) {
            let children = manifest["children"].as_array().cloned().unwrap_or_default();
            let entry = |child: &Value| {
                let symbol = child.as_str().unwrap();
                let platform = manifests.get(symbol).map(|child| (text(child, "os"), text(child, "arch")));
                (world.digest(symbol), platform)
            };
            let children: Vec<_> = children.iter().map(entry).collect();
            let digest = world.index(&children, symbol);
            world.digests.insert(symbol.clone(), digest);
        }
        for (tag, symbol) in registry["tags"].as_object().into_iter().flatten() {
            if let Some(symbol) = symbol.as_str() {
                let digest = world.digest(symbol);
                world.tag(tag, &digest);
            } else {
                world.answers.insert(tag.clone(), Sighting::Unknown(cause(&symbol["error"])));
            }
        }
        for (name, error) in registry["errors"].as_object().into_iter().flatten() {
            let name = if name.starts_with("d:") { world.digest(name) } else { name.clone() };
            world.answers.insert(name, Sighting::Unknown(cause(error)));
        }
        world.archive = archive(case);
        world
    }

    /// The real digest behind a symbolic one; that of nothing the registry has, when it has none.
    pub(crate) fn digest(&self, symbol: &str) -> String {
        self.digests.get(symbol).cloned().unwrap_or_else(|| Digest::of(symbol.as_bytes()).to_string())
    }

    /// What the world answers.
    pub(crate) fn look(&self, probe: &Probe) -> Observation {
        let absent = || Sighting::Absent(Accept::Complete);
        let seen = match probe {
            Probe::Manifest { image, reference } | Probe::Config { image, digest: reference } => {
                assert_eq!(image, IMAGE, "only the policy's image is looked at");
                self.answers.get(reference).cloned().unwrap_or_else(absent)
            }
            Probe::Receipt => self.receipt.clone().map_or_else(absent, Sighting::Receipt),
            Probe::Archive => self.archive.clone().unwrap_or_else(absent),
        };
        Observation { probe: probe.clone(), seen }
    }
}

/// What a status or a word stands for.
fn cause(error: &Value) -> Cause {
    let word = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
    match word.as_str() {
        "401" | "403" | "denied" => Cause::Denied,
        "429" | "rate-limited" => Cause::RateLimited,
        "timeout" => Cause::Timeout,
        _ => Cause::Unavailable,
    }
}

/// The archive of a vector: one image for every platform that the case asks for, unless it says which.
fn archive(case: &Value) -> Option<Sighting> {
    let artifact = &case["artifact"];
    if !artifact["error"].is_null() {
        return Some(Sighting::Unknown(cause(&artifact["error"])));
    }
    if artifact["present"].as_bool() != Some(true) {
        return None;
    }
    let platforms: Vec<(String, String)> = match (artifact["os"].as_str(), artifact["arch"].as_str()) {
        (Some(os), Some(architecture)) => vec![(os.to_owned(), architecture.to_owned())],
        _ => crate::vectors::texts(case, "platforms")
            .iter()
            .filter_map(|platform| platform.split_once('/').map(|(os, arch)| (os.to_owned(), arch.to_owned())))
            .collect(),
    };
    let images = platforms.iter().map(|(os, architecture)| ArchiveImage {
        references: vec!["app:archived".to_owned()],
        config: config(os, architecture, artifact["revision"].as_str(), "archive"),
        digest: None,
    });
    Some(Sighting::Archive(ArchiveSeen { path: "image.tar".to_owned(), images: images.collect() }))
}
