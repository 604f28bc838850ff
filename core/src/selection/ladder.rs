//! Which names are tried, in which order. Every name is made by the code that names images when they are built.

use super::model::{Request, Rung};
use super::revision::is_full;
use crate::diagnostic::Diagnostics;
use crate::facts::{EventKind, Facts, ForkStatus, Reference, ReferenceKind, RevisionKind, Revisions};
use crate::policy::{Place, Policy, TagRule, TagSource, Template, When};
use crate::reference::{Digest, ImageReference, Platform, is_tag};
use crate::tagging::{self, AcceptedRevision, HEAD_REVISION, Lookup, REVISION};
use crate::text::shown;
use crate::{Diagnostic, Reason};

/// A tag that no consumer is ever given, as it says nothing about any commit.
const NEVER: &str = "latest";

/// Most names that are tried.
pub(super) const MAX_CANDIDATES: usize = 200;

/// A name to look under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) rung: Rung,
    /// Registry and repository.
    pub(super) image: String,
    /// Tag or digest.
    pub(super) reference: String,
}

impl Candidate {
    /// The whole reference.
    pub(super) fn shown(&self) -> String {
        let separator = if self.reference.starts_with("sha256:") { '@' } else { ':' };
        format!("{}{separator}{}", self.image, self.reference)
    }
}

/// What is looked for.
#[derive(Debug, Clone)]
pub(super) struct Ladder {
    /// What a person named; nothing else is tried then.
    pub(super) named: Option<Candidate>,
    /// Names in registries, in the order in which they are tried.
    pub(super) candidates: Vec<Candidate>,
    /// Image names of the policy, without tags.
    pub(super) images: Vec<String>,
    /// Labels of which one must hold.
    pub(super) accepted: Vec<AcceptedRevision>,
    /// Platforms that the image must have, as they are written.
    pub(super) platforms: Vec<(String, Platform)>,
    /// Why names could not be made, if so.
    pub(super) unnamed: Option<Reason>,
}

impl Ladder {
    pub(super) fn new(policy: &Policy, facts: &Facts, request: &Request) -> Result<Self, Diagnostics> {
        let mut policy = policy.clone();
        if request.platforms.is_some() {
            // Rules that are not needed must not fail for facts that are not known.
            policy.build.platforms.clear();
        }
        let policy = &policy;
        let known = known(policy, facts, request)?;
        let mut images: Vec<String> = Vec::new();
        for (image, _) in known.references.iter().map(|reference| split(reference)) {
            if images.iter().all(|own| own != image) {
                images.push(image.to_owned());
            }
        }
        let named = request.reference.as_deref().map(|text| named(text, &images)).transpose()?;
        let mut ladder = Self {
            named,
            candidates: Vec::new(),
            accepted: accepted(known.accepted, &request.revisions)?,
            platforms: platforms(request.platforms.as_ref().unwrap_or(&known.platforms))?,
            unnamed: None,
            images,
        };
        if ladder.named.is_none() {
            ladder.climb(policy, facts)?;
        }
        Ok(ladder)
    }

    /// Adds the names of this run, then those that a push of the same commit to its branch gets.
    fn climb(&mut self, policy: &Policy, facts: &Facts) -> Result<(), Diagnostics> {
        match tagging::lookup(policy, facts) {
            Ok(lookup) => self.add(Rung::Exact, &lookup.references),
            Err(errors) if errors.iter().all(is_about_names) => {
                // Facts that are not told make no names: nothing is put in their place.
                let first = errors.first().map_or("no names", |error| error.message.as_str());
                self.unnamed = Some(Reason::new("name-unknown", format!("no tag names this run: {first}")));
            }
            Err(errors) => return Err(errors),
        }
        let push = as_push(facts);
        let pushed = push.as_ref().and_then(|push| tagging::lookup(policy, push).ok());
        let runs = [Some(facts), push.as_ref()];
        let tags: Vec<_> = runs.into_iter().flatten().filter_map(|run| tags(policy, run)).collect();
        for (number, (fixed, _)) in tags.iter().enumerate() {
            if let Some(lookup) = pushed.as_ref().filter(|_| number == tags.len().saturating_sub(1)) {
                self.add(Rung::Exact, &lookup.references);
            }
            self.add(Rung::Exact, fixed);
        }
        for (_, moving) in &tags {
            self.add(Rung::Branch, moving);
        }
        Ok(())
    }

    fn add(&mut self, rung: Rung, references: &[String]) {
        for reference in references {
            let (image, tag) = split(reference);
            let is_new = || self.candidates.iter().all(|other| other.image != image || other.reference != tag);
            if tag != NEVER && self.images.iter().any(|own| own == image) && is_new() {
                self.candidates.push(Candidate { rung, image: image.to_owned(), reference: tag.to_owned() });
            }
        }
        self.candidates.truncate(MAX_CANDIDATES);
    }
}

/// The commits that an image may prove: the run's, and those that a person calls as good.
fn accepted(known: Vec<AcceptedRevision>, given: &[String]) -> Result<Vec<AcceptedRevision>, Diagnostics> {
    let mut accepted: Vec<_> = known.into_iter().filter(|own| is_full(&own.revision)).collect();
    for text in given {
        let revision = text.trim().to_ascii_lowercase();
        if !is_full(&revision) {
            let message = format!("`{}` is not a full commit name", shown(text));
            let help = "give all 40 or 64 digits, as `git rev-parse` prints them: a short name proves nothing";
            return Err(vec![Diagnostic::error("invalid-revision", message).help(help)]);
        }
        for label in [REVISION, HEAD_REVISION] {
            let own = AcceptedRevision { label: label.to_owned(), revision: revision.clone() };
            if !accepted.contains(&own) {
                accepted.push(own);
            }
        }
    }
    Ok(accepted)
}

