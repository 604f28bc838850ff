//! Lists of tags, as people and registries write them.

use buildonce::types::selection::TagInfo;
use serde_json::{Map, Value};

use crate::clock;
use crate::problem::Problem;

/// What an entry of a JSON list may hold.
const KEYS: [&str; 4] = ["name", "created", "pushed", "digest"];

/// Reads tags: one on each line, or JSON: a list, or what a registry answers to `GET /v2/<name>/tags/list`. `name` is what an error calls
/// the document.
pub(crate) fn parse(text: &str, name: &str) -> Result<Vec<TagInfo>, Problem> {
    // No tag starts with a bracket.
    if !text.trim_start().starts_with(['[', '{']) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        return Ok(lines.map(named).collect());
    }
    entries(text).map_err(|what| {
        Problem::usage("invalid-tags", format!("{name} is no list of tags: {what}")).help(
            "write one tag on each line, or JSON: [\"1.0.0\", {\"name\": \"1.1.0\", \"created\": \"2024-05-01T12:00:00Z\"}]; \
             `created` and `pushed` may also be milliseconds since 1970",
        )
    })
}

fn named(name: &str) -> TagInfo {
    TagInfo { name: name.to_owned(), created: None, pushed: None, digest: None }
}

fn entries(text: &str) -> Result<Vec<TagInfo>, String> {
    let mut document: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let tags = if document.is_object() { document.get_mut("tags").map(Value::take) } else { Some(document) };
    match tags {
        Some(Value::Array(tags)) => tags.iter().enumerate().map(|(at, tag)| entry(tag, at + 1)).collect(),
        // Registries say so of an empty repository.
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err("it has no list `tags`".to_owned()),
    }
}

fn entry(tag: &Value, at: usize) -> Result<TagInfo, String> {
    let wrong = |what: &str| format!("entry {at} {what}");
    let fields = match tag {
        Value::String(name) => return Ok(named(name)),
        Value::Object(fields) => fields,
        _ => return Err(wrong("is neither a text nor an object")),
    };
    if let Some(key) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(wrong(&format!("has a key `{key}`; there are {}", KEYS.join(", "))));
    }
    let text = |key: &str| match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(&format!("has a `{key}` that is no text"))),
    };
    Ok(TagInfo {
        name: text("name")?.ok_or_else(|| wrong("has no `name`"))?,
        created: time(fields, "created").map_err(|what| wrong(&what))?,
        pushed: time(fields, "pushed").map_err(|what| wrong(&what))?,
        digest: text("digest")?,
    })
}

/// Milliseconds since 1970, or RFC 3339.
fn time(fields: &Map<String, Value>, key: &str) -> Result<Option<i64>, String> {
    let value = match fields.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value,
    };
    let milliseconds = value.as_i64().or_else(|| value.as_str().and_then(clock::rfc3339));
    milliseconds.map(Some).ok_or_else(|| format!("has a `{key}` that is no time: {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        parse(text, "tags").unwrap().into_iter().map(|tag| tag.name).collect()
    }

    #[test]
    fn tags_are_read_in_every_form() {
        assert_eq!(names("1.0.0\r\n\n 1.1.0 \n"), ["1.0.0", "1.1.0"]);
        assert_eq!(names(r#"["a", {"name": "b", "digest": "sha256:0"}]"#), ["a", "b"]);
        assert_eq!(names(r#"{"name": "acme/app", "tags": ["a"]}"#), ["a"]);
        assert!(names(r#"{"name": "acme/app", "tags": null}"#).is_empty());
        assert!(names("").is_empty());
        let dated = parse(r#"[{"name": "a", "created": "1970-01-01T00:00:01Z", "pushed": 5}]"#, "tags").unwrap();
        assert_eq!((dated[0].created, dated[0].pushed), (Some(1000), Some(5)));
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_place() {
        for (text, what) in [
            ("[1]", "entry 1 is neither a text nor an object"),
            ("[", "EOF while parsing a list at line 1 column 1"),
            ("{\"a\": 1}", "it has no list `tags`"),
            (r#"["a", {"name": "a", "created": "monday"}]"#, "entry 2 has a `created` that is no time: \"monday\""),
            (r#"[{"nam": "a"}]"#, "entry 1 has a key `nam`; there are name, created, pushed, digest"),
            (r#"[{"digest": "a"}]"#, "entry 1 has no `name`"),
        ] {
            assert_eq!(entries(text).unwrap_err(), what);
        }
    }
}
