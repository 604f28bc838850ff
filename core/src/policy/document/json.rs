//! JSON, in two passes.
//!
//! `serde_json` judges the syntax and words the errors, but tells no places of values. So a small scanner walks
//! over the text afterwards; it may rely on the text being valid, and gives up in one place when it is not.

use std::rc::Rc;

use serde::de::IgnoredAny;

use super::node::Entries;
use super::{Content, Fault, Key, Node, at, too_deep, too_many};
use crate::diagnostic::Diagnostics;
use crate::position::Positions;
use crate::{Diagnostic, Span, limits};

/// Reads a JSON document.
pub(super) fn read(positions: &Positions<'_>) -> Result<Node, Diagnostics> {
    let source = positions.source();
    let skipped = source.len() - source.strip_prefix('\u{feff}').unwrap_or(source).len();
    let text = source.get(skipped..).unwrap_or_default();
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let byte = positions.byte_at(error.line(), error.column());
        let span = positions.span(byte..byte + 1);
        if error.to_string().starts_with("recursion limit") {
            return Err(vec![*too_deep(span)]);
        }
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
        let help = "JSON has no comments and no comma after the last value; keys and strings need double quotes";
        let error = Diagnostic::error("json-syntax", format!("not valid JSON: {message}")).help(help);
        return Err(vec![*at(error, span)]);
    }
    let mut scanner = Scanner { positions, at: skipped, nodes: 0, errors: Vec::new() };
    match scanner.value(0) {
        Ok(node) if scanner.errors.is_empty() => Ok(node),
        Ok(_) => Err(scanner.errors),
        Err(error) => {
            scanner.errors.push(*error);
            Err(scanner.errors)
        }
    }
}

struct Scanner<'p, 's> {
    positions: &'p Positions<'s>,
    at: usize,
    nodes: usize,
    errors: Diagnostics,
}

impl Scanner<'_, '_> {
    fn rest(&self) -> &str {
        self.positions.source().get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no blank; 0 at the end.
    fn peek(&mut self) -> u8 {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let (blanks, next) = (rest.len() - trimmed.len(), trimmed.bytes().next().unwrap_or_default());
        self.at += blanks;
        next
    }

    fn span_from(&self, start: usize) -> Span {
        self.positions.span(start..self.at)
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        let first = self.peek();
        let start = self.at;
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
            _ => self.word(),
        };
        Ok(Node::new(content, self.span_from(start)))
    }

    fn map(&mut self, depth: usize) -> Result<Content, Fault> {
        let mut entries = Entries::default();
        self.at += 1;
        while self.peek() == b'"' {
            let start = self.at;
            let name = self.string()?;
            let key = Key { name, span: self.span_from(start) };
            self.peek();
            self.at += 1; // the colon
            let value = self.value(depth + 1)?;
            self.errors.extend(entries.add(key, value).map(|fault| *fault));
            if self.peek() == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Ok(entries.finish())
    }

    fn list(&mut self, depth: usize) -> Result<Content, Fault> {
        let mut items = Vec::new();
        self.at += 1;
        while !matches!(self.peek(), b']' | 0) {
            items.push(self.value(depth + 1)?);
            if self.peek() == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Ok(Content::List(items.into()))
    }

    fn string(&mut self) -> Result<Rc<str>, Fault> {
        let start = self.at;
        let mut escaped = false;
        let length = self.rest().bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        self.at += length.map_or(self.rest().len(), |length| length + 2);
        let literal = self.positions.source().get(start..self.at).unwrap_or_default();
        // The first pass skips over escapes without decoding them, so half a surrogate pair shows only here.
        serde_json::from_str::<String>(literal).map(Rc::from).map_err(|error| {
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
            at(Diagnostic::error("json-syntax", format!("not valid JSON: {message}")), self.span_from(start))
        })
    }

    fn word(&mut self) -> Content {
        let rest = self.rest();
        let end = rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        let content = match word {
            "null" => Content::Null,
            "true" => Content::Bool(true),
            "false" => Content::Bool(false),
            _ => match word.parse() {
                Ok(value) => Content::Int(value),
                Err(_) => Content::Float(word.parse().unwrap_or(f64::NAN)),
            },
        };
        // Never less than a byte, so that even a text that slipped through ends.
        self.at += end.max(1);
        content
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
