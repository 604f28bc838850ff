//! `action metadata` and `metadata`: what they ask, what they write, how they end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod forge;
mod run;

use std::sync::atomic::{AtomicUsize, Ordering};

use forge::{Answer, Forge};
use run::Run;
use serde_json::{Value, json};

const SHA: &str = "860c1904a1ce19322e91ac35af1ab07466440c37";

/// The action's step in a push to `main`.
fn step(tags: &str) -> Run {
    Run::new("action")
        .arg("metadata")
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "push")
        .env("GITHUB_REF", "refs/heads/main")
        .env("GITHUB_SHA", SHA)
        .env("GITHUB_REPOSITORY", "acme/app")
        .env("GITHUB_SERVER_URL", "https://git.example")
        .env("GITHUB_OUTPUT", "output")
        .env("GITHUB_ENV", "variables")
        .env("RUNNER_TEMP", "temp")
        .env("INPUT_IMAGES", "registry.example/acme/app")
        .env("INPUT_TAGS", tags)
        .env("INPUT_GITHUB-TOKEN", "secret-token")
        .env("SOURCE_DATE_EPOCH", "1700000000")
}

/// The same without the forge.
fn alone(tags: &str) -> Run {
    step(tags).env("INPUT_API", "none")
}

/// The value of an output.
fn output(run: &Run, name: &str) -> String {
    let file = run.read("output");
    let mut lines = file.lines().skip_while(|line| !line.starts_with(&format!("{name}<<")));
    let end = lines.next().and_then(|line| line.split_once("<<")).expect("the output is there").1;
    lines.take_while(|line| *line != end).collect::<Vec<_>>().join("\n")
}

fn repository() -> Answer {
    Answer::new(200, &json!({"name": "app", "html_url": "https://git.example/acme/app", "default_branch": "main"}))
}

#[test]
fn the_forge_is_asked_with_the_token_and_nobody_sees_it() {
    let forge = Forge::start(|request| {
        Some(if request.path.contains("/commits/") { Answer::new(404, &json!({})) } else { repository() })
    });
    let run = step("type=sha").env("GITHUB_API_URL", forge.url());
    let done = run.go();
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let seen = forge.seen();
    let paths: Vec<&str> = seen.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, [format!("/repos/acme/app/commits/{SHA}").as_str(), "/repos/acme/app"]);
    assert!(seen.iter().all(|request| request.authorization.as_deref() == Some("token secret-token")));
    assert_eq!(output(&run, "tags"), "registry.example/acme/app:sha-860c190");
    assert!(output(&run, "labels").contains("org.opencontainers.image.created=2023-11-14T22:13:20.000Z"));
    for text in [&done.stdout, &done.stderr, &run.read("output"), &run.read("variables")] {
        assert!(!text.contains("secret-token"), "{text}");
    }
}

#[test]
fn a_forge_that_stumbles_is_asked_again_and_one_that_refuses_is_not() {
    let count = AtomicUsize::new(0);
    let stumbling = Forge::start(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Some(Answer::new(503, &"unavailable")),
        _ => Some(repository()),
    });
    let event = json!({"head_commit": {"id": SHA, "timestamp": "2023-01-01T00:00:00Z"}});
    let run = step("type=sha").file("event.json", event.to_string()).env("GITHUB_EVENT_PATH", "event.json");
    let run = run.env("GITHUB_API_URL", stumbling.url());
    assert_eq!(run.go().code, 0);
    assert_eq!(stumbling.seen().len(), 2);

    let body = json!({"message": "Bad credentials", "documentation_url": "https://docs.example"});
    let refusing = Forge::start(move |_| Some(Answer::new(401, &body)));
    let run = step("type=sha").env("GITHUB_API_URL", refusing.url());
    let done = run.go();
    assert_eq!(done.code, 1);
    assert!(done.stdout.ends_with("::error::Bad credentials - https://docs.example\n"), "{}", done.stdout);
    assert_eq!(refusing.seen().len(), 2, "the commit and the repository, once each");
}

#[test]
fn a_token_is_never_sent_unencrypted_to_another_machine() {
    let done = step("type=sha").env("GITHUB_API_URL", "http://forge.example").go();
    assert_eq!(done.code, 1);
    assert!(done.stdout.contains("::error title=bad-api-url::"), "{}", done.stdout);
    assert!(done.stdout.contains("--plain-http"), "{}", done.stdout);
}

#[test]
fn without_the_api_the_event_has_to_do() {
    let event = json!({"repository": {"default_branch": "main", "description": "An app"}});
    let run = alone("type=edge\ntype=sha").file("event.json", event.to_string()).env("GITHUB_EVENT_PATH", "event.json");
    let done = run.go();
    assert_eq!(done.code, 0, "{}", done.stdout);
    assert_eq!(output(&run, "tag-names"), "edge\nsha-860c190");
    let labels = output(&run, "labels");
    assert!(labels.contains("org.opencontainers.image.description=An app"), "{labels}");
    assert!(labels.contains("org.opencontainers.image.source=https://git.example/acme/app"), "{labels}");
}

