//! Questions and answers as they cross the boundary: records with a kind.
//!
//! Inside, each is an enum that cannot hold nonsense. Some hosts drop the tags of variants, so outside each is a record, and a record
//! that lacks what its kind needs is an error with the place of the record.

use serde::{Deserialize, Serialize};

use super::model::{
    Accept, ArchiveSeen, Cause, NotSelected, Observation, Probe, ReceiptSeen, Request, Selected, Sighting, Step, Tried,
};
use super::reflection::{Reflected, Reflection, ReflectionPolicy, ReflectionStep};
use crate::diagnostic::Diagnostics;
use crate::facts::{Facts, RegistryTags};
use crate::policy::Policy;
use crate::tagging::AcceptedRevision;
use crate::{Diagnostic, Reason};

/// What the host looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeKind {
    /// See [`Probe::Receipt`].
    Receipt,
    /// See [`Probe::Manifest`]; needs `image` and `reference`.
    Manifest,
    /// See [`Probe::Config`]; needs `image` and `reference`, which is its digest.
    Config,
    /// See [`Probe::Archive`].
    Archive,
    /// See [`Probe::Tags`]; needs `image`.
    Tags,
}

/// A [`Probe`] with its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeRecord {
    /// What is looked at.
    pub kind: ProbeKind,
    /// Registry and repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Tag or digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What the host saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SightingKind {
    /// See [`Sighting::Unknown`]; needs `cause`.
    Unknown,
    /// See [`Sighting::Absent`]; needs `accept`.
    Absent,
    /// See [`Sighting::Document`]; needs `body`.
    Document,
    /// See [`Sighting::Receipt`]; needs `receipt`.
    Receipt,
    /// See [`Sighting::Archive`]; needs `archive`.
    Archive,
    /// See [`Sighting::Tags`]; needs `tags`.
    Tags,
}

/// A [`Sighting`] with its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SightingRecord {
    /// What was seen.
    pub kind: SightingKind,
    /// Why nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Which kinds of manifest the request accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<Accept>,
    /// The bytes of a document, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What the registry calls the document's digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptSeen>,
    /// The archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveSeen>,
    /// The list of tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<RegistryTags>,
}

/// An [`Observation`] in records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservationRecord {
    /// The question, as it was asked.
    pub probe: ProbeRecord,
    /// The answer.
    pub seen: SightingRecord,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// See [`Step::Probe`]; has `probes`.
    Probe,
    /// See [`Step::Accept`]; has `selected`.
    Accept,
    /// See [`Step::Rebuild`]; has `not_selected`.
    Rebuild,
    /// See [`Step::Fail`]; has `not_selected`.
    Fail,
}

/// A [`NotSelected`] in records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotSelectedRecord {
    /// What decided it.
    pub reason: Reason,
    /// The question that was not answered, for the retry policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<ProbeRecord>,
    /// Why it was not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// References that were looked for.
    pub expected: Vec<String>,
    /// Labels of which one would have been proof.
    pub accepted: Vec<AcceptedRevision>,
    /// Every candidate that was looked at.
    pub trace: Vec<Tried>,
}

/// A [`Step`] with its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// What to do.
    pub kind: StepKind,
    /// What to look at; empty unless the kind is `probe`.
    pub probes: Vec<ProbeRecord>,
    /// The image to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<Selected>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_selected: Option<NotSelectedRecord>,
}

/// A [`ReflectionStep`] as a record; one of the two is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReflectionRecord {
    /// Look up what this tag points at, and ask again with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_up: Option<String>,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Reflection>,
}

/// [`super::next`] for callers outside of this crate.
pub fn next(
    policy: &Policy,
    facts: &Facts,
    request: &Request,
    seen: Vec<ObservationRecord>,
) -> Result<StepRecord, Diagnostics> {
    observations(seen).and_then(|seen| super::next(policy, facts, request, &seen)).map(StepRecord::from)
}

