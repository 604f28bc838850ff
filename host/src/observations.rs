//! What was seen of registries, receipts and archives, as a document: the input of a decision that looks at nothing itself.

use buildonce::types::RegistryTags;
use buildonce::types::selection::{
    Accept, ArchiveImage, ArchiveSeen, Cause, Observation, Probe, ProbeKind, ReceiptSeen, Sighting, SightingKind,
};
use serde::Deserialize;

use crate::problem::Problem;

/// The enum of the contract under the words that JSON has for it.
macro_rules! words {
    ($($name:ident => $kind:ident { $($case:ident),* $(,)? })*) => { $(
        #[derive(Debug, Clone, Copy, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum $name { $($case),* }

        impl From<$name> for $kind {
            fn from(word: $name) -> Self {
                match word { $($name::$case => Self::$case),* }
            }
        }
    )* };
}

words! {
    ProbeWord => ProbeKind { Receipt, Manifest, Config, Archive, Tags }
    SightingWord => SightingKind { Unknown, Absent, Document, Receipt, Archive, Tags }
    CauseWord => Cause { Denied, RateLimited, Unavailable, Timeout, Invalid, AcceptIncomplete, Changed }
    AcceptWord => Accept { Complete, Partial }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObservationText {
    probe: ProbeText,
    seen: SightingText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeText {
    kind: ProbeWord,
    image: Option<String>,
    reference: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SightingText {
    kind: SightingWord,
    cause: Option<CauseWord>,
    accept: Option<AcceptWord>,
    body: Option<String>,
    digest: Option<String>,
    receipt: Option<ReceiptText>,
    archive: Option<ArchiveText>,
    tags: Option<TagsText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiptText {
    built: Option<String>,
    head: Option<String>,
    references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchiveText {
    path: String,
    images: Vec<ImageText>,
    sha256: Option<String>,
    size: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagsText {
    tags: Vec<String>,
    complete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageText {
    #[serde(default)]
    references: Vec<String>,
    config: String,
    digest: Option<String>,
}

/// Reads a list of observations in the engine's JSON. `name` is what an error calls the document.
pub(crate) fn parse(text: &str, name: &str) -> Result<Vec<Observation>, Problem> {
    let read: Vec<ObservationText> = serde_json::from_str(text).map_err(|e| {
        Problem::usage("invalid-observations", format!("{name} is no list of observations: {e}")).help(
            "one looks like {\"probe\": {\"kind\": \"receipt\"}, \"seen\": {\"kind\": \"absent\", \"accept\": \"complete\"}}; \
             start with [] and see what is asked for",
        )
    })?;
    Ok(read.into_iter().map(Observation::from).collect())
}

impl From<ObservationText> for Observation {
    fn from(text: ObservationText) -> Self {
        let ProbeText { kind, image, reference } = text.probe;
        Self { probe: Probe { kind: kind.into(), image, reference }, seen: text.seen.into() }
    }
}

impl From<SightingText> for Sighting {
    fn from(text: SightingText) -> Self {
        let SightingText { kind, cause, accept, body, digest, receipt, archive, tags } = text;
        let receipt = receipt.map(|ReceiptText { built, head, references }| ReceiptSeen { built, head, references });
        let image = |ImageText { references, config, digest }| ArchiveImage { references, config, digest };
        let archive = archive.map(|ArchiveText { path, images, sha256, size }| ArchiveSeen {
            path,
            images: images.into_iter().map(image).collect(),
            sha256,
            size,
        });
        Self {
            kind: kind.into(),
            cause: cause.map(Cause::from),
            accept: accept.map(Accept::from),
            body,
            digest,
            receipt,
            archive,
            tags: tags.map(|TagsText { tags, complete }| RegistryTags { tags, complete }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_anything_else_is_refused() {
        let text = r#"[{"probe": {"kind": "manifest", "image": "a.example/b", "reference": "c"}, "seen": {"kind": "unknown", "cause": "rate-limited"}}]"#;
        let read = parse(text, "seen.json").unwrap();
        assert_eq!((read[0].probe.kind, read[0].seen.cause), (ProbeKind::Manifest, Some(Cause::RateLimited)));
        for wrong in ["{}", "[1]", r#"[{"probe": {"kind": "tag"}, "seen": {"kind": "absent"}}]"#, ""] {
            assert!(parse(wrong, "seen.json").is_err(), "{wrong}");
        }
    }
}
