//! Which runs should not overlap.
//!
//! The key holds the event, as the push and the pull request of one commit would end one another otherwise, and no
//! commit or run, as it would be different for every run then and end none.

use super::model::Concurrency;
use crate::Reason;
use crate::facts::{EventKind, Facts};
use crate::policy::matcher::values::{self, Fact};

/// Longest key, in characters; GitHub refuses keys of over 400.
const MAX_GROUP: usize = 255;

/// Advises on concurrency.
pub(super) fn advise(facts: &Facts) -> Concurrency {
    let mut parts = vec![plain(facts.run.workflow.as_deref().unwrap_or("pipeline"))];
    if facts.upstream.is_some() {
        parts.push(plain(&facts.event_name));
    }
    parts.push(facts.event.as_str().to_owned());
    parts.extend(subject(facts));
    let mut group = parts.join("-");
    group.truncate(MAX_GROUP);
    let (cancel_in_progress, reason) = cancel(facts);
    Concurrency { group, cancel_in_progress, reason }
}

/// What runs of one kind compete for.
fn subject(facts: &Facts) -> Option<String> {
    let number = facts.change.as_ref().and_then(|change| change.number);
    let head_repository = facts.change.as_ref().and_then(|change| change.head.repository.as_deref());
    if facts.event.is_change() {
        return match (number, values::source_branch(facts)) {
            (Some(number), _) => Some(number.to_string()),
            // Without a number the source tells changes apart; two forks may call their branches the same.
            (None, Fact::Known(branch)) => {
                Some(head_repository.map_or_else(|| escaped(branch), |r| format!("{}-{}", escaped(r), escaped(branch))))
            }
            (None, _) => None,
        };
    }
    if facts.event == EventKind::MergeGroup {
        // The queue's own branch holds a commit.
        let target = values::target_branch(facts).known().map(escaped);
        return match (target, number) {
            (Some(target), Some(number)) => Some(format!("{target}-{number}")),
            (target, number) => target.or_else(|| number.map(|n| n.to_string())),
        };
    }
    facts.reference.as_ref().map(|reference| escaped(&reference.name)).filter(|name| !name.is_empty())
}

fn cancel(facts: &Facts) -> (bool, Reason) {
    let (cancel, code, message) = match facts.event {
        EventKind::PullRequest | EventKind::PullRequestTarget => {
            (true, "newer-commit", "a newer commit of the pull request makes the older run useless")
        }
        EventKind::Push => match (values::own_branch(facts), values::default_branch(facts)) {
            (Fact::Known(branch), Fact::Known(default)) if branch != default => {
                (true, "newer-commit", "a newer commit of the branch makes the older run useless")
            }
            (Fact::Known(_), Fact::Known(_)) => {
                (false, "default-branch", "every commit of the default branch keeps its image")
            }
            _ => (false, "default-branch-unknown", "this may be the default branch, whose commits keep their images"),
        },
        EventKind::Tag | EventKind::Release => (false, "release", "a release is never given up half-way"),
        EventKind::MergeGroup => (false, "merge-queue", "the merge queue ends its runs itself"),
        EventKind::Schedule => (false, "schedule", "a scheduled run is the only one of its time"),
        EventKind::Manual | EventKind::Api => (false, "asked-for", "somebody asked for exactly this run"),
        EventKind::Create | EventKind::Delete | EventKind::Other => {
            (false, "other-event", "it is not known that a newer run replaces this one")
        }
    };
    (cancel, Reason::new(code, message))
}

/// The text with runs of what the engines' keys may not hold replaced by `-`.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/') {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').to_owned()
}

/// A branch or tag with what the engines' keys may not hold written in hexadecimal: two names must not share a key, or the
/// one's run ends the other's.
fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes().take(MAX_GROUP) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-') {
            out.push(char::from(byte));
        } else {
            out.push('_');
            for half in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(half), 16));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ForkStatus, ReferenceKind, UpstreamRun};
    use crate::tagging::testing::{HEAD, git_tag, on, pull_request, push};

    #[test]
    fn the_key_names_workflow_event_and_branch_or_number() {
        let numberless = |fork| {
            let mut facts = pull_request(fork);
            facts.change.as_mut().unwrap().number = None;
            facts
        };
        let mut followed = pull_request(ForkStatus::SameRepository);
        followed.event_name = "workflow_run".to_owned();
        followed.upstream = Some(UpstreamRun::default());
        let mut no_default = push("main");
        no_default.repository = None;
        let queue = format!("gh-readonly-queue/main/pr-12-{HEAD}");
        let merge_group = Facts {
            change: pull_request(ForkStatus::SameRepository).change,
            ..on(EventKind::MergeGroup, ReferenceKind::Branch, &queue)
        };
        for (facts, group, cancel) in [
            (push("feature/x"), "Docker-Build-push-feature/x", true),
            (push("fix #1"), "Docker-Build-push-fix_20_231", true),
            (push("main"), "Docker-Build-push-main", false),
            (no_default, "Docker-Build-push-main", false),
            (pull_request(ForkStatus::SameRepository), "Docker-Build-pull-request-12", true),
            (numberless(ForkStatus::Fork), "Docker-Build-pull-request-someone/App-feature/x", true),
            (followed, "Docker-Build-workflow_run-pull-request-12", true),
            (git_tag("v1.2.3"), "Docker-Build-tag-v1.2.3", false),
            (on(EventKind::Schedule, ReferenceKind::Branch, "main"), "Docker-Build-schedule-main", false),
            (on(EventKind::Manual, ReferenceKind::Branch, "x"), "Docker-Build-manual-x", false),
            (merge_group, "Docker-Build-merge-group-main-12", false),
        ] {
            let advice = advise(&facts);
            assert_eq!((advice.group.as_str(), advice.cancel_in_progress), (group, cancel));
        }
    }

    #[test]
    fn f34_the_key_holds_no_commit_and_no_run() {
        for kind in EventKind::ALL {
            for facts in [on(kind, ReferenceKind::Branch, "x"), Facts { event: kind, ..pull_request(ForkStatus::Fork) }]
            {
                let group = advise(&facts).group;
                assert!(!group.contains("abc1234") && !group.contains("4711"), "{group}");
            }
        }
    }

    #[test]
    fn f35_the_push_and_the_pull_request_of_one_branch_never_share_a_key() {
        assert_ne!(advise(&push("feature/x")).group, advise(&pull_request(ForkStatus::SameRepository)).group);
    }
}
