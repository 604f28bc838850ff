//! What a consumer of the run's image looks for: the same names, made by the same code.

use super::collisions::Tagger;
use super::labels::{HEAD_REVISION, REVISION};
use super::lines;
use super::model::{AcceptedRevision, Lookup, PlannedImage};
use super::rules::Origin;
use super::sanitize::is_tag;
use crate::facts::EventKind;
use crate::policy::Policy;
use crate::text::concat;

/// References for every commit that the image may be named after, the head first, and the labels that prove freshness.
pub(super) fn derive(
    tagger: &Tagger<'_>,
    policy: &Policy,
    primary: Option<Origin<'_>>,
    images: &[PlannedImage],
    platforms: &[String],
) -> Lookup {
    let facts = tagger.namer().facts();
    let revisions = &facts.revisions;
    // A merge queue tests what the target would become; an image of the change alone, which the head names, is another one.
    let head = if facts.event == EventKind::MergeGroup { &revisions.built } else { &revisions.head };
    let distinct = |commits: [&Option<String>; 3]| {
        let mut out: Vec<String> = Vec::new();
        for commit in commits.into_iter().flatten() {
            if !out.contains(commit) {
                out.push(commit.clone());
            }
        }
        out
    };
    let mut references = Vec::new();
    if let Some(origin) = primary {
        let named = distinct([head, &revisions.merge, &None]);
        let name = |tagger: &Tagger<'_>| match origin {
            Origin::Template(template) => tagger.tag(template).ok().map(|tagged| tagged.name),
            Origin::Line(rule) => lines::tag_for(policy, rule, &tagger.namer()),
            Origin::Latest => None,
        };
        // The run's own naming goes last: it is one of the others wherever a commit is told.
        let commit = tagger.namer().commit().ok();
        let is_named = matches!(origin, Origin::Template(_)) && named.iter().any(|sha| commit == Some(sha));
        let own = (!is_named).then_some(tagger);
        let tags = named.iter().map(|sha| name(&tagger.for_commit(sha))).chain(own.map(name));
        for tag in tags.flatten().filter(|tag| is_tag(tag)) {
            for image in images.iter().filter(|image| image.active && !image.registry.is_empty()) {
                let reference = concat(&[&image.name, ":", &tag]);
                if !references.contains(&reference) {
                    references.push(reference);
                }
            }
        }
    }
    let accepted = |label: &str, revision: String| AcceptedRevision { label: label.to_owned(), revision };
    let built = distinct([&revisions.built, head, &revisions.merge]);
    let mut proofs: Vec<_> = built.into_iter().map(|sha| accepted(REVISION, sha)).collect();
    if facts.event != EventKind::MergeGroup {
        proofs.extend(revisions.head.clone().map(|sha| accepted(HEAD_REVISION, sha)));
    }
    Lookup { references, accepted: proofs, platforms: platforms.to_vec() }
}
