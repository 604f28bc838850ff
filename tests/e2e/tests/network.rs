//! What lies between the program and a registry: encryption, proxies, logins.
#![cfg(target_os = "linux")]

use std::fs;

use buildonce_e2e::{Consumer, Done, Image, LOGIN, MERGE, NAME, Registry, Tunnel};

/// Whether the answer is that there is no such image, which only a registry can know.
fn asked(done: &Done) -> bool {
    done.code == 1 && done.ladder().iter().any(|own| own == "exact absent pr-12-1111111")
}

#[test]
fn a_certificate_counts_when_the_machine_trusts_it() {
    let registry = Registry::with_tls();
    let tunnel = Tunnel::start(registry.address());
    let consumer =
        || Consumer::of(&format!("{NAME}/acme/app")).args(&["--format", "json"]).env("HTTPS_PROXY", &tunnel.url());
    let done = consumer().env("SSL_CERT_FILE", &registry.certificate()).select();
    assert!(asked(&done), "{done:?}");
    assert_eq!(tunnel.seen(), [format!("{NAME}:443")]);
    let before = tunnel.connections();
    let done = consumer().select();
    assert_eq!((done.code, &done.json()["not_selected"]["cause"]), (3, &"unavailable".into()), "{done:?}");
    assert!(done.stderr.contains("certificate"), "{}", done.stderr);
    assert_eq!(tunnel.connections() - before, 1, "what is not trusted is not trusted the second time: {}", done.stderr);
}

#[test]
fn plain_http_is_spoken_with_the_registry_that_was_named_and_no_other() {
    let registry = Registry::start();
    let tunnel = Tunnel::start(registry.address());
    let image = format!("{NAME}:5000/acme/app");
    let consumer = || {
        let consumer = Consumer::of(&image).args(&["--format", "json"]);
        consumer.env("HTTP_PROXY", &tunnel.url()).env("HTTPS_PROXY", &tunnel.url())
    };
    let done = consumer().args(&["--plain-http", &format!("{NAME}:5000")]).select();
    assert!(asked(&done), "{done:?}");
    // A registry without TLS breaks off a connection with it.
    let done = consumer().args(&["--plain-http", NAME]).select();
    assert_eq!((done.code, &done.json()["not_selected"]["cause"]), (3, &"unavailable".into()), "{done:?}");
    assert_eq!(tunnel.seen(), [format!("{NAME}:5000")]);
}

#[test]
fn this_machine_is_never_asked_through_a_proxy() {
    let registry = Registry::start();
    let tunnel = Tunnel::start(registry.address());
    let consumer = Consumer::of(&registry.image("acme/app")).args(&["--format", "json"]);
    let done = consumer.env("ALL_PROXY", &tunnel.url()).env("HTTP_PROXY", &tunnel.url()).select();
    assert!(asked(&done), "{done:?}");
    assert_eq!(tunnel.seen(), [""; 0]);
}

#[test]
fn a_credential_helper_opens_a_registry() {
    let registry = Registry::with_login();
    let (user, password) = LOGIN;
    let consumer = Consumer::of(&registry.image("acme/app")).args(&["--format", "json"]);
    let script = format!(
        "read host; [ \"$host\" = {} ] && echo '{{\"Username\": \"{user}\", \"Secret\": \"{password}\"}}'",
        registry.address()
    );
    let done = consumer.credential_helper(&script).select();
    assert!(asked(&done), "{done:?}");
}

#[test]
fn a_credential_helper_that_fails_is_named_and_what_it_prints_is_not_repeated() {
    let registry = Registry::with_login();
    let consumer = Consumer::of(&registry.image("acme/app")).args(&["--format", "json"]);
    let done = consumer.credential_helper("echo s3cret; echo s3cret >&2; exit 1").select();
    assert_eq!(done.code, 3);
    assert!(done.stderr.contains("docker-credential-tests fails"), "{}", done.stderr);
    assert!(!format!("{done:?}").contains("s3cret"), "{done:?}");
}

#[test]
fn no_login_is_in_a_record() {
    let registry = Registry::with_login();
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let consumer = Consumer::of(&registry.image("acme/app")).login(&registry.address().to_string(), LOGIN.1);
    let consumer = consumer.args(&["--record", "record.jsonl"]);
    let done = consumer.select();
    assert_eq!(done.code, 0, "{}", done.stderr);
    let record = fs::read_to_string(consumer.folder().join("record.jsonl")).unwrap();
    assert!(record.contains("\"selection.next\"") && record.contains("pr-12-1111111"), "the look is in it");
    // The password, and name and password in base64.
    for secret in [LOGIN.1, "YWRhOnMzY3JldA"] {
        assert!(!record.contains(secret), "{secret}");
    }
}
