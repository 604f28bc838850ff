//! One image out of a file, into a file of its own in the form of `docker save`, which every store reads.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tar::{Builder, Header};

use super::{Fault, IMAGES, Members, Node, Saved, blob, damaged, open, shown, unreadable};
use crate::checksum::hex;
use crate::problem::cause;

/// An image inside.
struct Inside {
    /// The text of its config.
    config: String,
    layers: Vec<Layer>,
}

/// A layer inside: a tar file, which may be compressed.
#[derive(PartialEq, Eq)]
struct Layer {
    member: String,
    /// What its bytes must be of, where they are named by it. Docker's own form does not say; there the store holds each layer to the config.
    digest: Option<String>,
}

/// A manifest of an OCI layout, as far as its layers go.
#[derive(Deserialize)]
struct Layers {
    #[serde(default)]
    layers: Vec<Blob>,
}

#[derive(Deserialize)]
struct Blob {
    digest: String,
}

/// Writes the image whose config has this digest into `target`, under these names. Config and layers stay as they are, so its identifier does, too.
pub(crate) fn extract(path: &Path, config: &str, names: &[String], target: &Path) -> Result<(), Fault> {
    let mut members = Members::of(open(path)?)?;
    let inside =
        if members.has("manifest.json") { saved(&mut members, config) } else { laid_out(&mut members, config) };
    let inside = inside?.ok_or_else(|| unreadable(format!("it has no image {}", shown(config))))?;
    let written = |e: io::Error| unreadable(format!("the image cannot be written beside it: {}", cause(&e)));
    let mut out = Builder::new(File::create(target).map_err(written)?);
    let config_name = format!("{}.json", config.trim_start_matches("sha256:"));
    append(&mut out, &config_name, inside.config.len() as u64, inside.config.as_bytes()).map_err(written)?;
    let mut known: Vec<&Layer> = Vec::new();
    let mut order = Vec::new();
    for layer in &inside.layers {
        let number = known.iter().position(|own| *own == layer).unwrap_or_else(|| {
            known.push(layer);
            known.len() - 1
        });
        order.push(format!("layer-{number}.tar"));
    }
    for (number, layer) in known.iter().enumerate() {
        let (start, length) = members.place(&layer.member)?;
        members.file.seek(SeekFrom::Start(start)).map_err(damaged)?;
        let mut source = Hashed { inner: (&members.file).take(length), hash: Sha256::new() };
        append(&mut out, &format!("layer-{number}.tar"), length, &mut source).map_err(written)?;
        let own = format!("sha256:{}", hex(&source.hash.finalize()));
        if layer.digest.as_ref().is_some_and(|told| *told != own) {
            return Err(unreadable(format!("its {} has the bytes of {own}", shown(&layer.member))));
        }
    }
    let manifest = json!([{"Config": config_name, "RepoTags": names, "Layers": order}]).to_string();
    append(&mut out, "manifest.json", manifest.len() as u64, manifest.as_bytes()).map_err(written)?;
    out.finish().map_err(written)
}

fn append(out: &mut Builder<File>, name: &str, size: u64, from: impl Read) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    out.append_data(&mut header, name, from)
}

fn saved(members: &mut Members, config: &str) -> Result<Option<Inside>, Fault> {
    let all: Vec<Saved> = members.json("manifest.json")?;
    for own in all.into_iter().take(IMAGES) {
        let text = members.text(&own.config)?;
        if crate::registry::sha256(text.as_bytes()) == config {
            let layers = own.layers.into_iter().map(|member| Layer { member, digest: None }).collect();
            return Ok(Some(Inside { config: text, layers }));
        }
    }
    Ok(None)
}

fn laid_out(members: &mut Members, config: &str) -> Result<Option<Inside>, Fault> {
    let index: Node = members.json("index.json")?;
    let mut open: Vec<String> = index.manifests.into_iter().flatten().map(|child| child.digest).collect();
    let mut known = 0;
    while let Some(digest) = open.pop() {
        known += 1;
        if known > IMAGES {
            return Err(unreadable(format!("it has more than {IMAGES} images")));
        }
        let text = members.blob(&digest)?;
        let wrong = |e: serde_json::Error| unreadable(format!("its blob {digest} is no manifest: {e}"));
        let node: Node = serde_json::from_str(&text).map_err(wrong)?;
        match (node.manifests, node.config) {
            (Some(children), _) => open.extend(children.into_iter().map(|child| child.digest)),
            (None, Some(own)) if own.digest == config => {
                let layers: Layers = serde_json::from_str(&text).map_err(wrong)?;
                let layer = |own: Blob| Ok(Layer { member: blob(&own.digest)?, digest: Some(own.digest) });
                let layers = layers.layers.into_iter().map(layer).collect::<Result<_, Fault>>()?;
                return Ok(Some(Inside { config: members.blob(config)?, layers }));
            }
            (None, _) => {}
        }
    }
    Ok(None)
}

/// Hashes what is read.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}
