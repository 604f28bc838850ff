//! The client against registries that misbehave.

use super::*;
use crate::http::testing::{Server, answer};

const MANIFEST_TYPE: &str = "content-type: application/vnd.oci.image.manifest.v1+json";
const BODY: &str = r#"{"schemaVersion":2}"#;

fn registry(auths: &str) -> (Registry, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    std::fs::write(&file, format!(r#"{{"auths": {auths}}}"#)).unwrap();
    (Registry::new(Logins::of_files(vec![file]), PlainHttp::Loopback), folder)
}

/// What an anonymous client gets of `image:v1`.
fn manifest(server: &Server) -> Result<Document, Failure> {
    registry("{}").0.manifest(&format!("{}/acme/app", server.address()), "v1")
}

/// The same of a server with one answer.
fn answered(status: u16, headers: &'static str, body: &'static str) -> Result<Document, Failure> {
    manifest(&Server::start(move |_, _| answer(status, headers, body)))
}

/// A message without the port, which differs from run to run.
fn message(failure: &Failure) -> String {
    let mut words = failure.message.split(' ');
    let who = words.find(|word| word.starts_with("127.0.0.1:"));
    who.map_or_else(|| failure.message.clone(), |who| failure.message.replace(who, "HOST"))
}

#[test]
fn a_manifest_comes_with_its_bytes_its_kind_and_its_digest() {
    let server = Server::start(|_, _| answer(200, MANIFEST_TYPE, BODY));
    let document = manifest(&server).unwrap();
    assert_eq!((document.bytes.as_slice(), document.digest), (BODY.as_bytes(), None));
    assert_eq!(document.media_type.as_deref(), Some("application/vnd.oci.image.manifest.v1+json"));
    let request = server.seen().concat();
    assert!(request.starts_with("get /v2/acme/app/manifests/v1 "), "{request}");
    assert_eq!(request.matches("application/vnd.").count(), 4, "{request}");
}

#[test]
fn every_refusal_has_its_kind() {
    let unknown = r#"{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}"#;
    for (status, headers, body, kind, expected) in [
        (
            404,
            "",
            unknown,
            Kind::Absent,
            "HOST answers 404 Not Found to GET /v2/acme/app/manifests/v1: MANIFEST_UNKNOWN: manifest unknown",
        ),
        (
            404,
            "content-type: text/html",
            "<h1>",
            Kind::Invalid,
            "HOST answers 404 Not Found to GET /v2/acme/app/manifests/v1: a web page, as a proxy or a login sends it",
        ),
        (403, "", "", Kind::Denied, "HOST answers 403 Forbidden to GET /v2/acme/app/manifests/v1"),
        (401, "", "", Kind::Denied, "HOST answers 401 Unauthorized to a request, and does not say how to log in"),
        (
            429,
            "retry-after: 7",
            "",
            Kind::RateLimited,
            "HOST answers 429 Too Many Requests to GET /v2/acme/app/manifests/v1",
        ),
        (503, "", "", Kind::Unavailable, "HOST answers 503 Service Unavailable to GET /v2/acme/app/manifests/v1"),
        (504, "", "", Kind::Timeout, "HOST answers 504 Gateway Timeout to GET /v2/acme/app/manifests/v1"),
        (400, "", "", Kind::Invalid, "HOST answers 400 Bad Request to GET /v2/acme/app/manifests/v1"),
        (
            200,
            "content-type: text/html",
            "<html>",
            Kind::Invalid,
            "HOST answers GET /v2/acme/app/manifests/v1 with a web page, as a proxy or a login sends it",
        ),
        (
            200,
            "content-type: text/plain",
            BODY,
            Kind::Invalid,
            "HOST answers GET /v2/acme/app/manifests/v1 with `text/plain`, which is no kind of manifest",
        ),
        (
            200,
            MANIFEST_TYPE,
            "{",
            Kind::Invalid,
            "HOST answers GET /v2/acme/app/manifests/v1 with what is no JSON object",
        ),
        (
            200,
            MANIFEST_TYPE,
            unknown,
            Kind::Invalid,
            "HOST answers GET /v2/acme/app/manifests/v1 with 200 and an error: MANIFEST_UNKNOWN: manifest unknown",
        ),
    ] {
        let failure = answered(status, headers, body).unwrap_err();
        assert_eq!((failure.kind, message(&failure).as_str()), (kind, expected));
    }
}

#[test]
fn a_digest_that_lies_is_found_out_and_the_engine_still_sees_the_bytes() {
    let lie = "docker-content-digest: sha256:0000000000000000000000000000000000000000000000000000000000000000";
    let server = Server::start(move |_, _| answer(200, lie, BODY));
    let failure = manifest(&server).unwrap_err();
    assert_eq!(failure.kind, Kind::Invalid);
    assert!(message(&failure).ends_with("000 is what it says they are"), "{}", failure.message);
    let image = format!("{}/acme/app", server.address());
    let (client, _folder) = registry("{}");
    assert_eq!(client.manifest_as_sent(&image, "v1").unwrap().bytes, BODY.as_bytes());
    let wanted = format!("sha256:{}", "1".repeat(64));
    let failure = client.manifest(&image, &wanted).unwrap_err();
    assert!(failure.message.ends_with("111 was asked for"), "{}", failure.message);
}

#[test]
fn a_page_is_no_blob_unless_it_is_the_one_that_was_asked_for() {
    let server = Server::start(|_, _| answer(200, "content-type: text/html", "<html>"));
    let image = format!("{}/acme/app", server.address());
    let (client, _folder) = registry("{}");
    let other = format!("sha256:{}", "1".repeat(64));
    let failure = client.blob_as_sent(&image, &other, 100).unwrap_err();
    assert!(message(&failure).contains("with a web page"), "{}", failure.message);
    let own = sha256(b"<html>");
    assert_eq!(client.blob_as_sent(&image, &own, 100).unwrap().bytes, b"<html>");
}

#[test]
fn what_is_too_large_or_not_whole_is_no_manifest() {
    let failure = manifest(&Server::start(|_, _| answer(200, MANIFEST_TYPE, vec![b'x'; 5 << 20]))).unwrap_err();
    assert_eq!(
        (failure.kind, message(&failure).as_str()),
        (Kind::Invalid, "HOST sends more than 4194304 bytes, which is too much for what was asked for")
    );
    let short = "HTTP/1.1 200 -\r\ncontent-length: 99\r\n\r\n{";
    let failure = manifest(&Server::start(|_, _| short.into())).unwrap_err();
    assert_eq!(
        (failure.kind, message(&failure).as_str()),
        (Kind::Unavailable, "HOST cannot be reached: unexpected EOF")
    );
}

#[test]
fn a_name_and_a_password_open_a_registry_that_asks_for_them() {
    // `ada:1` in base64.
    let server = Server::start(|request, _| {
        if request.contains("authorization: basic ywrhoje=") {
            answer(200, MANIFEST_TYPE, BODY)
        } else {
            answer(401, "www-authenticate: Basic realm=\"x\"", "")
        }
    });
    let image = format!("{}/acme/app", server.address());
    let (client, _folder) = registry(&format!(r#"{{"{}": {{"auth": "YWRhOjE="}}}}"#, server.address()));
    client.manifest(&image, "v1").unwrap();
    client.manifest(&image, "v2").unwrap();
    assert_eq!(server.seen().len(), 3, "the second request knows how");
    let failure = manifest(&server).unwrap_err();
    assert_eq!(
        (failure.kind, message(&failure).as_str()),
        (Kind::Denied, "HOST asks for a login, and this machine has none for it")
    );
    let (client, _folder) = registry(&format!(r#"{{"{}": {{"auth": "YWRhOjI="}}}}"#, server.address()));
    let failure = client.manifest(&image, "v1").unwrap_err();
    assert_eq!((failure.kind, failure.status), (Kind::Denied, Some(401)));
    let failure = client.manifest(&image, "v1").unwrap_err();
    assert_eq!((failure.kind, message(&failure).as_str()), (Kind::Denied, "HOST refuses this machine's login"));
}

/// A registry and its token server in one: the token changes with every request for one, and one that is not the newest is refused.
fn with_tokens(given: impl Fn(&str, usize) -> Vec<u8> + Send + 'static) -> Server {
    let tokens = std::cell::Cell::new(0);
    Server::start(move |request, _| {
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        if request.contains(" /token") {
            tokens.set(tokens.get() + 1);
            given(request, tokens.get())
        } else if request.lines().any(|line| line == format!("authorization: bearer t{}", tokens.get())) {
            answer(200, MANIFEST_TYPE, BODY)
        } else {
            let realm =
                format!("Bearer realm=\"http://{host}/token\",service=\"here\",scope=\"repository:acme/app:pull\"");
            answer(401, &format!("www-authenticate: {realm}"), "")
        }
    })
}

#[test]
fn a_token_is_fetched_once_and_again_when_the_registry_refuses_it() {
    let server = with_tokens(|_, number| answer(200, "", format!(r#"{{"token": "t{number}", "expires_in": 300}}"#)));
    let image = format!("{}/acme/app", server.address());
    let (client, _folder) = registry("{}");
    client.manifest(&image, "v1").unwrap();
    client.manifest(&image, "v2").unwrap();
    assert_eq!(server.seen().len(), 4, "refused, token, first, second");
    assert!(server.seen()[1].starts_with("get /token?service=here&scope=repository:acme/app:pull "));
    // Somebody else's token is the newest now.
    registry("{}").0.manifest(&image, "v1").unwrap();
    client.manifest(&image, "v3").unwrap();
    assert_eq!(server.seen().len(), 10, "refused, token, third");
}

#[test]
fn a_token_that_has_run_out_is_not_sent() {
    let server =
        with_tokens(|_, number| answer(200, "", format!(r#"{{"access_token": "t{number}", "expires_in": 1}}"#)));
    let image = format!("{}/acme/app", server.address());
    let (client, _folder) = registry("{}");
    client.manifest(&image, "v1").unwrap();
    client.manifest(&image, "v2").unwrap();
    assert!(!server.seen()[3].contains("authorization"), "{:?}", server.seen());
}

#[test]
fn a_token_server_is_told_who_asks() {
    let server = with_tokens(|_, number| answer(200, "", format!(r#"{{"token": "t{number}"}}"#)));
    let image = format!("{}/acme/app", server.address());
    for (login, expected) in [
        (r#"{"auth": "YWRhOjE="}"#, "authorization: basic ywrhoje="),
        (r#"{"identitytoken": "r&s"}"#, "grant_type=refresh_token&client_id=buildonce&refresh_token=r%26s"),
    ] {
        let (client, _folder) = registry(&format!(r#"{{"{}": {login}}}"#, server.address()));
        client.manifest(&image, "v1").unwrap();
        let asked = server.seen().into_iter().rfind(|request| request.contains(" /token")).unwrap();
        assert!(asked.contains(expected), "{asked}");
    }
}

#[test]
fn a_token_server_that_fails_is_told_apart_from_the_registry() {
    for (status, body, kind, expected) in [
        (
            403,
            r#"{"details": "no such repository"}"#,
            Kind::Denied,
            "the token server HOST answers 403 Forbidden to a token without a login: no such repository",
        ),
        (401, "", Kind::Denied, "the token server HOST answers 401 Unauthorized to a token without a login"),
        (503, "", Kind::Unavailable, "the token server HOST answers 503 Service Unavailable to the wish for a token"),
        (429, "", Kind::RateLimited, "the token server HOST answers 429 Too Many Requests to the wish for a token"),
        (404, "", Kind::Invalid, "the token server HOST answers 404 Not Found to the wish for a token"),
        (
            200,
            "<html>",
            Kind::Invalid,
            "the token server HOST answers without a token: a web page, as a proxy or a login sends it",
        ),
        (200, "{}", Kind::Invalid, "the token server HOST answers without a token"),
    ] {
        let failure = manifest(&with_tokens(move |_, _| answer(status, "", body))).unwrap_err();
        assert_eq!((failure.kind, message(&failure).as_str()), (kind, expected));
    }
}

#[test]
fn the_engine_reads_a_failure_as_clients_print_it() {
    let failure = answered(429, "retry-after: 30", r#"{"errors": [{"code": "TOOMANYREQUESTS"}]}"#).unwrap_err();
    assert_eq!(
        failure.tail(),
        "received unexpected HTTP status: 429 Too Many Requests: TOOMANYREQUESTS\nretry-after: 30"
    );
    assert_eq!((failure.status, failure.retry_after.as_deref()), (Some(429), Some("30")));
}

#[test]
fn an_address_that_leads_elsewhere_is_not_asked() {
    let (client, _folder) = registry("{}");
    for (image, reference) in
        [("app", "v1"), ("a.example/app", "../x"), ("a.example/app", ""), ("a.example/app", "a/b")]
    {
        assert_eq!(client.manifest(image, reference).unwrap_err().kind, Kind::Invalid, "{image} {reference}");
    }
}
