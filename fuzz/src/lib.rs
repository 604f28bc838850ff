//! What the fuzz targets share: how bytes become an input, and what must hold of every answer.
//!
//! A broken promise panics, which is how a fuzzer learns of it.

use buildonce_core::facts::{Facts, HostFacts};
use buildonce_core::{Diagnostic, Severity, Span, facts};
use serde_json::Value;

/// The text of an input; what is no UTF-8 could not even be handed in.
#[must_use]
pub fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// What a host saw that saw nothing but the clock.
#[must_use]
pub fn host() -> HostFacts {
    HostFacts { now: 1_790_000_000_000, git: None, credentials: None, builder: None, changed_files: None, registry_tags: None }
}

/// The facts of a push to the default branch, of a pull request, and of a release tag: what a policy is tried on.
///
/// # Panics
///
/// When the cases are not there, or the core no longer takes its own facts documents.
#[must_use]
pub fn runs() -> [Facts; 3] {
    [
        include_str!("../../tests/cases/github/push-main/expected.json"),
        include_str!("../../tests/cases/github/pull-request/expected.json"),
        include_str!("../../tests/cases/github/push-tag/expected.json"),
    ]
    .map(|answers| {
        let answers: Value = serde_json::from_str(answers).expect("the answers of a case are JSON");
        let document = answers["facts.detect"]["ok"].to_string();
        facts::parse(&document, "facts.json", &host()).expect("the facts of a case are valid")
    })
}

/// Whether a registry takes this as a tag: the grammar of the OCI distribution specification.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

/// Asserts what holds of every list of findings about a document.
///
/// # Panics
///
/// When a finding breaks a promise.
pub fn check_findings(findings: &[Diagnostic], document: &str) {
    for finding in findings {
        assert!(is_code(&finding.code), "no kebab-case code: {finding:?}");
        assert!(is_line(&finding.message), "no line: {finding:?}");
        assert!(finding.help.as_deref().is_none_or(is_line), "no line: {finding:?}");
        assert!(finding.label.as_deref().is_none_or(is_line), "no line: {finding:?}");
        if let Some(span) = finding.span {
            check_span(span, document);
        }
    }
}

/// Asserts what holds of every refusal: there is an error in it.
///
/// # Panics
///
/// When there is none, or when a finding breaks a promise.
pub fn check_refusal(findings: &[Diagnostic], document: &str) {
    assert!(findings.iter().any(|finding| finding.severity == Severity::Error), "refused without an error");
    check_findings(findings, document);
}

/// A place is a piece of the document, with the line and the column that an editor would show.
fn check_span(span: Span, document: &str) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(document.get(start..end).is_some(), "{span:?} is no piece of {} bytes", document.len());
    let before = &document[..start];
    // CR LF, LF and a lone CR end a line.
    let crlf = before.replace("\r\n", "\n");
    let line = 1 + crlf.chars().filter(|c| matches!(c, '\n' | '\r')).count();
    assert!(span.line >= 1 && span.line as usize <= line, "{span:?} is on line {line} or before");
    assert!(span.column >= 1, "{span:?}: columns are counted from 1");
}

fn is_code(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// One line that a terminal can show: something, and no control characters.
#[must_use]
pub fn is_line(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}
