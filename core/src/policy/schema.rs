//! The JSON Schema of a policy document, made of the tables that the decoder reads.
//!
//! What holds between keys (an attempt's timeout against the deadline, one scope per retention rule) and what is
//! inside strings (templates, globs, regular expressions) is the decoder's alone.

use serde_json::{Map, Value, json};

use super::decode::DOCUMENT;
use super::decode::shape::{Section, Shape};

/// The JSON Schema (2020-12) of a policy document.
pub fn schema() -> String {
    let mut root = Map::new();
    root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".to_owned(), json!("buildonce policy"));
    let Value::Object(document) = section(&DOCUMENT) else { return String::new() };
    root.extend(document);
    // Without `extends` there must be rules of its own.
    let required = |key: &str| json!({"required": [key]});
    root.insert("anyOf".to_owned(), ["extends", "tags", "add-tags"].map(required).into());
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn section(section: &Section) -> Value {
    let properties: Map<_, _> = section
        .fields
        .iter()
        .map(|field| {
            let mut value = shape(&field.shape);
            if let Value::Object(map) = &mut value {
                map.insert("description".to_owned(), json!(field.doc));
            }
            (field.name.to_owned(), value)
        })
        .collect();
    let required: Vec<_> = section.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": section.doc,
        "properties": properties,
        "additionalProperties": false,
    });
    if let (Value::Object(map), false) = (&mut schema, required.is_empty()) {
        map.insert("required".to_owned(), json!(required));
    }
    schema
}

fn shape(of: &Shape) -> Value {
    match of {
        Shape::Null => json!({"type": "null"}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Integer(low, high) if low == high => json!({"const": low}),
        Shape::Integer(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        Shape::Number(low, high) => json!({"type": "number", "minimum": low, "maximum": high}),
        Shape::Text => json!({"type": "string"}),
        Shape::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        Shape::Words(words) => json!({"enum": words()}),
        Shape::List(item) => json!({"type": "array", "minItems": 1, "items": shape(item)}),
        Shape::OneOrMany(item) => json!({"anyOf": [shape(item), shape(&Shape::List(item))]}),
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(shape).collect::<Vec<_>>()}),
        Shape::Map(map) => section(map),
        Shape::Keyed(keys, value) => {
            let properties: Map<_, _> = keys().into_iter().map(|key| (key.to_owned(), shape(value))).collect();
            json!({"type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1})
        }
        Shape::Entries(value) => json!({"type": "object", "additionalProperties": shape(value)}),
    }
}
