//! The values of a selection.

use buildonce::types::selection::{Choice, Proof, Rung, Step, StepKind};

use super::answer::Answer;
use super::values::Value;
use crate::cli::Aliased;

/// Which image was chosen, or why none, and the name that it has on this machine.
pub(crate) fn selection(step: &Step, aliased: Option<&Aliased>) -> Answer {
    let selected = step.selected.as_ref();
    let text = |value: Option<&String>| Value::Text(value.cloned().unwrap_or_default());
    let word = |word: Option<&'static str>| Value::Text(word.unwrap_or_default().to_owned());
    let verdict = match step.kind {
        StepKind::Accept => "use",
        StepKind::Rebuild => "rebuild",
        StepKind::Fail => "fail",
        StepKind::Probe => "undecided",
    };
    let reason = selected
        .and_then(|selected| selected.trace.last().map(|tried| &tried.reason.code))
        .or(step.not_selected.as_ref().map(|answer| &answer.reason.code));
    let platforms = selected.map(|s| s.platforms.iter().map(|own| own.platform.clone()).collect());
    Answer::of(vec![
        ("verdict", word(Some(verdict))),
        ("reason", text(reason)),
        ("image", text(selected.map(|selected| &selected.reference))),
        ("digest", text(selected.and_then(|selected| selected.digest.as_ref()))),
        ("archive", text(selected.and_then(|selected| selected.archive.as_ref()))),
        ("found", text(selected.map(|selected| &selected.found))),
        ("rung", word(selected.map(|selected| rung(selected.rung)))),
        ("proof", word(selected.map(|selected| proof(selected.proof)))),
        ("selected-platforms", Value::Commas(platforms.unwrap_or_default())),
        ("alias", text(aliased.map(|aliased| &aliased.name))),
        ("image-id", text(aliased.and_then(|aliased| aliased.step.image_id.as_ref()))),
    ])
}

/// The word for a step of the ladder.
pub(crate) fn rung(rung: Rung) -> &'static str {
    match rung {
        Rung::Override => "override",
        Rung::Receipt => "receipt",
        Rung::Exact => "exact",
        Rung::Branch => "branch",
        Rung::Archive => "archive",
    }
}

/// The word for how well an image is proven.
pub(crate) fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Proven => "proven",
        Proof::Stale => "stale",
        Proof::Waived => "waived",
    }
}

/// The newest tag of a channel.
pub(crate) fn channel(choice: &Choice) -> Answer {
    let text = |value: Option<&String>| Value::Text(value.cloned().unwrap_or_default());
    let tag = choice.tag.as_ref();
    Answer::of(vec![
        ("tag", text(tag.map(|tag| &tag.name))),
        ("value", text(choice.value.as_ref())),
        ("digest", text(tag.and_then(|tag| tag.digest.as_ref()))),
        ("candidates", Value::Text(choice.candidates.to_string())),
        ("reason", text(Some(&choice.reason.code))),
    ])
}
