//! Which image is the image of a commit, and how that was found out.

use buildonce::types::Facts;
use buildonce::types::selection::{NotSelected, Probe, ProbeKind, Selected, Step, Tried, Verdict};

use super::facts::run_line;
use super::plan::Detail;
use super::printable::one_line;
use super::style::Style;
use super::table::{Cell, table};
use crate::cli::Aliased;
use crate::outputs::{proof, rung};

/// The answer as text. `Full` adds the ladder.
pub(crate) fn selection(facts: &Facts, step: &Step, aliased: Option<&Aliased>, detail: Detail, style: Style) -> String {
    let page = Page { style };
    let mut out = format!("{}\n\n", run_line(facts));
    if let Some(selected) = &step.selected {
        out.push_str(&page.selected(selected, aliased));
    }
    if let Some(answer) = &step.not_selected {
        out.push_str(&page.not_selected(answer));
    }
    if !step.probes.is_empty() {
        out.push_str(&page.probes(&step.probes));
    }
    let trace = step.selected.as_ref().map(|s| &s.trace).or(step.not_selected.as_ref().map(|n| &n.trace));
    if let Some(trace) = trace.filter(|_| detail == Detail::Full) {
        out.push_str(&page.ladder(trace));
    }
    out
}

/// Parts of an answer.
pub(super) struct Page {
    pub(super) style: Style,
}

impl Page {
    pub(super) fn selected(&self, selected: &Selected, aliased: Option<&Aliased>) -> String {
        let style = self.style;
        let why = selected.trace.last().map_or("", |tried| tried.reason.message.as_str());
        let mut out = format!("{}  {}\n", style.good(one_line(&selected.reference)), one_line(why));
        let row = |name: &str, value: &str| vec![Cell::plain(name), Cell::plain(one_line(value))];
        let mut rows = vec![
            row("proof", proof(selected.proof)),
            row("found", &format!("{} ({})", selected.found, rung(selected.rung))),
        ];
        rows.extend(selected.archive.as_ref().map(|archive| row("archive", archive)));
        if let Some(own) = aliased {
            rows.push(row("alias", &format!("{} ({})", own.name, own.store())));
            rows.extend(own.step.image_id.as_ref().map(|id| row("image id", id)));
        }
        rows.extend(selected.revisions.iter().map(|own| row("label", &format!("{}={}", own.label, own.revision))));
        for own in &selected.platforms {
            rows.push(row("platform", &format!("{}  {}", own.platform, own.digest.as_ref().unwrap_or(&own.config))));
        }
        out.push_str(&table(&rows));
        for warning in &selected.warnings {
            put!(
                out,
                "\n{}: {}\n",
                style.caution(format!("warning[{}]", one_line(&warning.code))),
                one_line(&warning.message)
            );
        }
        out
    }

    pub(super) fn not_selected(&self, answer: &NotSelected) -> String {
        let style = self.style;
        let code = one_line(&answer.reason.code);
        let mut out = format!("{}: {} ({code})\n", style.bad("no image"), one_line(&answer.reason.message));
        if let Some(probe) = &answer.probe {
            put!(out, "  not answered: {}\n", asked(probe));
        }
        if !answer.expected.is_empty() {
            put!(out, "\n{}\n", style.heading("Looked for"));
            let row = |reference: &String| vec![Cell::styled(&one_line(reference), |text| style.name(text))];
            out.push_str(&table(&answer.expected.iter().map(row).collect::<Vec<_>>()));
        }
        if !answer.accepted.is_empty() {
            put!(out, "\n{}\n", style.heading("One of these labels would be proof"));
            let row = |own: &buildonce::types::AcceptedRevision| {
                vec![Cell::plain(one_line(&own.label)), Cell::plain(one_line(&own.revision))]
            };
            out.push_str(&table(&answer.accepted.iter().map(row).collect::<Vec<_>>()));
        }
        out
    }

    fn probes(&self, probes: &[Probe]) -> String {
        let mut out = format!("{}: more must be seen first\n", self.style.caution("not decided"));
        let row =
            |probe: &Probe| vec![Cell::plain(kind(probe.kind)), Cell::plain(asked(probe)), Cell::plain(json(probe))];
        out.push_str(&table(&probes.iter().map(row).collect::<Vec<_>>()));
        out
    }

    pub(super) fn ladder(&self, trace: &[Tried]) -> String {
        let style = self.style;
        let mut out = format!("\n{}\n", style.heading("Ladder"));
        let row = |tried: &Tried| {
            let (word, paint): (_, fn(Style, &str) -> String) = match tried.verdict {
                Verdict::Accept => ("accept", |s, t| s.good(t)),
                Verdict::Reject => ("reject", |s, t| s.bad(t)),
                Verdict::Absent => ("absent", |s, t| s.faint(t)),
                Verdict::Unknown => ("unknown", |s, t| s.caution(t)),
            };
            let platform = tried.platform.as_ref().map_or(String::new(), |own| format!(" ({})", one_line(own)));
            vec![
                Cell::plain(rung(tried.rung)),
                Cell::styled(word, |text| paint(style, text)),
                Cell::plain(if tried.reference.is_empty() { "-".to_owned() } else { one_line(&tried.reference) }),
                Cell::plain(format!("{}{platform}", one_line(&tried.reason.code))),
                Cell::styled(&one_line(&tried.reason.message), |text| style.faint(text)),
            ]
        };
        out.push_str(&table(&trace.iter().map(row).collect::<Vec<_>>()));
        out
    }
}

fn kind(kind: ProbeKind) -> &'static str {
    match kind {
        ProbeKind::Receipt => "receipt",
        ProbeKind::Manifest => "manifest",
        ProbeKind::Config => "config",
        ProbeKind::Archive => "archive",
        ProbeKind::Tags => "tags",
    }
}

/// What a probe looks at.
fn asked(probe: &Probe) -> String {
    match (&probe.image, &probe.reference) {
        (Some(image), Some(reference)) => {
            let separator = if reference.contains(':') { '@' } else { ':' };
            one_line(&format!("{image}{separator}{reference}"))
        }
        _ => format!("the {}", kind(probe.kind)),
    }
}

/// The probe as it is repeated in an observation.
fn json(probe: &Probe) -> String {
    let mut value = serde_json::json!({"kind": kind(probe.kind), "image": probe.image, "reference": probe.reference});
    value.as_object_mut().into_iter().for_each(|fields| fields.retain(|_, value| !value.is_null()));
    one_line(&value.to_string())
}
