//! The values of a promotion.

use buildonce::types::promotion::{PromotionState, PromotionStepKind};

use super::answer::Answer;
use super::selection::proof;
use super::values::Value;
use crate::cli::Promoted;

/// What became of a promotion.
pub(crate) fn promotion(Promoted { image, names }: Promoted<'_>) -> Answer {
    let text = |value: Option<&String>| Value::Text(value.cloned().unwrap_or_default());
    let selected = image.selected.as_ref();
    let targets = names.map(|own| own.targets.as_slice()).unwrap_or_default();
    let verdict = match names.map(|own| own.kind) {
        Some(PromotionStepKind::Done) if targets.iter().any(|own| own.state == PromotionState::Planned) => "planned",
        Some(PromotionStepKind::Done) => "promoted",
        _ => "failed",
    };
    let missing = image.not_selected.as_ref().map(|own| &own.reason.code);
    let reason = missing.or(names.and_then(|own| own.reason.as_ref()).map(|reason| &reason.code));
    let has = |state| matches!(state, PromotionState::Promoted | PromotionState::Already | PromotionState::Left);
    let tags = targets.iter().filter(|own| has(own.state)).map(|own| own.reference.clone()).collect();
    Answer::of(vec![
        ("verdict", Value::Text(verdict.to_owned())),
        ("reason", text(reason)),
        ("image", text(selected.map(|own| &own.reference))),
        ("digest", text(selected.and_then(|own| own.digest.as_ref()))),
        ("proof", Value::Text(selected.map_or(String::new(), |own| proof(own.proof).to_owned()))),
        ("tags", Value::List(tags)),
    ])
}
