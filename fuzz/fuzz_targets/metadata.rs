//! The language of docker/metadata-action. The input: event, reference and zone on one line, separated by spaces; then images, tags,
//! flavor, labels and annotations, each ended by a line `---`.
#![no_main]

use buildonce_core::tagging::metadata::{ApiAnswer, MetadataContext, MetadataInputs, metadata, next};
use buildonce_fuzz::text;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Some((run, lists)) = text(bytes).and_then(|input| input.split_once('\n')) else { return };
    let mut lists = lists.split("\n---\n").map(str::to_owned);
    let mut list = || lists.next().unwrap_or_default();
    let inputs = MetadataInputs {
        images: list(),
        tags: list(),
        flavor: list(),
        labels: list(),
        annotations: list(),
        ..MetadataInputs::default()
    };
    let context = context(run);
    let report = metadata(&inputs, &context);
    assert_eq!(report, metadata(&inputs, &context), "the same inputs have two answers");
    assert_eq!(next(&inputs, &context), next(&inputs, &context));
    for file in &report.bake_files {
        assert!(serde_json::from_str::<Value>(&file.content).is_ok(), "no JSON: {file:?}");
    }
    match &report.failure {
        Some(failure) => assert!(!failure.message.is_empty(), "failed without a reason"),
        None => agree(&report.output("json").zip(report.output("tags")).expect("a run that is done writes both")),
    }
});

fn context(run: &str) -> MetadataContext {
    let mut words = run.split(' ').map(|word| Some(word.to_owned()).filter(|word| !word.is_empty()));
    MetadataContext {
        event_name: words.next().flatten(),
        reference: words.next().flatten(),
        local_zone: words.next().flatten(),
        sha: Some("860c1904a1ce19322e91ac35af1ab07466440c37".to_owned()),
        repository_name: Some("acme/app".to_owned()),
        repository: vec![ApiAnswer {
            status: Some(200),
            body: r#"{"default_branch": "main"}"#.to_owned(),
            retry_after: None,
        }],
        now: 1_578_616_200_000,
        ..MetadataContext::default()
    }
}

/// The document and the list are the same tags.
fn agree((document, list): &(&str, &str)) {
    let document: Value = serde_json::from_str(document).expect("the output is no JSON");
    let tags = document["tags"].as_array().expect("there are no tags");
    let lines: Vec<_> = tags.iter().filter_map(Value::as_str).collect();
    assert_eq!(lines.join("\n"), **list, "the outputs disagree");
}
