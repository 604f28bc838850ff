//! `buildonce select channel --image` against registries that list their tags in every way that was seen.
#![cfg(target_os = "linux")]

use buildonce_e2e::{
    Consumer, Entrance, Fault, FaultProxy, Image, LOGIN, Listing, MERGE, Registry, Request, Rule, Times, Traps, send,
};

/// A job; what its policy names does not matter here, only how often it tries.
fn consumer() -> Consumer {
    Consumer::of("registry.example/acme/app")
}

#[test]
fn the_newest_tag_of_a_registry_comes_with_its_digest() {
    let registry = Registry::start();
    let address = registry.address();
    Image::of(MERGE).push(address, "acme/app", "1.9.0");
    let pushed = Image::of(MERGE).note("newest").push(address, "acme/app", "1.10.0");
    Image::of(MERGE).note("another line").push(address, "acme/app", "2.0.0");
    let proxy = FaultProxy::start(address, Vec::new());
    let image = proxy.image("acme/app");
    let done = consumer().channel(&image, &["--semver", "1.x", "--format", "reference"]);
    assert_eq!((done.code, done.stdout), (0, format!("{image}@{}\n", pushed.digest)), "{}", done.stderr);
    // It ignores `n` and `last`, so only another answer shows that the first one was the whole list.
    assert_eq!(proxy.count("GET", "/tags/list"), 2, "{:?}", proxy.requests());
}

#[test]
fn a_repository_without_tags_and_one_that_is_not_there_have_no_newest() {
    let registry = Registry::start();
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", "1.0.0");
    let target = format!("/v2/acme/app/manifests/{}", pushed.digest);
    assert_eq!(send(registry.address(), &Request::new("DELETE", &target)).unwrap().status, 202);
    let listed = send(registry.address(), &Request::new("GET", "/v2/acme/app/tags/list")).unwrap();
    assert!(String::from_utf8_lossy(&listed.body).contains("\"tags\":null"), "the trap is there");
    let done = consumer().channel(&registry.image("acme/app"), &["--semver", "*"]);
    assert_eq!((done.code, done.stderr.as_str()), (1, ""));
    assert!(done.stdout.contains("(no-tags)"), "{}", done.stdout);
    let done = consumer().channel(&registry.image("acme/other"), &["--semver", "*"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.starts_with("note[image-missing]: "), "{}", done.stderr);
}

/// F49: the first page is not the whole list.
#[test]
fn a_list_is_read_to_its_end_however_it_comes() {
    for (listing, pages) in [(Listing::Pages, 4), (Listing::Links, 250), (Listing::Whole, 2), (Listing::Circle, 2)] {
        let registry = Traps::start(listing, Entrance::Open);
        let pushed = Image::of(MERGE).push(registry.address(), "acme/app", "1.0.0");
        registry.tag("acme/app", &pushed.digest, (1..2500).map(|number| format!("1.{number}.0")));
        let done = consumer().channel(&registry.image("acme/app"), &["--semver", "1.x", "--format", "json"]);
        assert_eq!(done.code, 0, "{listing:?}: {}", done.stderr);
        let choice = done.json();
        assert_eq!((&choice["tag"]["name"], &choice["candidates"]), (&"1.2499.0".into(), &2500.into()), "{listing:?}");
        assert_eq!(registry.count("/tags/list"), pages, "{listing:?}");
    }
    let registry = Traps::start(Listing::Null, Entrance::Open);
    assert_eq!(consumer().channel(&registry.image("acme/app"), &["--semver", "1.x"]).code, 1);
}

#[test]
fn a_hundred_thousand_tags_are_a_list_like_any_other() {
    let registry = Traps::start(Listing::Whole, Entrance::Open);
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", "0.0.0");
    registry.tag("acme/app", &pushed.digest, (0..100_000).map(|number| format!("1.0.{number}")));
    let done = consumer().channel(&registry.image("acme/app"), &["--semver", "1.x", "--format", "tag"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "1.0.99999\n"), "{}", done.stderr);
}

#[test]
fn half_a_list_is_no_list() {
    let registry = Traps::start(Listing::Links, Entrance::Open);
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", "1.0.0");
    registry.tag("acme/app", &pushed.digest, (1..30).map(|number| format!("1.0.{number}")));
    for (fault, code) in [
        (Fault::Status(503), "registry-unavailable"),
        (Fault::Page, "registry-invalid"),
        (Fault::Truncated, "registry-unavailable"),
        (Fault::Body("application/json", b"{\"tags\": 1}".to_vec()), "registry-invalid"),
    ] {
        let rule = Rule::new("GET", "/tags/list?last=", Times::Always, fault.clone());
        let proxy = FaultProxy::start(registry.address(), vec![rule]);
        let done = consumer().channel(&proxy.image("acme/app"), &["--semver", "1.x"]);
        assert_eq!((done.code, done.stdout.as_str()), (3, ""), "{fault:?}");
        assert!(done.stderr.contains(&format!("error[{code}]")), "{fault:?}: {}", done.stderr);
    }
    let rule = Rule::new("GET", "/tags/list?last=", Times::First(2), Fault::Status(503));
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let done = consumer().channel(&proxy.image("acme/app"), &["--semver", "1.x", "--format", "tag"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "1.0.29\n"), "{}", done.stderr);
}

/// F47: what could not be read is no empty answer.
#[test]
fn who_may_not_read_does_not_get_an_empty_list() {
    let registry = Registry::with_login();
    let image = registry.image("acme/app");
    Image::of(MERGE).push(registry.address(), "acme/app", "1.0.0");
    let done = consumer().channel(&image, &["--semver", "1.x"]);
    assert_eq!(done.code, 3);
    assert!(done.stderr.contains("error[registry-denied]"), "{}", done.stderr);
    let consumer = consumer().login(&registry.address().to_string(), LOGIN.1);
    assert_eq!(consumer.channel(&image, &["--semver", "1.x", "--format", "tag"]).stdout, "1.0.0\n");
}

#[test]
fn an_image_is_named_without_a_tag() {
    for image in ["registry.example/acme/app:1.0", "registry.example/Acme"] {
        let done = consumer().channel(image, &["--semver", "1.x"]);
        assert_eq!(done.code, 2, "{image}: {}", done.stderr);
        assert!(done.stderr.contains(image), "{}", done.stderr);
    }
}
