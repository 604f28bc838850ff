//! What happens on each rung, told in small worlds.

use buildonce_core::facts::Facts;
use buildonce_core::reference::Digest;
use buildonce_core::selection::exchange::{self, ObservationRecord, StepKind, StepRecord};
use buildonce_core::selection::{
    Accept, ArchiveImage, ArchiveSeen, Cause, Fallback, Freshness, OnUnknown, Probe, Proof, ReceiptSeen, Request, Rung,
    Selected, Sighting, Step, Tried, Verdict, next,
};
use serde_json::json;

use crate::consumer::{climb, policy, run_of};
use crate::registry::{IMAGE, World, config};

/// The pull request's head.
pub(crate) const HEAD: &str = "abc1234111111111111111111111111111111111";
/// Its merge.
pub(crate) const MERGE: &str = "def5678222222222222222222222222222222222";
/// Another commit.
pub(crate) const OTHER: &str = "0a1b2c3333333333333333333333333333333333";

/// A run that follows pull request 123.
pub(crate) fn consumer() -> Facts {
    run_of(&json!({
        "event": "workflow_run", "pr": 123, "head_sha": HEAD, "merge_sha": MERGE, "branch": "feature/x",
        "default_branch": "main", "fork": false,
    }))
}

pub(crate) fn request() -> Request {
    Request {
        platforms: Some(vec!["linux/amd64".to_owned()]),
        fallback: Some(vec![Fallback::Archive, Fallback::Rebuild]),
        ..Request::default()
    }
}

fn image(world: &mut World, revision: Option<&str>) -> String {
    let mark = revision.unwrap_or("none").to_owned();
    world.image(config("linux", "amd64", revision, &mark), &mark)
}

/// A world with one image under a tag.
fn tagged(tag: &str, revision: Option<&str>) -> (World, String) {
    let mut world = World::default();
    let digest = image(&mut world, revision);
    world.tag(tag, &digest);
    (world, digest)
}

fn accepted(step: Step) -> Selected {
    match step {
        Step::Accept(selected) => *selected,
        other => panic!("no image: {other:?}"),
    }
}

fn reasons(trace: &[Tried]) -> Vec<(&str, &str)> {
    let tag = |tried: &'_ Tried| tried.reference.rfind([':', '@']).map_or(0, |at| at + 1);
    trace.iter().map(|tried| (&tried.reference[tag(tried)..], tried.reason.code.as_str())).collect()
}

#[test]
fn the_image_of_the_merge_belongs_to_the_head() {
    let (world, digest) = tagged("pr-123-def5678", Some(MERGE));
    let selected = accepted(climb(&consumer(), &request(), &world).0);
    assert_eq!((selected.rung, selected.proof), (Rung::Exact, Proof::Proven));
    assert_eq!(selected.reference, format!("{IMAGE}@{digest}"));
    assert_eq!(selected.found, format!("{IMAGE}:pr-123-def5678"));
}

#[test]
fn nothing_is_asked_for_that_the_answer_does_not_need() {
    let (world, _) = tagged("pr-123-abc1234", Some(HEAD));
    let (_, seen) = climb(&consumer(), &request(), &world);
    // The receipt, the manifest and its config; no other tag, no archive.
    assert_eq!(seen.len(), 3);
    let named = Request { reference: Some("pr-123-abc1234".to_owned()), ..request() };
    assert_eq!(climb(&consumer(), &named, &world).1.len(), 2);
}

#[test]
fn an_index_without_a_platform_is_not_looked_into() {
    let mut world = World::default();
    let child = image(&mut world, Some(HEAD));
    let index = world.index(&[(child, Some(("linux", "arm64")))], "index");
    world.tag("pr-123-abc1234", &index);
    let (_, seen) = climb(&consumer(), &request(), &world);
    assert!(seen.iter().all(|seen| !matches!(seen.probe, Probe::Config { .. })));
}

