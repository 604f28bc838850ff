//! From `buildonce build` to `buildonce select --receipt`, with buildah and Debian's registry between them.
#![cfg(target_os = "linux")]

use buildonce_e2e::{Consumer, Done, Fault, FaultProxy, Image, MERGE, Registry, Rule, Times, producer, reason, sealed};

const RECEIPT: &str = "buildonce-receipt.json";

/// A job that has built its image for some platforms, and its receipt.
fn produced(image: &str, platforms: &str) -> (Consumer, serde_json::Value) {
    let policy = format!("build: {{builder: buildah, platforms: {{default: [{platforms}]}}}}");
    let job = producer(image).policy(&policy);
    let done = job.build(&[]);
    assert_eq!(done.code, 0, "{done:?}");
    let receipt = serde_json::from_str(&job.read(RECEIPT)).unwrap_or_default();
    (job, receipt)
}

/// Another job that got the receipt.
fn with_receipt(image: &str, receipt: &str) -> Consumer {
    Consumer::of(image).file(RECEIPT, receipt).args(&["--receipt", RECEIPT, "--format", "json"])
}

fn code(done: &Done) -> &str {
    done.stderr.split(['[', ']']).nth(1).unwrap_or_default()
}

#[test]
fn a_receipt_leads_to_the_image_without_a_look_at_any_tag() {
    let registry = Registry::start();
    for (repository, platforms, most) in [("acme/one", "linux/amd64", 2), ("acme/two", "linux/amd64, linux/arm64", 5)] {
        let proxy = FaultProxy::start(registry.address(), Vec::new());
        let image = proxy.image(repository);
        let (job, receipt) = produced(&image, platforms);
        let before = proxy.requests().len();
        let consumer = with_receipt(&image, &job.read(RECEIPT)).args(&["--platform", &platforms.replace(' ', "")]);
        let done = consumer.select();
        assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &receipt["digest"]), "{done:?}");
        assert_eq!(
            done.ladder(),
            [format!("receipt proven {}", receipt["digest"].as_str().unwrap_or_default().replace("sha256:", ""))]
        );
        let asked = proxy.requests().split_off(before);
        assert_eq!(asked.len(), most, "{asked:?}");
        assert!(!asked.iter().any(|own| own.contains(Consumer::tag())), "{asked:?}");
    }
}

#[test]
fn a_tag_that_somebody_moves_does_not_move_the_receipt() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let (job, receipt) = produced(&image, "linux/amd64");
    Image::of(MERGE).note("later").push(registry.address(), "acme/app", Consumer::tag());
    let done = with_receipt(&image, &job.read(RECEIPT)).select();
    assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &receipt["digest"]));
}

#[test]
fn a_receipt_that_is_not_whole_is_refused_before_anything_is_looked_at() {
    let registry = Registry::start();
    let proxy = FaultProxy::start(registry.address(), Vec::new());
    let image = proxy.image("acme/app");
    let (job, _) = produced(&image, "linux/amd64");
    let good = job.read(RECEIPT);
    let before = proxy.requests().len();
    for (receipt, expected) in [
        (String::new(), "receipt-empty"),
        (good[..good.len() / 2].to_owned(), "receipt-unreadable"),
        (good.replace(MERGE, &"3".repeat(40)), "receipt-edited"),
        (good.replace("\"schema\": 1", "\"schema\": 2"), "receipt-version"),
    ] {
        let done = with_receipt(&image, &receipt).select();
        assert_eq!((done.code, code(&done)), (2, expected), "{}", done.stderr);
    }
    assert_eq!(proxy.requests().len(), before);
}

#[test]
fn a_receipt_of_another_repository_is_not_followed() {
    let registry = Registry::start();
    let (job, _) = produced(&registry.image("acme/other"), "linux/amd64");
    let done = with_receipt(&registry.image("acme/app"), &job.read(RECEIPT)).select();
    assert_eq!(done.code, 1);
    assert!(done.ladder()[0].starts_with("receipt image-not-expected "), "{:?}", done.ladder());
}

