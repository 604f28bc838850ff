//! What went wrong for consumers elsewhere, by the numbers under which those failures are known here, with real registries and real images.
//! Those that concern the names alone are in `tests/cases/origin`, those of builds in `build.rs`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what it does not expect")]

use std::fs;
use std::thread;

use buildonce_e2e::{
    Builder, Consumer, Done, Fault, FaultProxy, HEAD, Image, MERGE, Registry, Rule, Times, fork, producer,
};
use serde_json::Value;

const OTHER: &str = "3333333333333333333333333333333333333333";
const RECEIPT: &str = "buildonce-receipt.json";
const REVISION: &str = "org.opencontainers.image.revision";

/// A consumer whose answer is JSON.
fn consumer(image: &str) -> Consumer {
    Consumer::of(image).args(&["--format", "json"])
}

/// A consumer that may take the image from a file.
fn with_archive(image: &str, file: &str) -> Consumer {
    consumer(image).policy("select: {fallback: [archive, fail]}").args(&["--archive", file])
}

fn reason(done: &Done) -> String {
    done.json()["not_selected"]["reason"]["code"].as_str().unwrap_or_default().to_owned()
}

/// Why the last candidate was not taken.
fn last(done: &Done) -> String {
    done.ladder().pop().unwrap_or_default()
}

/// An archive with images, each from one commit, under names inside or without any.
fn archive(images: &[(&str, Option<&str>)], to: &str) {
    let builder = Builder::new();
    for (number, (revision, _)) in images.iter().enumerate() {
        let label = format!("{REVISION}={revision}");
        let name = format!("localhost/image:{number}");
        let context = builder.context();
        fs::write(format!("{context}/hello.txt"), format!("{number}\n")).unwrap();
        builder.buildah(&["bud", "-q", "--isolation", "chroot", "--label", &label, "-t", &name, &context]);
        let inside = images[number].1.map_or_else(|| to.to_owned(), |inside| format!("{to}:{inside}"));
        builder.buildah(&["push", "-q", &name, &format!("docker-archive:{inside}")]);
    }
}

/// F7, F8: a consumer asked for names that no producer had ever pushed. Here both derive them by the same rules, whatever those are.
#[test]
fn f07_f08_the_consumer_asks_for_what_the_producer_pushed() {
    for tags in ["\"sha-{{sha}}\"", "\"{{branch}}-{{sha}}\"", "\"v-{{full-sha}}\"", "\"pr-{{pr}}\", \"x-{{sha}}\""] {
        let registry = Registry::start();
        let image = registry.image("acme/app");
        let job = producer(&image).policy(&format!("tags: [{tags}]"));
        assert_eq!(job.build(&[]).code, 0, "{tags}");
        let done = job.again().args(&["--format", "json"]).select();
        assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &job.receipt()["digest"]), "{tags}: {done:?}");
    }
}

/// F9, F10, F12, F20: the first line of a list of tags, or a bare digest, was taken for the image. Here it is one whole reference by digest, whatever
/// the order of names.
#[test]
fn f09_f10_f12_f20_the_answer_is_one_whole_reference_by_digest() {
    let registry = Registry::start();
    let (one, two) = (registry.image("acme/one"), registry.image("acme/two"));
    for images in [format!("images: [\"{one}\", \"{two}\"]"), format!("images: [\"{two}\", \"{one}\"]")] {
        let job =
            producer(&one).policy(&images).policy("tags: [\"feature\", {tag: \"pr-{{pr}}-{{sha}}\", primary: true}]");
        assert_eq!(job.build(&[]).code, 0);
        let digest = job.receipt()["digest"].as_str().unwrap().to_owned();
        let done = job.again().args(&["--receipt", RECEIPT, "--format", "reference"]).select();
        let line = done.stdout.strip_suffix('\n').unwrap();
        assert!([&one, &two].iter().any(|name| line == format!("{name}@{digest}")), "{done:?}");
    }
}

/// F13: the producer's name had the merge commit, the consumer looked for the head. Either name is tried, and either commit is proof.
#[test]
fn f13_head_and_merge_are_both_this_run() {
    for (image_of, tag) in
        [(Image::of(MERGE), "pr-12-1111111"), (Image::of(MERGE), "pr-12-2222222"), (Image::of(HEAD), "pr-12-1111111")]
    {
        let registry = Registry::start();
        let pushed = image_of.push(registry.address(), "acme/app", tag);
        let done = consumer(&registry.image("acme/app")).select();
        assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &pushed.digest.into()), "{tag}: {done:?}");
    }
}

/// F14: seven digits were compared with forty. A name may be short, a proof never is.
#[test]
fn f14_a_short_commit_finds_and_never_proves() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    Image::of("1111111").push(registry.address(), "acme/app", "pr-12-1111111");
    let done = consumer(&image).select();
    assert_eq!((done.code, done.ladder()[1].as_str()), (1, "exact revision-not-full pr-12-1111111"), "{done:?}");
    let long = Image::of(MERGE).push(registry.address(), "acme/app", "pr-12-111111111111");
    let done = consumer(&image).policy("naming: {sha-length: 12}").select();
    assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &long.digest.into()), "{done:?}");
}

