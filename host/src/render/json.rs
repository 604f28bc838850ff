//! JSON as the engine wrote it, for people.

/// Indents a document. Keys keep their order; a document that is none is shown as it is. What a terminal obeys is written as an
/// escape, which JSON reads back as the same character.
pub(crate) fn pretty(document: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(document).ok();
    let text = value.and_then(|v| serde_json::to_string_pretty(&v).ok()).unwrap_or_else(|| document.to_owned());
    escape(&text) + "\n"
}

fn escape(text: &str) -> String {
    if !text.chars().any(|c| c.is_control() && c != '\n') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' {
            put!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_steering_characters_their_value() {
        let raw = r#"{"b":1,"a":"x\u001b[0m"#.to_owned() + "\u{9b}\"}";
        let shown = pretty(&raw);
        assert_eq!(shown, "{\n  \"b\": 1,\n  \"a\": \"x\\u001b[0m\\u009b\"\n}\n");
        let again: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(&raw).unwrap());
    }
}
