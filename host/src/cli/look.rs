//! Looking at the world for the engine: it asks, this answers, until it has decided.

use buildonce::types::selection::{Observation, Probe, Request, Step, StepKind};
use buildonce::{EngineError, Policy, RunFacts, Session};

use super::Problem;
use super::world::World;
use crate::registry::Failure;
use crate::render::Sources;

/// What the engine decides with.
pub(super) struct Question<'a> {
    pub(super) session: &'a mut Session,
    pub(super) policy: Policy,
    pub(super) facts: RunFacts,
    pub(super) request: &'a Request,
    /// For messages.
    pub(super) sources: &'a Sources,
}

impl Question<'_> {
    /// The next step.
    pub(super) fn step(&mut self, seen: &[Observation]) -> Result<Step, Problem> {
        let step = self.session.select(self.policy, self.facts, self.request, seen)?;
        step.map_err(|findings| Problem::refused(findings, self.sources.clone()))
    }
}

/// What looking led to.
pub(super) struct Seen {
    /// The last step, which is an answer.
    pub(super) step: Step,
    /// Questions that nobody answered, and why.
    pub(super) failures: Vec<Failure>,
}

impl World {
    /// Answers what the engine asks, until it has decided.
    pub(super) fn look(&mut self, question: &mut Question<'_>) -> Result<Seen, Problem> {
        let mut seen: Vec<Observation> = Vec::new();
        let mut failures = Vec::new();
        loop {
            let step = question.step(&seen)?;
            if step.kind != StepKind::Probe {
                return Ok(Seen { step, failures });
            }
            if step.probes.iter().all(|probe| seen.iter().any(|own| same(&own.probe, probe))) {
                return Err(EngineError::Invalid("it asks again for what it has been told".to_owned()).into());
            }
            self.carry_out(question.session, question.policy, step.probes, &mut seen, &mut failures)?;
        }
    }
}

fn same(a: &Probe, b: &Probe) -> bool {
    (a.kind, &a.image, &a.reference) == (b.kind, &b.image, &b.reference)
}
