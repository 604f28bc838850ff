//! The `policy` interface.

use buildonce_core::facts::Facts;
use buildonce_core::policy as core;

use crate::translate::Translate;
use crate::wit::policy::{Diagnostic, Guest, GuestPolicy, Policy, RunFactsBorrow};

impl Guest for crate::Engine {
    type Policy = core::Policy;

    fn built_in_names() -> Vec<String> {
        core::built_in_names().to_vec().translate()
    }

    fn built_in(name: String) -> Option<String> {
        core::built_in(&name).translate()
    }

    fn schema() -> String {
        core::schema()
    }
}

impl GuestPolicy for core::Policy {
    fn parse(source: String, name: String) -> Result<Policy, Vec<Diagnostic>> {
        core::Policy::parse(&source, &name).map(Policy::new).map_err(Translate::translate)
    }

    fn standard() -> Policy {
        Policy::new(core::Policy::standard())
    }

    fn lint(&self, facts: Option<RunFactsBorrow<'_>>) -> Vec<Diagnostic> {
        Self::lint(self, facts.as_ref().map(RunFactsBorrow::get::<Facts>)).translate()
    }
}
