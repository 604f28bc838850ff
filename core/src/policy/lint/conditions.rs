//! Conditions that never hold, and rules that are never reached.

use super::scope::{covers, covers_failures, covers_versions, has_branch, has_diff, has_tag, same};
use super::{conditions_of, warn};
use crate::diagnostic::Diagnostics;
use crate::facts::EventKind;
use crate::policy::{Place, Policy, RetryRule, TagRule, TagSource, When};
use crate::text::list_item;

pub(super) fn lint(policy: &Policy, findings: &mut Diagnostics) {
    for when in conditions_of(policy) {
        if when.event.as_ref().is_some_and(Vec::is_empty) {
            continue; // written as `false`
        }
        contradiction(when, findings);
        dead_events(when, findings);
    }
    let platforms = &policy.build.platforms;
    unreachable(platforms, "runs", |first, rule| covers(&first.when, &rule.when), |rule| &rule.place, findings);
    let retries = &policy.retry.rules;
    let fails = |first: &RetryRule, rule: &RetryRule| covers_failures(&first.when, &rule.when);
    unreachable(retries, "failures", fails, |rule| &rule.place, findings);
    unreachable(&policy.retention.rules, "versions", covers_versions, |rule| &rule.place, findings);
    duplicates(policy, findings);
}

/// Two conditions that no run can meet together.
fn contradiction(when: &When, findings: &mut Diagnostics) {
    let branch = when.branches.is_some() || when.default_branch.is_some();
    let tag = when.tags.is_some();
    let change = when.head_branches.is_some() || when.fork.is_some();
    let pair = if branch && tag {
        Some("a branch and a git tag")
    } else if tag && change {
        Some("a git tag and a pull request")
    } else {
        None
    };
    if let Some(pair) = pair {
        let message = format!("these conditions never hold together: no run is about {pair}");
        warn(findings, &when.place, "never-holds", message, "make two rules of it");
    }
}

/// Events that are listed although another condition never holds on them.
fn dead_events(when: &When, findings: &mut Diagnostics) {
    type Fits = fn(EventKind) -> bool;
    let needs: [(&str, bool, &str, Fits); 7] = [
        ("branches", when.branches.is_some(), "has no branch", has_branch),
        ("default-branch", when.default_branch.is_some(), "has no branch", has_branch),
        ("tags", when.tags.is_some(), "has no git tag", has_tag),
        ("prerelease", when.prerelease.is_some(), "has no git tag", has_tag),
        ("head-branches", when.head_branches.is_some(), "has no source branch", EventKind::is_change),
        ("fork", when.fork.is_some(), "comes from no other repository", EventKind::is_change),
        ("paths", when.paths.is_some(), "compares no commits, so no changed files are known", has_diff),
    ];
    for (name, _, why, fits) in needs.into_iter().filter(|(_, given, ..)| *given) {
        let mut list = String::new();
        for event in when.event.iter().flatten().filter(|event| !fits(**event)) {
            list_item(&mut list, &["`", event.as_str(), "`"]);
        }
        if !list.is_empty() {
            let message = format!("`{name}` never holds on {list}: such a run {why}");
            let help = format!("remove {list} here, or give it a rule without `{name}`");
            warn(findings, &when.place, "never-holds", message, help);
        }
    }
}

/// Rules after one that takes the same. `what` is what the rules are for.
fn unreachable<T>(
    rules: &[T],
    what: &str,
    covers: fn(&T, &T) -> bool,
    place: fn(&T) -> &Place,
    findings: &mut Diagnostics,
) {
    for (index, rule) in rules.iter().enumerate() {
        if let Some(first) = rules.iter().take(index).find(|first| covers(first, rule)) {
            never_reached(place(rule), place(first), what, findings);
        }
    }
}

#[inline(never)]
fn never_reached(rule: &Place, first: &Place, what: &str, findings: &mut Diagnostics) {
    let line = first.span.line;
    let message = format!("this rule is never reached: the one at line {line} takes these {what} before it");
    warn(findings, rule, "unreachable-rule", message, "put the narrower rule first, or remove it");
}

/// Rules and names that say the same as one before.
fn duplicates(policy: &Policy, findings: &mut Diagnostics) {
    for (index, rule) in policy.tags.iter().enumerate() {
        let twin = policy.tags.iter().take(index).find(|other| {
            same(&other.when, &rule.when) && templates(other) == templates(rule) && !templates(rule).is_empty()
        });
        if let Some(twin) = twin {
            let message = format!("`{}` says the same as `{}`", rule.id, twin.id);
            warn(findings, &rule.place, "duplicate-rule", message, "remove one of them");
        }
    }
    for (index, image) in policy.images.iter().enumerate() {
        let twin = policy.images.iter().take(index).any(|other| other.name.source == image.name.source);
        if twin {
            let message = format!("the image `{}` is listed twice", image.name.source);
            warn(findings, &image.place, "duplicate-rule", message, "remove one of them");
        }
    }
}

fn templates(rule: &TagRule) -> Vec<&str> {
    match &rule.source {
        TagSource::Native(templates) => templates.iter().map(|template| template.source.as_str()).collect(),
        TagSource::Metadata(line) => vec![line],
    }
}
