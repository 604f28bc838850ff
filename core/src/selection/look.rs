//! Whether what is under a name is one certain image: every platform with every label. A build asks so of what it pushed, and a receipt of what it
//! names.

use std::collections::BTreeMap;

use super::archive;
use super::document::config;
use super::exchange::ProbeRecord;
use super::model::{Cause, Observation, OverrideRevision, Probe, SelectedPlatform, Sighting};
use super::revision::Wanted;
use super::verify::{Fit, Outcome, Verifier};
use super::view::{Answer, View};
use crate::reference::{Digest, Platform};
use crate::tagging::{AcceptedRevision, REVISION};
use crate::text::shown;
use crate::{Entry, Reason};

/// The label with the time of the build, which is another one for every build.
const CREATED: &str = "org.opencontainers.image.created";

/// What is under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// These must be looked at first.
    Ask(Vec<ProbeRecord>),
    /// The image that is meant.
    Ours { digest: Option<Digest>, platforms: Vec<SelectedPlatform> },
    /// Another one, and why it is another.
    Other { digest: Option<Digest>, reason: Reason },
    /// Nothing.
    Nothing,
    /// Nobody knows.
    Unknown(Reason),
}

/// Judges what was seen in one stretch of time in which nothing changed.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    pub(crate) view: View<'a>,
    labels: &'a [Entry],
    accepted: Vec<AcceptedRevision>,
    platforms: Vec<(String, Platform)>,
    /// Whether the time of the build counts, too.
    same_build: bool,
}

impl<'a> Look<'a> {
    /// Looks for the image with these labels for these platforms, as they are written.
    pub(crate) fn new<'n>(
        labels: &'a [Entry],
        platforms: impl Iterator<Item = &'n String>,
        seen: &'a [Observation],
        same_build: bool,
    ) -> Self {
        let accepted = labels.iter().filter(|label| label.key == REVISION);
        let accepted = accepted.map(|own| AcceptedRevision { label: own.key.clone(), revision: own.value.clone() });
        let platforms = platforms.filter_map(|name| Some((name.clone(), Platform::parse(name).ok()?))).collect();
        Self { view: View::new(seen), labels, accepted: accepted.collect(), platforms, same_build }
    }

    /// What commit the image must be of: any, where the policy leaves that label out.
    fn wanted(&self) -> Wanted<'_> {
        let revision = if self.accepted.is_empty() { OverrideRevision::Any } else { OverrideRevision::Accepted };
        Wanted { accepted: &self.accepted, revision, source: None }
    }

    /// What is under a tag or digest: every platform with every label, or what is wrong with it.
    pub(crate) fn image(&self, image: &str, reference: &str) -> Sight {
        let wanted = self.wanted();
        let verifier = Verifier { view: &self.view, wanted: &wanted, platforms: &self.platforms };
        let digest = self.digest(image, reference);
        let own = |probe: &Probe| match self.view.config(probe) {
            Answer::Found((_, config)) => Some(config.labels),
            _ => None,
        };
        let labels = |platform: &SelectedPlatform| {
            own(&Probe::Config { image: image.to_owned(), digest: platform.config.clone() })
        };
        self.sight(verifier.image(image, reference), digest, labels)
    }

    /// A further name of an image that is looked at under its first.
    pub(crate) fn name(&self, image: &str, tag: &str) -> Sight {
        let probe = Probe::Manifest { image: image.to_owned(), reference: tag.to_owned() };
        match self.view.manifest(&probe) {
            Answer::Open => Sight::Ask(vec![probe.into()]),
            Answer::Found((digest, _)) => Sight::Ours { digest: Some(digest), platforms: Vec::new() },
            Answer::Absent => Sight::Nothing,
            Answer::Altered => {
                let reason = Reason::new("digest-mismatch", "its bytes are not those of its digest");
                Sight::Other { digest: None, reason }
            }
            Answer::Unknown(cause) => Sight::Unknown(Reason::new("unknown", cause.told())),
        }
    }

    /// What is in the archive.
    pub(crate) fn archive(&self) -> Sight {
        let outcome = match self.view.sighting(&Probe::Archive) {
            Answer::Open => return Sight::Ask(vec![Probe::Archive.into()]),
            Answer::Found(Sighting::Archive(archive)) => {
                let labels = |platform: &SelectedPlatform| {
                    let own =
                        archive.images.iter().find(|own| Digest::of(own.config.as_bytes()).as_str() == platform.config);
                    own.and_then(|own| config(&own.config)).map(|config| config.labels)
                };
                return self.sight(archive::judge(archive, &self.wanted(), &self.platforms), None, labels);
            }
            Answer::Absent => Outcome::Absent,
            Answer::Unknown(cause) => Outcome::Unknown(Probe::Archive, cause),
            Answer::Found(_) | Answer::Altered => Outcome::Unknown(Probe::Archive, Cause::Invalid),
        };
        self.sight(outcome, None, |_| None)
    }

    /// The digest under a tag, where it was looked at.
    pub(crate) fn digest(&self, image: &str, reference: &str) -> Option<Digest> {
        let probe = Probe::Manifest { image: image.to_owned(), reference: reference.to_owned() };
        match self.view.manifest(&probe) {
            Answer::Found((digest, _)) => Some(digest),
            _ => None,
        }
    }

    fn sight(
        &self,
        outcome: Outcome,
        digest: Option<Digest>,
        labels: impl Fn(&SelectedPlatform) -> Option<BTreeMap<String, String>>,
    ) -> Sight {
        match outcome {
            Outcome::Ask(probes) => Sight::Ask(probes.into_iter().map(ProbeRecord::from).collect()),
            Outcome::Absent => Sight::Nothing,
            Outcome::Unknown(_, cause) => Sight::Unknown(Reason::new("unknown", cause.told())),
            Outcome::Rejected(refusal) => Sight::Other { digest, reason: refusal.reason },
            Outcome::Fits(fit) => {
                let stale = fit.stale.clone().map(|refusal| refusal.reason);
                if let Some(reason) = stale.or_else(|| self.lacking(&fit, labels)) {
                    return Sight::Other { digest, reason };
                }
                let digest = fit.digest.as_deref().and_then(Digest::parse);
                Sight::Ours { digest, platforms: fit.platforms }
            }
        }
    }

    /// A planned label that a platform's image does not have.
    fn lacking(
        &self,
        fit: &Fit,
        labels: impl Fn(&SelectedPlatform) -> Option<BTreeMap<String, String>>,
    ) -> Option<Reason> {
        fit.platforms.iter().find_map(|platform| {
            let own = labels(platform).unwrap_or_default();
            let counts = |key: &str| key != CREATED || self.same_build;
            let mut planned = self.labels.iter().filter(|label| counts(&label.key));
            let lacking = planned.find(|label| own.get(&label.key) != Some(&label.value))?;
            let message = match own.get(&lacking.key) {
                Some(other) => format!(
                    "its label `{}` for {} is `{}`, not `{}`",
                    lacking.key,
                    platform.platform,
                    shown(other),
                    shown(&lacking.value)
                ),
                None => format!("its image for {} lacks the label `{}`", platform.platform, lacking.key),
            };
            Some(Reason::new("label-missing", message))
        })
    }
}
