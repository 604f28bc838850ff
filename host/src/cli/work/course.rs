//! The tries of one task.

use std::time::{Duration, Instant};

use buildonce::types::retry::{Action, Attempt, Classification, Decision, Outcome, Settings, Situation};
use buildonce::{Policy, Session};

use crate::cli::Problem;
use crate::cli::attempt::milliseconds;
use crate::clock;

/// A task's history, and what was decided about it last.
pub(super) struct Course {
    situation: Situation,
    decision: Decision,
    begin: Instant,
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
        let situation = Situation {
            settings,
            history: Vec::new(),
            tail: String::new(),
            elapsed_ms: 0,
            now_ms: None,
            seed,
            remedies: Vec::new(),
            registry,
            tokens: Vec::new(),
        };
        let decision = session.decide(policy, &situation)?;
        Ok(Self { situation, decision, begin: Instant::now() })
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
        self.situation.history.len() + 1
    }

    /// How the last try ended.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        self.situation.history.last().map(|own| &own.outcome)
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
        let duration_ms = milliseconds(duration);
        self.situation.history.push(Attempt {
            outcome,
            failure: failure.clone(),
            duration_ms,
            rule: None,
            remedy: None,
        });
        tail.clone_into(&mut self.situation.tail);
        self.situation.elapsed_ms = milliseconds(self.begin.elapsed());
        // A pause is spent in real time, so a server's date is compared with the real one, whatever the run pretends.
        self.situation.now_ms = Some(clock::system());
        self.decision = session.decide(policy, &self.situation)?;
        if let Some(last) = self.situation.history.last_mut() {
            last.rule = Some(self.decision.rule.clone());
        }
        self.situation.tokens.clone_from(&self.decision.tokens);
        Ok(())
    }
}
