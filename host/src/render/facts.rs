//! The normal form of a run, for people.

use buildonce::types::{ChangeSide, EventKind, Facts, ForkStatus, ReferenceKind, RevisionKind};

use super::printable::one_line;
use super::style::Style;
use super::table::{Cell, table};
use crate::clock::readable;

/// Digits of a commit that people compare at a glance.
const DIGITS: usize = 12;

/// What the run is, in one line.
pub(crate) fn run_line(facts: &Facts) -> String {
    let mut line = event(facts);
    if let Some(repository) = &facts.repository {
        put!(line, " in {}", repository.path);
    }
    put!(line, ", {}", facts.engine);
    if let Some(upstream) = &facts.upstream {
        put!(line, ", after {}", upstream.workflow.as_deref().unwrap_or("another workflow"));
    }
    one_line(&line)
}

/// The commit that an image is built from, in one line.
pub(super) fn commit_line(facts: &Facts) -> Option<String> {
    let revisions = &facts.revisions;
    let built = revisions.built.as_deref().or(revisions.head.as_deref())?;
    let mut line = short(built).to_owned();
    match (revisions.built_kind, revisions.head.as_deref()) {
        (Some(RevisionKind::Merge), Some(head)) => put!(line, ", the merge of {}", short(head)),
        (Some(RevisionKind::Merge), None) => line.push_str(", a merge"),
        _ => {}
    }
    if let Some(subject) = facts.commit.subject.as_deref().filter(|s| !s.trim().is_empty()) {
        put!(line, " \u{201c}{}\u{201d}", subject.trim());
    }
    Some(one_line(&line))
}

fn event(facts: &Facts) -> String {
    let name = facts.reference.as_ref().map(|r| r.name.as_str());
    let on = |what: &str| name.map_or_else(|| what.to_owned(), |name| format!("{what} on {name}"));
    match facts.event {
        EventKind::Push => name.map_or_else(|| "push".to_owned(), |name| format!("push to {name}")),
        EventKind::Tag => name.map_or_else(|| "tag".to_owned(), |name| format!("tag {name}")),
        EventKind::PullRequest | EventKind::PullRequestTarget => change(facts),
        EventKind::MergeGroup => {
            let target = facts.change.as_ref().and_then(|c| c.base.branch.as_deref()).or(name);
            target.map_or_else(|| "merge queue".to_owned(), |target| format!("merge queue of {target}"))
        }
        EventKind::Release => name.map_or_else(|| "release".to_owned(), |name| format!("release {name}")),
        EventKind::Schedule => on("schedule"),
        EventKind::Manual => on("manual run"),
        EventKind::Api => on("run through the API"),
        EventKind::Create => named_reference(facts, "created"),
        EventKind::Delete => named_reference(facts, "deleted"),
        EventKind::Other => on(&facts.event_name),
    }
}

fn change(facts: &Facts) -> String {
    let (word, mark) = if facts.engine == "gitlab-ci" { ("merge request", '!') } else { ("pull request", '#') };
    let Some(change) = &facts.change else { return word.to_owned() };
    let mut line = word.to_owned();
    if let Some(number) = change.number {
        put!(line, " {mark}{number}");
    }
    let branches = (change.head.branch.as_deref(), change.base.branch.as_deref());
    match branches {
        (Some(head), Some(base)) => put!(line, " ({head} \u{2192} {base})"),
        (Some(head), None) => put!(line, " ({head})"),
        (None, Some(base)) => put!(line, " (\u{2192} {base})"),
        (None, None) => {}
    }
    if change.fork == ForkStatus::Fork {
        line.push_str(", from a fork,");
    }
    line
}

fn named_reference(facts: &Facts, what: &str) -> String {
    match &facts.reference {
        Some(reference) => format!("{} {} {what}", reference_kind(reference.kind), reference.name),
        None => what.to_owned(),
    }
}

/// Everything that is known, then what is not.
pub(crate) fn facts(facts: &Facts, style: Style) -> String {
    let mut out = format!("{}\n\n", style.strong(run_line(facts)));
    out.push_str(&table(&rows(facts).into_iter().map(|(name, value)| row(&name, &value, style)).collect::<Vec<_>>()));
    if !facts.unknowns.is_empty() {
        put!(out, "\n{}\n", style.heading("Not told by this engine"));
        let unknowns: Vec<_> = facts
            .unknowns
            .iter()
            .map(|unknown| {
                vec![
                    Cell::styled(&one_line(&unknown.fact), |t| style.caution(t)),
                    Cell::plain(one_line(&unknown.reason.message)),
                ]
            })
            .collect();
        out.push_str(&table(&unknowns));
    }
    out
}

