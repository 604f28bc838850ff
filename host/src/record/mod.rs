//! Records: every call of the engine with what went in and what came out, as lines of JSON, to be looked at and run again.
//!
//! A line holds an object: `call` is the function's name in the `json` interface, `input` and `output` are its JSON documents there. In the place
//! of `output` stands `failure` when the `json` interface refused the call, and `trap` when it ended without an answer. `masked` is true when
//! the input held a secret: then the line has the input without it, and the engine's answer to that.

mod differences;
mod json;
mod secrets;
mod shapes;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::EngineError;
use crate::types::Failure;

pub use differences::{Difference, differences};
pub use json::{to_json, word};
pub use secrets::Secrets;

/// One call of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The function's name in the `json` interface, such as `tagging.plan`.
    pub call: String,
    /// Its parameters. A policy is its document; left out, it is the standard one.
    pub input: Value,
    /// What came back.
    pub answer: Answer,
    /// The input held a secret and is recorded without it.
    pub masked: bool,
}

/// What came back from a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The answer.
    Output(Value),
    /// The `json` interface could not carry the call out: the contract's record `failure`.
    Failure(Value),
    /// There is no answer, for this reason.
    Trap(String),
}

impl Answer {
    /// What a call of [`Session::call_json`](crate::Session::call_json) came to.
    pub fn of(result: &Result<Result<String, Failure>, EngineError>) -> Self {
        match result {
            Ok(Ok(text)) => Self::Output(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()))),
            Ok(Err(failure)) => Self::Failure(to_json(failure)),
            Err(error) => Self::trap(error),
        }
    }

    /// Where another answer differs; one difference with both whole answers when they are of different kinds.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        match (self, other) {
            (Self::Output(a), Self::Output(b)) | (Self::Failure(a), Self::Failure(b)) => differences(a, b),
            (a, b) if a == b => Vec::new(),
            (a, b) => vec![Difference { path: String::new(), first: Some(a.whole()), second: Some(b.whole()) }],
        }
    }

    fn whole(&self) -> Value {
        match self {
            Self::Output(value) => value.clone(),
            Self::Failure(value) => json!({"failure": value}),
            Self::Trap(reason) => json!({"trap": reason}),
        }
    }

    /// A call without an answer.
    pub(crate) fn trap(error: &EngineError) -> Self {
        match error {
            EngineError::Trapped { kind, .. } => Self::Trap(kind.to_string()),
            other => Self::Trap(other.to_string()),
        }
    }
}

impl Line {
    /// Reads a line of a record. The error says what is wrong in a few words.
    pub fn read(text: &str) -> Result<Self, String> {
        let Value::Object(mut fields) = serde_json::from_str(text).map_err(|e| format!("no JSON: {e}"))? else {
            return Err("no object".to_owned());
        };
        let Some(Value::String(call)) = fields.shift_remove("call") else { return Err("no name in `call`".to_owned()) };
        let input = fields.shift_remove("input").ok_or("no `input`")?;
        let masked = matches!(fields.shift_remove("masked"), Some(Value::Bool(true)));
        let mut answers = fields.into_iter();
        let answer = match (answers.next(), answers.next()) {
            (Some((key, value)), None) => match (key.as_str(), value) {
                ("output", value) => Answer::Output(value),
                ("failure", value) => Answer::Failure(value),
                ("trap", Value::String(reason)) => Answer::Trap(reason),
                _ => return Err(format!("the key `{key}` is unknown")),
            },
            (Some(_), Some((key, _))) => return Err(format!("the key `{key}` is one too many")),
            (None, _) => return Err("no `output`".to_owned()),
        };
        Ok(Self { call, input, answer, masked })
    }

    /// Writes it as one line, without its end.
    pub fn write(&self) -> String {
        let mut fields = Map::new();
        fields.insert("call".to_owned(), Value::from(self.call.as_str()));
        if self.masked {
            fields.insert("masked".to_owned(), Value::Bool(true));
        }
        fields.insert("input".to_owned(), self.input.clone());
        let (key, value) = match &self.answer {
            Answer::Output(value) => ("output", value.clone()),
            Answer::Failure(value) => ("failure", value.clone()),
            Answer::Trap(reason) => ("trap", Value::from(reason.as_str())),
        };
        fields.insert(key.to_owned(), value);
        Value::Object(fields).to_string()
    }
}

/// Writes calls down as they happen, without secrets. Clones write into the same record.
#[derive(Clone)]
pub struct Recorder(Arc<Mutex<Record>>);

struct Record {
    out: Box<dyn Write + Send>,
    secrets: Secrets,
    failed: Option<io::Error>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl Recorder {
    /// A record that is written to `out`, a whole line at a time.
    pub fn new(out: impl Write + Send + 'static, secrets: Secrets) -> Self {
        Self(Arc::new(Mutex::new(Record { out: Box::new(out), secrets, failed: None })))
    }

    /// Whether everything could be written. After a failure nothing more was.
    pub fn finish(&self) -> io::Result<()> {
        let mut record = self.lock();
        match record.failed.take() {
            Some(error) => Err(error),
            None => record.out.flush(),
        }
    }

    /// Hides secrets in what a call is given; true when there was one.
    pub(crate) fn hide(&self, input: &mut Value) -> bool {
        self.lock().secrets.hide(input)
    }

    pub(crate) fn write(&self, line: &Line) {
        let mut record = self.lock();
        if record.failed.is_none() {
            let text = line.write() + "\n";
            record.failed = record.out.write_all(text.as_bytes()).err();
        }
    }

    /// A thread that panicked while it wrote leaves at worst half a line.
    fn lock(&self) -> std::sync::MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for (answer, masked) in [
            (Answer::Output(json!({"ok": {}})), false),
            (Answer::Output(Value::Null), true),
            (Answer::Failure(json!({"code": "unknown-function"})), false),
            (Answer::Trap("panic".to_owned()), false),
        ] {
            let line = Line { call: "tagging.plan".to_owned(), input: json!({"facts": 1}), answer, masked };
            assert_eq!(Line::read(&line.write()), Ok(line));
        }
    }

    #[test]
    fn a_line_that_is_none_says_why() {
        for (text, expected) in [
            ("x", "no JSON: expected value at line 1 column 1"),
            ("[]", "no object"),
            ("{}", "no name in `call`"),
            (r#"{"call": "a"}"#, "no `input`"),
            (r#"{"call": "a", "input": {}}"#, "no `output`"),
            (r#"{"call": "a", "input": {}, "outputs": 1}"#, "the key `outputs` is unknown"),
            (r#"{"call": "a", "input": {}, "output": 1, "trap": "x"}"#, "the key `trap` is one too many"),
        ] {
            assert_eq!(Line::read(text), Err(expected.to_owned()));
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_at_the_end() {
        let recorder = Recorder::new(Full, Secrets::default());
        let line = Line { call: "a".to_owned(), input: json!({}), answer: Answer::Output(json!(1)), masked: false };
        recorder.clone().write(&line);
        assert_eq!(recorder.finish().map_err(|e| e.kind()), Err(io::ErrorKind::StorageFull));
    }
}
