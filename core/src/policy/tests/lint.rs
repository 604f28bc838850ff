//! What `lint` says, and where it is silent.

use super::diagnostics::files;
use super::parse;
use crate::facts::{EventKind, Facts};
use crate::policy::{Policy, compact};

fn facts(event: EventKind) -> Facts {
    let json = format!(r#"{{"engine": "local", "event": "{}", "event_name": "x", "now": 0}}"#, event.as_str());
    serde_json::from_str(&json).unwrap()
}

#[test]
fn the_built_in_policy_gives_no_cause_for_doubt() {
    assert_eq!(compact(&Policy::standard().lint(None)), "");
}

#[test]
fn the_example_of_the_documentation_gives_no_cause_for_doubt() {
    let policy = parse(
        r#"
version: 1
images:
  - ghcr.io/acme/app
  - name: docker.io/acme/app
    when: {event: [push, tag], credentials: true}
tags:
  - {when: {event: pull-request},                    tag: "pr-{{pr}}-{{sha}}", primary: true}
  - {when: {event: push, branches: ["feature/**"]},  tag: "{{branch}}-{{sha}}", primary: true}
  - {when: {event: push, branches: [main]},          tag: ["sha-{{sha}}", latest]}
build:
  platforms: {default: [linux/amd64, linux/arm64], pull-request: [linux/amd64]}
  builder: buildx
retry:
  build: {attempts: 3, timeout: 25m, deadline: 60m, backoff: {first: 10s, factor: 2, max: 2m, jitter: full}}
  push:  {attempts: 5}
select:
  freshness: fail
  fallback: [archive, rebuild]
retention:
  - {tags: "pr-*",      delete-after: 48h, only: closed}
  - {tags: "nightly-*", delete-after: 7d, keep-newest: 3}
  - {tags: ["v*.*.*", latest], keep: always}
gate:
  fail-on: [critical, high]
"#,
    );
    assert_eq!(compact(&policy.lint(None)), "");
}

#[test]
fn doubtful_policies_are_doubted() {
    for (name, source) in files("doubtful") {
        let policy = Policy::parse(&source, &name).unwrap_or_else(|errors| panic!("{}", compact(&errors)));
        insta::assert_snapshot!(name.as_str(), compact(&policy.lint(None)));
    }
}

#[test]
fn what_a_run_shows_is_told_with_its_facts_only() {
    let policy = parse(
        r#"
version: 1
images: [ghcr.io/acme/app, acme/app, "localhost:5000/app", {name: quay.io/a/b, when: {credentials: true}}]
tags: [{when: {event: push, paths: ["src/**"]}, tag: "sha-{{sha}}"}]
"#,
    );
    assert_eq!(compact(&policy.lint(None)), "");
    let mut facts = facts(EventKind::Push);
    facts.credentials = Some(vec!["https://index.docker.io/v1/".to_owned()]);
    insta::assert_snapshot!(compact(&policy.lint(Some(&facts))), @r"
    buildonce.yaml:3:10: warning[no-credentials] no credentials for `ghcr.io`, where this image is pushed to | log in to it before this step, or use the name only with `when: {credentials: true}`
    buildonce.yaml:4:15: warning[paths-unknown] this condition asks for changed files, and this run does not know them | list them in a file for `--changed-files`, or remove `paths`
    ");
}

#[test]
fn every_finding_names_the_document() {
    for (name, source) in files("doubtful") {
        for finding in Policy::parse(&source, &name).unwrap().lint(None) {
            assert_eq!(finding.file.as_deref(), Some(name.as_str()), "{finding:?}");
            assert!(finding.help.is_some(), "{finding:?}");
        }
    }
}
