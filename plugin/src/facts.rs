//! The `facts` interface.

use buildonce_core::facts as core;

use crate::translate::Translate;
use crate::wit::facts::{Diagnostic, Facts, Guest, GuestRunFacts, HostFacts, RunFacts};

impl Guest for crate::Engine {
    type RunFacts = core::Facts;

    fn variables() -> Vec<String> {
        core::variables().translate()
    }

    fn payload_variable(env: Vec<(String, String)>) -> Option<String> {
        core::payload_variable(&env).translate()
    }

    fn detect(
        env: Vec<(String, String)>,
        payload: Option<String>,
        host: HostFacts,
    ) -> Result<RunFacts, Vec<Diagnostic>> {
        held(core::detect(&env, payload.as_deref(), &host.translate()))
    }

    fn parse(document: String, name: String, host: HostFacts) -> Result<RunFacts, Vec<Diagnostic>> {
        held(core::parse(&document, &name, &host.translate()))
    }
}

impl GuestRunFacts for core::Facts {
    fn from_record(facts: Facts) -> RunFacts {
        let facts: Self = facts.translate();
        RunFacts::new(facts)
    }

    fn to_record(&self) -> Facts {
        self.clone().translate()
    }
}

fn held(facts: Result<core::Facts, buildonce_core::diagnostic::Diagnostics>) -> Result<RunFacts, Vec<Diagnostic>> {
    facts.map(RunFacts::new).map_err(Translate::translate)
}
