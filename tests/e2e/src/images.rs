//! Images without a builder: pushed by plain requests, as small as they can be.

use std::net::SocketAddr;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::registry::LOGIN;
use crate::wire::{Request, Response, send};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// An image to push.
#[derive(Debug, Clone)]
pub struct Image {
    revision: Option<String>,
    head: Option<String>,
    platforms: Vec<String>,
    note: String,
}

/// An image that was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Of what the tag names: the manifest, or the index.
    pub digest: String,
    /// Of the manifest of each platform.
    pub manifests: Vec<String>,
    /// Of the config of each platform.
    pub configs: Vec<String>,
}

impl Image {
    /// An image for linux/amd64 that was built from a commit.
    pub fn of(revision: &str) -> Self {
        Self {
            revision: Some(revision.to_owned()),
            head: None,
            platforms: vec!["linux/amd64".to_owned()],
            note: String::new(),
        }
    }

    /// One that does not say from what.
    #[must_use]
    pub fn without_revision(self) -> Self {
        Self { revision: None, ..self }
    }

    /// What people call its commit.
    #[must_use]
    pub fn head(self, revision: &str) -> Self {
        Self { head: Some(revision.to_owned()), ..self }
    }

    /// For other platforms; more than one make an index.
    #[must_use]
    pub fn platforms(self, platforms: &[&str]) -> Self {
        Self { platforms: platforms.iter().map(|&own| own.to_owned()).collect(), ..self }
    }

    /// Makes it another image of the same commit.
    #[must_use]
    pub fn note(self, note: &str) -> Self {
        Self { note: note.to_owned(), ..self }
    }

    /// Pushes it under a tag. A registry that asks for a login gets [`LOGIN`].
    pub fn push(&self, registry: SocketAddr, repository: &str, tag: &str) -> Pushed {
        let to = Shelf { registry, repository };
        let layer = format!("layer {}", self.note);
        to.blob(layer.as_bytes());
        let mut manifests = Vec::new();
        let mut configs = Vec::new();
        let mut entries = Vec::new();
        let mut last = String::new();
        for platform in &self.platforms {
            let config = self.config(platform, layer.as_bytes()).to_string();
            to.blob(config.as_bytes());
            let manifest = json!({
                "schemaVersion": 2, "mediaType": MANIFEST,
                "config": descriptor(CONFIG, config.as_bytes()), "layers": [descriptor(LAYER, layer.as_bytes())],
            });
            last = manifest.to_string();
            to.manifest(MANIFEST, &digest(last.as_bytes()), &last);
            let mut entry = descriptor(MANIFEST, last.as_bytes());
            entry["platform"] = parts(platform);
            entries.push(entry);
            manifests.push(digest(last.as_bytes()));
            configs.push(digest(config.as_bytes()));
        }
        let (kind, body) = if self.platforms.len() == 1 {
            (MANIFEST, last)
        } else {
            (INDEX, json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).to_string())
        };
        to.manifest(kind, tag, &body);
        Pushed { digest: digest(body.as_bytes()), manifests, configs }
    }

    fn config(&self, platform: &str, layer: &[u8]) -> Value {
        let mut labels = json!({});
        if let Some(revision) = &self.revision {
            labels["org.opencontainers.image.revision"] = json!(revision);
        }
        if let Some(head) = &self.head {
            labels["dev.buildonce.head-revision"] = json!(head);
        }
        let mut config = parts(platform);
        config["config"] = json!({"Labels": labels});
        config["rootfs"] = json!({"type": "layers", "diff_ids": [digest(layer)]});
        config
    }
}

fn parts(platform: &str) -> Value {
    let mut parts = platform.split('/');
    let mut value = json!({"os": parts.next(), "architecture": parts.next()});
    if let Some(variant) = parts.next() {
        value["variant"] = json!(variant);
    }
    value
}

fn descriptor(kind: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()})
}

/// The digest of some bytes.
pub fn digest(bytes: &[u8]) -> String {
    let hex: Vec<String> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", hex.concat())
}

struct Shelf<'a> {
    registry: SocketAddr,
    repository: &'a str,
}

impl Shelf<'_> {
    fn blob(&self, bytes: &[u8]) {
        let started = self.send(Request::new("POST", &format!("/v2/{}/blobs/uploads/", self.repository)));
        assert_eq!(started.status, 202, "{}", String::from_utf8_lossy(&started.body));
        let location = started.get("location").unwrap();
        let path =
            location.split_once("://").map_or(location, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let separator = if path.contains('?') { '&' } else { '?' };
        let target = format!("{path}{separator}digest={}", digest(bytes));
        let done = self.send(Request::new("PUT", &target).body(bytes));
        assert_eq!(done.status, 201, "{}", String::from_utf8_lossy(&done.body));
    }

    fn manifest(&self, kind: &str, reference: &str, body: &str) {
        let target = format!("/v2/{}/manifests/{reference}", self.repository);
        let done = self.send(Request::new("PUT", &target).header("content-type", kind).body(body));
        assert_eq!(done.status, 201, "{}", String::from_utf8_lossy(&done.body));
    }

    fn send(&self, request: Request) -> Response {
        // `ada:s3cret` in base64.
        debug_assert_eq!(LOGIN, ("ada", "s3cret"), "the header says the same");
        send(self.registry, &request.header("authorization", "Basic YWRhOnMzY3JldA==")).unwrap()
    }
}
