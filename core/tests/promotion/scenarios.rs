//! One world each, and what becomes of the names.

use buildonce_core::promotion::{PromotionRequest, PromotionStep, next};
use buildonce_core::selection::Proof;

use super::world::{APP, Luck, World, policy, request, run_of};

const PLAIN: &str = "['sha-{{sha}}', main]";
const RELEASES: &str = "['v{{version}}', {when: {event: tag}, latest: newest-release}]";

fn run(world: &mut World, to: &[&str]) -> PromotionStep {
    world.run(&policy(PLAIN), &run_of(None), &request(to))
}

/// How it ended, in a few words.
fn told(step: &PromotionStep) -> String {
    let reason = step.reason.as_ref().map(|own| format!(" {}: {}", own.code, own.message)).unwrap_or_default();
    let line = |own: &buildonce_core::promotion::PromotionTarget| {
        format!("\n  {} {:?}: {}", own.reference, own.state, own.reason.message)
    };
    format!("{:?}{reason}{}", step.kind, step.targets.iter().map(line).collect::<String>())
}

fn refusal(to: &[&str]) -> String {
    let errors = next(&policy(PLAIN), &run_of(None), &request(to), &[]).unwrap_err();
    let line = |own: &buildonce_core::Diagnostic| {
        format!("{}: {}\n  help: {}", own.code, own.message, own.help.as_deref().unwrap_or_default())
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_tag_in_the_same_repository_is_one_manifest() {
    let mut world = World::with(&[("main", "old")]);
    let step = run(&mut world, &["main", "edge"]);
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:main Promoted: it has the image now
      a.example/app:edge Promoted: it has the image now
    ");
    insta::assert_snapshot!(world.log.join("\n"), @"
    look a.example/app:main
    look a.example/app:edge
    tag a.example/app:main (Fine)
    tag a.example/app:edge (Fine)
    look a.example/app:main
    look a.example/app:edge
    ");
    assert_eq!(
        (world.mark("a.example/app:main"), world.mark("a.example/app:edge")),
        ("tested".into(), "tested".into())
    );
}

#[test]
fn another_repository_gets_everything_before_any_name_changes() {
    let mut world = World::with(&[("main", "old"), ("b.example/app:main", "old")]);
    let step = run(&mut world, &["main", "b.example/app:main", "b.example/app:1.2"]);
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:main Promoted: it has the image now
      b.example/app:main Promoted: it has the image now
      b.example/app:1.2 Promoted: it has the image now
    ");
    insta::assert_snapshot!(world.log.join("\n"), @"
    look a.example/app:main
    look b.example/app:main
    look b.example/app:1.2
    copy b.example/app (Fine)
    tag a.example/app:main (Fine)
    tag b.example/app:main (Fine)
    tag b.example/app:1.2 (Fine)
    look a.example/app:main
    look b.example/app:main
    look b.example/app:1.2
    ");
}

#[test]
fn a_copy_that_fails_changes_no_name() {
    let mut world = World::with(&[("main", "old")]).luck("copy", &[Luck::Fails; 3]);
    let step = run(&mut world, &["main", "b.example/app:main"]);
    insta::assert_snapshot!(told(&step), @"
    Fail copy-failed: `copy b.example/app` failed; no name was changed
      a.example/app:main Untouched: it is as it was
      b.example/app:main Untouched: it is as it was
    ");
    assert_eq!(world.mark("a.example/app:main"), "old");
}

#[test]
fn names_that_moved_are_moved_back_when_one_cannot_be_given() {
    let mut world = World::with(&[("main", "old"), ("edge", "older")]).luck("tag a.example/app:new", &[Luck::Fails; 3]);
    let step = run(&mut world, &["new", "main", "edge"]);
    insta::assert_snapshot!(told(&step), @"
    Fail tag-failed: `tag a.example/app:new` failed
      a.example/app:new Untouched: it is as it was
      a.example/app:main Restored: it has again what it had before
      a.example/app:edge Restored: it has again what it had before
    ");
    insta::assert_snapshot!(world.log.join("\n"), @"
    look a.example/app:new
    look a.example/app:main
    look a.example/app:edge
    tag a.example/app:main (Fine)
    tag a.example/app:edge (Fine)
    tag a.example/app:new (Fails)
    tag a.example/app:new (Fails)
    tag a.example/app:new (Fails)
    look a.example/app:new
    restore a.example/app:edge (Fine)
    restore a.example/app:main (Fine)
    look a.example/app:new
    look a.example/app:main
    look a.example/app:edge
    ");
    assert_eq!((world.mark("a.example/app:main"), world.mark("a.example/app:edge")), ("old".into(), "older".into()));
}

#[test]
fn a_new_name_that_cannot_be_taken_back_is_told() {
    let mut world = World::with(&[("main", "old")]).luck("tag a.example/app:two", &[Luck::Fails; 3]);
    let step = run(&mut world, &["one", "two", "main"]);
    insta::assert_snapshot!(told(&step), @"
    Fail tag-failed: `tag a.example/app:two` failed
      a.example/app:one Left: it is new and has the image; registries do not take one name away alone
      a.example/app:two Untouched: it is as it was
      a.example/app:main Restored: it has again what it had before
    ");
}

#[test]
fn a_name_that_cannot_be_moved_back_is_told() {
    let mut world = World::with(&[("main", "old"), ("edge", "old")])
        .luck("tag a.example/app:edge", &[Luck::Fails; 3])
        .luck("restore", &[Luck::Fails; 3]);
    let step = run(&mut world, &["main", "edge"]);
    insta::assert_snapshot!(told(&step), @"
    Fail tag-failed: `tag a.example/app:edge` failed
      a.example/app:main Left: it has the image, and could not be moved back
      a.example/app:edge Untouched: it is as it was
    ");
}

#[test]
fn an_answer_that_is_lost_is_looked_for() {
    let mut world = World::with(&[("main", "old")]).luck("tag", &[Luck::Fails, Luck::Fails, Luck::LostAnswer]);
    let step = run(&mut world, &["main"]);
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:main Promoted: it has the image now
    ");
    insta::assert_snapshot!(world.log.join("\n"), @"
    look a.example/app:main
    tag a.example/app:main (Fails)
    tag a.example/app:main (Fails)
    tag a.example/app:main (LostAnswer)
    look a.example/app:main
    ");
}

#[test]
fn whoever_moves_a_name_at_the_same_time_is_seen() {
    let mut world = World::with(&[("main", "old")]).luck("tag", &[Luck::Overtaken]);
    insta::assert_snapshot!(told(&run(&mut world, &["main"])), @"
    Fail moved: a.example/app:main: somebody else changed it at the same time
      a.example/app:main Different: somebody else changed it at the same time
    ");
}

#[test]
fn a_version_does_not_change() {
    let mut world = World::with(&[("v1.2.3", "other")]);
    insta::assert_snapshot!(told(&run(&mut world, &["main", "v1.2.3"])), @"
    Fail tag-taken: a.example/app:v1.2.3 names another image already, sha256:de2eb9c181874a0708b893aa25c6cae371699354d659c0a66e96e3faafbe6442, and a version does not change
      a.example/app:main Untouched: it is as it was
      a.example/app:v1.2.3 Untouched: it is as it was
    ");
    assert_eq!(world.mark("a.example/app:main"), "-");
    let overwrite = PromotionRequest { overwrite: true, ..request(&["main", "v1.2.3"]) };
    let step = world.run(&policy(PLAIN), &run_of(None), &overwrite);
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:main Promoted: it has the image now
      a.example/app:v1.2.3 Promoted: it has the image now
    ");
}

#[test]
fn the_same_again_changes_nothing() {
    let mut world = World::with(&[("v1.2.3", "tested"), ("b.example/app:main", "tested")]);
    let step = run(&mut world, &["v1.2.3", "b.example/app:main", "v1.2.3"]);
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:v1.2.3 Already: it had the image before
      b.example/app:main Already: it had the image before
    ");
    insta::assert_snapshot!(world.log.join("\n"), @"
    look a.example/app:v1.2.3
    look b.example/app:main
    ");
}

#[test]
fn latest_stays_with_a_newer_release() {
    let mut world = World::with(&[("v2.0.0", "other"), ("latest", "other")]);
    let step = world.run(&policy(RELEASES), &run_of(None), &request(&["v1.9.1", "1.9", "latest"]));
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:v1.9.1 Promoted: it has the image now
      a.example/app:1.9 Promoted: it has the image now
      a.example/app:latest Held: `v2.0.0` is a newer release than `v1.9.1`
    ");
    let step = world.run(&policy(RELEASES), &run_of(None), &request(&["v2.0.1", "latest"]));
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:v2.0.1 Promoted: it has the image now
      a.example/app:latest Promoted: it has the image now
    ");
    // The version of the run counts where the names have none.
    let step = world.run(&policy(RELEASES), &run_of(Some("v1.0.0")), &request(&["latest"]));
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:latest Held: `v2.0.1` is a newer release than `v1.0.0`
    ");
    // A policy that does not guard it leaves it to the person.
    let step = world.run(&policy(PLAIN), &run_of(Some("v1.0.0")), &request(&["latest"]));
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:latest Already: it had the image before
    ");
}

#[test]
fn without_names_it_gets_those_of_the_policy() {
    let mut world = World::with(&[("v1.0.0", "other")]);
    let step = world.run(&policy(RELEASES), &run_of(Some("v1.1.0")), &request(&[]));
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:v1.1.0 Promoted: it has the image now
      a.example/app:latest Promoted: it has the image now
    ");
    insta::assert_snapshot!(world.log.join("\n"), @"
    list a.example/app
    look a.example/app:v1.1.0
    look a.example/app:latest
    tag a.example/app:v1.1.0 (Fine)
    tag a.example/app:latest (Fine)
    look a.example/app:v1.1.0
    look a.example/app:latest
    ");
}

#[test]
fn what_nobody_knows_is_not_guessed() {
    let mut world = World { denied: vec!["b.example/app".to_owned()], ..World::with(&[]) };
    insta::assert_snapshot!(told(&run(&mut world, &["main", "b.example/app:main"])), @"
    Fail unknown: nobody knows what b.example/app:main is today: access was denied, which registries also say of what is not there
      a.example/app:main Untouched: it is as it was
      b.example/app:main Untouched: it is as it was
    ");
    let mut world = World { denied: vec![APP.to_owned()], ..World::with(&[]) };
    let step = world.run(&policy(RELEASES), &run_of(Some("v1.1.0")), &request(&[]));
    insta::assert_snapshot!(told(&step), @"Fail registry-tags-unknown: nobody knows which tags a.example/app has, and only they tell which release is the newest; hand them in where the registry does not list them");
}

#[test]
fn a_dry_run_changes_nothing() {
    let mut world = World::with(&[("main", "old"), ("edge", "tested")]);
    let before = world.content.clone();
    let dry = PromotionRequest { dry_run: true, ..request(&["main", "edge", "b.example/app:1"]) };
    let step = world.run(&policy(PLAIN), &run_of(None), &dry);
    insta::assert_snapshot!(told(&step), @"
    Done
      a.example/app:main Planned: it would get the image
      a.example/app:edge Already: it had the image before
      b.example/app:1 Planned: it would get the image
    ");
    assert_eq!(world.content, before);
}

#[test]
fn an_image_of_another_commit_is_not_promoted() {
    let mut world = World::with(&[]);
    let stale = PromotionRequest { proof: Proof::Stale, ..request(&["main"]) };
    let step = world.run(&policy(PLAIN), &run_of(None), &stale);
    insta::assert_snapshot!(told(&step), @"Fail stale: the image was built from another commit, which is good enough for a test at most");
    assert!(world.log.is_empty());
}

#[test]
fn names_that_are_none_are_refused_all_at_once() {
    insta::assert_snapshot!(refusal(&[
        "", "-x", "a b", "a.example/app", "a.example/app@sha256:00", "a.example/App:x", "ocidir://x:y", "main", &"x".repeat(129),
    ]), @"
    invalid-target: `` is no tag
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    invalid-target: `-x` is no tag
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    invalid-target: `a b` is no tag
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    invalid-target: `a.example/app` names no tag
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    invalid-target: `a.example/app@sha256:00` is no name of an image
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    invalid-target: `a.example/App:x` is no name of an image
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    invalid-target: `ocidir://x:y` is no name in a registry
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    invalid-target: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is no tag
      help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`
    ");
    insta::assert_snapshot!(refusal(&vec!["x"; 101]), @"
    too-many-targets: there are 101 names, and at most 100 are given at once
      help:
    ");
    let no_digest = PromotionRequest { image: "image.tar".to_owned(), ..request(&["main"]) };
    let errors = next(&policy(PLAIN), &run_of(None), &no_digest, &[]).unwrap_err();
    assert_eq!(errors.first().map(|own| own.code.as_str()), Some("invalid-image"));
}
