//! Whole documents.

mod diagnostics;
mod languages;
mod lint;
mod merging;
mod schema;

use super::*;

/// A policy that must parse.
fn parse(source: &str) -> Policy {
    Policy::parse(source, "buildonce.yaml").unwrap_or_else(|errors| panic!("{}", compact(&errors)))
}

#[test]
fn the_built_in_policies_parse() {
    for (name, source) in BUILT_IN {
        match Policy::parse(source, name) {
            Ok(_) => assert!(built_in_names().contains(&name)),
            Err(errors) => panic!("{}", compact(&errors)),
        }
    }
    assert!(built_in("nothing").is_none());
}

#[test]
fn the_standard_policy_is_complete() {
    let policy = Policy::standard();
    assert_eq!(policy.images[0].name.source, "{{registry-image}}");
    assert!(policy.tags.iter().any(|rule| rule.primary));
    assert_eq!(policy.retry.limits(Operation::Build).timeout_ms, Some(25 * 60_000));
    assert_eq!(policy.retry.limits(Operation::Push).attempts, Some(5));
    assert_eq!(policy.gate.fail_on, [GateSeverity::Critical, GateSeverity::High]);
    assert_eq!(policy.select.fallback, [Fallback::Archive, Fallback::Rebuild]);
    assert_eq!(policy.retention.min_age, Duration::from_secs(48 * 3600));
    assert!(policy.skip.subjects.iter().any(|subject| subject.regex.is_match("Chore(deps): bump x")));
}
