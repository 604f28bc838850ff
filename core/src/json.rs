//! The same functions with one JSON document in and one out.

mod arguments;
mod build;
mod metadata;
mod promotion;
mod reference;
mod selection;
mod version;

use serde::{Deserialize, Serialize};

use arguments::{Arguments, Fields, arguments};

use crate::diagnostic::Diagnostics;
use crate::facts::{self, Facts, HostFacts};
use crate::policy::{self, Policy};
use crate::reason::Entry;
use crate::text::shown;
use crate::{retry, tagging};

/// Why a call could not be carried out at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// No function has that name.
    UnknownFunction,
    /// The input is not JSON, or not of the function's shape.
    InvalidInput,
    /// The input is over a stated limit.
    InputTooLarge,
    /// The answer could not be written as JSON.
    InvalidOutput,
}

impl FailureCode {
    /// The word for it in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnknownFunction => "unknown-function",
            Self::InvalidInput => "invalid-input",
            Self::InputTooLarge => "input-too-large",
            Self::InvalidOutput => "invalid-output",
        }
    }
}

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of refusal.
    pub code: FailureCode,
    /// What is wrong, in one line.
    pub message: String,
    /// The part of the input, where it can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// The WIT package's `result` in JSON.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<T> {
    Ok(T),
    Err(Diagnostics),
}

impl<T> From<Result<T, Diagnostics>> for Outcome<T> {
    fn from(result: Result<T, Diagnostics>) -> Self {
        match result {
            Ok(value) => Self::Ok(value),
            Err(diagnostics) => Self::Err(diagnostics),
        }
    }
}

arguments! {
    struct Nothing {}
}

arguments! {
    struct Environment {
        env: Vec<(String, String)>,
    }
}

arguments! {
    struct Detect {
        env: Vec<(String, String)>,
        payload: Option<String>,
        host: HostFacts,
    }
}

arguments! {
    struct ParseFacts {
        document: String,
        name: String,
        host: HostFacts,
    }
}

arguments! {
    struct Parse {
        source: String,
        name: String,
    }
}

/// A policy where a function takes one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    source: String,
    name: String,
}

arguments! {
    struct Lint {
        policy: Option<Document>,
        facts: Option<Facts>,
    }
}

arguments! {
    struct BuiltIn {
        name: String,
    }
}

arguments! {
    struct Plan {
        policy: Option<Document>,
        facts: Facts,
    }
}

arguments! {
    struct Sanitize {
        name: String,
        suffix: Option<String>,
    }
}

arguments! {
    struct Signal {
        name: String,
    }
}

arguments! {
    struct Classify {
        outcome: retry::Outcome,
        tail: String,
    }
}

arguments! {
    struct Settings {
        policy: Option<Document>,
        given: Vec<Entry>,
    }
}

arguments! {
    struct Decide<T> {
        policy: Option<Document>,
        situation: T,
    }
}

type Answer = Result<String, Failure>;
type Function = fn(&str) -> Answer;

