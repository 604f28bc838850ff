//! Calls in a sandbox.

use wasmtime::Store;
use wasmtime::component::ResourceAny;

use super::bindings::Engine as Instance;
use super::limits::State;
use super::recording::{Input, Recording};
use super::types::{Diagnostic, Failure, ImagePlan, Lookup, RuleTrace};
use super::{Engine, EngineError, Limits, RunFacts, TrapKind, ticker};

/// A checked policy that lives in the session which made it.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    pub(super) resource: ResourceAny,
    /// Which of the record's documents it was made of. The standard policy has none.
    pub(super) document: Option<usize>,
}

/// One instance of the component with its own memory. Every call has its own deadline.
pub struct Session {
    store: Store<State>,
    instance: Instance,
    limits: Limits,
    ended: bool,
    /// Absent when nobody asked for a record.
    pub(super) recording: Option<Recording>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("limits", &self.limits).field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// What the engine answers when it refuses: at least one diagnostic of severity error.
pub type Refusal = Vec<Diagnostic>;

impl Session {
    pub(super) fn open(engine: &Engine, limits: Limits) -> Result<Self, EngineError> {
        let mut store = Store::new(&engine.runtime, State { memory: limits.memory });
        store.limiter(|state| state);
        arm(&mut store, &limits, 0)?;
        let instance = engine.instance.instantiate(&mut store).map_err(|e| trapped("instantiation", 0, &limits, &e))?;
        let recording = engine.recorder.clone().map(|recorder| Recording::new(recorder, engine));
        Ok(Self { store, instance, limits, ended: false, recording })
    }

    /// Runs one call under its limits.
    pub(super) fn run<T>(
        &mut self,
        name: &'static str,
        input_bytes: usize,
        run: impl FnOnce(&Instance, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, EngineError> {
        if self.ended {
            return Err(EngineError::SessionEnded);
        }
        arm(&mut self.store, &self.limits, input_bytes)?;
        run(&self.instance, &mut self.store).map_err(|e| {
            self.ended = true;
            trapped(name, input_bytes, &self.limits, &e)
        })
    }

    /// Reads a policy document: YAML, TOML or JSON by the ending of `name`.
    pub fn parse_policy(&mut self, source: &str, name: &str) -> Result<Result<Policy, Refusal>, EngineError> {
        let parsed = self
            .run("policy.parse", source.len(), |i, s| i.buildonce_engine_policy().policy().call_parse(s, source, name));
        let document = self.recording.as_mut().map(|recording| recording.keep_policy(source, name, &parsed));
        Ok(parsed?.map(|resource| Policy { resource, document }))
    }

    /// The policy that holds when there is no document. A record has no line for it, because it leaves such a policy out.
    pub fn standard_policy(&mut self) -> Result<Policy, EngineError> {
        let resource = self.run("policy.standard", 0, |i, s| i.buildonce_engine_policy().policy().call_standard(s))?;
        Ok(Policy { resource, document: None })
    }

    /// What is legal in a policy but probably not meant.
    pub fn lint(&mut self, policy: Policy, facts: Option<RunFacts>) -> Result<Vec<Diagnostic>, EngineError> {
        self.call(
            "policy.lint",
            facts.map_or(0, |facts| facts.bytes),
            |input| facts.into_iter().fold(input.policy(policy), Input::facts),
            |i, s| i.buildonce_engine_policy().policy().call_lint(s, policy.resource, facts.map(|f| f.resource)),
        )
    }

    /// The YAML source of a built-in policy.
    pub fn built_in(&mut self, name: &str) -> Result<Option<String>, EngineError> {
        self.call(
            "policy.built-in",
            name.len(),
            |input| input.with("name", name),
            |i, s| i.buildonce_engine_policy().call_built_in(s, name),
        )
    }

    /// Names that `extends` accepts.
    pub fn built_in_names(&mut self) -> Result<Vec<String>, EngineError> {
        self.call("policy.built-in-names", 0, |input| input, |i, s| i.buildonce_engine_policy().call_built_in_names(s))
    }

    /// The JSON Schema of a policy document.
    pub fn schema(&mut self) -> Result<String, EngineError> {
        self.call("policy.schema", 0, |input| input, |i, s| i.buildonce_engine_policy().call_schema(s))
    }

    /// Decides what happens to the image of a run.
    pub fn plan(&mut self, policy: Policy, facts: RunFacts) -> Result<Result<ImagePlan, Refusal>, EngineError> {
        self.call(
            "tagging.plan",
            facts.bytes,
            |input| input.policy(policy).facts(facts),
            |i, s| i.buildonce_engine_tagging().call_plan(s, policy.resource, facts.resource),
        )
    }

    /// Every tag rule with the conditions that were tried and the values that it fills in, also where [`Session::plan`] refuses.
    pub fn explain(&mut self, policy: Policy, facts: RunFacts) -> Result<Vec<RuleTrace>, EngineError> {
        self.call(
            "tagging.explain",
            facts.bytes,
            |input| input.policy(policy).facts(facts),
            |i, s| i.buildonce_engine_tagging().call_explain(s, policy.resource, facts.resource),
        )
    }

    /// What a consumer of the run's image looks for.
    pub fn candidates(&mut self, policy: Policy, facts: RunFacts) -> Result<Result<Lookup, Refusal>, EngineError> {
        self.call(
            "tagging.candidates",
            facts.bytes,
            |input| input.policy(policy).facts(facts),
            |i, s| i.buildonce_engine_tagging().call_candidates(s, policy.resource, facts.resource),
        )
    }

    /// Makes a tag of a branch name.
    pub fn sanitize(&mut self, name: &str, suffix: Option<&str>) -> Result<String, EngineError> {
        self.call(
            "tagging.sanitize",
            name.len(),
            |input| input.with("name", name).with("suffix", &suffix),
            |i, s| i.buildonce_engine_tagging().call_sanitize(s, name, suffix),
        )
    }

    /// Names that [`Session::call_json`] accepts. Not part of a record, as the `json` interface does not call itself.
    pub fn json_names(&mut self) -> Result<Vec<String>, EngineError> {
        self.run("json.names", 0, |i, s| i.buildonce_engine_json().call_names(s))
    }

    /// Calls any function with JSON in and out.
    pub fn call_json(&mut self, name: &str, input: &str) -> Result<Result<String, Failure>, EngineError> {
        let result =
            self.run("json.call", name.len() + input.len(), |i, s| i.buildonce_engine_json().call_call(s, name, input));
        if let Some(recording) = &mut self.recording {
            recording.keep_json(name, input, &result);
        }
        result
    }
}

/// Sets the limits anew, because the host may have waited for minutes since the last call.
fn arm(store: &mut Store<State>, limits: &Limits, input_bytes: usize) -> Result<(), EngineError> {
    store.data_mut().memory = limits.memory_for(input_bytes);
    store.set_epoch_deadline(ticker::ticks(limits.deadline_for(input_bytes)));
    store.set_hostcall_fuel(limits.transfer_for(input_bytes));
    if let Some(fuel) = limits.fuel {
        store.set_fuel(fuel).map_err(|e| EngineError::System(format!("{e:#}")))?;
    }
    Ok(())
}

fn trapped(call: &'static str, input_bytes: usize, limits: &Limits, error: &wasmtime::Error) -> EngineError {
    EngineError::Trapped { call, kind: TrapKind::of(error, limits.transfer_for(input_bytes)), input_bytes }
}
