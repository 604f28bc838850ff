//! Facts that are held by a session: borrowed by decisions, given back as a record, and freed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use buildonce::record::{Recorder, Secrets};
use buildonce::types::HostFacts;
use buildonce::{Engine, EngineError, Limits, RunFacts, Session};
use serde_json::Value;

fn session() -> Session {
    Engine::embedded().unwrap().session(Limits::default()).unwrap()
}

/// The facts of a push that changes a file whose path has this many bytes.
fn pushed(session: &mut Session, bytes: usize) -> RunFacts {
    let env = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_REPOSITORY", "acme/app"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let host = HostFacts {
        now: 1_769_860_800_000,
        git: None,
        credentials: None,
        builder: None,
        changed_files: Some(vec!["x".repeat(bytes)]),
        registry_tags: None,
    };
    session.detect(&env, None, &host).unwrap().unwrap()
}

#[test]
fn facts_that_went_out_and_came_back_decide_the_same() {
    let mut session = session();
    let policy = session.standard_policy().unwrap();
    let made = pushed(&mut session, 10);
    let record = session.facts_record(made).unwrap();
    let held = session.hold_facts(&record).unwrap();
    let plan = |session: &mut Session, facts| format!("{:?}", session.plan(policy, facts).unwrap().unwrap());
    assert_eq!(plan(&mut session, made), plan(&mut session, held));
    assert_eq!(format!("{record:?}"), format!("{:?}", session.facts_record(held).unwrap()));
}

#[test]
fn a_session_that_frees_its_facts_sees_any_number_of_runs() {
    // Together they are far larger than the memory of a session.
    let mut session = session();
    for _ in 0..256 {
        let facts = pushed(&mut session, 1 << 20);
        assert_eq!(session.facts_record(facts).unwrap().changed_files.unwrap()[0].len(), 1 << 20);
        session.drop_facts(facts).unwrap();
    }
}

#[test]
fn freed_facts_end_the_session_that_uses_them() {
    let mut session = session();
    let facts = pushed(&mut session, 10);
    session.drop_facts(facts).unwrap();
    assert!(matches!(session.facts_record(facts), Err(EngineError::Trapped { call: "facts.to-record", .. })));
    assert!(matches!(session.variables(), Err(EngineError::SessionEnded)));
}

/// What was written so far.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_record_has_the_facts_of_every_call_whoever_made_them() {
    let written = Shared::default();
    let recorder = Recorder::new(written.clone(), Secrets::default());
    let mut session = Engine::embedded().unwrap().recorded(recorder).session(Limits::default()).unwrap();
    let policy = session.standard_policy().unwrap();
    let made = pushed(&mut session, 10);
    let record = session.facts_record(made).unwrap();
    let held = session.hold_facts(&record).unwrap();
    session.plan(policy, made).unwrap().unwrap();
    session.plan(policy, held).unwrap().unwrap();
    session.lint(policy, Some(held)).unwrap();
    session.lint(policy, None).unwrap();

    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let calls: Vec<_> = lines.iter().map(|line| line["call"].as_str().unwrap()).collect();
    assert_eq!(calls, ["facts.detect", "tagging.plan", "tagging.plan", "policy.lint", "policy.lint"]);
    let facts = &lines[0]["output"]["ok"];
    assert_eq!(facts["changed_files"][0], "xxxxxxxxxx");
    for line in &lines[1..4] {
        assert_eq!(&line["input"]["facts"], facts, "{line}");
    }
    assert_eq!(lines[4]["input"].get("facts"), None);
}