#[test]
fn where_the_registry_is_gone_the_archive_beside_the_receipt_is_checked_and_taken() {
    let mut registry = Registry::start();
    let image = registry.image("acme/app");
    let policy =
        "build: {builder: buildah, archive: {when: {event: pull-request}}, platforms: {default: [linux/amd64]}}";
    let job = producer(&image).policy(policy);
    let done = job.build(&[]);
    assert_eq!(done.code, 0, "{done:?}");
    let receipt: serde_json::Value = serde_json::from_str(&job.read(RECEIPT)).unwrap_or_default();
    let file = receipt["archive"]["path"].as_str().unwrap_or_default().to_owned();
    assert!(!file.is_empty(), "{receipt:#}");
    registry.stop();
    let lines = "select: {fallback: [archive, fail], on-unknown: fallback}";
    let consumer = || job.again().policy(lines).args(&["--receipt", RECEIPT, "--format", "json"]);
    let done = consumer().select();
    assert_eq!((done.code, &done.json()["selected"]["rung"]), (0, &"archive".into()), "{done:?}");
    assert!(done.json()["selected"]["archive"].as_str().is_some_and(|own| own.ends_with(&file)), "{done:?}");
    // Another file in its place is not the producer's.
    let done = consumer().file(&file, "something else").select();
    assert_eq!((done.code, &done.json()["not_selected"]["reason"]["code"]), (1, &"nothing-usable".into()), "{done:?}");
    assert!(done.stderr.contains("and the receipt says"), "{}", done.stderr);
}

/// The first reason of a receipt that does not hold, and the exit code.
fn verdict(done: &Done) -> (i32, String) {
    (done.code, reason(done))
}

#[test]
fn what_a_build_left_holds_until_somebody_changes_it() {
    let mut registry = Registry::start();
    let image = registry.image("acme/app");
    let (job, receipt) = produced(&image, "linux/amd64, linux/arm64");
    let verify = |arguments: &[&str]| job.verify(&[&["--format", "json"], arguments].concat());
    let done = job.verify(&["--tags", "--repository", "acme/app"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{done:?}");
    assert!(done.stdout.contains("everything is as the receipt says"), "{}", done.stdout);
    // A tag that moves is told; only who asks for it is refused.
    Image::of(MERGE).note("later").push(registry.address(), "acme/app", Consumer::tag());
    assert_eq!(verdict(&verify(&[])), (0, String::new()));
    assert_eq!(verdict(&verify(&["--tags"])), (1, "moved".to_owned()));
    // The image of one platform is deleted.
    let child = receipt["platforms"][1]["digest"].as_str().unwrap_or_default();
    let target = format!("/v2/acme/app/manifests/{child}");
    let deleted = buildonce_e2e::send(registry.address(), &buildonce_e2e::Request::new("DELETE", &target));
    assert_eq!(deleted.map(|own| own.status).ok(), Some(202));
    assert_eq!(verdict(&verify(&[])), (1, "child-missing".to_owned()));
    registry.stop();
    let done = verify(&[]);
    assert_eq!(verdict(&done), (3, "unknown".to_owned()));
    assert!(done.stderr.contains("error[registry-unavailable]"), "{}", done.stderr);
}

#[test]
fn a_look_that_fails_is_repeated_and_a_digest_that_lies_is_seen() {
    let registry = Registry::start();
    let (job, _) = produced(&registry.image("acme/app"), "linux/amd64");
    let with = |rule: Rule| {
        let proxy = FaultProxy::start(registry.address(), vec![rule]);
        let text = job.read(RECEIPT).replace(&registry.address().to_string(), &proxy.image("").replace('/', ""));
        (job.again().file(RECEIPT, &sealed(&text)).verify(&["--format", "json"]), proxy)
    };
    let (done, proxy) = with(Rule::new("GET", "/manifests/", Times::First(2), Fault::Status(503)));
    assert_eq!(verdict(&done), (0, String::new()), "{done:?}");
    assert_eq!(proxy.count("GET", "/manifests/"), 4, "two names, and two looks that failed");
    let (done, _) = with(Rule::new("GET", "/manifests/", Times::Always, Fault::Status(503)));
    assert_eq!(verdict(&done), (3, "unknown".to_owned()));
    let (done, _) = with(Rule::new("GET", "/manifests/sha256", Times::Always, Fault::OtherDigest));
    assert_eq!(verdict(&done), (1, "digest-mismatch".to_owned()));
}
