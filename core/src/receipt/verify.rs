//! Whether everything that a receipt names is still there, and still that.

use super::document;
use super::model::{
    Landing, LandingState, Receipt, ReceiptArchive, ReceiptImage, VerifyRequest, VerifyStep, VerifyStepKind,
};
use crate::Reason;
use crate::diagnostic::Diagnostics;
use crate::selection::exchange::{self, ObservationRecord, ProbeRecord};
use crate::selection::{Answer, Look, Probe, SelectedPlatform, Sight, Sighting};
use crate::text::shown;

/// Says what to look at, and once everything was seen, how each name of the receipt stands.
///
/// Under its digest the image must have every platform of the receipt with the digests that the receipt tells, and every label on each of
/// them. A tag that was moved on is told, and fails only on request: tags are there to be moved. An archive that is not here is passed over where
/// a registry has the image. What differs for certain outweighs what nobody knows. Errors: the receipt is none, as in [`super::read`], or an
/// observation lacks a part.
pub fn verify(
    document: &str,
    name: &str,
    request: &VerifyRequest,
    seen: Vec<ObservationRecord>,
) -> Result<VerifyStep, Diagnostics> {
    let receipt = document::read(document, name)?;
    let seen = exchange::observations(seen)?;
    // Where nothing was built, the image has the time of another build.
    let platforms = receipt.platforms.iter().map(|own| &own.platform);
    let look = Look::new(&receipt.labels, platforms, &seen, !receipt.reused);
    let mut check = Check { receipt: &receipt, request, look, probes: Vec::new(), landings: Vec::new() };
    check.repository();
    for image in &receipt.images {
        check.image(image);
    }
    if let Some(archive) = &receipt.archive {
        check.archive(archive);
    }
    Ok(check.conclude())
}

struct Check<'a> {
    receipt: &'a Receipt,
    request: &'a VerifyRequest,
    look: Look<'a>,
    probes: Vec<ProbeRecord>,
    landings: Vec<Landing>,
}

