//! Facts that somebody else wrote down, as a JSON document.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use super::check::Problems;
use super::validate::validate;
use super::{Facts, HostFacts, engines};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::{Span, limits};

/// How alike two names must be for one to be a likely slip for the other (Jaro–Winkler, 0 to 1).
const ALIKE: f64 = 0.8;

pub(super) fn parse(document: &str, name: &str, host: &HostFacts) -> Result<Facts, Diagnostics> {
    if document.len() > limits::FACTS_BYTES {
        let message = format!("the document has {} bytes", document.len());
        let help = format!("a facts document has at most {} bytes", limits::FACTS_BYTES);
        return Err(vec![Diagnostic::error("facts-too-large", message).in_file(name).help(help)]);
    }
    if !document.trim_start().starts_with('{') {
        let error = Diagnostic::error("invalid-facts", "the document does not begin with `{`");
        let help = "the document must be one JSON object, in UTF-8 without a byte order mark";
        return Err(vec![error.at(name, span(document, 0, 0)).help(help)]);
    }
    let mut facts = read(document, host).map_err(|(e, at, added)| {
        vec![Diagnostic { file: Some(name.to_owned()), ..explain(&e, document, at, added) }]
    })?;
    let problems = Problems::default();
    validate(&mut facts, &problems);
    let facts = engines::finish(facts, host, &problems);
    match problems.into_notes() {
        Ok(notes) => Ok(Facts { notes: facts.notes.into_iter().chain(notes).collect(), ..facts }),
        Err(all) => Err(all.into_iter().map(|d| d.in_file(name)).collect()),
    }
}

/// Reads the document, with the host's time where it has none. An error comes with the place and the length of what was added.
fn read(document: &str, host: &HostFacts) -> Result<Facts, (serde_json::Error, usize, usize)> {
    #[derive(Deserialize)]
    struct Probe {
        #[serde(default, deserialize_with = "present")]
        now: bool,
    }
    let probe: Probe = serde_json::from_str(document).map_err(|e| (e, 0, 0))?;
    let open = document.find('{').map_or(0, |at| at + 1);
    if probe.now || open == 0 {
        return serde_json::from_str(document).map_err(|e| (e, 0, 0));
    }
    // Only the text tells a missing time from a time of zero, so the time goes into the text; places are put right again.
    let (before, after) = document.split_at(open);
    let comma = if after.trim_start().starts_with('}') { "" } else { "," };
    let added = format!("\"now\":{}{comma}", host.now);
    serde_json::from_str(&[before, &added, after].concat()).map_err(|e| (e, open, added.len()))
}

/// Tells that a key is there, whatever it holds.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

/// Makes a diagnostic of what serde says. `inserted` bytes were added to the document at `at`.
fn explain(error: &serde_json::Error, document: &str, at: usize, inserted: usize) -> Diagnostic {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let offset = offset(error, document, at, inserted);
    let mut quoted = text.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default();
    // Serde has just read the name, so it ends where serde stands.
    let quoted_name = serde_json::to_string(first).unwrap_or_default();
    let named = document.get(..offset).and_then(|before| before.rfind(&quoted_name));
    let named = named.map(|start| span(document, start, start + quoted_name.len()));
    let here = span(document, offset.saturating_sub(1), offset);
    let (code, message, what) = if text.starts_with("unknown field") {
        ("unknown-key", format!("unknown key `{first}`"), "a key")
    } else if text.starts_with("unknown variant") {
        ("unknown-value", format!("unknown value `{first}`"), "a value")
    } else {
        let help = match error.classify() {
            Category::Syntax | Category::Eof => {
                "the document must be one JSON object, without comments or trailing commas"
            }
            _ => "the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed",
        };
        let span = named.filter(|_| text.starts_with("duplicate field")).unwrap_or(here);
        let message = [
            ("missing field", "missing key"),
            ("duplicate field", "duplicate key"),
            ("EOF while", "document ends while"),
        ];
        let message = message.iter().fold(text.to_owned(), |text, (serde, ours)| text.replace(serde, ours));
        return Diagnostic { span: Some(span), ..Diagnostic::error("invalid-facts", message).help(help) };
    };
    let known: Vec<_> = quoted.collect();
    let likely = known.iter().map(|k| (strsim::jaro_winkler(first, k), k)).filter(|(score, _)| *score >= ALIKE);
    let likely = likely.max_by(|(a, _), (b, _)| a.total_cmp(b));
    let help = match likely {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => format!("{what} here is one of `{}`", known.join("`, `")),
    };
    Diagnostic { span: Some(named.unwrap_or(here)), ..Diagnostic::error(code, message).help(help) }
}

