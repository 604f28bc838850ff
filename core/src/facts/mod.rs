//! What is this run? CI variables and the event's payload, in one normal form.

mod engines;
mod model;

pub use model::*;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// The only environment variables that [`detect`] reads, sorted.
pub fn variables() -> Vec<&'static str> {
    engines::variables()
}

/// The variable that names the file with the event's payload, if this environment's engine has one.
pub fn payload_variable(env: &[(String, String)]) -> Option<&'static str> {
    engines::payload_variable(env)
}

/// Brings a run into the normal form. An empty variable counts as unset.
pub fn detect(env: &[(String, String)], payload: Option<&str>, host: &HostFacts) -> Result<Facts, Diagnostics> {
    engines::detect(env, payload, host)
}

/// Reads facts from a JSON document, for engines that [`detect`] does not know.
pub fn parse(document: &str, name: &str, _host: &HostFacts) -> Result<Facts, Diagnostics> {
    serde_json::from_str(document).map_err(|e| vec![Diagnostic::error("invalid-facts", e.to_string()).in_file(name)])
}
