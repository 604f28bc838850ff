//! `buildonce promote` with Debian's registry, and with two of them.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what it does not expect")]

use std::fs;

use buildonce_e2e::{
    Builder, Consumer, Fault, FaultProxy, HEAD, Image, LOGIN, MERGE, Registry, Request, Rule, Times, digest, producer,
    send,
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OTHER: &str = "3333333333333333333333333333333333333333";

/// The bytes of what a name has, as skopeo sees them, and their digest.
fn inspected(reference: &str) -> (String, String) {
    let tools = Builder::new();
    let place = format!("docker://{reference}");
    let raw = tools.skopeo(&["inspect", "--raw", "--tls-verify=false", &place]);
    let digest = tools.skopeo(&["inspect", "--format", "{{.Digest}}", "--tls-verify=false", &place]);
    (raw, digest)
}

/// The digest under a tag; nothing when there is none.
fn digest_of(registry: &Registry, tag: &str) -> String {
    let request = Request::new("HEAD", &format!("/v2/acme/app/manifests/{tag}"));
    let accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";
    let answer = send(registry.address(), &request.header("accept", accept)).unwrap();
    answer.get("docker-content-digest").unwrap_or_default().to_owned()
}

#[test]
fn what_was_built_and_selected_by_its_receipt_becomes_main_byte_by_byte() {
    for platforms in ["[linux/amd64]", "[linux/amd64, linux/arm64]"] {
        let registry = Registry::start();
        let image = registry.image("acme/app");
        let job = producer(&image).policy(&format!("build: {{builder: buildah, platforms: {{default: {platforms}}}}}"));
        assert_eq!(job.build(&[]).code, 0);
        let before = inspected(&format!("{image}:{}", Consumer::tag()));
        let later = job.again();
        let done = later.promote(&["--receipt", "buildonce-receipt.json", "--to", "main", "--to", "1.2"]);
        assert_eq!(
            (done.code, done.names()),
            (0, vec!["app:main promoted".to_owned(), "app:1.2 promoted".to_owned()]),
            "{done:?}"
        );
        assert_eq!(done.json()["selection"]["selected"]["rung"], "receipt");
        for tag in ["main", "1.2", Consumer::tag()] {
            assert_eq!(inspected(&format!("{image}:{tag}")), before, "{tag}");
        }
        assert_eq!(job.receipt()["digest"], before.1);
        // The same again changes nothing.
        let done = later.promote(&["--to", "main"]);
        assert_eq!((done.code, done.names()), (0, vec!["app:main already".to_owned()]), "{done:?}");
    }
}

#[test]
fn an_index_moves_to_another_registry_with_everything_in_it() {
    let (one, two) = (Registry::start(), Registry::with_login());
    let image = one.image("acme/app");
    let reference = format!("{image}:{}", Consumer::tag());
    let digest = Builder::new().push(&reference, MERGE, &["linux/amd64", "linux/arm64"]);
    let target = format!("{}:main", two.image("acme/copy"));
    let job = Consumer::of(&image).login(&two.address().to_string(), LOGIN.1);
    let done = job.promote(&["--to", &target]);
    assert_eq!((done.code, done.names()), (0, vec!["copy:main promoted".to_owned()]), "{done:?}");
    let tools = Builder::new();
    let (place, login) = (format!("docker://{target}"), format!("{}:{}", LOGIN.0, LOGIN.1));
    let skopeo = |words: &[&str]| tools.skopeo(&[words, &["--tls-verify=false", "--creds", &login, &place]].concat());
    assert_eq!(skopeo(&["inspect", "--raw"]), inspected(&reference).0);
    assert_eq!(skopeo(&["inspect", "--format", "{{.Digest}}"]), digest);
    for platform in ["amd64", "arm64"] {
        let config = skopeo(&["inspect", "--config", "--override-arch", platform]);
        assert!(config.contains(MERGE), "{config}");
    }
    // Whoever may not write there changes nothing here, either.
    let stranger = Consumer::of(&image).login(&two.address().to_string(), "wrong");
    let done = stranger.promote(&["--to", "main", "--to", &format!("{}:other", two.image("acme/copy"))]);
    assert_eq!((done.code, done.refusal().as_str()), (3, "unknown"), "{done:?}");
    assert_eq!(digest_of(&one, "main"), "");
}

#[test]
fn an_image_of_another_commit_is_not_promoted() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let stale = Image::of(OTHER).push(registry.address(), "acme/app", Consumer::tag());
    let job = Consumer::of(&image).policy("select: {freshness: warn, fallback: [fail]}");
    assert_eq!(job.select().code, 0, "for a test it is good enough, with a warning");
    let done = job.promote(&["--to", "main"]);
    assert_eq!((done.code, done.refusal().as_str()), (1, "nothing-usable"), "{done:?}");
    let done = job.promote(&[Consumer::tag(), "--to", "main"]);
    assert_eq!((done.code, done.refusal().as_str()), (1, "revision-mismatch"), "{done:?}");
    assert_eq!(digest_of(&registry, "main"), "");
    // After a squash the run's commit is a new one, and a person says which one it was.
    let done = job.promote(&[Consumer::tag(), "--to", "main", "--revision", OTHER]);
    assert_eq!((done.code, digest_of(&registry, "main")), (0, stale.digest.clone()), "{done:?}");
    let done = job.promote(&[&stale.digest, "--to", "edge", "--any-revision"]);
    assert_eq!((done.code, digest_of(&registry, "edge")), (0, stale.digest), "{done:?}");
    let done = job.promote(&[Consumer::tag(), "--to", "main", "--revision", "3333333"]);
    assert!(done.code == 2 && done.stderr.contains("invalid-revision"), "{done:?}");
}

