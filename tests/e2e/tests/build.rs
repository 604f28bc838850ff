//! `buildonce build` with buildah, against Debian's registry and a proxy that makes it fail.

#![cfg(target_os = "linux")]

use std::fs;

use buildonce_e2e::{
    Builder, Consumer, Fault, FaultProxy, MERGE, Registry, Rule, Times, fork, producer, proven_by_skopeo, reason, tries,
};
use serde_json::Value;

/// The registry's login as containers' tools keep it.
const BASIC: &str = "YWRhOnMzY3JldA==";

#[test]
fn the_receipt_says_what_the_registry_and_skopeo_say() {
    let registry = Registry::start();
    for (repository, platforms) in [("one", "[linux/amd64]"), ("two", "[linux/amd64, linux/arm64]")] {
        let image = registry.image(&format!("acme/{repository}"));
        let job = producer(&image).policy(&format!("build: {{builder: buildah, platforms: {{default: {platforms}}}}}"));
        let done = job.build(&[]);
        assert_eq!(done.code, 0, "{done:?}");
        let receipt = job.receipt();
        proven_by_skopeo(&image, &receipt);
        let select = Consumer::of(&image).args(&["--format", "json"]).select();
        assert_eq!(select.json()["selected"]["digest"], receipt["digest"]);
    }
}

