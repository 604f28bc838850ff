//! TOML 1.1, which is 1.0 with a few liberties more.
//!
//! A table may be spread over a document, so tables are gathered first, each entry with its place, and become nodes at the end.

mod scalar;
mod scan;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::rc::Rc;

use self::scan::{Name, Refusal, Scanner};
use self::table::{Handle, Item, Made, Table};
use super::node::duplicate;
use super::{Content, Fault, Key, Node, Pair, at, too_deep, too_many};
use crate::diagnostic::Diagnostics;
use crate::position::Positions;
use crate::{Diagnostic, limits, order};

/// A text that is no TOML at all has an error in every line.
const MAX_ERRORS: usize = 20;

/// Reads a TOML document.
pub(super) fn read(positions: &Positions<'_>) -> Result<Node, Diagnostics> {
    let text = positions.source();
    let start = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let root = Table::new(Made::Header, start..start, 0);
    let mut reader =
        Reader { positions, scan: Scanner { text, at: start }, nodes: 0, root: Rc::clone(&root), current: root };
    let mut errors = Vec::new();
    loop {
        match reader.statement() {
            Ok(true) => {}
            Ok(false) => break,
            Err(refusal) => {
                let ends = matches!(refusal, Refusal::TooDeep(_) | Refusal::TooMany(_));
                errors.push(*reader.fault(refusal));
                if ends || errors.len() == MAX_ERRORS {
                    break;
                }
                reader.scan.next_statement();
            }
        }
    }
    if errors.is_empty() { Ok(reader.finish(&reader.root)) } else { Err(errors) }
}

struct Reader<'p, 's> {
    positions: &'p Positions<'s>,
    scan: Scanner<'s>,
    nodes: usize,
    root: Handle,
    /// The table of the last header.
    current: Handle,
}

impl Reader<'_, '_> {
    /// Reads a header, or a key and its value. Tells whether there was one.
    fn statement(&mut self) -> Result<bool, Refusal> {
        self.scan.gap()?;
        if self.scan.is_at_end() {
            return Ok(false);
        }
        if self.scan.ahead(0) == b'[' {
            // Keys below a header that is refused belong to nothing that is known.
            self.current = Table::new(Made::Header, 0..0, 0);
            self.current = self.header()?;
        } else {
            let table = Rc::clone(&self.current);
            self.pair(&table)?;
        }
        self.scan.line_end()?;
        Ok(true)
    }

    /// Reads `[a.b]` or `[[a.b]]` and opens that table.
    fn header(&mut self) -> Result<Handle, Refusal> {
        let start = self.scan.at;
        let is_list = self.scan.take("[[");
        self.scan.at = start + if is_list { 2 } else { 1 };
        let (path, last) = self.scan.path()?;
        if !self.scan.take(if is_list { "]]" } else { "]" }) {
            return self.scan.refuse(if is_list { "this header ends with `]]`" } else { "this header ends with `]`" });
        }
        let range = start..self.scan.at;
        let mut parent = Rc::clone(&self.root);
        for name in &path {
            parent = self.step(&parent, name, Made::Inner)?;
        }
        let depth = parent.borrow().depth + if is_list { 2 } else { 1 };
        self.count(depth, &range)?;
        let table = Table::new(Made::Header, range, depth);
        let mut parent = parent.borrow_mut();
        if is_list { parent.append(last, table) } else { parent.open(last, table) }
    }

    /// Reads `a.b = value` into a table.
    fn pair(&mut self, table: &Handle) -> Result<(), Refusal> {
        let (path, last) = self.scan.path()?;
        if !self.scan.take("=") {
            return self.scan.refuse("between a key and its value stands `=`");
        }
        let depth = table.borrow().depth + path.len() + 1;
        let value = self.value(depth)?;
        let mut inner = Rc::clone(table);
        for name in &path {
            inner = self.step(&inner, name, Made::Dots)?;
        }
        let mut inner = inner.borrow_mut();
        if !path.is_empty() && inner.made == Made::Header {
            let first = inner.range.clone();
            return Err(Refusal::Twice(last.text, first, last.range));
        }
        inner.insert(last, Item::Value(value))
    }

