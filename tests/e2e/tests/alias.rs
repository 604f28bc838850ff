//! `buildonce select --alias`: the selected image under a name of a real store, from a registry and from a file.
#![cfg(target_os = "linux")]

use buildonce_e2e::{
    Builder, Consumer, Docker, Done, Fault, FaultProxy, Image, MERGE, Registry, Rule, Saved, Times, producer,
};

const RECEIPT: &str = "buildonce-receipt.json";
const FALLBACK: &str = "select: {fallback: [archive, fail], on-unknown: fallback}";

/// A job that has built its image for two platforms, pushed it, and saved it in a file.
fn produced(image: &str) -> Consumer {
    let job = producer(image).policy(
        "build: {builder: buildah, archive: {when: {event: pull-request}}, platforms: {default: [linux/amd64, linux/arm64]}}",
    );
    let done = job.build(&[]);
    assert_eq!(done.code, 0, "{done:?}");
    job
}

/// The identifier that the receipt tells for a platform.
fn told(job: &Consumer, platform: &str) -> String {
    let receipt = job.receipt();
    let all = receipt.pointer("/platforms").and_then(|own| own.as_array()).cloned().unwrap_or_default();
    let own = all.iter().find(|own| own.pointer("/platform").is_some_and(|name| name == platform));
    own.and_then(|own| own.pointer("/config")?.as_str()).unwrap_or_default().to_owned()
}

/// A later job with the receipt, and a store of its own.
fn later(job: &Consumer, store: &str) -> Consumer {
    job.again()
        .with_store()
        .policy(FALLBACK)
        .args(&["--receipt", RECEIPT, "--format", "json"])
        .args(&["--alias", "app:test", "--into", store])
}

/// The name's part of an answer.
fn alias(done: &Done, member: &str) -> String {
    done.json().pointer(&format!("/alias/{member}")).and_then(|own| own.as_str()).unwrap_or_default().to_owned()
}

fn code(done: &Done) -> &str {
    let error = done.stderr.split("error[").nth(1).unwrap_or_default();
    error.split(']').next().unwrap_or_default()
}

#[test]
fn a_registry_s_image_has_its_name_in_buildah_s_store_by_its_identifier() {
    let registry = Registry::start();
    let job = produced(&registry.image("acme/app"));
    let consumer = later(&job, "buildah");
    let done = consumer.select();
    assert_eq!((done.code, alias(&done, "image_id")), (0, told(&job, "linux/amd64")), "{done:?}");
    let own = consumer.script("buildah inspect --type image --format '{{.FromImageID}} {{index .OCIv1.Config.Labels \"org.opencontainers.image.revision\"}}' app:test");
    let expected = format!("{} {MERGE}", told(&job, "linux/amd64").replace("sha256:", ""));
    assert_eq!(own.stdout.trim(), expected, "{own:?}");
    // The name moves on with the next image, and another platform is another image.
    let consumer = consumer.args(&["--platform", "linux/arm64"]).without("linux/amd64");
    let done = consumer.select();
    assert_eq!((done.code, alias(&done, "image_id")), (0, told(&job, "linux/arm64")), "{done:?}");
}

#[test]
fn f27_f28_without_its_registry_the_archive_of_the_receipt_is_loaded_by_its_identifier() {
    let mut registry = Registry::start();
    let job = produced(&registry.image("acme/app"));
    registry.stop();
    let consumer = later(&job, "buildah");
    let done = consumer.select();
    assert_eq!((done.code, alias(&done, "image_id")), (0, told(&job, "linux/amd64")), "{done:?}");
    assert_eq!(done.json().pointer("/selected/rung"), Some(&"archive".into()));
    let own =
        consumer.script("buildah inspect --type image --format '{{.FromImageID}}' app:test && buildah images --json");
    assert!(own.stdout.starts_with(&told(&job, "linux/amd64").replace("sha256:", "")), "{own:?}");
    assert_eq!(own.stdout.matches("\"id\"").count(), 1, "nothing else is loaded: {}", own.stdout);
    assert!(!own.stdout.contains("docker.io"), "and nothing has another name: {}", own.stdout);
}