/// F15: without a commit the label was compared with nothing, for ever. Here nothing is asked for.
#[test]
fn f15_a_run_without_a_commit_proves_nothing_and_asks_nobody() {
    let registry = Registry::start();
    let proxy = FaultProxy::start(registry.address(), Vec::new());
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let facts = r#"{"engine": "github-actions", "event": "manual", "event_name": "workflow_dispatch", "now": 0,
        "repository": {"path": "acme/app"}}"#;
    let done = consumer(&proxy.image("acme/app")).file("facts.json", facts).select();
    assert_eq!((done.code, last(&done).as_str()), (1, "exact revision-unknown "), "{done:?}");
    assert!(proxy.requests().is_empty());
}

/// F16: an image without the label passed. It proves nothing, so it is none.
#[test]
fn f16_a_missing_label_is_no_proof() {
    let registry = Registry::start();
    Image::of(MERGE).without_revision().push(registry.address(), "acme/app", Consumer::tag());
    let done = consumer(&registry.image("acme/app")).policy("select: {freshness: warn, fallback: [fail]}").select();
    assert_eq!((done.code, done.ladder()[1].as_str()), (1, "exact revision-missing pr-12-1111111"), "{done:?}");
}

/// F21: an empty digest became `docker pull ""`. A receipt without one leads nowhere, and without an image there is no line at all.
#[test]
fn f21_without_a_digest_there_is_no_reference() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let job = fork(producer(&image));
    assert_eq!(job.build(&[]).code, 0);
    assert_eq!(job.receipt()["digest"], Value::Null);
    let later = job.again().policy("select: {fallback: [fail]}").args(&["--receipt", RECEIPT, "--format", "reference"]);
    let done = later.select();
    assert_eq!((done.code, done.stdout.as_str()), (1, ""), "{done:?}");
}

/// F22, F39: a tag that moves was read again later. What was selected is a digest, and stays what it was.
#[test]
fn f22_f39_who_pushes_last_does_not_change_what_was_selected() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let tested = Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    let selected = consumer(&image).select().json()["selected"]["reference"].as_str().unwrap().to_owned();
    Image::of(MERGE).note("again").push(registry.address(), "acme/app", Consumer::tag());
    assert_eq!(selected, format!("{image}@{}", tested.digest));
    let done = consumer(&image).args(&["--image", &selected]).select();
    assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &tested.digest.into()), "{done:?}");
}

/// F27: producer and consumer called the file by two names, so the fallback could never work. The receipt says its name, and its checksum.
#[test]
fn f27_the_receipt_names_the_file() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let job = fork(producer(&image))
        .policy("build: {builder: buildah, archive: {when: {event: pull-request}, path: an-odd-name.tar}}");
    assert_eq!(job.build(&[]).code, 0);
    let later =
        || job.again().policy("select: {fallback: [archive, fail]}").args(&["--receipt", RECEIPT, "--format", "json"]);
    let done = later().select();
    assert_eq!((done.code, &done.json()["selected"]["rung"]), (0, &"archive".into()), "{done:?}");
    let gone = later();
    fs::remove_file(gone.folder().join("an-odd-name.tar")).unwrap();
    let done = gone.select();
    assert_eq!((done.code, last(&done).as_str()), (1, "archive absent archive"), "{done:?}");
}

/// F28, F29: the first image of a list, or whatever file had the name, was taken for the one that was built. Only the label inside counts.
#[test]
fn f28_f29_a_file_is_taken_for_what_its_labels_say() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    for (name, inside) in [("named.tar", Some("app:anything")), ("nameless.tar", None)] {
        archive(&[(MERGE, inside)], &file(name));
        let done = with_archive(&image, &file(name)).select();
        assert_eq!((done.code, &done.json()["selected"]["rung"]), (0, &"archive".into()), "{name}: {done:?}");
    }
    archive(&[(OTHER, Some("app:pr-12-1111111"))], &file("stale.tar"));
    let done = with_archive(&image, &file("stale.tar")).select();
    assert_eq!((done.code, last(&done).as_str()), (1, "archive revision-mismatch archive"), "{done:?}");
}

/// F30: a job that was run again a day later found nothing, as names had the number of the attempt. No name has it.
#[test]
fn f30_a_rerun_finds_what_the_first_attempt_built() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let job = producer(&image);
    assert_eq!(job.build(&[]).code, 0);
    let facts = job.read("facts.json").replacen('{', r#"{"run": {"id": "7", "attempt": 2},"#, 1);
    for more in [&["--receipt", RECEIPT][..], &[]] {
        let later = job.again();
        later.file_again("facts.json", &facts);
        let done = later.args(more).args(&["--format", "json"]).select();
        assert_eq!((done.code, &done.json()["selected"]["digest"]), (0, &job.receipt()["digest"]), "{done:?}");
    }
}

