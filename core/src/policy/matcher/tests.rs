use super::*;
use crate::Reason;
use crate::facts::{Change, ChangeSide, Reference, ReferenceKind, Repository, Revisions};

fn facts(event: EventKind) -> Facts {
    Facts {
        engine: "github-actions".to_owned(),
        event,
        event_name: event.as_str().to_owned(),
        action: None,
        repository: Some(Repository {
            path: "acme/app".to_owned(),
            server_url: Some("https://github.com".to_owned()),
            default_branch: Some("main".to_owned()),
            registry_image: None,
        }),
        reference: None,
        change: None,
        revisions: Revisions::default(),
        commit: crate::facts::Commit::default(),
        upstream: None,
        run: crate::facts::Run::default(),
        actor: None,
        prerelease: None,
        dirty: None,
        changed_files: None,
        registry_tags: None,
        credentials: None,
        builder: None,
        now: 0,
        unknowns: Vec::new(),
        notes: Vec::new(),
    }
}

fn on(event: EventKind, kind: ReferenceKind, name: &str) -> Facts {
    let reference = Reference { full: name.to_owned(), name: name.to_owned(), kind };
    Facts { reference: Some(reference), ..facts(event) }
}

fn push(branch: &str) -> Facts {
    on(EventKind::Push, ReferenceKind::Branch, branch)
}

fn pull_request(fork: ForkStatus) -> Facts {
    let side = |branch: &str| ChangeSide { branch: Some(branch.to_owned()), ..ChangeSide::default() };
    let change = Change { number: Some(7), head: side("feature/x"), base: side("main"), fork, ..Change::default() };
    Facts { change: Some(change), ..on(EventKind::PullRequest, ReferenceKind::Change, "7") }
}

fn globs(patterns: &[&str]) -> GlobList {
    GlobList::new(patterns.iter().copied()).unwrap()
}

/// The verdict in one word: `met`, `unmet` or the error's code.
fn verdict(when: &When, facts: &Facts) -> String {
    match when.check(&Scope { facts, registry: Some("ghcr.io") }).verdict {
        Verdict::Met => "met".to_owned(),
        Verdict::Unmet => "unmet".to_owned(),
        Verdict::Unknown(diagnostic) => diagnostic.code,
    }
}

#[test]
fn no_condition_always_holds() {
    for kind in EventKind::ALL {
        assert_eq!(verdict(&When::default(), &facts(kind)), "met");
    }
}

#[test]
fn branches_are_the_target_of_a_change_and_the_own_branch_of_a_push() {
    let main = When { branches: Some(globs(&["main"])), ..When::default() };
    let source = When { head_branches: Some(globs(&["feature/x"])), ..When::default() };
    let merge_group = Facts { event: EventKind::MergeGroup, ..pull_request(ForkStatus::SameRepository) };
    for (when, facts, expected) in [
        (&main, push("main"), "met"),
        (&main, push("dev"), "unmet"),
        (&main, pull_request(ForkStatus::SameRepository), "met"),
        (&main, merge_group.clone(), "met"),
        (&main, on(EventKind::Tag, ReferenceKind::Tag, "main"), "unmet"),
        (&main, on(EventKind::Schedule, ReferenceKind::Branch, "main"), "met"),
        (&source, pull_request(ForkStatus::SameRepository), "met"),
        (&source, merge_group, "met"),
        (&source, push("feature/x"), "unmet"),
    ] {
        assert_eq!(verdict(when, &facts), expected, "{facts:?}");
    }
}

#[test]
fn a_condition_on_something_that_is_not_told_is_an_error() {
    let tells_nothing = Facts { change: None, ..pull_request(ForkStatus::Unknown) };
    let reason = Reason::new("payload-missing", "there is no payload");
    let hidden_branch = Facts {
        reference: None,
        unknowns: vec![Unknown { fact: "reference".to_owned(), reason: reason.clone() }],
        ..push("x")
    };
    let hidden_mark =
        Facts { unknowns: vec![Unknown { fact: "prerelease".to_owned(), reason }], ..facts(EventKind::Release) };
    let no_default = Facts { repository: None, ..push("main") };
    for (when, facts, code) in [
        (When { paths: Some(globs(&["a"])), ..When::default() }, push("main"), "changed-files-unknown"),
        (When { fork: Some(true), ..When::default() }, tells_nothing, "fork-unknown"),
        (When { fork: Some(false), ..When::default() }, pull_request(ForkStatus::Unknown), "fork-unknown"),
        (When { credentials: Some(true), ..When::default() }, push("main"), "credentials-unknown"),
        (When { default_branch: Some(true), ..When::default() }, no_default, "default-branch-unknown"),
        (When { branches: Some(globs(&["main"])), ..When::default() }, hidden_branch, "condition-unknown"),
        (When { prerelease: Some(false), ..When::default() }, hidden_mark, "condition-unknown"),
    ] {
        assert_eq!(verdict(&when, &facts), code);
    }
}

