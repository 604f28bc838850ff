//! Plans of policies that hold lines of docker/metadata-action's language.

use super::*;
use crate::facts::{EventKind, ForkStatus, ReferenceKind};
use crate::policy::{FlavorLine, Place, TagRule, TagSource};
use crate::tagging::ImagePlan;
use crate::tagging::testing::{events, git_tag, on, policy, pull_request, push, rule};

fn line(text: &str) -> TagRule {
    TagRule { source: TagSource::Metadata(text.to_owned()), ..rule(&[]) }
}

fn lines(texts: &[&str]) -> Policy {
    policy(texts.iter().map(|text| line(text)))
}

fn flavored(texts: &[&str], flavor: &str) -> Policy {
    Policy { flavor: vec![FlavorLine { text: flavor.to_owned(), place: Place::default() }], ..lines(texts) }
}

fn planned(policy: &Policy, facts: &Facts) -> ImagePlan {
    plan(policy, facts).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn names(policy: &Policy, facts: &Facts) -> Vec<String> {
    planned(policy, facts).tags.into_iter().map(|tag| tag.name).collect()
}

fn codes(policy: &Policy, facts: &Facts) -> Vec<String> {
    plan(policy, facts).map_or_else(|errors| errors.into_iter().map(|e| e.code).collect(), |plan| panic!("{plan:#?}"))
}

#[test]
fn lines_make_tags_by_their_priorities_and_latest_goes_last() {
    let policy = lines(&["type=sha", "type=semver,pattern={{version}}", "type=semver,pattern={{major}}"]);
    assert_eq!(names(&policy, &git_tag("v1.2.3")), ["1.2.3", "1", "sha-abc1234", "latest"]);
    let plan = planned(&policy, &git_tag("v1.2.3"));
    assert_eq!(plan.rules.iter().map(|rule| rule.rule.as_str()).collect::<Vec<_>>(), ["tags[0]", "tags[1]", "tags[2]"]);
    let mutable: Vec<bool> = plan.tags.iter().map(|tag| tag.mutable).collect();
    assert_eq!(mutable, [false, true, false, true]);
}

#[test]
fn a_line_that_makes_no_tag_says_why() {
    let policy = lines(&["type=semver,pattern={{version}}", "type=sha", "type=ref,event=tag"]);
    let plan = planned(&policy, &push("main"));
    let told: Vec<_> = plan.rules.iter().map(|rule| (rule.fired, rule.reason.code.as_str())).collect();
    assert_eq!(told, [(false, "line-without-tag"), (true, "fired"), (false, "line-without-tag")]);
    let policy = lines(&["type=sha", "type=semver,pattern={{version}}"]);
    let plan = planned(&policy, &git_tag("nope"));
    assert_eq!(
        plan.rules[1].reason.message,
        "`type=semver,pattern={{version}}` makes no tag: nope is not a valid semver. More info: https://semver.org/"
    );
}

#[test]
fn a_line_can_have_conditions_and_stand_among_native_rules() {
    let mut policy =
        policy([rule(&["{{branch}}-{{sha}}"]), line("type=raw,value=edge"), line("type=ref,event=branch")]);
    assert_eq!(names(&policy, &push("main")), ["main-abc1234", "main", "edge"]);
    policy.tags[1].when = events(&[EventKind::Tag]);
    assert_eq!(names(&policy, &push("main")), ["main-abc1234", "main"]);
}

#[test]
fn the_flavor_holds_for_lines_only() {
    let policy = flavored(&["type=semver,pattern={{version}}"], "latest=false,prefix=x-");
    assert_eq!(names(&policy, &git_tag("v1.2.3")), ["x-1.2.3"]);
    let forced = flavored(&["type=sha"], "latest=true");
    assert_eq!(names(&forced, &push("main")), ["sha-abc1234", "latest"]);
    assert_eq!(codes(&flavored(&["type=sha"], "latest=maybe"), &push("main")), ["metadata-line"]);
}

#[test]
fn a_line_that_cannot_be_read_refuses_the_plan() {
    assert_eq!(codes(&lines(&["type=sha", "type=raw"]), &push("main")), ["metadata-line"]);
    assert_eq!(codes(&lines(&["type=sha", "type=raw,value={{"]), &push("main")), ["metadata-line"]);
    assert_eq!(codes(&lines(&["type=sha,prefix={{branch}}-"]), &git_tag("v1")), ["invalid-tag"]);
}

#[test]
fn a_name_that_moves_is_primary_only_with_a_warning() {
    let facts = pull_request(ForkStatus::SameRepository);
    let plan = planned(&lines(&["type=ref,event=pr"]), &facts);
    assert_eq!(plan.primary.as_deref(), Some("ghcr.io/acme/app:pr-12"));
    assert!(plan.warnings.iter().any(|warning| warning.code == "mutable-primary"));
    // The built commit is the merge, as docker/metadata-action has it.
    let plan = planned(&lines(&["type=ref,event=pr", "type=sha"]), &facts);
    assert_eq!(plan.primary.as_deref(), Some("ghcr.io/acme/app:sha-def5678"));
    assert_eq!(plan.lookup.references, ["ghcr.io/acme/app:sha-abc1234", "ghcr.io/acme/app:sha-def5678"]);
}

#[test]
fn events_of_other_engines_are_told_in_githubs_words() {
    let schedule = Facts {
        engine: "gitlab-ci".to_owned(),
        event_name: "schedule".to_owned(),
        ..on(EventKind::Schedule, ReferenceKind::Branch, "main")
    };
    assert_eq!(names(&lines(&["type=schedule", "type=sha"]), &schedule), ["nightly", "sha-abc1234"]);
    let merge_request = Facts {
        engine: "gitlab-ci".to_owned(),
        event_name: "merge_request_event".to_owned(),
        ..pull_request(ForkStatus::SameRepository)
    };
    assert_eq!(
        names(&lines(&["type=ref,event=pr", "type=raw,value={{base_ref}}-x"]), &merge_request),
        ["pr-12", "main-x"]
    );
}

#[test]
fn what_a_line_is_silent_about_is_a_warning_of_the_plan() {
    let plan = planned(&lines(&["type=sha", "type=raw,value=x{{runNumber}}"]), &push("main"));
    assert!(plan.warnings.iter().any(|warning| warning.code == "empty-name"), "{:?}", plan.warnings);
}
