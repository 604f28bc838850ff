//! YAML 1.2 with the core schema.
//!
//! `saphyr-parser` turns text into events; this file turns events into nodes. It builds with a stack of its own, so
//! that nesting costs no call stack, and it counts what aliases stand for, so that a small document cannot grow
//! without bounds.

use std::collections::BTreeMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as YamlSpan, Tag};

use super::node::Entries;
use super::{Content, Fault, Key, Node, at, too_deep, too_many};
use crate::diagnostic::Diagnostics;
use crate::position::Positions;
use crate::{Diagnostic, Span, limits, number as decimal, order};

/// Text of a document after its aliases are resolved, in bytes.
const EXPANDED_BYTES: usize = 4 * limits::POLICY_BYTES;

/// Reads one YAML document.
pub(super) fn read(positions: &Positions<'_>) -> Result<Node, Diagnostics> {
    refuse_control_characters(positions).map_err(|error| vec![*error])?;
    let skipped = positions.source().len() - positions.source().trim_start_matches('\u{feff}').len();
    let text = positions.source().get(skipped..).unwrap_or_default();
    let mut builder = Builder::new(positions, skipped / '\u{feff}'.len_utf8());
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let taken = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => Err(builder.syntax(*error.marker(), error.info())),
        };
        if let Err(error) = taken {
            builder.errors.push(*error);
            return Err(builder.errors);
        }
    }
    builder.finish()
}

