//! What a detached `HEAD` is of, as far as the references that point at it tell.
//!
//! A tag comes first, then a change, then a branch. docker/metadata-action goes on and takes the newest branch that only *contains* the commit;
//! here an older commit of `main` is not taken for `main`, as its image would then become `latest`.

use super::super::check::{Place, Problems};
use super::super::{Change, EventKind, Facts, GitFacts, Reference, ReferenceKind, RevisionKind};
use crate::order;

/// Tells what the run is about where no branch is checked out.
pub(super) fn decide(git: &GitFacts, facts: &mut Facts, problems: &Problems) {
    match git.tags.as_slice() {
        [] => {}
        [tag] => {
            facts.event = EventKind::Tag;
            facts.reference = problems.name(Place::Host("git.tags"), tag).map(|name| Reference::tag(&name));
            return;
        }
        _ => {
            facts.event = EventKind::Tag;
            let why = "Several tags point at the commit, and git does not tell which is meant.";
            facts.unknown("reference", "several-tags", why);
            return;
        }
    }
    let full = git.references.iter().flatten();
    let found: Vec<_> = full
        .filter_map(|full| problems.name(Place::Host("git.references"), full))
        .filter_map(|full| meaning(&full))
        .collect();
    if let Some(change) = found.iter().find(|reference| reference.kind == ReferenceKind::Change) {
        of_change(change.clone(), facts);
        return;
    }
    let mut names: Vec<_> = found.iter().filter_map(Reference::as_branch).collect();
    order::sort_by_key(&mut names, |name| *name);
    names.dedup();
    match names.as_slice() {
        [] => {}
        [name] => {
            facts.event = EventKind::Push;
            facts.reference = Some(Reference::branch(name));
        }
        _ => {
            facts.event = EventKind::Push;
            let why = "Several branches point at the commit, and git does not tell which is meant.";
            facts.unknown("reference", "several-branches", why);
        }
    }
}

/// What a reference of the checkout is in its own repository: `refs/remotes/origin/x` is the branch `x` there, and checkouts of changes
/// keep theirs as `refs/remotes/pull/N/merge`.
fn meaning(full: &str) -> Option<Reference> {
    let own = match full.strip_prefix("refs/remotes/") {
        None => Reference::parse(full),
        Some(rest) => {
            let change = Reference::parse(&format!("refs/{rest}"));
            if change.kind == ReferenceKind::Change { change } else { Reference::branch(rest.split_once('/')?.1) }
        }
    };
    let useful = matches!(own.kind, ReferenceKind::Branch | ReferenceKind::Change) && !own.name.is_empty();
    // A remote's `HEAD` says which branch is its default, and is none itself.
    (useful && own.name != "HEAD").then_some(own)
}

/// A checkout of a pull request's tip, or of its merge with the target.
fn of_change(reference: Reference, facts: &mut Facts) {
    facts.event = EventKind::PullRequest;
    let revisions = &mut facts.revisions;
    if reference.full.ends_with("/head") {
        revisions.built_kind = revisions.built.as_ref().map(|_| RevisionKind::Head);
    } else {
        revisions.merge = revisions.head.take();
        revisions.built_kind = revisions.built.as_ref().map(|_| RevisionKind::Merge);
        facts.unknown(
            "revisions.head",
            "git-silent",
            "The checkout is the change's merge, which does not name its tip.",
        );
    }
    let why = "A checkout does not tell where a change goes.";
    facts.unknown("change.base.branch", "git-silent", why);
    facts.change = Some(Change { number: reference.name.parse().ok(), ..Change::default() });
    facts.reference = Some(reference);
}

#[cfg(test)]
mod tests {
    use super::super::super::HostFacts;
    use super::super::detect;
    use super::*;

    fn run(tags: &[&str], references: &[&str]) -> Facts {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let git = GitFacts {
            head: Some("a".repeat(40)),
            tags: own(tags),
            references: Some(own(references)),
            directory: Some("app".to_owned()),
            ..GitFacts::default()
        };
        let host = HostFacts {
            now: 0,
            git: Some(git),
            credentials: None,
            builder: None,
            changed_files: None,
            registry_tags: None,
        };
        detect(&[], None, &host).unwrap()
    }

    #[test]
    fn what_points_at_the_commit_tells_what_it_is() {
        for (tags, references, event, reference) in [
            (&["v1"][..], &["refs/tags/v1", "refs/heads/main"][..], EventKind::Tag, Some("refs/tags/v1")),
            (&["v1", "v1.0"], &["refs/heads/main"], EventKind::Tag, None),
            (&[], &["refs/remotes/pull/12/merge", "refs/heads/x"], EventKind::PullRequest, Some("refs/pull/12/merge")),
            (&[], &["refs/pull/12/head"], EventKind::PullRequest, Some("refs/pull/12/head")),
            (&[], &["refs/merge-requests/7/head"], EventKind::PullRequest, Some("refs/merge-requests/7/head")),
            (
                &[],
                &["refs/remotes/origin/feature/x", "refs/heads/feature/x"],
                EventKind::Push,
                Some("refs/heads/feature/x"),
            ),
            (&[], &["refs/remotes/origin/feature/x"], EventKind::Push, Some("refs/heads/feature/x")),
            (&[], &["refs/heads/x"], EventKind::Push, Some("refs/heads/x")),
            (&[], &["refs/remotes/origin/HEAD", "refs/remotes/origin/main"], EventKind::Push, Some("refs/heads/main")),
            (&[], &["refs/heads/a", "refs/remotes/origin/b"], EventKind::Push, None),
            (&[], &["refs/notes/commits", "refs/stash"], EventKind::Other, None),
            (&[], &[], EventKind::Other, None),
        ] {
            let facts = run(tags, references);
            let found = facts.reference.as_ref().map(|reference| reference.full.as_str());
            assert_eq!((facts.event, found), (event, reference), "{tags:?} {references:?}");
        }
    }

    #[test]
    fn a_checkout_of_a_change_knows_its_number_and_which_commit_it_is() {
        let merge = run(&[], &["refs/remotes/pull/12/merge"]);
        assert_eq!(merge.change.as_ref().unwrap().number, Some(12));
        assert_eq!((merge.revisions.head, merge.revisions.merge), (None, Some("a".repeat(40))));
        assert_eq!(merge.revisions.built_kind, Some(RevisionKind::Merge));
        let head = run(&[], &["refs/remotes/pull/12/head"]);
        assert_eq!((head.revisions.head, head.revisions.built_kind), (Some("a".repeat(40)), Some(RevisionKind::Head)));
    }
}
