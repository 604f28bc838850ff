//! The tag rules that are lines of docker/metadata-action's language.
//!
//! They are applied together, as `latest` goes with the first of them that makes a tag, and their priorities order them among
//! each other. In everything else they are rules like all others: conditions, reasons, the registry's grammar, one primary tag.

use super::metadata::lines::{self, LineRun, LineTag, Lines};
use super::naming::Namer;
use crate::Diagnostic;
use crate::policy::{Policy, Scope, TagRule, TagSource, Verdict};

/// What the lines of a policy came to in a run.
#[derive(Debug, Default)]
pub(super) struct Applied<'a> {
    /// The rules whose conditions hold, in the order of the policy.
    rules: Vec<&'a TagRule>,
    lines: Lines,
    /// Why the flavor cannot be read.
    pub(super) error: Option<Diagnostic>,
}

impl<'a> Applied<'a> {
    /// Applies every line whose conditions hold.
    pub(super) fn new(policy: &'a Policy, namer: &Namer<'_>) -> Self {
        let scope = Scope { facts: namer.facts(), registry: None };
        let is_met = |rule: &&TagRule| matches!(rule.when.check(&scope).verdict, Verdict::Met);
        let is_line = |rule: &&TagRule| matches!(rule.source, TagSource::Metadata(_));
        let rules: Vec<&TagRule> = policy.tags.iter().filter(is_line).filter(is_met).collect();
        if rules.is_empty() {
            return Self::default();
        }
        let text = |rule: &&'a TagRule| match &rule.source {
            TagSource::Metadata(line) => line.as_str(),
            TagSource::Native(_) => "",
        };
        let texts: Vec<&str> = rules.iter().map(text).collect();
        let flavor: Vec<&str> = policy.flavor.iter().map(|line| line.text.as_str()).collect();
        let run =
            LineRun { facts: namer.facts(), commit: namer.chosen_commit(), sha_length: namer.naming().sha_length };
        match lines::apply(&texts, &flavor, run) {
            Ok(lines) => Self { rules, lines, error: None },
            Err(failure) => {
                let error = Diagnostic::error("metadata-line", failure.message);
                let error = policy.flavor.first().map_or_else(|| error.clone(), |line| line.place.mark(error.clone()));
                Self { rules, lines: Lines::default(), error: Some(error) }
            }
        }
    }

    /// Whether the policy has no lines, or none whose conditions hold.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What a rule's line came to; `None` for rules of other kinds and where the flavor is wrong.
    pub(super) fn of(&self, rule: &TagRule) -> Option<&LineTag> {
        self.lines.tags.get(self.position(rule)?)
    }

    /// The tag `latest`, if it goes with this rule.
    pub(super) fn latest_of(&self, rule: &TagRule) -> Option<&str> {
        let (position, name) = self.lines.latest.as_ref()?;
        (self.position(rule)? == *position).then_some(name.as_str())
    }

    /// Everything that a person should know, each at its line.
    pub(super) fn findings(&self) -> impl Iterator<Item = Diagnostic> {
        self.lines.findings.iter().map(|(position, finding)| {
            let rule = self.rules.get(*position);
            rule.map_or_else(|| finding.clone(), |rule| rule.place.mark(finding.clone()))
        })
    }

    /// Where a rule stands among the lines when they go by their priorities.
    pub(super) fn rank(&self, rule: &TagRule) -> Option<usize> {
        let position = self.position(rule)?;
        self.lines.order.iter().position(|other| *other == position)
    }

    fn position(&self, rule: &TagRule) -> Option<usize> {
        self.rules.iter().position(|other| std::ptr::eq(*other, rule))
    }
}

/// The tag that a rule's line makes when the run is about another commit.
pub(super) fn tag_for(policy: &Policy, rule: &TagRule, namer: &Namer<'_>) -> Option<String> {
    match Applied::new(policy, namer).of(rule)? {
        LineTag::Made { name, .. } => Some(name.clone()),
        LineTag::Nothing(_) | LineTag::Refused(_) => None,
    }
}
