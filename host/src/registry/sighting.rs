//! What a registry answered, as the engine's selection sees it.

use buildonce::types::selection::{Accept, Cause, Sighting, SightingKind};

use super::{Document, Failure, Kind};

/// Brings an answer into the engine's form. Bytes that are no text cannot be handed over: no manifest and no config has such.
pub(crate) fn sighting(answer: Result<Document, Failure>) -> Result<Sighting, Failure> {
    match answer {
        Ok(Document { bytes, digest, .. }) => {
            let body = String::from_utf8(bytes).map_err(|_| Failure::invalid("the registry sends what is no text"))?;
            Ok(Sighting { body: Some(body), digest, ..nothing(SightingKind::Document) })
        }
        Err(failure) if failure.kind == Kind::Absent => Ok(absent()),
        Err(failure) => Err(failure),
    }
}

/// A source says that it has no such thing.
pub(crate) fn absent() -> Sighting {
    Sighting { accept: Some(Accept::Complete), ..nothing(SightingKind::Absent) }
}

/// Nobody knows.
pub(crate) fn unknown(failure: &Failure) -> Sighting {
    let cause = match failure.kind {
        Kind::Denied => Cause::Denied,
        Kind::RateLimited => Cause::RateLimited,
        Kind::Unavailable => Cause::Unavailable,
        Kind::Timeout => Cause::Timeout,
        Kind::Absent | Kind::Invalid | Kind::File => Cause::Invalid,
    };
    Sighting { cause: Some(cause), ..nothing(SightingKind::Unknown) }
}

/// A sighting without its parts.
pub(crate) fn nothing(kind: SightingKind) -> Sighting {
    Sighting { kind, cause: None, accept: None, body: None, digest: None, receipt: None, archive: None, tags: None }
}
