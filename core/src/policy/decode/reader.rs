//! Nodes to values, with every fault collected.
//!
//! Each function answers `None` after it has noted what is wrong, so that the decoder goes on with the rest of the
//! document and a person sees all faults at once.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::shape::Section;
use crate::diagnostic::Diagnostics;
use crate::pattern::{Pattern, PatternError};
use crate::policy::document::{Content, Key, Node, Pair};
use crate::policy::template::nearest;
use crate::policy::{Choice, Duration, Place, duration};
use crate::position::Positions;
use crate::version::ecmascript::number_text;
use crate::{Diagnostic, Span, limits, number, order};

/// Where faults are noted.
pub(crate) struct Reader<'p, 's> {
    pub(crate) file: Arc<str>,
    positions: &'p Positions<'s>,
    errors: Diagnostics,
}

/// The entries of a map whose keys are known to be the section's.
pub(crate) struct Fields<'n> {
    pairs: &'n [Pair],
    pub(crate) span: Span,
}

impl<'n> Fields<'n> {
    /// A key's value.
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node> {
        self.pairs.iter().find(|pair| pair.key.name.as_ref() == name).map(|pair| &pair.value)
    }

    /// Where a key stands.
    pub(crate) fn key(&self, name: &str) -> Option<Span> {
        self.pairs.iter().find(|pair| pair.key.name.as_ref() == name).map(|pair| pair.key.span)
    }
}

impl<'p, 's> Reader<'p, 's> {
    pub(crate) fn new(file: Arc<str>, positions: &'p Positions<'s>) -> Self {
        Self { file, positions, errors: Vec::new() }
    }

    /// Everything that was wrong, in the document's order.
    pub(crate) fn into_errors(mut self) -> Diagnostics {
        order::sort_by_key(&mut self.errors, |error| error.span);
        self.errors
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(&self.file, span)
    }

    /// Notes a fault.
    pub(crate) fn report(&mut self, span: Span, error: Diagnostic) {
        self.errors.push(error.at(&self.file, span));
    }

    /// Notes that a value has the wrong type.
    pub(crate) fn wrong_type(&mut self, node: &Node, expected: &str) {
        let error = Diagnostic::error("wrong-type", format!("expected {expected}, found {}", node.kind()));
        let written = self.written(node.span);
        let wants_list = expected.starts_with("a list");
        let wants_text = !wants_list && expected.contains("string");
        let error = match &node.content {
            Content::Null => error.help("remove the key, or give it a value"),
            Content::Text(_) if wants_list && written.len() < 40 => error.help(format!("write `[{written}]`")),
            Content::Text(text) if expected.starts_with("`true`") => match text.to_ascii_lowercase().as_str() {
                "yes" | "on" | "true" => error.help("write `true`, without quotes"),
                "no" | "off" | "false" => error.help("write `false`, without quotes"),
                _ => error,
            },
            Content::Int(_) | Content::Float(_) if expected.contains("duration") => error.help(duration::EXAMPLES),
            Content::Bool(_) | Content::Int(_) | Content::Float(_) if wants_text && written.len() < 40 => {
                error.help(format!("put it in quotes: \"{written}\""))
            }
            Content::Text(text) if expected.contains("number") && number::parse(text).is_some() => {
                error.help("write it without quotes")
            }
            _ => error,
        };
        self.report(node.span, error);
    }

    fn written(&self, span: Span) -> &'s str {
        self.positions.source().get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The span of a byte range inside a string; the whole string where its source has escapes or line folds.
    pub(crate) fn within(&self, node: &Node, range: (usize, usize)) -> Span {
        let Content::Text(text) = &node.content else { return node.span };
        let written = self.written(node.span);
        let quoted = ["\"", "'"].iter().find_map(|quote| written.strip_prefix(quote)?.strip_suffix(quote));
        let start = node.span.start as usize;
        let first = if written == text.as_ref() {
            start
        } else if quoted == Some(text.as_ref()) {
            start + 1
        } else {
            return node.span;
        };
        self.positions.span(first + range.0..first + range.1.max(range.0 + 1).min(text.len().max(range.1)))
    }

