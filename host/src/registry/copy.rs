//! Copies of images: inside a repository by the manifest alone, from one repository to another with everything that it names, and what
//! refers to it.
//!
//! The bytes of every manifest stay as they are, so that the digest does. What the target has already is not sent.

use std::collections::BTreeSet;
use std::io::Read;

use serde::Deserialize;

use super::{Address, CONFIG, Document, Failure, Registry, plain, sha256, shown, shown_as};
use crate::http::{Opened, Request};

/// How deep indexes may lie in each other; real ones have one level.
const DEPTH: usize = 4;

/// Most manifests of one image.
const MANIFESTS: usize = 1000;

/// What a manifest without a media type in the answer's header is.
pub(super) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// A manifest or an index, as far as it names others.
#[derive(Deserialize)]
pub(super) struct Node {
    #[serde(default, rename = "mediaType")]
    media_type: Option<String>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(default)]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    /// Layers that their makers allow to be fetched from these addresses only.
    #[serde(default)]
    urls: Vec<String>,
}

impl Node {
    /// The digest of the config, for an image of one platform.
    pub(super) fn config(&self) -> Option<String> {
        self.config.as_ref().map(|own| own.digest.clone())
    }
}

/// Whether a registry keeps the list of referrers by itself, as it says of a manifest that has a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    Yes,
    No,
}

impl Registry {
    /// Gives what a digest of `image` names the name `target`, such as `registry.example/acme/app:1.2`, or brings it there without a name,
    /// for `registry.example/acme/app@sha256:…`. Signatures and the like go along to another repository.
    pub(crate) fn copy(&self, image: &str, digest: &str, target: &str) -> Result<(), Failure> {
        let by_tag = || target.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        let (to, tag) = target
            .split_once('@')
            .or_else(by_tag)
            .ok_or_else(|| Failure::invalid(format!("`{target}` is no name with a tag or a digest")))?;
        let document = self.manifest(image, digest)?;
        let node = node(&document)?;
        if image == to {
            return self.put_manifest(to, tag, &node, &document).map(drop);
        }
        let mut copied = BTreeSet::new();
        self.copy_parts(image, to, &node, &mut copied, 0)?;
        self.put_manifest(to, tag, &node, &document)?;
        let manifests = node.manifests.iter().map(|own| own.digest.as_str()).chain([digest]);
        manifests.into_iter().try_for_each(|own| self.copy_referrers(image, to, own, &mut copied, 0))
    }

    /// Brings along what refers to a manifest, and what refers to that.
    fn copy_referrers(
        &self,
        image: &str,
        to: &str,
        digest: &str,
        copied: &mut BTreeSet<String>,
        depth: usize,
    ) -> Result<(), Failure> {
        if depth > DEPTH || copied.len() > MANIFESTS {
            return Err(Failure::invalid(format!("{image}: too much refers to {digest}")));
        }
        for referrer in self.referrers(image, digest)? {
            if copied.insert(referrer.digest.clone()) {
                let document = self.manifest(image, &referrer.digest)?;
                let (node, referrer) = (node(&document)?, referrer.corrected(&document));
                self.copy_parts(image, to, &node, copied, 0)?;
                if self.put_manifest(to, &referrer.digest, &node, &document)? == Lists::No {
                    self.enlist(to, digest, &referrer)?;
                }
                self.copy_referrers(image, to, &referrer.digest, copied, depth + 1)?;
            }
        }
        for (tag, document) in self.attached(image, digest)? {
            let node = node(&document)?;
            self.copy_parts(image, to, &node, copied, 0)?;
            self.put_manifest(to, &tag, &node, &document)?;
        }
        Ok(())
    }

    fn copy_parts(
        &self,
        image: &str,
        to: &str,
        node: &Node,
        copied: &mut BTreeSet<String>,
        depth: usize,
    ) -> Result<(), Failure> {
        if depth > DEPTH || copied.len() > MANIFESTS {
            return Err(Failure::invalid(format!("{image}: its indexes name too many others")));
        }
        for blob in node.config.iter().chain(&node.layers).filter(|own| own.urls.is_empty()) {
            if copied.insert(blob.digest.clone()) {
                self.copy_blob(image, to, &blob.digest)?;
            }
        }
        for child in &node.manifests {
            if copied.insert(child.digest.clone()) {
                let document = self.manifest(image, &child.digest)?;
                let inner = self::node(&document)?;
                self.copy_parts(image, to, &inner, copied, depth + 1)?;
                self.put_manifest(to, &child.digest, &inner, &document)?;
            }
        }
        Ok(())
    }

    /// Sends a manifest as it came.
    fn put_manifest(&self, image: &str, reference: &str, node: &Node, document: &Document) -> Result<Lists, Failure> {
        let kind = node.media_type.as_deref().or(document.media_type.as_deref()).unwrap_or(MANIFEST_TYPE);
        self.put_document(image, reference, kind, document)
    }