/// The parser takes NUL for the end of its input, which would cut a document short in silence.
fn refuse_control_characters(positions: &Positions<'_>) -> Result<(), Fault> {
    let found =
        positions.source().char_indices().find(|(_, c)| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r'));
    found.map_or(Ok(()), |(byte, c)| {
        let message = format!("the control character U+{:04X} has no place in YAML", u32::from(c));
        let help = "remove it, or write it as an escape in double quotes";
        Err(at(Diagnostic::error("yaml-syntax", message).help(help), positions.span(byte..byte + 1)))
    })
}

/// What an anchor stands for.
struct Anchored {
    node: Node,
    size: Size,
}

/// How much a node holds, all aliases resolved.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

/// A list or map that is not complete.
struct Frame {
    kind: FrameKind,
    anchor: usize,
    start: Span,
    size: Size,
}

enum FrameKind {
    List(Vec<Node>),
    Map(Entries, Option<Key>),
}

struct Builder<'p, 's> {
    positions: &'p Positions<'s>,
    /// Byte order marks in front of the text that the parser sees, in characters.
    skipped: usize,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Anchored>,
    total: Size,
    documents: usize,
    root: Option<Node>,
    errors: Diagnostics,
}

impl<'p, 's> Builder<'p, 's> {
    fn new(positions: &'p Positions<'s>, skipped: usize) -> Self {
        Self {
            positions,
            skipped,
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            total: Size::default(),
            documents: 0,
            root: None,
            errors: Vec::new(),
        }
    }

    fn span(&self, span: YamlSpan) -> Span {
        let start = self.positions.byte_of_character(span.start.index() + self.skipped);
        let end = self.positions.byte_of_character(span.end.index() + self.skipped);
        self.positions.span(start..end)
    }

    fn take(&mut self, event: Event<'_>, span: YamlSpan) -> Result<(), Fault> {
        let span = self.span(span);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let error = Diagnostic::error("several-documents", "a policy file holds one YAML document")
                        .help("remove this `---` and what follows it");
                    return Err(at(error, span));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.expects_key() {
                    return self.take_key(&text, style, anchor, span);
                }
                let content = scalar(&text, style, tag.as_deref()).map_err(|error| at(*error, span))?;
                let size = Size { nodes: 1, bytes: text.len(), depth: 0 };
                self.count(size, span)?;
                self.add(Node::new(content, self.without_trailing_blanks(span)), size, anchor)
            }
            Event::SequenceStart(anchor, tag) => self.open(FrameKind::List(Vec::new()), anchor, tag.as_deref(), span),
            Event::MappingStart(anchor, tag) => {
                self.open(FrameKind::Map(Entries::default(), None), anchor, tag.as_deref(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { kind: FrameKind::Map(_, None), .. }))
    }

    fn take_key(&mut self, text: &str, style: ScalarStyle, anchor: usize, span: Span) -> Result<(), Fault> {
        if text == "<<" && style == ScalarStyle::Plain {
            let error = Diagnostic::error("merge-key", "merge keys (`<<`) are not part of YAML 1.2")
                .help("write the keys out, or give the whole map as an alias");
            return Err(at(error, span));
        }
        let name: Rc<str> = Rc::from(text);
        let size = Size { nodes: 1, bytes: text.len(), depth: 0 };
        self.count(size, span)?;
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { node: Node::new(Content::Text(Rc::clone(&name)), span), size });
        }
        if let Some(Frame { kind: FrameKind::Map(_, key), .. }) = self.stack.last_mut() {
            *key = Some(Key { name, span: self.positions.span(span.start as usize..span.end as usize) });
        }
        Ok(())
    }

    fn open(&mut self, kind: FrameKind, anchor: usize, tag: Option<&Tag>, start: Span) -> Result<(), Fault> {
        if self.expects_key() {
            let error = Diagnostic::error("yaml-syntax", "a key must be a string, not a list or a map")
                .help("a value that begins with `{{`, `[` or `{` needs quotes");
            return Err(at(error, start));
        }
        let own = if matches!(kind, FrameKind::List(_)) { "seq" } else { "map" };
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && tag.suffix == own)
        {
            return Err(at(unknown_tag(tag), start));
        }
        if self.stack.len() >= limits::POLICY_DEPTH {
            return Err(too_deep(start));
        }
        let size = Size { nodes: 1, bytes: 0, depth: 0 };
        self.count(size, start)?;
        self.stack.push(Frame { kind, anchor, start, size });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Fault> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let closed_by_sign = end.end > end.start;
        let (content, last) = match frame.kind {
            FrameKind::List(items) => {
                let last = items.last().map(|item| item.span);
                (Content::List(items.into()), last)
            }
            FrameKind::Map(entries, _) => {
                let last = entries.last();
                (entries.finish(), last)
            }
        };
        // A block has no closing sign: the parser sees its end only where the next line begins.
        let end = if closed_by_sign { end.end } else { last.map_or(frame.start.end, |span| span.end) };
        let span = Span { end: end.max(frame.start.start), ..frame.start };
        let size = Size { depth: frame.size.depth + 1, ..frame.size };
        self.add(Node::new(content, span), size, frame.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Fault> {
        let Some(Anchored { node, size }) = self.anchors.get(&anchor) else {
            let error = Diagnostic::error("recursive-alias", "this alias stands for a value that contains it")
                .help("write the value out");
            return Err(at(error, span));
        };
        let (node, size) = (node.clone(), *size);
        self.count(size, span)?;
        if self.stack.len() + size.depth > limits::POLICY_DEPTH {
            return Err(too_deep(span));
        }
        if self.expects_key() {
            let Content::Text(name) = node.content else {
                return Err(at(Diagnostic::error("yaml-syntax", "a key must be a string"), span));
            };
            if let Some(Frame { kind: FrameKind::Map(_, key), .. }) = self.stack.last_mut() {
                *key = Some(Key { name, span });
            }
            return Ok(());
        }
        self.add(node, size, 0)
    }

    fn count(&mut self, size: Size, span: Span) -> Result<(), Fault> {
        self.total.nodes = self.total.nodes.saturating_add(size.nodes);
        self.total.bytes = self.total.bytes.saturating_add(size.bytes);
        if self.total.nodes > limits::POLICY_NODES || self.total.bytes > EXPANDED_BYTES {
            return Err(too_many(span));
        }
        Ok(())
    }

    /// Hands a complete node to the list or map around it.
    #[expect(clippy::unnecessary_wraps, reason = "called where the other arms of a match can fail")]
    fn add(&mut self, node: Node, size: Size, anchor: usize) -> Result<(), Fault> {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { node: node.clone(), size });
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.size.nodes = frame.size.nodes.saturating_add(size.nodes);
        frame.size.bytes = frame.size.bytes.saturating_add(size.bytes);
        frame.size.depth = frame.size.depth.max(size.depth);
        match &mut frame.kind {
            FrameKind::List(items) => items.push(node),
            FrameKind::Map(entries, key) => {
                if let Some(key) = key.take() {
                    self.errors.extend(entries.add(key, node).map(|fault| *fault));
                }
            }
        }
        Ok(())
    }

    /// A plain scalar's span ends where its text ends, not where the next token begins.
    fn without_trailing_blanks(&self, span: Span) -> Span {
        let text = self.positions.source().get(span.start as usize..span.end as usize).unwrap_or_default();
        let blanks = text.len() - text.trim_end().len();
        Span { end: span.end - u32::try_from(blanks).unwrap_or_default(), ..span }
    }

    fn syntax(&self, marker: saphyr_parser::Marker, info: &str) -> Fault {
        let byte = self.positions.byte_of_character(marker.index() + self.skipped);
        let span = self.positions.span(byte..byte + 1);
        if let Some(error) = self.tab(span) {
            return error;
        }
        let help = if info.contains("anchor") {
            "an alias (`*name`) needs an anchor (`&name`) before it; text that begins with `*` needs quotes"
        } else if info.contains("indentation") || info.contains("block") || info.contains("simple key") {
            "check the indentation here and in the line above; a value that begins with `{{`, `*` or `!`, or holds `: `, needs quotes"
        } else {
            "a value that begins with one of ``{ [ * & ! | > ' \" % @ ` `` or holds `: ` or ` #` needs quotes"
        };
        at(Diagnostic::error("yaml-syntax", format!("not valid YAML: {info}")).help(help), span)
    }

    /// The parser words a tab in the indentation in many ways, often at a later place.
    fn tab(&self, span: Span) -> Option<Fault> {
        (span.line.saturating_sub(1)..=span.line).find_map(|line| {
            let text = self.positions.line(line as usize);
            let indentation = text.len() - text.trim_start_matches([' ', '\t']).len();
            let column = text.get(..indentation)?.find('\t')?;
            let byte = self.positions.byte_at(line as usize, column + 1);
            let error = Diagnostic::error("yaml-tab", "a tab indents this line").help("YAML is indented with spaces");
            Some(at(error, self.positions.span(byte..byte + 1)))
        })
    }

    fn finish(mut self) -> Result<Node, Diagnostics> {
        if self.errors.is_empty() {
            Ok(self.root.unwrap_or_else(|| Node::new(Content::Null, self.positions.span(0..0))))
        } else {
            order::sort_by_key(&mut self.errors, |error| error.span);
            Err(self.errors)
        }
    }
}

