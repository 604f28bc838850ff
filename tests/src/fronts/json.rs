//! The `json` interface: natively, and through the component by the host's library.

use anyhow::Result;
use buildonce::types::FailureCode;
use buildonce::{Engine, Limits};
use buildonce_core::json;
use serde_json::Value;

use super::{Front, answer};

/// The core's own functions, without a component.
#[derive(Debug)]
pub struct Native;

impl Front for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn typed(&self) -> bool {
        false
    }

    fn call(&self, name: &str, input: &Value) -> Result<Value> {
        answer(json::call(name, &input.to_string()))
    }
}

/// The embedded component in the host's sandbox, under the host's default limits.
#[derive(Debug)]
pub struct Component(Engine);

impl Component {
    /// Loads the embedded component.
    pub fn load() -> Result<Self> {
        Ok(Self(Engine::embedded()?))
    }
}

impl Front for Component {
    fn name(&self) -> &'static str {
        "wasmtime-json"
    }

    fn typed(&self) -> bool {
        false
    }

    fn call(&self, name: &str, input: &Value) -> Result<Value> {
        let mut session = self.0.session(Limits::default())?;
        answer(session.call_json(name, &input.to_string())?.map_err(|failure| {
            let code = match failure.code {
                FailureCode::UnknownFunction => json::FailureCode::UnknownFunction,
                FailureCode::InvalidInput => json::FailureCode::InvalidInput,
                FailureCode::InputTooLarge => json::FailureCode::InputTooLarge,
                FailureCode::InvalidOutput => json::FailureCode::InvalidOutput,
            };
            json::Failure { code, message: failure.message, field: failure.field }
        }))
    }
}
