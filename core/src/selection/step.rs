//! The ladder, step by step.

use super::archive;
use super::ladder::{Candidate, Ladder, MAX_CANDIDATES};
use super::model::{
    ArchiveSeen, Cause, Fallback, Freshness, NotSelected, Observation, OnUnknown, OverrideRevision, Probe, Proof,
    ReceiptSeen, Request, Rung, Selected, Sighting, Step, Tried, Verdict,
};
use super::revision::{Wanted, is_full};
use super::verify::{Fit, Outcome, Refusal, Verifier};
use super::view::{Answer, View};
use crate::Reason;
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::policy::{Policy, Select};
use crate::reference::{Digest, ImageReference};
use crate::text::shown;

/// More calls than this never come before an answer: for every candidate its manifest, the manifests of its platforms and
/// their configs, and before them the receipt, after them the archive.
pub const MAX_STEPS: usize = 3 * (MAX_CANDIDATES + MAX_RECEIPT) + 3;

/// Most references of a receipt that are tried.
const MAX_RECEIPT: usize = 20;

/// Decides which image is the image of this run's commit, or what must be seen first.
///
/// The host calls it with everything that it saw so far, carries out the probes of [`Step::Probe`], and calls it again. The
/// answer depends on what was seen, not on the order. No step asks for what the answer does not need, and after at most
/// [`MAX_STEPS`] calls there is an answer.
///
/// An error means that policy, facts or request cannot be used at all; that no image is found is [`Step::Fail`].
pub fn next(policy: &Policy, facts: &Facts, request: &Request, seen: &[Observation]) -> Result<Step, Diagnostics> {
    let ladder = Ladder::new(policy, facts, request)?;
    let view = View::new(seen);
    // What a person asks for goes before what the policy says.
    let rules = Select {
        freshness: request.freshness.unwrap_or(policy.select.freshness),
        fallback: request.fallback.clone().unwrap_or_else(|| policy.select.fallback.clone()),
        on_unknown: request.on_unknown.unwrap_or(policy.select.on_unknown),
    };
    Ok(Climb { ladder: &ladder, view: &view, request, rules: &rules, trace: Vec::new(), stale: None }.run())
}

/// What a candidate led to.
enum Turn {
    /// The whole answer.
    Stop(Step),
    /// The next candidate.
    Next,
}

struct Climb<'a> {
    ladder: &'a Ladder,
    view: &'a View<'a>,
    request: &'a Request,
    rules: &'a Select,
    trace: Vec<Tried>,
    /// The first image that fits but for its commit.
    stale: Option<(Found, Fit)>,
}

/// Where an image was found.
#[derive(Debug, Clone)]
struct Found {
    rung: Rung,
    /// Registry and repository; absent for archives.
    image: Option<String>,
    shown: String,
}

impl<'a> Climb<'a> {
    fn run(mut self) -> Step {
        if let Some(named) = &self.ladder.named {
            return self.named(named);
        }
        if self.ladder.accepted.is_empty() {
            // Without a commit nothing can be proven, so there is nothing to look at.
            self.trace.push(Tried {
                rung: Rung::Exact,
                reference: String::new(),
                verdict: Verdict::Absent,
                reason: Reason::new(
                    "revision-unknown",
                    "the run tells no commit, so no image can be proven to be its own",
                ),
                platform: None,
                cause: None,
            });
            return self.fall_back(false);
        }
        if let Turn::Stop(step) = self.receipt() {
            return step;
        }
        if let Some(reason) = self.ladder.unnamed.clone() {
            self.note(Rung::Exact, String::new(), Verdict::Absent, reason);
        }
        for candidate in &self.ladder.candidates {
            if let Turn::Stop(step) = self.candidate(candidate, OverrideRevision::Accepted) {
                return step;
            }
        }
        self.fall_back(true)
    }

    /// The image that a person named is the only candidate.
    fn named(mut self, named: &Candidate) -> Step {
        if let Turn::Stop(step) = self.candidate(named, self.request.override_revision) {
            return step;
        }
        if let Some(step) = self.take_stale() {
            return step;
        }
        let reason = match self.trace.last() {
            Some(tried) if tried.verdict == Verdict::Absent => {
                Reason::new("manifest-missing", format!("the registry does not have {}", tried.reference))
            }
            Some(tried) => tried.reason.clone(),
            None => Reason::new("nothing-usable", "nothing was looked at"),
        };
        Step::Fail(self.not_selected(reason))
    }