/// One past the byte in the original document that serde read last.
fn offset(error: &serde_json::Error, document: &str, at: usize, inserted: usize) -> usize {
    let start = match error.line() {
        0 | 1 => 0,
        line => document.match_indices('\n').nth(line - 2).map_or(document.len(), |(newline, _)| newline + 1),
    };
    let mut offset = start + error.column();
    // What was added has no line break, so it shifts the rest of its own line only.
    let own_line = document.get(..at).is_some_and(|before| before.matches('\n').count() + 1 == error.line());
    if own_line && offset > at {
        offset = offset.saturating_sub(inserted).max(at);
    }
    let mut offset = offset.min(document.len());
    while !document.is_char_boundary(offset) {
        offset += 1;
    }
    offset
}

/// The span of a byte range, whose ends are moved to whole characters.
fn span(document: &str, start: usize, end: usize) -> Span {
    let mut start = start.min(document.len());
    while !document.is_char_boundary(start) {
        start -= 1;
    }
    let before = document.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span { start: short(start), end: short(end.max(start)), line: short(line), column: short(column) }
}

#[cfg(test)]
mod tests {
    use super::super::{EventKind, GitFacts, ReferenceKind, RevisionKind};
    use super::*;

    fn host() -> HostFacts {
        HostFacts {
            now: -7,
            git: None,
            credentials: Some(vec!["ghcr.io".to_owned()]),
            builder: None,
            changed_files: None,
            registry_tags: None,
        }
    }

    /// What is wrong with a document, with the text that the span marks.
    fn wrong(document: &str) -> String {
        let errors = parse(document, "facts.json", &host()).unwrap_err();
        let told = |d: &Diagnostic| {
            let place = d.span.map_or_else(String::new, |s| {
                let marked = &document[s.start as usize..s.end as usize];
                format!(":{}:{} {marked:?}", s.line, s.column)
            });
            let (file, help) = (d.file.as_deref().unwrap_or("-"), d.help.as_deref().unwrap_or("-"));
            format!("{file}{place} [{}] {} | {help}", d.code, d.message)
        };
        errors.iter().map(told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_short_document_is_enough_and_the_host_fills_in_the_rest() {
        let sha = "AB".repeat(20);
        let document = format!(
            r#"{{"engine": "jenkins", "event": "push", "event_name": "scm", "revisions": {{"built": "{sha}", "head": "{sha}"}},
                "reference": {{"full": "refs/heads/main", "name": "main", "kind": "branch"}}}}"#
        );
        let git = GitFacts {
            head: Some("ab".repeat(20)),
            dirty: true,
            subject: Some("fix".to_owned()),
            ..GitFacts::default()
        };
        let facts = parse(&document, "facts.json", &HostFacts { git: Some(git), ..host() }).unwrap();
        assert_eq!((facts.now, facts.event, facts.dirty), (-7, EventKind::Push, Some(true)));
        assert_eq!(facts.revisions.built, Some("ab".repeat(20)));
        assert_eq!(facts.revisions.checkout, facts.revisions.built);
        assert_eq!(facts.commit.subject.as_deref(), Some("fix"));
        assert_eq!(facts.credentials, Some(vec!["ghcr.io".to_owned()]));
        assert_eq!(facts.reference.map(|r| r.kind), Some(ReferenceKind::Branch));
    }

    #[test]
    fn what_the_document_says_wins_over_the_host() {
        let document =
            r#"{"now": 5, "engine": "x", "event": "tag", "event_name": "y", "credentials": [], "dirty": false}"#;
        let facts = parse(document, "facts.json", &host()).unwrap();
        assert_eq!((facts.now, facts.credentials, facts.dirty), (5, Some(Vec::new()), Some(false)));
    }

