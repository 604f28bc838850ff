//! `buildonce retry` as a person and a workflow see it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be prepared has failed")]

mod run;

use serde_json::Value;

use run::{Done, Run};

fn retry(options: &[&str], script: &str) -> Run {
    let run = options.iter().fold(Run::new("retry"), |run, option| run.arg(option));
    ["--", "sh", "-c", script].into_iter().fold(run, Run::arg)
}

/// What a person reads, with times that differ between runs replaced.
fn told(done: &Done) -> String {
    let words = done.stderr.split_inclusive([' ', '\n']).collect::<Vec<_>>();
    let mut out = String::new();
    for (index, word) in words.iter().enumerate() {
        let is_time =
            words.get(index + 1).is_some_and(|next| next.starts_with('s')) && word.trim().parse::<f64>().is_ok();
        out.push_str(if is_time { "T " } else { word });
    }
    out
}

/// Fails twice with a passing error, then succeeds.
const TWICE: &str = "echo x >> tries; [ $(wc -l < tries) -ge 3 ] || { echo 'unexpected status: 503 Service Unavailable' >&2; exit 1; }; echo made";

const NO_PAUSE: [&str; 4] = ["--first-pause", "0s", "--max-pause", "0s"];

#[test]
fn what_passes_is_tried_again_and_each_attempt_has_a_line() {
    let done = retry(&NO_PAUSE, TWICE).go();
    assert_eq!((done.code, done.stdout.as_str()), (0, "made\n"));
    insta::assert_snapshot!(told(&done), @r#"
    unexpected status: 503 Service Unavailable
    attempt 1/3 after T s: transient (http-503): "unexpected status: 503 Service Unavailable"; again in T s
    unexpected status: 503 Service Unavailable
    attempt 2/3 after T s: transient (http-503): "unexpected status: 503 Service Unavailable"; again in T s
    attempt 3/3 after T s: succeeded
    "#);
}

#[test]
fn what_would_fail_again_ends_at_once() {
    let run = retry(&["--attempts", "5"], "echo x >> tries; echo 'Dockerfile:3: unknown instruction: FRM' >&2; exit 1");
    let done = run.go();
    assert_eq!((done.code, run.read("tries").as_str()), (1, "x\n"));
    assert!(done.stderr.contains("attempt 1/1 after "), "{}", done.stderr);
    assert!(done.stderr.contains("gave up: the command failed: permanent ("), "{}", done.stderr);
}

#[test]
fn on_github_attempts_are_folded_and_failures_annotated() {
    let done = retry(&NO_PAUSE, TWICE).env("GITHUB_ACTIONS", "true").go();
    assert_eq!((done.code, done.stdout.as_str()), (0, "made\n"));
    insta::assert_snapshot!(told(&done), @r#"
    ::group::attempt 1/3: sh -c echo x >> tries; [ $(wc -l < tries) -ge 3 ] || { echo 'unexpected status: …
    unexpected status: 503 Service Unavailable
    ::endgroup::
    ::warning::attempt 1/3 after T s: transient (http-503): "unexpected status: 503 Service Unavailable"; again in T s
    ::group::attempt 2/3: sh -c echo x >> tries; [ $(wc -l < tries) -ge 3 ] || { echo 'unexpected status: …
    unexpected status: 503 Service Unavailable
    ::endgroup::
    ::warning::attempt 2/3 after T s: transient (http-503): "unexpected status: 503 Service Unavailable"; again in T s
    ::group::attempt 3/3: sh -c echo x >> tries; [ $(wc -l < tries) -ge 3 ] || { echo 'unexpected status: …
    ::endgroup::
    attempt 3/3 after T s: succeeded
    "#);
    let done = retry(&["-n", "1"], "printf 'no space left on device'; exit 28").env("GITHUB_ACTIONS", "true").go();
    assert_eq!(done.code, 28);
    insta::assert_snapshot!(told(&done), @r#"
    ::group::attempt 1/1: sh -c printf 'no space left on device'; exit 28
    ::endgroup::
    attempt 1/1 after T s: resource (disk-full): "no space left on device"
    ::error::gave up: the command failed: resource (disk-full); a retry needs prune first
    "#);
}

#[test]
fn quiet_means_only_the_command_speaks() {
    let done = retry(&["-q", "-n", "1"], "echo out; echo err >&2; exit 3").env("GITHUB_ACTIONS", "true").go();
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (3, "out\n", "err\n"));
}

#[test]
fn exit_codes_are_those_of_a_shell() {
    for (script, code) in [("exit 0", 0), ("exit 255", 255), ("kill -9 $$", 137), ("kill -SEGV $$", 139)] {
        assert_eq!(retry(&["-n", "1"], script).go().code, code, "{script}");
    }
    let run = |words: &[&str]| words.iter().fold(Run::new("retry").arg("--"), |run, word| run.arg(word));
    assert_eq!(run(&["no-such-command-anywhere"]).go().code, 127);
    assert_eq!(run(&[""]).go().code, 127);
    assert_eq!(run(&["./script"]).file("script", "no permission").go().code, 126);
    assert_eq!(run(&["/"]).go().code, 126);
    assert_eq!(Run::new("retry").arg("--shell").arg("no-such-shell").arg("--").arg("true").go().code, 127);
}

#[test]
fn a_command_that_is_not_there_is_named_and_not_looked_for_again() {
    let done = Run::new("retry").arg("-n").arg("9").arg("--").arg("no-such-command-anywhere").go();
    insta::assert_snapshot!(told(&done), @r#"
    attempt 1/1 after T s: permanent (command-missing): "no-such-command-anywhere: command not found"
    gave up: the command failed: permanent (command-missing); it would fail again
    "#);
}

#[test]
fn a_shell_gets_the_words_as_one_text() {
    let run = Run::new("retry").arg("--shell").arg("sh").arg("--").arg("echo one |").arg("tr n N");
    assert_eq!(run.go().stdout, "oNe\n");
}

#[test]
fn the_history_is_json() {
    let run =
        retry(&[&NO_PAUSE[..], &["--history", "history.json", "--seed", "7", "--operation", "push"]].concat(), TWICE);
    assert_eq!(run.go().code, 0);
    let history: Value = serde_json::from_str(&run.read("history.json")).unwrap();
    assert_eq!((&history["version"], &history["seed"], &history["exit_code"]), (&1.into(), &7.into(), &0.into()));
    assert_eq!((&history["total_attempts"], &history["waited_ms"]), (&3.into(), &0.into()));
    assert_eq!(history.get("gave_up_reason"), None);
    let first = &history["attempts"][0];
    assert_eq!(first["outcome"], serde_json::json!({"exited": 1}));
    assert_eq!((&first["failure"]["class"], &first["failure"]["cause"]), (&"transient".into(), &"http-503".into()));
    assert_eq!((&first["decision"]["action"], &first["decision"]["delay_ms"]), (&"retry".into(), &0.into()));
    assert_eq!(history["attempts"][2]["decision"]["action"], "done");

    let done = retry(&["--history", "-", "-n", "1"], "exit 4").go();
    let history: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&history["exit_code"], &history["gave_up_reason"]["code"]), (&4.into(), &"attempts".into()));
}

#[test]
fn the_same_seed_gives_the_same_pauses() {
    let pauses = |seed: &str| {
        let options = ["--seed", seed, "--first-pause", "20ms", "--max-pause", "20ms", "--history", "h", "-n", "3"];
        let run = retry(&options, "echo connection reset by peer; exit 1");
        run.go();
        let history: Value = serde_json::from_str(&run.read("h")).unwrap();
        let delays: Vec<_> = (0..2).map(|n| history["attempts"][n]["decision"]["delay_ms"].as_u64().unwrap()).collect();
        assert_eq!(history["waited_ms"].as_u64().unwrap(), delays.iter().sum::<u64>());
        delays
    };
    assert_eq!(pauses("1"), pauses("1"));
    assert!((2..6).any(|seed| pauses(&seed.to_string()) != pauses("1")));
}

#[test]
fn a_policys_rules_decide() {
    let policy =
        "version: 1\nextends: build-once-test-many\nretry:\n  rules:\n    - {when: {exit-codes: 7}, never: true}\n";
    let script = "echo x >> tries; echo connection reset by peer; exit 7";
    let options = [&NO_PAUSE[..], &["--policy", "p.yaml"]].concat();
    let run = retry(&options, script).file("p.yaml", policy);
    assert_eq!((run.go().code, run.read("tries").as_str()), (7, "x\n"));
    let found = retry(&NO_PAUSE, script).file("buildonce.yaml", policy);
    assert_eq!((found.go().code, found.read("tries").as_str()), (7, "x\n"));
}

#[test]
fn there_is_no_pause_that_the_deadline_does_not_allow() {
    let options = ["--deadline", "10s", "--first-pause", "1m", "--max-pause", "1m", "--jitter", "none"];
    let done = retry(&options, "echo connection reset by peer; exit 1").go();
    assert!(done.stderr.contains("a pause of 60 s and another attempt do not fit"), "{}", done.stderr);
}

#[test]
fn wrong_numbers_and_words_are_told_before_anything_runs() {
    let options = [
        "--attempts",
        "-1",
        "--timeout",
        "0s",
        "--deadline",
        "soon",
        "--backoff",
        "fibonacci",
        "--jitter",
        "ful",
        "--factor",
        "0.5",
        "--first-pause",
        "1.5",
        "--max-pause",
        "-3s",
        "--operation",
        "pusch",
    ];
    let run = retry(&options, "echo > ran");
    let done = run.go();
    assert_eq!((done.code, run.folder().join("ran").exists()), (2, false));
    insta::assert_snapshot!(done.stderr, @r"
    error[unknown-word]: `operation` is `pusch`: no such word
     |
     = help: did you mean `push`?

    error[out-of-range]: `attempts` is `-1`: not from 1 to 100
     |
     = help: give the number of tries in all, 1 to 100; 1 is a single try

    error[out-of-range]: `timeout` is `0s`: no time at all
     |
     = help: leave it out for no limit

    error[bad-duration]: `deadline` is `soon`: `soon` has no number where one is due
     |
     = help: write a number and a unit, such as `90s`, `25m` or `1h30m`

    error[bad-duration]: `first-pause` is `1.5`: `1.5` has a fraction; take a smaller unit
     |
     = help: write a number and a unit, such as `90s`, `25m` or `1h30m`

    error[out-of-range]: `factor` is `0.5`: no number from 1 to 10
     |
     = help: 2 doubles each pause, 1 keeps it

    error[bad-duration]: `max-pause` is `-3s`: `-3s` has no number where one is due
     |
     = help: write a number and a unit, such as `90s`, `25m` or `1h30m`

    error[unknown-word]: `jitter` is `ful`: no such word
     |
     = help: did you mean `full`?

    error[unknown-word]: `backoff` is `fibonacci`: no such word
     |
     = help: the words are exponential, constant, linear
    ");
    for attempts in ["0", "1.5", "101", "99999999999999999999", "many", ""] {
        assert_eq!(retry(&["-n", attempts], "exit 0").go().code, 2, "{attempts}");
    }
    for timeout in ["", "5", "-5s", "1e9s", "99999999999999999999h", "s"] {
        assert_eq!(retry(&["--timeout", timeout], "exit 0").go().code, 2, "{timeout}");
    }
}