    fn verifier<'w>(&'w self, wanted: &'w Wanted<'w>) -> Verifier<'w>
    where
        'a: 'w,
    {
        Verifier { view: self.view, wanted, platforms: &self.ladder.platforms }
    }

    fn wanted(&self, revision: OverrideRevision) -> Wanted<'a> {
        Wanted { accepted: &self.ladder.accepted, revision, source: self.request.source.as_deref() }
    }

    fn candidate(&mut self, candidate: &Candidate, revision: OverrideRevision) -> Turn {
        let wanted = self.wanted(revision);
        let outcome = self.verifier(&wanted).image(&candidate.image, &candidate.reference);
        let found = Found { rung: candidate.rung, image: Some(candidate.image.clone()), shown: candidate.shown() };
        self.conclude(found, outcome)
    }

    /// The producer's own word comes first, and is checked like any other.
    fn receipt(&mut self) -> Turn {
        let shown = "receipt".to_owned();
        let receipt = match self.view.sighting(&Probe::Receipt) {
            Answer::Open => return Turn::Stop(Step::Probe(vec![Probe::Receipt])),
            Answer::Found(Sighting::Receipt(receipt)) => receipt,
            Answer::Absent => {
                self.note(Rung::Receipt, shown, Verdict::Absent, Reason::new("receipt-missing", "there is no receipt"));
                return Turn::Next;
            }
            Answer::Unknown(cause) => return self.unknown(Found::of(Rung::Receipt, shown), Probe::Receipt, cause),
            Answer::Found(_) | Answer::Altered => {
                return self.unknown(Found::of(Rung::Receipt, shown), Probe::Receipt, Cause::Invalid);
            }
        };
        let (references, refusals) = self.usable(receipt);
        for (reference, refusal) in refusals {
            self.note(Rung::Receipt, reference, Verdict::Reject, refusal);
        }
        for candidate in references {
            let before = self.trace.len();
            let turn = self.candidate(&candidate, OverrideRevision::Accepted);
            // The receipt says that the image was pushed, so its absence is no ordinary one.
            if let Some(tried) = self.trace.get_mut(before).filter(|tried| tried.verdict == Verdict::Absent) {
                tried.verdict = Verdict::Reject;
                tried.reason =
                    Reason::new("manifest-missing", "the receipt names it, and the registry does not have it");
            }
            if let Turn::Stop(step) = turn {
                return Turn::Stop(step);
            }
        }
        Turn::Next
    }

    /// The references of a receipt that may be this run's, and why the others may not.
    fn usable(&self, receipt: &ReceiptSeen) -> (Vec<Candidate>, Vec<(String, Reason)>) {
        let ours = |revision: &Option<String>| {
            let revision = revision.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
            is_full(&revision) && self.ladder.accepted.iter().any(|accepted| accepted.revision == revision)
        };
        if !ours(&receipt.built) && !ours(&receipt.head) && self.rules.freshness == Freshness::Fail {
            let reason = Reason::new("revision-mismatch", "the receipt is about another commit");
            return (Vec::new(), vec![("receipt".to_owned(), reason)]);
        }
        let mut usable = Vec::new();
        let mut refused = Vec::new();
        for text in receipt.references.iter().take(MAX_RECEIPT) {
            let parsed = ImageReference::parse(text.trim()).ok();
            let digest = parsed.as_ref().and_then(|r| r.digest.as_deref()).and_then(Digest::parse);
            let reason = match (parsed, digest) {
                (Some(reference), Some(digest)) if self.ladder.images.contains(&reference.name()) => {
                    let candidate =
                        Candidate { rung: Rung::Receipt, image: reference.name(), reference: digest.to_string() };
                    if !usable.contains(&candidate) {
                        usable.push(candidate);
                    }
                    continue;
                }
                (Some(_), Some(_)) => Reason::new("image-not-expected", "the policy does not name this image"),
                _ => Reason::new("reference-without-digest", "the receipt names it without a digest"),
            };
            refused.push((shown(text), reason));
        }
        (usable, refused)
    }

    fn archive(&mut self) -> Turn {
        let found = Found::of(Rung::Archive, "archive".to_owned());
        let wanted = self.wanted(OverrideRevision::Accepted);
        let outcome = match self.view.sighting(&Probe::Archive) {
            Answer::Open => Outcome::Ask(vec![Probe::Archive]),
            Answer::Found(Sighting::Archive(archive)) => archive::judge(archive, &wanted, &self.ladder.platforms),
            Answer::Absent => Outcome::Absent,
            Answer::Unknown(cause) => Outcome::Unknown(Probe::Archive, cause),
            Answer::Found(_) | Answer::Altered => Outcome::Unknown(Probe::Archive, Cause::Invalid),
        };
        self.conclude(found, outcome)
    }

    /// What comes when the registry has nothing, as the policy orders it.
    fn fall_back(mut self, can_prove: bool) -> Step {
        let mut last = Fallback::Fail;
        for fallback in &self.rules.fallback {
            match fallback {
                Fallback::Archive if can_prove => {
                    if let Turn::Stop(step) = self.archive() {
                        return step;
                    }
                }
                Fallback::Archive => {}
                end => {
                    last = *end;
                    break;
                }
            }
        }
        if let Some(step) = self.take_stale() {
            return step;
        }
        if last == Fallback::Rebuild {
            let reason = Reason::new("rebuild", "no image of this commit was found, and the policy has it built here");
            return Step::Rebuild(self.not_selected(reason));
        }
        Step::Fail(self.not_selected(Reason::new("nothing-usable", "no image of this commit was found")))
    }

    fn conclude(&mut self, found: Found, outcome: Outcome) -> Turn {
        match outcome {
            Outcome::Ask(probes) => Turn::Stop(Step::Probe(probes)),
            Outcome::Fits(fit) => match fit.stale.clone() {
                Some(refusal) => {
                    self.reject(&found, refusal);
                    if self.rules.freshness == Freshness::Warn && self.stale.is_none() {
                        self.stale = Some((found, *fit));
                    }
                    Turn::Next
                }
                None => Turn::Stop(self.accept(found, *fit)),
            },
            Outcome::Rejected(refusal) => {
                self.reject(&found, refusal);
                Turn::Next
            }
            Outcome::Absent => {
                self.note(found.rung, found.shown, Verdict::Absent, Reason::new("absent", "there is no such image"));
                Turn::Next
            }
            Outcome::Unknown(probe, cause) => self.unknown(found, probe, cause),
        }
    }

    fn reject(&mut self, found: &Found, refusal: Refusal) {
        self.trace.push(Tried {
            rung: found.rung,
            reference: found.shown.clone(),
            verdict: Verdict::Reject,
            reason: refusal.reason,
            platform: refusal.platform,
            cause: None,
        });
    }

    fn note(&mut self, rung: Rung, reference: String, verdict: Verdict, reason: Reason) {
        self.trace.push(Tried { rung, reference, verdict, reason, platform: None, cause: None });
    }

    /// An outage looks like an absence to whoever does not look closely. Here it ends the search, unless the policy says
    /// otherwise.
    fn unknown(&mut self, found: Found, probe: Probe, cause: Cause) -> Turn {
        let message = format!("nobody knows whether {} is the image: {}", found.shown, cause.told());
        let reason = Reason::new("unknown", message);
        let ends = found.rung == Rung::Override || self.rules.on_unknown == OnUnknown::Fail;
        let (rung, reference) = (found.rung, found.shown);
        let tried = Tried {
            rung,
            reference,
            verdict: Verdict::Unknown,
            reason: reason.clone(),
            platform: None,
            cause: Some(cause),
        };
        self.trace.push(tried);
        if !ends {
            return Turn::Next;
        }
        let mut failed = self.not_selected(reason);
        failed.probe = Some(probe);
        failed.cause = Some(cause);
        Turn::Stop(Step::Fail(failed))
    }

    fn take_stale(&mut self) -> Option<Step> {
        let (found, fit) = self.stale.take()?;
        Some(self.accept(found, fit))
    }

    fn accept(&mut self, found: Found, fit: Fit) -> Step {
        let mut warnings = Vec::new();
        let reason = match (fit.proof, &fit.stale) {
            (Proof::Stale, Some(refusal)) => {
                let message = format!(
                    "the image is not of this commit, and the policy takes it all the same: {}",
                    refusal.reason.message
                );
                warnings.push(Reason::new("stale", message));
                Reason::new("stale", "it is the best image that was found, but of another commit")
            }
            (Proof::Waived, _) => {
                let message = "a person named the image, and nobody checked from which commit it was built";
                warnings.push(Reason::new("not-proven", message));
                Reason::new("named", "a person named it")
            }
            _ => Reason::new("proven", "its labels name this commit for every platform"),
        };
        if self.trace.iter().any(|tried| tried.verdict == Verdict::Unknown) {
            let message = "a source did not answer, and the policy went on without it";
            warnings.push(Reason::new("source-unknown", message));
        }
        self.note(found.rung, found.shown.clone(), Verdict::Accept, reason);
        let archive = if found.rung == Rung::Archive { self.archived() } else { None };
        let config = fit.platforms.first().map(|platform| platform.config.clone()).unwrap_or_default();
        let reference = match (&found.image, &fit.digest, archive) {
            (Some(image), Some(digest), _) => format!("{image}@{digest}"),
            (_, _, Some(archive)) => archive::reference(archive, &config),
            _ => found.shown.clone(),
        };
        Step::Accept(Box::new(Selected {
            rung: found.rung,
            found: found.shown,
            reference,
            digest: fit.digest,
            archive: archive.map(|archive| archive.path.clone()),
            platforms: fit.platforms,
            proof: fit.proof,
            revisions: fit.revisions,
            warnings,
            trace: std::mem::take(&mut self.trace),
        }))
    }

    fn archived(&self) -> Option<&'a ArchiveSeen> {
        match self.view.sighting(&Probe::Archive) {
            Answer::Found(Sighting::Archive(archive)) => Some(archive),
            _ => None,
        }
    }

    fn not_selected(&mut self, reason: Reason) -> Box<NotSelected> {
        let named = self.ladder.named.iter().chain(&self.ladder.candidates);
        Box::new(NotSelected {
            reason,
            probe: None,
            cause: None,
            expected: named.map(Candidate::shown).collect(),
            accepted: self.ladder.accepted.clone(),
            trace: std::mem::take(&mut self.trace),
        })
    }
}

impl Found {
    fn of(rung: Rung, shown: String) -> Self {
        Self { rung, image: None, shown }
    }
}