    /// A map with a section's keys.
    pub(crate) fn section<'n>(&mut self, node: &'n Node, section: &'static Section) -> Option<Fields<'n>> {
        let Content::Map(pairs) = &node.content else {
            self.wrong_type(node, &format!("a map for {}", section.name));
            return None;
        };
        for Pair { key, .. } in pairs.iter() {
            if !section.fields.iter().any(|field| field.name == key.name.as_ref()) {
                self.unknown_key(key, section.name, &section.fields.iter().map(|field| field.name).collect::<Vec<_>>());
            }
        }
        for field in section.fields.iter().filter(|field| field.required) {
            if !pairs.iter().any(|pair| pair.key.name.as_ref() == field.name) {
                let message = format!("{} has no `{}`", section.name, field.name);
                let error = Diagnostic::error("missing-key", message).help(format!("`{}`: {}", field.name, field.doc));
                // A map may be the whole document: its first character is enough to point at.
                let start = node.span.start as usize;
                self.report(self.positions.span(start..start + 1), error);
            }
        }
        Some(Fields { pairs, span: node.span })
    }

    /// Notes a key that nothing is called.
    pub(crate) fn unknown_key(&mut self, key: &Key, owner: &str, known: &[&str]) {
        let error = Diagnostic::error("unknown-key", format!("{owner} has no key `{}`", key.name));
        let normal = key.name.to_ascii_lowercase().replace('_', "-");
        let help = match nearest(&normal, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if key.name.as_ref() == "credentials" => {
                "only images have it: put it into the `when` of an entry of `images`".to_owned()
            }
            None => format!("the keys are {}", known.join(", ")),
        };
        self.report(key.span, error.help(help));
    }

    /// A map with free keys.
    pub(crate) fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [Pair]> {
        if let Content::Map(pairs) = &node.content {
            return Some(pairs);
        }
        self.wrong_type(node, expected);
        None
    }

    pub(crate) fn boolean(&mut self, node: &Node) -> Option<bool> {
        if let Content::Bool(value) = node.content {
            return Some(value);
        }
        self.wrong_type(node, "`true` or `false`");
        None
    }

