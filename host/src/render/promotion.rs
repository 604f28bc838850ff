//! What became of a promotion.

use buildonce::types::Facts;
use buildonce::types::promotion::{PromotionState, PromotionStep, PromotionStepKind, PromotionTarget};

use super::facts::run_line;
use super::markdown::{code, escape};
use super::printable::one_line;
use super::selection::Page;
use super::style::Style;
use super::table::{Cell, table};
use crate::cli::Promoted;

/// The answer as text.
pub(crate) fn promotion(facts: &Facts, Promoted { image, names }: Promoted<'_>, style: Style) -> String {
    let page = Page { style };
    let mut out = format!("{}\n\n", run_line(facts));
    if let Some(selected) = &image.selected {
        out.push_str(&page.selected(selected, None));
    }
    if let Some(answer) = &image.not_selected {
        out.push_str(&page.not_selected(answer));
        out.push_str(&page.ladder(&answer.trace));
    }
    let Some(names) = names else { return out };
    if !names.targets.is_empty() {
        let rows: Vec<_> = names.targets.iter().map(|own| row(own, style)).collect();
        put!(out, "\n{}\n{}", style.heading("Names"), table(&rows));
    }
    if let (PromotionStepKind::Fail, Some(reason)) = (names.kind, &names.reason) {
        put!(out, "\n{}: {} ({})\n", style.bad("not promoted"), one_line(&reason.message), one_line(&reason.code));
        put!(out, "{}\n", style.faint(next(names)));
    }
    out
}

/// What a person can do after a failure.
fn next(names: &PromotionStep) -> &'static str {
    let is_at = |state: PromotionState| names.targets.iter().any(|own| own.state == state);
    if is_at(PromotionState::Left) || is_at(PromotionState::Different) || is_at(PromotionState::Unknown) {
        "Run the same command again: names that have the image stay, the others get it."
    } else {
        "Every name is as it was."
    }
}

fn row(own: &PromotionTarget, style: Style) -> Vec<Cell> {
    let (word, paint) = state(own.state);
    let short = |digest: &String| digest.chars().take(19).collect::<String>();
    let was = own.before.as_ref().filter(|before| Some(*before) != own.digest.as_ref());
    let was = was.map_or(String::new(), |before| format!("was {}", short(before)));
    let why = match own.state {
        PromotionState::Promoted | PromotionState::Already | PromotionState::Planned => was,
        _ => own.reason.message.clone(),
    };
    vec![
        Cell::styled(word, |text| paint(style, text)),
        Cell::styled(&one_line(&own.reference), |text| style.name(text)),
        Cell::styled(&one_line(&why), |text| style.faint(text)),
    ]
}

fn state(state: PromotionState) -> (&'static str, fn(Style, &str) -> String) {
    match state {
        PromotionState::Promoted => ("promoted", |style, text| style.good(text)),
        PromotionState::Already => ("has it", |style, text| style.good(text)),
        PromotionState::Planned => ("would get it", |style, text| style.caution(text)),
        PromotionState::Held => ("held", |style, text| style.caution(text)),
        PromotionState::Untouched => ("untouched", |style, text| style.faint(text)),
        PromotionState::Restored => ("moved back", |style, text| style.caution(text)),
        PromotionState::Left => ("left", |style, text| style.caution(text)),
        PromotionState::Different => ("different", |style, text| style.bad(text)),
        PromotionState::Unknown => ("unknown", |style, text| style.caution(text)),
    }
}

/// The step summary of a CI job.
pub(crate) fn summary(facts: &Facts, Promoted { image, names }: Promoted<'_>) -> String {
    let mut out = format!("### Promotion\n\n{}\n\n", escape(&run_line(facts)));
    if let Some(selected) = &image.selected {
        put!(out, "{}\n", code(&selected.reference));
    }
    let missing = image.not_selected.as_ref().map(|own| &own.reason);
    if let Some(reason) = missing.or(names.and_then(|own| own.reason.as_ref())) {
        put!(out, "\n**Not promoted**: {}\n", escape(&reason.message));
    }
    let targets = names.map(|own| own.targets.as_slice()).unwrap_or_default();
    if !targets.is_empty() {
        out.push_str("\n| Name | |\n|---|---|\n");
        for own in targets {
            put!(out, "| {} | {} |\n", code(&own.reference), state(own.state).0);
        }
    }
    out
}
