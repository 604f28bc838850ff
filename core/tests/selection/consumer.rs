//! A consumer: a run, a policy, and the loop that carries out probes.

use buildonce_core::facts::{Change, ChangeSide, EventKind, Facts, ForkStatus, RevisionKind, Revisions, Unknown};
use buildonce_core::policy::{ImageRule, Place, Policy, TagRule, TagSource, Template, When};
use buildonce_core::selection::{MAX_STEPS, Observation, Request, Step, next};
use buildonce_core::{Reason, facts};
use serde_json::{Value, json};

use crate::registry::{IMAGE, World};

/// Changes get a tag of their own; the default branch one for the commit and `latest`; other branches one that names the
/// commit and one that moves.
pub(crate) fn policy() -> Policy {
    let template = |source: &str| Template::parse(source, Place::default()).unwrap();
    let rule = |id: usize, when: When, tags: &[&str]| TagRule {
        id: format!("tags[{id}]"),
        when,
        source: TagSource::Native(tags.iter().map(|tag| template(tag)).collect()),
        guard: None,
        primary: false,
        place: Place::default(),
    };
    let on = |events: &[EventKind], default_branch: Option<bool>| When {
        event: Some(events.to_vec()),
        default_branch,
        ..When::default()
    };
    let branch = [EventKind::Push, EventKind::Manual, EventKind::Schedule];
    Policy {
        images: vec![ImageRule { name: template(IMAGE), when: When::default(), place: Place::default() }],
        tags: vec![
            rule(0, on(&[EventKind::PullRequest, EventKind::PullRequestTarget], None), &["pr-{{pr}}-{{sha}}"]),
            rule(1, on(&branch, Some(true)), &["sha-{{sha}}", "sha-{{full-sha}}", "latest"]),
            rule(2, on(&branch, Some(false)), &["{{branch}}-{{sha}}", "sha-{{sha}}", "sha-{{full-sha}}", "{{branch}}"]),
            rule(3, on(&[EventKind::MergeGroup], None), &["sha-{{sha}}"]),
        ],
        ..Policy::default()
    }
}

/// A run. One that follows another has that one's event.
pub(crate) fn run_of(context: &Value) -> Facts {
    let own = |key: &str| context[key].as_str().map(str::to_owned);
    let (event, head, merge) = (context["event"].as_str().unwrap(), own("head_sha"), own("merge_sha"));
    let fork = context["fork"].as_bool().unwrap_or(false);
    let number = context["pr"].as_u64();
    let is_change = number.is_some() || fork || event.starts_with("pull_request");
    let mut document = json!({
        "engine": "github-actions", "event": "push", "event_name": event, "now": 0,
        "repository": {"path": "acme/app", "server_url": "https://github.com"},
    });
    document["repository"]["default_branch"] = context["default_branch"].clone();
    let mut facts: Facts = serde_json::from_value(document).unwrap();
    facts.event = match event {
        _ if is_change => EventKind::PullRequest,
        "workflow_dispatch" | "manual" => EventKind::Manual,
        "schedule" => EventKind::Schedule,
        "merge_group" => EventKind::MergeGroup,
        _ => EventKind::Push,
    };
    facts.revisions = Revisions {
        built: merge.clone().filter(|_| is_change).or_else(|| head.clone()),
        built_kind: Some(if is_change { RevisionKind::Merge } else { RevisionKind::Push }),
        head: head.clone(),
        merge,
        ..Revisions::default()
    };
    let branch = own("branch").unwrap_or_default();
    if is_change {
        let side = |branch: Option<String>, sha| ChangeSide { branch, sha, repository: None };
        facts.change = Some(Change {
            number,
            head: side(Some(branch), head),
            base: side(own("default_branch"), None),
            fork: if fork { ForkStatus::Fork } else { ForkStatus::SameRepository },
            ..Change::default()
        });
        if number.is_none() {
            let reason = Reason::new("fork", "the engine does not tell the number of a fork's pull request here");
            facts.unknowns.push(Unknown { fact: "change.number".to_owned(), reason });
        }
    } else {
        let full = format!("refs/heads/{branch}");
        facts.reference = Some(facts::Reference { full, name: branch, kind: facts::ReferenceKind::Branch });
    }
    facts
}

/// Climbs until there is an answer, with everything that was seen on the way.
pub(crate) fn climb(facts: &Facts, request: &Request, world: &World) -> (Step, Vec<Observation>) {
    let policy = policy();
    let mut seen: Vec<Observation> = Vec::new();
    for _ in 0..MAX_STEPS {
        match next(&policy, facts, request, &seen).unwrap() {
            Step::Probe(probes) => {
                assert!(!probes.is_empty(), "asks for nothing");
                for probe in probes {
                    assert!(seen.iter().all(|known| known.probe != probe), "asks twice for {probe:?}");
                    seen.push(world.look(&probe));
                }
            }
            answer => return (answer, seen),
        }
    }
    panic!("no answer after {MAX_STEPS} steps");
}

/// The answer when of every question only the first few probes are carried out before the next call.
pub(crate) fn climb_in_pages(facts: &Facts, request: &Request, world: &World, page: usize) -> Step {
    let policy = policy();
    let mut seen: Vec<Observation> = Vec::new();
    // Each call but the last adds what one probe saw, so there are at most as many calls as there is to see.
    for _ in 0..MAX_STEPS * 3 {
        match next(&policy, facts, request, &seen).unwrap() {
            Step::Probe(probes) => seen.extend(probes.iter().take(page).map(|probe| world.look(probe))),
            answer => return answer,
        }
    }
    panic!("no answer in pages of {page}");
}
