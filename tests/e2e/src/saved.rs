//! Images in a file as `docker save` writes it, without a builder: as small as they can be, and with whatever names a test wants.

use std::path::Path;

use serde_json::{Value, json};

use crate::images::digest;

/// An image in a file.
#[derive(Debug, Clone)]
pub struct Saved {
    revision: String,
    names: Vec<String>,
    note: String,
}

impl Saved {
    /// An image for linux/amd64 that was built from a commit, or that does not say from what. It has no name.
    pub fn of(revision: &str) -> Self {
        Self { revision: revision.to_owned(), names: Vec::new(), note: String::new() }
    }

    /// Gives it a name inside.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.names.push(name.to_owned());
        self
    }

    /// Makes it another image of the same commit.
    #[must_use]
    pub fn note(self, note: &str) -> Self {
        Self { note: note.to_owned(), ..self }
    }

    /// Its identifier: the digest of its config.
    pub fn id(&self) -> String {
        digest(self.config().to_string().as_bytes())
    }

    /// Writes images into one file, in this order.
    pub fn write(images: &[Self], path: &Path) {
        let mut members: Vec<(String, Vec<u8>)> = Vec::new();
        let mut manifest = Vec::new();
        for (number, image) in images.iter().enumerate() {
            let (config, layer) = (format!("{number}.json"), format!("{number}/layer.tar"));
            members.push((config.clone(), image.config().to_string().into_bytes()));
            members.push((layer.clone(), image.layer()));
            let names = if image.names.is_empty() { Value::Null } else { json!(image.names) };
            manifest.push(json!({"Config": config, "RepoTags": names, "Layers": [layer]}));
        }
        members.push(("manifest.json".to_owned(), json!(manifest).to_string().into_bytes()));
        std::fs::write(path, tar(&members)).unwrap();
    }

    fn config(&self) -> Value {
        let label = if self.revision.is_empty() { "x" } else { "org.opencontainers.image.revision" };
        json!({
            "os": "linux", "architecture": "amd64", "config": {"Labels": {label: self.revision}},
            "rootfs": {"type": "layers", "diff_ids": [digest(&self.layer())]},
        })
    }

    fn layer(&self) -> Vec<u8> {
        tar(&[("note.txt".to_owned(), format!("{} {}\n", self.revision, self.note).into_bytes())])
    }
}

fn tar(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut file = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        file.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    file.into_inner().unwrap()
}
