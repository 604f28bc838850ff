//! `buildonce select` against Debian's registry.
#![cfg(target_os = "linux")]

use std::thread;

use buildonce_e2e::{Builder, Consumer, Fault, FaultProxy, HEAD, Image, LOGIN, MERGE, Registry, Rule, Times};

const OTHER: &str = "3333333333333333333333333333333333333333";

#[test]
fn an_image_of_buildah_is_found_by_the_tag_of_its_commit() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let digest = Builder::new().push(&format!("{image}:{}", Consumer::tag()), MERGE, &["linux/amd64"]);
    let done = Consumer::of(&image).args(&["--format", "reference"]).select();
    assert_eq!((done.code, done.stdout), (0, format!("{image}@{digest}\n")));
    assert_eq!(done.stderr, "");
}

#[test]
fn an_image_of_two_platforms_is_proven_on_both() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let builder = Builder::new();
    let reference = format!("{image}:{}", Consumer::tag());
    let digest = builder.push(&reference, MERGE, &["linux/amd64", "linux/arm64"]);
    let done = Consumer::of(&image).args(&["--platform", "linux/arm64", "--format", "json"]).select();
    assert_eq!(done.code, 0, "{done:?}");
    let answer = done.json();
    assert_eq!(answer["selected"]["digest"], digest.as_str());
    let inspected = builder.skopeo(&["inspect", "--raw", "--tls-verify=false", &format!("docker://{reference}")]);
    let index: serde_json::Value = serde_json::from_str(&inspected).unwrap();
    for own in answer["selected"]["platforms"].as_array().unwrap() {
        let manifests = index["manifests"].as_array().unwrap();
        assert!(manifests.iter().any(|entry| entry["digest"] == own["digest"]), "{own}");
    }
    let done = Consumer::of(&image).args(&["--platform", "linux/s390x", "--format", "json"]).select();
    assert_eq!((done.code, done.ladder()[1].as_str()), (1, "exact platform-missing pr-12-1111111"));
}

#[test]
fn the_ladder_goes_from_the_head_to_the_merge_and_stale_images_are_refused() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let consumer = Consumer::of(&image).args(&["--format", "json"]);
    let done = consumer.select();
    let nothing = ["receipt receipt-missing receipt", "exact absent pr-12-1111111", "exact absent pr-12-2222222"];
    assert_eq!((done.code, done.ladder()), (1, nothing.map(str::to_owned).into()));
    Image::of(OTHER).push(registry.address(), "acme/app", "pr-12-1111111");
    Image::of(MERGE).without_revision().push(registry.address(), "acme/app", "pr-12-2222222");
    let done = consumer.select();
    assert_eq!(done.code, 1);
    let ladder = done.ladder();
    assert_eq!(ladder[1..], ["exact revision-mismatch pr-12-1111111", "exact revision-missing pr-12-2222222"]);
    let pushed = Image::of(OTHER).head(HEAD).push(registry.address(), "acme/app", "pr-12-2222222");
    let done = consumer.select();
    assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &pushed.digest.into()));
}

#[test]
fn a_registry_that_fails_twice_is_asked_a_third_time() {
    let registry = Registry::start();
    for fault in [
        Fault::Status(503),
        Fault::Status(500),
        Fault::Status(502),
        Fault::RateLimited(0),
        Fault::Truncated,
        Fault::Reset,
    ] {
        let repository = "acme/app";
        let pushed = Image::of(MERGE).push(registry.address(), repository, Consumer::tag());
        let rule = Rule::new("GET", "/manifests/", Times::First(2), fault.clone());
        let proxy = FaultProxy::start(registry.address(), vec![rule]);
        let image = proxy.image(repository);
        let done = Consumer::of(&image).args(&["--format", "reference"]).select();
        assert_eq!(
            (done.code, done.stdout.as_str()),
            (0, format!("{image}@{}\n", pushed.digest).as_str()),
            "{fault:?}: {}",
            done.stderr
        );
        assert_eq!(proxy.count("GET", "/manifests/"), 3, "{fault:?}: {:?}", proxy.requests());
        assert_eq!(done.stderr.matches("note[another-try]").count(), 2, "{}", done.stderr);
    }
}

