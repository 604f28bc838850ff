//! Registries: one client for a command, which keeps its connections and tokens. It tells what is absent from what is denied and from what
//! is broken, and decides nothing: whether to try again is the engine's answer (`retry`), and which image is meant, too.

mod access;
mod address;
mod challenge;
mod copy;
mod document;
mod failure;
mod push;
mod referrers;
pub(crate) mod sighting;
mod tags;
mod token;
pub(crate) mod tries;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::Door;
use address::Address;
pub(crate) use document::{Document, sha256};
use document::{is_manifest, not_a_page};
pub(crate) use failure::{Failure, Kind};
pub(crate) use tags::Listing;

use crate::credentials::Logins;
use crate::http::{Answer, Client, PlainHttp, Request};

/// Largest manifest in bytes: what the distribution specification asks registries to take at least.
const MANIFEST: u64 = 4 << 20;

/// Largest config of an image in bytes.
pub(crate) const CONFIG: u64 = 8 << 20;

/// Every kind of manifest. A registry answers 404 for what it has when a request accepts fewer.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// The client. Threads may share it.
pub(crate) struct Registry {
    client: Client,
    plain: PlainHttp,
    logins: Logins,
    time: Option<Duration>,
    doors: Mutex<HashMap<String, Arc<Door>>>,
}

impl Registry {
    /// A client with the logins of this machine, which has not connected anywhere. It speaks plain http with this machine and with the
    /// hosts `plain`, which are written with their ports.
    pub(crate) fn of_this_machine(plain: Vec<String>) -> Self {
        Self::new(Logins::of_this_machine(), PlainHttp::Hosts(plain))
    }

    /// A client that has not connected anywhere.
    pub(crate) fn new(logins: Logins, plain: PlainHttp) -> Self {
        Self { client: Client::new(plain.clone()), plain, logins, time: None, doors: Mutex::default() }
    }

    /// Lets a request take this long in all.
    pub(crate) fn within(self, time: Option<Duration>) -> Self {
        Self { time, ..self }
    }

    /// The manifest or index that a tag or digest of an image names, such as `v1` of `registry.example/acme/app`. Its bytes are those
    /// of its digest.
    pub(crate) fn manifest(&self, image: &str, reference: &str) -> Result<Document, Failure> {
        let document = self.manifest_as_sent(image, reference)?;
        document.check(&Address::parse(image, &self.plain)?, reference)?;
        Ok(document)
    }

    /// The same, whatever its digest: for the engine, which has a verdict of its own for bytes that are others.
    pub(crate) fn manifest_as_sent(&self, image: &str, reference: &str) -> Result<Document, Failure> {
        let address = Address::parse(image, &self.plain)?;
        let url = address.url(&format!("manifests/{}", plain(reference)?));
        let answer = self.ask(&address, &Request::get(&url).header("accept", ACCEPT).limit(MANIFEST))?;
        is_manifest(&address.registry, &shown_as("GET", &url), &answer)?;
        Ok(Document::of(answer))
    }

    /// A blob of at most `limit` bytes, whatever its digest.
    pub(crate) fn blob_as_sent(&self, image: &str, digest: &str, limit: u64) -> Result<Document, Failure> {
        let address = Address::parse(image, &self.plain)?;
        let url = address.url(&format!("blobs/{}", plain(digest)?));
        let answer = self.ask(&address, &Request::get(&url).limit(limit))?;
        not_a_page(&address.registry, digest, &answer)?;
        Ok(Document::of(answer))
    }

    /// Reads something.
    fn ask(&self, address: &Address, request: &Request<'_>) -> Result<Answer, Failure> {
        let answer = self.send(address, "pull", request)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        Err(Failure::of_status(&address.registry, &shown(request), &answer))
    }

    /// Sends a request, and logs in for `actions` when the registry asks for it. Any other status than 401 is an answer.
    fn send(&self, address: &Address, actions: &str, request: &Request<'_>) -> Result<Answer, Failure> {
        let who = &address.registry;
        let scope = format!("repository:{}:{actions}", address.repository);
        let door = self.door(&format!("{who} {scope}"));
        let send = |header: Option<&str>| {
            self.client
                .send(&request.clone().time(self.time).authorization(header))
                .map_err(|failure| Failure::of_http(who, failure))
        };
        let used = door.header();
        let mut answer = send(used.as_deref())?;
        if answer.status == 401 {
            let header = door.renew(used.as_deref(), || self.key(address, &scope, &answer, used.as_deref()))?;
            answer = send(Some(&header))?;
        }
        Ok(answer)
    }

    fn door(&self, name: &str) -> Arc<Door> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(doors.entry(name.to_owned()).or_default())
    }
}

/// A tag or digest that means itself in an address.
fn plain(reference: &str) -> Result<&str, Failure> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':' | b'+');
    if !reference.is_empty() && !reference.starts_with('.') && reference.bytes().all(is_plain) {
        return Ok(reference);
    }
    Err(Failure::invalid(format!("`{}` is no tag and no digest", reference.escape_debug())))
}

/// A request with the path of its address, for messages.
fn shown(request: &Request<'_>) -> String {
    shown_as(request.method(), request.url())
}

fn shown_as(method: &str, url: &str) -> String {
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    format!("{method} /{}", path.split('?').next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
