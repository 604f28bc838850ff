//! A job that runs `buildonce build`, and what it leaves.

use serde_json::Value;

use crate::consumer::{Consumer, Done, MERGE};
use crate::images::digest;
use crate::tools::Builder;

/// A job that builds one file from scratch for this image, by buildah, and repeats without noticeable pauses.
pub fn producer(image: &str) -> Consumer {
    Consumer::of(image)
        .policy("build: {builder: buildah}")
        .policy("retry: {default: {attempts: 4, timeout: 8s, backoff: {first: 1ms, max: 5ms}}}")
        .file("hello.txt", "hello\n")
        .file("Dockerfile", "FROM scratch\nCOPY hello.txt /hello.txt\n")
}

/// The same for a fork's pull request, which may not push.
pub fn fork(job: Consumer) -> Consumer {
    let text = job.read("facts.json").replacen('{', r#"{"credentials": [],"#, 1);
    job.file("facts.json", &text.replace("same-repository", "fork"))
}

impl Consumer {
    /// The receipt that a build left in its folder.
    pub fn receipt(&self) -> Value {
        serde_json::from_str(&self.read("buildonce-receipt.json")).unwrap()
    }
}

/// How many tries of a step failed, and how many did not.
pub fn tries(answer: &Value, step: &str) -> (usize, usize) {
    let all = answer["attempts"].as_array().cloned().unwrap_or_default();
    let own: Vec<_> =
        all.iter().filter(|own| own["task"].as_str().is_some_and(|task| task.starts_with(step))).collect();
    let failed = own.iter().filter(|own| own["succeeded"] == false).count();
    (failed, own.len() - failed)
}

/// A receipt with the checksum of its text, as if the build had written it so.
pub fn sealed(text: &str) -> String {
    let mut receipt: Value = serde_json::from_str(text).unwrap();
    receipt["sha256"] = "".into();
    receipt["sha256"] = digest(receipt.to_string().as_bytes()).trim_start_matches("sha256:").into();
    receipt.to_string()
}

/// Why a build ended without a receipt, or a receipt does not hold.
pub fn reason(done: &Done) -> String {
    done.json()["reason"]["code"].as_str().unwrap_or_default().to_owned()
}

/// Holds a receipt to what skopeo sees in the registry: the digest, and the commit in the labels of every platform.
pub fn proven_by_skopeo(image: &str, receipt: &Value) {
    let tools = Builder::new();
    let skopeo = |words: &[&str], reference: &str| {
        tools.skopeo(&[words, &["--tls-verify=false", &format!("docker://{reference}")]].concat())
    };
    let reference = format!("{image}:{}", Consumer::tag());
    assert_eq!(skopeo(&["inspect", "--format", "{{.Digest}}"], &reference), receipt["digest"]);
    let platforms = receipt["platforms"].as_array().unwrap();
    assert!(!platforms.is_empty());
    for own in platforms {
        let child = format!("{image}@{}", own["digest"].as_str().unwrap());
        let inspected: Value = serde_json::from_str(&skopeo(&["inspect"], &child)).unwrap();
        assert_eq!(inspected["Labels"]["org.opencontainers.image.revision"], MERGE, "{own}");
        let architecture = inspected["Architecture"].as_str().unwrap();
        assert_eq!(own["platform"], format!("linux/{architecture}"));
    }
}
