//! Lists of inputs and of what real systems answered to them, run on every front.
//!
//! A family is the code that runs one file. To add one: a file in this folder with a type that implements [`Family`], and a line in
//! [`families`].

mod channels;
mod errors;
mod masterminds;
mod metadata;
mod regclient;
mod run;
mod select;
mod value;

use anyhow::Result;
use serde_json::Value;

use crate::fronts::Front;

pub use run::{Files, Report};

/// The code that runs one file of vectors.
pub trait Family: Sync {
    /// The file's name, such as `select.json`.
    fn file(&self) -> &'static str;

    /// Runs one case; the error says what differs.
    fn check(&self, case: &Value, front: &dyn Front) -> Result<()>;

    /// Runs the whole file. Every case must pass, unless a family says otherwise: one with a threshold returns its score and whether
    /// it is reached.
    fn run(&self, cases: &[Value], front: &dyn Front) -> Report {
        Report::strict(cases, |case| self.check(case, front))
    }
}

/// Every family.
pub fn families() -> &'static [&'static dyn Family] {
    &[
        &select::Select,
        &channels::Flux,
        &channels::Argo,
        &channels::FluxFilter,
        &channels::FluxReflection,
        &errors::Errors,
        &masterminds::VersionParse,
        &masterminds::VersionCompare,
        &masterminds::ConstraintParse,
        &masterminds::ConstraintCheck,
        &metadata::Metadata,
        &regclient::References,
        &regclient::Platforms,
        &regclient::PlatformFits,
    ]
}

/// Files that other systems' answers exist for, whether they are here or not; those that no family runs are told, so that nobody takes
/// silence for success.
const KNOWN: &[&str] = &[
    "argo_select.json",
    "env_ci.json",
    "flux_digest_reflection.json",
    "flux_filter_extract.json",
    "flux_policy.json",
    "graphs_ghcr.json",
    "graphs_snok.json",
    "prune.json",
    "select.json",
];

/// Files that hold no cases, but what cases of other files start from, and those whose cases are whole runs of the program: for
/// `retry.json`, `cargo test -p buildonce --test action_retry`.
const PARTS: &[&str] = &["metadata-repo.json", "retry.deviations.json", "retry.json"];

/// Files that no family runs, sorted.
pub fn not_run(files: &Files) -> Vec<String> {
    let mut names: Vec<_> = files.names().into_iter().chain(KNOWN.iter().map(|name| (*name).to_owned())).collect();
    names.retain(|name| !PARTS.contains(&name.as_str()) && families().iter().all(|family| family.file() != name));
    names.sort();
    names.dedup();
    names
}
