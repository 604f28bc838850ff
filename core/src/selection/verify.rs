//! Whether what a registry has under a name is the image that is looked for.

use super::document::{Child, Config, Manifest};
use super::model::{Cause, Probe, Proof, SelectedPlatform};
use super::revision::{Labels, Wanted};
use super::view::{Answer, View};
use crate::Reason;
use crate::reference::{Digest, Platform};
use crate::tagging::AcceptedRevision;

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// These must be seen first.
    Ask(Vec<Probe>),
    /// It fits; with [`Proof::Stale`] it fits but for its commit.
    Fits(Box<Fit>),
    /// It does not fit.
    Rejected(Refusal),
    /// There is none.
    Absent,
    /// Nobody knows, as this question was not answered.
    Unknown(Probe, Cause),
}

/// An image that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) digest: Option<String>,
    pub(crate) platforms: Vec<SelectedPlatform>,
    pub(super) proof: Proof,
    pub(super) revisions: Vec<AcceptedRevision>,
    /// Why it is stale, if so.
    pub(crate) stale: Option<Refusal>,
}

/// Why an image does not fit, and for which platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    pub(crate) platform: Option<String>,
}

impl Refusal {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { reason: Reason::new(code, message), platform: None }
    }

    pub(super) fn on(self, platform: &str) -> Self {
        Self { platform: Some(platform.to_owned()), ..self }
    }
}

/// What was found out about one part of a candidate.
enum Part<T> {
    Known(T),
    Refused(Refusal),
    Ask(Probe),
    Unknown(Probe, Cause),
}

/// The image of one platform.
#[derive(Debug, Clone)]
struct Image {
    /// The platform, as it is written.
    name: String,
    manifest: Digest,
    /// The digest of the config, and the config.
    config: (Digest, Config),
}

/// Looks at images of registries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verifier<'a> {
    pub(crate) view: &'a View<'a>,
    pub(crate) wanted: &'a Wanted<'a>,
    /// Platforms that the image must have, as they are written; none for every platform that it has.
    pub(crate) platforms: &'a [(String, Platform)],
}