#[test]
fn an_outage_is_no_absence() {
    for (cause, answer) in [
        (Cause::Denied, Sighting::Unknown(Cause::Denied)),
        (Cause::RateLimited, Sighting::Unknown(Cause::RateLimited)),
        (Cause::Unavailable, Sighting::Unknown(Cause::Unavailable)),
        (Cause::Timeout, Sighting::Unknown(Cause::Timeout)),
        (Cause::AcceptIncomplete, Sighting::Absent(Accept::Partial)),
        (Cause::Invalid, Sighting::Document { body: "<html>".to_owned(), digest: None }),
    ] {
        let (mut world, _) = tagged("feature-x", Some(HEAD));
        world.answers.insert("pr-123-abc1234".to_owned(), answer);
        let (step, _) = climb(&consumer(), &request(), &world);
        let Step::Fail(failed) = step else { panic!("{cause:?} did not end the search: {step:?}") };
        assert_eq!((failed.reason.code.as_str(), failed.cause), ("unknown", Some(cause)));
        let asked = Probe::Manifest { image: IMAGE.to_owned(), reference: "pr-123-abc1234".to_owned() };
        assert_eq!(failed.probe, Some(asked), "the host cannot ask the retry policy");

        let lenient = Request { on_unknown: Some(OnUnknown::Fallback), ..request() };
        let selected = accepted(climb(&consumer(), &lenient, &world).0);
        assert_eq!(selected.rung, Rung::Branch);
        assert!(selected.warnings.iter().any(|warning| warning.code == "source-unknown"));
        assert!(selected.trace.iter().any(|tried| tried.verdict == Verdict::Unknown && tried.cause == Some(cause)));
    }
}

#[test]
fn a_refusal_that_is_certain_needs_no_answer_about_the_rest() {
    let mut world = World::default();
    let stale = image(&mut world, None);
    let hidden = Digest::of(b"hidden").to_string();
    world.answers.insert(hidden.clone(), Sighting::Unknown(Cause::Unavailable));
    let index = world.index(&[(stale, Some(("linux", "amd64"))), (hidden, Some(("linux", "arm64")))], "index");
    world.tag("pr-123-abc1234", &index);
    let both = vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()];
    let (step, _) = climb(&consumer(), &Request { platforms: Some(both), ..request() }, &world);
    let Step::Rebuild(answer) = step else { panic!("{step:?}") };
    assert_eq!(reasons(&answer.trace)[1], ("pr-123-abc1234", "revision-missing"));
}

#[test]
fn a_receipt_is_the_first_word_but_not_the_last() {
    let receipt = |references: Vec<String>, head: &str| {
        Some(ReceiptSeen { built: Some(MERGE.to_owned()), head: Some(head.to_owned()), references })
    };
    let (mut world, digest) = tagged("pr-123-abc1234", Some(HEAD));
    let merged = image(&mut world, Some(MERGE));
    world.receipt = receipt(vec![format!("{IMAGE}@{merged}")], HEAD);
    let selected = accepted(climb(&consumer(), &request(), &world).0);
    assert_eq!((selected.rung, selected.reference), (Rung::Receipt, format!("{IMAGE}@{merged}")));

    let gone = Digest::of(b"gone");
    for (references, code) in [
        (vec![format!("{IMAGE}@{gone}")], "manifest-missing"),
        (vec![format!("evil.example.com/app@{merged}")], "image-not-expected"),
        (vec![format!("{IMAGE}:pr-123-abc1234")], "reference-without-digest"),
        (vec![format!("{IMAGE}@{}", image(&mut world, Some(OTHER)))], "revision-mismatch"),
    ] {
        world.receipt = receipt(references, HEAD);
        let selected = accepted(climb(&consumer(), &request(), &world).0);
        assert_eq!((selected.rung, selected.reference), (Rung::Exact, format!("{IMAGE}@{digest}")), "{code}");
        assert_eq!(selected.trace[0].reason.code, code);
    }
    world.receipt = Some(ReceiptSeen { built: Some(OTHER.to_owned()), head: None, references: vec![] });
    let (step, seen) = climb(&consumer(), &request(), &world);
    assert_eq!(accepted(step).trace[0].reason.code, "revision-mismatch");
    assert_eq!(seen.len(), 3, "the images of another commit's receipt are not looked at");
}

