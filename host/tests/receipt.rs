//! `receipt show` and `receipt verify`: what people read, and what is refused. Registries are in `tests/e2e`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be prepared has failed")]

mod run;

use std::fmt::Write as _;

use run::{Done, Run};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const REVISION: &str = "6f3fe5cb5e8320c7082f156e377e4729c1b84107";
const FILE: &str = "buildonce-receipt.json";

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A receipt with its checksum, as `buildonce build` writes it.
fn sealed(mut receipt: Value) -> String {
    receipt["sha256"] = json!("");
    receipt["sha256"] = json!(hex(receipt.to_string().as_bytes()));
    format!("{receipt:#}\n")
}

/// A push to a registry, after a push that failed once, with the image in a file beside it.
fn receipt() -> Value {
    let digest = format!("sha256:{}", "0a".repeat(32));
    json!({
        "schema": 1, "repository": "acme/app", "engine": "github-actions", "event": "pull-request", "change": 12,
        "revision": "2222222222222222222222222222222222222222", "revision_kind": "merge", "head_revision": REVISION,
        "digest": digest,
        "platforms": [
            {"platform": "linux/amd64", "digest": format!("sha256:{}", "0b".repeat(32)), "config": format!("sha256:{}", "0c".repeat(32))},
            {"platform": "linux/arm64", "digest": format!("sha256:{}", "0d".repeat(32)), "config": format!("sha256:{}", "0e".repeat(32))},
        ],
        "images": [{
            "name": "registry.example/acme/app", "reference": format!("registry.example/acme/app@{digest}"),
            "tags": ["pr-12-6f3fe5c", "pr-12"],
        }],
        "labels": [{"key": "org.opencontainers.image.revision", "value": "2222222222222222222222222222222222222222"}],
        "archive": {
            "path": "image.tar", "format": "oci-archive", "reference": "app:pr-12-6f3fe5c", "sha256": "0f".repeat(32), "size": 10240,
        },
        "loaded": [], "reused": false,
        "attempts": [
            {"task": "build", "succeeded": true, "cause": "", "duration_ms": 41_200},
            {"task": "push registry.example/acme/app", "succeeded": false, "cause": "http-503", "duration_ms": 900},
            {"task": "push registry.example/acme/app", "succeeded": true, "cause": "", "duration_ms": 1_100},
        ],
        "run_id": "42", "run_attempt": 2, "run_url": "https://ci.example/runs/42", "produced_at": 1_769_860_800_000_i64,
        "policy_sha256": "01".repeat(32), "component_sha256": "02".repeat(32),
    })
}

fn show(document: &str) -> Run {
    Run::new("receipt").arg("show").file(FILE, document)
}

#[test]
fn a_receipt_is_shown_with_everything_that_it_says() {
    let done = show(&sealed(receipt())).go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout);
}

#[test]
fn a_receipt_comes_by_standard_input_and_goes_out_as_it_is() {
    let text = sealed(receipt());
    let done = Run::new("receipt").arg("show").arg("-").arg("--format").arg("json").stdin(&text).go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let (own, shown): (Value, Value) =
        (serde_json::from_str(&text).unwrap(), serde_json::from_str(&done.stdout).unwrap());
    assert_eq!(own, shown);
}

