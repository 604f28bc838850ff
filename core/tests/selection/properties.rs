//! What holds for every answer, whatever the world looks like.

use buildonce_core::selection::channel::{ChannelPolicy, Order, Strategy as By, TagInfo, channel};
use buildonce_core::selection::{
    Freshness, MAX_STEPS, OnUnknown, Probe, Proof, Request, Sighting, Step, Verdict, next,
};
use proptest::prelude::*;

use crate::consumer::{climb, climb_in_pages, policy};
use crate::registry::{World, config};
use crate::scenarios::{HEAD, MERGE, OTHER, consumer, request};

/// Names of the ladder and one that is none.
const TAGS: [&str; 7] =
    ["pr-123-abc1234", "pr-123-def5678", "feature-x-abc1234", "sha-abc1234", "feature-x", "latest", "pr-124-abc1234"];

/// Labels that say this commit, another one, half of one, or nothing.
fn revision() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(Some(HEAD)), Just(Some(MERGE)), Just(Some(OTHER)), Just(Some("abc1234")), Just(None)]
}

/// What a tag leads to.
#[derive(Debug, Clone)]
enum Under {
    Nothing,
    Unknown,
    Image(&'static str, Option<&'static str>),
    Index(Vec<(&'static str, Option<&'static str>, bool, bool)>),
}

fn under() -> impl Strategy<Value = Under> {
    let architecture = || prop_oneof![Just("amd64"), Just("arm64")];
    let child = (architecture(), revision(), any::<bool>(), any::<bool>());
    prop_oneof![
        2 => Just(Under::Nothing),
        1 => Just(Under::Unknown),
        4 => (architecture(), revision()).prop_map(|(architecture, revision)| Under::Image(architecture, revision)),
        4 => prop::collection::vec(child, 0..4).prop_map(Under::Index),
    ]
}

fn put(world: &mut World, tag: &str, under: &Under) {
    match under {
        Under::Nothing => {}
        Under::Unknown => {
            let unknown = Sighting::Unknown(buildonce_core::selection::Cause::Unavailable);
            world.answers.insert(tag.to_owned(), unknown);
        }
        Under::Image(architecture, revision) => {
            let digest = world.image(config("linux", architecture, *revision, tag), tag);
            world.tag(tag, &digest);
        }
        Under::Index(children) => {
            let mut entries = Vec::new();
            for (number, (architecture, revision, is_there, is_described)) in children.iter().enumerate() {
                let mark = format!("{tag}{number}");
                let digest = world.image(config("linux", architecture, *revision, &mark), &mark);
                if !is_there {
                    world.answers.remove(&digest);
                }
                entries.push((digest, is_described.then_some(("linux", *architecture))));
            }
            let index = world.index(&entries, tag);
            world.tag(tag, &index);
        }
    }
}

fn worlds() -> impl Strategy<Value = World> {
    prop::collection::vec(under(), TAGS.len()).prop_map(|all| {
        let mut world = World::default();
        for (tag, under) in TAGS.iter().zip(&all) {
            put(&mut world, tag, under);
        }
        world
    })
}

fn requests() -> impl Strategy<Value = Request> {
    let platforms = prop_oneof![
        Just(vec!["linux/amd64".to_owned()]),
        Just(vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()]),
        Just(vec![]),
    ];
    (platforms, any::<bool>(), any::<bool>()).prop_map(|(platforms, warn, lenient)| Request {
        platforms: Some(platforms),
        freshness: Some(if warn { Freshness::Warn } else { Freshness::Fail }),
        on_unknown: Some(if lenient { OnUnknown::Fallback } else { OnUnknown::Fail }),
        ..request()
    })
}

/// The label of the config with this digest.
fn label(world: &World, config: &str) -> Option<String> {
    let Some(Sighting::Document { body, .. }) = world.answers.get(config) else { return None };
    let config: serde_json::Value = serde_json::from_str(body).unwrap();
    config["config"]["Labels"][crate::registry::REVISION].as_str().map(str::to_owned)
}