    /// A string that is not empty.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        let Content::Text(text) = &node.content else {
            self.wrong_type(node, expected);
            return None;
        };
        if text.is_empty() {
            self.report(
                node.span,
                Diagnostic::error("empty-string", format!("expected {expected}, found an empty string")),
            );
            return None;
        }
        if text.len() > limits::PATTERN_BYTES {
            let message = format!("a string of {} bytes is over the limit of {}", text.len(), limits::PATTERN_BYTES);
            self.report(node.span, Diagnostic::error("string-too-long", message));
            return None;
        }
        Some(text)
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, node: &Node, range: RangeInclusive<i64>) -> Option<i64> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let value = match node.content {
            Content::Int(value) => Some(value),
            Content::Float(_) => None,
            _ => {
                self.wrong_type(node, &expected);
                return None;
            }
        };
        let value = value.filter(|value| range.contains(value));
        if value.is_none() {
            let message = format!("expected {expected}, found `{}`", self.written(node.span));
            self.report(node.span, Diagnostic::error("out-of-range", message));
        }
        value
    }

    /// A whole number that is no more than 32 bits.
    pub(crate) fn count(&mut self, node: &Node, range: RangeInclusive<u32>) -> Option<u32> {
        self.integer(node, i64::from(*range.start())..=i64::from(*range.end())).and_then(|value| value.try_into().ok())
    }

    /// Any number.
    pub(crate) fn number(&mut self, node: &Node, range: RangeInclusive<f64>) -> Option<f64> {
        let expected = format!("a number from {} to {}", number_text(*range.start()), number_text(*range.end()));
        let value = match node.content {
            // Exact: no whole number of a policy needs more than 53 bits, and the range refuses those that do.
            Content::Int(value) => i32::try_from(value).map_or(f64::INFINITY, f64::from),
            Content::Float(value) => value,
            _ => {
                self.wrong_type(node, &expected);
                return None;
            }
        };
        if !range.contains(&value) {
            let message = format!("expected {expected}, found `{}`", self.written(node.span));
            self.report(node.span, Diagnostic::error("out-of-range", message));
            return None;
        }
        Some(value)
    }

    pub(crate) fn duration(&mut self, node: &Node) -> Option<Duration> {
        let text = self.text(node, "a duration such as `25m`")?;
        match Duration::parse(text) {
            Ok(duration) => Some(duration),
            Err(message) => {
                self.report(node.span, Diagnostic::error("bad-duration", message).help(duration::EXAMPLES));
                None
            }
        }
    }

    /// A duration that is not zero.
    pub(crate) fn positive_duration(&mut self, node: &Node) -> Option<Duration> {
        let duration = self.duration(node)?;
        if duration.as_millis() == 0 {
            let error = Diagnostic::error("out-of-range", "a duration of nothing leaves no time at all");
            self.report(node.span, error.help("remove the key for no limit"));
            return None;
        }
        Some(duration)
    }

    /// One of some words. `what` says what it is, such as `a severity`.
    pub(crate) fn choice<T: Choice>(&mut self, node: &Node, what: &str) -> Option<T> {
        let text = self.text(node, &format!("{what} (a string)"))?;
        let found = T::from_word(text);
        if found.is_none() {
            let error = Diagnostic::error("unknown-word", format!("`{text}` is not {what}"));
            self.report(node.span, error.help(help_words(text, &T::words())));
        }
        found
    }

    /// A list with at least one item.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [Node]> {
        let Content::List(items) = &node.content else {
            self.wrong_type(node, expected);
            return None;
        };
        self.not_empty(node, items, expected)
    }

    /// One item, or a list with at least one.
    pub(crate) fn one_or_many<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [Node]> {
        match &node.content {
            Content::List(items) => self.not_empty(node, items, expected),
            _ => Some(std::slice::from_ref(node)),
        }
    }

    /// A list of rules, of which there is a limit, since rules are compared with each other.
    pub(crate) fn rules<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [Node]> {
        let items = self.list(node, expected)?;
        if items.len() > limits::TAG_RULES {
            let message = format!("{} entries are over the limit of {}", items.len(), limits::TAG_RULES);
            self.report(node.span, Diagnostic::error("too-many-rules", message));
            return None;
        }
        Some(items)
    }

    fn not_empty<'n>(&mut self, node: &Node, items: &'n [Node], expected: &str) -> Option<&'n [Node]> {
        if items.is_empty() {
            let error = Diagnostic::error("empty-list", format!("expected {expected}, found an empty list"));
            self.report(node.span, error.help("remove the key, or list at least one"));
            return None;
        }
        Some(items)
    }

    /// A list of different words, or one word.
    pub(crate) fn choices<T: Choice>(&mut self, node: &Node, what: &str) -> Option<Vec<T>> {
        let items = self.one_or_many(node, what)?;
        let mut found: Vec<T> = Vec::new();
        for item in items {
            let Some(value) = self.choice::<T>(item, what) else { continue };
            if found.contains(&value) {
                self.report(
                    item.span,
                    Diagnostic::error("listed-twice", format!("`{}` is listed twice", value.word())),
                );
            } else {
                found.push(value);
            }
        }
        Some(found)
    }

    /// A regular expression, with a bound on what it compiles to.
    pub(crate) fn regex(&mut self, node: &Node) -> Option<Pattern> {
        let text = self.text(node, "a regular expression (a string)")?;
        let (message, help) = match Pattern::new(text) {
            Ok(pattern) => return Some(pattern),
            Err(PatternError::TooLarge) => (
                "the regular expression is too large".to_owned(),
                "counted repetitions such as `{1000}` multiply; write fewer",
            ),
            Err(PatternError::Syntax(what)) => (
                format!("not a regular expression: {what}"),
                "the syntax is that of Rust's regex crate over ASCII, without look-around and back-references",
            ),
        };
        self.report(node.span, Diagnostic::error("bad-regex", message).help(help));
        None
    }
}

/// What to write instead of a word that is not known.
pub(crate) fn help_words(text: &str, known: &[&str]) -> String {
    let normal = text.to_ascii_lowercase().replace(['_', ' '], "-");
    match nearest(&normal, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the words are {}", known.join(", ")),
    }
}
