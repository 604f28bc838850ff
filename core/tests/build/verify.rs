//! A build, then somebody changes the world, then its receipt is held to it.

use std::collections::BTreeMap;

use buildonce_core::build::BuildRequest;
use buildonce_core::receipt::{self, VerifyRequest, VerifyStep, VerifyStepKind};
use buildonce_core::selection::exchange::{ObservationRecord, ProbeKind};

use super::world::{World, policy, push};

const TWO: &str = "version: 1\nimages: [a.example/app, b.example/app]\ntags: ['sha-{{sha}}', latest]\n\
                   build: {builder: buildah, platforms: [linux/amd64, linux/arm64]}\n";
const FILE: &str =
    "version: 1\nimages: [a.example/app]\ntags: ['sha-{{sha}}']\nbuild: {builder: buildah, archive: true}\n";

/// What a build of this policy leaves: the world, and the text of the receipt.
fn built(source: &str) -> (World, String) {
    let mut world = World::default();
    let request = BuildRequest { context: ".".to_owned(), ..BuildRequest::default() };
    let end = world.run(&policy(source), &push(&["a.example", "b.example"]), &request);
    if let Some(archive) = &mut world.archive {
        (archive.sha256, archive.size) = (Some("00".repeat(32)), Some(3));
    }
    (world, end.step.receipt.unwrap())
}

/// Looks as long as it is asked to.
fn verify(world: &mut World, receipt: &str, request: &VerifyRequest) -> VerifyStep {
    let mut seen: Vec<ObservationRecord> = Vec::new();
    for _ in 0..10 {
        let step = receipt::verify(receipt, "receipt.json", request, seen.clone()).unwrap();
        if step.kind != VerifyStepKind::Probe {
            return step;
        }
        for probe in step.probes {
            assert!(seen.iter().all(|own| own.probe != probe), "asked twice: {probe:?}");
            let event = world.see(probe);
            seen.push(ObservationRecord { probe: event.probe.unwrap(), seen: event.seen.unwrap() });
        }
    }
    panic!("no end: {:#?}", world.log)
}

/// The answer in a few words.
fn told(step: &VerifyStep) -> String {
    let landings = step.landings.iter().map(|own| {
        format!("\n{:?} {} [{}] {}", own.state, short(&own.reference), own.reason.code, short(&own.reason.message))
    });
    let reason = step.reason.as_ref().map(|own| format!(" [{}]", own.code)).unwrap_or_default();
    format!("{:?}{reason}{}", step.kind, landings.collect::<String>())
}

/// Digests by their first digits.
fn short(text: &str) -> String {
    let is_long = |word: &&str| word.len() > 40 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let words: Vec<_> = text.split([':', ' ', ',']).filter(is_long).map(str::to_owned).collect();
    words.iter().fold(text.to_owned(), |text, word| text.replace(word.as_str(), "…"))
}

fn any() -> VerifyRequest {
    VerifyRequest::default()
}

