//! Facts and policies for tests, made by hand.

use crate::facts::{
    Change, ChangeSide, Commit, EventKind, Facts, ForkStatus, Reference, ReferenceKind, Repository, RevisionKind,
    Revisions, Run,
};
use crate::policy::{GlobList, ImageRule, Place, Policy, TagRule, TagSource, Template, When};

/// The commit that tests call the head; its first digits are `abc1234`.
pub(crate) const HEAD: &str = "abc1234abc1234abc1234abc1234abc1234abc12";
/// The commit that tests call the merge; its first digits are `def5678`.
pub(crate) const MERGE: &str = "def5678def5678def5678def5678def5678def56";
/// 2026-01-31T10:15:00Z.
pub(crate) const NOW: i64 = 1_769_854_500_000;

pub(crate) fn on(event: EventKind, kind: ReferenceKind, name: &str) -> Facts {
    Facts {
        engine: "github-actions".to_owned(),
        event,
        event_name: event.as_str().replace('-', "_"),
        action: None,
        repository: Some(Repository {
            path: "Acme/App".to_owned(),
            server_url: Some("https://github.com".to_owned()),
            default_branch: Some("main".to_owned()),
            registry_image: None,
        }),
        reference: Some(Reference { full: name.to_owned(), name: name.to_owned(), kind }),
        change: None,
        revisions: Revisions {
            built: Some(HEAD.to_owned()),
            built_kind: Some(RevisionKind::Push),
            head: Some(HEAD.to_owned()),
            ..Revisions::default()
        },
        commit: Commit { subject: Some("Add a thing".to_owned()), timestamp: None },
        upstream: None,
        run: Run {
            id: Some("4711".to_owned()),
            attempt: Some(1),
            url: Some("https://github.com/Acme/App/actions/runs/4711".to_owned()),
            workflow: Some("Docker Build".to_owned()),
            job: None,
        },
        actor: Some("octocat".to_owned()),
        prerelease: None,
        dirty: None,
        changed_files: None,
        registry_tags: None,
        credentials: None,
        builder: None,
        now: NOW,
        unknowns: Vec::new(),
        notes: Vec::new(),
    }
}

pub(crate) fn push(branch: &str) -> Facts {
    on(EventKind::Push, ReferenceKind::Branch, branch)
}

pub(crate) fn git_tag(name: &str) -> Facts {
    on(EventKind::Tag, ReferenceKind::Tag, name)
}

/// Pull request 12 from `feature/x` into `main`, built from its merge.
pub(crate) fn pull_request(fork: ForkStatus) -> Facts {
    let head_repository = if fork == ForkStatus::Fork { "someone/App" } else { "Acme/App" };
    let side = |branch: &str, sha: &str, repository: &str| ChangeSide {
        branch: Some(branch.to_owned()),
        sha: Some(sha.to_owned()),
        repository: Some(repository.to_owned()),
    };
    Facts {
        change: Some(Change {
            number: Some(12),
            title: Some("Add a thing".to_owned()),
            head: side("feature/x", HEAD, head_repository),
            base: side("main", &"0".repeat(40), "Acme/App"),
            fork,
            ..Change::default()
        }),
        revisions: Revisions {
            built: Some(MERGE.to_owned()),
            built_kind: Some(RevisionKind::Merge),
            head: Some(HEAD.to_owned()),
            merge: Some(MERGE.to_owned()),
            ..Revisions::default()
        },
        ..on(EventKind::PullRequest, ReferenceKind::Change, "12")
    }
}

pub(crate) fn template(source: &str) -> Template {
    Template::parse(source, Place::default()).unwrap()
}

pub(crate) fn globs(patterns: &[&str]) -> GlobList {
    GlobList::new(patterns.iter().copied()).unwrap()
}

pub(crate) fn events(kinds: &[EventKind]) -> When {
    When { event: Some(kinds.to_vec()), ..When::default() }
}

pub(crate) fn rule(templates: &[&str]) -> TagRule {
    TagRule {
        id: String::new(),
        when: When::default(),
        source: TagSource::Native(templates.iter().map(|t| template(t)).collect()),
        guard: None,
        primary: false,
        place: Place::default(),
    }
}

pub(crate) fn rule_when(when: When, templates: &[&str]) -> TagRule {
    TagRule { when, ..rule(templates) }
}

pub(crate) fn image(name: &str) -> ImageRule {
    ImageRule { name: template(name), when: When::default(), place: Place::default() }
}

/// A policy with one image and these tag rules.
pub(crate) fn policy(rules: impl IntoIterator<Item = TagRule>) -> Policy {
    let tags = rules.into_iter().enumerate().map(|(n, rule)| TagRule { id: format!("tags[{n}]"), ..rule }).collect();
    Policy { images: vec![image("{{registry-image}}")], tags, ..Policy::default() }
}

/// A policy that makes one tag on every event that has a commit.
pub(crate) fn simple() -> Policy {
    policy([
        rule_when(events(&[EventKind::PullRequest, EventKind::PullRequestTarget]), &["pr-{{pr}}-{{sha}}"]),
        rule_when(events(&[EventKind::Push]), &["{{branch}}-{{sha}}"]),
        rule_when(events(&[EventKind::Tag, EventKind::Release]), &["v{{version}}", "{{major}}.{{minor}}"]),
        rule_when(events(&[EventKind::Schedule]), &["nightly-{{date}}"]),
        rule_when(events(&[EventKind::MergeGroup, EventKind::Manual]), &["sha-{{sha}}"]),
    ])
}
