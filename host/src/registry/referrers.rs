//! What refers to an image: signatures, attestations, lists of its parts. Registries that list them do so below `referrers/`; for the others
//! a tag named after the digest holds the list (distribution specification 1.1). Before either there were tags with endings of their own.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::tags::{next, relative};
use super::{Address, Document, Failure, Kind, MANIFEST, Registry, plain, shown};
use crate::http::Request;

/// The kind of a list of referrers.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Endings of the tags under which cosign puts what belongs to a digest.
const ENDINGS: [&str; 3] = ["sig", "att", "sbom"];

/// Most pages of a list.
const PAGES: usize = 100;

/// A manifest that refers to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Referrer {
    pub(super) digest: String,
    /// What the list says of it.
    descriptor: Value,
}

impl Referrer {
    /// The same with what the manifest says of itself, as some registries list its config's kind in the place of its own.
    pub(super) fn corrected(mut self, document: &Document) -> Self {
        let body: Value = serde_json::from_slice(&document.bytes).unwrap_or_default();
        for member in ["artifactType", "annotations"] {
            if let (Some(own), Some(descriptor)) = (body.get(member), self.descriptor.as_object_mut()) {
                descriptor.insert(member.to_owned(), own.clone());
            }
        }
        self
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    schema_version: u32,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    manifests: Option<Vec<Value>>,
}

/// Registries that do not know the question say so with 404, as the specification has it; older ones take the path for something else.
fn is_unknown_question(failure: &Failure) -> bool {
    matches!(failure.status, Some(400 | 404..=406))
}

/// The tag that holds the referrers of a digest where a registry does not list them, such as `sha256-…`.
fn fallback(digest: &str) -> String {
    digest.replacen(':', "-", 1)
}

impl Registry {
    /// Everything that refers to a digest.
    pub(super) fn referrers(&self, image: &str, digest: &str) -> Result<Vec<Referrer>, Failure> {
        let address = Address::parse(image, &self.plain)?;
        let mut page = Some(format!("referrers/{}", plain(digest)?));
        let mut found = Vec::new();
        for _ in 0..PAGES {
            let Some(what) = page.take() else { return Ok(found) };
            let url = address.url(&what);
            let request = Request::get(&url).header("accept", INDEX).limit(MANIFEST);
            let answer = match self.ask(&address, &request) {
                Ok(answer) => answer,
                Err(failure) if is_unknown_question(&failure) && found.is_empty() => return self.listed(image, digest),
                Err(failure) => return Err(failure),
            };
            let what = format!("{} to {}", address.registry, shown(&request));
            let next = answer.headers("link").find_map(next).map(|link| relative(&link, &address)).transpose()?;
            found.extend(list(&what, &Document::of(answer))?);
            page = next;
        }
        Err(Failure::invalid(format!("the list of what refers to {digest} does not end")))
    }

    /// What the tag for it lists.
    fn listed(&self, image: &str, digest: &str) -> Result<Vec<Referrer>, Failure> {
        match self.manifest(image, &fallback(digest)) {
            Ok(document) => list(&format!("{image}:{}", fallback(digest)), &document),
            Err(failure) if failure.kind == Kind::Absent => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }

    /// Adds to that tag, where the registry does not keep the list itself.
    pub(super) fn enlist(&self, image: &str, digest: &str, referrer: &Referrer) -> Result<(), Failure> {
        let mut all = self.listed(image, digest)?;
        if all.iter().any(|own| own.digest == referrer.digest) {
            return Ok(());
        }
        all.push(referrer.clone());
        let manifests = Some(all.into_iter().map(|own| own.descriptor).collect());
        let list = List { schema_version: 2, media_type: Some(INDEX.to_owned()), manifests };
        let bytes = serde_json::to_vec(&list).map_err(|e| Failure::invalid(format!("no list can be written: {e}")))?;
        let document = Document { bytes, media_type: Some(INDEX.to_owned()), digest: None };
        self.put_document(image, &fallback(digest), INDEX, &document).map(drop)
    }

    /// The tags of an older habit that belong to a digest and are there.
    pub(super) fn attached(&self, image: &str, digest: &str) -> Result<Vec<(String, Document)>, Failure> {
        let mut found = Vec::new();
        for ending in ENDINGS {
            let tag = format!("{}.{ending}", fallback(digest));
            match self.manifest(image, &tag) {
                Ok(document) => found.push((tag, document)),
                Err(failure) if failure.kind == Kind::Absent => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(found)
    }
}

/// What a list names. Anything else than a list is an error: a signature that is not found must not be taken for one that is not there.
fn list(what: &str, document: &Document) -> Result<Vec<Referrer>, Failure> {
    let list: List = serde_json::from_slice(&document.bytes)
        .map_err(|e| Failure::invalid(format!("{what}: a list of referrers was expected: {e}")))?;
    let referrer = |descriptor: Value| {
        let digest = descriptor.get("digest").and_then(Value::as_str).map(str::to_owned);
        let digest = digest.ok_or_else(|| Failure::invalid(format!("{what}: an entry of the list has no digest")))?;
        Ok(Referrer { digest, descriptor })
    };
    list.manifests.unwrap_or_default().into_iter().map(referrer).collect()
}