impl Verifier<'_> {
    /// Judges what the registry has under a tag or digest. At most three rounds of questions lead to an answer: the manifest,
    /// the manifests of the platforms, and their configs.
    pub(crate) fn image(&self, image: &str, reference: &str) -> Outcome {
        let probe = Probe::Manifest { image: image.to_owned(), reference: reference.to_owned() };
        let (digest, manifest) = match self.view.manifest(&probe) {
            Answer::Open => return Outcome::Ask(vec![probe]),
            Answer::Absent => return Outcome::Absent,
            Answer::Unknown(cause) => return Outcome::Unknown(probe, cause),
            Answer::Altered => {
                let message = "its bytes are not those of its digest";
                return Outcome::Rejected(Refusal::new("digest-mismatch", message));
            }
            Answer::Found(found) => found,
        };
        match manifest {
            Manifest::Other => Outcome::Rejected(unsupported("it is no image")),
            Manifest::Image(config) => self.single(image, &digest, &config),
            Manifest::Index(children) => self.index(image, &digest, &children),
        }
    }

    /// A plain image has exactly one platform.
    fn single(&self, image: &str, digest: &Digest, config: &Digest) -> Outcome {
        let config = match self.config(image, config) {
            Part::Known(config) => config,
            Part::Refused(refusal) => return Outcome::Rejected(refusal),
            Part::Ask(probe) => return Outcome::Ask(vec![probe]),
            Part::Unknown(probe, cause) => return Outcome::Unknown(probe, cause),
        };
        for (name, platform) in self.platforms {
            if !config.1.platform.matches(platform) {
                let message = format!("it is an image for {}, not for {name}", config.1.platform);
                return Outcome::Rejected(Refusal::new("platform-missing", message).on(name));
            }
        }
        let name = self.platforms.first().map_or_else(|| config.1.platform.to_string(), |(name, _)| name.clone());
        self.conclude(digest, vec![Part::Known(Image { name, manifest: digest.clone(), config })])
    }

    fn index(&self, image: &str, digest: &Digest, children: &[Child]) -> Outcome {
        let mut chosen = Vec::new();
        let mut nameless = Vec::new();
        // The platform of a child that the index does not describe is in its config.
        let is_for =
            |child: &Child, platform: &Platform| child.platform.as_ref().is_some_and(|own| own.matches(platform));
        let silent: Vec<_> = children.iter().filter(|child| child.platform.is_none()).collect();
        for (name, platform) in self.platforms {
            let own: Vec<_> = children.iter().filter(|child| is_for(child, platform)).collect();
            if own.is_empty() && silent.is_empty() {
                let message = format!("it has no image for {name}");
                return Outcome::Rejected(Refusal::new("platform-missing", message).on(name));
            }
            if own.is_empty() {
                nameless.push((name, platform));
            }
            chosen.extend(own.into_iter().map(|child| (name.clone(), child.digest.clone())));
        }
        if self.platforms.is_empty() {
            let named = |child: &Child| child.platform.as_ref().map(|p| (p.to_string(), child.digest.clone()));
            chosen = children.iter().filter_map(named).collect();
        }
        let mut parts: Vec<_> =
            chosen.into_iter().map(|(name, child)| self.child(image, name, &child, Some(()))).collect();
        if !nameless.is_empty() || (self.platforms.is_empty() && !silent.is_empty()) {
            parts.extend(self.undescribed(image, &silent, &nameless));
        }
        self.conclude(digest, parts)
    }

    /// Children whose platform only their config tells.
    fn undescribed(&self, image: &str, silent: &[&Child], nameless: &[(&String, &Platform)]) -> Vec<Part<Image>> {
        let read: Vec<_> = silent.iter().map(|child| self.child(image, String::new(), &child.digest, None)).collect();
        let (asks, read): (Vec<_>, Vec<_>) = read.into_iter().partition(|part| matches!(part, Part::Ask(_)));
        if !asks.is_empty() {
            // Nothing is refused yet: a child that cannot be read matters only when no other one is what is looked for.
            return asks;
        }
        let (known, missing): (Vec<_>, Vec<_>) = read.into_iter().partition(|part| matches!(part, Part::Known(_)));
        let known: Vec<_> = known
            .into_iter()
            .filter_map(|part| if let Part::Known(known) = part { Some(known) } else { None })
            .collect();
        let is_there = |platform: &Platform| known.iter().any(|image| image.config.1.platform.matches(platform));
        // What cannot be read may be what is looked for.
        if !missing.is_empty() && !nameless.iter().all(|(_, platform)| is_there(platform)) {
            return missing;
        }
        let mut parts = Vec::new();
        for (name, platform) in nameless {
            let own: Vec<_> = known.iter().filter(|image| image.config.1.platform.matches(platform)).collect();
            if own.is_empty() {
                let refusal = Refusal::new("platform-missing", format!("it has no image for {name}"));
                parts.push(Part::Refused(refusal.on(name)));
            }
            parts.extend(own.into_iter().map(|image| Part::Known(Image { name: (*name).clone(), ..image.clone() })));
        }
        if self.platforms.is_empty() {
            let images = known.into_iter().filter(|image| !image.config.1.platform.is_unknown());
            parts.extend(images.map(|image| Part::Known(Image { name: image.config.1.platform.to_string(), ..image })));
        }
        parts
    }

    /// The manifest and config of an index's entry.
    fn child(&self, image: &str, name: String, digest: &Digest, described: Option<()>) -> Part<Image> {
        let probe = Probe::Manifest { image: image.to_owned(), reference: digest.to_string() };
        let place = described.map(|()| name.as_str());
        let refuse = |refusal: Refusal| Part::Refused(place.map_or(refusal.clone(), |name| refusal.on(name)));
        let config = match self.view.manifest(&probe) {
            Answer::Open => return Part::Ask(probe),
            Answer::Unknown(cause) => return Part::Unknown(probe, cause),
            Answer::Absent => {
                let message = format!("its index names {digest}, which the registry does not have");
                return refuse(Refusal::new("child-missing", message));
            }
            Answer::Altered => {
                return refuse(Refusal::new("digest-mismatch", format!("the bytes of {digest} are not its own")));
            }
            Answer::Found((_, Manifest::Image(config))) => config,
            Answer::Found(_) => return refuse(unsupported("an entry of its index is no image")),
        };
        match self.config(image, &config) {
            Part::Known(config) => Part::Known(Image { name, manifest: digest.clone(), config }),
            Part::Refused(refusal) => refuse(refusal),
            Part::Ask(probe) => Part::Ask(probe),
            Part::Unknown(probe, cause) => Part::Unknown(probe, cause),
        }
    }

    fn config(&self, image: &str, digest: &Digest) -> Part<(Digest, Config)> {
        let probe = Probe::Config { image: image.to_owned(), digest: digest.to_string() };
        match self.view.config(&probe) {
            Answer::Open => Part::Ask(probe),
            Answer::Found(found) => Part::Known(found),
            Answer::Unknown(cause) => Part::Unknown(probe, cause),
            Answer::Absent => {
                let message = format!("its config {digest} is not in the registry");
                Part::Refused(Refusal::new("config-missing", message))
            }
            Answer::Altered => {
                Part::Refused(Refusal::new("digest-mismatch", format!("the bytes of {digest} are not its own")))
            }
        }
    }

    /// Puts the parts together. What refuses for certain outweighs what is not known yet, so that nothing is asked for that
    /// the answer does not need.
    fn conclude(&self, digest: &Digest, parts: Vec<Part<Image>>) -> Outcome {
        let mut asks = Vec::new();
        let mut unknown = None;
        let mut tally = Tally::default();
        for part in parts {
            match part {
                Part::Refused(refusal) => return Outcome::Rejected(refusal),
                Part::Ask(probe) if !asks.contains(&probe) => asks.push(probe),
                Part::Ask(_) => {}
                Part::Unknown(probe, cause) => unknown = unknown.or(Some((probe, cause))),
                Part::Known(Image { name, manifest, config }) => {
                    if let Err(refusal) = tally.add(self.wanted, name, Some(&manifest), (&config.0, &config.1)) {
                        return Outcome::Rejected(refusal);
                    }
                }
            }
        }
        match unknown {
            _ if !asks.is_empty() => Outcome::Ask(asks),
            Some((probe, cause)) => Outcome::Unknown(probe, cause),
            None => tally.fit(Some(digest.to_string())),
        }
    }
}

