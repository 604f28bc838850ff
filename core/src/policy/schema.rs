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
    let mut definitions = Map::new();
    root.extend(section(&DOCUMENT, &mut definitions));
    // Without `extends` there must be rules of its own.
    let required = |key: &str| json!({"required": [key]});
    root.insert("anyOf".to_owned(), ["extends", "tags", "add-tags"].map(required).into());
    root.insert("$defs".to_owned(), definitions.into());
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

/// A section's schema. What it refers to is added to the definitions.
fn section(section: &Section, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let properties: Map<_, _> = section
        .fields
        .iter()
        .map(|field| {
            let mut value = shape(&field.shape, definitions);
            if let Value::Object(map) = &mut value {
                map.insert("description".to_owned(), json!(field.doc));
            }
            (field.name.to_owned(), value)
        })
        .collect();
    let required: Vec<_> = section.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("description".to_owned(), json!(section.doc));
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// Refers to a section by what messages call it, made fit for an address, and defines it the first time.
fn reference(to: &Section, definitions: &mut Map<String, Value>) -> Value {
    let name = to.name.replace(['`', '\''], "").replace([' ', '.'], "-");
    if !definitions.contains_key(&name) {
        // The place is taken first, so that the order is that of the first use.
        definitions.insert(name.clone(), Value::Null);
        let schema = section(to, definitions);
        definitions.insert(name.clone(), schema.into());
    }
    json!({"$ref": format!("#/$defs/{name}")})
}

fn shape(of: &Shape, definitions: &mut Map<String, Value>) -> Value {
    match of {
        Shape::Null => json!({"type": "null"}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Integer(low, high) if low == high => json!({"const": low}),
        Shape::Integer(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        Shape::Number(low, high) => json!({"type": "number", "minimum": low, "maximum": high}),
        Shape::Text => json!({"type": "string"}),
        Shape::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        Shape::Words(words) => json!({"enum": words()}),
        Shape::List(item) => json!({"type": "array", "minItems": 1, "items": shape(item, definitions)}),
        Shape::OneOrMany(item) => json!({"anyOf": [shape(item, definitions), shape(&Shape::List(item), definitions)]}),
        Shape::Either(shapes) => {
            json!({"anyOf": shapes.iter().map(|one| shape(one, definitions)).collect::<Vec<_>>()})
        }
        Shape::Map(map) => reference(map, definitions),
        Shape::Keyed(keys, value) => {
            let properties: Map<_, _> =
                keys().into_iter().map(|key| (key.to_owned(), shape(value, definitions))).collect();
            json!({"type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1})
        }
        Shape::Entries(value) => json!({"type": "object", "additionalProperties": shape(value, definitions)}),
    }
}
