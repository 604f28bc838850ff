//! Labels, annotations and build arguments that no plan can use, and a label that no image should be without.

use crate::diagnostic::Diagnostics;
use crate::policy::{EntryRule, Part, Policy, REVISION, check_value, revision_changed};

pub(super) fn lint(policy: &Policy, findings: &mut Diagnostics) {
    constants(&policy.labels, findings);
    constants(&policy.annotations, findings);
    constants(&policy.build.args, findings);
    let Some(rule) = policy.labels.iter().find(|rule| rule.key == REVISION) else { return };
    // A constant is the commit of one build at most.
    if rule.value.as_ref().is_none_or(|value| value.literal().is_some()) {
        findings.push(rule.place.mark(revision_changed()));
    }
}

/// Values of which the fixed text alone cannot be given to a builder.
#[inline(never)]
fn constants(rules: &[EntryRule], findings: &mut Diagnostics) {
    for rule in rules {
        let Some(template) = &rule.value else { continue };
        for part in &template.parts {
            if let Part::Literal(text) = part
                && let Err(error) = check_value(&rule.key, text)
            {
                findings.push(template.place.mark(*error));
                break;
            }
        }
    }
}
