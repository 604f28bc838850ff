//! `--record` and `replay`: what a record holds, what it never holds, and what running it again says.

#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod run;

use run::Run;
use serde_json::{Value, json};

const HEAD: &str = "1111111111111111111111111111111111111111";

/// A pull request whose texts hold what they should not.
fn leaky(command: &str) -> Run {
    let payload = json!({
        "action": "opened", "number": 12, "repository": {"full_name": "acme/app", "default_branch": "main"},
        "pull_request": {
            "number": 12, "title": "Use ghp_0123456789abcdefghij0123456789abcdef and glpat-ABCDEFGHIJ_KLMNOPQRST",
            "body": "Authorization: Bearer abc.def\n-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
            "user": {"login": "alice", "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"},
            "head": {"ref": "try/AKIAIOSFODNN7EXAMPLE", "sha": HEAD, "repo": {
                "full_name": "acme/app", "clone_url": "https://robot:word-of-pass@git.example/acme/app.git"
            }},
            "base": {"ref": "main", "sha": HEAD.replace('1', "2"), "repo": {"full_name": "acme/app"}},
            "merged": false, "draft": false,
        },
    });
    let policy = "version: 1\nimages: [ghcr.io/acme/app]\ntags: [{tag: '{{branch}}-{{sha}}'}]\n\
                  build: {args: {HUB: dckr_pat_abcdef-GHIJKL_mnop, DEPLOY: Hunter2/Zwei}}\n";
    Run::new(command)
        .file("event.json", payload.to_string())
        .file("buildonce.yaml", policy)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_EVENT_PATH", "event.json")
        .env("GITHUB_REF", "refs/pull/12/merge")
        .env("GITHUB_HEAD_REF", "try/AKIAIOSFODNN7EXAMPLE")
        .env("GITHUB_BASE_REF", "main")
        .env("GITHUB_SHA", HEAD.replace('1', "3"))
        .env("GITHUB_REPOSITORY", "acme/app")
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_WORKFLOW", "build with Hunter2/Zwei")
        .env("GITHUB_TOKEN", "ghs_theTokenOfTheJob")
        .env("DEPLOY_PASSWORD", "Hunter2/Zwei")
        .arg("--now")
        .arg("2024-05-01T12:00:00Z")
        .arg("--record")
        .arg("record.jsonl")
}

/// Parts of the secrets above, in lower case: no form of them may be in a record.
const PARTS: [&str; 9] = [
    "0123456789abcdef",
    "klmnop",
    "abc.def",
    "miieow",
    "zdwiioiixmjm0",
    "iosfodnn7",
    "word-of-pass",
    "thetoken",
    "zwei",
];