#[test]
fn outputs_are_exported_and_bake_files_written() {
    let run = alone("type=sha");
    assert_eq!(run.go().code, 0);
    let variables = run.read("variables");
    for name in ["VERSION", "TAGS", "TAG_NAMES", "LABELS", "ANNOTATIONS", "JSON", "BAKE_FILE", "BAKE_FILE_TAGS"] {
        assert!(variables.contains(&format!("DOCKER_METADATA_OUTPUT_{name}<<ghadelimiter_")), "{name}: {variables}");
    }
    let bake: Value = serde_json::from_str(&run.read(&output(&run, "bake-file-tags"))).unwrap();
    assert_eq!(bake["target"]["docker-metadata-action"]["tags"][0], "registry.example/acme/app:sha-860c190");
}

#[test]
fn a_runner_without_files_is_told_in_the_log() {
    let done = alone("type=sha").env("GITHUB_OUTPUT", "").env("GITHUB_ENV", "").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.contains("::set-output name=version::sha-860c190\n"), "{}", done.stdout);
}

#[test]
fn what_the_action_is_silent_about_is_an_annotation() {
    let run = alone("type=sha,prefix={{tag}}-\ntype=raw,value=x{{runNumber}}\ntype=raw,value=latest")
        .env("GITHUB_REF", "refs/heads/a&b")
        .env("INPUT_FLAVOR", "latest=true")
        .env("INPUT_LABELS", "branch={{branch}}")
        .env("GITHUB_STEP_SUMMARY", "summary.md");
    let done = run.go();
    assert_eq!(done.code, 0, "{}", done.stdout);
    for code in ["empty-name", "tag-rejected", "html-escape", "duplicate-latest"] {
        assert!(done.stdout.contains(&format!("::warning title={code}::")), "{code}: {}", done.stdout);
        assert!(run.read("summary.md").contains(code), "{code}");
    }
    assert!(output(&run, "tag-names").contains("-860c190"), "the outputs are the action's");
}

#[test]
fn strict_makes_errors_of_them_and_hands_nothing_on() {
    let run = alone("type=sha,prefix={{tag}}-").env("INPUT_STRICT", "true");
    let done = run.go();
    assert_eq!(done.code, 1);
    assert!(
        done.stdout.contains("::error title=tag-rejected::no registry takes the tag `-860c190`"),
        "{}",
        done.stdout
    );
    assert_eq!(run.read("output"), "");
    assert_eq!(alone("type=sha").env("INPUT_STRICT", "true").go().code, 0);
    assert_eq!(alone("type=sha").env("INPUT_STRICT", "yes").go().code, 1);
}

#[test]
fn an_event_that_is_not_there_is_like_none() {
    let done = alone("type=sha").env("GITHUB_EVENT_PATH", "no-event.json").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.starts_with("GITHUB_EVENT_PATH no-event.json does not exist\n"), "{}", done.stdout);
}

#[test]
fn a_pattern_that_tries_for_ever_ends_with_a_clear_error() {
    let pattern = format!("type=match,pattern=(a+)+$,value={}b", "a".repeat(60));
    let done = alone(&pattern).go();
    assert_eq!(done.code, 1, "{}{}", done.stdout, done.stderr);
    assert!(
        done.stdout.contains("::error::the pattern backtracks too much on this input: /(a+)+$/"),
        "{}",
        done.stdout
    );
}

#[test]
fn no_log_line_of_a_value_is_a_command() {
    let run = alone("type=sha").env("INPUT_LABELS", "\"k=1\n::error::no\"");
    let done = run.go();
    assert_eq!(done.code, 0);
    assert!(!done.stdout.lines().any(|line| line.starts_with("::error")), "{}", done.stdout);
    assert!(output(&run, "labels").contains("k=1\n::error::no"));
}

