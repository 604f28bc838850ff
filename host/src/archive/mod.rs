//! Images in files: what `docker save` writes, and OCI image layouts in a tar file.
//!
//! Nothing is unpacked. The file is gone through once for the places of its members, which are then read by their exact names, so that a
//! name with `..` has no effect, and a link leads to another member or nowhere; and every blob is held to the digest that it is named by.

mod extract;
mod parts;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use buildonce::types::build::WrittenFile;
use buildonce::types::selection::{ArchiveImage, ArchiveSeen};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::checksum::hex;
use crate::problem::cause;
pub(crate) use extract::extract;
pub(crate) use parts::{Part, Parts, parts};

/// Largest document in an archive, in bytes; layers are larger, and are not read.
const DOCUMENT: u64 = 8 << 20;

/// Most members that are gone through.
const MEMBERS: usize = 1_000_000;

/// Most images and indexes that are read.
const IMAGES: usize = 1000;

/// Why an archive cannot be read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// There is none.
    Missing,
    /// It is none, or is damaged: what is wrong.
    Unreadable(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// SHA-256 and size of a file.
pub(crate) fn measure(path: &Path) -> io::Result<WrittenFile> {
    sum(File::open(path)?)
}

/// SHA-256 and number of all bytes that are read.
fn sum(mut source: impl Read) -> io::Result<WrittenFile> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        let count = source.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hash.update(buffer.get(..count).unwrap_or_default());
        size += count as u64;
    }
    Ok(WrittenFile { sha256: hex(&hash.finalize()), size })
}

/// Every image of an archive with its config, for the engine to judge. `shown` is what the answer calls the file.
pub(crate) fn read(path: &Path, shown: &str) -> Result<ArchiveSeen, Fault> {
    let mut members = Members::of(open(path)?)?;
    let images = if members.has("manifest.json") {
        docker(&mut members)?
    } else if members.has("index.json") {
        layout(&mut members)?
    } else {
        return Err(unreadable(
            "it has neither a manifest.json, as docker writes it, nor an index.json, as OCI layouts have it",
        ));
    };
    Ok(ArchiveSeen { path: shown.to_owned(), images, sha256: None, size: None })
}

fn open(path: &Path) -> Result<File, Fault> {
    File::open(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Fault::Missing,
        _ => unreadable(cause(&e)),
    })
}

/// The members of a tar file, by name.
struct Members {
    file: File,
    places: BTreeMap<String, (u64, u64)>,
    /// What links stand for: docker writes a layer that several images have once, and links to it.
    links: BTreeMap<String, String>,
}

impl Members {
    fn of(file: File) -> Result<Self, Fault> {
        let size = file.metadata().map_err(|e| unreadable(cause(&e)))?.len();
        let (mut places, mut links) = (BTreeMap::new(), BTreeMap::new());
        let mut archive = tar::Archive::new(&file);
        for (number, entry) in archive.entries_with_seek().map_err(damaged)?.enumerate() {
            let entry = entry.map_err(damaged)?;
            if number >= MEMBERS {
                return Err(unreadable(format!("it has more than {MEMBERS} members")));
            }
            let (start, length) = (entry.raw_file_position(), entry.size());
            if let Some(target) = entry.link_name_bytes() {
                let (name, target) = (entry.path_bytes(), String::from_utf8_lossy(&target).into_owned());
                links.insert(plain("", &String::from_utf8_lossy(&name)), target);
            } else if entry.header().entry_type().is_file() {
                if start.checked_add(length).is_none_or(|end| end > size) {
                    return Err(unreadable("it is cut off"));
                }
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                // The first one counts, as for a program that stops when it has found it.
                places.entry(name.trim_start_matches("./").to_owned()).or_insert((start, length));
            }
        }
        Ok(Self { file, places, links })
    }

    fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Where the bytes of a member are, and how many.
    fn place(&self, name: &str) -> Result<(u64, u64), Fault> {
        let linked = || self.places.get(&plain(name, self.links.get(name)?));
        let place = self.places.get(name).or_else(linked).copied();
        place.ok_or_else(|| unreadable(format!("it names {}, and has no such member", shown(name))))
    }

