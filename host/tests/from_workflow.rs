//! `init --from-workflow`: the policy makes the tags that the workflow's own step makes, event by event.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use std::collections::BTreeSet;

use run::Run;
use serde_json::{Value, json};

const PUSHED: &str = "1111111111111111111111111111111111111111";
const MERGE: &str = "2222222222222222222222222222222222222222";

/// One image in the registry of the forge, named by variables; every tag is left to the action.
const DEFAULTS: &str = "\
name: Publish
on: {push: {branches: [main], tags: ['v*.*.*']}, pull_request: {}}
env:
  REGISTRY: registry.example
  IMAGE_NAME: ${{ github.repository }}
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions: {contents: read, packages: write}
    steps:
      - uses: actions/checkout@v4
      - name: Tags and labels
        id: meta
        uses: docker/metadata-action@v5
        with:
          images: ${{ env.REGISTRY }}/${{ env.IMAGE_NAME }}
      - uses: docker/build-push-action@v6
        with: {push: true, tags: '${{ steps.meta.outputs.tags }}'}
";

/// Releases by version into two registries, with a nightly build.
const VERSIONS: &str = "\
on:
  schedule: [{cron: '0 10 * * *'}]
  push: {branches: ['**'], tags: ['v*.*.*']}
  pull_request: {}
jobs:
  docker:
    runs-on: ubuntu-latest
    steps:
      - id: meta
        uses: docker/metadata-action@v5
        with:
          # list of images
          images: |
            acme/app
            registry.example/acme/App
          tags: |
            # every kind of run
            type=schedule
            type=schedule,pattern={{date 'YYYYMMDD'}}
            type=ref,event=branch
            type=ref,event=pr
            type=semver,pattern={{version}}
            type=semver,pattern={{major}}.{{minor}}
            type=semver,pattern={{major}},enable=${{ startsWith(github.ref, 'refs/tags/v') }}
            type=sha
";

/// `latest` by hand, a suffix for a variant, conditions of the forge.
const BY_HAND: &str = "\
on: [push, pull_request, workflow_dispatch]
jobs:
  alpine:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/metadata-action@902fa8ec7d6ecbf8d84d538b9b233a880e428804 # v5
        id: meta
        with:
          images: name=registry.example/acme/app,enable=true
          flavor: |
            latest=false
            suffix=-alpine,onlatest=true
          tags: |
            type=raw,value=latest,enable={{is_default_branch}}
            type=raw,value=edge,suffix=,enable=${{ github.ref == format('refs/heads/{0}', github.event.repository.default_branch) }}
            type=raw,value=next,priority=50,enable=${{ github.ref == 'refs/heads/next' }}
            type=sha,prefix={{branch}}-,enable=${{ github.event_name == 'push' && github.ref_type == 'branch' }}
            type=raw,value=pr-{{sha}},enable=${{ github.event_name == 'pull_request' }}
            type=match,pattern=v(\\d.*),group=1
";

/// What an event tells, and what the runner makes of the expressions of the third workflow.
struct Event {
    name: &'static str,
    reference: &'static str,
    sha: &'static str,
    payload: Value,
}

fn events() -> Vec<Event> {
    let repository =
        json!({"full_name": "acme/app", "name": "app", "default_branch": "main", "owner": {"login": "acme"}});
    let push = |name, reference| Event {
        name,
        reference,
        sha: PUSHED,
        payload: json!({"ref": reference, "after": PUSHED, "repository": repository, "head_commit": {"id": PUSHED, "message": "x", "timestamp": "2024-05-01T10:00:00Z"}}),
    };
    let side = |branch: &str, sha: &str| json!({"ref": branch, "sha": sha, "repo": {"full_name": "acme/app"}});
    let pull_request = Event {
        name: "pull_request",
        reference: "refs/pull/12/merge",
        sha: MERGE,
        payload: json!({"action": "opened", "number": 12, "repository": repository,
            "pull_request": {"number": 12, "title": "x", "head": side("feature/x", PUSHED), "base": side("main", &"3".repeat(40))}}),
    };
    let schedule = Event {
        payload: json!({"schedule": "0 10 * * *", "repository": repository}),
        ..push("schedule", "refs/heads/main")
    };
    vec![
        push("push", "refs/heads/main"),
        push("push", "refs/heads/next"),
        push("push", "refs/heads/feature/a_b"),
        push("push", "refs/tags/v1.2.3"),
        push("push", "refs/tags/v2.0.0-rc.1"),
        pull_request,
        schedule,
    ]
}

impl Event {
    fn run(&self, command: &str) -> Run {
        Run::new(command)
            .file("event.json", self.payload.to_string())
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", self.name)
            .env("GITHUB_EVENT_PATH", "event.json")
            .env("GITHUB_REF", self.reference)
            .env("GITHUB_REF_NAME", self.reference.trim_start_matches("refs/heads/").trim_start_matches("refs/tags/"))
            .env("GITHUB_HEAD_REF", if self.name == "pull_request" { "feature/x" } else { "" })
            .env("GITHUB_BASE_REF", if self.name == "pull_request" { "main" } else { "" })
            .env("GITHUB_SHA", self.sha)
            .env("GITHUB_REPOSITORY", "acme/app")
            .env("GITHUB_SERVER_URL", "https://git.example")
            .env("GITHUB_RUN_ID", "99")
            .env("SOURCE_DATE_EPOCH", "1714564800")
    }

