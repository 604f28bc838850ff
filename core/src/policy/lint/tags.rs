//! Tags that move, tags that are never made, and more than one primary tag.

use super::scope::{events, has_branch, has_tag, only_branch, several_branches, witness};
use super::{add, templates, warn};
use crate::diagnostic::{Diagnostics, Severity};
use crate::facts::EventKind;
use crate::policy::{Part, Policy, TagRule, TagSource, Template, Value};
use crate::text::list_item;

/// Longest tag that a registry accepts, in characters.
const MAX_TAG: usize = 128;

pub(super) fn lint(policy: &Policy, findings: &mut Diagnostics) {
    for rule in &policy.tags {
        for template in templates(rule) {
            // A guard says itself which build takes the tag.
            if rule.guard.is_none() {
                moving(policy, rule, template, findings);
            }
            never_known(rule, template, findings);
            never_a_tag(template, findings);
            too_long(policy, template, findings);
        }
    }
    moving_primaries(policy, findings);
    several_primaries(policy, findings);
}

/// Whether builds of two commits can get the same tag.
fn is_shared(template: &Template) -> bool {
    use Value::{Date, FullSha, Major, Minor, Patch, RunId, Sha, Tag, Timestamp, Version};
    // A git tag names one commit, and an alias such as `1.2` is meant to move along the releases.
    let own = [Sha, FullSha, RunId, Timestamp, Tag, Version, Major, Minor, Patch, Date];
    !template.values().any(|value| own.contains(&value))
}

/// A tag that one branch or pull request takes from another.
fn moving(policy: &Policy, rule: &TagRule, template: &Template, findings: &mut Diagnostics) {
    // `pr-{{pr}}` moves with its own pull request only, which is what it is for.
    if !is_shared(template) || template.uses(Value::Pr) {
        return;
    }
    let on = events(&rule.when);
    let source = &template.source;
    let change = on.iter().find(|event| event.is_change() || **event == EventKind::MergeGroup);
    let branch = on.iter().any(|event| matches!(event, EventKind::Push | EventKind::Manual | EventKind::Api));
    let by_branch = template.uses(Value::Branch) || template.uses(Value::BaseBranch);
    let help = "add `{{sha}}` to the tag, or narrow the rule with `when`";
    if let Some(event) = change {
        let message = format!("every run of `{}` takes the tag `{source}` from the one before", event.as_str());
        warn(findings, &template.place, "mutable-tag", message, help);
    } else if branch && several_branches(&rule.when) && rule.when.tags.is_none() {
        let message = if by_branch {
            format!("the tag `{source}` names no commit: each push to a branch takes it from the one before")
        } else {
            format!("several branches take the tag `{source}` from each other")
        };
        warn(findings, &template.place, "mutable-tag", message, help);
    } else if let Some(tag) = template.literal()
        && let Some(rival) = rival(policy, rule, tag)
    {
        let message =
            format!("`{}` gives the tag `{source}` to another branch: each takes it from the other", rival.id);
        warn(findings, &template.place, "mutable-tag", message, help);
    }
}

/// An earlier rule that gives the same tag to another branch.
fn rival<'a>(policy: &'a Policy, rule: &TagRule, tag: &str) -> Option<&'a TagRule> {
    let branch = only_branch(&rule.when)?;
    for other in &policy.tags {
        if other.id == rule.id {
            break;
        }
        let gives = || templates(other).iter().any(|template| template.source == tag);
        // Where both ask for the default branch, one of them never holds.
        let one_default = || other.when.default_branch == Some(true) && rule.when.default_branch == Some(true);
        let differs = || only_branch(&other.when).is_some_and(|other| other != branch);
        if other.guard.is_none() && gives() && differs() && !one_default() {
            return Some(other);
        }
    }
    None
}

/// A value that no run of the rule has.
fn never_known(rule: &TagRule, template: &Template, findings: &mut Diagnostics) {
    let on = events(&rule.when);
    let value = template.values().find(|value| !on.iter().any(|event| has(*event, *value)));
    if let (Some(value), false) = (value, on.is_empty()) {
        let mut kinds = String::new();
        for event in &on {
            list_item(&mut kinds, &["`", event.as_str(), "`"]);
        }
        let message = format!("no run of {kinds} has a value for `{{{{{}}}}}`", value.name());
        let help = format!("`{{{{{}}}}}` is {}", value.name(), value.documentation());
        warn(findings, &template.place, "value-never-known", message, help);
    }
}

