//! What a receipt says, and whether it still holds.

use std::time::Duration;

use buildonce::record::word;
use buildonce::types::build::{Landing, LandingState, Receipt, VerifyStep, VerifyStepKind};

use super::printable::one_line;
use super::style::Style;
use super::table::{Cell, table};
use crate::cli::seconds;
use crate::clock;

/// Everything that a receipt says, as text.
pub(crate) fn receipt(receipt: &Receipt, style: Style) -> String {
    let page = Page { style };
    let mut out = format!("{}\n{}", style.good(one_line(image(receipt))), Page::origin(receipt));
    let names = receipt.images.iter().flat_map(|own| own.tags.iter().map(move |tag| format!("{}:{tag}", own.name)));
    page.list(&mut out, "Names", names.map(|name| vec![Cell::styled(&one_line(&name), |text| style.name(text))]));
    let platforms = receipt.platforms.iter().map(|own| {
        let digest = own.digest.as_deref().unwrap_or("-");
        vec![cell(&own.platform), cell(digest), faint(style, &format!("image id {}", own.config))]
    });
    page.list(&mut out, "Platforms", platforms);
    page.list(&mut out, "Archive", Page::archive(receipt).into_iter());
    let labels = receipt.labels.iter().map(|own| vec![cell(&own.key), cell(&own.value)]);
    page.list(&mut out, "Labels", labels);
    let attempts = receipt.attempts.iter().map(|own| {
        let word = if own.succeeded { "done" } else { own.cause.as_str() };
        let paint = |text: &str| if own.succeeded { style.good(text) } else { style.bad(text) };
        vec![
            cell(&own.task),
            Cell::styled(&one_line(word), paint),
            cell(&seconds(Duration::from_millis(own.duration_ms))),
        ]
    });
    page.list(&mut out, "Attempts", attempts);
    let checksum = |name: &str, value: Option<&String>| vec![cell(name), cell(value.map_or("-", String::as_str))];
    let checksums = [
        checksum("receipt", Some(&receipt.sha256)),
        checksum("policy", receipt.policy_sha256.as_ref()),
        checksum("component", receipt.component_sha256.as_ref()),
    ];
    page.list(&mut out, "Checksums", checksums.into_iter());
    out
}

/// Whether a receipt still holds, with everything that was looked at.
pub(crate) fn verified(receipt: &Receipt, step: &VerifyStep, style: Style) -> String {
    let page = Page { style };
    let why = step.reason.as_ref().map(|own| format!(": {} ({})", one_line(&own.message), one_line(&own.code)));
    let why = why.unwrap_or_default();
    let verdict = match step.kind {
        VerifyStepKind::Holds => style.good("everything is as the receipt says"),
        VerifyStepKind::Differs => style.bad("not as the receipt says"),
        VerifyStepKind::Unknown => style.caution("nobody knows"),
        VerifyStepKind::Probe => style.caution("not decided"),
    };
    let mut out = format!("{}\n{}\n{verdict}{why}\n", one_line(image(receipt)), Page::origin(receipt));
    page.list(&mut out, "Looked at", step.landings.iter().map(|own| page.landing(own)));
    out
}

/// What the image is called for good.
fn image(receipt: &Receipt) -> &str {
    let reference = receipt.images.first().map(|own| own.reference.as_str());
    let archive = || receipt.archive.as_ref().map(|own| own.path.as_str());
    reference.or_else(archive).or(receipt.loaded.first().map(String::as_str)).unwrap_or("no image")
}

fn cell(text: &str) -> Cell {
    Cell::plain(one_line(text))
}

fn faint(style: Style, text: &str) -> Cell {
    Cell::styled(&one_line(text), |text| style.faint(text))
}

struct Page {
    style: Style,
}

impl Page {
    /// A heading with its rows, if there are any.
    fn list(&self, out: &mut String, heading: &str, rows: impl Iterator<Item = Vec<Cell>>) {
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            put!(*out, "\n{}\n{}", self.style.heading(heading), table(&rows));
        }
    }

    /// Where the image comes from.
    fn origin(receipt: &Receipt) -> String {
        let row = |name: &str, value: String| vec![cell(name), cell(&value)];
        let mut rows = Vec::new();
        rows.extend(receipt.repository.clone().map(|own| row("repository", own)));
        let change = receipt.change.map(|number| format!(" #{number}")).unwrap_or_default();
        rows.push(row("event", format!("{}{change}, {}", word(&receipt.event), receipt.engine)));
        let kind = receipt.revision_kind.map(|kind| format!(" ({})", word(&kind))).unwrap_or_default();
        rows.extend(receipt.revision.as_ref().map(|own| row("commit", format!("{own}{kind}"))));
        let head = receipt.head_revision.as_ref().filter(|own| Some(*own) != receipt.revision.as_ref());
        rows.extend(head.map(|own| row("head", own.clone())));
        if let Some(run) = &receipt.run_id {
            let attempt = receipt.run_attempt.map(|own| format!(", attempt {own}")).unwrap_or_default();
            let url = receipt.run_url.as_ref().map(|own| format!("  {own}")).unwrap_or_default();
            rows.push(row("run", format!("{run}{attempt}{url}")));
        }
        rows.push(row("written", clock::readable(receipt.produced_at)));
        if receipt.reused {
            rows.push(row("build", "none: the registry had the image already".to_owned()));
        }
        rows.extend(receipt.loaded.iter().map(|own| row("loaded", own.clone())));
        table(&rows)
    }

    fn archive(receipt: &Receipt) -> Vec<Vec<Cell>> {
        let Some(own) = &receipt.archive else { return Vec::new() };
        let row = |name: &str, value: &str| vec![cell(name), cell(value)];
        vec![
            row("file", &format!("{}  {} KiB, {}", own.path, own.size.div_ceil(1024), word(&own.format))),
            row("inside", &own.reference),
            row("sha256", &own.sha256),
        ]
    }

    fn landing(&self, own: &Landing) -> Vec<Cell> {
        let style = self.style;
        let (word, paint) = state(own.state);
        let code = if own.state == LandingState::Landed { "" } else { own.reason.code.as_str() };
        vec![
            Cell::styled(word, |text| paint(style, text)),
            Cell::styled(&one_line(&own.reference), |text| style.name(text)),
            faint(style, &own.reason.message),
            cell(code),
        ]
    }
}

/// The word for how a name stands, and its colour.
pub(super) fn state(state: LandingState) -> (&'static str, fn(Style, &str) -> String) {
    match state {
        LandingState::Landed => ("landed", |style, text| style.good(text)),
        LandingState::Missing => ("missing", |style, text| style.bad(text)),
        LandingState::Different => ("different", |style, text| style.bad(text)),
        LandingState::Moved => ("moved on", |style, text| style.caution(text)),
        LandingState::Unknown => ("unknown", |style, text| style.caution(text)),
        LandingState::Skipped => ("not here", |style, text| style.faint(text)),
    }
}
