//! `select` and `select channel`: decisions from what somebody saw.

mod run;

use std::fmt::Write as _;

use run::Run;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const HEAD: &str = "1111111111111111111111111111111111111111";
const MERGE: &str = "2222222222222222222222222222222222222222";

/// A consumer of the image of pull request 12.
fn consumer(observations: &Value) -> Run {
    let facts = json!({
        "engine": "github-actions", "event": "pull-request", "event_name": "workflow_run", "now": 0,
        "repository": {"path": "acme/app", "server_url": "https://github.com", "default_branch": "main"},
        "revisions": {"built": MERGE, "built_kind": "merge", "head": HEAD, "merge": MERGE},
        "change": {
            "number": 12, "head": {"branch": "feature/x", "sha": HEAD}, "base": {"branch": "main"},
            "fork": "same-repository",
        },
    });
    let policy = "version: 1\nimages: [registry.example/acme/app]\ntags:\n  - tag: \"pr-{{pr}}-{{sha}}\"\n";
    Run::new("select")
        .file("facts.json", facts.to_string())
        .file("buildonce.yaml", policy)
        .stdin(observations.to_string())
        .arg("--facts")
        .arg("facts.json")
        .arg("--observations")
        .arg("-")
        .arg("--platform")
        .arg("linux/amd64")
}

fn absent(probe: &Value) -> Value {
    json!({"probe": probe, "seen": {"kind": "absent", "accept": "complete"}})
}

fn document(probe: &Value, body: &Value) -> Value {
    json!({"probe": probe, "seen": {"kind": "document", "body": body.to_string()}})
}

fn manifest(tag: &str) -> Value {
    json!({"kind": "manifest", "image": "registry.example/acme/app", "reference": tag})
}

fn digest(body: &Value) -> String {
    let mut digest = "sha256:".to_owned();
    for byte in Sha256::digest(body.to_string()) {
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// An image of a commit under a tag, and nothing else anywhere.
fn seen(revision: &str) -> Value {
    let labels = json!({"org.opencontainers.image.revision": revision});
    let config = json!({"os": "linux", "architecture": "amd64", "config": {"Labels": labels}});
    let image = json!({"schemaVersion": 2, "config": {"digest": digest(&config)}, "layers": []});
    let blob = json!({"kind": "config", "image": "registry.example/acme/app", "reference": digest(&config)});
    json!([
        absent(&json!({"kind": "receipt"})),
        absent(&manifest("pr-12-1111111")),
        document(&manifest("pr-12-2222222"), &image),
        document(&blob, &config),
        absent(&json!({"kind": "archive"})),
    ])
}

#[test]
fn without_observations_it_says_what_to_look_at() {
    let done = consumer(&json!([])).go();
    assert_eq!((done.code, done.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(done.stdout, @r#"
    pull request #12 (feature/x → main) in acme/app, github-actions

    not decided: more must be seen first
      receipt  the receipt  {"kind":"receipt"}
    "#);
}

#[test]
fn the_image_of_the_commit_is_named_by_its_digest_with_its_proof() {
    let done = consumer(&seen(MERGE)).arg("--explain").go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout);
    let done = consumer(&seen(MERGE)).arg("--format").arg("dotenv").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.contains("BUILDONCE_IMAGE=registry.example/acme/app@sha256:"), "{}", done.stdout);
    assert!(done.stdout.contains("BUILDONCE_PROOF=proven\n"), "{}", done.stdout);
}

#[test]
fn outputs_go_where_later_steps_read_them() {
    let run = consumer(&seen(MERGE)).arg("--format").arg("github").env("GITHUB_OUTPUT", "out.txt");
    let done = run.go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.contains("Ladder"), "the log explains: {}", done.stdout);
    let outputs = run.read("out.txt");
    assert!(outputs.contains("verdict=use\nreason=proven\nimage=registry.example/acme/app@sha256:"), "{outputs}");
    assert!(outputs.contains("\njson={"), "{outputs}");
}

#[test]
fn an_image_of_another_commit_is_no_image() {
    let done = consumer(&seen("3333333333333333333333333333333333333333")).arg("--explain").go();
    assert_eq!((done.code, done.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(done.stdout);
    let done = consumer(&seen("3333333333333333333333333333333333333333")).arg("--freshness").arg("warn").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.contains("warning[stale]"), "{}", done.stdout);
}

#[test]
fn what_nobody_knows_has_an_exit_code_of_its_own() {
    let unknown = json!({"probe": manifest("pr-12-1111111"), "seen": {"kind": "unknown", "cause": "timeout"}});
    let done = consumer(&json!([absent(&json!({"kind": "receipt"})), unknown])).go();
    assert_eq!(done.code, 3);
    assert!(done.stdout.contains("not answered: registry.example/acme/app:pr-12-1111111"), "{}", done.stdout);
}

#[test]
fn the_image_alone_is_a_line_or_nothing() {
    let done = consumer(&seen(MERGE)).arg("--format").arg("reference").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.starts_with("registry.example/acme/app@sha256:"), "{}", done.stdout);
    assert_eq!(done.stdout.lines().count(), 1);
    let done = consumer(&json!([])).arg("--format").arg("reference").go();
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
}

#[test]
fn what_was_seen_and_what_is_looked_at_exclude_each_other() {
    let done = consumer(&json!([])).arg("--wait").arg("1m").go();
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("--observations"), "{}", done.stderr);
}

#[test]
fn the_json_is_the_engines_own() {
    let done = consumer(&seen(MERGE)).arg("--format").arg("json").go();
    let step: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&step["kind"], &step["selected"]["rung"]), (&json!("accept"), &json!("exact")));
}

