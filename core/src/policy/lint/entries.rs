//! Labels, annotations and build arguments that no plan can use, and a label that no image should be without.

use crate::diagnostic::Diagnostics;
use crate::policy::{Part, Policy, REVISION, Template, check_value, revision_changed};

pub(super) fn lint(policy: &Policy, findings: &mut Diagnostics) {
    for rule in policy.labels.iter().chain(&policy.annotations).chain(&policy.build.args) {
        let Some(template) = &rule.value else { continue };
        let wrong = template.parts.iter().find_map(|part| match part {
            Part::Literal(text) => check_value(&rule.key, text).err(),
            Part::Value(_) => None,
        });
        findings.extend(wrong.map(|error| template.place.mark(*error)));
    }
    // A constant is the commit of one build at most.
    let is_lost = |value: Option<&Template>| value.is_none_or(|value| value.literal().is_some());
    let lost = policy.labels.iter().find(|rule| rule.key == REVISION && is_lost(rule.value.as_ref()));
    findings.extend(lost.map(|rule| rule.place.mark(revision_changed())));
}
