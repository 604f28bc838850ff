//! One schema, three languages.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::policy::{Policy, compact};

/// What a policy says, without the places where it says it.
fn content(policy: &Policy) -> String {
    let text = format!("{policy:?}");
    let place = regex::Regex::new(r#"Place \{ file: "[^"]*", span: Span \{[^}]*\} \}"#).unwrap();
    let file = regex::Regex::new(r#"file: "[^"]*""#).unwrap();
    file.replace_all(&place.replace_all(&text, "_"), "").into_owned()
}

fn yaml(value: &Value, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    match value {
        Value::Object(map) if map.is_empty() => " {}\n".to_owned(),
        Value::Object(map) => {
            let lines = map.iter().map(|(key, value)| format!("{pad}{}:{}", json!(key), yaml(value, depth + 1)));
            format!("\n{}", lines.collect::<String>())
        }
        Value::Array(items) if items.is_empty() => " []\n".to_owned(),
        Value::Array(items) => {
            let lines = items.iter().map(|item| match item {
                Value::Object(_) | Value::Array(_) => format!("{pad}-{}", yaml(item, depth + 1)),
                _ => format!("{pad}- {item}\n"),
            });
            format!("\n{}", lines.collect::<String>())
        }
        Value::String(text)
            if !text.is_empty()
                && text.chars().all(|c| c.is_ascii_alphabetic())
                && !["true", "false", "null"].contains(&text.as_str()) =>
        {
            format!(" {text}\n")
        }
        _ => format!(" {value}\n"),
    }
}

fn toml(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{} = {}", json!(key), toml(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}

fn toml_document(value: &Value) -> String {
    let lines = value.as_object().unwrap().iter().map(|(key, value)| format!("{key} = {}", toml(value)));
    lines.collect::<Vec<_>>().join("\n")
}

fn when() -> impl Strategy<Value = Value> {
    let events = prop::sample::subsequence(vec!["push", "pull-request", "tag", "schedule", "manual"], 1..4);
    let globs = prop::collection::vec("[a-z]{1,5}(/\\*\\*)?", 1..3);
    (prop::option::of(events), prop::option::of(globs), prop::option::of(any::<bool>())).prop_map(
        |(event, branches, fork)| {
            let mut when = json!({});
            if let Some(event) = event {
                when["event"] = json!(event);
            }
            if let Some(branches) = branches {
                when["branches"] = json!(branches);
            }
            if let Some(fork) = fork {
                when["fork"] = json!(fork);
            }
            when
        },
    )
}

fn policy() -> impl Strategy<Value = Value> {
    let tag = prop_oneof![
        Just(json!("latest")),
        Just(json!(["sha-{{sha}}", "x-{{ date }}"])),
        "[a-z]{1,5}".prop_map(|text| json!(format!("{text}-{{{{sha}}}}"))),
    ];
    let rule = (when(), tag, any::<bool>())
        .prop_map(|(when, tag, primary)| json!({"when": when, "tag": tag, "primary": primary}));
    let rules = prop::collection::vec(prop_oneof![rule, Just(json!("plain-{{full-sha}}"))], 1..4);
    let retry = (1..100u32, 1..90u32, 1.0..10.0f64)
        .prop_map(|(attempts, minutes, factor)| json!({"attempts": attempts, "timeout": format!("{minutes}m"), "backoff": {"factor": factor}}));
    (rules, any::<bool>(), 7..=40u32, retry, "[ -~]{0,10}", when()).prop_map(|(tags, extends, length, retry, label, push)| {
        let mut policy = json!({"version": 1, "tags": tags, "naming": {"sha-length": length, "keep": ["."]}, "retry": {"api": retry}});
        if extends {
            policy["extends"] = json!("build-once-test-many");
        }
        policy["labels"] = json!({"a.b": label.replace("{{", "")});
        policy["build"] = json!({"push": push, "platforms": {"default": ["linux/amd64"], "tag": ["linux/arm64"]}});
        policy["images"] = json!(["ghcr.io/acme/app", {"name": "docker.io/{{repository}}", "when": {"credentials": true}}]);
        policy
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_means_the_same_in_every_language(value in policy()) {
        let texts = [
            ("p.yaml", yaml(&value, 0)),
            ("p.json", serde_json::to_string_pretty(&value).unwrap()),
            ("p.toml", toml_document(&value)),
            ("flow.yaml", value.to_string()),
        ];
        let read = texts.each_ref().map(|(name, text)| match Policy::parse(text, name) {
            Ok(policy) => content(&policy),
            Err(errors) => panic!("{text}\n{}", compact(&errors)),
        });
        prop_assert!(read.iter().all(|other| *other == read[0]), "{:#?}", texts);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}", ending in prop_oneof!["yaml", "toml", "json"]) {
        check(&text, &ending);
    }

    #[test]
    fn texts_that_look_like_policies_are_read_or_refused(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "version", ": ", "1", "\n", "  ", "- ", "tags", "\"sha-{{sha}}\"", "{", "}", "[", "]", ",", "&a ", "*a",
                "<<", "|", ">", "\t", "'", "\"", "#", "---", "...", "!!str ", "? ", "=", "[[tags]]", "\r\n", "\u{feff}",
                "retry", "build", "é", "\\", "null", "1e9", "when", "%", "@",
            ]),
            0..40,
        ),
        ending in prop_oneof!["yaml", "toml", "json"],
    ) {
        check(&parts.concat(), &ending);
    }

    #[test]
    fn a_damaged_policy_is_read_or_refused(at in 0usize..4000, insert in "[\\PC\\n]{0,3}", cut in 0usize..30) {
        let source = crate::policy::BUILT_IN[0].1;
        let characters: Vec<char> = source.chars().collect();
        let at = at.min(characters.len());
        let text: String = characters[..at]
            .iter()
            .copied()
            .chain(insert.chars())
            .chain(characters.iter().copied().skip(at + cut))
            .collect();
        check(&text, "yaml");
    }
}

/// Reads, and checks every finding's place.
fn check(text: &str, ending: &str) {
    match Policy::parse(text, &format!("p.{ending}")) {
        Ok(policy) => {
            policy.lint(None);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                let span = error.span.unwrap_or_else(|| panic!("no place: {error:?}"));
                assert!(text.get(span.start as usize..span.end as usize).is_some(), "{error:?} in {text:?}");
                assert!(span.line >= 1 && span.column >= 1);
            }
        }
    }
}
