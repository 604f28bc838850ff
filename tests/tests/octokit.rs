//! The facts of every real payload, natively and through the component; tests are called `<event>/<number>/<front>`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use buildonce_tests::fronts::{Component, Front, Native};
use buildonce_tests::octokit::{Example, examples};
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};

/// Payloads of github.com in version 7.6.1 of the package.
const PAYLOADS: usize = 329;

/// Made of each of its 29 pull requests.
const VARIANTS: usize = 29 * 5;

fn main() -> Result<ExitCode> {
    let examples = examples()?;
    ensure!(examples.len() == PAYLOADS + VARIANTS, "the package has {} payloads and variants", examples.len());
    let fronts: [Arc<dyn Front>; 2] = [Arc::new(Native), Arc::new(Component::load()?)];
    let mut trials = Vec::new();
    for example in examples {
        let example = Arc::new(example);
        for front in &fronts {
            let (example, front) = (Arc::clone(&example), Arc::clone(front));
            trials.push(Trial::test(format!("{}/{}", example.name, front.name()), move || {
                check(&example, front.as_ref()).map_err(|error| format!("{error:#}").into())
            }));
        }
    }
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

fn check(example: &Example, front: &dyn Front) -> Result<()> {
    let input =
        json!({"env": example.env, "payload": example.payload.to_string(), "host": {"now": 1_790_000_000_000_i64}});
    let answer = front.call("facts.detect", &input)?;
    let facts = answer.get("ok").with_context(|| format!("refused: {answer:#}"))?;
    for (pointer, expected) in &example.expected {
        let got = facts.pointer(pointer).unwrap_or(&Value::Null);
        ensure!(got == expected, "{pointer} must be {expected} and is {got}\n{facts:#}");
    }
    Ok(())
}
