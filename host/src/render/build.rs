//! What became of a build.

use std::path::Path;

use buildonce::types::build::{BuildStep, BuildStepKind, LandingState, Receipt};
use buildonce::types::{Facts, ImagePlan};

use super::facts::run_line;
use super::markdown::{code, escape};
use super::printable::one_line;
use super::receipt::state;
use super::style::Style;
use super::table::{Cell, table};
use crate::cli::Built;

/// The answer as text; `path` is the receipt's.
pub(crate) fn build(facts: &Facts, plan: &ImagePlan, built: Built<'_>, path: &Path, style: Style) -> String {
    let Built { step, receipt } = built;
    let page = Page { style };
    let why = step.reason.as_ref().map_or("", |reason| reason.message.as_str());
    let mut out = format!("{}\n\n", run_line(facts));
    match (step.kind, receipt) {
        (BuildStepKind::Done, Some(receipt)) => {
            out.push_str(&page.receipt(receipt));
            out.push_str(&page.landings(step));
            put!(out, "\n{} {}\n", style.heading("Receipt"), one_line(&path.display().to_string()));
        }
        (BuildStepKind::Skip, _) => put!(out, "{}: {}\n", style.caution("nothing to build"), one_line(why)),
        _ => {
            let reason = step.reason.as_ref().map_or("", |reason| reason.code.as_str());
            put!(out, "{}: {} ({})\n", style.bad("no image"), one_line(why), one_line(reason));
            out.push_str(&page.attempts(step));
            out.push_str(&page.landings(step));
            put!(out, "\n{}\n", style.faint(next(step, plan)));
        }
    }
    out
}

/// What a person can do after a failure.
fn next(step: &BuildStep, plan: &ImagePlan) -> &'static str {
    if step.landings.iter().any(|own| own.state == LandingState::Landed) {
        "Run the same command again: what has landed is not built or pushed again, only what is missing is."
    } else if plan.delivery.push {
        "No receipt was written, so no later job takes this for an image."
    } else {
        "No receipt was written."
    }
}

struct Page {
    style: Style,
}

impl Page {
    fn receipt(&self, receipt: &Receipt) -> String {
        let style = self.style;
        let what = if receipt.reused { "the registry had it already" } else { "built" };
        let name = receipt.images.first().map(|own| own.reference.as_str());
        let name = name.or(receipt.archive.as_ref().map(|own| own.path.as_str())).unwrap_or("the image");
        let mut out = format!("{}  {what}\n", style.good(one_line(name)));
        let row = |name: &str, value: String| vec![Cell::plain(name), Cell::plain(one_line(&value))];
        let mut rows = Vec::new();
        rows.extend(receipt.revision.as_ref().map(|own| row("commit", own.clone())));
        for own in &receipt.platforms {
            let digest = own.digest.as_ref().unwrap_or(&own.config);
            rows.push(row("platform", format!("{}  {digest}", own.platform)));
        }
        if let Some(own) = &receipt.archive {
            let size = own.size.div_ceil(1024);
            rows.push(row("archive", format!("{}  {} ({size} KiB)", own.path, own.reference)));
        }
        rows.extend(receipt.loaded.iter().map(|own| row("loaded", own.clone())));
        let tries = receipt.attempts.len();
        let failed = receipt.attempts.iter().filter(|own| !own.succeeded).count();
        if failed > 0 {
            rows.push(row("attempts", format!("{tries}, of which {failed} failed and were repeated")));
        }
        out.push_str(&table(&rows));
        out
    }

    fn attempts(&self, step: &BuildStep) -> String {
        let row = |own: &buildonce::types::build::ReceiptAttempt| {
            let what = if own.succeeded { "done" } else { own.cause.as_str() };
            let style = self.style;
            let paint = move |text: &str| if what == "done" { style.good(text) } else { style.bad(text) };
            vec![Cell::plain(one_line(&own.task)), Cell::styled(&one_line(what), paint)]
        };
        if step.attempts.is_empty() {
            return String::new();
        }
        let rows: Vec<_> = step.attempts.iter().map(row).collect();
        format!("\n{}\n{}", self.style.heading("Attempts"), table(&rows))
    }

    fn landings(&self, step: &BuildStep) -> String {
        if step.landings.is_empty() {
            return String::new();
        }
        let style = self.style;
        let rows: Vec<_> = step
            .landings
            .iter()
            .map(|own| {
                let (word, paint): (_, fn(Style, &str) -> String) = state(own.state);
                let why = if own.state == LandingState::Landed { "" } else { own.reason.message.as_str() };
                vec![
                    Cell::styled(word, |text| paint(style, text)),
                    Cell::styled(&one_line(&own.reference), |text| style.name(text)),
                    Cell::styled(&one_line(why), |text| style.faint(text)),
                ]
            })
            .collect();
        format!("\n{}\n{}", style.heading("Names"), table(&rows))
    }
}

/// The step summary of a CI job.
pub(crate) fn summary(facts: &Facts, Built { step, receipt }: Built<'_>) -> String {
    let mut out = format!("### Image\n\n{}\n\n", escape(&run_line(facts)));
    let why = step.reason.as_ref().map(|reason| format!(": {}", escape(&reason.message))).unwrap_or_default();
    match (step.kind, receipt) {
        (BuildStepKind::Done, Some(receipt)) => {
            let what = if receipt.reused { "The registry had it already" } else { "Built" };
            put!(out, "**{what}**\n");
            for image in &receipt.images {
                put!(out, "\n{}\n", code(&image.reference));
            }
            if let Some(archive) = &receipt.archive {
                put!(out, "\nIn the file {}\n", code(&archive.path));
            }
        }
        (BuildStepKind::Skip, _) => put!(out, "**Nothing to build**{why}\n"),
        _ => put!(out, "**No image**{why}\n"),
    }
    if !step.landings.is_empty() {
        out.push_str("\n| Name | |\n|---|---|\n");
        for own in &step.landings {
            put!(out, "| {} | {} |\n", code(&own.reference), state(own.state).0);
        }
    }
    out
}
