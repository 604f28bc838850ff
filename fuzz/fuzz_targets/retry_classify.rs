//! What a failed attempt was. The input: the outcome (`0`…`255`, `signal N`, `timeout`, `spawn`, `cancel`), a line feed, the output.
#![no_main]

use buildonce_core::retry::{Class, Outcome, TAIL_BYTES, classify, rules};
use buildonce_fuzz::text;
use libfuzzer_sys::fuzz_target;

/// Longest line that is quoted as evidence, in bytes.
const EVIDENCE_BYTES: usize = 400;

fuzz_target!(|bytes: &[u8]| {
    let Some((word, output)) = text(bytes).and_then(|input| input.split_once('\n')) else { return };
    let outcome = outcome(word);
    let answer = classify(&outcome, output);
    assert_eq!(answer, classify(&outcome, output), "the same output has two readings");
    assert!(answer.evidence.len() <= EVIDENCE_BYTES, "{answer:?}");
    assert!(!answer.evidence.contains(['\n', '\r', '\u{1b}']), "{answer:?}");
    let known = rules().any(|rule| rule.id == answer.rule) || answer.rule.starts_with("outcome.");
    assert!(known, "no rule is called {}", answer.rule);
    assert!(!answer.cause.is_empty(), "{answer:?}");
    assert!(answer.class != Class::Permanent || !answer.retry_helps, "{answer:?}");
    assert_eq!(answer.kind().class() == answer.class, answer.retry_helps == answer.kind().retry_helps(), "{answer:?}");
    if outcome == Outcome::Cancelled || outcome.is_success() {
        assert!(!answer.retry_helps, "tried again: {answer:?}");
    }
    // Only the end is read: what stands before it changes nothing.
    if output.len() >= TAIL_BYTES {
        assert_eq!(classify(&outcome, &format!("ERROR: 503 Service Unavailable\n{output}")), answer);
    }
});

fn outcome(word: &str) -> Outcome {
    match word.split_once(' ').unwrap_or((word, "")) {
        ("signal", number) => Outcome::Signalled(number.parse().unwrap_or(9)),
        ("timeout", _) => Outcome::TimedOut,
        ("spawn", why) => Outcome::SpawnFailed(why.to_owned()),
        ("cancel", _) => Outcome::Cancelled,
        (code, _) => Outcome::Exited(code.parse().unwrap_or(1)),
    }
}
