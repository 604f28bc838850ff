//! The end of a build: every name is looked at, and the receipt is made.

use super::commands::split;
use super::model::{Landing, LandingState};
use super::next::{Build, Next, Pushed, Step, ask};
use crate::Reason;
use crate::receipt::{Receipt, ReceiptArchive, ReceiptImage, ReceiptPlatform, SCHEMA};
use crate::reference::Digest;
use crate::selection::{SelectedPlatform, Sight};
use crate::tagging::PlannedImage;

impl Build<'_> {
    /// Looks at every name, and writes the receipt when all of them have the image.
    pub(super) fn conclude(&self, pushed: &Pushed) -> Next<Box<Step>> {
        let seen = self.events.since();
        let look = self.look(&seen, !pushed.reused);
        let mut asks = Vec::new();
        let (mut landings, mut platforms, mut digest) = (Vec::new(), Vec::new(), pushed.digest.clone());
        for target in self.targets() {
            // Where the image is what it should be under one name, its digest tells enough of the others.
            let mut proven = false;
            for reference in &target.references {
                let (image, tag) = split(reference);
                let sight = if proven && digest.is_some() { look.name(image, tag) } else { look.image(image, tag) };
                match sight {
                    Sight::Ask(probes) => asks.extend(probes),
                    other => {
                        proven |= matches!(other, Sight::Ours { .. });
                        if let Sight::Ours { digest: own, platforms: found } = &other
                            && platforms.is_empty()
                        {
                            platforms.clone_from(found);
                            digest = digest.or_else(|| own.clone());
                        }
                        landings.push(self.landing(reference, tag, other, digest.as_ref()));
                    }
                }
            }
        }
        let archived = match (&self.plan.delivery.archive, pushed.failed.is_empty()) {
            (Some(_), true) => Some(look.archive()),
            _ => None,
        };
        if let Some(Sight::Ask(probes)) = &archived {
            asks.extend(probes.iter().cloned());
        }
        if !asks.is_empty() {
            return Err(ask(asks));
        }
        let lost = landings.iter().find(|own| !matches!(own.state, LandingState::Landed | LandingState::Moved));
        let told = |own: &Landing| Reason::new(&own.reason.code, format!("{}: {}", own.reference, own.reason.message));
        let reason = pushed.failed.first().cloned().or_else(|| lost.map(told));
        let reason = reason.or_else(|| self.archive_fault(archived.as_ref()));
        if let Some(reason) = reason {
            return Ok(Box::new(Step::Fail(reason, landings)));
        }
        if let (true, Some(Sight::Ours { platforms: found, .. })) = (platforms.is_empty(), archived) {
            platforms = found;
        }
        let receipt = self.receipt(digest.filter(|_| !landings.is_empty()), platforms, pushed);
        Ok(Box::new(Step::Done(receipt, landings)))
    }

    fn landing(&self, reference: &str, tag: &str, sight: Sight, wanted: Option<&Digest>) -> Landing {
        let mutable = self.plan.tags.iter().any(|own| own.name == tag && own.mutable);
        let moved = || Reason::new("moved", "another run has moved this tag on, as it may");
        let (state, digest, reason) = match sight {
            Sight::Ours { digest, .. } if wanted.is_none() || digest.as_ref() == wanted => {
                (LandingState::Landed, digest, Reason::new("landed", "the registry has the image"))
            }
            Sight::Ours { digest, .. } if mutable => (LandingState::Moved, digest, moved()),
            Sight::Ours { digest, .. } => {
                let message = match (wanted, &digest) {
                    (Some(wanted), Some(digest)) => format!("the image is {wanted}, and the registry has {digest}"),
                    _ => "the registry has another image".to_owned(),
                };
                (LandingState::Different, digest, Reason::new("digest-mismatch", message))
            }
            Sight::Other { digest: Some(digest), reason } if wanted.is_some_and(|wanted| *wanted != digest) => {
                if mutable {
                    (LandingState::Moved, Some(digest), moved())
                } else {
                    (LandingState::Different, Some(digest), reason)
                }
            }
            Sight::Other { digest, reason } => (LandingState::Different, digest, reason),
            Sight::Nothing => {
                (LandingState::Missing, None, Reason::new("not-landed", "the registry has no image of this name"))
            }
            Sight::Unknown(reason) => (LandingState::Unknown, None, reason),
            Sight::Ask(_) => (LandingState::Unknown, None, Reason::new("unknown", "it was not looked at")),
        };
        Landing { reference: reference.to_owned(), state, digest: digest.map(String::from), reason }
    }

    fn archive_fault(&self, archived: Option<&Sight>) -> Option<Reason> {
        let path = self.plan.delivery.archive.as_ref().map(|archive| archive.path.as_str()).unwrap_or_default();
        let fault = |code: &str, why: &str| Some(Reason::new(code, format!("the archive {path}: {why}")));
        match archived? {
            Sight::Ours { .. } | Sight::Ask(_) => None,
            Sight::Nothing => fault("archive-missing", "the builder ended well, but did not write it"),
            Sight::Other { reason, .. } | Sight::Unknown(reason) => fault(&reason.code, &reason.message),
        }
    }

    fn receipt(&self, digest: Option<Digest>, platforms: Vec<SelectedPlatform>, pushed: &Pushed) -> Box<Receipt> {
        let (facts, plan) = (self.facts, self.plan);
        let digest = digest.map(String::from);
        let image = |image: &PlannedImage| ReceiptImage {
            name: image.name.clone(),
            reference: format!("{}@{}", image.name, digest.as_deref().unwrap_or_default()),
            tags: image.references.iter().map(|reference| split(reference).1.to_owned()).collect(),
        };
        let images = if digest.is_some() { self.targets().map(image).collect() } else { Vec::new() };
        let archive = plan.delivery.archive.as_ref().zip(pushed.archive.as_ref()).map(|(plan, file)| ReceiptArchive {
            path: plan.path.clone(),
            format: plan.format,
            reference: plan.reference.clone(),
            sha256: file.sha256.clone(),
            size: file.size,
        });
        let loaded =
            plan.runs.first().filter(|_| plan.delivery.load && !pushed.reused).map(|run| run.references.clone());
        let platform =
            |own: SelectedPlatform| ReceiptPlatform { platform: own.platform, digest: own.digest, config: own.config };
        Box::new(Receipt {
            schema: SCHEMA,
            repository: facts.repository.as_ref().map(|own| own.path.clone()),
            engine: facts.engine.clone(),
            event: facts.event,
            change: facts.change.as_ref().and_then(|change| change.number),
            revision: facts.revisions.built.clone(),
            revision_kind: facts.revisions.built_kind,
            head_revision: facts.revisions.head.clone(),
            digest,
            platforms: platforms.into_iter().map(platform).collect(),
            images,
            labels: plan.labels.clone(),
            archive,
            loaded: loaded.unwrap_or_default(),
            reused: pushed.reused,
            attempts: Vec::new(),
            run_id: facts.run.id.clone(),
            run_attempt: facts.run.attempt,
            run_url: facts.run.url.clone(),
            produced_at: facts.now,
            policy_sha256: self.request.policy_sha256.clone(),
            component_sha256: self.request.component_sha256.clone(),
            sha256: String::new(),
        })
    }
}
