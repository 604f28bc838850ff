//! JSON, in two passes.
//!
//! `serde_json` judges the syntax and words the errors, but tells no places of values. So the scanner of [`crate::read`] walks
//! over the text afterwards; it may rely on the text being valid.

use std::rc::Rc;

use super::node::Entries;
use super::{Content, Fault, Key, Node, at, too_deep, too_many};
use crate::diagnostic::Diagnostics;
use crate::position::Positions;
use crate::read::{self, Refusal, Scanner};
use crate::{Diagnostic, Span, limits, number};

/// Reads a JSON document.
pub(super) fn read(positions: &Positions<'_>) -> Result<Node, Diagnostics> {
    let source = positions.source();
    let skipped = source.len() - source.strip_prefix('\u{feff}').unwrap_or(source).len();
    if let Err(refusal) = read::check(source.get(skipped..).unwrap_or_default()) {
        let help = "JSON has no comments and no comma after the last value; keys and strings need double quotes";
        let span = positions.span(refusal.span.start + skipped..refusal.span.end + skipped);
        return Err(vec![*at(syntax(&refusal).help(help), span)]);
    }
    let mut walk = Walk { positions, scanner: Scanner { text: source, at: skipped }, nodes: 0, errors: Vec::new() };
    match walk.value(0) {
        Ok(node) if walk.errors.is_empty() => Ok(node),
        Ok(_) => Err(walk.errors),
        Err(error) => {
            walk.errors.push(*error);
            Err(walk.errors)
        }
    }
}

fn syntax(refusal: &Refusal) -> Diagnostic {
    let words = if let read::Fault::Syntax(words) = &refusal.fault { words } else { "" };
    Diagnostic::error("json-syntax", format!("not valid JSON: {words}"))
}

struct Walk<'p, 's> {
    positions: &'p Positions<'s>,
    scanner: Scanner<'s>,
    nodes: usize,
    errors: Diagnostics,
}

impl Walk<'_, '_> {
    fn span_from(&self, start: usize) -> Span {
        self.positions.span(start..self.scanner.at)
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        let first = self.scanner.peek();
        let start = self.scanner.at;
        self.nodes += 1;
        if self.nodes > limits::POLICY_NODES {
            return Err(too_many(self.positions.span(start..start + 1)));
        }
        if depth > limits::POLICY_DEPTH {
            return Err(too_deep(self.positions.span(start..start + 1)));
        }
        let content = match first {
            b'{' => self.map(depth)?,
            b'[' => self.list(depth)?,
            b'"' => Content::Text(self.string()?),
            _ => word(self.scanner.word()),
        };
        Ok(Node::new(content, self.span_from(start)))
    }

    fn map(&mut self, depth: usize) -> Result<Content, Fault> {
        let mut entries = Entries::default();
        self.scanner.take(b'{');
        while self.scanner.peek() == b'"' {
            let start = self.scanner.at;
            let name = self.string()?;
            let key = Key { name, span: self.span_from(start) };
            self.scanner.take(b':');
            let value = self.value(depth + 1)?;
            self.errors.extend(entries.add(key, value).map(|fault| *fault));
            self.scanner.take(b',');
        }
        self.scanner.take(b'}');
        Ok(entries.finish())
    }

    fn list(&mut self, depth: usize) -> Result<Content, Fault> {
        let mut items = Vec::new();
        self.scanner.take(b'[');
        while !matches!(self.scanner.peek(), b']' | 0) {
            items.push(self.value(depth + 1)?);
            self.scanner.take(b',');
        }
        self.scanner.take(b']');
        Ok(Content::List(items.into()))
    }

    /// The first pass skips over escapes without decoding them, so half a surrogate pair shows only here.
    fn string(&mut self) -> Result<Rc<str>, Fault> {
        match self.scanner.string() {
            Ok(text) => Ok(Rc::from(&*text)),
            Err(refusal) => Err(at(syntax(&refusal), self.positions.span(refusal.span.clone()))),
        }
    }
}

fn word(word: &str) -> Content {
    match word {
        "null" => Content::Null,
        "true" => Content::Bool(true),
        "false" => Content::Bool(false),
        _ => match word.parse() {
            Ok(value) => Content::Int(value),
            Err(_) => Content::Float(number::parse(word).unwrap_or(f64::NAN)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_cover_what_was_written() {
        let source = "\u{feff}{\n  \"ä\\u0041\": [ 1 , {\"b\": \"x\\\"y\"} ],\n  \"c\" : -1.5e3 }";
        let node = read(&Positions::new(source)).unwrap();
        assert_eq!(node.to_string(), r#"{"äA": [1, {"b": "x\"y"}], "c": -1500}"#);
        let Content::Map(pairs) = &node.content else { panic!("a map") };
        let of = |span: Span| &source[span.start as usize..span.end as usize];
        assert_eq!(of(pairs[0].key.span), "\"ä\\u0041\"");
        assert_eq!(of(pairs[0].value.span), "[ 1 , {\"b\": \"x\\\"y\"} ]");
        assert_eq!(of(pairs[1].value.span), "-1.5e3");
        assert_eq!((pairs[1].key.span.line, pairs[1].key.span.column), (3, 3));
    }

    #[test]
    fn faults_have_a_code_and_a_place() {
        let cases = [
            ("{\"a\": 1,}", "json-syntax", 1, 9),
            ("{\n  // no\n}", "json-syntax", 2, 3),
            ("{\"a\": 1, \"b\": 2, \"a\": 3}", "duplicate-key", 1, 18),
            ("[\"\\ud800\"]", "json-syntax", 1, 2),
            ("", "json-syntax", 1, 1),
        ];
        for (source, code, line, column) in cases {
            let errors = read(&Positions::new(source)).unwrap_err();
            let span = errors[0].span.unwrap();
            assert_eq!((errors[0].code.as_str(), span.line, span.column), (code, line, column), "{source}");
        }
    }

    proptest! {
        #[test]
        fn the_scanner_agrees_with_serde_json(value in json()) {
            let text = serde_json::to_string_pretty(&value).unwrap();
            let node = read(&Positions::new(&text)).unwrap();
            prop_assert_eq!(back(&node), value);
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            ".{0,8}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn back(node: &Node) -> serde_json::Value {
        match &node.content {
            Content::Null => serde_json::Value::Null,
            Content::Bool(value) => (*value).into(),
            Content::Int(value) => (*value).into(),
            Content::Float(value) => (*value).into(),
            Content::Text(text) => text.as_ref().into(),
            Content::List(items) => items.iter().map(back).collect(),
            Content::Map(pairs) => serde_json::Value::Object(
                pairs.iter().map(|pair| (pair.key.name.to_string(), back(&pair.value))).collect(),
            ),
        }
    }
}