#[test]
fn what_is_no_receipt_is_refused_with_what_where_and_what_to_do() {
    let good = sealed(receipt());
    let wrong = |change: fn(&mut Value)| {
        let mut receipt = receipt();
        change(&mut receipt);
        sealed(receipt)
    };
    let cases = [
        ("empty", String::new()),
        ("cut off", good[..good.len() / 2].to_owned()),
        ("another version", wrong(|own| own["schema"] = json!(7))),
        ("edited", good.replace("\"change\": 12", "\"change\": 13")),
        ("a wrong digest", wrong(|own| own["platforms"][0]["config"] = json!("sha256:12"))),
        ("a name by another digest", wrong(|own| own["digest"] = own["platforms"][0]["digest"].clone())),
    ];
    let mut all = String::new();
    for (what, document) in cases {
        let Done { code, stdout, stderr } = show(&document).go();
        assert_eq!((code, stdout.as_str()), (2, ""), "{what}");
        let _ = writeln!(all, "{what}:\n{stderr}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_receipt_that_is_not_there_is_the_user_s_to_name() {
    let done = Run::new("receipt").arg("show").arg("other.json").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"error[unreadable-file]: cannot read the receipt other.json: no such file or directory
    ");
}

/// An image in a tar file as `docker save` writes it, and the receipt of a build that pushed nowhere.
fn archived() -> (Vec<u8>, Value) {
    let labels = json!({"org.opencontainers.image.revision": REVISION});
    let config = json!({"os": "linux", "architecture": "amd64", "config": {"Labels": labels}}).to_string();
    let manifest = json!([{"Config": "config.json", "RepoTags": null, "Layers": []}]).to_string();
    let mut file = tar::Builder::new(Vec::new());
    for (name, text) in [("config.json", &config), ("manifest.json", &manifest)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        file.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    let file = file.into_inner().unwrap();
    let mut receipt = receipt();
    let members = receipt.as_object_mut().unwrap();
    members.shift_remove("digest");
    members.insert("images".to_owned(), json!([]));
    receipt["platforms"] = json!([{"platform": "linux/amd64", "config": format!("sha256:{}", hex(config.as_bytes()))}]);
    receipt["labels"] = json!([{"key": "org.opencontainers.image.revision", "value": REVISION}]);
    receipt["archive"] = json!({
        "path": "image.tar", "format": "docker-archive", "reference": "app:x", "sha256": hex(&file), "size": file.len(),
    });
    (file, receipt)
}

fn verify(file: &[u8], receipt: Value) -> Run {
    Run::new("receipt").arg("verify").file(FILE, sealed(receipt)).file("image.tar", file)
}

#[test]
fn an_archive_beside_its_receipt_is_held_to_it() {
    let (file, receipt) = archived();
    let done = verify(&file, receipt.clone()).go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @"
    image.tar
      repository  acme/app
      event       pull-request #12, github-actions
      commit      2222222222222222222222222222222222222222 (merge)
      head        6f3fe5cb5e8320c7082f156e377e4729c1b84107
      run         42, attempt 2  https://ci.example/runs/42
      written     2026-01-31T12:00:00Z

    everything is as the receipt says

    Looked at
      landed  image.tar  it is the file of the receipt, with the image inside
    ");
    let other = [file.as_slice(), b"more"].concat();
    let done = verify(&other, receipt.clone()).go();
    assert_eq!((done.code, done.stderr.as_str()), (1, ""));
    assert!(done.stdout.contains("not as the receipt says: image.tar: its SHA-256 is "), "{}", done.stdout);
    let done = verify(&file[..600], receipt.clone()).go();
    assert!(done.code == 1 && done.stdout.contains("(checksum-mismatch)"), "half a file differs: {}", done.stdout);
    let done = Run::new("receipt").arg("verify").file(FILE, sealed(receipt.clone())).go();
    assert!(done.code == 1 && done.stdout.contains("(archive-missing)"), "{}", done.stdout);
    let run = Run::new("receipt").arg("verify").arg("--archive").arg("elsewhere/a.tar");
    let done = run.file(FILE, sealed(receipt)).file("elsewhere/a.tar", &file).go();
    assert_eq!(done.code, 0, "{}", done.stdout);
}

#[test]
fn a_receipt_of_another_repository_is_no_receipt_of_this_one() {
    let (file, receipt) = archived();
    let done = verify(&file, receipt).arg("--repository").arg("acme/other").arg("--format").arg("json").go();
    assert_eq!(done.code, 1);
    let step: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((&step["kind"], &step["reason"]["code"]), (&json!("differs"), &json!("repository-mismatch")));
}
