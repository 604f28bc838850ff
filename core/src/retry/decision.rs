//! What a decision is made from, and what it says.

use serde::{Deserialize, Serialize};

use super::budget::BudgetState;
use super::model::{Classification, Remedy};
use super::outcome::Outcome;
use super::settings::Settings;
use crate::reason::Reason;

/// One attempt that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// How it ended.
    pub outcome: Outcome,
    /// What [`super::classify`] said about it.
    pub failure: Classification,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The rule of the decision that followed it ([`Decision::rule`]); absent for the last one, and then found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The remedy that was applied before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
}

/// What a decision is made from, beside the policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// What is being done, and its limits: what [`super::configure`] answered.
    pub settings: Settings,
    /// Every attempt so far, the oldest first. Empty before the first.
    pub history: Vec<Attempt>,
    /// The end of the last attempt's output, for the policy's text conditions.
    pub tail: String,
    /// Since the first attempt began, in milliseconds.
    pub elapsed_ms: u64,
    /// The time, in milliseconds since the Unix epoch. Without it a server's date cannot be honoured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now_ms: Option<i64>,
    /// Where chance comes from. The same seed gives the same answer.
    pub seed: u64,
    /// The remedies that the host can apply.
    pub remedies: Vec<Remedy>,
    /// The registry that the operation talks to, where the caller knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// The token buckets as the last decision left them.
    pub tokens: BudgetState,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The last attempt succeeded: nothing.
    Done,
    /// Wait, then try again.
    Retry,
    /// Apply the remedy, wait, then try again.
    Remedy,
    /// Stop.
    GiveUp,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// How long to wait first, in milliseconds. 0 unless there is another attempt.
    pub delay_ms: u64,
    /// What to do before the next attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// How long the next attempt may take, in milliseconds: the operation's timeout, cut to what the deadline leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Attempts made so far.
    pub attempt: u32,
    /// Tries in all that this failure allows.
    pub attempts: u32,
    /// The rule that decided: a policy rule's name, or `class.` and the kind of failure.
    pub rule: String,
    /// The failure's cause; empty when there was none.
    pub cause: String,
    /// The line that shows it.
    pub evidence: String,
    /// Why, as a code and in a sentence.
    pub reason: Reason,
    /// The token buckets after this decision.
    pub tokens: BudgetState,
}