/// Adds up the images of the platforms.
#[derive(Debug, Default)]
pub(super) struct Tally {
    platforms: Vec<SelectedPlatform>,
    revisions: Vec<AcceptedRevision>,
    waived: bool,
    stale: Option<Refusal>,
}

impl Tally {
    /// Judges one more platform's image.
    pub(super) fn add(
        &mut self,
        wanted: &Wanted<'_>,
        name: String,
        digest: Option<&Digest>,
        (id, config): (&Digest, &Config),
    ) -> Result<(), Refusal> {
        let revisions = match wanted.judge(&config.labels) {
            Labels::Refused(reason) => return Err(Refusal { reason, platform: Some(name) }),
            Labels::Fine(proof, revisions) => {
                self.waived |= proof == Proof::Waived;
                revisions
            }
            Labels::Stale(reason, revisions) => {
                let refusal = Refusal { reason, platform: Some(name.clone()) };
                self.stale = self.stale.take().or(Some(refusal));
                revisions
            }
        };
        self.revisions.extend(revisions.into_iter().filter(|new| !self.revisions.contains(new)).collect::<Vec<_>>());
        // Windows images of several releases share one platform's name; the first one stands for them.
        if self.platforms.iter().all(|other| other.platform != name) {
            let digest = digest.map(Digest::to_string);
            self.platforms.push(SelectedPlatform { platform: name, digest, config: id.to_string() });
        }
        Ok(())
    }

    /// The whole image.
    pub(super) fn fit(self, digest: Option<String>) -> Outcome {
        if self.platforms.is_empty() {
            return Outcome::Rejected(Refusal::new("platform-missing", "it has no image for any platform"));
        }
        let proof = match (&self.stale, self.waived) {
            (Some(_), _) => Proof::Stale,
            (None, true) => Proof::Waived,
            (None, false) => Proof::Proven,
        };
        let Self { platforms, revisions, stale, .. } = self;
        Outcome::Fits(Box::new(Fit { digest, platforms, proof, revisions, stale }))
    }
}

fn unsupported(message: &str) -> Refusal {
    Refusal::new("manifest-unsupported", message)
}