fn row(name: &str, value: &str, style: Style) -> Vec<Cell> {
    vec![Cell::styled(name, |t| style.faint(t)), Cell::plain(value)]
}

/// Names as in JSON, so that people find them in both.
fn rows(facts: &Facts) -> Vec<(String, String)> {
    let mut rows = Rows(Vec::new());
    rows.add("engine", Some(&facts.engine));
    rows.add("event", Some(event_kind(facts.event)));
    rows.add("event_name", Some(&facts.event_name));
    rows.add("action", facts.action.as_ref());
    if let Some(repository) = &facts.repository {
        rows.add("repository.path", Some(&repository.path));
        rows.add("repository.server_url", repository.server_url.as_ref());
        rows.add("repository.default_branch", repository.default_branch.as_ref());
        rows.add("repository.registry_image", repository.registry_image.as_ref());
    }
    if let Some(reference) = &facts.reference {
        rows.add("reference", Some(format!("{} ({})", reference.full, reference_kind(reference.kind))));
    }
    if let Some(change) = &facts.change {
        rows.add("change.number", change.number.map(|n| n.to_string()));
        rows.add("change.title", change.title.as_ref());
        rows.add("change.author", change.author.as_ref());
        rows.side("change.head", &change.head);
        rows.side("change.base", &change.base);
        rows.add("change.fork", Some(fork_status(change.fork)));
        rows.add("change.draft", change.draft.map(yes_no));
        rows.add("change.merged", change.merged.map(yes_no));
    }
    let revisions = &facts.revisions;
    rows.add(
        "revisions.built",
        revisions.built.as_ref().map(|sha| match revisions.built_kind {
            Some(kind) => format!("{sha} ({})", revision_kind(kind)),
            None => sha.clone(),
        }),
    );
    rows.add("revisions.head", revisions.head.as_ref());
    rows.add("revisions.merge", revisions.merge.as_ref());
    rows.add("revisions.base", revisions.base.as_ref());
    rows.add("revisions.checkout", revisions.checkout.as_ref());
    rows.add("commit.subject", facts.commit.subject.as_ref());
    rows.add("commit.timestamp", facts.commit.timestamp.map(readable));
    if let Some(upstream) = &facts.upstream {
        rows.add("upstream.id", upstream.id.as_ref());
        rows.add("upstream.workflow", upstream.workflow.as_ref());
        rows.add("upstream.event_name", Some(&upstream.event_name));
        rows.add("upstream.conclusion", upstream.conclusion.as_ref());
        rows.add("upstream.attempt", upstream.attempt.map(|n| n.to_string()));
        rows.add("upstream.head_repository", upstream.head_repository.as_ref());
        rows.add("upstream.url", upstream.url.as_ref());
    }
    rows.add("run.id", facts.run.id.as_ref());
    rows.add("run.attempt", facts.run.attempt.map(|n| n.to_string()));
    rows.add("run.url", facts.run.url.as_ref());
    rows.add("run.workflow", facts.run.workflow.as_ref());
    rows.add("run.job", facts.run.job.as_ref());
    rows.add("actor", facts.actor.as_ref());
    rows.add("prerelease", facts.prerelease.map(yes_no));
    rows.add("dirty", facts.dirty.map(yes_no));
    rows.add(
        "changed_files",
        facts.changed_files.as_ref().map(|files| match files.len() {
            1 => "1 file".to_owned(),
            n => format!("{n} files"),
        }),
    );
    rows.add(
        "registry_tags",
        facts.registry_tags.as_ref().map(|own| {
            let rest = if own.complete { "" } else { ", and perhaps more" };
            format!("{}{rest}", own.tags.len())
        }),
    );
    rows.add("credentials", facts.credentials.as_ref().map(|hosts| list(hosts)));
    rows.add("builder", facts.builder.as_ref().map(|b| format!("{} {}", b.name, b.version)));
    rows.add("now", Some(readable(facts.now)));
    rows.0
}

struct Rows(Vec<(String, String)>);