#[test]
fn an_unknown_fact_is_not_asked_for_after_an_unmet_condition() {
    let when = When { event: Some(vec![EventKind::PullRequest]), paths: Some(globs(&["src"])), ..When::default() };
    let facts = push("main");
    let check = when.check(&Scope { facts: &facts, registry: None });
    assert_eq!(check.verdict, Verdict::Unmet);
    assert_eq!(when.trace(&Scope { facts: &facts, registry: None }).len(), 1);
    assert_eq!(check.objection(), "`event` asks for pull-request, but the run has push");
}

#[test]
fn a_fork_is_only_what_is_proved_to_be_one() {
    let when = |fork| When { fork: Some(fork), ..When::default() };
    for (facts, fork, expected) in [
        (pull_request(ForkStatus::Fork), true, "met"),
        (pull_request(ForkStatus::Fork), false, "unmet"),
        (pull_request(ForkStatus::SameRepository), false, "met"),
        (push("main"), false, "met"),
        (push("main"), true, "unmet"),
    ] {
        assert_eq!(verdict(&when(fork), &facts), expected);
    }
}

#[test]
fn a_version_or_a_mark_makes_a_prerelease() {
    let tag = |name: &str, mark| Facts { prerelease: mark, ..on(EventKind::Release, ReferenceKind::Tag, name) };
    for (facts, wanted, expected) in [
        (tag("v1.0.0", None), false, "met"),
        (tag("v1.0.0-rc.1", None), true, "met"),
        (tag("v1.0.0-rc.1", Some(false)), true, "met"),
        (tag("v1.0.0", Some(true)), true, "met"),
        (tag("stable", Some(false)), false, "met"),
        (tag("stable", None), false, "unmet"),
        (push("main"), false, "unmet"),
    ] {
        let when = When { prerelease: Some(wanted), ..When::default() };
        assert_eq!(verdict(&when, &facts), expected, "{facts:?}");
    }
}

#[test]
fn paths_hold_when_one_changed_file_matches() {
    let with =
        |files: &[&str]| Facts { changed_files: Some(files.iter().map(|f| (*f).to_owned()).collect()), ..push("main") };
    let when = When { paths: Some(globs(&["Dockerfile"])), ..When::default() };
    for (facts, expected) in [(with(&["a", "Dockerfile"]), "met"), (with(&["a", "b"]), "unmet"), (with(&[]), "unmet")] {
        assert_eq!(verdict(&when, &facts), expected);
    }
}

#[test]
fn no_branch_of_a_checkout_without_a_default_branch_is_it() {
    let repository = Repository { path: "app".to_owned(), ..Repository::default() };
    let local = Facts { engine: "local".to_owned(), repository: Some(repository), ..push("main") };
    for (facts, wanted, expected) in
        [(&local, true, "unmet"), (&local, false, "met"), (&push("main"), true, "met"), (&push("x"), false, "met")]
    {
        assert_eq!(verdict(&When { default_branch: Some(wanted), ..When::default() }, facts), expected);
    }
}

#[test]
fn credentials_are_those_of_the_images_registry() {
    let facts = Facts { credentials: Some(vec!["https://ghcr.io".to_owned()]), ..push("main") };
    let when = When { credentials: Some(true), ..When::default() };
    let check = |registry| when.check(&Scope { facts: &facts, registry }).verdict;
    assert_eq!(check(Some("ghcr.io")), Verdict::Met);
    assert_eq!(check(Some("docker.io")), Verdict::Unmet);
    assert!(matches!(check(None), Verdict::Unknown(d) if d.code == "credentials-without-image"));
}