#[test]
fn every_platform_has_to_prove_its_commit() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let pushed =
        Image::of(MERGE).platforms(&["linux/amd64", "linux/arm64"]).push(registry.address(), "acme/app", "both");
    // An index of ours with the image of another commit for its second platform.
    let other = Image::of(OTHER).platforms(&["linux/arm64"]).push(registry.address(), "acme/app", "other");
    let entry = |digest: &str, architecture: &str| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":1,"platform":{{"os":"linux","architecture":"{architecture}"}}}}"#
        )
    };
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{},{}]}}"#,
        entry(&pushed.manifests[0], "amd64"),
        entry(&other.digest, "arm64")
    );
    let path = format!("/v2/acme/app/manifests/{}", Consumer::tag());
    let put = Request::new("PUT", &path).header("content-type", "application/vnd.oci.image.index.v1+json").body(index);
    assert_eq!(send(registry.address(), &put).unwrap().status, 201);
    let job = Consumer::of(&image).args(&["--format", "json"]);
    assert_eq!(job.select().code, 0, "its test needs one platform");
    let done = job.promote(&["--to", "main"]);
    assert_eq!((done.code, digest_of(&registry, "main").as_str()), (1, ""), "{done:?}");
    let trace = done.json()["selection"]["not_selected"]["trace"].clone();
    assert!(trace.to_string().contains("linux/arm64"), "{trace}");
}

#[test]
fn a_version_is_given_once() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let old = Image::of(OTHER).push(registry.address(), "acme/app", "v1.2.3");
    let new = Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let job = Consumer::of(&image);
    let done = job.promote(&["--to", "main,v1.2.3"]);
    assert_eq!((done.code, done.refusal().as_str()), (1, "tag-taken"), "{done:?}");
    assert_eq!((digest_of(&registry, "main"), digest_of(&registry, "v1.2.3")), (String::new(), old.digest));
    let done = job.promote(&["--to", "main,v1.2.3", "--overwrite", "--dry-run"]);
    assert_eq!((done.code, done.names()), (0, vec!["app:main planned".to_owned(), "app:v1.2.3 planned".to_owned()]));
    assert_eq!(digest_of(&registry, "main"), "");
    let done = job.promote(&["--to", "main,v1.2.3", "--overwrite"]);
    assert_eq!((done.code, digest_of(&registry, "v1.2.3")), (0, new.digest), "{done:?}");
}

#[test]
fn latest_stays_with_the_newest_release() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let newer = Image::of(OTHER).push(registry.address(), "acme/app", "v2.0.0");
    Image::of(OTHER).push(registry.address(), "acme/app", "latest");
    let tested = Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let tags = r#"tags: [{tag: "pr-{{pr}}-{{sha}}"}, {when: {event: tag}, latest: newest-release}]"#;
    let job = Consumer::of(&image).policy(tags);
    let done = job.promote(&["--to", "v1.9.1,1.9,latest"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.names(), ["app:v1.9.1 promoted", "app:1.9 promoted", "app:latest held"]);
    assert_eq!((digest_of(&registry, "latest"), digest_of(&registry, "1.9")), (newer.digest, tested.digest.clone()));
    let done = job.promote(&["--to", "v2.0.1,latest"]);
    assert_eq!((done.code, digest_of(&registry, "latest")), (0, tested.digest), "{done:?}");
}