impl Rows {
    fn add(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.0.push((name.to_owned(), one_line(value.as_ref())));
        }
    }

    fn side(&mut self, name: &str, side: &ChangeSide) {
        self.add(&format!("{name}.branch"), side.branch.as_ref());
        self.add(&format!("{name}.sha"), side.sha.as_ref());
        self.add(&format!("{name}.repository"), side.repository.as_ref());
    }
}

/// Names on one line, or a word for none.
pub(super) fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { one_line(&names.join(", ")) }
}

fn short(sha: &str) -> &str {
    sha.get(..DIGITS).unwrap_or(sha)
}

fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

fn event_kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Push => "push",
        EventKind::Tag => "tag",
        EventKind::PullRequest => "pull-request",
        EventKind::PullRequestTarget => "pull-request-target",
        EventKind::MergeGroup => "merge-group",
        EventKind::Release => "release",
        EventKind::Schedule => "schedule",
        EventKind::Manual => "manual",
        EventKind::Api => "api",
        EventKind::Create => "create",
        EventKind::Delete => "delete",
        EventKind::Other => "other",
    }
}

fn reference_kind(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Branch => "branch",
        ReferenceKind::Tag => "tag",
        ReferenceKind::Change => "change",
        ReferenceKind::Other => "reference",
    }
}

fn fork_status(status: ForkStatus) -> &'static str {
    match status {
        ForkStatus::SameRepository => "same-repository",
        ForkStatus::Fork => "fork",
        ForkStatus::Unknown => "unknown",
    }
}

fn revision_kind(kind: RevisionKind) -> &'static str {
    match kind {
        RevisionKind::Head => "head",
        RevisionKind::Merge => "merge",
        RevisionKind::Push => "push",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample_facts;
    use super::*;

    #[test]
    fn facts_are_shown_with_what_is_unknown() {
        insta::assert_snapshot!(facts(&sample_facts(), Style::PLAIN), @r"
        pull request #12 (feature/x → main) in acme/app, github-actions

          engine                     github-actions
          event                      pull-request
          event_name                 pull_request
          action                     opened
          repository.path            acme/app
          repository.server_url      https://github.com
          repository.default_branch  main
          reference                  refs/pull/12/merge (change)
          change.number              12
          change.title               Add a thing
          change.author              octo
          change.head.branch         feature/x
          change.head.sha            1111111111111111111111111111111111111111
          change.head.repository     acme/app
          change.base.branch         main
          change.base.sha            3333333333333333333333333333333333333333
          change.base.repository     acme/app
          change.fork                same-repository
          change.draft               no
          revisions.built            2222222222222222222222222222222222222222 (merge)
          revisions.head             1111111111111111111111111111111111111111
          revisions.merge            2222222222222222222222222222222222222222
          revisions.checkout         2222222222222222222222222222222222222222
          commit.subject             Add a thing
          commit.timestamp           2024-05-01T12:00:00Z
          run.id                     99
          run.attempt                2
          run.workflow               CI
          actor                      octo
          dirty                      no
          changed_files              2 files
          credentials                ghcr.io
          builder                    buildx 0.14.1
          now                        2024-05-01T13:00:00Z

        Not told by this engine
          change.merged  the payload does not say whether the pull request was merged
        ");
    }

    #[test]
    fn a_run_is_told_in_one_line() {
        let mut facts = sample_facts();
        facts.change = None;
        for (event, expected) in [
            (EventKind::Push, "push to 12/merge in acme/app, github-actions"),
            (EventKind::PullRequest, "pull request in acme/app, github-actions"),
            (EventKind::MergeGroup, "merge queue of 12/merge in acme/app, github-actions"),
            (EventKind::Delete, "change 12/merge deleted in acme/app, github-actions"),
            (EventKind::Manual, "manual run on 12/merge in acme/app, github-actions"),
            (EventKind::Other, "pull_request on 12/merge in acme/app, github-actions"),
        ] {
            facts.event = event;
            assert_eq!(run_line(&facts), expected);
        }
    }

    #[test]
    fn no_title_can_steer_the_terminal() {
        let mut hostile = sample_facts();
        hostile.commit.subject = Some("\u{1b}]0;x\u{7}\n::error::x".to_owned());
        let shown = facts(&hostile, Style::PLAIN) + &commit_line(&hostile).unwrap();
        assert!(!shown.contains(['\u{1b}', '\u{7}']));
        assert!(shown.lines().all(|line| !line.trim_start().starts_with("::")), "{shown}");
    }
}