    /// Sends a manifest of some kind.
    pub(super) fn put_document(
        &self,
        image: &str,
        reference: &str,
        kind: &str,
        document: &Document,
    ) -> Result<Lists, Failure> {
        let address = Address::parse(image, &self.plain)?;
        let url = address.url(&format!("manifests/{}", plain(reference)?));
        let request = Request::put(&url, &document.bytes).header("content-type", kind);
        let answer = self.send(&address, "pull,push", &request)?;
        if !(200..300).contains(&answer.status) {
            return Err(Failure::of_status(&address.registry, &shown(&request), &answer));
        }
        let (own, told) = (sha256(&document.bytes), answer.header("docker-content-digest"));
        match told.filter(|told| *told != own) {
            None if answer.header("oci-subject").is_some() => Ok(Lists::Yes),
            None => Ok(Lists::No),
            Some(told) => Err(Failure::invalid(format!("{} took {own} and calls it {told}", address.registry))),
        }
    }

    /// Puts a blob where it is not yet: by a mount inside of a registry, else by passing it on.
    fn copy_blob(&self, image: &str, to: &str, digest: &str) -> Result<(), Failure> {
        let (source, target) = (Address::parse(image, &self.plain)?, Address::parse(to, &self.plain)?);
        let digest = plain(digest)?;
        let same = source.registry == target.registry;
        let mount = if same { format!("?mount={digest}&from={}", source.repository) } else { String::new() };
        match self.begin_upload(&target, digest, &mount)? {
            Some(place) => self.pass_on(&source, &target, digest, &place),
            None => Ok(()),
        }
    }

    /// Where a blob is to be sent to; nowhere when it is there.
    pub(super) fn begin_upload(&self, target: &Address, digest: &str, mount: &str) -> Result<Option<String>, Failure> {
        let there = target.url(&format!("blobs/{digest}"));
        if self.send(target, "pull,push", &Request::head(&there))?.status == 200 {
            return Ok(None);
        }
        let url = target.url(&format!("blobs/uploads/{mount}"));
        let request = Request::post(&url, b"");
        let answer = self.send(target, "pull,push", &request)?;
        match answer.status {
            201 => return Ok(None),
            202 => {}
            _ => return Err(Failure::of_status(&target.registry, &shown(&request), &answer)),
        }
        let place = answer.header("location").unwrap_or_default();
        let place = target.resolve(place).ok_or_else(|| {
            Failure::invalid(format!("{} names no place for an upload: `{}`", target.registry, place.escape_debug()))
        })?;
        let sign = if place.contains('?') { '&' } else { '?' };
        Ok(Some(format!("{place}{sign}digest={digest}")))
    }

    /// Reads a blob from one registry and writes it to another at the same time.
    fn pass_on(&self, source: &Address, target: &Address, digest: &str, place: &str) -> Result<(), Failure> {
        let url = source.url(&format!("blobs/{digest}"));
        let who = &source.registry;
        // Logs in, where that is needed, with a request that has no body.
        let probe = self.send(source, "pull", &Request::head(&url))?;
        if !(200..300).contains(&probe.status) {
            return Err(Failure::of_status(who, &shown_as("HEAD", &url), &probe));
        }
        let key = self.door(&format!("{who} repository:{}:pull", source.repository)).header();
        let request = Request::get(&url).limit(CONFIG).authorization(key.as_deref());
        let opened = self.client.open(&request).map_err(|failure| Failure::of_http(who, failure))?;
        let (length, mut reader) = match opened {
            Opened::Body { length: Some(length), reader } => (length, reader),
            Opened::Body { length: None, .. } => {
                return Err(Failure::invalid(format!("{who} does not say how long {digest} is")));
            }
            Opened::Refused(answer) => return Err(Failure::of_status(who, &shown(&request), &answer)),
        };
        self.upload(target, place, length, &mut reader)
    }

    /// Sends the bytes of a blob to the place that was told for them.
    pub(super) fn upload(
        &self,
        target: &Address,
        place: &str,
        length: u64,
        reader: &mut dyn Read,
    ) -> Result<(), Failure> {
        let key = self.door(&format!("{} repository:{}:pull,push", target.registry, target.repository)).header();
        let key = key.filter(|_| target.is_own(place));
        let answer = self.client.upload(place, key.as_deref(), length, reader);
        let answer = answer.map_err(|failure| Failure::of_http(&target.registry, failure))?;
        if answer.status == 201 {
            return Ok(());
        }
        Err(Failure::of_status(&target.registry, &shown_as("PUT", place), &answer))
    }
}

pub(super) fn node(document: &Document) -> Result<Node, Failure> {
    serde_json::from_slice(&document.bytes).map_err(|e| Failure::invalid(format!("the manifest cannot be read: {e}")))
}
