//! What is legal but probably not meant.
//!
//! A finding is given only where an example can be named: a run on which a rule does what its author can hardly want.

mod collisions;
mod conditions;
mod entries;
mod facts;
mod habits;
mod scope;
mod tags;

use super::{Place, Policy, TagRule, TagSource, Template, When};
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::{Diagnostic, Severity, order};

/// Every finding, in the document's order.
pub(super) fn lint(policy: &Policy, facts: Option<&Facts>) -> Diagnostics {
    let mut findings = Vec::new();
    conditions::lint(policy, &mut findings);
    tags::lint(policy, &mut findings);
    collisions::lint(policy, &mut findings);
    entries::lint(policy, &mut findings);
    habits::lint(policy, &mut findings);
    if let Some(facts) = facts {
        facts::lint(policy, facts, &mut findings);
    }
    // Findings on an extended policy come after those on the document itself.
    order::sort_by_key(&mut findings, |finding| (finding.file.as_deref() != Some(policy.file.as_str()), finding.span));
    findings
}

/// Adds a warning at a place.
fn warn(findings: &mut Diagnostics, place: &Place, code: &str, message: impl Into<String>, help: impl Into<String>) {
    add(findings, place, Severity::Warning, code, message.into(), help.into());
}

/// Adds a finding at a place. Not inlined: it is done in two dozen places, and the component has no room for two dozen copies.
#[inline(never)]
fn add(findings: &mut Diagnostics, place: &Place, severity: Severity, code: &str, message: String, help: String) {
    findings.push(place.mark(Diagnostic { severity, ..Diagnostic::warning(code, message).help(help) }));
}

/// Every condition of a policy.
fn conditions_of(policy: &Policy) -> impl Iterator<Item = &When> {
    let images = policy.images.iter().map(|image| &image.when);
    let tags = policy.tags.iter().map(|rule| &rule.when);
    let platforms = policy.build.platforms.iter().map(|rule| &rule.when);
    let build = std::iter::once(&policy.build.push).chain(&policy.build.load).chain(&policy.build.archive.when);
    images.chain(tags).chain(platforms).chain(build)
}

/// The templates of a rule; a line of docker/metadata-action's language has none.
fn templates(rule: &TagRule) -> &[Template] {
    match &rule.source {
        TagSource::Native(templates) => templates,
        TagSource::Metadata(_) => &[],
    }
}
