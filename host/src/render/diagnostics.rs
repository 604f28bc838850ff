//! Findings as rustc shows them: what, where, and what to do.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use buildonce::types::{Diagnostic, Severity, Span};

use super::printable::{one_line, same_length};
use super::style::Style;

/// Lines of a marked place that are shown.
const LINES: usize = 12;
/// Bytes of a marked place that are shown; a document on one line may be a mebibyte long.
const BYTES: usize = 2000;

/// Documents by the name that findings call them.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sources(Vec<(String, String)>);

impl Sources {
    /// One document.
    pub(crate) fn of(name: &str, text: &str) -> Self {
        Self(vec![(name.to_owned(), text.to_owned())])
    }

    /// Adds a document.
    pub(crate) fn add(&mut self, name: &str, text: &str) {
        self.0.push((name.to_owned(), text.to_owned()));
    }

    /// Adds several documents.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }
}

/// Every finding, with an empty line between two.
pub(crate) fn diagnostics(findings: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let renderer = if style.is_colored() { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for finding in findings {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&render(&renderer, finding, sources));
        out.push('\n');
    }
    out
}

/// How many findings there are, such as `2 errors, 1 warning`; `None` for none.
pub(crate) fn count_line(findings: &[Diagnostic]) -> Option<String> {
    let count = |severity, one: &str| {
        let n = findings.iter().filter(|f| f.severity == severity).count();
        (n > 0).then(|| format!("{n} {one}{}", if n == 1 { "" } else { "s" }))
    };
    let parts: Vec<_> =
        [count(Severity::Error, "error"), count(Severity::Warning, "warning"), count(Severity::Note, "note")]
            .into_iter()
            .flatten()
            .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn render(renderer: &Renderer, finding: &Diagnostic, sources: &Sources) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let (message, code) = (one_line(&finding.message), one_line(&finding.code));
    let (label, help) = (finding.label.as_deref().map(one_line), finding.help.as_deref().map(one_line));
    let file = finding.file.as_deref().map(one_line);

    let mut group = level.primary_title(&message).id(&code).elements(Vec::<Element<'_>>::new());
    let source = finding.file.as_deref().and_then(|name| sources.find(name));
    if let (Some(span), Some(source)) = (&finding.span, source) {
        let window = Window::around(source, span);
        let mut annotation = AnnotationKind::Primary.span(window.span);
        if let Some(label) = &label {
            annotation = annotation.label(label.clone());
        }
        let snippet = Snippet::source(window.text).line_start(window.line).path(file.clone()).annotation(annotation);
        group = group.element(snippet);
    } else if let Some(file) = file {
        let mut origin = Origin::path(file);
        if let Some(span) = &finding.span {
            origin = origin.line(span.line as usize).char_column(span.column as usize);
        }
        group = group.element(origin);
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group])
}

/// The lines of a document that a span touches.
struct Window {
    text: String,
    /// Number of its first line.
    line: usize,
    /// The span, counted from the window's start; always inside and on letter boundaries.
    span: Range<usize>,
}

impl Window {
    fn around(source: &str, span: &Span) -> Self {
        let start = boundary(source, span.start as usize);
        let end = boundary(source, span.end as usize).max(start);
        let (before, rest) = source.split_at_checked(start).unwrap_or((source, ""));
        let first = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        let marked = rest.get(..end - start).unwrap_or(rest);
        let marked = lines(marked, LINES);
        let marked = marked.get(..boundary(marked, BYTES)).unwrap_or(marked);
        let end = start + marked.len();
        let tail = source.get(end..).unwrap_or("");
        let tail = if marked.ends_with('\n') { "" } else { lines(tail, 1).trim_end_matches(['\r', '\n']) };
        let last = end + boundary(tail, BYTES);
        let text = same_length(source.get(first..last).unwrap_or(""));
        Self { text, line, span: start - first..end - first }
    }
}

/// The first lines of a text, each with its end.
fn lines(text: &str, count: usize) -> &str {
    let length = text.split_inclusive('\n').take(count).map(str::len).sum();
    text.get(..length).unwrap_or(text)
}

/// The letter boundary at or before a byte.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: u32, end: u32) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code: "unknown-key".to_owned(),
            message: "unknown key `tag`".to_owned(),
            file: Some("buildonce.yaml".to_owned()),
            span: Some(Span { start, end, line: 1, column: 1 }),
            label: Some("not a key of a policy".to_owned()),
            help: Some("did you mean `tags`?".to_owned()),
        }
    }

    fn shown(source: &str, finding: &Diagnostic) -> String {
        diagnostics(std::slice::from_ref(finding), &Sources::of("buildonce.yaml", source), Style::PLAIN)
    }

    #[test]
    fn a_finding_shows_its_place_and_its_help() {
        insta::assert_snapshot!(shown("version: 1\ntag: x\n", &at(11, 14)), @r"
        error[unknown-key]: unknown key `tag`
         --> buildonce.yaml:2:1
          |
        2 | tag: x
          | ^^^ not a key of a policy
          |
          = help: did you mean `tags`?
        ");
    }

    #[test]
    fn a_finding_without_its_document_still_names_the_place() {
        insta::assert_snapshot!(diagnostics(&[at(11, 14)], &Sources::default(), Style::PLAIN), @r"
        error[unknown-key]: unknown key `tag`
        --> buildonce.yaml:1:1
         = help: did you mean `tags`?
        ");
    }

    #[test]
    fn windows_line_ends_and_tabs_and_wide_letters_keep_the_caret_in_place() {
        insta::assert_snapshot!(shown("version: 1\r\n\t日本: x\r\n", &at(13, 19)), @r"
        error[unknown-key]: unknown key `tag`
         --> buildonce.yaml:2:2
          |
        2 |     日本: x
          |     ^^^^ not a key of a policy
          |
          = help: did you mean `tags`?
        ");
    }

    #[test]
    fn no_span_ends_the_program() {
        let sources = [
            "",
            "a",
            "a\n",
            "\n\n",
            "a\r\nb\r\n",
            "日本\n語",
            "\u{feff}a: b",
            "\t\tx",
            "e\u{301}\n",
            "\u{1b}[31m\u{9b}\u{202e}",
            "a\rb\rc",
        ];
        for source in sources {
            for start in 0..20 {
                for end in [0, start, start + 1, start + 3, 4000, u32::MAX] {
                    let text = shown(source, &at(start, end));
                    assert!(text.contains("unknown-key"), "{source:?} {start}..{end}");
                    assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{source:?} {start}..{end}: {text:?}");
                }
            }
        }
        shown("abc", &at(u32::MAX, u32::MAX));
    }

    #[test]
    fn a_place_of_a_thousand_lines_is_cut() {
        let source = "line\n".repeat(1000);
        assert!(shown(&source, &at(0, 5000)).lines().count() < 30);
        assert!(shown(&"x".repeat(1_000_000), &at(10, 999_999)).len() < 10_000);
    }

    #[test]
    fn counts_read_like_a_sentence() {
        let mut warning = at(0, 0);
        warning.severity = Severity::Warning;
        assert_eq!(count_line(&[at(0, 0), at(0, 0), warning]).as_deref(), Some("2 errors, 1 warning"));
        assert_eq!(count_line(&[]), None);
    }
}
