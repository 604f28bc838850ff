//! `buildonce build` with `docker buildx`, against Debian's registry.
#![cfg(target_os = "linux")]

use buildonce_e2e::{Consumer, Docker, Registry, fork, producer, proven_by_skopeo, reason, tries};
use serde_json::Value;

fn job(docker: &Docker, image: &str, platforms: &str) -> Consumer {
    let build = format!("build: {{builder: buildx, platforms: {{default: {platforms}}}}}");
    let retry = "retry: {default: {attempts: 4, timeout: 60s, backoff: {first: 1ms, max: 5ms}}}";
    let job = producer(image).policy(&build).policy(retry);
    docker.variables().iter().fold(job, |job, (name, value)| job.env(name, value))
}

/// All in one test: a daemon takes seconds to start, and one is enough.
#[test]
fn buildx_builds_what_the_receipt_says() {
    let docker = Docker::start();
    let registry = Registry::start();

    // The digest is that of the index, not of a config; labels are on every platform.
    for (repository, platforms) in [("one", "[linux/amd64]"), ("two", "[linux/amd64, linux/arm64]")] {
        let image = registry.image(&format!("acme/{repository}"));
        let job = job(&docker, &image, platforms);
        let done = job.build(&[]);
        assert_eq!(done.code, 0, "{done:?}");
        proven_by_skopeo(&image, &job.receipt());
        let again = job.build(&["--format", "json"]).json();
        assert_eq!((&again["reused"], &again["digest"]), (&Value::Bool(true), &job.receipt()["digest"]));
    }

    // A broken Dockerfile is built exactly once.
    let image = registry.image("acme/broken");
    let broken = job(&docker, &image, "[linux/amd64]").file("Dockerfile", "FROM scratch\nCOPPY x /x\n");
    let done = broken.build(&["--format", "json"]);
    assert_eq!((done.code, reason(&done).as_str(), tries(&done.json(), "build")), (1, "build-failed", (1, 0)));

    // A fork's image goes into a file.
    let forked = fork(job(&docker, &registry.image("acme/fork"), "[linux/amd64]"));
    let done = forked.build(&["--format", "json"]);
    assert_eq!((done.code, &done.json()["archive"]["format"]), (0, &Value::String("docker-archive".to_owned())));
}
