//! `buildonce select` against a registry that gives tokens, and that serves manifests whatever is accepted.
#![cfg(target_os = "linux")]

use buildonce_e2e::{Consumer, Entrance, Image, Listing, MERGE, Traps};

#[test]
fn one_token_opens_everything_of_an_image() {
    let registry = Traps::start(Listing::Pages, Entrance::Token);
    let platforms = ["linux/amd64", "linux/arm64", "linux/s390x"];
    let pushed = Image::of(MERGE).platforms(&platforms).push(registry.address(), "acme/app", Consumer::tag());
    let image = registry.image("acme/app");
    let before = registry.count("GET ");
    let done = Consumer::of(&image).args(&["--platform", "linux/arm64,linux/s390x", "--format", "reference"]).select();
    assert_eq!((done.code, done.stdout), (0, format!("{image}@{}\n", pushed.digest)), "{}", done.stderr);
    assert_eq!(registry.count("GET /token?service=traps&scope=repository:acme/app:pull"), 1);
    // The question that was refused, the token, the index, and for each platform a manifest and a config.
    assert_eq!(registry.count("GET ") - before, 1 + 1 + 1 + 2 * platforms.len());
}

#[test]
fn what_is_not_there_is_absent_with_a_token() {
    let registry = Traps::start(Listing::Pages, Entrance::Token);
    let done = Consumer::of(&registry.image("acme/app")).args(&["--format", "json"]).select();
    assert_eq!((done.code, done.ladder()[1].as_str()), (1, "exact absent pr-12-1111111"), "{done:?}");
}
