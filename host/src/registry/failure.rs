//! Why a registry gave no answer that can be used.

use std::fmt::Write as _;

use buildonce::types::retry::Outcome;
use serde_json::Value;

use crate::http::{self, Answer};

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The registry says that there is no such thing.
    Absent,
    /// 401 or 403, or no login where one is needed.
    Denied,
    /// 429.
    RateLimited,
    /// 5xx, or no connection.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// An answer that is not what was asked for.
    Invalid,
    /// No registry's answer: a file that cannot be used.
    File,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What kind of failure it is.
    pub(crate) kind: Kind,
    /// The status, where there was an answer.
    pub(crate) status: Option<u16>,
    /// The header `retry-after`.
    pub(crate) retry_after: Option<String>,
    /// What happened, for a person: one line.
    pub(crate) message: String,
    /// The same as clients print it, for the engine to classify.
    tail: String,
}

/// Longest text of a registry that is repeated, in characters.
const DETAIL: usize = 200;

impl Failure {
    /// An answer that is not what was asked for.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message.into())
    }

    /// A file that cannot be used.
    pub(crate) fn file(message: impl Into<String>) -> Self {
        Self::new(Kind::File, message.into())
    }

    /// Nobody is let in.
    pub(super) fn denied(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { tail: format!("unauthorized: {message}"), ..Self::new(Kind::Denied, message) }
    }

    /// The same under another kind.
    pub(super) fn with_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    fn new(kind: Kind, message: String) -> Self {
        Self { kind, status: None, retry_after: None, tail: message.clone(), message }
    }

    /// There was no answer at all. `who` did not give it.
    pub(super) fn of_http(who: &str, failure: http::Failure) -> Self {
        match failure {
            http::Failure::Refused(why) => Self::invalid(format!("{who} cannot be asked: {why}")),
            http::Failure::Misled(why) => Self::invalid(format!("{who} misleads: {why}")),
            http::Failure::Unreachable(why) => Self::new(Kind::Unavailable, format!("{who} cannot be reached: {why}")),
            http::Failure::Late(time) => {
                Self::new(Kind::Timeout, format!("{who} does not answer within {} s", time.as_secs()))
            }
            http::Failure::TooLarge(limit) => {
                Self::invalid(format!("{who} sends more than {limit} bytes, which is too much for what was asked for"))
            }
        }
    }

    /// An answer with a status that is no success. `who` gave it to the question `what`.
    pub(super) fn of_status(who: &str, what: &str, answer: &Answer) -> Self {
        let detail = detail(answer);
        let kind = match answer.status {
            // A page for people comes from something that is no registry, and that does not know what the registry has.
            404 if !is_page(answer) => Kind::Absent,
            401 | 403 => Kind::Denied,
            429 => Kind::RateLimited,
            408 | 504 => Kind::Timeout,
            500.. => Kind::Unavailable,
            _ => Kind::Invalid,
        };
        let line = answer.status_line();
        let retry_after = answer.header("retry-after").map(str::to_owned);
        let mut tail = format!("received unexpected HTTP status: {line}");
        if let Some(words) = &detail {
            put(&mut tail, &format!(": {words}"));
        }
        if let Some(time) = &retry_after {
            put(&mut tail, &format!("\nretry-after: {time}"));
        }
        let words = detail.map_or(String::new(), |words| format!(": {words}"));
        Self {
            kind,
            status: Some(answer.status),
            retry_after,
            message: format!("{who} answers {line} to {what}{words}"),
            tail,
        }
    }

    /// How the engine sees the end of the attempt.
    pub(crate) fn outcome(&self) -> Outcome {
        if self.kind == Kind::Timeout && self.status.is_none() { Outcome::TimedOut } else { Outcome::Exited(1) }
    }

    /// What the engine reads to classify it.
    pub(crate) fn tail(&self) -> &str {
        &self.tail
    }
}

fn put(text: &mut String, more: &str) {
    // Writing into a text cannot fail.
    let _ = text.write_str(more);
}

/// Whether an answer is a page for people.
pub(super) fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let start = answer.body.trim_ascii_start();
    kind.starts_with("text/html") || start.first() == Some(&b'<')
}

/// What a registry says beside the status: the first of its `errors`, or that it is a page.
fn detail(answer: &Answer) -> Option<String> {
    if is_page(answer) {
        return Some("a web page, as a proxy or a login sends it".to_owned());
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    words(&body)
}

/// The first entry of `errors`, or a token server's words.
pub(super) fn words(body: &Value) -> Option<String> {
    let first = body.get("errors").and_then(|errors| errors.get(0)).unwrap_or(body);
    let text = |key: &str| first.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let parts: Vec<&str> =
        [text("code"), text("message").or(text("details")).or(text("error"))].into_iter().flatten().collect();
    let line: String = parts.join(": ").chars().filter(|c| !c.is_control()).take(DETAIL).collect();
    (!line.is_empty()).then_some(line)
}