#[test]
fn docker_s_stores_have_the_image_under_its_name_from_a_registry_and_from_a_file() {
    let mut registry = Registry::start();
    let job = produced(&registry.image("acme/app"));
    let stores = [Docker::classic(), Docker::start()];
    let select = |docker: &Docker, platform: &str| {
        let consumer = later(&job, "docker").without("linux/amd64").args(&["--platform", platform]);
        let consumer = docker.variables().iter().fold(consumer, |job, (name, value)| job.env(name, value));
        let done = consumer.select();
        assert_eq!((done.code, alias(&done, "image_id")), (0, told(&job, platform)), "{done:?}");
        docker.ask(&["image", "inspect", "--format", "{{.Architecture}} {{.Id}} {{.RepoTags}}", "app:test"])
    };
    for (number, docker) in stores.iter().enumerate() {
        for platform in ["linux/amd64", "linux/arm64"] {
            let own = select(docker, platform);
            assert!(own.starts_with(platform.trim_start_matches("linux/")), "{number}: {own}");
            assert!(number == 1 || own.contains(&told(&job, platform)), "the classic store's identifier: {own}");
        }
    }
    registry.stop();
    for (number, docker) in stores.iter().enumerate() {
        docker.ask(&["image", "rm", "--force", "app:test"]);
        let own = select(docker, "linux/amd64");
        assert!(own.starts_with("amd64") && own.contains("[app:test]"), "{number}: {own}");
    }
}

#[test]
fn f9_f28_of_several_images_in_a_file_only_the_proven_one_is_loaded() {
    let image = "registry.example/acme/app";
    let good = Saved::of(MERGE);
    let cases = [
        ("two images, the other one first", vec![Saved::of(&"3".repeat(40)).named("app:test"), good.clone()]),
        ("no names inside", vec![good.clone()]),
        (
            "the other one has the name",
            vec![good.clone(), Saved::of(&"3".repeat(40)).named("registry.example/acme/app:pr-12-1111111")],
        ),
    ];
    let stores = [("buildah", None), ("docker", Some(Docker::classic()))];
    for (store, docker) in &stores {
        for (what, images) in &cases {
            let job =
                Consumer::of(image).with_store().policy("select: {fallback: [archive, fail], on-unknown: fallback}");
            let job = docker.iter().flat_map(Docker::variables).fold(job, |job, (name, value)| job.env(name, &value));
            Saved::write(images, &job.folder().join("image.tar"));
            let job = job.args(&["--archive", "image.tar", "--format", "json", "--alias", "app:test", "--into", store]);
            let done =
                job.policy("images: [\"127.0.0.1:1/acme/app\"]").policy("retry: {inspect: {attempts: 1}}").select();
            assert_eq!((done.code, alias(&done, "image_id")), (0, good.id()), "{store}, {what}: {done:?}");
        }
    }
    let Some(docker) = &stores[1].1 else { return };
    assert!(
        !docker.ask(&["images", "--format", "{{.Repository}}:{{.Tag}}"]).contains("registry.example"),
        "no other name"
    );
}

#[test]
fn f29_f31_what_is_no_image_of_this_commit_gets_no_name() {
    let job = |images: &[Saved]| {
        let job = Consumer::of("127.0.0.1:1/acme/app").with_store();
        let job = job
            .policy("select: {fallback: [archive, fail], on-unknown: fallback}")
            .policy("retry: {inspect: {attempts: 1}}");
        if !images.is_empty() {
            Saved::write(images, &job.folder().join("image.tar"));
        }
        job.args(&["--archive", "image.tar", "--format", "json", "--alias", "app:test", "--into", "buildah"])
    };
    let other = Saved::of(&"3".repeat(40));
    for (what, images, expected) in [
        ("of another commit", vec![other.clone()], "revision-mismatch"),
        ("without a label", vec![Saved::of("")], "revision-missing"),
        ("two of this commit", vec![Saved::of(MERGE), Saved::of(MERGE).note("again")], "archive-ambiguous"),
        ("not there", vec![], "absent"),
    ] {
        let job = job(&images);
        let done = job.select();
        assert_eq!(done.code, 1, "{what}: {done:?}");
        assert!(
            done.ladder().iter().any(|line| line.contains(&format!("archive {expected} "))),
            "{what}: {:?}",
            done.ladder()
        );
        assert!(done.json().pointer("/alias").is_none(), "{what}");
        let own = job.script("buildah images --quiet");
        assert_eq!(own.stdout.trim(), "", "{what}");
    }
}

