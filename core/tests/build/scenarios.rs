//! One world each, and what the build makes of it.

use buildonce_core::build::{BuildRequest, BuildStep, BuildStepKind, LandingState};
use buildonce_core::facts::Facts;
use buildonce_core::policy::Policy;
use buildonce_core::receipt;

use super::world::{End, Luck, World, facts, policy, push};

const BUILDAH: &str = "version: 1\nimages: [a.example/app]\ntags: ['sha-{{sha}}', latest]\nbuild: {builder: buildah}\n";
const BUILDX: &str = "version: 1\nimages: [a.example/app]\ntags: ['sha-{{sha}}', latest]\n";
const TWO: &str = "version: 1\nimages: [a.example/app, b.example/app]\ntags: ['sha-{{sha}}', latest]\n";

fn request() -> BuildRequest {
    BuildRequest { context: ".".to_owned(), ..BuildRequest::default() }
}

/// Runs a build of a push to `main`.
fn run(world: &mut World, source: &str) -> End {
    world.run(&policy(source), &push(&["a.example", "b.example"]), &request())
}

/// How it ended, in a few words.
fn told(end: &End) -> String {
    let step = &end.step;
    let landings =
        step.landings.iter().map(|own| format!("\n  {} {:?}: {}", own.reference, own.state, own.reason.message));
    let reason = step.reason.as_ref().map(|reason| format!(" {}: {}", reason.code, reason.message)).unwrap_or_default();
    format!("{:?}{reason}{}", step.kind, landings.collect::<String>())
}

/// What was done, without what was looked at.
fn done(world: &World) -> String {
    world.log.iter().filter(|line| !line.starts_with("look")).cloned().collect::<Vec<_>>().join(", ")
}

/// Takes the look after the last try again, at a world that has changed since.
fn look_again(world: &mut World, end: &End, policy: &Policy, facts: &Facts, request: &BuildRequest) -> BuildStep {
    let tried = end.events.iter().rposition(|event| event.task.is_some()).unwrap();
    let mut events = end.events[..=tried].to_vec();
    loop {
        let step = buildonce_core::build::next(policy, facts, request, &events).unwrap();
        if step.kind != BuildStepKind::Probe {
            return step;
        }
        events.extend(step.probes.into_iter().map(|probe| world.see(probe)));
    }
}

