//! Requests and answers of [`super::next`].

use serde::{Deserialize, Serialize};

use crate::Reason;
use crate::build::Task;
use crate::receipt::ReceiptAttempt;
use crate::selection::Proof;
use crate::selection::exchange::ProbeRecord;

/// What a person wants beyond policy and facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotionRequest {
    /// The image by its digest, as [`crate::selection::next`] answers it: `name@sha256:…`.
    pub image: String,
    /// What it answers of the image's commit. One that is stale is not promoted, whatever the policy says of tests.
    pub proof: Proof,
    /// The new names: tags in the image's own repository, or whole names such as `registry.example/acme/app:1.2`. None stands for the
    /// names that the policy gives this run's image.
    #[serde(default)]
    pub to: Vec<String>,
    /// Let a tag move on from another image that should not: one that says a whole version, or that the policy calls fixed.
    #[serde(default)]
    pub overwrite: bool,
    /// Look, decide, and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// How a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromotionState {
    /// It has the image now.
    Promoted,
    /// It had the image before.
    Already,
    /// It would get the image.
    Planned,
    /// It is not this image's: a newer release holds it.
    Held,
    /// It is as it was.
    Untouched,
    /// It had the image for a moment, and has again what it had before.
    Restored,
    /// It has the image, though others could not get it: it is new, and registries do not take one name away alone, or it could not be moved back.
    Left,
    /// It has something else: somebody changed it at the same time.
    Different,
    /// Nobody knows.
    Unknown,
}

/// One of the new names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotionTarget {
    /// `name:tag`.
    pub reference: String,
    /// How it stands.
    pub state: PromotionState,
    /// The digest that it had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The digest that it has now, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Why it stands so.
    pub reason: Reason,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromotionStepKind {
    /// Look at `probes`, in any order.
    Probe,
    /// Try `task` once, when the retry policy allows it.
    Run,
    /// Every name is as it should be; `targets` says how.
    Done,
    /// It cannot be done, for `reason`; `targets` says how every name stands.
    Fail,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotionStep {
    /// What to do.
    pub kind: PromotionStepKind,
    /// Empty unless the kind is `probe`.
    pub probes: Vec<ProbeRecord>,
    /// With the kind `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// With the kind `fail`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Every name, with the kinds `done` and `fail`.
    pub targets: Vec<PromotionTarget>,
    /// Every try so far, with the kinds `done` and `fail`.
    pub attempts: Vec<ReceiptAttempt>,
}

impl PromotionStep {
    /// A step with nothing but its kind.
    pub(super) fn of(kind: PromotionStepKind) -> Self {
        Self { kind, probes: Vec::new(), task: None, reason: None, targets: Vec::new(), attempts: Vec::new() }
    }
}
