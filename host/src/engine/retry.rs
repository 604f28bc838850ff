//! Failures: what they were, and what to do about them.

use super::session::Session;
use super::types::Entry;
use super::types::retry::{
    ActionSituation, ActionStep, Attempt, Classification, Decision, Outcome, Settings, Situation, TailLimits,
};
use super::{EngineError, Policy, Refusal};

impl Session {
    /// How much of an output [`Session::classify`] reads, counted from its end.
    pub fn reading(&mut self) -> Result<TailLimits, EngineError> {
        self.call("retry.reading", 0, |input| input, |i, s| i.buildonce_engine_retry().call_reading(s))
    }

    /// The number on Linux of a signal, by its name or number.
    pub fn signal_number(&mut self, name: &str) -> Result<Option<i32>, EngineError> {
        self.call(
            "retry.signal-number",
            name.len(),
            |input| input.with("name", name),
            |i, s| i.buildonce_engine_retry().call_signal_number(s, name),
        )
    }

    /// Says what an attempt's failure was; `tail` is the end of its output, or all of it.
    pub fn classify(&mut self, outcome: &Outcome, tail: &str) -> Result<Classification, EngineError> {
        self.call(
            "retry.classify",
            tail.len(),
            |input| input.with("outcome", outcome).with("tail", tail),
            |i, s| i.buildonce_engine_retry().call_classify(s, outcome, tail),
        )
    }

    /// The limits of an operation, with those over the policy's that are given for this run.
    pub fn configure_retry(
        &mut self,
        policy: Policy,
        given: &[Entry],
    ) -> Result<Result<Settings, Refusal>, EngineError> {
        self.call(
            "retry.configure",
            size_of_entries(given),
            |input| input.policy(policy).with("given", given),
            |i, s| i.buildonce_engine_retry().call_configure(s, policy.resource, given),
        )
    }

    /// Decides what happens after the last attempt of the history, or before the first.
    pub fn decide(&mut self, policy: Policy, situation: &Situation) -> Result<Decision, EngineError> {
        self.call(
            "retry.decide",
            situation.tail.len() + size_of_history(&situation.history),
            |input| input.policy(policy).with("situation", situation),
            |i, s| i.buildonce_engine_retry().call_decide(s, policy.resource, situation),
        )
    }

    /// Decides what nick-fields/retry does next.
    pub fn action_next(&mut self, policy: Policy, situation: &ActionSituation) -> Result<ActionStep, EngineError> {
        // Commands come back as they went in.
        let size = situation.tail.len() + 2 * size_of_entries(&situation.inputs) + size_of_history(&situation.history);
        self.call(
            "retry.action-next",
            size,
            |input| input.policy(policy).with("situation", situation),
            |i, s| i.buildonce_engine_retry().call_action_next(s, policy.resource, situation),
        )
    }
}

fn size_of_entries(entries: &[Entry]) -> usize {
    entries.iter().map(|entry| entry.key.len() + entry.value.len()).sum()
}

/// An attempt has at most a line of evidence and some names, here counted as a kilobyte, and the words of a failed start.
fn size_of_history(history: &[Attempt]) -> usize {
    let words = |attempt: &Attempt| match &attempt.outcome {
        Outcome::SpawnFailed(words) => words.len(),
        _ => 0,
    };
    history.iter().map(|attempt| 1024 + words(attempt)).sum()
}
