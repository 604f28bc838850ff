//! What happened, as JSON: for later steps, dashboards and people who ask why a job took so long.

use buildonce::record::to_json;
use buildonce::types::Reason;
use buildonce::types::retry::{Action, Decision, Limits};
use serde_json::{Map, Value, json};

use super::attempt::{Made, milliseconds};

/// Every attempt with what was decided after it. Keys are the engine's own.
pub(super) struct History {
    seed: u64,
    limits: Option<Limits>,
    attempts: Vec<Value>,
    waited_ms: u64,
    /// The pause before the next attempt, if there is one.
    next_ms: u64,
    end: Map<String, Value>,
}

/// What was decided after an attempt.
pub(super) struct Next<'a> {
    /// The engine's word for it.
    pub(super) action: &'static str,
    /// The pause.
    pub(super) delay_ms: u64,
    /// The rule that decided.
    pub(super) rule: &'a str,
    /// Why.
    pub(super) reason: &'a Reason,
}

impl<'a> From<&'a Decision> for Next<'a> {
    fn from(decision: &'a Decision) -> Self {
        let action = match decision.action {
            Action::Done => "done",
            Action::Retry => "retry",
            Action::Remedy => "remedy",
            Action::GiveUp => "give-up",
        };
        Self { action, delay_ms: decision.delay_ms, rule: &decision.rule, reason: &decision.reason }
    }
}

impl History {
    /// Before the first attempt.
    pub(super) fn new(seed: u64, limits: Option<Limits>) -> Self {
        Self { seed, limits, attempts: Vec::new(), waited_ms: 0, next_ms: 0, end: Map::new() }
    }

    /// Adds an attempt.
    pub(super) fn add(&mut self, made: &Made, next: &Next<'_>) {
        self.waited_ms += self.next_ms;
        self.next_ms = next.delay_ms;
        self.attempts.push(json!({
            "outcome": to_json(&made.outcome),
            "duration_ms": milliseconds(made.duration),
            "failure": to_json(&made.failure),
            "decision": {
                "action": next.action,
                "delay_ms": next.delay_ms,
                "rule": next.rule,
                "reason": to_json(next.reason),
            },
        }));
    }

    /// There is no other attempt, and `gave_up` says why if the last one failed.
    pub(super) fn end(&mut self, exit_code: u8, gave_up: Option<&Reason>) {
        self.end.insert("exit_code".to_owned(), json!(exit_code));
        if let Some(reason) = gave_up {
            self.end.insert("gave_up_reason".to_owned(), to_json(reason));
        }
    }

    /// All pauses so far.
    pub(super) fn waited_ms(&self) -> u64 {
        self.waited_ms
    }

    /// The whole document.
    pub(super) fn json(&self) -> Value {
        let mut all = json!({
            "version": 1,
            "seed": self.seed,
            "limits": self.limits.map(|limits| to_json(&limits)),
            "total_attempts": self.attempts.len(),
            "waited_ms": self.waited_ms,
        });
        if let Some(fields) = all.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
            fields.extend(self.end.clone());
            fields.insert("attempts".to_owned(), json!(self.attempts));
        }
        all
    }
}
