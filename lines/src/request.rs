//! One request and its answer.

use serde_json::{Value, json};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable identifier in kebab-case, such as `unknown-function`.
    pub code: String,
    /// What is wrong, in one line.
    pub message: String,
    /// The part of the input, where it can be told.
    pub field: Option<String>,
}

impl Failure {
    /// A failure that is about no part of the input.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), field: None }
    }

    /// The line that says so.
    pub(crate) fn line(&self, id: Option<&Value>) -> String {
        let mut failure = json!({"code": self.code, "message": self.message});
        if let (Some(field), Some(fields)) = (&self.field, failure.as_object_mut()) {
            fields.insert("field".to_owned(), json!(field));
        }
        match id {
            Some(id) => json!({"id": id, "failure": failure}),
            None => json!({"failure": failure}),
        }
        .to_string()
    }
}

/// A request that can be carried out.
pub(crate) struct Request {
    /// What the answer repeats.
    pub(crate) id: Option<Value>,
    /// The function's name.
    pub(crate) call: String,
    /// Its input as JSON text.
    pub(crate) input: String,
}

impl Request {
    /// Reads a line; an error is the line that answers it.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, String> {
        let wrong = |id: Option<&Value>, what: String| Failure::new("invalid-line", what).line(id);
        let mut request = match serde_json::from_slice::<Value>(line) {
            Ok(Value::Object(request)) => request,
            Ok(_) => return Err(wrong(None, "the line is no object".to_owned())),
            Err(error) => return Err(wrong(None, format!("the line is no JSON: {error}"))),
        };
        let id = request.remove("id");
        if let Some(key) = request.keys().find(|key| !matches!(key.as_str(), "call" | "input")) {
            return Err(wrong(id.as_ref(), format!("unknown key `{key}`; a line has id, call and input")));
        }
        let Some(Value::String(call)) = request.remove("call") else {
            return Err(wrong(id.as_ref(), "`call` names no function".to_owned()));
        };
        let input = request.remove("input").map_or_else(|| "{}".to_owned(), |input| input.to_string());
        Ok(Self { id, call, input })
    }

    /// The line with the answer as the engine wrote it, unless that would not be one line of JSON.
    pub(crate) fn succeeded(&self, answer: &str) -> Result<String, Failure> {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(answer).is_ok();
        if answer.contains(['\n', '\r']) || !is_json {
            return Err(Failure::new("invalid-output", "the engine answered no line of JSON"));
        }
        Ok(match &self.id {
            Some(id) => format!("{{\"id\":{id},\"ok\":{answer}}}"),
            None => format!("{{\"ok\":{answer}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_no_line_of_json_is_refused() {
        let request = |id| Request { id, call: String::new(), input: String::new() };
        assert_eq!(request(None).succeeded("\"a\"").unwrap(), r#"{"ok":"a"}"#);
        assert_eq!(request(Some(json!({"a": 1}))).succeeded("[1]").unwrap(), r#"{"id":{"a":1},"ok":[1]}"#);
        for wrong in ["", "a", "{}\n", "{\"a\":}", "1 2"] {
            assert_eq!(request(None).succeeded(wrong).unwrap_err().code, "invalid-output", "{wrong:?}");
        }
    }
}
