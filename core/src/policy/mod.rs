//! What should happen? A policy document, checked as a whole.
//!
//! A text becomes a tree with places ([`mod@document`]), the tree becomes checked sections ([`mod@decode`]), and only
//! those are used for decisions. What is legal but probably not meant is told by [`Policy::lint`].

mod choice;
mod decode;
pub(crate) mod document;
mod duration;
mod entry;
mod failure;
mod gate;
mod glob;
mod lint;
pub(crate) mod matcher;
mod model;
mod place;
mod retention;
mod retry;
mod schema;
mod select;
mod template;

use std::sync::{Arc, OnceLock};

pub use choice::Choice;
pub(crate) use decode::help_words;
pub use duration::Duration;
pub(crate) use entry::{REVISION, check_value, revision_changed};
pub use failure::{FailureKind, FailureWhen, OutcomeKind, Phase, Remedy, RetryRule};
pub use gate::{Gate, GateSeverity, Suppression};
pub use glob::{Glob, GlobError, GlobList};
pub use matcher::{Check, ConditionTrace, Scope, Verdict, When};
pub use model::*;
pub use place::Place;
pub use retention::{Only, Retention, RetentionAction, RetentionRule, RetentionScope};
pub(crate) use retry::thousandths;
pub use retry::{Backoff, BackoffKind, BackoffSettings, Budget, Jitter, LimitSettings, Limits, Operation, Retry};
pub use schema::schema;
pub use select::{Fallback, Freshness, OnUnknown, Select};
pub(crate) use template::nearest;
pub use template::{Part, Template, TemplateError, Value};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::facts::Facts;
use crate::position::Positions;

/// The policy that holds when there is no document, and the one that `extends` can name.
pub const STANDARD: &str = "build-once-test-many";

/// Built-in policies: name and YAML source.
const BUILT_IN: [(&str, &str); 1] = [(STANDARD, include_str!("built_in/build-once-test-many.yaml"))];

impl Policy {
    /// Reads a document: YAML, TOML or JSON, told apart by the ending of `name`, else YAML.
    ///
    /// Every fault of the document is returned, in its order.
    ///
    /// ```
    /// use buildonce_core::policy::Policy;
    /// let policy = Policy::parse("version: 1\ntags: [\"sha-{{sha}}\"]\n", "buildonce.yaml").unwrap();
    /// assert_eq!(policy.tags[0].id, "tags[0]");
    ///
    /// let errors = Policy::parse("version: 1\ntags: [\"{{shaa}}\"]\n", "buildonce.yaml").unwrap_err();
    /// assert_eq!(errors[0].code, "bad-template");
    /// ```
    pub fn parse(source: &str, name: &str) -> Result<Self, Diagnostics> {
        let file: Arc<str> = Arc::from(name);
        document::read(source, document::Language::of(name))
            .map_err(|errors| errors.into_iter().map(|error| error.in_file(name)).collect())
            .and_then(|root| decode::document(&root, &Positions::new(source), &file, built_in_policy))
            .map_err(|errors| shortened(errors, name))
    }

    /// The policy that holds when there is no document.
    pub fn standard() -> Self {
        built_in_policy(STANDARD).unwrap_or_default()
    }

    /// What is legal but probably not meant, in the document's order. With facts, also what only they show.
    pub fn lint(&self, facts: Option<&Facts>) -> Diagnostics {
        lint::lint(self, facts)
    }
}

/// More faults than a person reads help nobody, and a hostile document could have a million.
const MAX_FAULTS: usize = 100;

fn shortened(mut errors: Diagnostics, name: &str) -> Diagnostics {
    let more = errors.len().saturating_sub(MAX_FAULTS);
    if more > 0 {
        errors.truncate(MAX_FAULTS);
        let span = errors.last().and_then(|error| error.span).unwrap_or_default();
        errors.push(Diagnostic::note("more-errors", format!("{more} more errors follow")).at(name, span));
    }
    errors
}

/// Names that `extends` accepts.
pub fn built_in_names() -> &'static [&'static str] {
    &[STANDARD]
}

/// The YAML source of a built-in policy.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(own, _)| *own == name).map(|(_, source)| *source)
}

/// A built-in policy, read like any other. A test proves that each can be read. The standard one is read once, as most policies extend it.
fn built_in_policy(name: &str) -> Option<Policy> {
    static READ: OnceLock<Option<Policy>> = OnceLock::new();
    let read = || Policy::parse(built_in(name)?, name).ok();
    if name == STANDARD { READ.get_or_init(read).clone() } else { read() }
}

/// Findings in one line each, for tests: `file:line:column: severity[code] message | help`.
#[cfg(test)]
pub(crate) fn compact(diagnostics: &[Diagnostic]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for d in diagnostics {
        let severity = serde_json::to_string(&d.severity).unwrap();
        let (file, span) = (d.file.as_deref().unwrap_or("-"), d.span.unwrap_or_default());
        write!(text, "{file}:{}:{}: {}[{}] {}", span.line, span.column, severity.trim_matches('"'), d.code, d.message)
            .unwrap();
        writeln!(text, "{}", d.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default()).unwrap();
    }
    text
}

#[cfg(test)]
mod tests;
