//! Facts that somebody else wrote down, as a JSON document.

use super::check::Problems;
use super::validate::validate;
use super::{Facts, HostFacts, engines};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::limits;
use crate::position::Positions;
use crate::read::{self, Fault, Others, Reader, Refusal};

pub(super) fn parse(document: &str, name: &str, host: &HostFacts) -> Result<Facts, Diagnostics> {
    if document.len() > limits::FACTS_BYTES {
        let message = format!("the document has {} bytes", document.len());
        let help = format!("a facts document has at most {} bytes", limits::FACTS_BYTES);
        return Err(vec![Diagnostic::error("facts-too-large", message).in_file(name).help(help)]);
    }
    if !document.trim_start().starts_with('{') {
        let error = Diagnostic::error("invalid-facts", "the document does not begin with `{`");
        let help = "the document must be one JSON object, in UTF-8 without a byte order mark";
        return Err(vec![error.at(name, Positions::new(document).span(0..0)).help(help)]);
    }
    let mut facts = read(document, host).map_err(|refusal| vec![diagnostic(&refusal, document).in_file(name)])?;
    let problems = Problems::default();
    validate(&mut facts, &problems);
    let facts = engines::finish(facts, host, &problems);
    match problems.into_notes() {
        Ok(notes) => Ok(Facts { notes: facts.notes.into_iter().chain(notes).collect(), ..facts }),
        Err(all) => Err(all.into_iter().map(|d| d.in_file(name)).collect()),
    }
}

/// Reads the document, with the host's time where it has none.
fn read(document: &str, host: &HostFacts) -> Result<Facts, Refusal> {
    read::check(document)?;
    let mut members = Reader::new(document, 0, Others::Skipped);
    let has_time = members.members(&["now"], "an object").is_ok_and(|members| members.place(0).is_some());
    let open = document.trim_end().strip_suffix('}').filter(|_| !has_time);
    let Some(open) = open else { return read::part(document, 0, Others::Refused) };
    // Only the text tells a missing time from a time of zero, so the time goes into the text: at its end, where it moves nothing.
    let comma = if open.trim_end().ends_with('{') { "" } else { "," };
    read::part(&format!("{open}{comma}\"now\":{}}}", host.now), 0, Others::Refused).map_err(|refusal| {
        let end = open.len();
        if refusal.span.start > end { Refusal { span: end..end + 1, ..refusal } } else { refusal }
    })
}

fn diagnostic(refusal: &Refusal, document: &str) -> Diagnostic {
    let code = match refusal.fault {
        Fault::UnknownKey(..) => "unknown-key",
        Fault::UnknownWord(..) => "unknown-value",
        _ => "invalid-facts",
    };
    let help = refusal.help().unwrap_or_else(|| {
        let help = match refusal.fault {
            Fault::Syntax(_) => "the document must be one JSON object, without comments or trailing commas",
            _ => "the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed",
        };
        help.to_owned()
    });
    Diagnostic { span: Some(refusal.place(document)), ..Diagnostic::error(code, refusal.fault.to_string()).help(help) }
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
        facts.json:1:12 "1" [invalid-facts] expected a string, found a number | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
        facts.json:1:16 " " [invalid-facts] no JSON: the text ends while parsing an object | the document must be one JSON object, without comments or trailing commas
        facts.json:1:1 "" [invalid-facts] the document does not begin with `{` | the document must be one JSON object, in UTF-8 without a byte order mark
        facts.json:1:2 "}" [invalid-facts] missing key `engine` | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
        facts.json:1:1 "" [invalid-facts] the document does not begin with `{` | the document must be one JSON object, in UTF-8 without a byte order mark
        facts.json:1:1 "" [invalid-facts] the document does not begin with `{` | the document must be one JSON object, in UTF-8 without a byte order mark
        facts.json:1:9 "null" [invalid-facts] expected an integer of 64 bits, found null | the keys are those of the WIT record `facts`; `engine`, `event` and `event_name` are needed
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
