//! Another try: the engine says whether there is one, and after which pause.

use std::thread;
use std::time::Duration;

use buildonce::types::Entry;
use buildonce::types::retry::{Action, Attempt, Outcome, Settings};
use buildonce::{EngineError, Policy, Session};

use super::{Failure, Kind};
use crate::course::Course;
use crate::problem::Problem;
use crate::render::Sources;

/// What is given for an operation of a registry, such as `inspect`.
pub(crate) fn operation(name: &str) -> Entry {
    entry("operation", name)
}

/// One thing that is given for a run.
pub(crate) fn entry(key: &str, value: &str) -> Entry {
    Entry { key: key.to_owned(), value: value.to_owned() }
}

/// The limits that hold. `sources` are what messages about them may point into.
pub(crate) fn settings(
    session: &mut Session,
    policy: Policy,
    given: &[Entry],
    sources: &Sources,
) -> Result<Settings, Problem> {
    session.configure_retry(policy, given)?.map_err(|findings| Problem::refused(findings, sources.clone()))
}

/// The tries of one question.
pub(crate) struct Tries(Course);

impl Tries {
    /// Nothing was tried yet. The registry is that of an image, such as `registry.example/acme/app`.
    pub(crate) fn new(settings: &Settings, image: Option<&str>, seed: u64) -> Self {
        let registry = image.and_then(|image| image.split('/').next()).map(str::to_owned);
        Self(Course::new(*settings, registry, seed))
    }

    /// The pause before another try; `None` when there is no other.
    pub(crate) fn again(
        &mut self,
        session: &mut Session,
        policy: Policy,
        outcome: Outcome,
        tail: &str,
    ) -> Result<Option<Duration>, EngineError> {
        let failure = session.classify(&outcome, tail)?;
        let before: u64 = self.0.history().iter().map(|attempt| attempt.duration_ms).sum();
        let duration_ms = self.0.elapsed_ms().saturating_sub(before);
        let attempt = Attempt { outcome, failure, duration_ms, rule: None, remedy: None };
        let decision = self.0.add(session, policy, attempt, tail)?;
        let again = matches!(decision.action, Action::Retry | Action::Remedy);
        Ok(again.then(|| Duration::from_millis(decision.delay_ms)))
    }
}

/// Calls a registry until it answers or the engine says that it is enough. That something is absent is an answer. `told` is called before
/// every pause.
pub(crate) fn retried<T>(
    session: &mut Session,
    policy: Policy,
    mut tries: Tries,
    mut told: impl FnMut(&Failure, Duration),
    mut call: impl FnMut() -> Result<T, Failure>,
) -> Result<Result<T, Failure>, EngineError> {
    loop {
        let failure = match call() {
            Err(failure) if failure.kind != Kind::Absent => failure,
            answer => return Ok(answer),
        };
        let Some(pause) = tries.again(session, policy, failure.outcome(), failure.tail())? else {
            return Ok(Err(failure));
        };
        told(&failure, pause);
        thread::sleep(pause);
    }
}
