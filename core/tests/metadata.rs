//! The vectors of docker/metadata-action, and rules that no vector can show.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking, and tells its score")]

mod metadata_support;

use std::fmt::Write as _;

use buildonce_core::tagging::metadata::metadata;
use metadata_support::{Case, cases};
use serde_json::Value as Json;

/// What is wrong with the answer to a case; empty when nothing is.
fn differences(case: &Case) -> String {
    let prepared = case.prepare();
    let report = metadata(&prepared.inputs, &prepared.context);
    let expect = &case.expect;
    let mut wrong = String::new();
    let exit_code = i64::from(report.failure.is_some());
    if expect["exit_code"] != exit_code {
        let _ = writeln!(wrong, "  exit code {exit_code}, failure {:?}", report.failure);
    }
    let expected = expect["outputs"].as_object().expect("outputs are an object");
    for (name, value) in expected {
        if report.output(name) != value.as_str() {
            let _ = writeln!(wrong, "  {name}:\n    got  {:?}\n    want {:?}", report.output(name), value.as_str());
        }
    }
    for output in report.outputs.iter().filter(|output| !expected.contains_key(&output.name)) {
        let _ = writeln!(wrong, "  unexpected output {}", output.name);
    }
    let warnings: Vec<&str> = expect["warnings"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    if report.warnings != warnings {
        let _ = writeln!(wrong, "  warnings {:?}\n  want     {warnings:?}", report.warnings);
    }
    if let (Some(error), Some(failure)) = (expect["error"].as_str(), &report.failure)
        && is_the_actions_own(error)
        && failure.message != error
    {
        let _ = writeln!(wrong, "  error {:?}\n  want  {error:?}", failure.message);
    }
    for (output, content) in expect["bake"].as_object().into_iter().flatten() {
        let file = report.bake_files.iter().find(|file| file.output == *output);
        let want = format!("{content:#}");
        if file.map(|file| file.content.as_str()) != Some(want.as_str()) {
            let _ = writeln!(wrong, "  {output} {:?}\n  want {want:?}", file.map(|file| &file.content));
        }
    }
    wrong
}

/// Texts of V8, Handlebars and minified code vary with their versions; of those only the presence counts.
fn is_the_actions_own(error: &str) -> bool {
    let foreign = [
        "Parse error",
        "is not iterable",
        "Cannot read properties",
        "is not a function",
        "Invalid regular expression",
        "Missing helper",
        "The partial",
    ];
    !foreign.iter().any(|text| error.contains(text))
}

#[test]
fn every_vector_has_the_answer_of_the_action() {
    let cases = cases();
    let mut failed = Vec::new();
    for case in &cases {
        let wrong = differences(case);
        if !wrong.is_empty() {
            failed.push(format!("{}\n{wrong}", case.name));
        }
    }
    println!("metadata.json: {} passed, {} failed", cases.len() - failed.len(), failed.len());
    assert!(failed.is_empty(), "{}", failed.iter().take(8).cloned().collect::<Vec<_>>().join("\n"));
}
