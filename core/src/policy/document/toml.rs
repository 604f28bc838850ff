//! TOML 1.0, through the `toml` crate's spanned values.

use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Content, Fault, Key, Node, Pair, at, too_deep, too_many};
use crate::diagnostic::Diagnostics;
use crate::position::Positions;
use crate::{Diagnostic, limits, number, order};

/// A text that is no TOML at all has an error in every line.
const MAX_SYNTAX_ERRORS: usize = 20;

/// Reads a TOML document.
pub(super) fn read(positions: &Positions<'_>) -> Result<Node, Diagnostics> {
    let source = positions.source();
    let skipped = source.len() - source.strip_prefix('\u{feff}').unwrap_or(source).len();
    let (table, errors) = DeTable::parse_recoverable(source.get(skipped..).unwrap_or_default());
    let mut reader = Reader { positions, skipped, nodes: 0 };
    if !errors.is_empty() {
        let mut errors: Vec<_> =
            errors.iter().take(MAX_SYNTAX_ERRORS).map(|error| *reader.syntax(error, table.get_ref())).collect();
        order::sort_by_key(&mut errors, |error| error.span);
        return Err(errors);
    }
    reader.table(table.get_ref(), table.span(), 0).map_err(|error| vec![*error])
}

struct Reader<'p, 's> {
    positions: &'p Positions<'s>,
    /// Bytes of a byte order mark, which the spans don't count.
    skipped: usize,
    nodes: usize,
}

impl Reader<'_, '_> {
    fn span(&self, range: Range<usize>) -> crate::Span {
        self.positions.span(range.start + self.skipped..range.end + self.skipped)
    }

    fn node(&mut self, value: &DeValue<'_>, range: Range<usize>, depth: usize) -> Result<Node, Fault> {
        let span = self.span(range.clone());
        self.nodes += 1;
        if self.nodes > limits::POLICY_NODES {
            return Err(too_many(span));
        }
        if depth > limits::POLICY_DEPTH {
            return Err(too_deep(span));
        }
        let content = match value {
            DeValue::String(text) => Content::Text(Rc::from(text.as_ref())),
            DeValue::Integer(integer) => {
                // A number beyond 64 bits is a number all the same; no key takes one that large.
                i64::from_str_radix(integer.as_str(), integer.radix())
                    .map_or(Content::Float(f64::INFINITY), Content::Int)
            }
            DeValue::Float(float) => Content::Float(number::parse(float.as_str()).unwrap_or(f64::NAN)),
            DeValue::Boolean(value) => Content::Bool(*value),
            DeValue::Datetime(value) => Content::Text(Rc::from(value.to_string())),
            DeValue::Array(items) => {
                let nodes: Result<Vec<_>, _> =
                    items.iter().map(|item| self.node(item.get_ref(), item.span(), depth + 1)).collect();
                Content::List(nodes?.into())
            }
            DeValue::Table(table) => return self.table(table, range, depth),
        };
        Ok(Node::new(content, span))
    }

    fn table(&mut self, table: &DeTable<'_>, range: Range<usize>, depth: usize) -> Result<Node, Fault> {
        if depth > limits::POLICY_DEPTH {
            return Err(too_deep(self.span(range)));
        }
        // The crate sorts keys by name; the document's order is the order of their places.
        let mut entries: Vec<_> = table.iter().collect();
        order::sort_by_key(&mut entries, |(key, _)| key.span().start);
        let pairs = entries.into_iter().map(|(key, value)| {
            let key_node = Key { name: Rc::from(key.get_ref().as_ref()), span: self.span(key.span()) };
            Ok(Pair { key: key_node, value: self.node(value.get_ref(), value.span(), depth + 1)? })
        });
        let pairs: Result<Vec<_>, Fault> = pairs.collect();
        Ok(Node::new(Content::Map(pairs?.into()), self.span(range)))
    }

    fn syntax(&self, error: &toml::de::Error, table: &DeTable<'_>) -> Fault {
        let span = self.span(error.span().unwrap_or_default());
        let text = self.positions.source().get(span.start as usize..span.end as usize).unwrap_or_default();
        if error.message().contains("duplicate key") {
            let name = text.trim_matches(['"', '\'']);
            if let Some(first) = find_key(table, name, span.start as usize - self.skipped) {
                return super::node::duplicate(name, self.span(first), span);
            }
            return at(Diagnostic::error("duplicate-key", format!("the key `{name}` is given twice")), span);
        }
        let message = error.message().lines().next().unwrap_or_default();
        let message = format!("not valid TOML: {message}");
        at(
            Diagnostic::error("toml-syntax", message).help("strings need quotes, and a table's keys one line each"),
            span,
        )
    }
}

/// Where a key of that name was given before.
fn find_key(table: &DeTable<'_>, name: &str, before: usize) -> Option<Range<usize>> {
    table.iter().find_map(|(key, value)| {
        let here = key.get_ref().as_ref() == name && key.span().start < before;
        here.then(|| key.span()).or_else(|| nested(value, name, before))
    })
}

fn nested(value: &Spanned<DeValue<'_>>, name: &str, before: usize) -> Option<Range<usize>> {
    match value.get_ref() {
        DeValue::Table(table) => find_key(table, name, before),
        DeValue::Array(items) => items.iter().find_map(|item| nested(item, name, before)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_kind_keep_the_order_of_the_document() {
        let source = "z = \"ä\"\nb = [1, 0x1F, 1.5]\n[[tags]]\ntag = 'x'\n[[tags]]\ntag = 'y'\n[a.b]\nd = 2026-01-31\n";
        let node = read(&Positions::new(source)).unwrap();
        assert_eq!(
            node.to_string(),
            r#"{"z": "ä", "b": [1, 31, 1.5], "tags": [{"tag": "x"}, {"tag": "y"}], "a": {"b": {"d": "2026-01-31"}}}"#
        );
    }

    #[test]
    fn every_syntax_error_has_a_place() {
        let errors = read(&Positions::new("a = 1\nb = nope\nc = [1,\n")).unwrap_err();
        assert!(errors.iter().all(|error| error.code == "toml-syntax" && error.span.is_some()), "{errors:?}");
        assert_eq!(errors[0].span.unwrap().line, 2);
    }

    #[test]
    fn a_duplicate_key_names_both_places() {
        let errors = read(&Positions::new("a = 1\nb = 2\na = 3\n")).unwrap_err();
        assert_eq!((errors[0].code.as_str(), errors[0].span.unwrap().line), ("duplicate-key", 3));
        assert!(errors[0].help.as_deref().unwrap().contains("line 1"), "{errors:?}");
    }
}