fn has(event: EventKind, value: Value) -> bool {
    match value {
        Value::Pr => event.is_change(),
        Value::BaseBranch => event.is_change() || event == EventKind::MergeGroup,
        Value::Branch => has_branch(event),
        Value::Tag | Value::Version | Value::Major | Value::Minor | Value::Patch => has_tag(event),
        _ => true,
    }
}

/// A value with a character that no tag may hold. A time has it in every run, a repository in every one of an engine.
fn never_a_tag(template: &Template, findings: &mut Diagnostics) {
    for value in template.values() {
        let (severity, message, help) = match value {
            Value::Timestamp => (Severity::Error, "a time holds `:`, which no tag may hold", "use `{{date}}`"),
            Value::Repository | Value::RegistryImage => {
                (Severity::Warning, "the repository's path holds `/`, which no tag may hold", "use `{{name}}`")
            }
            _ => continue,
        };
        add(findings, &template.place, severity, "invalid-tag", message.to_owned(), help.to_owned());
    }
}

/// A tag over the limit with values of a usual length. Branches are cut so that they fit.
fn too_long(policy: &Policy, template: &Template, findings: &mut Diagnostics) {
    let length: usize = template
        .parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.len(),
            Part::Value(value) => usual_length(*value, policy.naming.sha_length),
        })
        .sum();
    if length > MAX_TAG {
        let message = format!("with usual values this tag has {length} characters, a tag at most {MAX_TAG}");
        warn(findings, &template.place, "tag-too-long", message, "shorten the fixed text or leave a value out");
    }
}

fn usual_length(value: Value, sha: usize) -> usize {
    match value {
        Value::Branch | Value::BaseBranch => 1,
        Value::RunAttempt => 2,
        Value::Major | Value::Minor | Value::Patch => 3,
        Value::Pr => 5,
        Value::Sha => sha,
        Value::Date | Value::RunId => 11,
        Value::Event | Value::Version | Value::Timestamp => 20,
        Value::Tag | Value::Owner | Value::Name => 30,
        Value::FullSha => 40,
        Value::Repository => 61,
        Value::RegistryImage => 80,
    }
}

/// Primary tags that name a pull request and no commit, so that a later job cannot tell which build it finds. A plan looks for the first
/// tag that tells a build, in the rule that is marked or in all, and is refused where there is none.
fn moving_primaries(policy: &Policy, findings: &mut Diagnostics) {
    for (index, rule) in policy.tags.iter().enumerate() {
        let is_first_of_none = |event| {
            let mut others = policy.tags.iter().enumerate().filter(|(_, other)| may_fire(other, event));
            others.all(|(at, other)| at >= index && !other.primary && !tells_builds(other))
        };
        let is_moving = |event: &EventKind| {
            may_fire(rule, *event) && !tells_builds(rule) && (rule.primary || is_first_of_none(*event))
        };
        if let Some(first) = templates(rule).first()
            && [EventKind::PullRequest, EventKind::PullRequestTarget].iter().any(is_moving)
        {
            let message =
                format!("the primary tag `{}` does not tell the commits of a pull request apart", first.source);
            let help = "add `{{sha}}`, or mark another rule as primary";
            warn(findings, &rule.place, "primary-not-unique", message, help);
        }
    }
}

/// Whether the rule can make its tags on a run of this kind, with all their values.
fn may_fire(rule: &TagRule, event: EventKind) -> bool {
    rule.guard.is_none()
        && events(&rule.when).contains(&event)
        && templates(rule).iter().all(|template| template.values().all(|value| has(event, value)))
}

/// Whether one of the rule's tags is of one build only. A line of docker/metadata-action may always be.
fn tells_builds(rule: &TagRule) -> bool {
    let one_build = |value| matches!(value, Value::Sha | Value::FullSha | Value::RunId);
    matches!(rule.source, TagSource::Metadata(_))
        || templates(rule).iter().any(|template| template.values().any(one_build))
}

fn several_primaries(policy: &Policy, findings: &mut Diagnostics) {
    let primaries = || policy.tags.iter().filter(|rule| rule.primary);
    for rule in primaries() {
        let mut earlier = primaries().take_while(|other| other.id != rule.id);
        let clash = earlier.find_map(|other| Some((other, witness(&other.when, &rule.when)?)));
        if let Some((other, run)) = clash {
            let message = format!("`{}` and `{}` are both primary on {run}", other.id, rule.id);
            warn(findings, &rule.place, "two-primaries", message, "mark one of them, or narrow one with `when`");
        }
    }
}