/// F22, F39: the digest is the build's own, and a tag of another image is told, not taken.
#[test]
fn several_names_in_two_registries_are_one_digest_and_a_rerun_completes_only_what_is_missing() {
    let (mut first, second) = (Registry::start(), Registry::start());
    let names = [first.image("acme/app"), second.image("acme/app")];
    let policy = |images: &[&String]| format!("images: {images:?}");
    let job = producer(&names[0]).policy("tags: ['sha-{{sha}}', 'pr-{{pr}}']").policy(&policy(&[&names[0], &names[1]]));
    let done = job.build(&["--format", "json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let built = job.receipt();
    assert_eq!((tries(&built, "build"), tries(&built, "push"), tries(&built, "tag")), ((0, 1), (0, 2), (0, 2)));
    let third = Registry::start();
    let more = third.image("acme/app");
    let job = job.policy(&policy(&[&names[0], &names[1], &more]));
    let done = job.build(&[]);
    assert_eq!(done.code, 0, "{done:?}");
    let again = job.receipt();
    assert_eq!((&again["digest"], &again["reused"]), (&built["digest"], &Value::Bool(true)));
    assert_eq!((tries(&again, "build"), tries(&again, "push"), tries(&again, "tag")), ((0, 0), (0, 0), (0, 2)));
    // With one registry down, the others are told exactly, and there is no receipt of this run.
    first.stop();
    fs::remove_file(job.folder().join("buildonce-receipt.json")).unwrap();
    let done = job.build(&["--rebuild", "--format", "json"]);
    assert_eq!(done.code, 3, "{done:?}");
    let states: Vec<_> = done.json()["landings"].as_array().unwrap().iter().map(|own| own["state"].clone()).collect();
    assert_eq!(states, ["unknown", "unknown", "landed", "landed", "landed", "landed"]);
    assert!(!job.folder().join("buildonce-receipt.json").exists());
}

/// F24, F40: who may not push leaves a file, and the receipt says so.
#[test]
fn without_a_login_the_image_goes_into_a_file() {
    let registry = Registry::with_login();
    let image = registry.image("acme/app");
    let job = fork(producer(&image));
    let done = job.build(&[]);
    assert_eq!(done.code, 0, "{done:?}");
    let receipt = job.receipt();
    assert_eq!((receipt["images"].as_array().unwrap().len(), &receipt["digest"]), (0, &Value::Null));
    let path = job.folder().join(receipt["archive"]["path"].as_str().unwrap());
    let source = format!("docker-archive:{}", path.display());
    let inspected: Value = serde_json::from_str(&Builder::new().skopeo(&["inspect", &source])).unwrap();
    assert_eq!(inspected["Labels"]["org.opencontainers.image.revision"], MERGE);
    assert_eq!(receipt["archive"]["size"], fs::metadata(path).unwrap().len());
    // With the login it is pushed.
    let auths = format!(r#"{{"auths": {{"{}": {{"auth": "{}"}}}}}}"#, registry.address(), BASIC);
    let job = producer(&image).file("auth.json", &auths);
    let path = job.folder().join("auth.json").display().to_string();
    let done = job.env("REGISTRY_AUTH_FILE", &path).build(&["--format", "json"]);
    assert_eq!((done.code, &done.json()["images"][0]["name"]), (0, &Value::String(image)), "{done:?}");
}

/// F44, F45: a build that would fail again is made once, whatever the policy allows.
#[test]
fn a_broken_dockerfile_is_built_exactly_once() {
    let registry = Registry::start();
    let job = producer(&registry.image("acme/app"));
    for (dockerfile, cause) in
        [("FROM scratch\nCOPPY x /x\n", "dockerfile-parse"), ("FROM scratch\nCOPY none /x\n", "file-missing")]
    {
        let done = job.file_again("Dockerfile", dockerfile).build(&["--format", "json"]);
        assert_eq!((done.code, reason(&done).as_str()), (1, "build-failed"), "{done:?}");
        assert_eq!(tries(&done.json(), "build"), (1, 0), "{done:?}");
        assert_eq!(done.json()["attempts"][0]["cause"], cause, "{done:?}");
    }
    assert!(!job.folder().join("buildonce-receipt.json").exists());
}

/// F19, F20, F21: what a builder says of the digest is believed when it is one, and when the registry says the same.
#[test]
fn a_digest_file_that_is_empty_or_lies_ends_the_build() {
    let registry = Registry::start();
    let zero = format!("sha256:{}", "0".repeat(64));
    for (says, expected) in [(" ", "digest-unusable"), ("sha256:1", "digest-unusable"), (zero.as_str(), "not-landed")] {
        let builder = format!("[sh, -c, 'printf %s \"$0\" > \"$1\"', '{says}', '{{{{digest-file}}}}', '{{{{args}}}}']");
        let job = producer(&registry.image("acme/app")).policy(&format!("build: {{builder: {builder}}}"));
        let done = job.build(&["--format", "json"]);
        assert_eq!((done.code, reason(&done).as_str()), (3, expected), "{done:?}");
    }
}

/// F46: a step that was skipped or killed is no success.
#[test]
fn a_builder_that_is_missing_or_killed_or_pushes_nothing_leaves_no_receipt() {
    let registry = Registry::start();
    for (builder, code, expected) in [
        ("[no-such-builder, '{{args}}']", 1, "build-failed"),
        ("[sh, -c, 'kill -9 $$', '{{args}}']", 1, "build-failed"),
        ("[sh, -c, 'exit 0', '{{args}}']", 3, "not-landed"),
    ] {
        let job = producer(&registry.image("acme/app")).policy(&format!("build: {{builder: {builder}}}"));
        let done = job.build(&["--format", "json"]);
        assert_eq!((done.code, reason(&done).as_str()), (code, expected), "{done:?}");
        assert!(!job.folder().join("buildonce-receipt.json").exists());
    }
    let job = producer(&registry.image("acme/app"));
    fs::remove_file(job.folder().join("Dockerfile")).unwrap();
    let done = job.build(&["--format", "json"]);
    assert_eq!((done.code, tries(&done.json(), "build")), (1, (1, 0)), "{done:?}");
}

#[test]
fn whoever_asks_to_stop_finds_nothing_half_written() {
    let registry = Registry::start();
    let builder = "[sh, -c, 'echo half > image.tar; kill -TERM $(cat pid); sleep 60', '{{args}}']";
    let job = fork(producer(&registry.image("acme/app")).policy(&format!("build: {{builder: {builder}}}")));
    let done = job.script("buildonce build --facts facts.json & echo $! > pid; wait $!");
    assert_eq!(done.code, 143, "{done:?}");
    let left: Vec<_> = fs::read_dir(job.folder()).unwrap().map(|own| own.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name == "image.tar" || name == "buildonce-receipt.json"), "{left:?}");
}

#[test]
fn a_full_disk_loses_nothing() {
    let registry = Registry::start();
    let job = producer(&registry.image("acme/app"));
    let done = job.build(&["--receipt", "/dev/full"]);
    assert_eq!(done.code, 3);
    let told = done.stderr.split("error[").nth(1).unwrap_or_default().trim();
    assert_eq!(
        told,
        "unwritable-file]: cannot write /dev/full: no space left on device\n |\n = help: the image is where it should be: free the disk or \
         name another file with --receipt, and run the same command again; nothing is built twice"
    );
    let done = job.build(&["--format", "json"]);
    assert_eq!((done.code, &done.json()["reused"]), (0, &Value::Bool(true)), "{done:?}");
}

/// What a fault leads to: a line of the table in docs/build.md.
fn line(name: &str, rule: Rule) -> String {
    let registry = Registry::start();
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let job = producer(&proxy.image("acme/app"));
    let done = job.build(&["--format", "json"]);
    let answer = done.json();
    assert_eq!(tries(&answer, "build"), (0, 1), "{name}: what is built is not built again: {done:?}");
    let (failed, fine) = tries(&answer, "push");
    let outcome = match done.code {
        0 => format!("survived, {} pushes", failed + fine).replace("1 pushes", "1 push"),
        code => format!("{code}: {}, {} pushes", reason(&done), failed + fine).replace("1 pushes", "1 push"),
    };
    format!("| {name} | {outcome} |")
}

/// Under each fault the outcome is the one that docs/build.md tells.
#[test]
fn the_table_of_faults_is_what_happens() {
    use Fault::{OtherDigest, Page, RateLimited, Reset, Slow, Status, Truncated};
    use Times::{Always, First};
    let manifest = |times, fault| Rule::new("PUT", "/manifests/", times, fault);
    let upload = |times, fault| Rule::new("PATCH", "/blobs/uploads/", times, fault);
    let read = |times, fault| Rule::new("GET", "/manifests/", times, fault);
    let rows: Vec<String> = [
        ("500 twice, when the manifest is pushed", manifest(First(2), Status(500))),
        ("502 twice", manifest(First(2), Status(502))),
        ("503 twice", manifest(First(2), Status(503))),
        ("503 every time", manifest(Always, Status(503))),
        ("429 with `Retry-After: 1`, once", manifest(First(1), RateLimited(1))),
        ("connection reset in mid-upload, once", upload(First(1), Reset)),
        ("answer to an upload cut off, once", upload(First(1), Truncated)),
        ("answer to the push cut off, once: it has landed", manifest(First(1), Truncated)),
        ("answer to the push never ends, once: it has landed", manifest(First(1), Slow)),
        ("401 once", manifest(First(1), Status(401))),
        ("403", manifest(Always, Status(403))),
        ("404 for the repository", manifest(Always, Status(404))),
        ("400: the registry refuses the tag", manifest(Always, Status(400))),
        ("another digest in the answer to the push", manifest(Always, OtherDigest)),
        ("another digest when it is read back", read(Always, OtherDigest)),
        ("a web page when it is read back", read(Always, Page)),
        ("503 twice, when it is read back", read(First(2), Status(503))),
    ]
    .into_iter()
    .map(|(name, rule)| line(name, rule))
    .collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/build.md");
    let page = fs::read_to_string(path).unwrap();
    let told: Vec<_> = page
        .lines()
        .skip_while(|line| !line.starts_with("| Fault |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(told.join("\n"), rows.join("\n"), "what happened:\n{}", rows.join("\n"));
}