    /// The step's input as the runner hands it to the action.
    fn filled(&self, text: &str) -> String {
        let is_tag = self.reference.starts_with("refs/tags/");
        let truth = [
            ("startsWith(github.ref, 'refs/tags/v')", is_tag),
            (
                "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)",
                self.reference == "refs/heads/main",
            ),
            ("github.ref == 'refs/heads/next'", self.reference == "refs/heads/next"),
            ("github.event_name == 'push' && github.ref_type == 'branch'", self.name == "push" && !is_tag),
            ("github.event_name == 'pull_request'", self.name == "pull_request"),
        ];
        let words = [("env.REGISTRY", "registry.example"), ("env.IMAGE_NAME", "acme/app")];
        let truth = truth.map(|(expression, value)| (expression, value.to_string()));
        let words = words.map(|(expression, value)| (expression, value.to_owned()));
        truth.into_iter().chain(words).fold(text.to_owned(), |text, (expression, value)| {
            text.replace(&format!("${{{{ {expression} }}}}"), &value)
        })
    }

    /// The tags with their images that the action makes; none when it says that there are none.
    fn of_the_action(&self, inputs: &Value) -> BTreeSet<String> {
        let mut run = self.run("action").arg("metadata").env("INPUT_API", "none").env("GITHUB_OUTPUT", "output");
        for (name, value) in inputs.as_object().unwrap() {
            run = run.env(&format!("INPUT_{}", name.to_uppercase()), self.filled(value.as_str().unwrap()));
        }
        let done = run.go();
        assert_eq!(done.code, 0, "{}", done.stdout);
        let output = run.read("output");
        let mut lines = output.lines().skip_while(|line| !line.starts_with("tags<<"));
        let end = lines.next().unwrap().trim_start_matches("tags<<");
        lines.take_while(|line| *line != end).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// The same of a plan; a plan without any tag is refused.
    fn of_the_policy(&self, policy: &str) -> BTreeSet<String> {
        let done = self.run("plan").file("buildonce.yaml", policy).arg("--format").arg("json").go();
        if done.code == 2 && done.stderr.starts_with("error[no-tags]") {
            return BTreeSet::new();
        }
        assert_eq!(done.code, 0, "{} {}: {}", self.name, self.reference, done.stderr);
        let plan: Value = serde_json::from_str(&done.stdout).unwrap();
        let images = plan["images"].as_array().unwrap().iter().filter(|image| image["active"] == true);
        let references = images.flat_map(|image| image["references"].as_array().unwrap().clone());
        references.map(|reference| reference.as_str().unwrap().to_owned()).collect()
    }
}

/// The `with` of the step, read by nothing of this project: the tests write it down twice, and this keeps both together.
fn with(workflow: &str, key: &str) -> String {
    let mut lines = workflow
        .lines()
        .skip_while(|line| !line.contains("docker/metadata-action"))
        .skip_while(|line| !line.trim_start().starts_with(&format!("{key}:")));
    let Some(first) = lines.next() else { return String::new() };
    let value = first.split_once(':').unwrap().1.trim();
    if value != "|" {
        return value.to_owned();
    }
    let depth = first.len() - first.trim_start().len();
    let block = lines.take_while(|line| line.len() - line.trim_start().len() > depth);
    block.map(str::trim_start).collect::<Vec<_>>().join("\n")
}

/// Runs both for every event.
fn prove(workflow: &str, expect_latest_somewhere: bool) {
    let init = Run::new("init").file("ci.yml", workflow).arg("--from-workflow").arg("ci.yml");
    let done = init.go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let policy = init.read("buildonce.yaml");
    let inputs =
        json!({"images": with(workflow, "images"), "tags": with(workflow, "tags"), "flavor": with(workflow, "flavor")});
    let mut all = BTreeSet::new();
    for event in events() {
        let (action, plan) = (event.of_the_action(&inputs), event.of_the_policy(&policy));
        assert_eq!(plan, action, "{} {}\n{policy}", event.name, event.reference);
        all.extend(action);
    }
    assert!(all.len() > 5, "{all:?}");
    assert_eq!(all.iter().any(|tag| tag.contains(":latest")), expect_latest_somewhere, "{all:?}");
}

#[test]
fn the_default_tags_are_the_same() {
    prove(DEFAULTS, true);
}

#[test]
fn the_tags_of_versions_are_the_same() {
    prove(&VERSIONS.replace("acme/app\n", "docker.example/acme/app\n"), true);
}

#[test]
fn tags_by_hand_and_by_condition_are_the_same() {
    prove(BY_HAND, true);
}

#[test]
fn a_policy_is_never_replaced_unasked() {
    let init = Run::new("init").file("buildonce.yaml", "version: 1\n");
    let done = init.go();
    assert_eq!(done.code, 2);
    assert!(done.stderr.starts_with("error[file-exists]: buildonce.yaml is already there"), "{}", done.stderr);
    assert_eq!(init.arg("--force").go().code, 0);
}

#[test]
fn the_first_policy_without_a_workflow_is_one_that_plans() {
    let init = Run::new("init");
    assert_eq!(init.go().code, 0);
    let policy = init.read("buildonce.yaml");
    let done = Run::new("lint").file("buildonce.yaml", policy).go();
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
}

#[test]
fn what_a_policy_has_no_word_for_is_told_at_its_place() {
    let workflow = "jobs:\n  a:\n    steps:\n      - uses: docker/metadata-action@v5\n        with:\n          images: acme/app\n          tags: type=raw,value=${{ inputs.version }}\n";
    let done =
        Run::new("init").file("ci.yml", workflow).arg("--from-workflow").arg("ci.yml").arg("--output").arg("-").go();
    assert_eq!(done.code, 0);
    assert!(done.stderr.starts_with("warning[not-converted]"), "{}", done.stderr);
    assert!(done.stderr.contains("ci.yml:7:17"), "{}", done.stderr);
    assert!(done.stdout.contains("# not taken over, tags: type=raw,value=${{ inputs.version }}"), "{}", done.stdout);
}
