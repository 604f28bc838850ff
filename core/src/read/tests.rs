//! The reader against `serde_json`: over documents of the types that come in, whole and damaged.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use super::*;
use crate::build::{BuildEvent, BuildRequest};
use crate::facts::{Facts, HostFacts};
use crate::promotion::PromotionRequest;
use crate::receipt::Receipt;
use crate::reference::{Digest, Platform};
use crate::retry::{ActionSituation, Outcome, Situation};
use crate::selection::channel::{ChannelPolicy, TagInfo};
use crate::selection::exchange::ObservationRecord;
use crate::selection::{Reflected, Request};

const FACTS: &str = r#"{"engine": "x", "event": "pull-request", "event_name": "e\"\u00e4\ud83d\ude00\n", "action": "opened",
    "repository": {"path": "a/b", "server_url": "https://x", "default_branch": "main"},
    "reference": {"full": "refs/heads/main", "name": "main", "kind": "branch"},
    "change": {"number": 3, "title": "t", "head": {"branch": "b", "sha": "0a"}, "base": {}, "fork": "fork", "draft": false},
    "revisions": {"built": "0a", "built_kind": "merge"}, "commit": {"subject": "s", "timestamp": -5},
    "upstream": {"event_name": "push", "attempt": 1}, "run": {"id": "1", "attempt": 2}, "actor": "me", "prerelease": true,
    "changed_files": ["a", "b"], "registry_tags": {"tags": [], "complete": true}, "credentials": [],
    "builder": {"name": "b", "version": "1"}, "now": 1769860800000,
    "unknowns": [{"fact": "prerelease", "reason": {"code": "c", "message": "m"}}],
    "notes": [{"severity": "note", "code": "c", "message": "m", "span": {"start": 0, "end": 1, "line": 1, "column": 1}}]}"#;

const HOST: &str = r#"{"now": 0, "git": {"head": "0a", "tags": ["v1"], "references": ["refs/heads/x"], "dirty": true, "timestamp": 1},
    "credentials": ["ghcr.io"], "builder": {"name": "b", "version": "1"}, "changed_files": null}"#;

const SITUATION: &str = r#"{"settings": {"operation": "cache-export", "limits": {"attempts": 3, "timeout_ms": 5, "backoff":
        {"kind": "linear", "first_ms": 1, "factor_thousandths": 2000, "max_ms": 18446744073709551615, "jitter": "none"}}},
    "history": [{"outcome": {"exited": -1}, "failure": {"class": "rate-limited", "cause": "c", "retry_helps": true,
        "retry_after_ms": 7, "confidence": "likely", "evidence": "e", "rule": "r", "phase": "push"}, "duration_ms": 9,
        "remedy": "use-mirror"}, {"outcome": "timed-out", "failure": {"class": "timeout", "cause": "", "retry_helps": false,
        "confidence": "certain", "evidence": "", "rule": ""}, "duration_ms": 0, "rule": "class.timeout"}],
    "tail": "a\tb", "elapsed_ms": 12, "now_ms": -1, "seed": 4, "remedies": ["relogin", "prune"], "registry": "ghcr.io",
    "tokens": [{"host": "other", "thousandths": 1000}]}"#;

const ACTION: &str = r#"{"inputs": [{"key": "command", "value": "x"}], "history": [{"outcome": {"spawn-failed": "no"}, "failure":
        {"class": "permanent", "cause": "c", "retry_helps": false, "confidence": "ambiguous", "evidence": "e", "rule": "r"},
        "duration_ms": 1}], "tail": "", "elapsed_ms": 0, "seed": 0, "tokens": []}"#;

const SEEN: &str = r#"[{"probe": {"kind": "manifest", "image": "i", "reference": "r"}, "seen": {"kind": "document", "body": "{}"}},
    {"probe": {"kind": "receipt"}, "seen": {"kind": "receipt", "receipt": {"built": "0a", "references": ["x"]}}},
    {"probe": {"kind": "archive"}, "seen": {"kind": "archive", "archive": {"path": "p", "images": [{"config": "{}"}]}}},
    {"probe": {"kind": "tags", "image": "i"}, "seen": {"kind": "tags", "tags": {"tags": ["1"], "complete": true}}},
    {"probe": {"kind": "config"}, "seen": {"kind": "unknown", "cause": "accept-incomplete", "accept": "partial"}}]"#;

const REQUEST: &str = r#"{"reference": "r", "override_revision": "any", "platforms": ["linux/amd64"], "freshness": "warn",
    "fallback": ["archive", "fail"], "on_unknown": "fallback", "source": "acme/app", "revisions": ["00"]}"#;

