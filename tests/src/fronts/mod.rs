//! The ways into the engine.

mod command;
mod jco;
mod json;
mod typed;
pub mod wit;

use std::sync::Arc;

use anyhow::Result;
use buildonce_core::json::Failure;
use serde_json::{Value, json};

pub use command::{Runtime, Wasi, python};
pub use jco::{Jco, Runner, javascript_module};
pub use json::{Component, Native};
pub use typed::Typed;

/// One way into the engine.
pub trait Front: Send + Sync {
    /// Its name in the names of tests.
    fn name(&self) -> &'static str;

    /// Whether it goes through the typed interfaces.
    fn typed(&self) -> bool;

    /// Calls a function. A call that the engine refuses to carry out answers `{"failure": …}`; an error means that there is no answer.
    fn call(&self, name: &str, input: &Value) -> Result<Value>;
}

/// Names of all fronts, in the order of [`all`].
pub const NAMES: [&str; 7] =
    ["native", "wasmtime-json", "wasmtime-typed", "jco-json", "jco-typed", "wasi-jco", "wasi-python"];

/// Every front: the core itself, then the component in wasmtime, then in JavaScript, then the WASI command. When one of the last cannot
/// start, each of its calls says why.
pub fn all() -> Result<Vec<Arc<dyn Front>>> {
    let [json, typed] = Jco::both(Runner::start());
    let component = Arc::new(Component::load()?);
    let mut fronts: Vec<Arc<dyn Front>> =
        vec![Arc::new(Native), component, Arc::new(Typed::load()?), Arc::new(json), Arc::new(typed)];
    fronts.extend(Runtime::ALL.map(|runtime| Arc::new(Wasi::new(runtime)) as Arc<dyn Front>));
    Ok(fronts)
}

/// The answer of the `json` interface as a value.
fn answer(result: Result<String, Failure>) -> Result<Value> {
    match result {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(failure) => Ok(json!({"failure": failure})),
    }
}