    /// The table of that name inside another, made when it is not there.
    fn step(&mut self, table: &Handle, name: &Name, made: Made) -> Result<Handle, Refusal> {
        if let Some(inner) = table.borrow().inner(name, made)? {
            return Ok(inner);
        }
        let mut table = table.borrow_mut();
        self.count(table.depth + 1, &name.range)?;
        let inner = Table::new(made, name.range.clone(), table.depth + 1);
        table.insert(name.clone(), Item::Table(Rc::clone(&inner)))?;
        Ok(inner)
    }

    /// Counts a value or a table.
    fn count(&mut self, depth: usize, range: &Range<usize>) -> Result<(), Refusal> {
        self.nodes += 1;
        if self.nodes > limits::POLICY_NODES {
            return Err(Refusal::TooMany(range.clone()));
        }
        if depth > limits::POLICY_DEPTH { Err(Refusal::TooDeep(range.clone())) } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Refusal> {
        self.scan.blanks();
        let start = self.scan.at;
        self.count(depth, &(start..start + 1))?;
        let content = match self.scan.ahead(0) {
            b'[' => self.list(depth)?,
            b'{' => return self.inline_table(depth),
            quote @ (b'"' | b'\'') => Content::Text(Rc::from(self.scan.string(quote)?)),
            _ => {
                let word = self.scan.word();
                scalar::read(word).ok_or(Refusal::Syntax(scalar::fault(word), start..self.scan.at))?
            }
        };
        Ok(Node::new(content, self.positions.span(start..self.scan.at)))
    }

    fn list(&mut self, depth: usize) -> Result<Content, Refusal> {
        let mut items = Vec::new();
        self.scan.at += 1;
        loop {
            self.scan.gap()?;
            if self.scan.take("]") {
                return Ok(Content::List(items.into()));
            }
            items.push(self.value(depth + 1)?);
            self.scan.gap()?;
            if !self.scan.take(",") && self.scan.ahead(0) != b']' {
                return self.scan.refuse("after a value in a list comes a comma or `]`");
            }
        }
    }

    fn inline_table(&mut self, depth: usize) -> Result<Node, Refusal> {
        let start = self.scan.at;
        let table = Table::new(Made::Header, start..start, depth);
        self.scan.at += 1;
        loop {
            self.scan.gap()?;
            if self.scan.take("}") {
                break;
            }
            self.pair(&table)?;
            self.scan.gap()?;
            if !self.scan.take(",") && self.scan.ahead(0) != b'}' {
                return self.scan.refuse("after a value in braces comes a comma or `}`");
            }
        }
        table.borrow_mut().range = start..self.scan.at;
        Ok(self.finish(&table))
    }

    /// The node of a table that nothing is added to any more.
    fn finish(&self, table: &Handle) -> Node {
        let mut table = table.borrow_mut();
        let mut entries = std::mem::take(&mut table.entries);
        // A table's own header may come after those of tables inside it, and is its place.
        order::sort_by_key(&mut entries, |entry| entry.range.start);
        let pairs = entries.into_iter().map(|entry| {
            let value = match entry.item {
                Item::Value(node) => node,
                Item::Table(inner) => self.finish(&inner),
                Item::Tables(tables, range) => {
                    let nodes: Vec<_> = tables.iter().map(|table| self.finish(table)).collect();
                    Node::new(Content::List(nodes.into()), self.positions.span(range))
                }
            };
            Pair { key: Key { name: entry.name, span: self.positions.span(entry.range) }, value }
        });
        let pairs: Vec<_> = pairs.collect();
        Node::new(Content::Map(pairs.into()), self.positions.span(table.range.clone()))
    }

    #[cold]
    fn fault(&self, refusal: Refusal) -> Fault {
        let span = |range| self.positions.span(range);
        match refusal {
            Refusal::Syntax(words, range) => {
                let message = ["not valid TOML: ", words].concat();
                let help = "strings need quotes, and a table's keys one line each";
                at(Diagnostic::error("toml-syntax", message).help(help), span(range))
            }
            Refusal::Twice(name, first, second) => duplicate(&name, span(first), span(second)),
            Refusal::NoTable(name, kind, range) => {
                let message = ["not valid TOML: `", &name, "` is ", kind, " already, which has no keys"].concat();
                at(Diagnostic::error("toml-syntax", message).help("give one of the two another name"), span(range))
            }
            Refusal::TooDeep(range) => too_deep(span(range)),
            Refusal::TooMany(range) => too_many(span(range)),
        }
    }
}