#[test]
fn a_stale_image_is_taken_only_when_nothing_better_is_found_and_never_silently() {
    let (mut world, _) = tagged("pr-123-abc1234", Some(OTHER));
    let warn = Request { freshness: Some(Freshness::Warn), ..request() };
    let selected = accepted(climb(&consumer(), &warn, &world).0);
    assert_eq!((selected.proof, selected.warnings[0].code.as_str()), (Proof::Stale, "stale"));
    assert_eq!(selected.revisions[0].revision, OTHER);

    let fresh = image(&mut world, Some(HEAD));
    world.tag("feature-x", &fresh);
    let selected = accepted(climb(&consumer(), &warn, &world).0);
    assert_eq!((selected.rung, selected.proof), (Rung::Branch, Proof::Proven));
    assert!(matches!(climb(&consumer(), &request(), &tagged("feature-x", Some(OTHER)).0).0, Step::Rebuild(_)));
    // No label at all is no commit, not another one.
    assert!(matches!(climb(&consumer(), &warn, &tagged("pr-123-abc1234", None).0).0, Step::Rebuild(_)));
}

fn archived(images: &[(Option<&str>, &str)]) -> World {
    let image = |(revision, name): &(Option<&str>, &str)| ArchiveImage {
        references: vec![(*name).to_owned()],
        config: config("linux", "amd64", *revision, name),
        digest: None,
    };
    let images = images.iter().map(image).collect();
    let archive =
        Some(Sighting::Archive(ArchiveSeen { path: "image.tar".to_owned(), images, ..ArchiveSeen::default() }));
    World { archive, ..World::default() }
}

#[test]
fn an_archive_is_judged_by_what_is_in_it() {
    let world = archived(&[(Some(OTHER), "app:a"), (Some(HEAD), "app:b")]);
    let selected = accepted(climb(&consumer(), &request(), &world).0);
    assert_eq!((selected.rung, selected.reference.as_str()), (Rung::Archive, "app:b"));
    assert_eq!(selected.archive.as_deref(), Some("image.tar"));
    for (images, code) in [
        (vec![(Some(OTHER), "app:a")], "revision-mismatch"),
        (vec![(None, "app:a")], "revision-missing"),
        (vec![(Some(HEAD), "app:a"), (Some(HEAD), "app:b")], "archive-ambiguous"),
        (vec![], "archive-empty"),
    ] {
        let (step, _) = climb(&consumer(), &request(), &archived(&images));
        let Step::Rebuild(answer) = step else { panic!("{code}: {step:?}") };
        assert_eq!(answer.trace.last().map(|tried| tried.reason.code.as_str()), Some(code));
    }
}

#[test]
fn what_a_person_names_is_the_only_candidate() {
    let (world, digest) = tagged("pr-123-abc1234", Some(HEAD));
    for name in ["pr-123-abc1234", &digest, &format!("{IMAGE}@{digest}"), &format!("{IMAGE}:pr-123-abc1234")] {
        let named = Request { reference: Some((*name).to_owned()), ..request() };
        let selected = accepted(climb(&consumer(), &named, &world).0);
        assert_eq!((selected.rung, selected.reference), (Rung::Override, format!("{IMAGE}@{digest}")), "{name}");
    }
    let named = Request { reference: Some("pr-9-0000000".to_owned()), ..request() };
    let (step, _) = climb(&consumer(), &named, &world);
    assert!(matches!(&step, Step::Fail(failed) if failed.reason.code == "manifest-missing"), "{step:?}");
}

