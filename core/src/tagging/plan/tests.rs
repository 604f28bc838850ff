//! Behaviour of whole plans. Failures that the first system of this kind met carry the number of its report: F1 to F12.

use super::*;
use crate::Entry;
use crate::facts::{EventKind, ForkStatus, Reference, ReferenceKind, Repository, Revisions, Unknown, UpstreamRun};
use crate::policy::{Build, ImageRule, Naming, PrSha, TagSource, When};
use crate::tagging::testing::{
    HEAD, MERGE, events, git_tag, globs, image, on, policy, pull_request, push, rule, rule_when, simple,
};
use crate::tagging::{ArchiveMethod, ImagePlan};

fn planned(policy: &Policy, facts: &Facts) -> ImagePlan {
    plan(policy, facts).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn refusal(policy: &Policy, facts: &Facts) -> Vec<String> {
    plan(policy, facts).map_or_else(|errors| errors.into_iter().map(|e| e.code).collect(), |plan| panic!("{plan:#?}"))
}

fn names(plan: &ImagePlan) -> Vec<&str> {
    plan.tags.iter().map(|tag| tag.name.as_str()).collect()
}

fn same_repository() -> Facts {
    pull_request(ForkStatus::SameRepository)
}

fn marked(templates: &[&str]) -> crate::policy::TagRule {
    crate::policy::TagRule { primary: true, ..rule(templates) }
}

#[test]
fn f1_a_pull_request_is_named_by_its_number_and_never_by_its_reference() {
    let mut facts = same_repository();
    facts.reference = Some(Reference {
        full: "refs/pull/421/merge".to_owned(),
        name: "421/merge".to_owned(),
        kind: ReferenceKind::Change,
    });
    assert_eq!(names(&planned(&simple(), &facts)), ["pr-12-abc1234"]);
}

#[test]
fn f2_an_upper_case_owner_is_written_in_lower_case() {
    let plan = planned(&simple(), &push("feature/x"));
    assert_eq!(plan.primary.as_deref(), Some("ghcr.io/acme/app:feature-x-abc1234"));
}

#[test]
fn f3_a_branch_with_slashes_has_one_name_for_producer_and_consumer() {
    let plan = planned(&simple(), &push("feature/dns/subdomain"));
    assert_eq!(names(&plan), ["feature-dns-subdomain-abc1234"]);
    assert_eq!(plan.lookup.references, plan.images[0].references);
}

#[test]
fn f4_a_branch_is_never_lost_from_its_tag() {
    for branch in ["feature/Add_New-Feature", "a.b", "日本語", "_"] {
        let plan = planned(&simple(), &push(branch));
        assert!(!names(&plan)[0].starts_with('-'), "{branch}");
        assert!(names(&plan)[0].len() > "-abc1234".len(), "{branch}");
    }
}

#[test]
fn f5_a_long_branch_and_its_commit_fit_the_longest_tag() {
    for (template, length) in [("{{branch}}-{{sha}}", 128), ("{{branch}}", 128), ("x-{{branch}}-{{full-sha}}", 128)] {
        let plan = planned(&policy([rule(&[template])]), &push(&"x".repeat(4000)));
        assert_eq!(names(&plan)[0].len(), length, "{template}");
    }
}

#[test]
fn f6_special_characters_at_the_ends_cost_no_more_than_themselves() {
    for (branch, tag) in [("#123-fix", "123-fix-abc1234"), ("foo-", "foo-abc1234"), ("_wip/x", "wip-x-abc1234")] {
        assert_eq!(names(&planned(&simple(), &push(branch))), [tag]);
    }
}

#[test]
fn f7_a_consumer_asks_for_what_the_producer_pushed() {
    let policy = policy([rule(&["sha-{{sha}}", "latest"])]);
    let plan = planned(&policy, &push("main"));
    assert_eq!(plan.lookup.references, ["ghcr.io/acme/app:sha-abc1234"]);
    assert!(plan.images[0].references.contains(&plan.lookup.references[0]));
}

#[test]
fn f8_what_names_the_build_is_what_every_run_of_the_change_can_derive() {
    // The producer builds the merge commit of a pull request; a consumer that follows it knows the head only.
    let producer = planned(&simple(), &same_repository());
    let mut follower = same_repository();
    follower.upstream = Some(UpstreamRun::default());
    follower.revisions =
        Revisions { built: Some(HEAD.to_owned()), head: Some(HEAD.to_owned()), ..Revisions::default() };
    let consumer = planned(&simple(), &follower);
    assert!(consumer.lookup.references.contains(&producer.primary.unwrap()));
}

#[test]
fn f9_the_file_holds_the_reference_that_was_emitted() {
    let fork = Facts { credentials: Some(Vec::new()), ..pull_request(ForkStatus::Fork) };
    let plan = planned(&simple(), &fork);
    assert_eq!(Some(plan.delivery.archive.unwrap().reference), plan.primary);
}

#[test]
fn f10_the_primary_tag_does_not_depend_on_the_order_of_rules() {
    let first = policy([rule(&["{{branch}}-{{sha}}"]), marked(&["pr-{{pr}}-{{sha}}"])]);
    let last = policy([marked(&["pr-{{pr}}-{{sha}}"]), rule(&["{{branch}}-{{sha}}"])]);
    for policy in [first, last] {
        let plan = planned(&policy, &same_repository());
        assert_eq!(names(&plan), ["pr-12-abc1234", "feature-x-abc1234"]);
        assert_eq!(plan.primary.as_deref(), Some("ghcr.io/acme/app:pr-12-abc1234"));
        assert_eq!(plan.version.as_deref(), Some("pr-12-abc1234"));
    }
}

#[test]
fn f11_a_registry_gets_only_what_the_policy_and_the_credentials_allow() {
    let hub = |when| ImageRule { when, ..image("docker.io/acme/app") };
    let not_for_changes = When { credentials: Some(true), ..events(&[EventKind::Push, EventKind::Tag]) };
    let policy = Policy { images: vec![image("ghcr.io/acme/app"), hub(not_for_changes)], ..simple() };
    let credentials = |hosts: &[&str]| Some(hosts.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>());
    for (facts, expected) in [
        (Facts { credentials: credentials(&["ghcr.io", "docker.io"]), ..push("x") }, [true, true]),
        (Facts { credentials: credentials(&["ghcr.io"]), ..push("x") }, [true, false]),
        (Facts { credentials: credentials(&["ghcr.io", "docker.io"]), ..same_repository() }, [true, false]),
    ] {
        let plan = planned(&policy, &facts);
        let active: Vec<_> = plan.images.iter().map(|i| (i.active, i.push, !i.references.is_empty())).collect();
        assert_eq!(active, expected.map(|on| (on, on, on)));
    }
    let unknown = Facts { credentials: None, ..push("x") };
    assert_eq!(refusal(&policy, &unknown), ["credentials-unknown"]);
}

#[test]
fn f12_empty_names_and_lists_are_refused_at_the_producer() {
    let no_images = Policy { images: Vec::new(), ..simple() };
    for (policy, facts, codes) in vec![
        (policy([]), push("x"), ["no-tags"]),
        (simple(), on(EventKind::Api, ReferenceKind::Branch, "x"), ["no-tags"]),
        (no_images, push("x"), ["no-images"]),
        (policy([rule(&["a b"])]), push("x"), ["invalid-tag"]),
        (policy([rule(&[""])]), push("x"), ["invalid-tag"]),
        (policy([rule(&["{{timestamp}}"])]), push("x"), ["invalid-tag"]),
        (policy([rule(&["{{tag}}"])]), git_tag("日本"), ["invalid-tag"]),
        (policy([rule(&["{{tag}}"])]), git_tag(&"v".repeat(129)), ["invalid-tag"]),
        (policy([rule(&[&"x".repeat(129)])]), push("x"), ["invalid-tag"]),
        (policy([rule(&[&format!("{}{{{{branch}}}}", "x".repeat(128))])]), push("x"), ["invalid-tag"]),
    ] {
        assert_eq!(refusal(&policy, &facts), codes);
    }
}

#[test]
fn a_run_without_a_tag_is_told_what_each_rule_says() {
    let errors = plan(&simple(), &git_tag("stable")).unwrap_err();
    insta::assert_snapshot!(errors[0].help.as_deref().unwrap(), @"add a rule for this run; tags[0]: `event` asks for pull-request, pull-request-target, but the run has tag; tags[1]: `event` asks for push, but the run has tag; tags[2]: `{{version}}` is absent: the git tag is not a semantic version; tags[3]: `event` asks for schedule, but the run has tag; tags[4]: `event` asks for merge-group, manual, but the run has tag");
}

#[test]
fn every_value_is_filled_in_from_the_facts() {
    for (template, facts, expected) in vec![
        ("pr-{{pr}}", same_repository(), "pr-12"),
        ("{{sha}}", same_repository(), "abc1234"),
        ("{{sha}}", push("x"), "abc1234"),
        ("{{full-sha}}", push("x"), HEAD),
        ("{{branch}}", push("Feature/X"), "feature-x"),
        ("{{branch}}", same_repository(), "feature-x"),
        ("{{base-branch}}", same_repository(), "main"),
        ("{{tag}}", git_tag("Release/v1.0.0+x"), "Release-v1.0.0-x"),
        ("{{tag}}", git_tag("-.x"), "x"),
        ("{{version}}", git_tag("v1.2.3-rc.1+build"), "1.2.3-rc.1"),
        ("{{major}}.{{minor}}.{{patch}}", git_tag("1.2.3"), "1.2.3"),
        ("{{date}}", push("x"), "2026-01-31"),
        ("{{run-id}}.{{run-attempt}}", push("x"), "4711.1"),
        ("{{owner}}-{{name}}", push("x"), "acme-app"),
        ("{{event}}", same_repository(), "pull-request"),
    ] {
        // With the commit in front, so that no tag is an alias of a pull request.
        let template = format!("{{{{sha}}}}.{template}");
        assert_eq!(names(&planned(&policy([rule(&[&template])]), &facts)), [format!("abc1234.{expected}")]);
    }
}

#[test]
fn the_policy_chooses_the_commit_and_its_length() {
    let naming = Naming { sha_length: 12, pr_sha: PrSha::Merge, ..Naming::default() };
    let policy = Policy { naming, ..simple() };
    let facts = same_repository();
    let found = planned(&policy, &facts);
    assert_eq!(names(&found), ["pr-12-def5678def56"]);
    assert_eq!(found.lookup.references, ["ghcr.io/acme/app:pr-12-abc1234abc12", "ghcr.io/acme/app:pr-12-def5678def56"]);
    // A run with the target's rights has no merge commit: absent, so the rule does not fire.
    let target = Facts {
        event: EventKind::PullRequestTarget,
        revisions: Revisions { merge: None, built: Some(HEAD.to_owned()), ..facts.revisions },
        ..same_repository()
    };
    assert_eq!(refusal(&policy, &target), ["no-tags"]);
}

#[test]
fn f41_a_number_that_the_engine_should_tell_is_an_error_and_one_that_no_run_has_is_none() {
    let mut facts = same_repository();
    facts.change.as_mut().unwrap().number = None;
    assert_eq!(refusal(&simple(), &facts), ["no-tags"]);
    let reason = Reason::new("pull-requests-empty", "the payload lists no pull request, as it comes from a fork");
    facts.unknowns.push(Unknown { fact: "change.number".to_owned(), reason });
    let errors = plan(&simple(), &facts).unwrap_err();
    assert_eq!(errors.iter().map(|e| e.code.as_str()).collect::<Vec<_>>(), ["value-unknown"]);
    assert!(errors[0].message.contains("comes from a fork"), "{}", errors[0].message);
    // A rule that does not fire needs nothing.
    let unrelated = policy([
        rule_when(events(&[EventKind::Push]), &["pr-{{pr}}"]),
        rule_when(events(&[EventKind::PullRequest]), &["sha-{{sha}}"]),
    ]);
    assert_eq!(names(&planned(&unrelated, &facts)), ["sha-abc1234"]);
}

#[test]
fn a_tag_that_every_push_takes_over_never_names_a_pull_requests_build() {
    let facts = same_repository();
    for (policy, expected) in [
        (policy([rule(&["pr-{{pr}}", "pr-{{pr}}-{{sha}}"])]), vec!["pr-12-abc1234", "pr-12"]),
        (policy([marked(&["pr-{{pr}}", "{{branch}}-{{sha}}"])]), vec!["feature-x-abc1234", "pr-12"]),
    ] {
        let plan = planned(&policy, &facts);
        assert_eq!(names(&plan), expected);
        assert_eq!(plan.tags.iter().map(|t| t.mutable).collect::<Vec<_>>(), [false, true]);
    }
    assert_eq!(refusal(&policy([rule(&["pr-{{pr}}"])]), &facts), ["no-primary"]);
    assert_eq!(refusal(&policy([marked(&["pr-{{pr}}"]), rule(&["{{sha}}"])]), &facts), ["no-primary"]);
    assert_eq!(names(&planned(&policy([rule(&["latest"])]), &push("main"))), ["latest"], "a push may");
}

#[test]
fn two_marked_rules_that_fire_are_an_error_and_one_that_does_not_is_none() {
    let two = policy([marked(&["a-{{sha}}"]), marked(&["b-{{sha}}"])]);
    assert_eq!(refusal(&two, &push("x")), ["several-primaries"]);
    let mut one = two.clone();
    one.tags[0].when = events(&[EventKind::Tag]);
    assert_eq!(names(&planned(&one, &push("x"))), ["b-abc1234"]);
    let same = policy([rule(&["x"]), marked(&["a-{{sha}}"]), marked(&["a-{{sha}}"])]);
    assert_eq!(names(&planned(&same, &push("x"))), ["a-abc1234", "x"]);
}

#[test]
fn a_tag_may_be_taken_over_unless_it_holds_a_commit_a_run_or_a_whole_version() {
    for (template, mutable) in [
        ("{{sha}}", false),
        ("{{full-sha}}", false),
        ("{{version}}", false),
        ("{{tag}}", false),
        ("{{run-id}}", false),
        ("{{major}}.{{minor}}.{{patch}}", false),
        ("{{major}}.{{minor}}", true),
        ("nightly-{{date}}", true),
        ("latest", true),
    ] {
        assert_eq!(planned(&policy([rule(&[template])]), &git_tag("v1.2.3")).tags[0].mutable, mutable, "{template}");
    }
    let candidate = planned(&policy([rule(&["{{major}}.{{minor}}.{{patch}}"])]), &git_tag("v1.2.3-rc.1"));
    assert!(candidate.tags[0].mutable, "the release takes it over");
}

#[test]
fn every_rule_says_why_it_fired_or_not() {
    let mut policy = policy([
        rule_when(events(&[EventKind::Tag]), &["v{{version}}"]),
        rule(&["{{sha}}", "latest"]),
        rule(&["latest"]),
        rule(&["pr-{{pr}}"]),
    ]);
    policy.tags[1].when = When { branches: Some(globs(&["main"])), ..events(&[EventKind::Push]) };
    let plan = planned(&policy, &push("main"));
    let rules: Vec<_> = plan
        .rules
        .iter()
        .map(|r| (r.fired, r.reason.code.as_str(), r.reason.message.as_str(), r.tags.join(" ")))
        .collect();
    assert_eq!(
        rules,
        [
            (false, "condition-unmet", "`event` asks for tag, but the run has push", String::new()),
            (true, "fired", "event is push, branches is main", "abc1234 latest".to_owned()),
            (true, "duplicate", "every tag of the rule was made by an earlier rule", "latest".to_owned()),
            (false, "value-absent", "`{{pr}}` is absent: the run is about no pull request", String::new()),
        ]
    );
    let traces = explain(&policy, &push("main"));
    assert_eq!(traces.iter().map(|t| &t.outcome).collect::<Vec<_>>(), plan.rules.iter().collect::<Vec<_>>());
    let conditions: Vec<_> = traces.iter().map(|t| t.conditions.len()).collect();
    assert_eq!(conditions, [1, 2, 0, 0]);
    assert_eq!(traces[1].values, [Entry::new("sha", "abc1234")]);
    assert_eq!(plan.tags.iter().map(|t| t.rule.as_str()).collect::<Vec<_>>(), ["tags[1]", "tags[1]"]);
}

#[test]
fn every_error_is_told_and_not_only_the_first() {
    let mut policy = policy([rule(&["a b"]), rule(&["c d"])]);
    policy.tags.push(crate::policy::TagRule { source: TagSource::Metadata("type=raw".to_owned()), ..rule(&[]) });
    policy.images = vec![image("ghcr.io/Acme/App:x")];
    assert_eq!(refusal(&policy, &push("x")), ["invalid-tag", "invalid-tag", "metadata-line", "invalid-image-name"]);
}

#[test]
fn f40_a_fork_builds_into_a_file_and_pushes_nothing() {
    let plan = planned(&simple(), &pull_request(ForkStatus::Fork));
    assert!(plan.decision.build && !plan.delivery.push);
    assert_eq!(plan.images[0].reasons[0].code, "fork-cannot-push");
    assert_eq!(plan.delivery.archive.unwrap().method, ArchiveMethod::BuilderExport);
}

#[test]
fn a_skipped_run_still_names_the_image_that_its_consumers_look_for() {
    let mut policy = simple();
    policy.skip.actors = vec!["octocat".to_owned()];
    policy.build = Build { load: Some(When::default()), ..Build::default() };
    let plan = planned(&policy, &push("x"));
    assert!(!plan.decision.build && !plan.delivery.push && !plan.delivery.load && plan.delivery.archive.is_none());
    assert_eq!((plan.images[0].push, plan.images[0].reasons[0].code.as_str()), (false, "not-built"));
    assert_eq!(plan.lookup.references, ["ghcr.io/acme/app:x-abc1234"]);
    assert_eq!(plan.primary.as_deref(), Some("ghcr.io/acme/app:x-abc1234"));
}

#[test]
fn a_deletion_needs_no_tag() {
    let plan = planned(&simple(), &Facts { event: EventKind::Delete, ..push("x") });
    assert_eq!((plan.decision.build, plan.decision.reasons[0].code.as_str()), (false, "deleted"));
    assert_eq!((plan.tags.len(), plan.primary, plan.lookup.references.len()), (0, None, 0));
}

#[test]
fn a_consumer_tries_the_head_before_the_merge_and_trusts_labels_only() {
    let policy = Policy { images: vec![image("ghcr.io/a/b"), image("quay.io/a/b")], ..simple() };
    let lookup = planned(&policy, &same_repository()).lookup;
    assert_eq!(
        lookup.references,
        [
            "ghcr.io/a/b:pr-12-abc1234",
            "quay.io/a/b:pr-12-abc1234",
            "ghcr.io/a/b:pr-12-def5678",
            "quay.io/a/b:pr-12-def5678"
        ]
    );
    let accepted: Vec<_> = lookup.accepted.iter().map(|a| (a.label.as_str(), a.revision.as_str())).collect();
    assert_eq!(
        accepted,
        [
            ("org.opencontainers.image.revision", MERGE),
            ("org.opencontainers.image.revision", HEAD),
            ("dev.buildonce.head-revision", HEAD)
        ]
    );
    assert_eq!(lookup.platforms, ["linux/amd64"]);
}

#[test]
fn a_checkout_of_nowhere_is_built_for_the_local_store() {
    let repository = Repository { path: "My App".to_owned(), ..Repository::default() };
    let mut policy = simple();
    policy.build.load = Some(When::default());
    let plan = planned(&policy, &Facts { engine: "local".to_owned(), repository: Some(repository), ..push("x") });
    assert_eq!(plan.primary.as_deref(), Some("my-app:x-abc1234"));
    assert_eq!(plan.images[0].reasons[0].code, "no-registry");
    assert!(plan.delivery.load && !plan.delivery.push);
    assert_eq!(plan.lookup.references.len(), 0, "no registry knows the name");
}

#[test]
fn what_makes_an_image_untrue_is_told() {
    let dirty = Facts { dirty: Some(true), credentials: Some(vec!["ghcr.io".to_owned()]), ..push("x") };
    assert_eq!(planned(&simple(), &dirty).warnings[0].code, "dirty-checkout");
    let mut elsewhere = Facts { event: EventKind::PullRequestTarget, ..same_repository() };
    elsewhere.revisions.checkout = Some("9".repeat(40));
    assert_eq!(refusal(&simple(), &elsewhere), ["checkout-is-not-the-change"]);
    let mut policy = simple();
    policy.skip.actors = vec!["octocat".to_owned()];
    assert!(plan(&policy, &elsewhere).is_ok(), "who builds nothing mislabels nothing");
}

#[test]
fn a_consumer_needs_no_checkout_of_the_change_and_finds_what_the_producer_made() {
    let producer = planned(&simple(), &same_repository());
    assert_eq!(lookup(&simple(), &same_repository()).as_ref(), Ok(&producer.lookup));
    let mut consumer = same_repository();
    consumer.upstream = Some(UpstreamRun::default());
    consumer.revisions.checkout = Some("9".repeat(40));
    assert_eq!(refusal(&simple(), &consumer), ["checkout-is-not-the-change"]);
    let lookup = lookup(&simple(), &consumer).unwrap();
    assert!(lookup.references.contains(&producer.primary.unwrap()));
}
