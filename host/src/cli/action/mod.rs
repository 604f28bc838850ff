//! `buildonce action`: the program in the place of a GitHub Action.

mod metadata;
mod retry;

use clap::{Args, Subcommand};

use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};

/// Do the work of a GitHub Action, with its inputs, outputs and exit codes
///
/// Reads the inputs from `INPUT_…` and the run from `GITHUB_…`, as the runner sets them, and writes what the action would write.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Retry(retry::Options),
    Metadata(metadata::Options),
}

/// Runs the command.
pub(crate) fn run(options: Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    match options.action {
        Action::Retry(options) => retry::run(&options, engine, terminal),
        Action::Metadata(options) => metadata::run(&options, engine, terminal),
    }
}
