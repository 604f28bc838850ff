//! From the surroundings to a plan, for every command that needs one.

use buildonce::types::ImagePlan;
use buildonce::{Policy, RunFacts, Session};

use super::inputs::{self, Inputs, Known};
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::policy_file::{PolicyFile, policy};
use super::terminal::Terminal;
use super::{Problem, working_directory};
use crate::render::Sources;

/// What a plan is made of.
pub(super) struct Planned {
    pub(super) session: Session,
    pub(super) policy: Policy,
    pub(super) inputs: Inputs,
    pub(super) file: Option<PolicyFile>,
    /// Documents that findings can point into.
    pub(super) sources: Sources,
}

impl Planned {
    /// Reads policy and surroundings.
    pub(super) fn prepare(
        policy_options: &PolicyOptions,
        facts_options: &FactsOptions,
        engine: &EngineOptions,
        terminal: Terminal,
    ) -> Result<Self, Problem> {
        let directory = working_directory()?;
        let early = inputs::early(facts_options, &directory);
        let file = PolicyFile::load(policy_options.policy.as_deref(), &directory)?;
        let mut session = engine.session()?;
        let policy = policy(&mut session, file.as_ref())?;
        let inputs = Inputs::observe(facts_options, early, &mut session)?;
        terminal.note(&inputs.notes, &inputs.sources());
        let mut sources = inputs.sources();
        if let Some(file) = &file {
            sources.add(&file.name, &file.text);
        }
        // Findings can point into what the policy extends, and without a file that is all there is.
        for name in session.built_in_names()? {
            if let Some(text) = session.built_in(&name)? {
                sources.add(&name, &text);
            }
        }
        Ok(Self { session, policy, inputs, file, sources })
    }

    /// Facts and plan. Asking a builder for its version takes longer than everything else, and only tells how an image is loaded
    /// or saved: so it is asked when the plan does that, and the engine decides again.
    pub(super) fn decide(&mut self) -> Result<(Known, ImagePlan), Problem> {
        let known = self.inputs.known(&mut self.session)?;
        let plan = self.plan(known.held)?;
        let shaped = plan.delivery.load || plan.delivery.archive.is_some();
        if let Some(name) = plan.builder.first().filter(|_| shaped)
            && known.facts.builder.is_none()
            && self.inputs.probe_builder(name).is_some()
        {
            let known = self.inputs.known(&mut self.session)?;
            let plan = self.plan(known.held)?;
            return Ok((known, plan));
        }
        Ok((known, plan))
    }

    fn plan(&mut self, facts: RunFacts) -> Result<ImagePlan, Problem> {
        self.session.plan(self.policy, facts)?.map_err(|findings| Problem::refused(findings, self.sources.clone()))
    }
}
