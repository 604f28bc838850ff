//! A person's own checkout.

use super::super::check::{Place, Problems};
use super::super::{EventKind, Facts, GitFacts, Reference, Repository, Revisions};
use super::remote::Remote;
use super::{Engine, Input, detached, others};
use crate::Diagnostic;

pub(super) static ENGINE: Engine = Engine {
    name: "local",
    title: "a local checkout",
    variables: &[],
    payload_variable: None,
    matches: |env| !others::is_ci(env),
    facts,
};

fn facts(input: &Input<'_>) -> Option<Facts> {
    let Input { host, problems, .. } = *input;
    let Some(git) = &host.git else {
        problems.push(others::unknown("this is neither a run of a CI engine nor a git checkout"));
        return None;
    };
    let mut facts = Facts::new(ENGINE.name, EventKind::Other, "local", host.now);
    let head = git.head.as_ref().and_then(|sha| problems.sha(Place::Host("git.head"), sha));
    facts.revisions = Revisions::pushed(head);
    facts.repository = repository(git, problems);
    if facts.repository.as_ref().is_some_and(|r| r.server_url.is_some() && r.default_branch.is_none()) {
        let message = "git does not know the remote's default branch, so no branch is taken for it";
        let help = "let git look it up once: git remote set-head origin --auto";
        problems.push(Diagnostic::note("default-branch-unknown", message).help(help));
    }
    if let Some(branch) = &git.branch {
        facts.event = EventKind::Push;
        facts.reference = problems.name(Place::Host("git.branch"), branch).map(|name| Reference::branch(&name));
    } else {
        detached::decide(git, &mut facts, problems);
    }
    Some(facts)
}

/// The repository by its remote, else by the folder that it is in.
fn repository(git: &GitFacts, problems: &Problems) -> Option<Repository> {
    let remote = git.remote_url.as_deref().and_then(Remote::parse);
    let (path, server_url) = match remote {
        Some(remote) => (remote.path, Some(remote.server_url)),
        None => (problems.word(Place::Host("git.directory"), git.directory.as_deref()?)?, None),
    };
    let default_branch = git.default_branch.as_ref();
    let default_branch = default_branch.and_then(|name| problems.name(Place::Host("git.default_branch"), name));
    Some(Repository { path, server_url, default_branch, registry_image: None })
}

#[cfg(test)]
mod tests {
    use super::super::super::{HostFacts, RevisionKind};
    use super::super::detect;
    use super::*;
    use crate::diagnostic::Diagnostics;

    fn run(git: Option<GitFacts>) -> Result<Facts, Diagnostics> {
        detect(
            &[],
            None,
            &HostFacts { now: -1, git, credentials: None, builder: None, changed_files: None, registry_tags: None },
        )
    }

    fn git() -> GitFacts {
        GitFacts {
            head: Some("A".repeat(40)),
            remote_url: Some("https://user:secret@github.com/acme/app.git".to_owned()),
            default_branch: Some("main".to_owned()),
            subject: Some("fix: it".to_owned()),
            timestamp: Some(7),
            ..GitFacts::default()
        }
    }

    #[test]
    fn a_branch_is_a_push() {
        let facts = run(Some(GitFacts { branch: Some("feature/x".to_owned()), dirty: true, ..git() })).unwrap();
        assert_eq!((facts.event, facts.event_name.as_str()), (EventKind::Push, "local"));
        assert_eq!(facts.reference, Some(Reference::branch("feature/x")));
        assert_eq!(facts.revisions.built_kind, Some(RevisionKind::Push));
        assert_eq!(facts.revisions.checkout, Some("a".repeat(40)));
        assert_eq!((facts.dirty, facts.now, facts.commit.timestamp), (Some(true), -1, Some(7)));
        let repository = facts.repository.clone().unwrap();
        assert_eq!(repository.path, "acme/app");
        assert_eq!(repository.server_url.as_deref(), Some("https://github.com"));
        assert_eq!(repository.default_branch.as_deref(), Some("main"));
        assert!(!serde_json::to_string(&facts).unwrap().contains("secret"));
    }

    #[test]
    fn a_detached_head_is_a_tag_only_when_it_is_at_one() {
        let facts = run(Some(GitFacts { tags: vec!["v1.2.3-rc.1".to_owned()], ..git() })).unwrap();
        assert_eq!((facts.event, facts.prerelease), (EventKind::Tag, Some(true)));
        assert_eq!(facts.reference, Some(Reference::tag("v1.2.3-rc.1")));
        let facts = run(Some(git())).unwrap();
        assert_eq!((facts.event, facts.reference), (EventKind::Other, None));
        let facts = run(Some(GitFacts { tags: vec!["v1".to_owned(), "v1.2.3".to_owned()], ..git() })).unwrap();
        assert_eq!((facts.event, facts.reference), (EventKind::Tag, None));
        assert_eq!(facts.unknowns[0].fact, "reference");
    }

    #[test]
    fn without_a_remote_the_folder_names_the_repository() {
        for (remote_url, directory, expected) in [
            (None, Some("app"), Some("app")),
            (Some("/srv/git/other.git"), Some("app"), Some("app")),
            (None, None, None),
        ] {
            let (remote_url, directory) = (remote_url.map(str::to_owned), directory.map(str::to_owned));
            let facts = run(Some(GitFacts { remote_url, directory, ..git() })).unwrap();
            assert_eq!(facts.repository.map(|r| r.path).as_deref(), expected);
        }
    }

    #[test]
    fn a_repository_without_a_commit_has_a_branch_but_no_revision() {
        let facts = run(Some(GitFacts { head: None, branch: Some("main".to_owned()), ..git() })).unwrap();
        assert_eq!((facts.event, facts.revisions), (EventKind::Push, Revisions::default()));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let told =
            |git| run(git).unwrap_err().into_iter().map(|e| format!("{}: {}", e.code, e.message)).collect::<Vec<_>>();
        insta::assert_snapshot!(told(None).join("\n"), @"unknown-engine: this is neither a run of a CI engine nor a git checkout");
        let bad = GitFacts { head: Some("abc".to_owned()), branch: Some("a\nb".to_owned()), ..git() };
        insta::assert_snapshot!(told(Some(bad)).join("\n"), @r"
        invalid-sha: `git.head` of the host's facts is not a full commit name: `abc`
        invalid-reference: `git.branch` of the host's facts holds control characters: `a\nb`
        ");
    }
}
