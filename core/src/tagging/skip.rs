//! Whether this run builds at all.

use super::model::BuildDecision;
use crate::Reason;
use crate::facts::{EventKind, Facts, ForkStatus};
use crate::policy::Skip;
use crate::policy::matcher::values;
use crate::text::concat;

/// What the changed files say about a fresh build.
enum Fresh {
    No,
    Changed(Reason),
    NotKnown(Reason),
}

/// Decides whether to build: what a skip rule finds, then what overrides it, then what nothing overrides.
pub(super) fn decide(skip: &Skip, facts: &Facts) -> BuildDecision {
    if is_deletion(facts) {
        return not_built(vec![Reason::new("deleted", "the run is about something that was deleted")]);
    }
    if let (EventKind::Release, Some(action @ ("deleted" | "unpublished"))) = (facts.event, facts.action.as_deref()) {
        return not_built(vec![Reason::new("withdrawn", concat(&["the release was ", action]))]);
    }
    if facts.event.is_change() && facts.action.as_deref() == Some("closed") {
        let message = "the pull request was closed, and its last commit was built when it was pushed";
        return not_built(vec![Reason::new("closed", message)]);
    }
    if let Some(reason) = skip_head_branch(skip, facts) {
        return not_built(vec![reason]);
    }
    let found = skip_actor(skip, facts).or_else(|| skip_subject(skip, facts));
    let mut overrides = Vec::new();
    let mut force_refresh = false;
    match fresh(skip, facts) {
        Fresh::Changed(reason) => {
            force_refresh = true;
            overrides.push(reason);
        }
        // Files that are not known can be any, so a build is never skipped over them. A build that nothing would have
        // skipped is not made a slow one for it.
        Fresh::NotKnown(reason) if found.is_some() => {
            force_refresh = true;
            overrides.push(reason);
        }
        Fresh::NotKnown(_) | Fresh::No => {}
    }
    overrides.extend(always_built(skip, facts));
    match (found, overrides.is_empty()) {
        (Some(reason), true) => not_built(vec![reason]),
        (found, _) => {
            let mut reasons = overrides;
            // Last, as it is what was overridden.
            reasons.extend(found);
            if reasons.is_empty() {
                reasons.push(Reason::new("build", "nothing speaks against a build"));
            }
            BuildDecision { build: true, force_refresh, reasons }
        }
    }
}

/// Whether the run tells that a branch or tag is gone. A push that deletes has no commit.
pub(super) fn is_deletion(facts: &Facts) -> bool {
    let revisions = &facts.revisions;
    let has_no_commit = revisions.head.is_none() && revisions.built.is_none();
    let unknown = || values::unknown(facts, &["revisions.head", "revisions.built"]).is_some();
    let is_push = matches!(facts.event, EventKind::Push | EventKind::Tag);
    facts.event == EventKind::Delete || (is_push && has_no_commit && facts.engine != "local" && !unknown())
}

fn not_built(reasons: Vec<Reason>) -> BuildDecision {
    BuildDecision { build: false, force_refresh: false, reasons }
}

/// Releases are never skipped: their tag's commit is often a chore, and nothing builds them later.
fn can_be_skipped(facts: &Facts) -> bool {
    !matches!(facts.event, EventKind::Tag | EventKind::Release)
}

fn skip_actor(skip: &Skip, facts: &Facts) -> Option<Reason> {
    let actor = facts.actor.as_ref().filter(|actor| can_be_skipped(facts) && skip.actors.contains(actor))?;
    Some(Reason::new("skip-actor", format!("runs of {actor} build nothing")))
}

/// Subjects are judged where commits arrive: on a push and on a change, whose title is one too. A run that a person or a
/// clock started is about no commit's subject.
fn skip_subject(skip: &Skip, facts: &Facts) -> Option<Reason> {
    let subject = facts.commit.subject.as_deref();
    let title = facts.change.as_ref().and_then(|change| change.title.as_deref());
    let candidates = match facts.event {
        EventKind::Push => [(subject, "the commit's subject"), (None, "")],
        _ if facts.event.is_change() => [(title, "the pull request's title"), (subject, "the commit's subject")],
        _ => return None,
    };
    candidates.iter().find_map(|(text, what)| {
        let text = (*text)?;
        let pattern = skip.subjects.iter().find(|pattern| pattern.regex.is_match(text))?;
        Some(Reason::new("skip-subject", format!("{what} matches `{}`", pattern.regex.as_str())))
    })
}