/// What was seen, or what the records lack.
pub(crate) fn observations(seen: Vec<ObservationRecord>) -> Result<Vec<Observation>, Diagnostics> {
    let mut read = Vec::new();
    let mut wrong = Vec::new();
    for (number, record) in seen.into_iter().enumerate() {
        match observation(record) {
            Ok(observation) => read.push(observation),
            Err((part, needs)) => {
                let error = Diagnostic::error("invalid-observation", format!("seen[{number}].{part} needs {needs}"));
                wrong.push(error.help("repeat the probe as it was asked, and fill in what its kind of answer has"));
            }
        }
    }
    if wrong.is_empty() { Ok(read) } else { Err(wrong) }
}

/// [`super::reflect`] for callers outside of this crate.
pub fn reflect(
    policy: ReflectionPolicy,
    before: Option<&Reflected>,
    tag: &str,
    looked_up: Option<&str>,
) -> ReflectionRecord {
    match super::reflect(policy, before, tag, looked_up) {
        ReflectionStep::LookUp(tag) => ReflectionRecord { look_up: Some(tag), done: None },
        ReflectionStep::Done(done) => ReflectionRecord { look_up: None, done: Some(done) },
    }
}

/// What a record lacks: the part, and what it needs.
pub(crate) type Lack = (&'static str, &'static str);

pub(crate) fn observation(record: ObservationRecord) -> Result<Observation, Lack> {
    Ok(Observation { probe: probe(record.probe)?, seen: sighting(record.seen)? })
}

fn probe(record: ProbeRecord) -> Result<Probe, Lack> {
    let located = |image: Option<String>, reference: Option<String>| image.zip(reference);
    Ok(match record.kind {
        ProbeKind::Receipt => Probe::Receipt,
        ProbeKind::Archive => Probe::Archive,
        ProbeKind::Manifest => {
            let located = located(record.image, record.reference);
            let (image, reference) = located.ok_or(("probe", "`image` and `reference` for a manifest"))?;
            Probe::Manifest { image, reference }
        }
        ProbeKind::Config => {
            let located = located(record.image, record.reference);
            let (image, digest) = located.ok_or(("probe", "`image` and `reference` for a config"))?;
            Probe::Config { image, digest }
        }
        ProbeKind::Tags => Probe::Tags { image: record.image.ok_or(("probe", "`image` for a list of tags"))? },
    })
}

fn sighting(record: SightingRecord) -> Result<Sighting, Lack> {
    let SightingRecord { kind, cause, accept, body, digest, receipt, archive, tags } = record;
    Ok(match kind {
        SightingKind::Unknown => Sighting::Unknown(cause.ok_or(("seen", "`cause` where the answer is not known"))?),
        SightingKind::Absent => Sighting::Absent(accept.ok_or(("seen", "`accept` where nothing was there"))?),
        SightingKind::Document => Sighting::Document { body: body.ok_or(("seen", "`body` for a document"))?, digest },
        SightingKind::Receipt => Sighting::Receipt(receipt.ok_or(("seen", "`receipt` for a receipt"))?),
        SightingKind::Archive => Sighting::Archive(archive.ok_or(("seen", "`archive` for an archive"))?),
        SightingKind::Tags => Sighting::Tags(tags.ok_or(("seen", "`tags` for a list of tags"))?),
    })
}

impl From<Probe> for ProbeRecord {
    fn from(probe: Probe) -> Self {
        let (kind, image, reference) = match probe {
            Probe::Receipt => (ProbeKind::Receipt, None, None),
            Probe::Archive => (ProbeKind::Archive, None, None),
            Probe::Manifest { image, reference } => (ProbeKind::Manifest, Some(image), Some(reference)),
            Probe::Config { image, digest } => (ProbeKind::Config, Some(image), Some(digest)),
            Probe::Tags { image } => (ProbeKind::Tags, Some(image), None),
        };
        Self { kind, image, reference }
    }
}

