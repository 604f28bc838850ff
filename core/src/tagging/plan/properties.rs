//! What holds for every plan, whatever the facts.

use proptest::prelude::*;

use super::*;
use crate::facts::{
    Builder, Change, ChangeSide, EventKind, ForkStatus, ReferenceKind, Repository, Revisions, Unknown, UpstreamRun,
};
use crate::policy::{ImageRule, PlatformRule, When};
use crate::tagging::sanitize::{MAX_TAG, is_tag};
use crate::tagging::testing::{events, image, on, policy, rule, rule_when};

/// A policy that uses every value and every kind of rule.
fn rich() -> Policy {
    let mut policy = policy([
        rule_when(events(&[EventKind::PullRequest]), &["pr-{{pr}}-{{sha}}", "pr-{{pr}}"]),
        rule(&["{{branch}}-{{sha}}", "{{branch}}"]),
        rule(&["{{tag}}"]),
        rule(&["v{{version}}", "{{major}}.{{minor}}", "{{patch}}"]),
        rule(&["{{base-branch}}.{{branch}}.{{full-sha}}"]),
        rule(&["{{date}}-{{run-id}}-{{run-attempt}}"]),
        rule(&["{{owner}}.{{name}}.{{event}}"]),
        rule_when(When { default_branch: Some(true), ..events(&[EventKind::Push]) }, &["latest"]),
    ]);
    policy.images.push(ImageRule { when: events(&[EventKind::Tag]), ..image("docker.io/acme/{{name}}") });
    policy.images.push(image("localhost:5000/x"));
    policy.naming.keep = vec!['.', '_'];
    policy.build.load = Some(When::default());
    policy.build.platforms = vec![PlatformRule {
        when: events(&[EventKind::Push]),
        platforms: vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
        place: crate::policy::Place::default(),
    }];
    policy
}

fn arbitrary_facts() -> impl Strategy<Value = Facts> {
    let name = || prop_oneof!["[a-zA-Z0-9._/#-]{0,20}", any::<String>(), "[a-z]{150}"];
    let kinds = [ReferenceKind::Branch, ReferenceKind::Tag, ReferenceKind::Change, ReferenceKind::Other];
    let forks = [ForkStatus::Fork, ForkStatus::SameRepository, ForkStatus::Unknown];
    let sha = || proptest::option::weighted(0.9, prop_oneof![8 => "[0-9a-f]{40}|[0-9a-f]{64}", 1 => ".{0,9}"]);
    let side = move || {
        (proptest::option::of(name()), sha()).prop_map(|(branch, sha)| ChangeSide {
            branch,
            sha,
            repository: Some("a/b".to_owned()),
        })
    };
    let change = (any::<Option<u64>>(), side(), side(), proptest::sample::select(forks.to_vec()))
        .prop_map(|(number, head, base, fork)| Change { number, head, base, fork, ..Change::default() });
    let revisions = (sha(), sha(), sha(), sha()).prop_map(|(built, head, merge, checkout)| Revisions {
        built,
        head,
        merge,
        checkout,
        ..Revisions::default()
    });
    let unknown = proptest::sample::select(vec!["change", "reference", "revisions.built", "run.id", "prerelease"]);
    (
        (proptest::sample::select(EventKind::ALL.to_vec()), proptest::sample::select(kinds.to_vec()), name()),
        (proptest::option::of(change), revisions, prop_oneof![9 => 0..4_000_000_000_000_i64, 1 => any::<i64>()]),
        (
            proptest::option::weighted(0.2, unknown),
            prop_oneof![8 => Just("Acme/App".to_owned()), 1 => name()],
            proptest::option::of(any::<String>()),
            any::<bool>(),
        ),
    )
        .prop_map(|((event, kind, text), (change, revisions, now), (unknown, path, version, flag))| Facts {
            change,
            revisions,
            now,
            unknowns: unknown
                .map(|fact| Unknown { fact: fact.to_owned(), reason: Reason::new("x", "y") })
                .into_iter()
                .collect(),
            repository: Some(Repository {
                path,
                server_url: Some("https://github.com".to_owned()),
                default_branch: flag.then(|| "main".to_owned()),
                registry_image: None,
            }),
            builder: version.map(|version| Builder { name: "buildx".to_owned(), version }),
            upstream: flag.then(UpstreamRun::default),
            credentials: flag.then(Vec::new),
            ..on(event, kind, &text)
        })
}

proptest! {
    #[test]
    fn a_plan_is_whole_or_refused(facts in arbitrary_facts()) {
        match plan(&rich(), &facts) {

            Err(errors) => prop_assert!(errors.iter().any(|e| e.severity == crate::Severity::Error)),
            Ok(plan) => {
                let deleted = plan.decision.reasons[0].code == "deleted";
                let primaries = plan.tags.iter().filter(|t| t.primary).count();
                prop_assert!(primaries == 1 || (deleted && primaries == 0), "{plan:#?}");
                prop_assert!(deleted || plan.tags[0].primary);
                for tag in &plan.tags {
                    prop_assert!(is_tag(&tag.name) && tag.name.len() <= MAX_TAG, "{}", tag.name);
                }
                for reference in plan.images.iter().flat_map(|i| &i.references).chain(&plan.lookup.references) {
                    let (name, tag) = reference.rsplit_once(':').unwrap();
                    prop_assert!(is_tag(tag) && !name.is_empty(), "{reference}");
                }
                for image in &plan.images {
                    prop_assert!(image.active || (!image.push && image.references.is_empty()));
                }
                prop_assert!(plan.decision.build || !(plan.delivery.push || plan.delivery.load));
                prop_assert!(plan.concurrency.group.is_ascii() && plan.concurrency.group.len() <= 255);
                prop_assert!(plan.labels.is_sorted_by(|a, b| a.key < b.key));
            }
        }
    }
}
