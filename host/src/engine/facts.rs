//! The facts of a run: found or read once, held in the session, and borrowed by every decision.

use wasmtime::Store;
use wasmtime::component::ResourceAny;

use super::bindings::Engine as Instance;
use super::limits::State;
use super::recording::Input;
use super::session::Session;
use super::types::{Facts, HostFacts};
use super::{EngineError, Refusal};

/// What the parts of facts that are never long may take in bytes, together.
const SHORT_PARTS: usize = 4096;

/// The facts of a run, which live in the session that made them until [`Session::drop_facts`] or its end.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts {
    pub(super) resource: ResourceAny,
    /// The most that they may take in bytes: calls that borrow them are limited as if they were handed in.
    pub(super) bytes: usize,
    /// Which of the record's facts they are, when there is a record.
    pub(super) recorded: Option<usize>,
}

impl Session {
    /// The only environment variables that [`Session::detect`] reads.
    pub fn variables(&mut self) -> Result<Vec<String>, EngineError> {
        self.call("facts.variables", 0, |input| input, |i, s| i.buildonce_engine_facts().call_variables(s))
    }

    /// The variable that names the file with the event's payload, if this environment's engine has one.
    pub fn payload_variable(&mut self, env: &[(String, String)]) -> Result<Option<String>, EngineError> {
        self.call(
            "facts.payload-variable",
            size_of_env(env),
            |input| input.with("env", env),
            |i, s| i.buildonce_engine_facts().call_payload_variable(s, env),
        )
    }

    /// Brings a run into the normal form.
    pub fn detect(
        &mut self,
        env: &[(String, String)],
        payload: Option<&str>,
        host: &HostFacts,
    ) -> Result<Result<RunFacts, Refusal>, EngineError> {
        self.make_facts(
            "facts.detect",
            size_of_env(env) + payload.map_or(0, str::len) + size_of_host(host),
            |input| input.with("env", env).with("payload", &payload).with("host", host),
            |i, s| i.buildonce_engine_facts().call_detect(s, env, payload, host),
        )
    }

    /// Reads facts from a JSON document.
    pub fn parse_facts(
        &mut self,
        document: &str,
        name: &str,
        host: &HostFacts,
    ) -> Result<Result<RunFacts, Refusal>, EngineError> {
        self.make_facts(
            "facts.parse",
            document.len() + size_of_host(host),
            |input| input.with("document", document).with("name", name).with("host", host),
            |i, s| i.buildonce_engine_facts().call_parse(s, document, name, host),
        )
    }

    /// Holds facts that the host made itself. They are taken as they are: [`Session::parse_facts`] checks. A record has no line for it,
    /// because the calls that borrow them are written down with the facts themselves.
    pub fn hold_facts(&mut self, facts: &Facts) -> Result<RunFacts, EngineError> {
        let bytes = size_of_facts(facts);
        let resource = self.run("facts.from-record", bytes, |i, s| {
            i.buildonce_engine_facts().run_facts().call_from_record(s, facts)
        })?;
        let recorded = self.recording.as_mut().map(|recording| recording.remember_facts(facts));
        Ok(RunFacts { resource, bytes, recorded })
    }

    /// The record, to show it or to keep it. Not part of a session's record, where every line has its facts already.
    pub fn facts_record(&mut self, facts: RunFacts) -> Result<Facts, EngineError> {
        self.run("facts.to-record", facts.bytes, |i, s| {
            i.buildonce_engine_facts().run_facts().call_to_record(s, facts.resource)
        })
    }

    /// Gives back the memory that facts take, for a session that sees many runs. No copy of the handle can be used any more.
    pub fn drop_facts(&mut self, facts: RunFacts) -> Result<(), EngineError> {
        self.run("facts.drop", 0, |_, store| facts.resource.resource_drop(store))
    }

    /// Makes facts under the limits of one call. Only for a record are they asked for what they hold.
    fn make_facts(
        &mut self,
        name: &'static str,
        input_bytes: usize,
        input: impl FnOnce(Input<'_>) -> Input<'_>,
        make: impl FnOnce(&Instance, &mut Store<State>) -> wasmtime::Result<Result<ResourceAny, Refusal>>,
    ) -> Result<Result<RunFacts, Refusal>, EngineError> {
        let recorded = self.recording.is_some();
        let answer = self.call(name, input_bytes, input, |i, s| {
            let resource = match make(i, s)? {
                Ok(resource) => resource,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let to_record = |s| i.buildonce_engine_facts().run_facts().call_to_record(s, resource);
            let record = if recorded { Some(to_record(s)?) } else { None };
            Ok(Ok(Made { resource, record }))
        })?;
        Ok(answer.map(|Made { resource, record }| {
            let recording = self.recording.as_mut().zip(record);
            let recorded = recording.map(|(recording, facts)| recording.remember_facts(&facts));
            RunFacts { resource, bytes: SHORT_PARTS + input_bytes, recorded }
        }))
    }
}

/// Facts as the component made them; in a record they are the record that they hold.
#[derive(serde::Serialize)]
#[serde(transparent)]
struct Made {
    #[serde(skip)]
    resource: ResourceAny,
    record: Option<Facts>,
}

fn size_of_env(env: &[(String, String)]) -> usize {
    env.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// What may be long in host facts; the rest is counted as a kilobyte.
fn size_of_host(host: &HostFacts) -> usize {
    let tags = host.registry_tags.iter().flat_map(|own| &own.tags).map(|tag| 64 + tag.len());
    1024 + host.changed_files.iter().flatten().map(String::len).sum::<usize>() + tags.sum::<usize>()
}

/// What may be long in facts; the rest is counted as a few kilobytes.
fn size_of_facts(facts: &Facts) -> usize {
    let files: usize = facts.changed_files.iter().flatten().map(String::len).sum();
    let reference = facts.reference.as_ref().map_or(0, |r| r.full.len() + r.name.len());
    let tags: usize = facts.registry_tags.iter().flat_map(|own| &own.tags).map(|tag| 64 + tag.len()).sum();
    SHORT_PARTS + files + reference + tags
}
