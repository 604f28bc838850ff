//! Which findings of a scan stop an image.

use super::{Choice, Place};

/// The gate section.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// Severities that stop an image; empty for none.
    pub fail_on: Vec<GateSeverity>,
    /// Findings that are known and accepted for a time.
    pub ignore: Vec<Suppression>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GateSeverity {
    /// To be mended at once.
    Critical,
    /// To be mended soon.
    High,
    /// To be mended.
    Medium,
    /// Worth knowing.
    Low,
}

impl Choice for GateSeverity {
    const ALL: &'static [(&'static str, Self)] =
        &[("critical", Self::Critical), ("high", Self::High), ("medium", Self::Medium), ("low", Self::Low)];
}

/// A finding that is known and accepted for a time.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The finding's identifier, such as `CVE-2026-1234`.
    pub id: String,
    /// The last day on which it is accepted, `2026-01-31` in UTC.
    pub until: jiff::civil::Date,
    /// Why it is accepted.
    pub reason: String,
    /// Where it was written.
    pub place: Place,
}