const CHANNEL: &str = r#"{"mode": "flux", "strategy": "semver", "range": ">=1", "order": "descending", "allow": ["a"], "unreadable": "refuse"}"#;
const TAGS: &str = r#"[{"name": "1.2.3", "created": 5, "digest": "d"}, {"name": ""}]"#;
const BUILD: &str = r#"{"context": ".", "file": "Dockerfile", "arguments": ["--x"], "rebuild": true, "plain_http": ["r.example:5000"],
    "policy_sha256": "0a", "component_sha256": "0b"}"#;
const PROMOTION: &str = r#"{"image": "r", "proof": "waived", "to": ["main"], "overwrite": true, "dry_run": false}"#;
const EVENTS: &str = r#"[{"kind": "seen", "probe": {"kind": "archive"}, "seen": {"kind": "absent", "accept": "complete"}},
    {"kind": "attempted", "task": "build", "succeeded": true, "cause": "", "duration_ms": 5, "digest_file": "x",
     "written": {"sha256": "00", "size": 3}}, {"kind": "gave-up", "task": "build"}]"#;
const RECEIPT: &str = r#"{"schema": 1, "repository": "acme/app", "engine": "local", "event": "push", "change": 12, "revision": "00",
    "revision_kind": "push", "head_revision": "01", "digest": "sha256:0", "platforms": [{"platform": "linux/amd64", "digest": "d", "config": "c"}],
    "images": [{"name": "r.example/a", "reference": "r", "tags": ["t"]}], "labels": [{"key": "k", "value": "v"}],
    "archive": {"path": "p", "format": "oci-archive", "reference": "r", "sha256": "00", "size": 3}, "loaded": ["l"], "reused": false,
    "attempts": [{"task": "build", "succeeded": false, "cause": "c", "duration_ms": 1}], "run_id": "7", "run_attempt": 1, "run_url": "u",
    "produced_at": -1, "policy_sha256": "p", "component_sha256": "c", "sha256": "s"}"#;

const PAIRS: &str = r#"[["A", "1"], ["B", "\\"]]"#;
const PLATFORM: &str = r#"{"os": "linux", "architecture": "arm64", "variant": "v8"}"#;
const DIGEST: &str = r#""sha256:0000000000000000000000000000000000000000000000000000000000000000""#;

/// Reads a text both ways. `exact` asks for the same answer; else the reader may be the stricter one.
fn both<T: DeserializeOwned + PartialEq + Debug>(text: &str, exact: bool) {
    let (ours, theirs) = (read::<T>(text, Others::Refused), serde_json::from_str::<T>(text));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text}"),
        (Err(refusal), theirs) => {
            assert!(refusal.span.end <= text.len() + 1, "{refusal:?} of {text}");
            assert!(!refusal.fault.to_string().is_empty());
            assert!(theirs.is_err() || !exact, "{refusal:?} of {text}");
        }
        (Ok(_), Err(error)) => panic!("{error} in {text}"),
    }
}

