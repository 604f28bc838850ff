//! From calls to lines of a record.

use serde::Serialize;
use serde_json::{Map, Value, json};
use wasmtime::Store;

use super::bindings::Engine as Instance;
use super::limits::State;
use super::session::Policy;
use super::types::{Diagnostic, Facts, Failure};
use super::{Engine, EngineError, Limits, RunFacts, Session};
use crate::record::{Answer, Line, Recorder, to_json};

/// What a session needs to record its calls.
pub(super) struct Recording {
    recorder: Recorder,
    /// For questions that are only asked for the record, in sessions of their own.
    engine: Engine,
    /// The documents that the session's policies were made of.
    documents: Vec<Value>,
    /// What the session's facts hold.
    facts: Vec<Value>,
}

impl Recording {
    pub(super) fn new(recorder: Recorder, engine: &Engine) -> Self {
        Self { recorder, engine: engine.unrecorded(), documents: Vec::new(), facts: Vec::new() }
    }

    /// The parameters of a call, still empty.
    pub(super) fn input(&self) -> Input<'_> {
        Input { documents: &self.documents, facts: &self.facts, fields: Map::new(), policy: false }
    }

    /// Records the reading of a policy, and remembers what it was made of.
    pub(super) fn keep_policy<T>(
        &mut self,
        source: &str,
        name: &str,
        parsed: &Result<Result<T, Vec<Diagnostic>>, EngineError>,
    ) -> usize {
        let document = json!({"source": source, "name": name});
        let answer = match parsed {
            Ok(Ok(_)) => Answer::Output(json!({"ok": {}})),
            Ok(Err(refusal)) => Answer::Output(json!({"err": to_json(refusal)})),
            Err(error) => Answer::trap(error),
        };
        self.keep("policy.parse", document.clone(), answer);
        self.documents.push(document);
        self.documents.len() - 1
    }

    /// Remembers what facts hold, for the calls that borrow them.
    pub(super) fn remember_facts(&mut self, facts: &Facts) -> usize {
        self.facts.push(to_json(facts));
        self.facts.len() - 1
    }

    /// Records a call of the `json` interface as the call that it stands for.
    pub(super) fn keep_json(&mut self, name: &str, input: &str, result: &Result<Result<String, Failure>, EngineError>) {
        let input = serde_json::from_str(input).unwrap_or_else(|_| Value::from(input));
        self.keep(name, input, Answer::of(result));
    }

    /// Records a call. One that was given a secret is asked again without it, so that nothing in the record was made of the secret.
    fn keep(&mut self, call: &str, mut input: Value, answer: Answer) {
        let masked = self.recorder.hide(&mut input);
        let answer = match answer {
            Answer::Output(_) | Answer::Failure(_) if masked => self.ask(call, &input),
            answer => answer,
        };
        self.recorder.write(&Line { call: call.to_owned(), input, answer, masked });
    }

    fn ask(&self, call: &str, input: &Value) -> Answer {
        match self.engine.session(Limits::default()) {
            Ok(mut session) => Answer::of(&session.call_json(call, &input.to_string())),
            Err(error) => Answer::trap(&error),
        }
    }
}

/// The parameters of a call in the shape of the `json` interface.
pub(super) struct Input<'a> {
    documents: &'a [Value],
    facts: &'a [Value],
    fields: Map<String, Value>,
    policy: bool,
}

impl Input<'_> {
    /// Adds a parameter; an absent option is left out.
    pub(super) fn with(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        let value = to_json(value);
        if !value.is_null() {
            self.fields.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds the policy, as the document that it was made of.
    pub(super) fn policy(mut self, policy: Policy) -> Self {
        self.policy = true;
        if let Some(document) = policy.document.and_then(|at| self.documents.get(at)) {
            self.fields.insert("policy".to_owned(), document.clone());
        }
        self
    }

    /// Adds the facts, as the record that they hold.
    pub(super) fn facts(mut self, facts: RunFacts) -> Self {
        if let Some(record) = facts.recorded.and_then(|at| self.facts.get(at)) {
            self.fields.insert("facts".to_owned(), record.clone());
        }
        self
    }

    /// The document, and how the function's value becomes an answer.
    pub(super) fn done(self) -> (Value, Form) {
        (Value::Object(self.fields), if self.policy { Form::Outcome } else { Form::Value })
    }
}

/// How the `json` interface answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// With the function's value.
    Value,
    /// With `ok` or `err`, because the policy comes as a document that may be wrong.
    Outcome,
}

impl Form {
    /// The answer for a function's value.
    pub(super) fn answer(self, value: &impl Serialize) -> Answer {
        let value = to_json(value);
        // No record of the contract has a single field of one of these names.
        let outcome =
            value.as_object().is_some_and(|v| v.len() == 1 && v.keys().all(|key| matches!(key.as_str(), "ok" | "err")));
        Answer::Output(if self == Self::Outcome && !outcome { json!({"ok": value}) } else { value })
    }
}

impl Session {
    /// Runs one call under its limits and records it. `name` is its name in the `json` interface and `input` adds its parameters there,
    /// which are only made for a record.
    pub(super) fn call<T: Serialize>(
        &mut self,
        name: &'static str,
        input_bytes: usize,
        input: impl FnOnce(Input<'_>) -> Input<'_>,
        run: impl FnOnce(&Instance, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> Result<T, EngineError> {
        let result = self.run(name, input_bytes, run);
        if let Some(recording) = &mut self.recording {
            let (input, form) = input(recording.input()).done();
            let answer = result.as_ref().map_or_else(Answer::trap, |value| form.answer(value));
            recording.keep(name, input, answer);
        }
        result
    }
}