/// What was decided about each candidate. An image that fails in two ways is refused for the one that was seen first, so the reason is left out.
fn decided(step: &Step) -> (String, Vec<(&str, Verdict)>) {
    let (decision, trace) = match step {
        Step::Accept(selected) => (format!("{:?} {:?}", selected.proof, selected.digest), &selected.trace),
        Step::Rebuild(none) => ("rebuild".to_owned(), &none.trace),
        Step::Fail(none) => (format!("fail: {} {:?}", none.reason.code, none.probe), &none.trace),
        Step::Probe(probes) => panic!("no answer: {probes:?}"),
    };
    (decision, trace.iter().map(|tried| (tried.reference.as_str(), tried.verdict)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_accepted_without_proof(world in worlds(), request in requests()) {
        let (step, seen) = climb(&consumer(), &request, &world);
        prop_assert!(seen.len() <= MAX_STEPS);
        if let Step::Accept(selected) = step {
            let wanted = request.platforms.unwrap_or_default();
            prop_assert!(wanted.iter().all(|name| selected.platforms.iter().any(|own| own.platform == *name)));
            prop_assert!(!selected.platforms.is_empty() && !selected.found.ends_with(":latest"));
            let labels: Vec<_> = selected.platforms.iter().map(|own| label(&world, &own.config)).collect();
            let ours = |label: &Option<String>| [HEAD, MERGE].contains(&label.as_deref().unwrap_or_default());
            match selected.proof {
                Proof::Proven => prop_assert!(labels.iter().all(ours)),
                Proof::Stale => {
                    prop_assert_eq!(request.freshness, Some(Freshness::Warn));
                    prop_assert!(selected.revisions.iter().any(|said| said.revision == OTHER));
                    prop_assert!(selected.warnings.iter().any(|warning| warning.code == "stale"));
                }
                Proof::Waived => prop_assert!(false, "nobody named an image"),
            }
        }
    }

    #[test]
    fn the_order_of_observations_does_not_show(
        (world, request) in (worlds(), requests()),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let (step, mut seen) = climb(&consumer(), &request, &world);
        let count = seen.len();
        for (at, index) in order.iter().enumerate().filter(|_| count > 0) {
            let (one, two) = (at % count, index.index(count));
            seen.swap(one, two);
        }
        prop_assert_eq!(next(&policy(), &consumer(), &request, &seen).unwrap(), step.clone());
        // The same things seen twice are the same things.
        seen.extend(seen.clone());
        prop_assert_eq!(next(&policy(), &consumer(), &request, &seen).unwrap(), step);
    }

    #[test]
    fn how_many_answers_come_at_once_does_not_show(world in worlds(), request in requests(), page in 1_usize..4) {
        let in_pages = climb_in_pages(&consumer(), &request, &world, page);
        let (at_once, _) = climb(&consumer(), &request, &world);
        prop_assert_eq!(decided(&in_pages), decided(&at_once));
    }

    #[test]
    fn a_tag_that_is_no_candidate_changes_nothing(world in worlds(), request in requests(), other in under()) {
        let mut more = world.clone();
        put(&mut more, "pr-124-abc1234", &other);
        put(&mut more, "latest", &other);
        put(&mut more, "nightly", &other);
        prop_assert_eq!(climb(&consumer(), &request, &world).0, climb(&consumer(), &request, &more).0);
    }

    #[test]
    fn what_was_not_asked_for_changes_nothing(world in worlds(), request in requests()) {
        let (step, mut seen) = climb(&consumer(), &request, &world);
        let other = Probe::Manifest { image: crate::registry::IMAGE.to_owned(), reference: "nightly".to_owned() };
        seen.push(world.look(&other));
        prop_assert_eq!(next(&policy(), &consumer(), &request, &seen).unwrap(), step);
    }

    #[test]
    fn a_channel_does_not_depend_on_the_listing(
        names in prop::collection::vec("v?[0-2]\\.[0-2](\\.[0-2])?(-rc\\.[12])?|sha-[0-9]{7}|[0-9]{1,3}", 0..30),
        by in prop_oneof![Just(By::Semver), Just(By::Numerical), Just(By::Alphabetical), Just(By::Created)],
        order in prop_oneof![Just(Order::Ascending), Just(Order::Descending)],
        cut in any::<prop::sample::Index>(),
    ) {
        let policy = ChannelPolicy { order, ..ChannelPolicy::new(by) };
        let dated = |(at, name): (usize, String)| TagInfo {
            created: i64::try_from(name.len() + at % 2).ok(),
            ..TagInfo::named(name)
        };
        let mut tags: Vec<_> = names.into_iter().enumerate().map(dated).collect();
        let choice = channel(&policy, &tags).unwrap();
        if let Some(tag) = &choice.tag {
            prop_assert!(tags.contains(tag));
        }
        if !tags.is_empty() {
            let at = cut.index(tags.len());
            tags.rotate_left(at);
            tags.reverse();
        }
        prop_assert_eq!(channel(&policy, &tags).unwrap(), choice);
    }

    #[test]
    fn a_tag_outside_of_a_channel_never_changes_its_choice(
        names in prop::collection::vec("v?[0-2]\\.[0-2]\\.[0-2](-rc\\.[12])?", 0..20),
        others in prop::collection::vec("sha256-[0-9a-f]{64}(\\.(sig|att|sbom))?|pr-[0-9]{1,4}|9\\.9\\.9-beta|latest|denied-9\\.9\\.9", 1..6),
        at in any::<prop::sample::Index>(),
    ) {
        let mut policy = ChannelPolicy::new(By::Semver);
        policy.deny = vec!["denied-*".to_owned()];
        let mut tags: Vec<_> = names.into_iter().map(TagInfo::named).collect();
        let before = channel(&policy, &tags).unwrap();
        let at = at.index(tags.len() + 1);
        tags.splice(at..at, others.into_iter().map(TagInfo::named));
        let after = channel(&policy, &tags).unwrap();
        prop_assert_eq!((after.tag, after.value, after.candidates), (before.tag, before.value, before.candidates));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "\\PC{0,40}", other in "[v0-9.xX*|<>=!~^, -]{0,40}") {
        use buildonce_core::reference::{ImageReference, Platform};
        use buildonce_core::version::masterminds::{Constraints, Prereleases, Strictness, Version};
        for text in [text.as_str(), other.as_str()] {
            let _ = (ImageReference::parse(text), Platform::parse(text));
            let version = Version::parse(text, Strictness::Loose);
            if let (Ok(constraint), Some(version)) = (Constraints::parse(&other), version) {
                let strict = constraint.admits(&version, Prereleases::WhenNamed);
                prop_assert!(!strict || constraint.admits(&version, Prereleases::Included));
            }
        }
    }
}