    #[test]
    fn facts_survive_being_written_and_read_again() {
        let document = r#"{"now": 5, "engine": "x", "event": "tag", "event_name": "y", "prerelease": true,
            "change": {"number": 3, "head": {"branch": "b"}, "fork": "fork"}, "upstream": {"event_name": "push"}}"#;
        let facts = parse(document, "facts.json", &host()).unwrap();
        assert_eq!(parse(&serde_json::to_string(&facts).unwrap(), "again.json", &host()), Ok(facts));
    }

    #[test]
    fn a_document_of_another_shape_is_refused_where_it_is_wrong() {
        let documents = [
            r#"{"engine": "x", "event": "push", "event_name": "p", "revisons": {}}"#,
            "{\n  \"engine\": \"é\", \"event\": \"push\",\n  \"event_name\": \"p\", \"zzz\": 1}",
            r#"{"engine": "x", "event": "pull_request", "event_name": "p"}"#,
            r#"{"engine": "x", "event": "push", "event_name": "p", "change": {"head": {"branche": "b"}}}"#,
            r#"{"engine": "x", "event": "push"}"#,
            r#"{"engine": "x", "engine": "x", "event": "push", "event_name": "p"}"#,
            r#"{"engine": 1, "event": "push", "event_name": "p"}"#,
            r#"{"engine": "x", "#,
            "",
            "{}",
            "[]",
            "\u{feff}{}",
            r#"{"now": null, "engine": "x", "event": "push", "event_name": "p"}"#,
        ];
        insta::assert_snapshot!(documents.map(wrong).join("\n"), @r#"
        facts.json:1:53 "\"revisons\"" [unknown-key] unknown key `revisons` | did you mean `revisions`?
        facts.json:3:22 "\"zzz\"" [unknown-key] unknown key `zzz` | a key here is one of `engine`, `event`, `event_name`, `action`, `repository`, `reference`, `change`, `revisions`, `commit`, `upstream`, `run`, `actor`, `prerelease`, `dirty`, `changed_files`, `registry_tags`, `credentials`, `builder`, `now`, `unknowns`, `notes`
        facts.json:1:26 "\"pull_request\"" [unknown-value] unknown value `pull_request` | did you mean `pull-request`?
        facts.json:1:73 "\"branche\"" [unknown-key] unknown key `branche` | did you mean `branch`?
        facts.json:1:32 "}" [invalid-facts] missing key `event_name` | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
        facts.json:1:17 "\"engine\"" [invalid-facts] duplicate key `engine` | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
        facts.json:1:12 "1" [invalid-facts] invalid type: integer `1`, expected a string | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
        facts.json:1:16 " " [invalid-facts] document ends while parsing a value | the document must be one JSON object, without comments or trailing commas
        facts.json:1:1 "" [invalid-facts] the document does not begin with `{` | the document must be one JSON object, in UTF-8 without a byte order mark
        facts.json:1:2 "}" [invalid-facts] missing key `engine` | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
        facts.json:1:1 "" [invalid-facts] the document does not begin with `{` | the document must be one JSON object, in UTF-8 without a byte order mark
        facts.json:1:1 "" [invalid-facts] the document does not begin with `{` | the document must be one JSON object, in UTF-8 without a byte order mark
        facts.json:1:12 "l" [invalid-facts] invalid type: null, expected i64 | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
        "#);
    }

    #[test]
    fn the_kind_of_the_built_commit_follows_from_the_commits() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let read = |more: &str| {
            let document = format!(r#"{{"engine": "x", "event": "push", "event_name": "y", {more}}}"#);
            parse(&document, "facts.json", &host()).map(|facts| facts.revisions.built_kind)
        };
        let (head, merge) =
            (format!(r#""built": "{a}", "head": "{a}""#), format!(r#""built": "{a}", "head": "{b}", "merge": "{a}""#));
        for (more, expected) in [
            (format!(r#""revisions": {{{head}}}"#), Some(RevisionKind::Push)),
            (format!(r#""revisions": {{{head}}}, "change": {{}}"#), Some(RevisionKind::Head)),
            (format!(r#""revisions": {{{merge}}}, "change": {{}}"#), Some(RevisionKind::Merge)),
            (format!(r#""revisions": {{"head": "{a}"}}"#), None),
        ] {
            assert_eq!(read(&more), Ok(expected), "{more}");
        }
        let errors = read(&format!(r#""revisions": {{{merge}, "built_kind": "head"}}"#)).unwrap_err();
        insta::assert_snapshot!(errors[0].message, @"`revisions.built_kind` is `head`, but `revisions.built` is not `revisions.head`");
    }

    #[test]
    fn values_are_checked_like_those_of_an_engine() {
        let document = r#"{"engine": "", "event": "push", "event_name": "a\nb",
            "reference": {"full": "refs/heads/main", "name": "dev", "kind": "branch"},
            "revisions": {"built": "abc1234", "head": "0000000000000000000000000000000000000000"},
            "change": {"number": 0, "head": {"branch": "a\r\n"}}, "run": {"attempt": 0}, "commit": {"subject": "a\nb"}}"#;
        insta::assert_snapshot!(wrong(document), @r#"
        facts.json [invalid-text] `engine` is empty | leave the key out when there is no value
        facts.json [invalid-text] `event_name` holds control characters: `a\nb` | look for a line break at its end
        facts.json [invalid-reference] `reference.kind` or `reference.name` contradicts `reference.full` | that reference has `"kind": "branch"` and `"name": "main"`
        facts.json [invalid-number] `change.number` is not a positive number: `0` | give it in decimal digits only
        facts.json [invalid-reference] `change.head.branch` holds control characters: `a\r\n` | git allows neither in a reference; look for a line break at its end
        facts.json [invalid-sha] `revisions.built` is not a full commit name: `abc1234` | give all 40 digits of a SHA-1 name, or all 64 of a SHA-256 name
        facts.json [invalid-number] `run.attempt` is not a positive number: `0` | give it in decimal digits only
        facts.json [invalid-text] `commit.subject` holds control characters: `a\nb` | look for a line break at its end
        "#);
        let long =
            format!(r#"{{"engine": "x", "event": "push", "event_name": "{}"}}"#, "x".repeat(limits::FACTS_BYTES));
        insta::assert_snapshot!(wrong(&long), @"facts.json [facts-too-large] the document has 33554482 bytes | a facts document has at most 33554432 bytes");
    }
}