#[test]
fn when_one_name_fails_the_others_are_moved_back() {
    let registry = Registry::start();
    for (tag, note) in [("main", "one"), ("edge", "two")] {
        Image::of(OTHER).note(note).push(registry.address(), "acme/app", tag);
    }
    let tested = Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let before = ["main", "edge", "new"].map(|tag| digest_of(&registry, tag));
    let rule = Rule::new("PUT", "/manifests/new", Times::Always, Fault::Status(503));
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let job = Consumer::of(&proxy.image("acme/app")).policy("retry: {push: {attempts: 3, backoff: {first: 1ms}}}");
    let done = job.promote(&["--to", "new,main,edge"]);
    assert_eq!((done.code, done.refusal().as_str()), (3, "tag-failed"), "{done:?}");
    assert_eq!(done.names(), ["app:new untouched", "app:main restored", "app:edge restored"]);
    assert_eq!(["main", "edge", "new"].map(|tag| digest_of(&registry, tag)), before);
    // Once the registry works again, the same command does the whole.
    let proxy = FaultProxy::start(registry.address(), Vec::new());
    let done = Consumer::of(&proxy.image("acme/app")).promote(&["--to", "new,main,edge"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(["main", "edge", "new"].iter().all(|tag| digest_of(&registry, tag) == tested.digest));
}

#[test]
fn a_registry_that_fails_for_a_while_is_asked_again() {
    let (one, two) = (Registry::start(), Registry::start());
    let tested =
        Image::of(MERGE).platforms(&["linux/amd64", "linux/arm64"]).push(one.address(), "acme/app", Consumer::tag());
    let twice = |method, path: &str, fault| Rule::new(method, path, Times::First(2), fault);
    let proxy = FaultProxy::start(
        two.address(),
        vec![
            twice("POST", "/blobs/uploads/", Fault::Status(502)),
            twice("PUT", "/manifests/sha256:", Fault::Reset),
            // The name lands, and nobody hears of it.
            twice("PUT", "/manifests/main", Fault::Truncated),
        ],
    );
    let job = Consumer::of(&one.image("acme/app")).policy("retry: {push: {attempts: 9, backoff: {first: 1ms}}}");
    let target = format!("{}:main", proxy.image("acme/app"));
    let done = job.promote(&["--to", &target]);
    assert_eq!((done.code, digest_of(&two, "main")), (0, tested.digest), "{done:?}");
}

#[test]
fn what_cannot_be_copied_changes_no_name() {
    let (one, two) = (Registry::start(), Registry::start());
    Image::of(OTHER).push(one.address(), "acme/app", "main");
    Image::of(MERGE).push(one.address(), "acme/app", Consumer::tag());
    let before = digest_of(&one, "main");
    let rule = Rule::new("POST", "/blobs/uploads/", Times::Always, Fault::Status(507));
    let proxy = FaultProxy::start(two.address(), vec![rule]);
    let job = Consumer::of(&one.image("acme/app")).policy("retry: {push: {attempts: 2, backoff: {first: 1ms}}}");
    let done = job.promote(&["--to", "main", "--to", &format!("{}:main", proxy.image("acme/app"))]);
    assert_eq!((done.code, done.refusal().as_str()), (3, "copy-failed"), "{done:?}");
    assert_eq!(digest_of(&one, "main"), before);
}

#[test]
fn without_names_the_policy_names_it() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let tested = Image::of(OTHER).head(HEAD).push(registry.address(), "acme/app", "tested");
    let tags = r#"tags: [{tag: "pr-{{pr}}-{{sha}}"}, "stable"]"#;
    let done = Consumer::of(&image).policy(tags).promote(&["tested"]);
    assert_eq!(
        (done.code, done.names()),
        (0, vec!["app:pr-12-1111111 promoted".to_owned(), "app:stable promoted".to_owned()]),
        "{done:?}"
    );
    assert_eq!(digest_of(&registry, "stable"), tested.digest);
}

#[test]
fn names_that_are_none_are_told_before_anything_is_looked_at() {
    let registry = Registry::start();
    let proxy = FaultProxy::start(registry.address(), Vec::new());
    let done =
        Consumer::of(&proxy.image("acme/app")).promote(&["--to", "ma in", "--to", "ghcr.io/acme/app", "--to", "main"]);
    assert_eq!(done.code, 2, "{done:?}");
    assert_eq!(
        done.stderr,
        "error[invalid-target]: `ma in` is no tag\n |\n = help: give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`\n\n\
         error[invalid-target]: `ghcr.io/acme/app` names no tag\n |\n = help: give a tag such as `main`, or a whole name such as \
         `ghcr.io/acme/app:main`\n"
    );
    assert_eq!(proxy.requests(), Vec::<String>::new());
}

#[test]
fn receipts_that_cannot_be_trusted_promote_nothing() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let job = producer(&image);
    assert_eq!(job.build(&[]).code, 0);
    let path = job.folder().join("buildonce-receipt.json");
    let receipt = fs::read_to_string(&path).unwrap();
    let promote = |text: &str, code: &str| {
        let later = job.again();
        later.file_again("buildonce-receipt.json", text);
        let done = later.promote(&["--receipt", "buildonce-receipt.json", "--to", "main"]);
        assert!(done.code == 2 && done.stderr.contains(code), "{code}: {done:?}");
    };
    promote("", "receipt-empty");
    promote(&receipt[..receipt.len() / 2], "receipt-unreadable");
    promote(&receipt.replace(MERGE, OTHER), "receipt-edited");
    assert_eq!(digest_of(&registry, "main"), "");
}

