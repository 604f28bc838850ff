//! What is this run? CI variables and the event's payload, in one normal form.
//!
//! Three things are kept apart: what a run does not have (a push has no pull request) is absent; what it has but its
//! engine does not tell is listed in [`Facts::unknowns`] with the reason; what contradicts itself is an error. Nothing is
//! guessed. [`Unknown::fact`] is the fact's path in JSON: `change.number`, `change.base.branch`, `prerelease`, `reference`,
//! `repository.default_branch`, `revisions.built`, `revisions.head` or `revisions.merge`.

mod check;
mod document;
mod engines;
mod env;
mod host;
mod model;
mod payload;
#[cfg(test)]
mod properties;
mod reference;
mod validate;

pub use host::{GitFacts, HostFacts, RegistryTags};
pub use model::*;

use crate::diagnostic::Diagnostics;

/// The only environment variables that [`detect`] reads, sorted. None of them holds a secret.
pub fn variables() -> Vec<&'static str> {
    engines::variables()
}

/// The variable that names the file with the event's payload, if this environment's engine has one.
pub fn payload_variable(env: &[(String, String)]) -> Option<&'static str> {
    engines::payload_variable(env)
}

/// Brings a run into the normal form.
///
/// An empty variable counts as unset; variables that [`variables`] does not list are not looked at. `payload` is the event's JSON document, where
/// the engine writes one. The errors, each with the variable or the JSON path that is wrong: `unknown-engine`,
/// `ambiguous-engine`, `missing-variable`, `variable-too-large`, `payload-missing`, `payload-invalid`, `payload-mismatch`,
/// `payload-too-large`, `payload-type`, `invalid-sha`, `invalid-reference`, `reference-too-long`, `invalid-text`, `invalid-number`.
///
/// ```
/// use buildonce_core::facts::{self, EventKind, HostFacts};
/// let env = [
///     ("GITHUB_ACTIONS", "true"),
///     ("GITHUB_EVENT_NAME", "push"),
///     ("GITHUB_REF", "refs/tags/v1.2.3"),
///     ("GITHUB_REPOSITORY", "acme/app"),
///     ("GITHUB_SHA", "5779607b49aab1200488439f02372c57b4f75444"),
/// ];
/// let env: Vec<_> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
/// let host = HostFacts { now: 0, git: None, credentials: None, builder: None, changed_files: None, registry_tags: None };
/// let facts = facts::detect(&env, None, &host).unwrap();
/// assert_eq!(facts.event, EventKind::Tag);
/// assert_eq!(facts.reference.unwrap().name, "v1.2.3");
/// ```
pub fn detect(env: &[(String, String)], payload: Option<&str>, host: &HostFacts) -> Result<Facts, Diagnostics> {
    engines::detect(env, payload, host)
}

/// Reads facts from a JSON document of the shape of [`Facts`], for engines that [`detect`] does not know.
///
/// `name` is what diagnostics call the document. What the document leaves out and the host saw is filled in: `now`, the
/// credentials, the builder, the changed files, the checkout and whether it is dirty. The errors: `facts-too-large`, `invalid-facts`,
/// `invalid-revisions`, `unknown-key`, `unknown-value`, and for single values those of [`detect`].
pub fn parse(document: &str, name: &str, host: &HostFacts) -> Result<Facts, Diagnostics> {
    document::parse(document, name, host)
}