#[test]
fn what_is_no_observation_is_told_with_an_example() {
    let done = consumer(&json!({"probe": 1})).go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r#"
    error[invalid-observations]: stdin is no list of observations: invalid type: map, expected a sequence at line 1 column 0
     |
     = help: one looks like {"probe": {"kind": "receipt"}, "seen": {"kind": "absent", "accept": "complete"}}; start with [] and see what is asked for
    "#);
    let done =
        consumer(&json!([{"probe": {"kind": "manifest"}, "seen": {"kind": "absent", "accept": "complete"}}])).go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[invalid-observation]: seen[0].probe needs `image` and `reference` for a manifest
     |
     = help: repeat the probe as it was asked, and fill in what its kind of answer has
    ");
}

fn channel(tags: &str) -> Run {
    Run::new("select").arg("channel").arg("--tags-file").arg("-").stdin(tags)
}

#[test]
fn a_channel_says_which_tag_is_newest_and_why_the_others_are_not() {
    let tags = format!("v1.2.0\nv1.10.0\nv2.0.0\nlatest\nv1.11.0-rc.1\nsha256-{}.sig\n", "0".repeat(64));
    let done = channel(&tags).arg("--semver").arg("1.x").go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @r"
    v1.10.0  it is the greatest version that the range admits (of 2 candidates)

    Not candidates
      generated     1  a tool hung them on a digest  sha256-00000000000000000…
      not-readable  1  no version, or no number      latest
      not-in-range  2  outside the range             v1.11.0-rc.1, v2.0.0
    ");
    let done = channel(&tags).arg("--semver").arg("1.x").arg("--format").arg("tag").go();
    assert_eq!(done.stdout, "v1.10.0\n");
    let done = channel(&tags).arg("--semver").arg("9.x").arg("--format").arg("tag").go();
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
}

#[test]
fn a_channel_reads_dates_and_answers_like_other_programs_on_demand() {
    let tags = r#"{"tags": [{"name": "b", "created": "2024-05-01T12:00:00Z"}, {"name": "a", "created": "2024-05-02T12:00:00Z"}, "c"]}"#;
    let done = channel(tags).arg("--created").arg("--format").arg("dotenv").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.starts_with("BUILDONCE_TAG=a\n"), "{}", done.stdout);
    let done = channel("1\nx\n").arg("--numerical").arg("--mode").arg("flux").go();
    assert_eq!(done.code, 2, "Flux refuses the whole list");
    assert!(done.stderr.contains("error[unreadable-tag]"), "{}", done.stderr);
}

#[test]
fn a_wrong_constraint_is_an_error_and_admits_nothing() {
    let done = channel("1.0.0\n").arg("--semver").arg(">= bar").go();
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(done.stderr, @r"
    error[invalid-constraint]: `>= bar` is no version constraint
     |
     = help: a constraint looks like `1.x`, `^1.2`, `>=1.2 <2` or `1.2 - 1.4 || 3.x`; `*` admits every release
    ");
}