impl From<Sighting> for SightingRecord {
    fn from(sighting: Sighting) -> Self {
        let of = |kind| Self {
            kind,
            cause: None,
            accept: None,
            body: None,
            digest: None,
            receipt: None,
            archive: None,
            tags: None,
        };
        match sighting {
            Sighting::Unknown(cause) => Self { cause: Some(cause), ..of(SightingKind::Unknown) },
            Sighting::Absent(accept) => Self { accept: Some(accept), ..of(SightingKind::Absent) },
            Sighting::Document { body, digest } => Self { body: Some(body), digest, ..of(SightingKind::Document) },
            Sighting::Receipt(receipt) => Self { receipt: Some(receipt), ..of(SightingKind::Receipt) },
            Sighting::Archive(archive) => Self { archive: Some(archive), ..of(SightingKind::Archive) },
            Sighting::Tags(tags) => Self { tags: Some(tags), ..of(SightingKind::Tags) },
        }
    }
}

impl From<Observation> for ObservationRecord {
    fn from(observation: Observation) -> Self {
        Self { probe: observation.probe.into(), seen: observation.seen.into() }
    }
}

impl From<NotSelected> for NotSelectedRecord {
    fn from(answer: NotSelected) -> Self {
        let NotSelected { reason, probe, cause, expected, accepted, trace } = answer;
        Self { reason, probe: probe.map(ProbeRecord::from), cause, expected, accepted, trace }
    }
}

impl From<Step> for StepRecord {
    fn from(step: Step) -> Self {
        let of = |kind| Self { kind, probes: Vec::new(), selected: None, not_selected: None };
        let without = |kind, answer: Box<NotSelected>| Self { not_selected: Some((*answer).into()), ..of(kind) };
        match step {
            Step::Probe(probes) => {
                Self { probes: probes.into_iter().map(ProbeRecord::from).collect(), ..of(StepKind::Probe) }
            }
            Step::Accept(selected) => Self { selected: Some(*selected), ..of(StepKind::Accept) },
            Step::Rebuild(answer) => without(StepKind::Rebuild, answer),
            Step::Fail(answer) => without(StepKind::Fail, answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_the_same_as_its_question_and_answer() {
        let probes = [
            Probe::Receipt,
            Probe::Archive,
            Probe::Manifest { image: "ghcr.io/acme/app".to_owned(), reference: "x".to_owned() },
            Probe::Config { image: "ghcr.io/acme/app".to_owned(), digest: "sha256:0".to_owned() },
            Probe::Tags { image: "ghcr.io/acme/app".to_owned() },
        ];
        let sightings = [
            Sighting::Unknown(Cause::Timeout),
            Sighting::Absent(Accept::Partial),
            Sighting::Document { body: "{}".to_owned(), digest: None },
            Sighting::Receipt(ReceiptSeen::default()),
            Sighting::Archive(ArchiveSeen::default()),
            Sighting::Tags(RegistryTags::default()),
        ];
        for probe in &probes {
            for seen in &sightings {
                let one = Observation { probe: probe.clone(), seen: seen.clone() };
                assert_eq!(observation(one.clone().into()), Ok(one));
            }
        }
    }

    #[test]
    fn a_record_that_lacks_what_its_kind_needs_is_refused_with_its_place() {
        let mut record = ObservationRecord::from(Observation {
            probe: Probe::Manifest { image: "a".to_owned(), reference: "b".to_owned() },
            seen: Sighting::Absent(Accept::Complete),
        });
        record.seen.accept = None;
        let (policy, facts) = (
            Policy::standard(),
            serde_json::from_str(r#"{"engine": "local", "event": "push", "event_name": "push", "now": 0}"#),
        );
        let errors = next(&policy, &facts.unwrap(), &Request::default(), vec![record]).unwrap_err();
        assert_eq!(errors[0].message, "seen[0].seen needs `accept` where nothing was there");
    }
}
