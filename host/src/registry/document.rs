//! Manifests and blobs: what was asked for, as it came.

use serde_json::Value;
use sha2::{Digest as _, Sha512};

use super::failure::{is_page, words};
use super::{Failure, address::Address};
use crate::checksum;
use crate::http::Answer;

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// Every byte.
    pub(crate) bytes: Vec<u8>,
    /// The header `content-type`.
    pub(crate) media_type: Option<String>,
    /// The header `docker-content-digest`, as the registry sent it.
    pub(crate) digest: Option<String>,
}

impl Document {
    pub(super) fn of(answer: Answer) -> Self {
        let header = |name: &str| answer.header(name).map(str::to_owned);
        Self { media_type: header("content-type"), digest: header("docker-content-digest"), bytes: answer.body }
    }

    /// Holds the bytes to the digest that was asked for, or, where a tag was asked for, to the digest that the registry tells.
    pub(super) fn check(&self, address: &Address, reference: &str) -> Result<(), Failure> {
        let wanted = if is_digest(reference) { Some(reference) } else { self.digest.as_deref() };
        let Some(wanted) = wanted else { return Ok(()) };
        let actual = match wanted.split_once(':') {
            Some(("sha256", _)) => sha256(&self.bytes),
            Some(("sha512", _)) => format!("sha512:{}", checksum::hex(&Sha512::digest(&self.bytes))),
            _ => return Err(Failure::invalid(format!("{} names `{wanted}`, which is no digest", address.registry))),
        };
        if actual == wanted {
            return Ok(());
        }
        let said = if is_digest(reference) { "was asked for" } else { "is what it says they are" };
        Err(Failure::invalid(format!(
            "{} sends bytes for {}{}{reference} that are {actual}, and {wanted} {said}",
            address.registry,
            address.repository,
            if is_digest(reference) { '@' } else { ':' },
        )))
    }
}

/// The digest of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", checksum::sha256(bytes))
}

/// Whether a reference is a digest; no tag has a colon.
pub(super) fn is_digest(reference: &str) -> bool {
    reference.contains(':')
}

/// Refuses a web page in the place of a blob; a blob may look like one, if its digest says so.
pub(super) fn not_a_page(who: &str, digest: &str, answer: &Answer) -> Result<(), Failure> {
    if is_page(answer) && sha256(&answer.body) != digest {
        return Err(Failure::invalid(format!(
            "{who} answers the wish for {digest} with a web page, as a proxy or a login sends it"
        )));
    }
    Ok(())
}

/// Refuses an answer with status 200 that is no manifest at all: a login page, an error of a gateway. Which manifest it is, and whether it
/// is the right one, is the engine's question.
pub(super) fn is_manifest(who: &str, what: &str, answer: &Answer) -> Result<(), Failure> {
    if is_page(answer) {
        return Err(Failure::invalid(format!("{who} answers {what} with a web page, as a proxy or a login sends it")));
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json =
        kind.is_empty() || kind == "application/json" || kind.ends_with("+json") || kind.ends_with("+prettyjws");
    if !is_json {
        return Err(Failure::invalid(format!("{who} answers {what} with `{kind}`, which is no kind of manifest")));
    }
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match body.as_ref().and_then(Value::as_object) {
        None => Err(Failure::invalid(format!("{who} answers {what} with what is no JSON object"))),
        Some(fields) if fields.contains_key("errors") && !fields.contains_key("schemaVersion") => {
            let words = body.as_ref().and_then(words).map_or(String::new(), |words| format!(": {words}"));
            Err(Failure::invalid(format!("{who} answers {what} with 200 and an error{words}")))
        }
        Some(_) => Ok(()),
    }
}
