//! JSON lines: how calls of the engine and their answers are written, the same in `buildonce eval` and in the WASI command.
//!
//! A line holds an object: `call` is the function, `input` its parameters, `id` anything that the answer should repeat. Each answer
//! is one line: `{"id": …, "ok": …}`, or `{"id": …, "failure": {"code": …, "message": …, "field": …}}` when the call could not be
//! carried out. What a function itself refuses is an answer. A bad line does not end the conversation.
//!
//! This crate knows neither the core nor the component: who serves brings the function that answers.
#![forbid(unsafe_code)]

mod read;
mod request;

use std::io::{self, BufRead, Write};

use read::{Line, next_line};
use request::Request;

pub use read::LINE_BYTES;
pub use request::Failure;

/// Why a conversation ended before its input did.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The requests cannot be read.
    #[error("cannot read the requests: {0}")]
    Read(#[source] io::Error),
    /// The answers cannot be written.
    #[error("cannot write the answers: {0}")]
    Write(#[source] io::Error),
}

/// Whether every line was answered as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// There was no bad line and no call that could not be carried out.
    AllAnswered,
    /// There was at least one.
    SomeFailed,
}

/// Answers every line of the input, one by one; each answer is written before the next line is read.
///
/// `call` gets a function's name and its input as JSON text, and answers with JSON text of one line.
///
/// ```
/// let mut answers = Vec::new();
/// let requests = b"{\"id\": 7, \"call\": \"echo\", \"input\": [1]}\n";
/// buildonce_lines::serve(&requests[..], &mut answers, |_, input| Ok(input.to_owned()))?;
/// assert_eq!(answers, b"{\"id\":7,\"ok\":[1]}\n");
/// # Ok::<(), buildonce_lines::ServeError>(())
/// ```
pub fn serve(
    mut input: impl BufRead,
    mut output: impl Write,
    mut call: impl FnMut(&str, &str) -> Result<String, Failure>,
) -> Result<Summary, ServeError> {
    let mut summary = Summary::AllAnswered;
    while let Some(line) = next_line(&mut input).map_err(ServeError::Read)? {
        let answer = match line {
            Line::Whole(line) if line.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Whole(line) => answer(&line, &mut call),
            Line::TooLong => {
                let message = format!("the line has more than {LINE_BYTES} bytes");
                Err(Failure::new("input-too-large", message).line(None))
            }
        };
        let line = answer.unwrap_or_else(|failure| {
            summary = Summary::SomeFailed;
            failure
        });
        let written = output.write_all(line.as_bytes()).and_then(|()| output.write_all(b"\n"));
        written.and_then(|()| output.flush()).map_err(ServeError::Write)?;
    }
    Ok(summary)
}

/// The line that answers a line; an error is a line too, about a failure.
fn answer(line: &[u8], call: &mut impl FnMut(&str, &str) -> Result<String, Failure>) -> Result<String, String> {
    let request = Request::parse(line)?;
    let answered = call(&request.call, &request.input);
    answered.and_then(|answer| request.succeeded(&answer)).map_err(|failure| failure.line(request.id.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converse(requests: &str) -> (String, Summary) {
        let mut answers = Vec::new();
        let summary = serve(requests.as_bytes(), &mut answers, |name, input| match name {
            "echo" => Ok(input.to_owned()),
            "two-lines" => Ok("1\n2".to_owned()),
            _ => {
                Err(Failure { field: Some("name".to_owned()), ..Failure::new("unknown-function", "no such function") })
            }
        });
        (String::from_utf8(answers).unwrap(), summary.unwrap())
    }

    #[test]
    fn each_line_has_its_answer_and_empty_ones_have_none() {
        let (answers, summary) =
            converse("{\"call\":\"echo\",\"input\":{\"a\":1}}\n\n  \r\n{\"id\":\"x\",\"call\":\"echo\"}");
        assert_eq!(answers, "{\"ok\":{\"a\":1}}\n{\"id\":\"x\",\"ok\":{}}\n");
        assert_eq!(summary, Summary::AllAnswered);
    }

    #[test]
    fn a_bad_line_says_what_is_wrong_and_the_next_one_is_answered() {
        let (answers, summary) = converse(concat!(
            "nonsense\n[]\n{\"id\":1}\n{\"id\":1,\"call\":\"echo\",\"inputs\":1}\n",
            "{\"id\":2,\"call\":\"lost\"}\n{\"call\":\"two-lines\"}\n{\"call\":\"echo\",\"input\":3}\n"
        ));
        let lines: Vec<_> = answers.lines().collect();
        assert!(
            lines[0].starts_with(r#"{"failure":{"code":"invalid-line","message":"the line is no JSON: "#),
            "{}",
            lines[0]
        );
        assert_eq!(
            lines[1..],
            [
                r#"{"failure":{"code":"invalid-line","message":"the line is no object"}}"#,
                r#"{"id":1,"failure":{"code":"invalid-line","message":"`call` names no function"}}"#,
                r#"{"id":1,"failure":{"code":"invalid-line","message":"unknown key `inputs`; a line has id, call and input"}}"#,
                r#"{"id":2,"failure":{"code":"unknown-function","message":"no such function","field":"name"}}"#,
                r#"{"failure":{"code":"invalid-output","message":"the engine answered no line of JSON"}}"#,
                r#"{"ok":3}"#,
            ]
        );
        assert_eq!(summary, Summary::SomeFailed);
    }
}
