//! `buildonce facts`.

use clap::{Args, ValueEnum};

use super::inputs::{self, Inputs};
use super::options::{EngineOptions, FactsOptions};
use super::terminal::Terminal;
use super::{Exit, Problem, working_directory};
use crate::render;

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce facts
  buildonce facts --format json > facts.json
  buildonce plan --facts facts.json";

/// What this run is, in the form that every CI engine is brought into
///
/// Shows what is known and what this CI engine does not tell. The JSON form is complete: kept in a file it gives the same plan
/// anywhere.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
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
    /// For `--facts FILE`
    Json,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let directory = working_directory()?;
    let early = inputs::early(&options.facts, &directory);
    let mut session = engine.session()?;
    let inputs = Inputs::observe(&options.facts, early, &mut session)?;
    terminal.note(&inputs.notes, &inputs.sources());
    match options.format {
        Format::Text => {
            let facts = inputs.known(&mut session)?.facts;
            terminal.print(&render::facts(&facts, terminal.out))?;
            terminal.note(&facts.notes, &inputs.sources());
        }
        Format::Json => terminal.print(&render::pretty(&inputs.facts_json(&mut session)?.to_string()))?,
    }
    Ok(Exit::Done)
}
