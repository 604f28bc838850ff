//! The tries of one thing: what happened so far, as the engine's retry decision reads it. Whether there is another one, when, and how long it may
//! take is the engine's answer.

use std::time::Instant;

use buildonce::types::retry::{Attempt, Decision, Settings, Situation};
use buildonce::{EngineError, Policy, Session};

use crate::clock;

/// Everything that was tried, from the first moment on.
pub(crate) struct Course {
    situation: Situation,
    begin: Instant,
}

impl Course {
    /// Nothing was tried yet. `seed` is where chance in pauses comes from.
    pub(crate) fn new(settings: Settings, registry: Option<String>, seed: u64) -> Self {
        let situation = Situation {
            settings,
            history: Vec::new(),
            tail: String::new(),
            elapsed_ms: 0,
            now_ms: None,
            seed,
            // A command of which nothing is known can only be repeated.
            remedies: Vec::new(),
            registry,
            tokens: Vec::new(),
        };
        Self { situation, begin: Instant::now() }
    }

    /// What happens first.
    pub(crate) fn start(&self, session: &mut Session, policy: Policy) -> Result<Decision, EngineError> {
        session.decide(policy, &self.situation)
    }

    /// Adds a try that ended just now, and asks what happens after it.
    pub(crate) fn add(
        &mut self,
        session: &mut Session,
        policy: Policy,
        attempt: Attempt,
        tail: &str,
    ) -> Result<Decision, EngineError> {
        self.situation.history.push(attempt);
        tail.clone_into(&mut self.situation.tail);
        self.situation.elapsed_ms = self.elapsed_ms();
        // A pause is spent in real time, so a server's date is compared with the real one, whatever the run pretends.
        self.situation.now_ms = Some(clock::system());
        let decision = session.decide(policy, &self.situation)?;
        if let Some(last) = self.situation.history.last_mut() {
            last.rule = Some(decision.rule.clone());
        }
        self.situation.tokens.clone_from(&decision.tokens);
        Ok(decision)
    }

    /// The tries so far.
    pub(crate) fn history(&self) -> &[Attempt] {
        &self.situation.history
    }

    /// Time since the start, with every pause.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