#[test]
fn what_nobody_knows_is_no_absence() {
    let registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    for (fault, cause, code) in [
        (Fault::Status(503), "unavailable", "registry-unavailable"),
        (Fault::Status(403), "denied", "registry-denied"),
        (Fault::Status(401), "denied", "registry-denied"),
        (Fault::RateLimited(0), "rate-limited", "registry-rate-limited"),
        (Fault::Page, "invalid", "registry-invalid"),
        (Fault::Truncated, "unavailable", "registry-unavailable"),
        (Fault::Body("application/json", b"{\"errors\": []}".to_vec()), "invalid", "registry-invalid"),
        (Fault::Body("application/json", vec![b' '; 5 << 20]), "invalid", "registry-invalid"),
        (Fault::Body("application/octet-stream", b"{}".to_vec()), "invalid", "registry-invalid"),
        (Fault::Redirect("/v2/acme/app/manifests/pr-12-1111111".to_owned()), "invalid", "registry-invalid"),
    ] {
        let rule = Rule::new("GET", "/manifests/", Times::Always, fault.clone());
        let proxy = FaultProxy::start(registry.address(), vec![rule]);
        let done = Consumer::of(&proxy.image("acme/app")).args(&["--format", "json"]).select();
        assert_eq!((done.code, &done.json()["not_selected"]["cause"]), (3, &cause.into()), "{fault:?}: {done:?}");
        assert!(done.stderr.contains(&format!("error[{code}]")), "{fault:?}: {}", done.stderr);
        assert_eq!(proxy.count("GET", "pr-12-2222222"), 0, "the search ended: {:?}", proxy.requests());
    }
}

#[test]
fn a_page_in_the_place_of_a_config_is_no_config() {
    let registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let rule = Rule::new("GET", "/blobs/", Times::Always, Fault::Page);
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let done = Consumer::of(&proxy.image("acme/app")).args(&["--format", "json"]).select();
    assert_eq!((done.code, &done.json()["not_selected"]["cause"]), (3, &"invalid".into()), "{done:?}");
}

#[test]
fn a_refusal_is_not_repeated() {
    let registry = Registry::start();
    let rule = Rule::new("GET", "/manifests/", Times::Always, Fault::Status(401));
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let done = Consumer::of(&proxy.image("acme/app")).select();
    assert_eq!((done.code, proxy.requests().len()), (3, 1), "{:?}", proxy.requests());
}

#[test]
fn a_registry_gets_the_pause_that_it_asks_for_unless_nobody_would_wait_for_it() {
    let registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let select = |seconds| {
        let rule = Rule::new("GET", "/manifests/", Times::First(1), Fault::RateLimited(seconds));
        let proxy = FaultProxy::start(registry.address(), vec![rule]);
        let done = Consumer::of(&proxy.image("acme/app")).select();
        (done, proxy.count("GET", "/manifests/"))
    };
    let (done, requests) = select(1);
    assert_eq!((done.code, requests), (0, 2), "{}", done.stderr);
    assert!(
        done.stderr.contains("429 Too Many Requests") && done.stderr.contains("; again in 1.0 s"),
        "{}",
        done.stderr
    );
    let (done, requests) = select(86_400);
    assert_eq!((done.code, requests), (3, 1), "{}", done.stderr);
}

#[test]
fn a_record_decides_the_same_when_the_registry_is_gone() {
    let mut registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let consumer = Consumer::of(&registry.image("acme/app")).args(&["--record", "record.jsonl"]);
    assert_eq!(consumer.select().code, 0);
    registry.stop();
    let done = consumer.script("buildonce replay record.jsonl");
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn denied_is_told_from_absent_by_who_asks() {
    let registry = Registry::with_login();
    let image = registry.image("acme/app");
    let address = registry.address().to_string();
    let consumer = |password: &str| Consumer::of(&image).login(&address, password).args(&["--format", "json"]);
    let nobody = Consumer::of(&image).args(&["--format", "json"]).select();
    assert_eq!((nobody.code, &nobody.json()["not_selected"]["cause"]), (3, &"denied".into()));
    assert!(nobody.stderr.contains("asks for a login, and this machine has none for it"), "{}", nobody.stderr);
    let wrong = consumer("wrong").select();
    assert_eq!((wrong.code, &wrong.json()["not_selected"]["cause"]), (3, &"denied".into()));
    assert!(!wrong.stderr.contains("wrong"), "{}", wrong.stderr);
    let known = consumer(LOGIN.1).select();
    assert_eq!((known.code, &known.json()["not_selected"]["reason"]["code"]), (1, &"nothing-usable".into()));
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    assert_eq!(consumer(LOGIN.1).select().json()["selected"]["digest"], pushed.digest.as_str());
}

#[test]
fn a_digest_that_lies_is_refused() {
    let registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let rule = Rule::new("GET", "/manifests/", Times::Always, Fault::OtherDigest);
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let done = Consumer::of(&proxy.image("acme/app")).args(&["--format", "json"]).select();
    assert_eq!((done.code, done.ladder()[1].as_str()), (1, "exact digest-mismatch pr-12-1111111"));
}

#[test]
fn a_registry_that_is_down_has_no_answer_and_one_that_is_back_has() {
    let mut registry = Registry::start();
    let image = registry.image("acme/app");
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    registry.stop();
    let consumer = Consumer::of(&image).args(&["--format", "json"]);
    let done = consumer.select();
    assert_eq!((done.code, &done.json()["not_selected"]["cause"]), (3, &"unavailable".into()));
    registry.restart();
    assert_eq!(consumer.select().json()["selected"]["digest"], pushed.digest.as_str());
}

#[test]
fn no_more_is_asked_for_than_the_proof_needs() {
    let registry = Registry::start();
    let platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
    Image::of(MERGE).push(registry.address(), "acme/one", Consumer::tag());
    Image::of(MERGE).platforms(&platforms).push(registry.address(), "acme/three", Consumer::tag());
    for (repository, wanted, most) in
        [("acme/one", &platforms[..1], 2), ("acme/three", &platforms[..2], 5), ("acme/three", &platforms[..], 7)]
    {
        let proxy = FaultProxy::start(registry.address(), Vec::new());
        let done = Consumer::of(&proxy.image(repository)).args(&["--platform", &wanted.join(",")]).select();
        assert_eq!((done.code, proxy.requests().len()), (0, most), "{:?}", proxy.requests());
    }
}

#[test]
fn fifty_consumers_find_the_same_image() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let pushed = Image::of(MERGE).platforms(&["linux/amd64", "linux/arm64"]).push(
        registry.address(),
        "acme/app",
        Consumer::tag(),
    );
    let expected = format!("{image}@{}\n", pushed.digest);
    thread::scope(|scope| {
        let jobs: Vec<_> =
            (0..50).map(|_| scope.spawn(|| Consumer::of(&image).args(&["--format", "reference"]).select())).collect();
        for job in jobs {
            let done = job.join().unwrap();
            assert_eq!((done.code, &done.stdout), (0, &expected), "{}", done.stderr);
        }
    });
}

