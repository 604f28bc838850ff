//! A record run natively: where the component can only trap, a panic shows its message here.

use std::cell::RefCell;
use std::fs;
use std::panic::{self, UnwindSafe};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use buildonce::record::{Answer, Difference, Line};
use buildonce_core::json;
use serde_json::Value;

/// What a recorded call comes to natively.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// The recorded answer.
    Same,
    /// Another one.
    Different(Vec<Difference>),
    /// None: the panic's message with its place.
    Panicked(String),
    /// An answer where the record has none.
    Answered,
}

/// Runs every call of a record and prints what differs. Fails when something does, or panics.
pub(crate) fn run(file: &Path) -> Result<ExitCode> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (mut calls, mut bad) = (0, 0);
    for (text, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
        let line = Line::read(text).map_err(anyhow::Error::msg).with_context(|| format!("line {number}"))?;
        calls += 1;
        let outcome = replay(&line, || json::call(&line.call, &line.input.to_string()));
        bad += u32::from(matches!(outcome, Outcome::Different(_) | Outcome::Panicked(_)));
        print!("{}", report(number, &line, &outcome));
    }
    ensure!(calls > 0, "{} holds no call", file.display());
    println!("{}: {calls} run natively, {bad} of them differ from the record or panic", file.display());
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn replay(line: &Line, call: impl FnOnce() -> Result<String, json::Failure> + UnwindSafe) -> Outcome {
    let now = match caught(call) {
        Err(message) => return Outcome::Panicked(message),
        Ok(Ok(text)) => serde_json::from_str(&text).map_or_else(|_| Answer::Output(Value::from(text)), Answer::Output),
        Ok(Err(failure)) => Answer::Failure(serde_json::to_value(failure).unwrap_or_default()),
    };
    if matches!(line.answer, Answer::Trap(_)) {
        return Outcome::Answered;
    }
    let found = line.answer.differences(&now);
    if found.is_empty() { Outcome::Same } else { Outcome::Different(found) }
}

thread_local! {
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The value, or the message of the panic with its place.
fn caught<T>(call: impl FnOnce() -> T + UnwindSafe) -> Result<T, String> {
    let before = panic::take_hook();
    panic::set_hook(Box::new(|info| MESSAGE.with_borrow_mut(|message| *message = info.to_string())));
    let result = panic::catch_unwind(call).map_err(|_| MESSAGE.take());
    panic::set_hook(before);
    result
}

fn report(number: usize, line: &Line, outcome: &Outcome) -> String {
    let head = format!("line {number}, {}: ", line.call);
    match outcome {
        Outcome::Same => String::new(),
        Outcome::Answered => {
            head + "answers natively, though the record has no answer: a limit of the sandbox ended the call, or it is mended\n"
        }
        Outcome::Panicked(message) => format!("{head}{message}\n"),
        Outcome::Different(found) => found.iter().fold(format!("{head}answers differently\n"), |text, one| {
            let (recorded, now) = one.texts();
            let place = if one.path.is_empty() { "the whole answer" } else { &one.path };
            format!("{text}  {place}\n    recorded  {recorded}\n    now       {now}\n")
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(answer: Answer) -> Line {
        Line { call: "tagging.sanitize".to_owned(), input: json!({"name": "A"}), answer, masked: false }
    }

    #[test]
    fn a_panic_shows_its_message_and_its_place() {
        let line = line(Answer::Trap("panic".to_owned()));
        let outcome = replay(&line, || panic!("the stars are wrong"));
        let Outcome::Panicked(message) = &outcome else { panic!("{outcome:?}") };
        assert!(message.contains("the stars are wrong") && message.contains("replay.rs"), "{message}");
        assert!(report(3, &line, &outcome).starts_with("line 3, tagging.sanitize: panicked at"), "{message}");
    }

    #[test]
    fn answers_are_compared_with_the_record() {
        let native = |line: &Line| replay(line, || json::call("tagging.sanitize", r#"{"name": "A"}"#));
        assert_eq!(native(&line(Answer::Output(json!("a")))), Outcome::Same);
        assert_eq!(native(&line(Answer::Trap("deadline passed".to_owned()))), Outcome::Answered);
        let other = line(Answer::Output(json!("b")));
        assert_eq!(
            report(1, &other, &native(&other)),
            "line 1, tagging.sanitize: answers differently\n  the whole answer\n    recorded  \"b\"\n    now       \"a\"\n"
        );
    }
}