/// Every function by its name. A policy resource has no JSON form of its own: `policy.parse` answers with an empty object, and
/// a function that takes a policy answers with `err` when its document does not parse.
const FUNCTIONS: &[(&str, Function)] = &[
    ("facts.variables", |i| run(i, |_: Nothing| facts::variables())),
    ("facts.payload-variable", |i| run(i, |a: Environment| facts::payload_variable(&a.env))),
    ("facts.detect", |i| run(i, |a: Detect| Outcome::from(facts::detect(&a.env, a.payload.as_deref(), &a.host)))),
    ("facts.parse", |i| run(i, |a: ParseFacts| Outcome::from(facts::parse(&a.document, &a.name, &a.host)))),
    ("policy.parse", |i| {
        run(i, |a: Parse| Outcome::from(Policy::parse(&a.source, &a.name).map(|_| serde_json::Map::new())))
    }),
    ("policy.lint", |i| run(i, |a: Lint| Outcome::from(load(a.policy).map(|p| p.lint(a.facts.as_ref()))))),
    ("policy.built-in-names", |i| run(i, |_: Nothing| policy::built_in_names())),
    ("policy.built-in", |i| run(i, |a: BuiltIn| policy::built_in(&a.name))),
    ("policy.schema", |i| run(i, |_: Nothing| policy::schema())),
    ("tagging.plan", |i| run(i, |a: Plan| Outcome::from(load(a.policy).and_then(|p| tagging::plan(&p, &a.facts))))),
    ("tagging.explain", |i| run(i, |a: Plan| Outcome::from(load(a.policy).map(|p| tagging::explain(&p, &a.facts))))),
    ("tagging.candidates", |i| {
        run(i, |a: Plan| Outcome::from(load(a.policy).and_then(|p| tagging::lookup(&p, &a.facts))))
    }),
    ("retry.reading", |i| run(i, |_: Nothing| retry::reading())),
    ("retry.signal-number", |i| run(i, |a: Signal| retry::signal_number(&a.name))),
    ("retry.classify", |i| run(i, |a: Classify| retry::classify(&a.outcome, &a.tail))),
    ("retry.configure", |i| {
        run(i, |a: Settings| Outcome::from(load(a.policy).and_then(|p| retry::configure(&p, &a.given))))
    }),
    ("retry.decide", |i| {
        run(i, |a: Decide<retry::Situation>| Outcome::from(load(a.policy).map(|p| retry::decide(&p, &a.situation))))
    }),
    ("retry.action-next", |i| {
        run(i, |a: Decide<retry::ActionSituation>| {
            Outcome::from(load(a.policy).map(|p| retry::action_next(&p, &a.situation)))
        })
    }),
    ("tagging.sanitize", |i| run(i, |a: Sanitize| tagging::sanitize(&a.name, a.suffix.as_deref()))),
];

/// The tables, one for each file.
const TABLES: &[&[(&str, Function)]] = &[
    FUNCTIONS,
    build::FUNCTIONS,
    promotion::FUNCTIONS,
    metadata::FUNCTIONS,
    selection::FUNCTIONS,
    version::FUNCTIONS,
    reference::FUNCTIONS,
];

/// Names that [`call`] accepts.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied().flatten().map(|(name, _)| *name)
}

/// Calls a function by its name.
///
/// ```
/// use buildonce_core::json;
/// let answer = json::call("tagging.sanitize", r#"{"name": "feature/x", "suffix": "abc1234"}"#);
/// assert_eq!(answer.unwrap(), r#""feature-x-abc1234""#);
/// ```
pub fn call(name: &str, input: &str) -> Answer {
    match TABLES.iter().copied().flatten().find(|(n, _)| *n == name) {
        Some((_, function)) => function(input),
        None => {
            Err(Failure { code: FailureCode::UnknownFunction, message: unknown(name), field: Some("name".to_owned()) })
        }
    }
}

/// There are too many functions to list them all in one line.
fn unknown(name: &str) -> String {
    let near = names().map(|own| (strsim::levenshtein(own, name), own)).min().filter(|(distance, _)| *distance <= 5);
    match near {
        Some((_, near)) => format!("no function `{}`; did you mean `{near}`?", shown(name)),
        None => format!("no function `{}`; `names` of this interface lists all", shown(name)),
    }
}

fn run<I: Arguments, O: Serialize>(input: &str, function: impl FnOnce(I) -> O) -> Answer {
    let answer = function(I::take(&Fields::of(input, I::NAMES)?)?);
    serde_json::to_string(&answer).map_err(|e| Failure {
        code: FailureCode::InvalidOutput,
        message: e.to_string(),
        field: None,
    })
}

fn load(document: Option<Document>) -> Result<Policy, Diagnostics> {
    document.map_or_else(|| Ok(Policy::standard()), |d| Policy::parse(&d.source, &d.name))
}