#[test]
fn a_tag_that_moves_while_it_is_looked_at_changes_nothing() {
    let registry = Registry::start();
    let address = registry.address();
    let first = Image::of(MERGE).platforms(&["linux/amd64", "linux/arm64"]).push(address, "acme/app", Consumer::tag());
    let proxy = FaultProxy::start(address, Vec::new()).after(move |request| {
        if request.target.ends_with(Consumer::tag()) {
            Image::of(OTHER).push(address, "acme/app", Consumer::tag());
        }
    });
    let done = Consumer::of(&proxy.image("acme/app")).args(&["--format", "json"]).select();
    assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &first.digest.into()), "{done:?}");
    assert_eq!(proxy.count("GET", Consumer::tag()), 1);
}

#[test]
fn a_manifest_that_is_deleted_in_between_is_missed_by_name() {
    let registry = Registry::start();
    let address = registry.address();
    let pushed = Image::of(MERGE).platforms(&["linux/amd64", "linux/arm64"]).push(address, "acme/app", Consumer::tag());
    let child = pushed.manifests[0].clone();
    let proxy = FaultProxy::start(address, Vec::new()).after(move |request| {
        if request.target.ends_with(Consumer::tag()) {
            let target = format!("/v2/acme/app/manifests/{child}");
            let done = buildonce_e2e::send(address, &buildonce_e2e::Request::new("DELETE", &target)).unwrap();
            assert_eq!(done.status, 202);
        }
    });
    let done = Consumer::of(&proxy.image("acme/app")).args(&["--format", "json"]).select();
    assert_eq!((done.code, done.ladder()[1].as_str()), (1, "exact child-missing pr-12-1111111"), "{done:?}");
}

#[test]
fn a_slow_body_comes_to_an_end() {
    let registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let rule = Rule::new("GET", "/manifests/", Times::Always, Fault::Slow);
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let consumer = Consumer::of(&proxy.image("acme/app")).args(&["--format", "json"]);
    let done = consumer.policy("retry: {inspect: {attempts: 2, timeout: 100ms, backoff: {first: 1ms}}}").select();
    assert_eq!((done.code, &done.json()["not_selected"]["cause"]), (3, &"timeout".into()), "{done:?}");
    assert_eq!(proxy.requests().len(), 2, "{:?}", proxy.requests());
}

#[test]
fn a_producer_that_still_runs_is_waited_for() {
    let registry = Registry::start();
    let address = registry.address();
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let proxy = FaultProxy::start(address, Vec::new()).after(move |request| {
        let look = request.target.ends_with("pr-12-2222222");
        if look && looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 2 {
            Image::of(MERGE).push(address, "acme/app", Consumer::tag());
        }
    });
    let image = proxy.image("acme/app");
    let done = Consumer::of(&image).args(&["--wait", "10m", "--format", "reference"]).select();
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(proxy.count("GET", Consumer::tag()), 4, "{:?}", proxy.requests());
    assert_eq!(done.stderr.matches("note[not-yet]").count(), 3, "{}", done.stderr);
}

#[test]
fn nobody_waits_longer_than_was_said() {
    let registry = Registry::start();
    let done = Consumer::of(&registry.image("acme/app")).args(&["--wait", "1ms", "--format", "json"]).select();
    assert_eq!((done.code, &done.json()["not_selected"]["reason"]["code"]), (1, &"nothing-usable".into()));
    let done = Consumer::of(&registry.image("acme/app")).args(&["--wait", "soon"]).select();
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("soon"), "{}", done.stderr);
}
