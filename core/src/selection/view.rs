//! What was seen so far, one answer for every question whatever the order of the observations.

use std::collections::BTreeMap;

use super::document::{self, Config, Manifest};
use super::model::{Accept, Cause, Observation, Probe, Sighting};
use crate::reference::Digest;

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer<T> {
    /// It was not asked yet.
    Open,
    /// There it is.
    Found(T),
    /// It is not there.
    Absent,
    /// It is there, but its bytes are not those that its name says.
    Altered,
    /// Nobody knows.
    Unknown(Cause),
}

/// All observations, by question.
#[derive(Debug)]
pub(crate) struct View<'a> {
    seen: BTreeMap<&'a Probe, Result<&'a Sighting, Cause>>,
}

impl<'a> View<'a> {
    pub(crate) fn new(observations: &'a [Observation]) -> Self {
        let mut seen = BTreeMap::new();
        for observation in observations {
            let new: Result<&Sighting, Cause> = Ok(&observation.seen);
            seen.entry(&observation.probe).and_modify(|old| *old = outweighing(*old, new)).or_insert(new);
        }
        Self { seen }
    }

    pub(crate) fn sighting(&self, probe: &Probe) -> Answer<&'a Sighting> {
        match self.seen.get(probe) {
            None => Answer::Open,
            Some(Err(cause) | Ok(Sighting::Unknown(cause))) => Answer::Unknown(*cause),
            Some(Ok(Sighting::Absent(Accept::Partial))) => Answer::Unknown(Cause::AcceptIncomplete),
            Some(Ok(Sighting::Absent(Accept::Complete))) => Answer::Absent,
            Some(Ok(sighting)) => Answer::Found(sighting),
        }
    }

    /// A manifest or index with the digest of its bytes.
    pub(crate) fn manifest(&self, probe: &Probe) -> Answer<(Digest, Manifest)> {
        let named = if let Probe::Manifest { reference, .. } = probe { Digest::parse(reference) } else { None };
        self.document(probe, named.as_ref(), document::manifest)
    }

    /// A config.
    pub(crate) fn config(&self, probe: &Probe) -> Answer<(Digest, Config)> {
        let named = if let Probe::Config { digest, .. } = probe { Digest::parse(digest) } else { None };
        self.document(probe, named.as_ref(), document::config)
    }

    fn document<T>(
        &self,
        probe: &Probe,
        named: Option<&Digest>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Answer<(Digest, T)> {
        let (body, claimed) = match self.sighting(probe) {
            Answer::Found(Sighting::Document { body, digest }) => (body, digest),
            Answer::Found(_) => return Answer::Unknown(Cause::Invalid),
            Answer::Open => return Answer::Open,
            Answer::Absent => return Answer::Absent,
            Answer::Altered => return Answer::Altered,
            Answer::Unknown(cause) => return Answer::Unknown(cause),
        };
        let own = Digest::of(body.as_bytes());
        let claimed = claimed.as_deref().map(|text| Digest::parse(text).as_ref() == Some(&own));
        if named.is_some_and(|named| *named != own) || claimed == Some(false) {
            return Answer::Altered;
        }
        read(body).map_or(Answer::Unknown(Cause::Invalid), |document| Answer::Found((own, document)))
    }
}

/// The answer that counts of two to one question.
fn outweighing<'a>(old: Result<&'a Sighting, Cause>, new: Result<&'a Sighting, Cause>) -> Result<&'a Sighting, Cause> {
    let is_success = |sighting: &Sighting| !matches!(sighting, Sighting::Unknown(_) | Sighting::Absent(_));
    match (old, new) {
        // A tag that moved while it was looked at: neither answer is better than the other.
        (Ok(one), Ok(two)) if one != two && is_success(one) && is_success(two) => Err(Cause::Changed),
        (Ok(one), Ok(two)) => Ok(one.max(two)),
        (Err(cause), _) | (_, Err(cause)) => Err(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> Sighting {
        Sighting::Document { body: body.to_owned(), digest: None }
    }

    #[test]
    fn one_answer_counts_whatever_the_order() {
        let probe = Probe::Manifest { image: "ghcr.io/acme/app".to_owned(), reference: "x".to_owned() };
        let unknown = || Sighting::Unknown(Cause::Timeout);
        let absent = || Sighting::Absent(Accept::Complete);
        for (answers, expected) in [
            (vec![unknown(), found("a")], Answer::Found(found("a"))),
            (vec![absent(), found("a")], Answer::Found(found("a"))),
            (vec![unknown(), absent()], Answer::Absent),
            (vec![found("a"), found("a")], Answer::Found(found("a"))),
            (vec![found("a"), found("b")], Answer::Unknown(Cause::Changed)),
            (vec![found("a"), found("b"), found("a")], Answer::Unknown(Cause::Changed)),
            (vec![Sighting::Absent(Accept::Partial)], Answer::Unknown(Cause::AcceptIncomplete)),
            (vec![], Answer::Open),
        ] {
            let mut all: Vec<_> = answers.into_iter().map(|seen| Observation { probe: probe.clone(), seen }).collect();
            for _ in 0..2 {
                let answer = match View::new(&all).sighting(&probe) {
                    Answer::Found(sighting) => Answer::Found(sighting.clone()),
                    Answer::Open => Answer::Open,
                    Answer::Absent => Answer::Absent,
                    Answer::Altered => Answer::Altered,
                    Answer::Unknown(cause) => Answer::Unknown(cause),
                };
                assert_eq!(answer, expected);
                all.reverse();
            }
        }
    }

    #[test]
    fn bytes_that_are_not_those_of_the_digest_are_seen() {
        let body = r#"{"schemaVersion": 2, "manifests": []}"#;
        let of = |reference: &str, digest: Option<&str>| {
            let probe = Probe::Manifest { image: "ghcr.io/acme/app".to_owned(), reference: reference.to_owned() };
            let digest = digest.map(str::to_owned);
            let seen =
                [Observation { probe: probe.clone(), seen: Sighting::Document { body: body.to_owned(), digest } }];
            View::new(&seen).manifest(&probe) == Answer::Altered
        };
        let (own, other) = (Digest::of(body.as_bytes()), Digest::of(b"other"));
        assert!(!of("latest", None) && !of(own.as_str(), None) && !of("latest", Some(own.as_str())));
        assert!(of(other.as_str(), None) && of("latest", Some(other.as_str())) && of("latest", Some("sha256:0")));
    }
}
