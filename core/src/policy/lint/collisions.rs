//! Branches whose tags look like those of another rule.

use super::{templates, warn};
use crate::diagnostic::Diagnostics;
use crate::policy::{Part, Policy, TagRule, Template, Value};

pub(super) fn lint(policy: &Policy, findings: &mut Diagnostics) {
    for rule in &policy.tags {
        for template in templates(rule).iter().filter(|template| template.uses(Value::Branch)) {
            let others = policy.tags.iter().flat_map(|other| templates(other).iter().map(move |t| (other, t)));
            let clash = others.filter(|(_, other)| !other.uses(Value::Branch)).find_map(|(other, theirs)| {
                let tag = fill(&theirs.parts)?;
                Some((branch_for(policy, rule, template, &tag)?, tag, &other.id))
            });
            if let Some((branch, tag, id)) = clash {
                let message = format!("a branch `{branch}` would get the tag `{tag}`, which `{id}` makes too");
                let help = format!(
                    "such a tag gets the prefix `branch-`; leave the branch out with `!{branch}`, or begin the tag with a text of its own"
                );
                warn(findings, &template.place, "tag-collision", message, help);
            }
        }
    }
}

/// Parts of a template with plausible values; `None` when it has one that differs in each repository or run.
fn fill(parts: &[Part]) -> Option<String> {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            Part::Value(value) => sample(*value),
        })
        .collect()
}

fn sample(value: Value) -> Option<&'static str> {
    match value {
        Value::Pr => Some("123"),
        Value::Sha => Some("abc1234"),
        Value::FullSha => Some("abc1234abc1234abc1234abc1234abc1234abc12"),
        Value::Version | Value::Tag => Some("1.2.3"),
        Value::Major => Some("1"),
        Value::Minor => Some("2"),
        Value::Patch => Some("3"),
        Value::Date => Some("2026-01-31"),
        _ => None,
    }
}

/// A branch of the rule to which the template gives this tag.
fn branch_for(policy: &Policy, rule: &TagRule, template: &Template, tag: &str) -> Option<String> {
    let position = template.parts.iter().position(|part| *part == Part::Value(Value::Branch))?;
    let (before, rest) = template.parts.split_at_checked(position)?;
    let (before, after) = (fill(before)?, fill(rest.get(1..)?)?);
    let name = tag.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
    let sanitised = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || policy.naming.keep.contains(&c));
    let ends =
        name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    if !sanitised || !ends || name.contains("--") {
        return None;
    }
    // A whole-name tag collides on any pattern; one with a commit only where the rule is made for such branches,
    // since a branch that happens to be called so gets the prefix and loses nothing.
    let bare = before.is_empty() && after.is_empty();
    let list = rule.when.branches.as_ref().or(rule.when.head_branches.as_ref());
    let candidates = [name.to_owned(), name.replacen('-', "/", 1)];
    candidates.into_iter().find(|branch| match list {
        None => bare,
        Some(list) => {
            let meant = || list.including().any(|glob| !glob.as_str().starts_with('*') && glob.is_match(branch));
            list.is_match(branch) && (bare || meant())
        }
    })
}