fn unknown_tag(tag: &Tag) -> Diagnostic {
    Diagnostic::error("yaml-tag", format!("the YAML tag `{tag}` has no meaning here"))
        .help("remove it; text that begins with `!` needs quotes")
}

/// A scalar's value by the core schema.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Content, Fault> {
    let string = || Content::Text(Rc::from(text));
    match tag {
        None if style == ScalarStyle::Plain => Ok(plain(text)),
        None => Ok(string()),
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Ok(string()),
        Some(tag) if !tag.is_yaml_core_schema() => Err(Box::new(unknown_tag(tag))),
        Some(tag) => {
            let content = plain(text);
            match (tag.suffix.as_str(), &content) {
                ("str", _) => Ok(string()),
                ("null", Content::Null)
                | ("bool", Content::Bool(_))
                | ("int", Content::Int(_))
                | ("float", Content::Float(_)) => Ok(content),
                _ => Err(Box::new(unknown_tag(tag))),
            }
        }
    }
}

/// A plain scalar's value: <https://yaml.org/spec/1.2.2/#1032-tag-resolution>.
fn plain(text: &str) -> Content {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Content::Float(f64::NAN),
        _ => number(text).unwrap_or_else(|| Content::Text(Rc::from(text))),
    }
}

fn number(text: &str) -> Option<Content> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let all = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            return all.then(|| Content::integer(digits, radix));
        }
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(Content::Float(sign * f64::INFINITY));
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(index) => (digits.get(..index)?, digits.get(index + 1..)),
        None => (digits, None),
    };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_holds = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && is_digits(e)
    });
    if !is_digits(whole) || !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) || !exponent_holds {
        return None;
    }
    if exponent.is_none()
        && !mantissa.contains('.')
        && let Ok(value) = text.parse()
    {
        return Some(Content::Int(value));
    }
    decimal::parse(text).map(Content::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(source: &str) -> String {
        match read(&Positions::new(source)) {
            Ok(node) => node.to_string(),
            Err(errors) => {
                let lines = errors.iter().map(|e| {
                    let span = e.span.expect("every error has a place");
                    format!("{}:{} {}", span.line, span.column, e.code)
                });
                lines.collect::<Vec<_>>().join(", ")
            }
        }
    }

    #[test]
    fn plain_scalars_follow_the_core_schema_of_yaml_1_2() {
        let cases = [
            ("~", "null"),
            ("", "null"),
            ("Null", "null"),
            ("True", "true"),
            ("yes", "\"yes\""),
            ("on", "\"on\""),
            ("0o17", "15"),
            ("017", "17"),
            ("0x1F", "31"),
            ("-3", "-3"),
            ("+3", "3"),
            ("1.10", "1.1"),
            ("1.", "1"),
            (".5", "0.5"),
            ("1e3", "1000"),
            ("1e", "\"1e\""),
            ("-.inf", "-Infinity"),
            (".", "\".\""),
            ("1_000", "\"1_000\""),
            ("2026-01-31", "\"2026-01-31\""),
            ("1:30", "\"1:30\""),
            ("99999999999999999999", "100000000000000000000"),
            ("\"1\"", "\"1\""),
            ("!!str 1", "\"1\""),
            ("! 1", "\"1\""),
            ("!!int 1", "1"),
            ("|\n  a\n  b\n", "\"a\\nb\\n\""),
        ];
        for (text, expected) in cases {
            let expected = format!("{{\"k\": {expected}}}");
            assert_eq!(tree(&format!("k: {text}")), expected, "{text}");
        }
    }

    #[test]
    fn faults_have_a_code_and_a_place() {
        let cases = [
            ("a: 1\nb: 2\na: 3", "3:1 duplicate-key"),
            ("a: {x: 1, x: 2}\nb: {y: 1, 'y': 2}", "1:11 duplicate-key, 2:11 duplicate-key"),
            ("a: &x 1\nb:\n  <<: *x", "3:3 merge-key"),
            ("a: 1\n---\nb: 2", "2:1 several-documents"),
            ("a: &x [*x]", "1:8 recursive-alias"),
            ("a:\n\tb: 1", "2:1 yaml-tab"),
            ("a: !secret x", "1:4 yaml-tag"),
            ("? [a]\n: b", "1:3 yaml-syntax"),
            ("a: {{sha}}", "1:5 yaml-syntax"),
            ("a: \u{0}b", "1:4 yaml-syntax"),
        ];
        for (source, expected) in cases {
            assert_eq!(tree(source), expected, "{source}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut source = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let uses = vec![format!("*a{}", level - 1); 9].join(", ");
            source = format!("{source}a{level}: &a{level} [{uses}]\n");
        }
        assert!(tree(&source).contains("document-too-large"), "{}", tree(&source));
        let text = "x".repeat(100_000);
        let source = format!("a: &a {text}\nb: [{}]", vec!["*a"; 1000].join(", "));
        assert!(tree(&source).contains("document-too-large"));
    }

    #[test]
    fn aliases_stand_for_what_was_anchored() {
        assert_eq!(tree("a: &x [1, 2]\nb: *x"), r#"{"a": [1, 2], "b": [1, 2]}"#);
    }

    #[test]
    fn byte_order_marks_and_windows_line_ends_are_fine() {
        assert_eq!(tree("\u{feff}a: 1\r\nb:\r\n  - x\r\n"), r#"{"a": 1, "b": ["x"]}"#);
    }

    #[test]
    fn spans_cover_what_was_written() {
        let source = "\u{feff}ä: ünö   # c\nlist:\n  - \"x y\"\n  - {k: 'v'}\nend: >-\n  a\n  b\nz: 1";
        let node = read(&Positions::new(source)).unwrap();
        let mut texts = Vec::new();
        collect(&node, source, &mut texts);
        assert_eq!(texts, ["ä", "ünö", "list", "\"x y\"", "k", "'v'", "end", "a\n  b", "z", "1"]);
    }

    fn collect<'s>(node: &Node, source: &'s str, texts: &mut Vec<&'s str>) {
        let of = |span: Span| &source[span.start as usize..span.end as usize];
        match &node.content {
            Content::List(items) => items.iter().for_each(|item| collect(item, source, texts)),
            Content::Map(pairs) => {
                for pair in pairs.iter() {
                    texts.push(of(pair.key.span));
                    collect(&pair.value, source, texts);
                }
            }
            _ => texts.push(of(node.span)),
        }
    }
}