fn lines(record: &str) -> Vec<Value> {
    record.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_record_holds_every_call_and_no_secret() {
    for (command, format) in [
        ("plan", "text"),
        ("plan", "json"),
        ("explain", "text"),
        ("explain", "json"),
        ("facts", "text"),
        ("facts", "json"),
    ] {
        let run = leaky(command).arg("--format").arg(format);
        let done = run.go();
        assert_eq!(done.code, 0, "{command}: {}", done.stderr);
        let record = run.read("record.jsonl");
        let lower = record.to_lowercase();
        for part in PARTS {
            assert!(!lower.contains(part), "{command} --format {format} keeps {part}: {record}");
        }
        let lines = lines(&record);
        assert!(lines.iter().any(|line| line["call"] == "facts.variables"), "{record}");
        assert!(lines.iter().any(|line| line["call"] == "facts.detect" && line["masked"] == true), "{record}");
        let replayed = Run::new("replay").arg("-").stdin(&record).go();
        assert_eq!(replayed.code, 0, "{command} --format {format}: {}{}", replayed.stdout, replayed.stderr);
    }
}

#[test]
fn the_answer_itself_is_not_masked() {
    let done = leaky("plan").go();
    assert!(done.stdout.contains("ghcr.io/acme/app:try-akiaiosfodnn7example-1111111"), "{}", done.stdout);
    let record = leaky("plan");
    record.go();
    let lines = lines(&record.read("record.jsonl"));
    let plan = lines.iter().find(|line| line["call"] == "tagging.plan").unwrap();
    assert_eq!(plan["output"]["ok"]["primary"], "ghcr.io/acme/app:try-akiaxxxxxxxxxxxxxxxx-1111111");
    assert_eq!(plan["input"]["policy"]["name"], "buildonce.yaml");
}

#[test]
fn commands_without_a_run_are_recorded_too() {
    for (command, arguments, stdin, call) in [
        ("lint", &[][..], "", "policy.lint"),
        ("schema", &[], "", "policy.schema"),
        (
            "eval",
            &[],
            "{\"call\": \"tagging.sanitize\", \"input\": {\"name\": \"A/b\"}}\n{\"call\": \"nope\"}",
            "tagging.sanitize",
        ),
    ] {
        let run = Run::new(command).stdin(stdin).arg("--record").arg("record.jsonl");
        let run = arguments.iter().fold(run, |run, argument: &&str| run.arg(argument));
        run.go();
        let record = run.read("record.jsonl");
        assert!(lines(&record).iter().any(|line| line["call"] == call), "{command}: {record}");
        let replayed = Run::new("replay").arg("-").stdin(&record).go();
        assert_eq!(replayed.code, 0, "{command}: {}{}", replayed.stdout, replayed.stderr);
    }
}

#[test]
fn the_log_of_a_failed_command_is_recorded_without_its_secrets() {
    let log = "$ git push https://robot:word-of-pass@git.example/a.git\nerror: denied: glpat-ABCDEFGHIJ_KLMNOPQRST may not push\n";
    let run = Run::new("classify").stdin(log).env("DEPLOY_TOKEN", "not-in-the-log").arg("--record").arg("record.jsonl");
    assert_eq!(run.go().code, 0);
    let record = run.read("record.jsonl").to_lowercase();
    assert!(record.contains("git.example") && record.contains("\"masked\":true"), "{record}");
    assert!(!record.contains("word-of-pass") && !record.contains("klmnop"), "{record}");
    let replayed = Run::new("replay").arg("-").stdin(run.read("record.jsonl")).go();
    assert_eq!(replayed.code, 0, "{}", replayed.stdout);
}

#[test]
fn a_policy_that_is_refused_is_recorded_with_its_refusal() {
    let run = Run::new("lint").file("buildonce.yaml", "version: 1\nimage: x\n").arg("--record").arg("record.jsonl");
    assert_eq!(run.go().code, 2);
    let lines = lines(&run.read("record.jsonl"));
    assert_eq!(lines[0]["call"], "policy.parse");
    assert_eq!(lines[0]["output"]["err"][0]["severity"], "error", "{lines:?}");
    let replayed = Run::new("replay").arg("-").stdin(run.read("record.jsonl")).go();
    assert_eq!(replayed.code, 0, "{}", replayed.stdout);
}

#[test]
fn an_answer_that_differs_is_shown_with_its_place() {
    let record = [
        json!({"call": "tagging.sanitize", "input": {"name": "A/b"}, "output": "a-b"}),
        json!({"call": "tagging.sanitize", "input": {"name": "A.b"}, "output": "a.b"}),
        json!({"call": "policy.built-in", "input": {"name": "x"}, "output": null}),
        json!({"call": "gone", "input": {}, "output": [1]}),
        json!({"call": "tagging.sanitize", "input": {"name": "x"}, "trap": "panic"}),
    ];
    let record = record.map(|line| line.to_string()).join("\n");
    let done = Run::new("replay").file("r.jsonl", &record).arg("r.jsonl").go();
    assert_eq!((done.code, done.stderr.as_str()), (1, ""));
    assert!(
        done.stdout.starts_with("tagging.sanitize, line 2\n  the whole answer\n    recorded  \"a.b\"\n    now       \"a-b\"\n\ngone, line 4\n"),
        "{}",
        done.stdout
    );
    assert!(done.stdout.ends_with("r.jsonl: 5 calls, 3 of 5 answered differently\n"), "{}", done.stdout);
    let done = Run::new("replay").file("r.jsonl", &record).arg("r.jsonl").arg("--format").arg("json").go();
    let answer: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(answer["different"][0]["places"], json!([{"path": "", "recorded": "a.b", "now": "a-b"}]));
    assert_eq!(answer["different"][2]["places"][0]["recorded"], json!({"trap": "panic"}));
}

#[test]
fn a_record_that_is_none_is_told() {
    let done = Run::new("replay").file("r.jsonl", "{\"call\": \"a\"}\n").arg("r.jsonl").go();
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(done.stderr, @r"
    error[bad-record]: r.jsonl, line 1: no `input`
     |
     = help: `--record FILE` on any command writes a record
    ");
    let done = Run::new("replay").file("r.jsonl", "\n").arg("r.jsonl").go();
    assert_eq!(done.code, 2);
    assert!(done.stderr.starts_with("error[bad-record]: r.jsonl holds no call\n"), "{}", done.stderr);
    let done = Run::new("replay").arg("gone.jsonl").go();
    assert_eq!(done.code, 2);
    assert!(done.stderr.starts_with("error[unreadable-file]: cannot read the record gone.jsonl"), "{}", done.stderr);
}

#[test]
fn a_record_that_cannot_be_written_is_the_worlds_fault() {
    let done = Run::new("schema").arg("--record").arg("no/such/folder/r.jsonl").go();
    assert_eq!((done.code, done.stdout.as_str()), (3, ""));
    assert!(done.stderr.starts_with("error[unwritable-file]: cannot write no/such/folder/r.jsonl"), "{}", done.stderr);
}