impl Check<'_> {
    fn note(&mut self, reference: &str, state: LandingState, digest: Option<String>, reason: Reason) {
        self.landings.push(Landing { reference: reference.to_owned(), state, digest, reason });
    }

    fn ask(&mut self, probes: Vec<ProbeRecord>) {
        for probe in probes {
            if !self.probes.contains(&probe) {
                self.probes.push(probe);
            }
        }
    }

    /// A receipt of another repository may be whole, and is not the one that was meant.
    fn repository(&mut self) {
        let Some(wanted) = &self.request.repository else { return };
        let own = self.receipt.repository.as_deref().unwrap_or("no repository");
        if !own.eq_ignore_ascii_case(wanted.trim()) {
            let message = format!("the receipt is of {}, not of {}", shown(own), shown(wanted));
            self.note("repository", LandingState::Different, None, Reason::new("repository-mismatch", message));
        }
    }

    fn image(&mut self, image: &ReceiptImage) {
        let digest = self.receipt.digest.as_deref().unwrap_or_default();
        let sight = self.look.image(&image.name, digest);
        let fine = "it has every platform and label of the receipt";
        self.sight(&image.reference, sight, fine, "manifest-missing", |own, found| own.digest == found.digest);
        for tag in &image.tags {
            let reference = format!("{}:{tag}", image.name);
            match self.look.name(&image.name, tag) {
                Sight::Ours { digest: Some(own), .. } if own.as_str() != digest => {
                    let reason = Reason::new("moved", "the tag points at another image by now, as a tag may");
                    self.note(&reference, LandingState::Moved, Some(own.into()), reason);
                }
                sight => self.sight(&reference, sight, "it points at the image", "tag-missing", |_, _| true),
            }
        }
    }

    /// The file, where it is here: its bytes, and the image inside.
    fn archive(&mut self, archive: &ReceiptArchive) {
        let path = archive.path.as_str();
        let measured = match self.look.view.sighting(&Probe::Archive) {
            Answer::Found(Sighting::Archive(seen)) => Some((seen.sha256.clone(), seen.size)),
            Answer::Absent if !self.request.archive && !self.receipt.images.is_empty() => {
                let reason =
                    Reason::new("archive-elsewhere", "the file is not here, and a registry is to have the image");
                return self.note(path, LandingState::Skipped, None, reason);
            }
            _ => None,
        };
        if let Some((sha256, size)) = measured {
            let (own, told) = (sha256.clone().unwrap_or_default(), &archive.sha256);
            if own != *told || size != Some(archive.size) {
                let message = if own == *told {
                    format!("it has {} bytes, and the receipt says {}", size.unwrap_or_default(), archive.size)
                } else {
                    format!("its SHA-256 is {own}, and the receipt says {told}")
                };
                let reason = Reason::new("checksum-mismatch", message);
                return self.note(path, LandingState::Different, sha256, reason);
            }
        }
        let sight = self.look.archive();
        self.sight(path, sight, "it is the file of the receipt, with the image inside", "archive-missing", |_, _| true);
    }

    /// Notes what was found under a name, where `same` says whether a platform's manifest is the one of the receipt.
    fn sight(
        &mut self,
        reference: &str,
        sight: Sight,
        fine: &str,
        missing: &str,
        same: fn(&SelectedPlatform, &SelectedPlatform) -> bool,
    ) {
        let (state, digest, reason) = match sight {
            Sight::Ask(probes) => return self.ask(probes),
            Sight::Nothing => (LandingState::Missing, None, Reason::new(missing, "there is nothing of this name")),
            Sight::Unknown(reason) => (LandingState::Unknown, None, reason),
            Sight::Other { digest, reason } => (LandingState::Different, digest, reason),
            Sight::Ours { digest, platforms } => match self.unlike(&platforms, same) {
                Some(reason) => (LandingState::Different, digest, reason),
                None => (LandingState::Landed, digest, Reason::new("landed", fine)),
            },
        };
        self.note(reference, state, digest.map(String::from), reason);
    }

    /// The first platform whose digests are not those of the receipt. Where only a name was looked at, there are none to compare.
    fn unlike(
        &self,
        found: &[SelectedPlatform],
        same: fn(&SelectedPlatform, &SelectedPlatform) -> bool,
    ) -> Option<Reason> {
        let told = self.receipt.platforms.iter().filter(|_| !found.is_empty());
        let told = told.map(|own| SelectedPlatform {
            platform: own.platform.clone(),
            digest: own.digest.clone(),
            config: own.config.clone(),
        });
        let is_there = |own: &SelectedPlatform| {
            found.iter().any(|other| {
                other.platform == own.platform
                    && other.config == own.config
                    && (own.digest.is_none() || same(own, other))
            })
        };
        told.into_iter().find(|own| !is_there(own)).map(|own| {
            let message = format!("the image for {} is another one than the receipt says", shown(&own.platform));
            Reason::new("platform-mismatch", message)
        })
    }

    fn conclude(mut self) -> VerifyStep {
        if !self.probes.is_empty() {
            let probes = self.probes;
            return VerifyStep { kind: VerifyStepKind::Probe, probes, reason: None, landings: Vec::new() };
        }
        if self.receipt.images.is_empty() && self.receipt.archive.is_none() {
            let message = "the receipt names nothing that another machine can look at";
            self.note("receipt", LandingState::Missing, None, Reason::new("nothing-named", message));
        }
        let first = |states: &[LandingState]| {
            let counts = |own: &&Landing| states.contains(&own.state);
            let own = self.landings.iter().find(counts)?;
            Some(Reason::new(&own.reason.code, format!("{}: {}", own.reference, own.reason.message)))
        };
        let mut bad = vec![LandingState::Missing, LandingState::Different];
        if self.request.tags {
            bad.push(LandingState::Moved);
        }
        let (kind, reason) = match (first(&bad), first(&[LandingState::Unknown])) {
            (Some(reason), _) => (VerifyStepKind::Differs, Some(reason)),
            (None, Some(reason)) => (VerifyStepKind::Unknown, Some(reason)),
            (None, None) => (VerifyStepKind::Holds, None),
        };
        VerifyStep { kind, probes: Vec::new(), reason, landings: self.landings }
    }
}