#[test]
fn what_cannot_be_a_name_is_an_error_and_not_an_answer() {
    let sha512 = format!("{IMAGE}@sha512:{}", "0".repeat(128));
    for (name, code) in [
        ("", "invalid-reference"),
        ("a b", "invalid-reference"),
        ("ghcr.io/acme/app", "invalid-reference"),
        ("sha256:0", "invalid-reference"),
        ("ocidir://images:x", "invalid-reference"),
        (sha512.as_str(), "invalid-reference"),
    ] {
        let named = Request { reference: Some(name.to_owned()), ..request() };
        let errors = next(&policy(), &consumer(), &named, &[]).unwrap_err();
        assert_eq!(errors[0].code, code, "{name}");
    }
    let nowhere = Request { platforms: Some(vec!["linux".to_owned()]), ..request() };
    assert_eq!(next(&policy(), &consumer(), &nowhere, &[]).unwrap_err()[0].code, "invalid-platform");
}

#[test]
fn questions_and_answers_have_one_form_in_json() {
    let (world, _) = tagged("pr-123-abc1234", Some(HEAD));
    let (step, seen) = climb(&consumer(), &request(), &world);
    let seen: Vec<_> = seen.into_iter().map(ObservationRecord::from).collect();
    let written = serde_json::to_value((StepRecord::from(step.clone()), &seen)).unwrap();
    assert_eq!((&written[0]["kind"], &written[0]["selected"]["rung"]), (&json!("accept"), &json!("exact")));
    assert_eq!(written[1][0], json!({"probe": {"kind": "receipt"}, "seen": {"kind": "absent", "accept": "complete"}}));
    let probe = json!({"kind": "manifest", "image": IMAGE, "reference": "pr-123-abc1234"});
    assert_eq!(written[1][1]["probe"], probe);
    assert!(written[1][1]["seen"]["body"].is_string());
    let (read, again): (StepRecord, Vec<ObservationRecord>) = serde_json::from_value(written).unwrap();
    assert_eq!((read, &again), (step.into(), &seen));
    let answer = exchange::next(&policy(), &consumer(), &request(), again).unwrap();
    assert_eq!(answer.kind, StepKind::Accept, "what was written down leads to the same answer");
}

#[test]
fn a_digest_that_is_not_that_of_its_bytes_is_refused() {
    let (mut world, _) = tagged("pr-123-abc1234", Some(HEAD));
    if let Some(Sighting::Document { digest, .. }) = world.answers.get_mut("pr-123-abc1234") {
        *digest = Some(Digest::of(b"other").to_string());
    }
    let Step::Rebuild(answer) = climb(&consumer(), &request(), &world).0 else { panic!("accepted") };
    assert_eq!(reasons(&answer.trace)[1], ("pr-123-abc1234", "digest-mismatch"));
}

#[test]
fn a_run_without_a_commit_proves_nothing() {
    let mut facts = consumer();
    facts.revisions = buildonce_core::facts::Revisions::default();
    let (world, _) = tagged("feature-x", None);
    let (step, seen) = climb(&facts, &request(), &world);
    let Step::Rebuild(answer) = step else { panic!("{step:?}") };
    assert_eq!((answer.trace[0].reason.code.as_str(), seen.len()), ("revision-unknown", 0));
}

#[test]
fn every_name_that_was_looked_for_is_told() {
    let (step, _) = climb(&consumer(), &Request { fallback: Some(vec![]), ..request() }, &World::default());
    let Step::Fail(failed) = step else { panic!("{step:?}") };
    let expected = [
        "pr-123-abc1234".to_owned(),
        "pr-123-def5678".to_owned(),
        "feature-x-abc1234".to_owned(),
        "sha-abc1234".to_owned(),
        format!("sha-{HEAD}"),
        "feature-x".to_owned(),
    ];
    assert_eq!(failed.expected, expected.map(|tag| format!("{IMAGE}:{tag}")));
    assert!(failed.trace.iter().all(|tried| tried.verdict == Verdict::Absent));
}