#[test]
fn what_is_still_there_and_still_that_holds() {
    let (mut world, receipt) = built(TWO);
    world.log.clear();
    let step = verify(&mut world, &receipt, &any());
    insta::assert_snapshot!(told(&step), @"
    Holds
    Landed a.example/app@sha256:… [landed] it has every platform and label of the receipt
    Landed a.example/app:sha-abc1234 [landed] it points at the image
    Landed a.example/app:latest [landed] it points at the image
    Landed b.example/app@sha256:… [landed] it has every platform and label of the receipt
    Landed b.example/app:sha-abc1234 [landed] it points at the image
    Landed b.example/app:latest [landed] it points at the image
    ");
    assert_eq!(world.log.len(), 14, "two tags and five documents of each image: {:#?}", world.log);
}

#[test]
fn a_tag_that_moved_on_fails_only_on_request() {
    let (mut world, receipt) = built(TWO);
    let other = r#"{"schemaVersion": 2, "manifests": []}"#.to_owned();
    world.content.insert("a.example/app:latest".to_owned(), other);
    let step = verify(&mut world, &receipt, &any());
    assert_eq!(step.kind, VerifyStepKind::Holds, "{}", told(&step));
    let strict = verify(&mut world, &receipt, &VerifyRequest { tags: true, ..any() });
    insta::assert_snapshot!(told(&strict).lines().filter(|line| !line.starts_with("Landed")).collect::<Vec<_>>().join("\n"), @"
    Differs [moved]
    Moved a.example/app:latest [moved] the tag points at another image by now, as a tag may
    ");
}

#[test]
fn what_is_gone_or_another_is_told_by_its_name() {
    let (world, receipt) = built(TWO);
    let key = |of: &str, what: &str| {
        let keys: BTreeMap<_, _> = world.content.iter().filter(|(key, _)| key.starts_with(of)).collect();
        keys.into_iter().find(|(_, body)| body.contains(what)).map(|(key, _)| key.clone()).unwrap()
    };
    let (index, config) = (key("a.example/app@", "\"manifests\""), key("b.example/app@", "\"salt\""));
    let mut all = String::new();
    for gone in [&index, &config, &"a.example/app:sha-abc1234".to_owned()] {
        let mut world = world.clone();
        world.content.remove(gone);
        let step = verify(&mut world, &receipt, &any());
        all.push_str(
            told(&step).lines().filter(|line| !line.starts_with("Landed")).collect::<Vec<_>>().join("\n").as_str(),
        );
        all.push('\n');
    }
    let mut changed = world.clone();
    changed.content.insert(config, "{}".to_owned());
    let step = verify(&mut changed, &receipt, &any());
    all.push_str(
        told(&step).lines().filter(|line| !line.starts_with("Landed")).collect::<Vec<_>>().join("\n").as_str(),
    );
    insta::assert_snapshot!(all, @"
    Differs [manifest-missing]
    Missing a.example/app@sha256:… [manifest-missing] there is nothing of this name
    Differs [config-missing]
    Different b.example/app@sha256:… [config-missing] its config sha256:… is not in the registry
    Differs [tag-missing]
    Missing a.example/app:sha-abc1234 [tag-missing] there is nothing of this name
    Differs [digest-mismatch]
    Different b.example/app@sha256:… [digest-mismatch] the bytes of sha256:… are not its own
    ");
}

#[test]
fn what_differs_outweighs_what_nobody_knows_and_neither_is_an_absence() {
    let (mut world, receipt) = built(TWO);
    world.denied.push("b.example/app".to_owned());
    let step = verify(&mut world, &receipt, &any());
    assert!(told(&step).starts_with("Unknown [unknown]"), "{}", told(&step));
    world.content.remove("a.example/app:latest");
    let step = verify(&mut world, &receipt, &any());
    assert!(told(&step).starts_with("Differs [tag-missing]"), "{}", told(&step));
}

#[test]
fn a_receipt_of_another_repository_is_told_apart() {
    let (mut world, receipt) = built(TWO);
    let of = |name: &str| VerifyRequest { repository: Some(name.to_owned()), ..any() };
    assert_eq!(verify(&mut world, &receipt, &of("Acme/App")).kind, VerifyStepKind::Holds);
    let step = verify(&mut world, &receipt, &of("acme/other"));
    assert_eq!((step.kind, step.reason.unwrap().code.as_str()), (VerifyStepKind::Differs, "repository-mismatch"));
    assert_eq!(step.landings[0].reason.message, "the receipt is of acme/app, not of acme/other");
}

#[test]
fn the_archive_is_held_to_its_checksum_and_size_and_to_the_image_inside() {
    let (world, receipt) = built(FILE);
    let told_with = |change: &dyn Fn(&mut World), request: &VerifyRequest| {
        let mut world = world.clone();
        change(&mut world);
        told(&verify(&mut world, &receipt, request)).lines().last().map(str::to_owned).unwrap()
    };
    let archive = VerifyRequest { archive: true, ..any() };
    let all = [
        told_with(&|_| (), &any()),
        told_with(&|world| world.archive = None, &any()),
        told_with(&|world| world.archive = None, &archive),
        told_with(&|world| world.archive.as_mut().unwrap().sha256 = Some("11".repeat(32)), &any()),
        told_with(&|world| world.archive.as_mut().unwrap().size = Some(4), &any()),
        told_with(&|world| world.archive.as_mut().unwrap().images.clear(), &any()),
        told_with(&|world| world.archive.as_mut().unwrap().images[0].config.push(' '), &any()),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    Landed image.tar [landed] it is the file of the receipt, with the image inside
    Skipped image.tar [archive-elsewhere] the file is not here, and a registry is to have the image
    Missing image.tar [archive-missing] there is nothing of this name
    Different image.tar [checksum-mismatch] its SHA-256 is …, and the receipt says …
    Different image.tar [checksum-mismatch] it has 4 bytes, and the receipt says 3
    Different image.tar [archive-empty] the archive holds no image that can be read
    Different image.tar [platform-mismatch] the image for linux/amd64 is another one than the receipt says
    ");
}

#[test]
fn a_receipt_that_names_nothing_to_look_at_does_not_hold() {
    let (_, receipt) = built(TWO);
    let mut bare = receipt::read(&receipt, "receipt.json").unwrap();
    (bare.images, bare.digest) = (Vec::new(), None);
    let step = receipt::verify(&receipt::write(&bare), "receipt.json", &any(), Vec::new()).unwrap();
    assert_eq!((step.kind, step.reason.unwrap().code.as_str()), (VerifyStepKind::Differs, "nothing-named"));
}

#[test]
fn an_observation_without_its_part_and_a_receipt_that_is_none_are_errors() {
    let (_, receipt) = built(TWO);
    let refused = receipt::verify("", "receipt.json", &any(), Vec::new()).unwrap_err();
    assert_eq!(refused[0].code, "receipt-empty");
    let probe = receipt::verify(&receipt, "receipt.json", &any(), Vec::new()).unwrap().probes.remove(0);
    assert_eq!(probe.kind, ProbeKind::Manifest);
    let seen: ObservationRecord =
        serde_json::from_str(r#"{"probe": {"kind": "manifest"}, "seen": {"kind": "absent", "accept": "complete"}}"#)
            .unwrap();
    assert_eq!(
        receipt::verify(&receipt, "receipt.json", &any(), vec![seen]).unwrap_err()[0].code,
        "invalid-observation"
    );
}
