//! A registry, an archive and a receipt that answer probes.

use std::collections::BTreeMap;

use buildonce_core::reference::Digest;
use buildonce_core::selection::{Accept, Observation, Probe, ReceiptSeen, Sighting};
use serde_json::json;

/// The name of the image in every case.
pub(crate) const IMAGE: &str = "registry.example.com/acme/app";

/// The label that proves a commit.
pub(crate) const REVISION: &str = "org.opencontainers.image.revision";

/// Everything that the world holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
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
            Probe::Tags { image } => panic!("the list of {image} names no commit, so nobody reads it"),
        };
        Observation { probe: probe.clone(), seen }
    }
}