/// A merge request on GitLab.
fn gitlab() -> Run {
    Run::new("metadata")
        .env("GITLAB_CI", "true")
        .env("CI_PIPELINE_SOURCE", "merge_request_event")
        .env("CI_MERGE_REQUEST_IID", "7")
        .env("CI_MERGE_REQUEST_EVENT_TYPE", "detached")
        .env("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feature/x")
        .env("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "")
        .env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
        .env("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "acme/team/app")
        .env("CI_MERGE_REQUEST_PROJECT_PATH", "acme/team/app")
        .env("CI_COMMIT_REF_NAME", "feature/x")
        .env("CI_COMMIT_SHA", SHA)
        .env("CI_PROJECT_PATH", "acme/team/app")
        .env("CI_SERVER_URL", "https://gitlab.example")
        .env("CI_DEFAULT_BRANCH", "main")
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .arg("--images")
        .arg("registry.example/acme/app")
}

#[test]
fn a_merge_request_gets_the_tags_of_a_pull_request() {
    let run = gitlab().file("tags.txt", "type=ref,event=pr\ntype=sha\n").arg("--tags-file").arg("tags.txt");
    let done = run.go();
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(
        done.stdout
            .starts_with("Tags\n  registry.example/acme/app:pr-7\n  registry.example/acme/app:sha-860c190\nLabels\n"),
        "{}",
        done.stdout
    );
    let dotenv =
        gitlab().arg("--tags").arg("type=ref,event=pr").arg("--tags").arg("type=sha").arg("--format").arg("dotenv");
    let done = dotenv.go();
    assert_eq!(
        done.stdout,
        "BUILDONCE_VERSION=pr-7\nBUILDONCE_TAGS=registry.example/acme/app:pr-7 registry.example/acme/app:sha-860c190\n\
         BUILDONCE_TAG_NAMES=pr-7 sha-860c190\n",
        "{}",
        done.stderr
    );
}

#[test]
fn every_form_holds_the_same_tags() {
    let json = gitlab().arg("--tags").arg("type=sha").arg("--format").arg("json").go();
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["outputs"]["tags"], "registry.example/acme/app:sha-860c190");
    assert_eq!(json["findings"], json!([]));
    let bake = gitlab().arg("--tags").arg("type=sha").arg("--format").arg("bake").arg("--bake-target").arg("app").go();
    let bake: Value = serde_json::from_str(&bake.stdout).unwrap();
    assert_eq!(bake["target"]["app"]["tags"], json!(["registry.example/acme/app:sha-860c190"]));
}

#[test]
fn a_wrong_line_is_refused_in_the_words_of_the_action() {
    let done = gitlab().arg("--tags").arg("type=nope").go();
    assert_eq!(done.code, 2);
    assert!(done.stderr.starts_with("error[metadata-refused]: Unknown tag type attribute: nope"), "{}", done.stderr);
    let strict = gitlab().arg("--tags").arg("type=raw,value=x{{tag}}").arg("--strict").go();
    assert_eq!(strict.code, 2);
    assert!(strict.stderr.starts_with("error[empty-name]"), "{}", strict.stderr);
}

#[test]
fn the_integration_has_every_input_and_every_output() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations/github/metadata/action.yml");
    let text = std::fs::read_to_string(path).unwrap();
    let inputs = [
        "context",
        "images",
        "tags",
        "flavor",
        "labels",
        "annotations",
        "sep-tags",
        "sep-labels",
        "sep-annotations",
        "bake-target",
        "github-token",
        "strict",
        "api",
    ];
    for input in inputs {
        let line = format!("INPUT_{}: ${{{{ inputs.{input} }}}}\n", input.to_uppercase().replace('-', "_"));
        assert!(text.contains(&line) && text.contains(&format!("\n  {input}:\n")), "{line}");
    }
    let run = alone("type=sha");
    assert_eq!(run.go().code, 0);
    let outputs: Vec<String> =
        run.read("output").lines().filter_map(|line| line.split_once("<<").map(|(name, _)| name.to_owned())).collect();
    assert_eq!(outputs.len(), 10);
    for output in outputs {
        assert!(
            text.contains(&format!("\n  {output}:\n")) && text.contains(&format!("steps.meta.outputs.{output} ")),
            "{output}"
        );
    }
}

#[test]
fn a_run_that_nobody_can_name_is_told() {
    let of = |line: &str| {
        let run = Run::new("metadata").arg("--images").arg("ghcr.io/acme/app").arg("--tags").arg(line);
        let run = run.git(&["init", "-q"]).git(&["commit", "-q", "--allow-empty", "-m", "1"]).git(&["tag", "v1.2.3"]);
        run.git(&["tag", "app/v1.2.3"]).git(&["checkout", "-q", "--detach"]).go()
    };
    let done = of("type=ref,event=tag");
    assert_eq!(done.code, 0);
    insta::assert_snapshot!(done.stderr, @r"
    warning[reference-unknown]: several tags point at the commit, and git does not tell which is meant
    warning[metadata]: no Docker image version has been generated. Check tags input

    warning[metadata]: no Docker tag has been generated. Check tags input
    ");
    let done = of("type=raw,value=x,enable={{is_default_branch}}");
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    warning[reference-unknown]: several tags point at the commit, and git does not tell which is meant
    error[metadata-refused]: Cannot read properties of undefined (reading 'replace')
     |
     = help: the rules ask for a branch or tag, and this run is not known to be about one
    ");
}
