//! Policies in every language, and what they decide for a few runs. The input is the document.
#![no_main]

use std::sync::LazyLock;

use buildonce_core::facts::Facts;
use buildonce_core::policy::Policy;
use buildonce_core::tagging;
use buildonce_fuzz::{check_findings, check_refusal, is_tag, runs, text};
use libfuzzer_sys::fuzz_target;

static RUNS: LazyLock<[Facts; 3]> = LazyLock::new(runs);

fuzz_target!(|bytes: &[u8]| {
    let Some(document) = text(bytes) else { return };
    for name in ["buildonce.yaml", "buildonce.toml", "buildonce.json"] {
        match Policy::parse(document, name) {
            Ok(policy) => decide(&policy, document),
            Err(refusal) => {
                assert!(refusal.iter().all(|finding| finding.file.as_deref() == Some(name)), "{refusal:?}");
                check_refusal(&refusal, document);
            }
        }
    }
});

fn decide(policy: &Policy, document: &str) {
    check_findings(&policy.lint(None), document);
    for facts in RUNS.iter() {
        check_findings(&policy.lint(Some(facts)), document);
        let outcomes = tagging::explain(policy, facts);
        match tagging::plan(policy, facts) {
            Ok(plan) => {
                assert!(plan.tags.iter().all(|tag| is_tag(&tag.name)), "no tag: {:?}", plan.tags);
                assert_eq!(plan.rules.len(), outcomes.len(), "`explain` tells of other rules than the plan");
                check_findings(&plan.warnings, document);
                // Producer and consumer never disagree: the names of the plan are the names that are looked for.
                let lookup = tagging::lookup(policy, facts);
                assert_eq!(lookup.as_ref(), Ok(&plan.lookup), "the consumer looks for something else");
            }
            Err(refusal) => check_refusal(&refusal, document),
        }
    }
}