/// F31, F33: a job that found nothing was green. No image is exit code 1 with a reason; who comes too early may wait.
#[test]
fn f31_f33_nothing_is_never_green_and_who_is_early_waits() {
    let registry = Registry::start();
    let (image, address) = (registry.image("acme/app"), registry.address());
    let done = consumer(&image).select();
    assert_eq!((done.code, reason(&done).as_str()), (1, "nothing-usable"), "{done:?}");
    let proxy = FaultProxy::start(address, Vec::new());
    let waits = consumer(&proxy.image("acme/app")).args(&["--wait", "1m"]);
    thread::scope(|scope| {
        let early = scope.spawn(|| waits.select());
        // The producer pushes once somebody has asked in vain.
        while proxy.requests().len() < 2 {
            thread::yield_now();
        }
        Image::of(MERGE).push(address, "acme/app", Consumer::tag());
        let done = early.join().unwrap();
        assert_eq!(done.code, 0, "{done:?}");
    });
}

/// F35, F36: a commit leads to several runs, of which one was skipped, and the consumer took the wrong event for a success. Whoever started it, the image of
/// the commit is there or is not.
#[test]
fn f35_f36_the_image_counts_and_not_who_says_that_a_run_ended() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    for conclusion in ["skipped", "cancelled", "failure", "success"] {
        let upstream = format!(
            r#"{{"upstream": {{"id": "1", "workflow": "build", "event_name": "pull_request", "conclusion": "{conclusion}"}},"#
        );
        let facts = |job: &Consumer| job.read("facts.json").replacen('{', &upstream, 1);
        let early = consumer(&image);
        early.file_again("facts.json", &facts(&early));
        let done = early.select();
        assert_eq!(done.code, 1, "{conclusion}: nothing was pushed yet: {done:?}");
    }
    Image::of(MERGE).push(registry.address(), "acme/app", Consumer::tag());
    assert_eq!(consumer(&image).select().code, 0);
}

/// F40, F41: a fork's run cannot push, and `workflow_run` does not tell its number. The image is in a file, no name is made up, and the label proves it.
#[test]
fn f40_f41_the_image_of_a_fork_is_in_a_file_even_without_a_number() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let job = fork(producer(&image));
    assert_eq!(job.build(&[]).code, 0);
    let path = job.receipt()["archive"]["path"].as_str().unwrap().to_owned();
    let proxy = FaultProxy::start(registry.address(), Vec::new());
    let facts = format!(
        r#"{{"engine": "github-actions", "event": "pull-request", "event_name": "workflow_run", "now": 0,
            "repository": {{"path": "acme/app"}}, "revisions": {{"built": "{HEAD}", "built_kind": "head", "head": "{HEAD}"}},
            "change": {{"head": {{"branch": "feature/x", "sha": "{HEAD}"}}, "base": {{"branch": "main"}}, "fork": "fork"}}}}"#
    );
    let file = job.folder().join(&path).display().to_string();
    let done = with_archive(&proxy.image("acme/app"), &file).file("facts.json", &facts).select();
    assert_eq!((done.code, &done.json()["selected"]["rung"]), (0, &"archive".into()), "{done:?}");
    assert!(!proxy.requests().iter().any(|own| own.contains("null") || own.contains("pr--")), "{:?}", proxy.requests());
}

/// F42: what a stranger writes into a pull request reached a shell. No name, output or request has a character that a shell would read.
#[test]
fn f42_what_a_stranger_writes_reaches_no_shell() {
    let registry = Registry::start();
    let proxy = FaultProxy::start(registry.address(), Vec::new());
    let job = Consumer::of(&proxy.image("acme/app")).policy("tags: [\"{{branch}}-{{sha}}\"]");
    let facts = job.read("facts.json");
    job.file_again("facts.json", &facts.replace("feature/x", "x\\nimage=evil"));
    let done = job.select();
    assert!(done.code == 2 && done.stderr.contains("control characters"), "{done:?}");
    job.file_again("facts.json", &facts.replace("feature/x", "$(touch pwned);`id`|&x"));
    let job = job.args(&["--format", "github"]).env("GITHUB_OUTPUT", "output.txt");
    let done = job.select();
    assert_eq!(done.code, 1, "{done:?}");
    assert!(!job.read("output.txt").contains(['$', '`', '|']), "{}", job.read("output.txt"));
    let requests = proxy.requests().join("\n");
    assert!(requests.contains("touch-pwned") && !requests.contains(['$', '`', ';', '|', '&', '(']), "{requests}");
}

/// What is answered with an outage is no absence: neither the next rung nor a build hides that the registry is down.
#[test]
fn an_outage_is_told_from_an_absence() {
    let registry = Registry::start();
    let rule = Rule::new("GET", "/manifests/", Times::Always, Fault::Status(503));
    let proxy = FaultProxy::start(registry.address(), vec![rule]);
    let done = consumer(&proxy.image("acme/app")).policy("select: {fallback: [rebuild]}").select();
    assert_eq!((done.code, reason(&done).as_str()), (3, "unknown"), "{done:?}");
}
