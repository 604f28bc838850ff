//! `extends`: what a document adds to a built-in policy.

use super::parse;
use crate::policy::{Duration, Fallback, Freshness, Operation, Policy, STANDARD};

const EXTENDS: &str = "version: 1\nextends: build-once-test-many\n";

fn extended(own: &str) -> Policy {
    parse(&format!("{EXTENDS}{own}"))
}

#[test]
fn nothing_of_its_own_changes_nothing() {
    let (own, base) = (extended(""), Policy::standard());
    assert_eq!(own.file, "buildonce.yaml");
    assert_eq!(format!("{:?}", Policy { file: base.file.clone(), ..own }), format!("{base:?}"));
}

#[test]
fn lists_replace_lists() {
    let policy = extended("tags: ['x-{{sha}}']\nimages: [ghcr.io/a/b]\nretention: [{tags: 'x-*', delete-after: 9d}]\n");
    assert_eq!(policy.tags.len(), 1);
    assert_eq!(policy.images[0].name.source, "ghcr.io/a/b");
    assert_eq!(policy.retention.rules.len(), 1);
    assert_eq!(policy.retention.rules[0].id, "retention[0]");
}

#[test]
fn added_tags_come_last_and_keep_their_own_names() {
    let base = Policy::standard().tags.len();
    let policy = extended("add-tags: [{when: {event: push}, tag: 'x-{{sha}}'}]\n");
    assert_eq!(policy.tags.len(), base + 1);
    assert_eq!(policy.tags[base].id, "add-tags[0]");
    assert_eq!(policy.tags[0].place.file.as_ref(), STANDARD);
    assert_eq!(policy.tags[base].place.file.as_ref(), "buildonce.yaml");
}

#[test]
fn maps_are_merged_key_by_key() {
    let policy = extended(
        "retry: {build: {attempts: 7}, api: {timeout: 9s}}\nselect: {freshness: warn}\nnaming: {sha-length: 12}\n\
         build: {args: {A: b}}\nskip: {unless: {branches: ['x/**']}}\nretention: {min-age: 72h}\n",
    );
    let build = policy.retry.limits(Operation::Build);
    assert_eq!((build.attempts, build.timeout_ms), (Some(7), Some(25 * 60_000)));
    assert_eq!(policy.retry.limits(Operation::Api).timeout_ms, Some(9000));
    assert_eq!(policy.select.freshness, Freshness::Warn);
    assert_eq!(policy.select.fallback, [Fallback::Archive, Fallback::Rebuild]);
    assert_eq!(policy.naming.sha_length, 12);
    assert!(!policy.build.platforms.is_empty() && policy.build.args[0].key == "A");
    assert!(policy.skip.unless_paths.is_some() && policy.skip.unless_branches.unwrap().is_match("x/y"));
    assert!(policy.retention.rules.len() > 1 && policy.retention.min_age == Duration::from_secs(72 * 3600));
}

#[test]
fn a_switch_is_always_never_or_conditions() {
    let policy = extended("build: {push: false, load: true, archive: false}\n");
    assert_eq!(policy.build.push.event, Some(Vec::new()));
    assert_eq!(policy.build.load.unwrap().event, None);
    assert_eq!(policy.build.archive.when.unwrap().event, Some(Vec::new()));
}

#[test]
fn a_map_of_platforms_ends_in_its_default_wherever_that_stands() {
    let policy = extended("build: {platforms: {default: [linux/arm64], pull-request: linux/amd64}}\n");
    let rules: Vec<_> =
        policy.build.platforms.iter().map(|rule| (rule.when.event.is_some(), &rule.platforms[0])).collect();
    assert_eq!(rules, [(true, &"linux/amd64".to_owned()), (false, &"linux/arm64".to_owned())]);
}

#[test]
fn null_removes_a_label() {
    let policy = parse("version: 1\ntags: ['{{sha}}']\nlabels: {a: 'x {{sha}}', b: null}\n");
    let labels: Vec<_> = policy.labels.iter().map(|label| (label.key.as_str(), label.value.is_some())).collect();
    assert_eq!(labels, [("a", true), ("b", false)]);
}
