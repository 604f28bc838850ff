//! One file per CI engine.

use super::{Facts, HostFacts};
use crate::diagnostic::{Diagnostic, Diagnostics};

pub(super) fn variables() -> Vec<&'static str> {
    Vec::new()
}

pub(super) fn payload_variable(_env: &[(String, String)]) -> Option<&'static str> {
    None
}

pub(super) fn detect(
    _env: &[(String, String)],
    _payload: Option<&str>,
    _host: &HostFacts,
) -> Result<Facts, Diagnostics> {
    Err(vec![
        Diagnostic::error("unknown-engine", "no CI engine was recognised").help("pass the facts with --facts FILE"),
    ])
}
