//! What the registry has, as far as it was looked at.

use std::collections::BTreeMap;

use crate::Reason;
use crate::reference::{Digest, Platform};
use crate::selection::exchange::ProbeRecord;
use crate::selection::{
    Answer, Cause, Fit, Observation, Outcome, OverrideRevision, Probe, SelectedPlatform, Sighting, Verifier, View,
    Wanted, config, judge_archive, shown,
};
use crate::tagging::{AcceptedRevision, ImagePlan, REVISION};

/// The label with the time of the build, which is another one for every build.
const CREATED: &str = "org.opencontainers.image.created";

/// What is under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sight {
    /// These must be looked at first.
    Ask(Vec<ProbeRecord>),
    /// The image that is planned.
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
pub(super) struct Look<'a> {
    pub(super) view: View<'a>,
    plan: &'a ImagePlan,
    accepted: Vec<AcceptedRevision>,
    platforms: Vec<(String, Platform)>,
    /// Whether the time of the build counts, too.
    pub(super) same_build: bool,
}

impl<'a> Look<'a> {
    pub(super) fn new(plan: &'a ImagePlan, seen: &'a [Observation], same_build: bool) -> Self {
        let accepted = plan.labels.iter().filter(|label| label.key == REVISION);
        let accepted = accepted.map(|own| AcceptedRevision { label: own.key.clone(), revision: own.value.clone() });
        let platforms = plan.delivery.platforms.iter();
        let platforms = platforms.filter_map(|name| Some((name.clone(), Platform::parse(name).ok()?))).collect();
        Self { view: View::new(seen), plan, accepted: accepted.collect(), platforms, same_build }
    }

    /// What commit the image must be of: any, where the policy leaves that label out.
    fn wanted(&self) -> Wanted<'_> {
        let revision = if self.accepted.is_empty() { OverrideRevision::Any } else { OverrideRevision::Accepted };
        Wanted { accepted: &self.accepted, revision, source: None }
    }

    /// What is under a tag or digest: every platform with every label, or what is wrong with it.
    pub(super) fn image(&self, image: &str, reference: &str) -> Sight {
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
    pub(super) fn name(&self, image: &str, tag: &str) -> Sight {
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
    pub(super) fn archive(&self) -> Sight {
        let outcome = match self.view.sighting(&Probe::Archive) {
            Answer::Open => return Sight::Ask(vec![Probe::Archive.into()]),
            Answer::Found(Sighting::Archive(archive)) => {
                let labels = |platform: &SelectedPlatform| {
                    let own =
                        archive.images.iter().find(|own| Digest::of(own.config.as_bytes()).as_str() == platform.config);
                    own.and_then(|own| config(&own.config)).map(|config| config.labels)
                };
                return self.sight(judge_archive(archive, &self.wanted(), &self.platforms), None, labels);
            }
            Answer::Absent => Outcome::Absent,
            Answer::Unknown(cause) => Outcome::Unknown(Probe::Archive, cause),
            Answer::Found(_) | Answer::Altered => Outcome::Unknown(Probe::Archive, Cause::Invalid),
        };
        self.sight(outcome, None, |_| None)
    }

    /// The digest under a tag, where it was looked at.
    pub(super) fn digest(&self, image: &str, reference: &str) -> Option<Digest> {
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
            let mut planned = self.plan.labels.iter().filter(|label| counts(&label.key));
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

/// A reference without a digest, by its name and tag.
pub(super) fn split(reference: &str) -> (&str, &str) {
    reference.rsplit_once(':').unwrap_or((reference, ""))
}

/// Whether an image that is there already can be this build's: its name never moves on to another commit, a label proves the commit, and
/// nothing else than the commit decides what is built. Who needs it in a file or in the local store has it built.
pub(super) fn reusable(plan: &ImagePlan, dirty: Option<bool>) -> bool {
    let fixed = plan.tags.first().is_some_and(|tag| tag.primary && !tag.mutable);
    let proves = plan.labels.iter().any(|label| label.key == REVISION);
    fixed
        && proves
        && dirty != Some(true)
        && !plan.decision.force_refresh
        && plan.delivery.archive.is_none()
        && !plan.delivery.load
}