#[test]
fn a_builder_with_its_own_store_builds_pushes_and_tags() {
    let mut world = World::default();
    let end = run(&mut world, BUILDAH);
    insta::assert_snapshot!(world.log.join("\n"), @"
    look a.example/app:sha-abc1234
    build (Fine)
    push a.example/app (Fine)
    look a.example/app:sha-abc1234
    tag a.example/app:latest (Fine)
    look a.example/app:sha-abc1234
    look a.example/app:latest
    look a.example/app@sha256:0adea406a3522e2657937b9877c55eb764f7114e54a724937aa0e00ddcecf25f
    ");
    let receipt = end.receipt();
    assert_eq!(receipt.images[0].tags, ["sha-abc1234", "latest"]);
    assert_eq!(receipt.images[0].reference, format!("a.example/app@{}", receipt.digest.clone().unwrap()));
    assert_eq!((receipt.attempts.len(), receipt.reused, receipt.archive.is_none()), (3, false, true));
    assert!(end.step.landings.iter().all(|own| own.state == LandingState::Landed), "{}", told(&end));
}

#[test]
fn buildx_pushes_while_it_builds_and_every_platform_is_looked_at() {
    let mut world = World::default();
    let source = format!("{BUILDX}build: {{platforms: {{default: [linux/amd64, linux/arm64]}}}}\n");
    let end = run(&mut world, &source);
    assert_eq!(done(&world), "build (Fine)");
    assert_eq!(end.receipt().platforms.len(), 2);
}

#[test]
fn a_push_whose_answer_was_lost_is_not_repeated() {
    for (source, task, expected) in [
        (BUILDAH, "push", "build (Fine), push a.example/app (LostAnswer), tag a.example/app:latest (Fine)"),
        (BUILDX, "build", "build (LostAnswer)"),
    ] {
        let mut world = World::with_luck(task, &[Luck::LostAnswer]);
        let end = run(&mut world, source);
        assert_eq!((done(&world).as_str(), end.step.kind), (expected, BuildStepKind::Done), "{}", told(&end));
    }
}

#[test]
fn a_push_that_did_not_land_is_repeated_and_nothing_else() {
    let mut world = World::with_luck("push", &[Luck::Fails, Luck::Fails]);
    let end = run(&mut world, BUILDAH);
    assert_eq!(
        done(&world),
        "build (Fine), push a.example/app (Fails), push a.example/app (Fails), push a.example/app (Fine), tag a.example/app:latest (Fine)"
    );
    assert_eq!(end.receipt().attempts.iter().filter(|attempt| !attempt.succeeded).count(), 2);
}

#[test]
fn what_was_there_before_is_no_proof_that_a_push_landed() {
    let mut world = World::default();
    run(&mut world, BUILDAH);
    world.salt = 1;
    world.luck.insert("push".to_owned(), [Luck::Fails].into());
    world.log.clear();
    let again = BuildRequest { rebuild: true, ..request() };
    let end = world.run(&policy(BUILDAH), &push(&["a.example"]), &again);
    assert_eq!(
        done(&world),
        "build (Fine), push a.example/app (Fails), push a.example/app (Fine), tag a.example/app:latest (Fine)"
    );
    assert_eq!(end.step.kind, BuildStepKind::Done);
}

#[test]
fn a_rerun_builds_nothing_that_is_there_and_completes_what_is_missing() {
    let mut world = World::default();
    let first = run(&mut world, BUILDX).receipt();
    world.log.clear();
    let second = run(&mut world, BUILDX).receipt();
    assert_eq!((done(&world).as_str(), second.reused, &second.digest), ("", true, &first.digest));
    let third = run(&mut world, TWO).receipt();
    assert_eq!(done(&world), "tag b.example/app:sha-abc1234 (Fine), tag b.example/app:latest (Fine)");
    assert_eq!((third.digest, third.images.len()), (first.digest, 2));
}

#[test]
fn an_image_of_another_commit_or_with_other_labels_is_not_reused() {
    let mut world = World { forgets: vec!["org.opencontainers.image.title".to_owned()], ..World::default() };
    let end = run(&mut world, BUILDX);
    insta::assert_snapshot!(told(&end), @"
    Fail label-missing: a.example/app:sha-abc1234: its image for linux/amd64 lacks the label `org.opencontainers.image.title`
      a.example/app:sha-abc1234 Different: its image for linux/amd64 lacks the label `org.opencontainers.image.title`
      a.example/app:latest Different: its image for linux/amd64 lacks the label `org.opencontainers.image.title`
    ");
    world.forgets.clear();
    world.log.clear();
    run(&mut world, BUILDX);
    assert_eq!(done(&world), "build (Fine)");
}

#[test]
fn a_broken_dockerfile_is_built_once() {
    let mut world = World::with_luck("build", &[Luck::Hopeless]);
    let end = run(&mut world, BUILDAH);
    assert_eq!(
        (done(&world).as_str(), told(&end).as_str()),
        ("build (Hopeless)", "Fail build-failed: the build failed")
    );
    assert_eq!(end.step.attempts[0].cause, "dockerfile-syntax");
}

#[test]
fn when_one_registry_fails_the_others_are_told_exactly() {
    let mut world = World::with_luck("push b", &[Luck::Fails, Luck::Hopeless]);
    world.denied = vec!["b.example/app".to_owned()];
    let source = format!("{TWO}build: {{builder: buildah}}\n");
    let end = run(&mut world, &source);
    insta::assert_snapshot!(told(&end), @"
    Fail push-failed: `push b.example/app` failed
      a.example/app:sha-abc1234 Landed: the registry has the image
      a.example/app:latest Landed: the registry has the image
      b.example/app:sha-abc1234 Unknown: access was denied, which registries also say of what is not there
      b.example/app:latest Unknown: access was denied, which registries also say of what is not there
    ");
}

#[test]
fn a_digest_file_is_believed_only_when_the_registry_says_the_same() {
    let one = |luck| told(&run(&mut World::with_luck("push", &[luck]), BUILDAH));
    let all = [Luck::Lies, Luck::Silent].map(one).join("\n");
    insta::assert_snapshot!(all, @"
    Fail digest-mismatch: a.example/app:sha-abc1234: the builder says that it pushed sha256:ae448ac86c4e8e4dec645729708ef41873ae79c6dff84eff73360989487f08e5, and the registry has sha256:f448553a736fd879e197b34d62689efb2f5708471b3f943f72bf35622815d150
      a.example/app:sha-abc1234 Landed: the registry has the image
      a.example/app:latest Missing: the registry has no image of this name
    Fail digest-unusable: the builder ended well, but wrote no file with the digest
      a.example/app:sha-abc1234 Landed: the registry has the image
      a.example/app:latest Missing: the registry has no image of this name
    ");
}

#[test]
fn a_run_that_cannot_push_leaves_a_file() {
    let fork = facts(
        r#"{"engine": "github-actions", "event": "pull-request", "event_name": "pull_request", "credentials": [],
            "repository": {"path": "acme/app"}, "dirty": false,
            "change": {"number": 12, "head": {"branch": "x", "sha": "SHA", "repository": "someone/app"}, "base": {"branch": "main", "repository": "acme/app"}, "fork": "fork"},
            "reference": {"full": "refs/pull/12/merge", "name": "12", "kind": "change"},
            "revisions": {"built": "SHA", "built_kind": "head", "head": "SHA"}}"#,
    );
    for builder in ["buildah", "buildx"] {
        let mut world = World::default();
        let end = world.run(&policy(&format!("version: 1\nimages: [a.example/app]\ntags: ['pr-{{{{pr}}}}-{{{{sha}}}}']\nbuild: {{builder: {builder}}}\n")), &fork, &request());
        let receipt = end.receipt();
        assert_eq!((receipt.images.len(), receipt.digest, receipt.platforms.len()), (0, None, 1));
        assert_eq!(receipt.archive.unwrap().size, 3);
        assert!(!world.log.iter().any(|line| line.starts_with("look a.example")), "{:?}", world.log);
    }
}

#[test]
fn a_tag_that_another_run_moved_on_is_told_and_no_failure() {
    let mut world = World::default();
    let (policy, facts, request) = (policy(BUILDX), push(&["a.example"]), request());
    let end = world.run(&policy, &facts, &request);
    let digest = end.receipt().digest.unwrap();
    world.content.insert("a.example/app:latest".to_owned(), r#"{"schemaVersion": 2, "manifests": []}"#.to_owned());
    let step = look_again(&mut world, &end, &policy, &facts, &request);
    let states: Vec<_> = step.landings.iter().map(|own| own.state).collect();
    assert_eq!((step.kind, states), (BuildStepKind::Done, vec![LandingState::Landed, LandingState::Moved]));
    assert_eq!(receipt::read(&step.receipt.unwrap(), "r.json").unwrap().digest, Some(digest));
}

#[test]
fn an_own_command_line_places_its_words_itself() {
    let source = "version: 1\nimages: [a.example/app]\ntags: ['sha-{{sha}}']\nbuild: {builder: [kaniko, --context, '{{context}}', '--digest-file={{digest-file}}', '{{args}}']}\n";
    let (policy, facts) = (policy(source), push(&["a.example"]));
    let request = BuildRequest { context: "src".to_owned(), arguments: vec!["--verbose".to_owned()], ..request() };
    let mut world = World::default();
    let end = world.run(&policy, &facts, &request);
    assert_eq!(end.step.kind, BuildStepKind::Done, "{}", told(&end));
    let probes = end.events.iter().take_while(|event| event.task.is_none()).cloned().collect::<Vec<_>>();
    let task = buildonce_core::build::next(&policy, &facts, &request, &probes).unwrap().task.unwrap();
    assert_eq!(task.command[..4], ["kaniko", "--context", "src", "--digest-file={{digest-file}}"]);
    assert_eq!(task.command.last().unwrap(), "--verbose");
}

#[test]
fn a_receipt_survives_its_file_and_no_edit() {
    let receipt = run(&mut World::default(), BUILDAH).receipt();
    let text = receipt::write(&receipt);
    let read = receipt::read(&text, "r.json").unwrap();
    assert_eq!((receipt::write(&read), &read.digest), (text.clone(), &receipt.digest));
    for at in (0..text.len()).step_by(7) {
        assert!(receipt::read(&text[..at], "r.json").is_err(), "cut at {at}");
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
        let edited = String::from_utf8(bytes).unwrap();
        let same = serde_json::from_str::<serde_json::Value>(&edited).ok() == serde_json::from_str(&text).ok();
        assert!(same || receipt::read(&edited, "r.json").is_err(), "edited at {at}: {edited}");
    }
}

/// F20: nothing is ever called by its digest alone.
#[test]
fn f20_every_reference_has_a_name() {
    let receipt = run(&mut World::default(), TWO).receipt();
    for image in &receipt.images {
        assert_eq!(image.reference, format!("{}@{}", image.name, receipt.digest.clone().unwrap()));
    }
}

/// F23: what is loaded has names, and the digest is the registry's.
#[test]
fn f23_a_loaded_image_is_named_and_the_digest_is_the_registry_s() {
    let mut world = World::default();
    let receipt = run(&mut world, &format!("{BUILDX}build: {{load: true}}\n")).receipt();
    assert_eq!(receipt.loaded, ["a.example/app:sha-abc1234", "a.example/app:latest"]);
    assert!(world.content.contains_key(&format!("a.example/app@{}", receipt.digest.unwrap())));
}

/// F24: an old buildx pushes, and the file is made of what was pushed, by its digest.
#[test]
fn f24_where_a_builder_cannot_push_and_save_the_pushed_image_is_pulled_by_its_digest() {
    let mut old = push(&["a.example"]);
    old.builder = old.builder.map(|own| buildonce_core::facts::Builder { version: "0.13.1".to_owned(), ..own });
    let (policy, request) = (policy(&format!("{BUILDX}build: {{archive: true}}\n")), request());
    let mut world = World::default();
    let end = world.run(&policy, &old, &request);
    let digest = end.receipt().digest.unwrap();
    assert_eq!(done(&world), "build (Fine), pull (Fine), name (Fine), archive (Fine)");
    let first = end.events.iter().position(|event| event.task.as_deref() == Some("pull")).unwrap();
    let task = buildonce_core::build::next(&policy, &old, &request, &end.events[..first]).unwrap().task.unwrap();
    assert_eq!(task.command.join(" "), format!("docker pull --quiet a.example/app@{digest}"));
}

/// F25, F48: an image that lacks a platform, or an index whose children are gone, is no image.
#[test]
fn f25_f48_every_platform_must_be_there() {
    let source = format!("{BUILDX}build: {{platforms: {{default: [linux/amd64, linux/arm64]}}}}\n");
    let (policy, facts, request) = (policy(&source), push(&["a.example"]), request());
    let mut world = World::default();
    let end = world.run(&policy, &facts, &request);
    let child = end.receipt().platforms[1].digest.clone().unwrap();
    world.content.remove(&format!("a.example/app@{child}"));
    let step = look_again(&mut world, &end, &policy, &facts, &request);
    assert_eq!((step.kind, step.reason.unwrap().code.as_str()), (BuildStepKind::Fail, "child-missing"));
    let one = run(&mut World::default(), BUILDX);
    let events: Vec<_> = one.events.clone();
    let step = buildonce_core::build::next(&policy, &facts, &request, &events).unwrap();
    assert_eq!(step.reason.map(|own| own.code), Some("platform-missing".to_owned()), "{:?}", step.kind);
}

/// F26, F46: a build that is skipped is no build: there is no receipt, and the answer says which it was.
#[test]
fn f26_f46_what_is_skipped_is_no_success() {
    let source = format!("{BUILDX}skip: {{actors: [octocat]}}\n");
    let facts = Facts { actor: Some("octocat".to_owned()), ..push(&["a.example"]) };
    let step = buildonce_core::build::next(&policy(&source), &facts, &request(), &[]).unwrap();
    assert_eq!((step.kind, step.receipt, step.reason.is_some()), (BuildStepKind::Skip, None, true));
}

/// F47: what a step is told holds no secret, as a list of processes shows it to everybody.
#[test]
fn f47_no_command_line_has_a_login() {
    let end = run(&mut World::default(), BUILDAH);
    assert!(end.events.iter().all(|event| event.cause.is_empty()));
    let (policy, facts, request) = (policy(BUILDAH), push(&["a.example"]), request());
    for (at, event) in end.events.iter().enumerate().filter(|(_, event)| event.task.is_some()) {
        let task = buildonce_core::build::next(&policy, &facts, &request, &end.events[..at]).unwrap().task.unwrap();
        assert_eq!(Some(&task.id), event.task.as_ref());
        let words = ["--creds", "--username", "--password", "--authfile"];
        assert!(!task.command.iter().any(|word| words.iter().any(|own| word.starts_with(own))), "{task:?}");
    }
}

#[test]
fn a_release_takes_latest_when_the_registry_has_no_newer_one() {
    let source = "version: 1\nimages: [a.example/app]\n\
        tags: ['v{{version}}', {when: {event: tag}, latest: newest-release}]\nbuild: {builder: buildah}\n";
    let release = facts(
        r#"{"engine": "github-actions", "event": "tag", "event_name": "push", "credentials": ["a.example"],
            "repository": {"path": "acme/app"}, "dirty": false,
            "reference": {"full": "refs/tags/v1.9.1", "name": "v1.9.1", "kind": "tag"},
            "revisions": {"built": "SHA", "built_kind": "push", "head": "SHA"}}"#,
    );
    let mut outcomes = Vec::new();
    for newest in ["v1.9.0", "v2.0.0"] {
        let mut world = World::default();
        world.content.insert(format!("a.example/app:{newest}"), "{}".to_owned());
        let end = world.run(&policy(source), &release, &request());
        outcomes.push(format!("{newest}: {}", told(&end)));
    }
    let mut world = World { denied: vec!["a.example/app".to_owned()], ..World::default() };
    outcomes.push(told(&world.run(&policy(source), &release, &request())));
    insta::assert_snapshot!(outcomes.join("\n"), @"
    v1.9.0: Done
      a.example/app:v1.9.1 Landed: the registry has the image
      a.example/app:latest Landed: the registry has the image
    v2.0.0: Done
      a.example/app:v1.9.1 Landed: the registry has the image
    Fail registry-tags-unknown: nobody knows which tags a.example/app has, and only they tell which release is the newest; hand them in where the registry does not list them
    ");
    assert!(done(&world).is_empty(), "nothing is built for names that nobody knows");

    // An image that stays here has no use for the registry's tags.
    let kept = Facts { credentials: Some(Vec::new()), ..release };
    let mut world = World { denied: vec!["a.example/app".to_owned()], ..World::default() };
    let source = source.replace("buildah", "buildah, load: true");
    assert_eq!(world.run(&policy(&source), &kept, &request()).step.kind, BuildStepKind::Done);
    assert!(!world.log.contains(&"look a.example/app:".to_owned()), "{:?}", world.log);
}

#[test]
fn what_is_checked_out_is_what_is_named() {
    let (policy, mut facts) = (policy(BUILDX), push(&["a.example"]));
    let next = |facts: &Facts| buildonce_core::build::next(&policy, facts, &request(), &[]);
    facts.revisions.checkout.clone_from(&facts.revisions.built);
    assert!(next(&facts).is_ok());
    facts.revisions.checkout = Some("f".repeat(40));
    assert!(buildonce_core::tagging::plan(&policy, &facts).is_ok());
    let errors: Vec<String> = next(&facts).unwrap_err().iter().map(|e| format!("{}: {}", e.code, e.message)).collect();
    insta::assert_snapshot!(errors.join("\n"), @"checkout-differs: the checkout is ffffffffffffffffffffffffffffffffffffffff, and the image is labelled with abc1234abc1234abc1234abc1234abc1234abc12");
}
