//! Which image a later job may take.

use serde::{Deserialize, Serialize};

use super::Choice;

/// The select section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// What happens when an image was built from another commit.
    pub freshness: Freshness,
    /// What to try, in order, when the registry has no such image; empty for nothing.
    pub fallback: Vec<Fallback>,
    /// What happens when a source does not answer.
    pub on_unknown: OnUnknown,
}

impl Default for Select {
    fn default() -> Self {
        Self { freshness: Freshness::Fail, fallback: vec![Fallback::Archive], on_unknown: OnUnknown::Fail }
    }
}

/// What happens when an image was built from another commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Freshness {
    /// The image is refused.
    Fail,
    /// The image is taken when nothing better is found, and every output says so.
    Warn,
}

impl Choice for Freshness {
    const ALL: &'static [(&'static str, Self)] = &[("fail", Self::Fail), ("warn", Self::Warn)];
}

/// What to try when the registry has no image of this commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// The archive that the producer left with its run.
    Archive,
    /// Build the image here.
    Rebuild,
    /// Nothing: say what was looked for. Always the end of the list, written or not.
    Fail,
}

impl Choice for Fallback {
    const ALL: &'static [(&'static str, Self)] =
        &[("archive", Self::Archive), ("rebuild", Self::Rebuild), ("fail", Self::Fail)];
}

/// What happens when a source does not answer, so that nobody knows whether it has the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnUnknown {
    /// The search ends without an image.
    Fail,
    /// The next candidate is tried, and the trace says so.
    Fallback,
}

impl Choice for OnUnknown {
    const ALL: &'static [(&'static str, Self)] = &[("fail", Self::Fail), ("fallback", Self::Fallback)];
}