/// Runs a check over a text of each type.
macro_rules! each {
    ($check:ident($damage:expr, $($more:expr),*)) => {
        $check::<Facts>(&$damage(FACTS), $($more),*);
        $check::<HostFacts>(&$damage(HOST), $($more),*);
        $check::<Situation>(&$damage(SITUATION), $($more),*);
        $check::<ActionSituation>(&$damage(ACTION), $($more),*);
        $check::<Vec<ObservationRecord>>(&$damage(SEEN), $($more),*);
        $check::<Request>(&$damage(REQUEST), $($more),*);
        $check::<ChannelPolicy>(&$damage(CHANNEL), $($more),*);
        $check::<Vec<TagInfo>>(&$damage(TAGS), $($more),*);
        $check::<Vec<(String, String)>>(&$damage(PAIRS), $($more),*);
        $check::<Option<Platform>>(&$damage(PLATFORM), $($more),*);
        $check::<Digest>(&$damage(DIGEST), $($more),*);
        $check::<Outcome>(&$damage(r#"{"signalled": 9}"#), $($more),*);
        $check::<BuildRequest>(&$damage(BUILD), $($more),*);
        $check::<PromotionRequest>(&$damage(PROMOTION), $($more),*);
        $check::<Vec<BuildEvent>>(&$damage(EVENTS), $($more),*);
        $check::<Receipt>(&$damage(RECEIPT), $($more),*);
        $check::<Option<Reflected>>(&$damage(r#"{"tag": "x", "digest": null}"#), $($more),*);
    };
}

fn whole<T: DeserializeOwned + Serialize + PartialEq + Debug>(text: &str, (): ()) {
    both::<T>(text, true);
    let value = read::<T>(text, Others::Refused).unwrap();
    both::<T>(&serde_json::to_string_pretty(&value).unwrap(), true);
}

/// Every text with one member left out, which tells a field that may be missing for one reader only.
fn without<T: DeserializeOwned + PartialEq + Debug>(text: &str, (): ()) {
    let value: Value = serde_json::from_str(text).unwrap();
    for number in 0..places(&value) {
        let mut left = value.clone();
        damage(&mut left, number, &mut |place| {
            if let Place::Member(map, name) = place {
                map.remove(&name);
            }
        });
        both::<T>(&left.to_string(), true);
    }
}

#[test]
fn what_serde_json_reads_of_whole_documents_is_read() {
    each!(whole(str::to_owned, ()));
}

#[test]
fn the_same_members_may_be_left_out() {
    each!(without(str::to_owned, ()));
}

/// A member of an object, or an element of a list.
enum Place<'v> {
    Member(&'v mut Map<String, Value>, String),
    Element(&'v mut Value),
}

fn places(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| 1 + places(item)).sum(),
        Value::Object(map) => map.values().map(|item| 1 + places(item)).sum(),
        _ => 0,
    }
}

/// Changes one place, by its number.
fn damage(value: &mut Value, mut number: usize, change: &mut dyn FnMut(Place<'_>)) {
    match value {
        Value::Array(items) => {
            for item in items {
                if number == 0 {
                    return change(Place::Element(item));
                }
                let inside = places(item);
                if number <= inside {
                    return damage(item, number - 1, change);
                }
                number -= 1 + inside;
            }
        }
        Value::Object(map) => {
            for name in map.keys().cloned().collect::<Vec<_>>() {
                if number == 0 {
                    return change(Place::Member(map, name));
                }
                let Some(item) = map.get_mut(&name) else { return };
                let inside = places(item);
                if number <= inside {
                    return damage(item, number - 1, change);
                }
                number -= 1 + inside;
            }
        }
        _ => {}
    }
}

/// Values to put where others belong; only a list may be read as a struct by one and not by the other.
const OTHERS: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e2",
    "4294967296",
    "18446744073709551616",
    r#""""#,
    r#""push""#,
    "{}",
    r#"{"push": null}"#,
    r#"{"push": 1}"#,
    r#"{"exited": 1, "x": 1}"#,
    r#"{"exited": "1"}"#,
    r#""exited""#,
    r#"{"timed-out": null}"#,
    "[]",
    r#"["a"]"#,
    r#"["a", "b", "c"]"#,
    "[1]",
];

/// Pieces to put anywhere into a text.
const PIECES: &[&str] = &[
    r#""now": 1,"#,
    r#""now":1"#,
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    r#"""#,
    "\\",
    r"\ud800",
    r"\u0041",
    "\n",
    " ",
    "-",
    "0",
    "1.5",
    "null",
    "\u{7f}",
    "\u{1}",
    "ä",
];

proptest! {
    #[test]
    fn values_in_wrong_places_are_judged_alike(number in 0..200_usize, other in 0..OTHERS.len()) {
        let replaced = |text: &str| {
            let mut value: Value = serde_json::from_str(text).unwrap();
            let count = places(&value).max(1);
            // A number keeps its spelling only as text, so it is put in afterwards.
            damage(&mut value, number % count, &mut |place| match place {
                Place::Member(map, name) => drop(map.insert(name, Value::from("\u{1}"))),
                Place::Element(item) => *item = Value::from("\u{1}"),
            });
            value.to_string().replace("\"\\u0001\"", OTHERS[other])
        };
        let exact = !OTHERS[other].starts_with('[');
        each!(both(replaced, exact));
    }

    #[test]
    fn damaged_texts_are_never_read_by_one_alone(
        at in any::<prop::sample::Index>(), piece in 0..PIECES.len(), cut in 0..3_usize, end in any::<bool>(),
    ) {
        let damaged = |text: &str| {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let rest = text.ceil_char_boundary((start + cut).min(text.len()));
            format!("{}{}{}", &text[..start], PIECES[piece], if end && cut == 0 { "" } else { &text[rest..] })
        };
        each!(both(damaged, true));
    }

    #[test]
    fn any_text_has_an_answer(text in ".*") {
        let same = |_: &str| text.clone();
        each!(both(same, true));
    }
}

/// A document of somebody else.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct Theirs {
    #[serde(default)]
    ours: Option<u32>,
    #[serde(default)]
    list: Option<Vec<Theirs>>,
    #[serde(default)]
    layers: Option<IgnoredAny>,
}

#[test]
fn keys_of_others_are_skipped_where_that_is_asked_for() {
    for text in [
        r#"{"x": {"ours": "\ud800", "y": [[], {}, "]}\"", -1.5e+3, true]}, "ours" : 1 , "list": [{}, {"z": 1, "ours": 2}]}"#,
        r#"{"layers": [1, {"a": "}"}], "ours": null}"#,
        r#"{"ours": 1, "ours": 2}"#,
        r#"{"x": 1, "x": 2}"#,
        r#"{"\u006furs": 3}"#,
        r#"{"\ud800": 3}"#,
        r#"{"list": [1]}"#,
        r#"{"list": {}}"#,
        "{} x",
    ] {
        assert_eq!(read::<Theirs>(text, Others::Skipped).ok(), serde_json::from_str(text).ok(), "{text}");
    }
}

#[test]
fn nesting_costs_no_call_stack() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
    for text in [deep("[", "]"), deep(r#"{"x":"#, "}")] {
        assert_eq!(read::<Theirs>(&format!(r#"{{"x": {text}, "ours": 7}}"#), Others::Skipped).unwrap().ours, Some(7));
        assert!(read::<Facts>(&text, Others::Refused).is_err());
        assert!(read::<Facts>(&format!(r#"{{"engine": {text}}}"#), Others::Refused).is_err());
    }
}

#[test]
fn refusals_say_what_is_wrong_and_where() {
    fn told<T: DeserializeOwned>(text: &str) -> String {
        let Err(refusal) = read::<T>(text, Others::Refused) else { panic!("{text} is read") };
        let help = refusal.help().map(|help| format!(" | {help}")).unwrap_or_default();
        let place = refusal.place(text);
        let marked = text.get(refusal.span.clone()).unwrap_or_default();
        format!("{}:{} {marked:?} {}{help}", place.line, place.column, refusal.fault)
    }
    let long = format!(r#"{{"{}": 1}}"#, "é".repeat(70));
    let all = [
        told::<Outcome>(r#""exited""#),
        told::<Outcome>(r#""exitet""#),
        told::<Outcome>("{ }"),
        told::<Outcome>(r#"{"exited": 1, "signalled": 2}"#),
        told::<Outcome>(r#"{"timed-out": 1}"#),
        told::<Outcome>(r#"{"exited": 2147483648}"#),
        told::<Outcome>("\n 3"),
        told::<Vec<(String, String)>>(r#"[["a", "b"], ["a"]]"#),
        told::<Vec<(String, String)>>(r#"[["a", "b", 3]]"#),
        told::<Vec<(String, String)>>(r#"{"a": "b"}"#),
        told::<Digest>(r#" "sha256:0" "#),
        told::<Platform>("[1]"),
        told::<Platform>(r#"{"os": "linux"}"#),
        told::<Platform>(r#"{"os": "linux", "architecture": "\ud800"}"#),
        told::<Platform>(r#"{"os": "linux", "architecture": true}"#),
        told::<Platform>(&long),
        told::<Request>(r#"{"override_revision": -5}"#),
        told::<u64>("-5"),
        told::<Vec<i64>>("[1, 1.0]"),
        told::<bool>(r#"{"a": [1, "]"]}"#),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    1:1 "\"exited\"" `exited` needs a value, as in `{"exited": …}`
    1:1 "\"exitet\"" unknown value `exitet` | did you mean `exited`?
    1:1 "{ }" expected an object with one key, found an empty one
    1:15 "\"signalled\"" a second key where there is one
    1:15 "1" `timed-out` has no value
    1:12 "2147483648" expected an integer from -2147483648 to 2147483647, found 2147483648
    2:2 "3" expected a string, found a number
    1:18 "]" expected another element, found the end of the list
    1:13 "3" expected the end of the list, found a number
    1:1 "{\"a\": \"b\"}" expected a list, found an object
    1:2 "\"sha256:0\"" `sha256:0` is not a sha256 digest
    1:1 "[1]" expected an object, found a list
    1:15 "}" missing key `architecture`
    1:33 "\"\\ud800\"" no JSON: half a surrogate pair in an escape
    1:33 "true" expected a string, found a boolean
    1:2 "\"éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\"" unknown key `éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé` | a key here is one of `os`, `architecture`, `variant`, `os_version`
    1:23 "-5" expected a string, found a number
    1:1 "-5" expected an integer of 64 bits, not negative, found -5
    1:5 "1.0" expected an integer of 64 bits, found 1.0
    1:1 "{\"a\": [1, \"]\"]}" expected a boolean, found an object
    "#);
}