/// Puts a manifest that refers to another, as a signature does, and returns its digest.
fn sign(registry: &Registry, subject: &str, tag: Option<&str>) -> String {
    // The config and layer of an image that is there already.
    let pushed = Image::of(OTHER).note("signature").push(registry.address(), "acme/app", "parts");
    let parts = Request::new("GET", "/v2/acme/app/manifests/parts").header("accept", MANIFEST);
    let parts: serde_json::Value = serde_json::from_slice(&send(registry.address(), &parts).unwrap().body).unwrap();
    assert_eq!(pushed.configs.first(), parts["config"]["digest"].as_str().map(str::to_owned).as_ref());
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/vnd.example.signature", "config": parts["config"],
        "layers": parts["layers"], "subject": {"mediaType": MANIFEST, "digest": subject, "size": 1},
    });
    let body = manifest.to_string();
    put(registry, tag.unwrap_or(&digest(body.as_bytes())), MANIFEST, &body)
}

fn put(registry: &Registry, reference: &str, kind: &str, body: &str) -> String {
    let path = format!("/v2/acme/app/manifests/{reference}");
    let done = send(registry.address(), &Request::new("PUT", &path).header("content-type", kind).body(body)).unwrap();
    assert_eq!(done.status, 201, "{}", String::from_utf8_lossy(&done.body));
    done.get("docker-content-digest").unwrap().to_owned()
}

#[test]
fn signatures_go_along_to_another_registry() {
    for lists in [false, true] {
        let (one, two) = (Registry::start(), Registry::start());
        let tested = Image::of(MERGE).push(one.address(), "acme/app", Consumer::tag());
        let signature = sign(&one, &tested.digest, None);
        let cosign = tested.digest.replace(':', "-") + ".sig";
        let attached = sign(&one, &tested.digest, Some(&cosign));
        let entry =
            serde_json::json!({"mediaType": MANIFEST, "digest": signature, "size": 1, "artifactType": "what/ever"});
        let list = serde_json::json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}).to_string();
        let mut rules = Vec::new();
        if lists {
            // A registry that answers the question itself; Debian's does not, so the tag is what counts.
            let fault = Fault::Body(INDEX, list.into_bytes());
            rules.push(Rule::new("GET", format!("/referrers/{}", tested.digest), Times::Always, fault));
        } else {
            put(&one, &tested.digest.replace(':', "-"), INDEX, &list);
        }
        let proxy = FaultProxy::start(one.address(), rules);
        let target = two.image("acme/app");
        let job = Consumer::of(&proxy.image("acme/app"));
        let done = job.promote(&["--to", &format!("{target}:main")]);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!((digest_of(&two, "main"), digest_of(&two, &cosign)), (tested.digest.clone(), attached.clone()));
        assert_eq!(digest_of(&two, &signature), signature);
        let tag = Request::new("GET", &format!("/v2/acme/app/manifests/{}", tested.digest.replace(':', "-")));
        let list = send(two.address(), &tag.header("accept", INDEX)).unwrap();
        let list: serde_json::Value = serde_json::from_slice(&list.body).unwrap();
        let listed = &list["manifests"][0];
        assert_eq!(
            (&listed["digest"], &listed["artifactType"]),
            (&signature.into(), &"application/vnd.example.signature".into())
        );
    }
}

#[test]
fn a_signature_that_nobody_can_read_stops_it_all() {
    let (one, two) = (Registry::start(), Registry::start());
    Image::of(MERGE).push(one.address(), "acme/app", Consumer::tag());
    for fault in [Fault::Status(503), Fault::Status(403), Fault::Body(INDEX, b"[]".to_vec())] {
        let rule = Rule::new("GET", "/referrers/", Times::Always, fault.clone());
        let proxy = FaultProxy::start(one.address(), vec![rule]);
        let job = Consumer::of(&proxy.image("acme/app")).policy("retry: {push: {attempts: 2, backoff: {first: 1ms}}}");
        let done = job.promote(&["--to", &format!("{}:main", two.image("acme/app"))]);
        assert_eq!((done.code, done.refusal().as_str()), (3, "copy-failed"), "{fault:?}: {done:?}");
        assert_eq!(digest_of(&two, "main"), "");
    }
}
