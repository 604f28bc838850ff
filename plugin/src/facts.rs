//! The `facts` interface.

use buildonce_core::facts;

use crate::translate::Translate;
use crate::wit::facts::{Diagnostic, Facts, Guest, HostFacts};

impl Guest for crate::Engine {
    fn variables() -> Vec<String> {
        facts::variables().translate()
    }

    fn payload_variable(env: Vec<(String, String)>) -> Option<String> {
        facts::payload_variable(&env).translate()
    }

    fn detect(env: Vec<(String, String)>, payload: Option<String>, host: HostFacts) -> Result<Facts, Vec<Diagnostic>> {
        facts::detect(&env, payload.as_deref(), &host.translate()).translate()
    }

    fn parse(document: String, name: String, host: HostFacts) -> Result<Facts, Vec<Diagnostic>> {
        facts::parse(&document, &name, &host.translate()).translate()
    }
}