    /// A member's text.
    fn text(&mut self, name: &str) -> Result<String, Fault> {
        let (start, length) = self.place(name)?;
        if length > DOCUMENT {
            return Err(unreadable(format!("its {} has {length} bytes, which no document has", shown(name))));
        }
        let mut text = String::new();
        self.file.seek(SeekFrom::Start(start)).map_err(|e| unreadable(cause(&e)))?;
        let count = (&mut self.file)
            .take(length)
            .read_to_string(&mut text)
            .map_err(|_| unreadable(format!("its {} is no text", shown(name))))?;
        if count as u64 == length { Ok(text) } else { Err(unreadable("it is cut off")) }
    }

    fn json<T: for<'de> Deserialize<'de>>(&mut self, name: &str) -> Result<T, Fault> {
        let text = self.text(name)?;
        serde_json::from_str(&text)
            .map_err(|e| unreadable(format!("its {} is not what it should be: {e}", shown(name))))
    }

    /// A blob's text, whose bytes must be those of its digest.
    fn blob(&mut self, digest: &str) -> Result<String, Fault> {
        let text = self.text(&blob(digest)?)?;
        let own = crate::registry::sha256(text.as_bytes());
        if own == digest { Ok(text) } else { Err(unreadable(format!("its blob {digest} has the bytes of {own}"))) }
    }
}

/// One image of `manifest.json`.
#[derive(Deserialize)]
struct Saved {
    #[serde(rename = "Config")]
    config: String,
    #[serde(rename = "RepoTags", default)]
    tags: Option<Vec<String>>,
    #[serde(rename = "Layers", default)]
    layers: Vec<String>,
}

fn docker(members: &mut Members) -> Result<Vec<ArchiveImage>, Fault> {
    let saved: Vec<Saved> = members.json("manifest.json")?;
    let image = |saved: Saved| {
        let config = members.text(&saved.config)?;
        Ok(ArchiveImage { references: saved.tags.unwrap_or_default(), config, digest: None })
    };
    saved.into_iter().take(IMAGES).map(image).collect()
}

/// An index or manifest of an OCI layout, as far as it is needed.
#[derive(Deserialize)]
struct Node {
    #[serde(default)]
    manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    config: Option<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// Annotations with an image's name: containerd's has all of it, the specification's may be the tag alone.
const NAMES: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];

fn layout(members: &mut Members) -> Result<Vec<ArchiveImage>, Fault> {
    let index: Node = members.json("index.json")?;
    let mut open: Vec<(String, Vec<String>)> = Vec::new();
    let named = |child: &Descriptor| {
        let own = |name: &&str| child.annotations.as_ref().and_then(|own| own.get(*name)).cloned();
        NAMES.iter().find_map(own).into_iter().collect::<Vec<_>>()
    };
    open.extend(index.manifests.into_iter().flatten().map(|child| (child.digest.clone(), named(&child))));
    let (mut images, mut known) = (Vec::new(), BTreeSet::new());
    while let Some((digest, references)) = open.pop() {
        // An index may name itself, or one image twice.
        if !known.insert(digest.clone()) {
            continue;
        }
        if known.len() > IMAGES {
            return Err(unreadable(format!("it has more than {IMAGES} images")));
        }
        let text = members.blob(&digest)?;
        let node: Node =
            serde_json::from_str(&text).map_err(|e| unreadable(format!("its blob {digest} is no manifest: {e}")))?;
        match (node.manifests, node.config) {
            (Some(children), _) => open.extend(children.into_iter().map(|child| (child.digest, references.clone()))),
            (None, Some(config)) => {
                images.push(ArchiveImage { references, config: members.blob(&config.digest)?, digest: Some(digest) });
            }
            (None, None) => {}
        }
    }
    images.reverse();
    Ok(images)
}

/// The member that a blob is in.
fn blob(digest: &str) -> Result<String, Fault> {
    let hex =
        digest.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    let hex = hex.ok_or_else(|| unreadable(format!("`{}` is no sha256 digest", shown(digest))))?;
    Ok(format!("blobs/sha256/{hex}"))
}

/// A name without `.` and `..`, as a link in the folder of `from` means it. It only finds a member: nothing is opened by it.
fn plain(from: &str, name: &str) -> String {
    let mut parts: Vec<&str> = if name.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn unreadable(why: impl Into<String>) -> Fault {
    Fault::Unreadable(why.into())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn damaged(error: io::Error) -> Fault {
    unreadable(format!("it is no tar file, or a damaged one: {}", cause(&error)))
}

fn shown(name: &str) -> String {
    name.chars().take(120).flat_map(char::escape_debug).collect()
}