/// A reference without a digest, by its name and tag.
fn split(reference: &str) -> (&str, &str) {
    reference.rsplit_once(':').unwrap_or((reference, ""))
}

/// Images, labels and platforms, which need no more of a run than its commit: a rule that makes a tag for every run stands
/// for the policy's own.
fn known(policy: &Policy, facts: &Facts, request: &Request) -> Result<Lookup, Diagnostics> {
    let place = Place::default();
    let template = Template::parse("{{sha}}", place.clone()).map_err(|_| Vec::new())?;
    let source = TagSource::Native(vec![template]);
    let rule =
        TagRule { id: "selection".to_owned(), when: When::default(), source, guard: None, primary: false, place };
    match tagging::lookup(&Policy { tags: vec![rule], ..policy.clone() }, facts) {
        // The run tells no commit, so nothing can be proven. An image that a person names can still be looked at, for the platforms that
        // they name.
        Err(errors) if errors.iter().all(is_about_names) => {
            if request.platforms.is_some() || request.reference.is_none() {
                return Ok(Lookup { references: Vec::new(), accepted: Vec::new(), platforms: Vec::new() });
            }
            let message = "the run tells no commit, so nothing says which platforms the image must have";
            Err(vec![Diagnostic::error("platforms-unknown", message).help("name the platforms")])
        }
        found => found,
    }
}

/// Whether an error says that a tag cannot be made for this run, and not that the policy is wrong.
fn is_about_names(error: &Diagnostic) -> bool {
    error.code == "no-tags" || error.code.ends_with("-unknown")
}

/// Every tag of a run: those that name the commit, and those that move.
fn tags(policy: &Policy, facts: &Facts) -> Option<(Vec<String>, Vec<String>)> {
    // What the consumer has checked out is of no interest: nothing is built from it.
    let revisions = Revisions { checkout: None, ..facts.revisions.clone() };
    let plan = tagging::plan(policy, &Facts { revisions, dirty: None, ..facts.clone() }).ok()?;
    let references = |mutable: bool| {
        let names = plan.tags.iter().filter(move |tag| tag.mutable == mutable).map(|tag| &tag.name);
        let images = || plan.images.iter().filter(|image| image.active && !image.registry.is_empty());
        names.flat_map(|name| images().map(move |image| format!("{}:{name}", image.name))).collect::<Vec<_>>()
    };
    Some((references(false), references(true)))
}

/// The push that put a change's head on its branch: its run may have built the image before the change's own run did. A
/// branch of a fork is not a branch of this repository.
fn as_push(facts: &Facts) -> Option<Facts> {
    let change = facts.change.as_ref().filter(|change| change.fork == ForkStatus::SameRepository)?;
    let branch = change.head.branch.clone()?;
    let head = facts.revisions.head.clone()?;
    let revisions = Revisions {
        built: Some(head.clone()),
        built_kind: Some(RevisionKind::Push),
        head: Some(head),
        ..Revisions::default()
    };
    Some(Facts {
        event: EventKind::Push,
        event_name: "push".to_owned(),
        action: None,
        reference: Some(Reference { full: format!("refs/heads/{branch}"), name: branch, kind: ReferenceKind::Branch }),
        change: None,
        revisions,
        upstream: None,
        ..facts.clone()
    })
}

/// The image that a person named.
fn named(text: &str, images: &[String]) -> Result<Candidate, Diagnostics> {
    let rung = Rung::Override;
    let text = text.trim();
    let wrong = |message: String| {
        let help =
            "give a whole reference such as `ghcr.io/acme/app@sha256:…`, or a tag or digest of the policy's image";
        vec![Diagnostic::error("invalid-reference", message).help(help)]
    };
    let bare = text.starts_with("sha256:") || !text.contains(['/', '@', ':']);
    if bare {
        let valid = Digest::parse(text).is_some() || is_tag(text);
        if !valid {
            return Err(wrong(format!("`{}` is neither a tag nor a digest", shown(text))));
        }
        let image = images.first().ok_or_else(|| wrong("the policy names no image for this run".to_owned()))?;
        return Ok(Candidate { rung, image: image.clone(), reference: text.to_owned() });
    }
    let reference = ImageReference::parse(text).map_err(|error| wrong(error.message))?;
    if reference.digest.as_deref().is_some_and(|digest| Digest::parse(digest).is_none()) {
        return Err(wrong(format!("the digest of `{}` is not sha256, so nobody could verify it", shown(text))));
    }
    // A digest says more than a tag beside it.
    let part = reference.digest.clone().or_else(|| reference.tag.clone());
    match part {
        Some(part) if reference.path.is_empty() => Ok(Candidate { rung, image: reference.name(), reference: part }),
        _ => Err(wrong(format!("`{}` names no tag and no digest", shown(text)))),
    }
}

fn platforms(written: &[String]) -> Result<Vec<(String, Platform)>, Diagnostics> {
    let read = |text: &String| match Platform::parse(text.trim()) {
        Ok(platform) => Ok((text.trim().to_owned(), platform)),
        Err(error) => Err(vec![Diagnostic::error("invalid-platform", error.message).help("such as `linux/amd64`")]),
    };
    written.iter().map(read).collect()
}
