//! Facts of any environment and payload. The input: lines `NAME=value`, an empty line, the payload.
#![no_main]

use buildonce_core::facts;
use buildonce_core::policy::Policy;
use buildonce_core::tagging;
use buildonce_fuzz::{check_findings, check_refusal, host, is_tag, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(input) = text(bytes) else { return };
    let (lines, payload) = input.split_once("\n\n").map_or((input, None), |(lines, rest)| (lines, Some(rest)));
    let pairs = lines.lines().filter_map(|line| line.split_once('='));
    let env: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let answer = facts::detect(&env, payload, &host());
    assert_eq!(answer, facts::detect(&env, payload, &host()), "the same input has two answers");
    match answer {
        Ok(facts) => {
            check_findings(&facts.notes, payload.unwrap_or_default());
            // What one host detects, another takes from a file, and it is the same run.
            let document = serde_json::to_string(&facts).expect("facts are JSON");
            let again = facts::parse(&document, "facts.json", &host());
            assert_eq!(again.as_ref(), Ok(&facts), "the facts change on their way through a file");
            match tagging::plan(&Policy::standard(), &facts) {
                Ok(plan) => plan.tags.iter().for_each(|tag| assert!(is_tag(&tag.name), "no tag: {tag:?}")),
                Err(refusal) => assert!(!refusal.is_empty(), "refused without a reason"),
            }
        }
        Err(refusal) => check_refusal(&refusal, payload.unwrap_or_default()),
    }
});
