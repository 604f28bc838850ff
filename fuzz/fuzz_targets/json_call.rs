//! Any function with any JSON. The input: the function's name, a line feed, its input.
#![no_main]

use buildonce_core::json::{self, FailureCode};
use buildonce_fuzz::text;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Some((name, input)) = text(bytes).and_then(|input| input.split_once('\n')) else { return };
    let known = json::names().any(|known| known == name);
    let answer = json::call(name, input);
    assert_eq!(answer, json::call(name, input), "the same input has two answers");
    match answer {
        Ok(answer) => {
            assert!(known, "{name:?} answered, and is not listed");
            assert!(!answer.contains(['\n', '\r']), "not one line: {answer}");
            let value: Value = serde_json::from_str(&answer).expect("the answer is no JSON");
            check_outcome(name, &value);
        }
        Err(failure) => {
            assert_eq!(failure.code == FailureCode::UnknownFunction, !known, "{failure:?}");
            assert_ne!(failure.code, FailureCode::InvalidOutput, "{failure:?}");
            assert!(!failure.message.is_empty());
            assert!(serde_json::to_value(&failure).is_ok_and(|value| value["message"].is_string()));
        }
    }
});

/// A refusal has findings in it, and an answer with `ok` has no `err`.
fn check_outcome(name: &str, answer: &Value) {
    let Some(outcome) = answer.as_object() else { return };
    if let Some(err) = outcome.get("err") {
        assert_eq!(outcome.len(), 1, "{name} has succeeded and failed");
        assert!(err.as_array().is_some_and(|findings| !findings.is_empty()), "{name} refused without a reason");
    }
}
