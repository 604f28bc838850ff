//! What all engines have in common: the host's part of the facts.

use super::super::check::{self, Place, Problems};
use super::super::{Commit, EventKind, Facts, GitFacts, HostFacts, RevisionKind, Revisions, Run, Timestamp, Unknown};
use crate::diagnostic::Diagnostic;
use crate::reason::Reason;
use crate::version::SemVer;

impl Facts {
    /// Facts that say no more than what kind of run this is.
    pub(super) fn new(engine: &str, event: EventKind, event_name: &str, now: Timestamp) -> Self {
        Self {
            engine: engine.to_owned(),
            event,
            event_name: event_name.to_owned(),
            action: None,
            repository: None,
            reference: None,
            change: None,
            revisions: Revisions::default(),
            commit: Commit::default(),
            upstream: None,
            run: Run::default(),
            actor: None,
            prerelease: None,
            dirty: None,
            changed_files: None,
            registry_tags: None,
            credentials: None,
            builder: None,
            now,
            unknowns: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Notes that a fact is there, but not told.
    pub(super) fn unknown(&mut self, fact: &str, code: &str, why: &str) {
        if !self.unknowns.iter().any(|u| u.fact == fact) {
            self.unknowns.push(Unknown { fact: fact.to_owned(), reason: Reason::new(code, why) });
        }
    }
}

impl Revisions {
    /// The commits of a run that is about one pushed commit.
    pub(super) fn pushed(sha: Option<String>) -> Self {
        Self { built_kind: sha.as_ref().map(|_| RevisionKind::Push), built: sha.clone(), head: sha, ..Self::default() }
    }
}

/// Fills in what the host saw and the facts leave out.
pub(in super::super) fn finish(mut facts: Facts, host: &HostFacts, problems: &Problems) -> Facts {
    facts.credentials = facts.credentials.or_else(|| host.credentials.clone());
    facts.builder = facts.builder.or_else(|| host.builder.clone());
    facts.changed_files = facts.changed_files.or_else(|| host.changed_files.clone());
    facts.registry_tags = facts.registry_tags.or_else(|| host.registry_tags.clone());
    if let Some(git) = &host.git {
        checkout(&mut facts, git, problems);
    }
    if facts.prerelease.is_none() && !facts.unknowns.iter().any(|u| u.fact == "prerelease") {
        // A semantic version says itself whether it is for production; of another tag nothing is known.
        let tag = facts.reference.as_ref().and_then(|r| r.as_tag());
        facts.prerelease = tag.and_then(SemVer::parse).map(|version| version.is_prerelease());
    }
    facts
}

/// Takes over what the checkout shows.
fn checkout(facts: &mut Facts, git: &GitFacts, problems: &Problems) {
    facts.dirty = facts.dirty.or(Some(git.dirty));
    let revisions = &mut facts.revisions;
    if revisions.checkout.is_none() {
        revisions.checkout = git.head.as_ref().and_then(|sha| problems.sha(Place::Host("git.head"), sha));
    }
    let Some(checkout) = revisions.checkout.clone() else { return };
    // A pull request's job may check out the tip of the source branch instead of the merge; the image then holds that.
    if revisions.built_kind == Some(RevisionKind::Merge) && revisions.head.as_ref() == Some(&checkout) {
        revisions.built = Some(checkout.clone());
        revisions.built_kind = Some(RevisionKind::Head);
    }
    if git.head.as_ref().is_some_and(|head| head.eq_ignore_ascii_case(&checkout))
        && revisions.head.as_ref() == Some(&checkout)
    {
        let commit = &mut facts.commit;
        commit.subject = commit.subject.take().or_else(|| git.subject.as_deref().and_then(check::line));
        commit.timestamp = commit.timestamp.or(git.timestamp);
    }
    let known = [&revisions.built, &revisions.head, &revisions.merge];
    if let Some(built) = revisions.built.as_ref().filter(|_| !known.contains(&&Some(checkout.clone()))) {
        problems.push(
            Diagnostic::note("checkout-differs", format!("the working tree has {checkout} checked out, not {built}"))
                .help("an image built here holds what is checked out, whatever it is called"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Reference;
    use super::*;

    fn facts(built: &str, kind: RevisionKind, head: &str) -> Facts {
        let revisions = Revisions {
            built: Some(built.repeat(40)),
            built_kind: Some(kind),
            head: Some(head.repeat(40)),
            ..Revisions::default()
        };
        Facts { revisions, ..Facts::new("test", EventKind::Push, "push", 0) }
    }

    fn host(head: &str) -> HostFacts {
        let git = GitFacts {
            head: Some(head.repeat(40)),
            subject: Some("fix: it".to_owned()),
            timestamp: Some(5),
            ..GitFacts::default()
        };
        HostFacts { now: 0, git: Some(git), credentials: None, builder: None, changed_files: None, registry_tags: None }
    }

    #[test]
    fn a_checkout_of_the_head_is_what_is_built() {
        let problems = Problems::default();
        let facts = finish(facts("a", RevisionKind::Merge, "b"), &host("B"), &problems);
        assert_eq!(facts.revisions.built, Some("b".repeat(40)));
        assert_eq!(facts.revisions.built_kind, Some(RevisionKind::Head));
        assert_eq!((facts.commit.subject.as_deref(), facts.commit.timestamp), (Some("fix: it"), Some(5)));
        assert_eq!(problems.into_notes(), Ok(Vec::new()));
    }

    #[test]
    fn a_checkout_of_something_else_is_noted_and_lends_nothing() {
        let problems = Problems::default();
        let facts = finish(facts("a", RevisionKind::Push, "a"), &host("c"), &problems);
        assert_eq!(facts.revisions.built, Some("a".repeat(40)));
        assert_eq!(facts.revisions.checkout, Some("c".repeat(40)));
        assert_eq!(facts.commit.subject, None);
        let notes = problems.into_notes().unwrap();
        assert_eq!((notes.len(), notes[0].code.as_str()), (1, "checkout-differs"));
    }

    #[test]
    fn a_semantic_version_tells_whether_it_is_a_prerelease() {
        for (tag, expected) in [("v1.2.3", Some(false)), ("v1.2.3-rc.1", Some(true)), ("release-7", None)] {
            let mut facts = facts("a", RevisionKind::Push, "a");
            facts.reference = Some(Reference::tag(tag));
            assert_eq!(finish(facts, &host("a"), &Problems::default()).prerelease, expected, "{tag}");
        }
    }
}
