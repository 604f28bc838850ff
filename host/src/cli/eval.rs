//! `buildonce eval`.

use std::io::{self, BufRead, Read, Write};

use buildonce::types::FailureCode;
use buildonce::{Engine, EngineError, Limits, Session};
use clap::Args;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::options::EngineOptions;
use super::terminal::{Terminal, stdout_problem};
use super::{Exit, Problem, cause};
use crate::problem::is_internal;

/// Bytes of one line; the engine's own limits are tighter.
const LINE: u64 = 128 << 20;

/// Shown below the options.
const EXAMPLES: &str = r#"Examples:
  echo '{"call": "tagging.sanitize", "input": {"name": "Feature/X"}}' | buildonce eval
  buildonce eval --list"#;

/// Call any function of the engine: JSON lines in, JSON lines out
///
/// A line holds an object: `call` is the function, `input` its parameters, `id` anything that the answer should repeat. Each
/// answer is one line: {"id": …, "ok": …}, or {"id": …, "failure": {"code": …, "message": …}} when the call could not be carried
/// out. A bad line does not end the program; the exit code is 2 when there was one.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// List the functions instead
    #[arg(long)]
    list: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut calls = Calls::new(engine.engine()?)?;
    if options.list {
        let names = calls.session.json_names()?;
        terminal.print(&names.iter().map(|name| crate::render::one_line(name) + "\n").collect::<String>())?;
        return Ok(Exit::Done);
    }
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut exit = Exit::Done;
    loop {
        let answer = match next_line(&mut input) {
            Ok(None) => return Ok(exit),
            Ok(Some(Line::Whole(line))) if line.iter().all(u8::is_ascii_whitespace) => continue,
            Ok(Some(Line::Whole(line))) => calls.answer(&line),
            Ok(Some(Line::TooLong)) => {
                Answer::failed(None, "input-too-large", &format!("the line has more than {LINE} bytes"))
            }
            Err(e) => {
                return Err(Problem::world("unreadable-input", format!("cannot read standard input: {}", cause(&e))));
            }
        };
        exit = worse(exit, answer.exit);
        let written = output.write_all(answer.line.as_bytes()).and_then(|()| output.write_all(b"\n"));
        written.and_then(|()| output.flush()).map_err(|e| stdout_problem(&e))?;
    }
}

/// A failed engine outweighs a bad line.
fn worse(one: Exit, other: Exit) -> Exit {
    if one.code() < other.code() { other } else { one }
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
}

fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    if input.by_ref().take(LINE + 1).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() as u64 > LINE && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(Line::Whole(line)))
}

struct Calls {
    engine: Engine,
    session: Session,
}

struct Answer {
    line: String,
    exit: Exit,
}

impl Answer {
    fn failed(id: Option<&Value>, code: &str, message: &str) -> Self {
        Self::failure(id, &json!({"code": code, "message": message}))
    }

    fn failure(id: Option<&Value>, failure: &Value) -> Self {
        let line = match id {
            Some(id) => json!({"id": id, "failure": failure}),
            None => json!({"failure": failure}),
        };
        Self { line: line.to_string(), exit: Exit::Usage }
    }
}

impl Calls {
    fn new(engine: Engine) -> Result<Self, Problem> {
        let session = engine.session(Limits::default())?;
        Ok(Self { engine, session })
    }

    fn answer(&mut self, line: &[u8]) -> Answer {
        let request = match serde_json::from_slice::<Value>(line) {
            Ok(Value::Object(request)) => request,
            Ok(_) => return Answer::failed(None, "invalid-line", "the line is no object"),
            Err(e) => return Answer::failed(None, "invalid-line", &format!("the line is no JSON: {e}")),
        };
        let id = request.get("id");
        if let Some(key) = request.keys().find(|key| !matches!(key.as_str(), "id" | "call" | "input")) {
            return Answer::failed(id, "invalid-line", &format!("unknown key `{key}`; a line has id, call and input"));
        }
        let Some(name) = request.get("call").and_then(Value::as_str) else {
            return Answer::failed(id, "invalid-line", "`call` names no function");
        };
        let input = request.get("input").map_or_else(|| "{}".to_owned(), Value::to_string);
        match self.session.call_json(name, &input) {
            Ok(Ok(answer)) => succeeded(id, &answer),
            Ok(Err(failure)) => {
                let mut value = json!({"code": failure_code(failure.code), "message": failure.message});
                if let (Some(field), Some(fields)) = (failure.field, value.as_object_mut()) {
                    fields.insert("field".to_owned(), json!(field));
                }
                Answer::failure(id, &value)
            }
            Err(error) => self.trapped(id, &error),
        }
    }

    /// A call that ended without an answer takes its session with it; the next line gets a new one.
    fn trapped(&mut self, id: Option<&Value>, error: &EngineError) -> Answer {
        let next = match self.engine.session(Limits::default()) {
            Ok(session) => {
                self.session = session;
                "the next call has a new session".to_owned()
            }
            Err(e) => format!("there is no new session: {e}"),
        };
        let mut answer = Answer::failed(id, "engine-failed", &format!("{error}; {next}"));
        answer.exit = if is_internal(error) { Exit::Internal } else { Exit::World };
        answer
    }
}

/// The answer as the engine wrote it, unless that would not be one line of JSON.
fn succeeded(id: Option<&Value>, answer: &str) -> Answer {
    if answer.contains(['\n', '\r']) || serde_json::from_str::<IgnoredAny>(answer).is_err() {
        return Answer::failed(id, "invalid-output", "the component answered no JSON line");
    }
    let line = match id {
        Some(id) => format!("{{\"id\":{id},\"ok\":{answer}}}"),
        None => format!("{{\"ok\":{answer}}}"),
    };
    Answer { line, exit: Exit::Done }
}

fn failure_code(code: FailureCode) -> &'static str {
    match code {
        FailureCode::UnknownFunction => "unknown-function",
        FailureCode::InvalidInput => "invalid-input",
        FailureCode::InputTooLarge => "input-too-large",
        FailureCode::InvalidOutput => "invalid-output",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_no_json_line_is_refused() {
        assert_eq!(succeeded(None, "\"a\"").line, r#"{"ok":"a"}"#);
        assert_eq!(succeeded(Some(&json!({"a": 1})), "[1]").line, r#"{"id":{"a":1},"ok":[1]}"#);
        for wrong in ["", "a", "{}\n", "{\"a\":}", "1 2"] {
            assert_eq!(succeeded(None, wrong).exit, Exit::Usage, "{wrong:?}");
        }
    }

    #[test]
    fn lines_are_read_with_and_without_an_end() {
        let mut input = io::Cursor::new(b"a\n\nb");
        let mut lines = Vec::new();
        while let Some(Line::Whole(line)) = next_line(&mut input).unwrap() {
            lines.push(String::from_utf8(line).unwrap());
        }
        assert_eq!(lines, ["a\n", "\n", "b"]);
    }
}
