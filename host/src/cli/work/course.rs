//! The tries of one task.

use std::time::Duration;

use buildonce::types::retry::{Action, Attempt, Classification, Decision, Outcome, Settings};
use buildonce::{Policy, Session};

use crate::cli::Problem;
use crate::cli::attempt::milliseconds;
use crate::course;

/// A task's history, and what was decided about it last.
pub(super) struct Course {
    tries: course::Course,
    decision: Decision,
}

/// Another try.
pub(super) struct Try {
    /// What to wait for first.
    pub(super) pause_ms: u64,
    /// How long it may take.
    pub(super) timeout: Option<Duration>,
}

impl Course {
    /// Nothing was tried yet.
    pub(super) fn new(
        session: &mut Session,
        policy: Policy,
        settings: Settings,
        registry: Option<String>,
        seed: u64,
    ) -> Result<Self, Problem> {
        let tries = course::Course::new(settings, registry, seed);
        let decision = tries.start(session, policy)?;
        Ok(Self { tries, decision })
    }

    /// The next try; `None` when there is no other.
    pub(super) fn next(&self) -> Option<Try> {
        let again = matches!(self.decision.action, Action::Retry | Action::Remedy);
        again.then(|| Try {
            pause_ms: self.decision.delay_ms,
            timeout: self.decision.timeout_ms.map(Duration::from_millis),
        })
    }

    /// The number of the next try, from 1.
    pub(super) fn number(&self) -> usize {
        self.tries.history().len() + 1
    }

    /// How the last try ended.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        self.tries.history().last().map(|own| &own.outcome)
    }

    /// What was decided after the last try.
    pub(super) fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Adds a try, and asks what happens after it.
    pub(super) fn add(
        &mut self,
        session: &mut Session,
        policy: Policy,
        outcome: Outcome,
        failure: &Classification,
        tail: &str,
        duration: Duration,
    ) -> Result<(), Problem> {
        let failure = failure.clone();
        let attempt = Attempt { outcome, failure, duration_ms: milliseconds(duration), rule: None, remedy: None };
        self.decision = self.tries.add(session, policy, attempt, tail)?;
        Ok(())
    }
}
