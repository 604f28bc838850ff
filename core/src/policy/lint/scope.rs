//! On which runs a condition can hold.

use crate::facts::EventKind;
use crate::pattern::Pattern;
use crate::policy::{FailureWhen, Glob, GlobList, RetentionAction, RetentionRule, RetentionScope, When};

/// Whether runs of this kind are about a branch.
pub(super) fn has_branch(event: EventKind) -> bool {
    !matches!(event, EventKind::Tag | EventKind::Release)
}

/// Whether runs of this kind can be about a git tag. A person can start a run on one.
pub(super) fn has_tag(event: EventKind) -> bool {
    !event.is_change() && !matches!(event, EventKind::Push | EventKind::MergeGroup)
}

/// Whether runs of this kind compare two commits, so that files can have changed.
pub(super) fn has_diff(event: EventKind) -> bool {
    event.is_change() || matches!(event, EventKind::Push | EventKind::MergeGroup | EventKind::Other)
}

/// The kinds of run on which a condition can hold.
pub(super) fn events(when: &When) -> Vec<EventKind> {
    let listed = when.event.as_deref().unwrap_or(&EventKind::ALL);
    let needs_branch = when.branches.is_some() || when.default_branch.is_some();
    let needs_tag = when.tags.is_some() || when.prerelease.is_some();
    let needs_change = when.head_branches.is_some() || when.fork.is_some();
    let possible = |event: &&EventKind| {
        (!needs_branch || has_branch(**event))
            && (!needs_tag || has_tag(**event))
            && (!needs_change || event.is_change())
    };
    listed.iter().filter(possible).copied().collect()
}

/// Whether a condition can hold on more than one branch.
pub(super) fn several_branches(when: &When) -> bool {
    let listed = when.branches.as_ref().map(GlobList::literals);
    when.default_branch != Some(true) && listed.is_none_or(|literals| literals.is_none_or(|texts| texts.len() > 1))
}

/// The one branch that a condition is about, when it names it.
pub(super) fn only_branch(when: &When) -> Option<String> {
    let builds =
        |event: &EventKind| matches!(event, EventKind::Push | EventKind::Schedule | EventKind::Manual | EventKind::Api);
    if when.tags.is_some() || !events(when).iter().any(builds) {
        return None;
    }
    let mut named = when.branches.as_ref()?.literals()?;
    named.pop().filter(|_| named.is_empty())
}

/// A run on which both conditions hold, if one is found by trying what their own patterns look like.
pub(super) fn witness(a: &When, b: &When) -> Option<String> {
    let compatible = |one: Option<bool>, other: Option<bool>| one.is_none() || other.is_none() || one == other;
    let switches = compatible(a.fork, b.fork)
        && compatible(a.prerelease, b.prerelease)
        && compatible(a.default_branch, b.default_branch);
    let event = events(a).into_iter().find(|event| events(b).contains(event));
    let (true, Some(event)) = (switches, event) else { return None };
    let mut branch = common(a.branches.as_ref(), b.branches.as_ref(), "main")?;
    if a.default_branch != b.default_branch {
        // Only one of the two asks for the default branch, so the other one must take a usual name for it.
        let usual = ["main", "master"]
            .into_iter()
            .find(|name| [a, b].iter().all(|when| when.branches.as_ref().is_none_or(|list| list.is_match(name))));
        let wants_default = a.default_branch.or(b.default_branch) == Some(true);
        if wants_default {
            usual?.clone_into(&mut branch);
        }
    }
    let tag = common(a.tags.as_ref(), b.tags.as_ref(), "v1.2.3")?;
    common(a.head_branches.as_ref(), b.head_branches.as_ref(), "feature/x")?;
    let tagged = a.tags.is_some() || b.tags.is_some() || !has_branch(event);
    let on = if tagged { format!("the git tag `{tag}`") } else { format!("the branch `{branch}`") };
    Some(format!("a run of `{}` on {on}", event.as_str()))
}

/// A text that both lists take; `usual` when neither asks for anything.
fn common(a: Option<&GlobList>, b: Option<&GlobList>, usual: &str) -> Option<String> {
    let takes = |list: Option<&GlobList>, text: &str| list.is_none_or(|list| list.is_match(text));
    let samples = [a, b].into_iter().flatten().flat_map(GlobList::including).map(Glob::sample);
    std::iter::once(usual.to_owned()).chain(samples).find(|text| takes(a, text) && takes(b, text))
}

/// Whether two conditions ask for the same.
pub(super) fn same(a: &When, b: &When) -> bool {
    covers(a, b) && covers(b, a)
}

/// Whether every run on which `narrow` holds is one on which `wide` holds. Patterns count as wider only when there
/// are none.
pub(super) fn covers(wide: &When, narrow: &When) -> bool {
    lists_no_less(wide.event.as_ref(), narrow.event.as_ref())
        && asks_no_more(wide.branches.as_ref(), narrow.branches.as_ref())
        && asks_no_more(wide.head_branches.as_ref(), narrow.head_branches.as_ref())
        && asks_no_more(wide.tags.as_ref(), narrow.tags.as_ref())
        && asks_no_more(wide.paths.as_ref(), narrow.paths.as_ref())
        && asks_no_more(wide.default_branch, narrow.default_branch)
        && asks_no_more(wide.fork, narrow.fork)
        && asks_no_more(wide.prerelease, narrow.prerelease)
        && asks_no_more(wide.credentials, narrow.credentials)
}

