//! The schema and what it describes.

use serde_json::Value;

use crate::policy::decode::DOCUMENT;
use crate::policy::decode::shape::{Section, Shape};
use crate::policy::document::{Content, Language, Node, read};
use crate::policy::{BUILT_IN, schema};

#[test]
fn the_committed_schema_is_the_one_that_is_generated() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/policy.schema.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, schema()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == schema(), "schema/policy.schema.json is out of date; run this test with BLESS=1");
}

#[test]
fn every_key_of_the_built_in_policies_is_in_the_schema() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    for (name, source) in BUILT_IN {
        let root = read(source, Language::Yaml).unwrap();
        assert!(accepts(&schema, &schema, &root), "{name} does not fit the schema");
    }
    // The check can fail.
    let bad =
        read("version: 1\nextends: build-once-test-many\nretry: {build: {atempts: 3}}\n", Language::Yaml).unwrap();
    assert!(!accepts(&schema, &schema, &bad));
}

/// A validator of just the words that the generator writes, patterns aside.
fn accepts(root: &Value, schema: &Value, node: &Node) -> bool {
    if let Some(name) = schema.get("$ref") {
        let target = root.pointer(name.as_str().unwrap().strip_prefix('#').unwrap());
        return accepts(root, target.expect("every reference leads somewhere"), node);
    }
    let any = |list: &Value| list.as_array().unwrap().iter().any(|one| accepts(root, one, node));
    if let Some(list) = schema.get("anyOf")
        && !any(list)
    {
        return false;
    }
    let has =
        |key: &str, pairs: &[crate::policy::document::Pair]| pairs.iter().any(|pair| pair.key.name.as_ref() == key);
    if let (Some(required), Content::Map(pairs)) = (schema.get("required"), &node.content)
        && !required.as_array().unwrap().iter().all(|key| has(key.as_str().unwrap(), pairs))
    {
        return false;
    }
    if let Some(words) = schema.get("enum") {
        return matches!(&node.content, Content::Text(text) if words.as_array().unwrap().iter().any(|w| w == text.as_ref()));
    }
    if let Some(constant) = schema.get("const") {
        return matches!(&node.content, Content::Int(value) if constant == *value);
    }
    match (schema.get("type").and_then(Value::as_str), &node.content) {
        (None, _)
        | (Some("string"), Content::Text(_))
        | (Some("boolean"), Content::Bool(_))
        | (Some("null"), Content::Null)
        | (Some("number"), Content::Int(_) | Content::Float(_)) => true,
        (Some("integer"), Content::Int(value)) => {
            (schema["minimum"].as_i64().unwrap()..=schema["maximum"].as_i64().unwrap()).contains(value)
        }
        (Some("array"), Content::List(items)) => items.iter().all(|item| accepts(root, &schema["items"], item)),
        (Some("object"), Content::Map(pairs)) => pairs.iter().all(|pair| {
            let value = schema.get("properties").and_then(|properties| properties.get(pair.key.name.as_ref()));
            match (value, &schema["additionalProperties"]) {
                (Some(value), _) => accepts(root, value, &pair.value),
                (None, Value::Bool(false)) => false,
                (None, other) => accepts(root, other, &pair.value),
            }
        }),
        _ => false,
    }
}

#[test]
fn every_key_is_documented() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.md")).unwrap();
    let mut missing = Vec::new();
    visit(&DOCUMENT, &mut |key| {
        if !docs.contains(&format!("`{key}`")) {
            missing.push(key);
        }
    });
    assert!(missing.is_empty(), "docs/policy.md does not name {missing:?}");
}

fn visit(section: &'static Section, found: &mut impl FnMut(&'static str)) {
    for field in section.fields {
        found(field.name);
        visit_shape(&field.shape, found);
    }
}

fn visit_shape(shape: &'static Shape, found: &mut impl FnMut(&'static str)) {
    match shape {
        Shape::Map(section) => visit(section, found),
        Shape::List(inner) | Shape::OneOrMany(inner) | Shape::Keyed(_, inner) | Shape::Entries(inner) => {
            visit_shape(inner, found);
        }
        Shape::Either(shapes) => shapes.iter().for_each(|shape| visit_shape(shape, found)),
        _ => {}
    }
}