#[test]
fn a_store_that_is_not_there_is_told_apart_from_an_image_that_is_not() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let retry = "retry: {pull: {attempts: 1}, inspect: {attempts: 1}}";
    let select = |store: &str, name: &str| {
        let job = Consumer::of(&image).policy(retry).args(&["--alias", name, "--into", store]);
        job.env("DOCKER_HOST", "unix:///nowhere/docker.sock").select()
    };
    let done = select("podman", "app:test");
    assert_eq!((done.code, code(&done), done.stdout.as_str()), (3, "tool-missing", ""), "{done:?}");
    let done = select("docker", "app:test");
    assert_eq!((done.code, code(&done), done.stdout.as_str()), (3, "daemon-unreachable", ""), "{done:?}");
    let done = select("docker", "app");
    assert_eq!((done.code, code(&done)), (2, "invalid-alias"), "{done:?}");
}

#[test]
fn f40_the_image_of_a_file_gets_into_a_registry_with_its_identifier() {
    let (mut one, two) = (Registry::start(), Registry::start());
    let job = produced(&one.image("acme/app"));
    one.stop();
    // The connection ends twice before anything is taken.
    let rule = Rule::new("POST", "/blobs/uploads/", Times::First(2), Fault::Status(503));
    let proxy = FaultProxy::start(two.address(), vec![rule]);
    let name = format!("{}:{}", proxy.image("acme/app"), Consumer::tag());
    let consumer = job
        .again()
        .policy(FALLBACK)
        .policy("retry: {default: {attempts: 4, backoff: {first: 1ms}}}")
        .args(&["--receipt", RECEIPT, "--format", "json", "--alias", &name, "--into", "registry"]);
    let done = consumer.select();
    assert_eq!((done.code, alias(&done, "image_id")), (0, told(&job, "linux/amd64")), "{done:?}");
    let place = format!("docker://{}:{}", two.image("acme/app"), Consumer::tag());
    let raw = Builder::new().skopeo(&["inspect", "--raw", "--tls-verify=false", &place]);
    assert!(raw.contains(&told(&job, "linux/amd64")), "{raw}");
    // Whoever looks for the commit there finds it, and everything in it can be fetched.
    let found = Consumer::of(&two.image("acme/app")).args(&["--format", "json"]).select();
    assert_eq!(
        (found.code, &found.json()["selected"]["platforms"][0]["config"]),
        (0, &told(&job, "linux/amd64").into())
    );
    let builder = Builder::new();
    builder.buildah(&["pull", "--quiet", "--tls-verify=false", &place]);
    // What is in a registry already is promoted, and not sent again.
    one.restart();
    let done = consumer.select();
    assert_eq!((done.code, code(&done)), (2, "already-in-a-registry"), "{done:?}");
    // A registry that stays away is told.
    let gone =
        FaultProxy::start(two.address(), vec![Rule::new("PUT", "/manifests/", Times::Always, Fault::Status(503))]);
    one.stop();
    let name = format!("{}:other", gone.image("acme/app"));
    let done = job
        .again()
        .policy(FALLBACK)
        .policy("retry: {default: {attempts: 2, backoff: {first: 1ms}}}")
        .args(&["--receipt", RECEIPT, "--format", "json", "--alias", &name, "--into", "registry"])
        .select();
    assert_eq!((done.code, code(&done)), (3, "alias-failed"), "{done:?}");
}