/// A fork's branch of the same name is another branch, which no push of this repository builds.
fn skip_head_branch(skip: &Skip, facts: &Facts) -> Option<Reason> {
    let globs = skip.head_branches.as_ref()?;
    if !facts.event.is_change() || values::fork(facts) == ForkStatus::Fork {
        return None;
    }
    let branch = values::source_branch(facts).known().filter(|branch| globs.is_match(branch))?;
    let message = format!("the pull request comes from {branch}, whose push builds the same commit");
    Some(Reason::new("skip-head-branch", message))
}

fn fresh(skip: &Skip, facts: &Facts) -> Fresh {
    let Some(globs) = &skip.unless_paths else { return Fresh::No };
    let Some(files) = &facts.changed_files else {
        let message = "the changed files are not known, so they count as changed";
        return Fresh::NotKnown(Reason::new("force-refresh-unknown-files", message));
    };
    match files.iter().find(|file| globs.is_match(file)) {
        Some(file) => Fresh::Changed(Reason::new("force-refresh-paths", format!("{file} changed"))),
        None => Fresh::No,
    }
}

fn always_built(skip: &Skip, facts: &Facts) -> Option<Reason> {
    let globs = skip.unless_branches.as_ref()?;
    let branch = match facts.event {
        EventKind::Push => values::own_branch(facts),
        _ => values::source_branch(facts),
    };
    let branch = branch.known().filter(|branch| globs.is_match(branch))?;
    Some(Reason::new("always-build-branch", concat(&[branch, " is always built"])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Revisions, Unknown};
    use crate::pattern::Pattern;
    use crate::policy::{Place, SubjectPattern};
    use crate::tagging::testing::{git_tag, globs, on, pull_request, push};

    fn skip() -> Skip {
        let pattern = |source| SubjectPattern { regex: Pattern::new(source).unwrap(), place: Place::default() };
        Skip {
            actors: vec!["renovate[bot]".to_owned()],
            subjects: vec![pattern(r"(?i)^chore\(deps"), pattern("(?i)^chore:")],
            head_branches: Some(globs(&["main", "development"])),
            unless_paths: Some(globs(&["Dockerfile"])),
            unless_branches: Some(globs(&["feature/beta"])),
            place: Place::default(),
        }
    }

    /// A run whose changed files are known and harmless.
    fn harmless(facts: Facts) -> Facts {
        Facts { changed_files: Some(vec!["README.md".to_owned()]), ..facts }
    }

    fn subject(subject: &str, facts: Facts) -> Facts {
        let mut facts = harmless(facts);
        facts.commit.subject = Some(subject.to_owned());
        facts
    }

    fn titled(title: &str, source: &str) -> Facts {
        let mut facts = harmless(pull_request(ForkStatus::SameRepository));
        let change = facts.change.as_mut().unwrap();
        change.title = Some(title.to_owned());
        change.head.branch = Some(source.to_owned());
        facts
    }

    fn by(actor: &str, facts: Facts) -> Facts {
        Facts { actor: Some(actor.to_owned()), ..facts }
    }

    #[test]
    fn the_skip_decision_of_the_origin() {
        let changed = |facts: Facts, file: &str| Facts { changed_files: Some(vec![file.to_owned()]), ..facts };
        let unknown_files = |facts: Facts| Facts { changed_files: None, ..facts };
        for (name, facts, build, refresh, code) in vec![
            ("a plain push", harmless(push("x")), true, false, "build"),
            ("a bot", by("renovate[bot]", harmless(push("x"))), false, false, "skip-actor"),
            ("another bot", by("dependabot[bot]", harmless(push("x"))), true, false, "build"),
            ("a chore", subject("Chore: tidy", push("x")), false, false, "skip-subject"),
            ("dependencies", subject("chore(deps): bump", push("x")), false, false, "skip-subject"),
            ("not at the start", subject("fix: chore: x", push("x")), true, false, "build"),
            ("another scope", subject("chore(ci): x", push("x")), true, false, "build"),
            ("a title", titled("chore: x", "feature/y"), false, false, "skip-subject"),
            ("a branch that always builds", titled("chore: x", "feature/beta"), true, false, "always-build-branch"),
            ("its push", subject("chore: x", push("feature/beta")), true, false, "always-build-branch"),
            ("a refresh", changed(by("renovate[bot]", push("x")), "Dockerfile"), true, true, "force-refresh-paths"),
            ("a refresh of a plain run", changed(push("x"), "Dockerfile"), true, true, "force-refresh-paths"),
            (
                "files of a skipped run that are not known",
                unknown_files(subject("chore: x", push("x"))),
                true,
                true,
                "force-refresh-unknown-files",
            ),
            (
                "files of a change that are not known",
                unknown_files(titled("chore: x", "x")),
                true,
                true,
                "force-refresh-unknown-files",
            ),
            ("files of a change that nothing skips", unknown_files(titled("Add", "x")), true, false, "build"),
            ("files of a push that are not known", unknown_files(push("x")), true, false, "build"),
            ("a long-lived source", titled("Sync", "main"), false, false, "skip-head-branch"),
            (
                "a long-lived source whatever changed",
                changed(titled("Sync", "development"), "Dockerfile"),
                false,
                false,
                "skip-head-branch",
            ),
            ("a release of a chore", subject("chore: release", git_tag("v1.0.0")), true, false, "build"),
            (
                "a person's wish",
                subject("chore: x", on(EventKind::Manual, crate::facts::ReferenceKind::Branch, "main")),
                true,
                false,
                "build",
            ),
        ] {
            let decision = decide(&skip(), &facts);
            let found = (decision.build, decision.force_refresh, decision.reasons[0].code.as_str());
            assert_eq!(found, (build, refresh, code), "{name}");
        }
    }

    #[test]
    fn an_overridden_reason_is_still_told() {
        let decision = decide(&skip(), &titled("chore: x", "feature/beta"));
        let codes: Vec<_> = decision.reasons.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(codes, ["always-build-branch", "skip-subject"]);
    }

    #[test]
    fn a_closed_pull_request_builds_nothing_more() {
        let closed = Facts { action: Some("closed".to_owned()), ..titled("Add", "feature/beta") };
        assert_eq!(decide(&skip(), &closed).reasons[0].code, "closed");
        let reopened = Facts { action: Some("reopened".to_owned()), ..closed };
        assert!(decide(&skip(), &reopened).build);
    }

    #[test]
    fn a_release_that_is_taken_back_builds_nothing() {
        for (action, build) in [("published", true), ("edited", true), ("deleted", false), ("unpublished", false)] {
            let facts = Facts { event: EventKind::Release, action: Some(action.to_owned()), ..titled("Add", "v1") };
            assert_eq!(decide(&skip(), &facts).build, build, "{action}");
        }
    }

    #[test]
    fn a_forks_main_is_not_this_repositorys_main() {
        let mut facts = titled("Add", "main");
        facts.change.as_mut().unwrap().fork = ForkStatus::Fork;
        assert!(decide(&skip(), &facts).build);
    }

    #[test]
    fn a_deletion_builds_nothing() {
        let gone = Facts { revisions: Revisions::default(), ..push("x") };
        let reason = Reason::new("not-told", "not told");
        let unknown = Unknown { fact: "revisions.head".to_owned(), reason };
        let local = Facts { engine: "local".to_owned(), ..gone.clone() };
        for (facts, expected) in [
            (Facts { event: EventKind::Delete, ..push("x") }, true),
            (gone.clone(), true),
            (Facts { unknowns: vec![unknown], ..gone }, false),
            (local, false),
        ] {
            let decision = decide(&Skip::default(), &facts);
            assert_eq!(decision.reasons[0].code == "deleted", expected);
            assert_eq!(decision.build, !expected);
        }
    }
}
