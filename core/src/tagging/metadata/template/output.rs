//! How values become the text of a template.

use super::value::Value;

/// What is written for a value as it is.
pub(super) fn shown(value: Value) -> Value {
    if value.present() { value } else { Value::text("") }
}

/// What is written for a value in `{{…}}`.
pub(super) fn escape(value: &Value) -> Value {
    if !value.present() {
        return Value::text("");
    }
    let text = value.to_text();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            '`' => out.push_str("&#x60;"),
            '=' => out.push_str("&#x3D;"),
            c => out.push(c),
        }
    }
    Value::text(&out)
}

/// The output of a program as the compiled JavaScript puts it together: the statements up to one that needs a
/// statement of its own are one expression, in which two numbers side by side are added, not joined.
#[derive(Default)]
pub(super) struct Output {
    buffer: Option<Value>,
    run: Option<Value>,
    /// Bytes of text so far.
    pub(super) length: usize,
}

impl Output {
    pub(super) fn append(&mut self, value: Value) {
        // Texts are joined where they are, so that a long template stays linear.
        self.length += if let Value::Text(text) = &value { text.len() } else { 0 };
        self.run = Some(match self.run.take() {
            Some(run) => run.plus(&value),
            None => value,
        });
    }

    /// Appends what is tested before it is appended, which ends the expression so far.
    pub(super) fn append_apart(&mut self, value: &Value) {
        let before = self.flush();
        self.buffer = Some(if value.present() { before.plus(value) } else { before });
    }

    fn flush(&mut self) -> Value {
        match (self.buffer.take(), self.run.take()) {
            (Some(buffer), Some(run)) => buffer.plus(&run),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Value::text(""),
        }
    }

    pub(super) fn finish(mut self) -> Value {
        self.flush()
    }
}
