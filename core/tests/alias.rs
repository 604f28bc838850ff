//! From a selected image to a name of this machine: which commands are run, and what must come of them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

use buildonce_core::alias::{
    AliasEvent, AliasImage, AliasRequest, AliasStep, AliasStepKind, AliasTask, AliasTaskKind, Store, next,
};
use buildonce_core::policy::Policy;
use buildonce_core::reference::Digest;
use buildonce_core::selection::{ArchiveImage, ArchiveSeen, SelectedPlatform};

const AMD64: &str = r#"{"os":"linux","architecture":"amd64"}"#;
const ARM64: &str = r#"{"os":"linux","architecture":"arm64"}"#;

fn digest(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

fn platform(name: &str, config: &str, manifest: Option<&str>) -> SelectedPlatform {
    SelectedPlatform { platform: name.to_owned(), digest: manifest.map(digest), config: digest(config) }
}

/// An image of two platforms in a registry.
fn pushed() -> AliasImage {
    AliasImage {
        reference: format!("registry.example/acme/app@{}", digest("index")),
        platforms: vec![platform("linux/amd64", AMD64, Some("one")), platform("linux/arm64", ARM64, Some("two"))],
        archive: None,
    }
}

fn archive(configs: &[&str]) -> ArchiveSeen {
    let image = |config: &&str| ArchiveImage { config: (*config).to_owned(), ..ArchiveImage::default() };
    ArchiveSeen { path: "image.tar".to_owned(), images: configs.iter().map(image).collect(), ..ArchiveSeen::default() }
}

/// The same in a file, where nothing has a manifest.
fn saved() -> AliasImage {
    AliasImage {
        reference: "app:x".to_owned(),
        platforms: vec![platform("linux/amd64", AMD64, None), platform("linux/arm64", ARM64, None)],
        archive: Some(archive(&[ARM64, AMD64])),
    }
}

fn request(into: Store, image: AliasImage) -> AliasRequest {
    AliasRequest {
        name: "app:test".to_owned(),
        into: Some(into),
        platform: None,
        machine: "linux/amd64".to_owned(),
        plain_http: Vec::new(),
        image: Some(image),
    }
}

/// What a store answers to a task.
type World<'a> = &'a dyn Fn(&AliasTask) -> AliasEvent;

fn fine(task: &AliasTask, output: &str) -> AliasEvent {
    AliasEvent { task: task.id.clone(), succeeded: true, output: output.to_owned(), ..AliasEvent::default() }
}

/// Steps until the end; every task in a line, then the end.
fn run(request: &AliasRequest, world: World<'_>) -> (String, AliasStep) {
    let (mut events, mut log) = (Vec::new(), String::new());
    for _ in 0..10 {
        let step = next(&Policy::standard(), request, &events).unwrap();
        let Some(task) = &step.task else { return (short(&log), step) };
        let from = task
            .archive
            .iter()
            .zip(&task.config)
            .map(|(from, config)| format!("{config} of {from} as {:?}", task.names));
        log += &[format!("{:?} ", task.kind), task.command.join(" "), from.collect(), "\n".to_owned()].concat();
        events.push(world(task));
    }
    panic!("no end: {log}")
}

/// Digests by what they are of.
fn short(text: &str) -> String {
    let names = [("index", "index"), ("one", "one"), ("two", "two"), (AMD64, "amd64"), (ARM64, "arm64")];
    names.iter().fold(text.to_owned(), |text, (of, name)| {
        let digest = digest(of);
        let hex = digest.trim_start_matches("sha256:");
        text.replace(&digest, &format!("sha256:<{name}>")).replace(hex, &format!("<{name}>"))
    })
}

fn why(step: &AliasStep) -> String {
    let reason = step.reason.as_ref().map(|reason| format!(" {}: {}", reason.code, short(&reason.message)));
    format!("{:?}{}", step.kind, reason.unwrap_or_default())
}

#[test]
fn f20_f28_every_store_is_told_the_image_by_its_digest_or_identifier() {
    let mut all = String::new();
    for (store, id) in [
        (Store::Docker, digest("one")),
        (Store::Podman, digest(AMD64)),
        (Store::Buildah, digest(AMD64).replace("sha256:", "")),
    ] {
        let (log, step) = run(&request(store, pushed()), &|task| fine(task, &format!("{id}\n")));
        assert_eq!((step.kind, step.image_id), (AliasStepKind::Done, Some(digest(AMD64))), "{store:?}");
        all.push_str(&log);
    }
    insta::assert_snapshot!(all, @"
    Run docker pull --quiet --platform linux/amd64 registry.example/acme/app@sha256:<one>
    Run docker tag registry.example/acme/app@sha256:<one> app:test
    Read docker image inspect --format {{.Id}} app:test
    Run podman pull --quiet --platform linux/amd64 registry.example/acme/app@sha256:<one>
    Run podman tag <amd64> app:test
    Read podman image inspect --format {{.Id}} app:test
    Run buildah pull --quiet --platform linux/amd64 registry.example/acme/app@sha256:<one>
    Run buildah tag <amd64> app:test
    Read buildah inspect --type image --format {{.FromImageID}} app:test
    ");
}

#[test]
fn f23_an_image_of_a_file_is_taken_out_by_its_config_and_named() {
    let mut all = String::new();
    for store in [Store::Docker, Store::Podman, Store::Buildah] {
        let (log, step) = run(&request(store, saved()), &|task| fine(task, &digest(AMD64)));
        assert_eq!((step.kind, step.platform.as_deref()), (AliasStepKind::Done, Some("linux/amd64")), "{store:?}");
        all.push_str(&log);
    }
    insta::assert_snapshot!(all, @r#"
    Extract sha256:<amd64> of image.tar as ["app:test"]
    Run docker load --quiet --input {{archive}}
    Read docker image inspect --format {{.Id}} app:test
    Extract sha256:<amd64> of image.tar as []
    Run podman pull --quiet docker-archive:{{archive}}
    Run podman tag <amd64> app:test
    Read podman image inspect --format {{.Id}} app:test
    Extract sha256:<amd64> of image.tar as []
    Run buildah pull --quiet docker-archive:{{archive}}
    Run buildah tag <amd64> app:test
    Read buildah inspect --type image --format {{.FromImageID}} app:test
    "#);
}

#[test]
fn what_another_identifier_stands_for_is_seen_in_what_docker_saves() {
    let with = |configs: &[&str]| {
        let archive = archive(configs);
        run(&request(Store::Docker, saved()), &|task| match task.kind {
            AliasTaskKind::Inspect => AliasEvent { archive: Some(archive.clone()), ..fine(task, "") },
            _ => fine(task, &digest("its manifest in this store")),
        })
    };
    let (log, step) = with(&[AMD64]);
    assert_eq!(
        (log.lines().last(), step.kind),
        (Some("Inspect docker save --output {{archive}} app:test"), AliasStepKind::Done)
    );
    for other in [&[ARM64][..], &[AMD64, ARM64], &[]] {
        let (_, step) = with(other);
        assert!(why(&step).starts_with("Fail image-differs"), "{}", why(&step));
    }
}

#[test]
fn a_name_that_has_another_image_afterwards_is_a_failure() {
    for (store, answer) in
        [(Store::Podman, digest(ARM64)), (Store::Buildah, String::new()), (Store::Podman, "<no value>".to_owned())]
    {
        let (_, step) = run(&request(store, pushed()), &|task| fine(task, &answer));
        assert!(why(&step).starts_with("Fail image-differs"), "{}", why(&step));
        assert_eq!(step.image_id, None);
    }
}

#[test]
fn the_platform_is_that_of_the_request_else_that_of_the_machine() {
    let chosen = |platform: Option<&str>, machine: &str| {
        let platform = platform.map(str::to_owned);
        let request = AliasRequest { platform, machine: machine.to_owned(), ..request(Store::Docker, pushed()) };
        match next(&Policy::standard(), &request, &[]) {
            Ok(step) => short(&step.task.unwrap().command.join(" ")),
            Err(errors) => {
                let own = &errors[0];
                format!("{}: {} ({})", own.code, own.message, own.help.as_deref().unwrap_or("-"))
            }
        }
    };
    let all = [
        chosen(None, "linux/amd64"),
        chosen(None, "linux/arm64/v8"),
        chosen(Some("linux/arm64"), "linux/amd64"),
        chosen(None, "linux/s390x"),
        chosen(Some("linux"), "linux/amd64"),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    docker pull --quiet --platform linux/amd64 registry.example/acme/app@sha256:<one>
    docker pull --quiet --platform linux/arm64 registry.example/acme/app@sha256:<two>
    docker pull --quiet --platform linux/arm64 registry.example/acme/app@sha256:<two>
    platform-not-selected: the selected image has no image for linux/s390x, only for linux/amd64, linux/arm64 (name one of them with --platform)
    invalid-platform: `linux` is no platform: it looks like `linux/amd64` or `linux/arm/v7` (-)
    ");
}

#[test]
fn a_name_that_cannot_be_given_is_refused_before_anything_is_looked_at() {
    let told = |name: &str| {
        let request = AliasRequest { name: name.to_owned(), image: None, ..request(Store::Docker, pushed()) };
        match next(&Policy::standard(), &request, &[]) {
            Ok(step) => format!("{name}: {:?}\n", step.kind),
            Err(errors) => format!("{}: {}\n", errors[0].code, short(&errors[0].message)),
        }
    };
    let by_digest = format!("app@{}", digest("one"));
    let all: Vec<_> = [
        "app:local",
        "registry.example:5000/acme/app:x",
        "app",
        "",
        "App:x",
        "app:-x",
        "a b:x",
        "ocidir://a:x",
        &by_digest,
    ]
    .map(told)
    .into();
    insta::assert_snapshot!(all.concat(), @"
    app:local: Select
    registry.example:5000/acme/app:x: Select
    invalid-alias: `app` has no tag
    invalid-alias: `` is no image name: parts are lower-case letters and digits with single separators inside
    invalid-alias: `App:x` is no image name: parts are lower-case letters and digits with single separators inside
    invalid-alias: `app:-x` has a tag that is none
    invalid-alias: `a b:x` is no image name: parts are lower-case letters and digits with single separators inside
    invalid-alias: `ocidir://a:x` names a file, and no image
    invalid-alias: `app@sha256:<one>` has a digest, and a digest cannot be given to an image
    ");
}

#[test]
fn without_a_word_the_image_goes_where_the_policy_builds() {
    for (builder, expected) in [
        ("buildx", Store::Docker),
        ("podman", Store::Podman),
        ("buildah", Store::Buildah),
        ("[kaniko, \"{{args}}\"]", Store::Docker),
    ] {
        let policy = format!("version: 1\nimages: [a.example/app]\ntags: [x]\nbuild: {{builder: {builder}}}\n");
        let policy = Policy::parse(&policy, "buildonce.yaml").unwrap();
        let request = AliasRequest { into: None, image: None, ..request(Store::Docker, pushed()) };
        assert_eq!(next(&policy, &request, &[]).unwrap().store, expected, "{builder}");
    }
}

#[test]
fn what_fails_is_told_with_its_cause() {
    let failing = |image: AliasImage, id: &str, cause: &str| {
        let (_, step) = run(&request(Store::Docker, image), &|task| {
            let succeeded = task.id != id;
            AliasEvent { succeeded, cause: if succeeded { String::new() } else { cause.to_owned() }, ..fine(task, "") }
        });
        why(&step)
    };
    let all = [
        failing(pushed(), "pull", "command-missing"),
        failing(pushed(), "pull", "daemon-unreachable"),
        failing(pushed(), "pull", "http-503"),
        failing(pushed(), "name", "not-found"),
        failing(saved(), "extract", "it is cut off"),
        failing(saved(), "load", "disk-full"),
        failing(saved(), "look", "timeout"),
        failing(AliasImage { archive: Some(archive(&[ARM64])), ..saved() }, "", ""),
        failing(AliasImage { archive: None, ..saved() }, "", ""),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    Fail tool-missing: `docker` failed to pull the image: command-missing
    Fail daemon-unreachable: `docker` failed to pull the image: daemon-unreachable
    Fail alias-failed: `docker` failed to pull the image: http-503
    Fail alias-failed: `docker` failed to tag the image: not-found
    Fail archive-unreadable: the image cannot be taken out of image.tar: it is cut off
    Fail alias-failed: `docker` failed to load the image: disk-full
    Fail alias-failed: `docker` failed to find the image: timeout
    Fail archive-changed: the archive image.tar does not hold the image sha256:<amd64> any more
    Fail no-source: the image is neither in a registry nor in a file
    ");
}

#[test]
fn registries_of_this_machine_and_named_ones_are_spoken_to_plainly_where_the_program_decides_it() {
    let flag = |store: Store, registry: &str, plain: &[&str]| {
        let image = AliasImage { reference: format!("{registry}/app@{}", digest("index")), ..pushed() };
        let plain_http = plain.iter().map(|own| (*own).to_owned()).collect();
        let step = next(&Policy::standard(), &AliasRequest { plain_http, ..request(store, image) }, &[]).unwrap();
        let task = step.task.unwrap();
        assert_eq!(task.registry.as_deref(), Some(registry));
        task.command.iter().any(|word| word == "--tls-verify=false")
    };
    assert!(flag(Store::Buildah, "127.0.0.1:5000", &[]) && flag(Store::Podman, "lan:5000", &["lan:5000"]));
    assert!(!flag(Store::Buildah, "registry.example", &["lan:5000"]) && !flag(Store::Docker, "127.0.0.1:5000", &[]));
}

#[test]
fn the_image_of_a_file_is_sent_to_a_registry_and_asked_for_there() {
    let wanted =
        || AliasRequest { name: "registry.example/acme/app:test".to_owned(), ..request(Store::Registry, saved()) };
    for (id, kind) in [
        (digest(AMD64), AliasStepKind::Done),
        (digest(ARM64), AliasStepKind::Fail),
        (String::new(), AliasStepKind::Fail),
    ] {
        let (log, step) = run(&wanted(), &|task| fine(task, &id));
        assert_eq!(step.kind, kind, "{log}");
        assert_eq!(log.lines().count(), 2, "{log}");
    }
    let errors = next(&Policy::standard(), &AliasRequest { image: Some(pushed()), ..wanted() }, &[]).unwrap_err();
    assert_eq!(errors[0].code, "already-in-a-registry");
}
