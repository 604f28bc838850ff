//! The values of a build.

use std::path::Path;

use buildonce::types::build::BuildStepKind;

use super::answer::Answer;
use super::values::Value;
use crate::cli::Built;

/// What became of a build; `path` is the receipt's.
pub(crate) fn build(Built { step, receipt }: Built<'_>, path: &Path) -> Answer {
    let text = |value: Option<&String>| Value::Text(value.cloned().unwrap_or_default());
    let verdict = match (step.kind, receipt) {
        (BuildStepKind::Done, Some(receipt)) if receipt.reused => "reused",
        (BuildStepKind::Done, _) => "built",
        (BuildStepKind::Skip, _) => "skipped",
        _ => "failed",
    };
    let images = receipt.map(|own| own.images.as_slice()).unwrap_or_default();
    let tags = images.iter().flat_map(|own| own.tags.iter().map(|tag| format!("{}:{tag}", own.name)));
    let platforms = receipt.map(|own| own.platforms.iter().map(|own| own.platform.clone()).collect());
    let path = receipt.map(|_| path.display().to_string());
    Answer::of(vec![
        ("verdict", Value::Text(verdict.to_owned())),
        ("reason", text(step.reason.as_ref().map(|reason| &reason.code))),
        ("image", text(images.first().map(|own| &own.reference))),
        ("digest", text(receipt.and_then(|own| own.digest.as_ref()))),
        ("images", Value::List(images.iter().map(|own| own.reference.clone()).collect())),
        ("tags", Value::List(tags.collect())),
        ("platforms", Value::Commas(platforms.unwrap_or_default())),
        ("archive", text(receipt.and_then(|own| own.archive.as_ref()).map(|own| &own.path))),
        ("receipt", text(path.as_ref())),
    ])
}