/// Whether every failure that `narrow` is for is one that `wide` is for.
pub(super) fn covers_failures(wide: &FailureWhen, narrow: &FailureWhen) -> bool {
    let in_one_range =
        |(low, high): &(i32, i32)| wide.exit_codes.iter().flatten().any(|(first, last)| first <= low && high <= last);
    (wide.exit_codes.is_none() || narrow.exit_codes.as_ref().is_some_and(|codes| codes.iter().all(in_one_range)))
        && lists_no_less(wide.signal.as_ref(), narrow.signal.as_ref())
        && lists_no_less(wide.outcome.as_ref(), narrow.outcome.as_ref())
        && lists_no_less(wide.class.as_ref(), narrow.class.as_ref())
        && lists_no_less(wide.cause.as_ref(), narrow.cause.as_ref())
        && lists_no_less(wide.phase.as_ref(), narrow.phase.as_ref())
        && asks_no_more(wide.text.as_ref().map(Pattern::as_str), narrow.text.as_ref().map(Pattern::as_str))
        && wide.registry.as_ref().is_none_or(|wide| narrow.registry.as_ref().is_some_and(|narrow| wide.covers(narrow)))
}

/// Whether every version that `narrow` is for is one that `wide` is for.
pub(super) fn covers_versions(wide: &RetentionRule, narrow: &RetentionRule) -> bool {
    let only = |rule: &RetentionRule| matches!(rule.action, RetentionAction::Delete { only: Some(_), .. });
    let scope = match (&wide.scope, &narrow.scope) {
        (RetentionScope::Tags(wide), RetentionScope::Tags(narrow)) => wide.covers(narrow),
        (RetentionScope::Untagged, RetentionScope::Untagged) | (RetentionScope::Orphans, RetentionScope::Orphans) => {
            true
        }
        _ => false,
    };
    scope && (only(narrow) || !only(wide))
}

fn asks_no_more<T: PartialEq + Copy>(wide: Option<T>, narrow: Option<T>) -> bool {
    wide.is_none() || wide == narrow
}

fn lists_no_less<T: PartialEq>(wide: Option<&Vec<T>>, narrow: Option<&Vec<T>>) -> bool {
    wide.is_none_or(|wide| narrow.is_some_and(|narrow| narrow.iter().all(|item| wide.contains(item))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::{PullRequest, Push, Tag};

    fn when(event: Option<&[EventKind]>, branches: Option<&[&str]>) -> When {
        let branches = branches.map(|list| GlobList::new(list.iter().copied()).unwrap());
        When { event: event.map(<[EventKind]>::to_vec), branches, ..When::default() }
    }

    #[test]
    fn conditions_narrow_the_events() {
        assert_eq!(events(&when(Some(&[Push, Tag]), Some(&["main"]))), [Push]);
        assert_eq!(events(&When { fork: Some(true), ..when(Some(&[Push, PullRequest]), None) }), [PullRequest]);
        assert_eq!(events(&When::default()).len(), EventKind::ALL.len());
    }

    #[test]
    fn one_branch_is_told_from_several() {
        assert!(!several_branches(&when(None, Some(&["main"]))));
        assert!(!several_branches(&When { default_branch: Some(true), ..When::default() }));
        assert!(several_branches(&when(None, Some(&["main", "dev"]))));
        assert!(several_branches(&when(None, Some(&["release/*"]))));
        assert!(several_branches(&When::default()));
    }

    #[test]
    fn a_witness_is_a_run_that_both_take() {
        let feature = when(Some(&[Push]), Some(&["feature/**"]));
        let all = when(Some(&[Push, Tag]), Some(&["**", "!main"]));
        assert_eq!(witness(&feature, &all).unwrap(), "a run of `push` on the branch `feature/x`");
        assert_eq!(witness(&feature, &when(Some(&[Push]), Some(&["main"]))), None);
        assert_eq!(witness(&feature, &when(Some(&[PullRequest]), None)), None);
        let default = When { default_branch: Some(true), ..when(Some(&[Push]), None) };
        assert_eq!(witness(&feature, &default), None);
    }

    #[test]
    fn wider_conditions_cover_narrower_ones() {
        let main = when(Some(&[Push]), Some(&["main"]));
        assert!(covers(&When::default(), &main) && covers(&when(Some(&[Push, Tag]), None), &main));
        assert!(!covers(&main, &When::default()) && !covers(&when(Some(&[Tag]), None), &main));
        let fork = When { fork: Some(true), ..When::default() };
        assert!(covers(&When::default(), &fork) && !covers(&fork, &When::default()));
        assert!(same(&fork, &fork) && !same(&fork, &When::default()) && !same(&When::default(), &fork));
    }
}
