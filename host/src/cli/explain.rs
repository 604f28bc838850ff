//! `buildonce explain`.

use super::inputs::{self, Inputs, Known, call};
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::policy_file::{self, PolicyFile, policy};
use super::terminal::Terminal;
use super::{Exit, Problem, working_directory};
use crate::render;
use clap::{Args, ValueEnum};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce explain
  buildonce explain --facts facts.json --policy buildonce.yaml
  buildonce explain --format json";

/// Why each tag rule fired or did not, condition by condition
///
/// Shows every rule in its order, the conditions that were tried up to the one that decided, and the values that its tags are made of.
/// Also answers where `plan` refuses.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    facts: FactsOptions,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// As the engine explains it
    Json,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let directory = working_directory()?;
    let early = inputs::early(&options.facts, &directory);
    let file = PolicyFile::load(options.policy.policy.as_deref(), &directory)?;
    let mut session = engine.session()?;
    let policy = policy(&mut session, file.as_ref())?;
    let inputs = Inputs::observe(&options.facts, early, &mut session)?;
    terminal.note(&inputs.notes, &inputs.sources());
    match options.format {
        Format::Text => {
            let Known { held, facts } = inputs.known(&mut session)?;
            terminal.note(&facts.notes, &inputs.sources());
            let traces = session.explain(policy, held)?;
            terminal.print(&render::explanation(
                &facts,
                &traces,
                file.as_ref().map(|file| file.name.as_str()),
                terminal.out,
            ))?;
        }
        Format::Json => {
            let facts = inputs.facts_json(&mut session)?;
            let input = policy_file::input(file.as_ref(), &facts);
            let answer = call(&mut session, "tagging.explain", &input, &inputs.sources())?;
            terminal.print(&render::pretty(&answer.to_string()))?;
        }
    }
    Ok(Exit::Done)
}
