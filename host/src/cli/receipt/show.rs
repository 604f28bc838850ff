//! `buildonce receipt show`.

use std::path::PathBuf;

use buildonce::record;
use clap::Args;

use super::{Format, Whole};
use crate::cli::options::EngineOptions;
use crate::cli::plan::deliver;
use crate::cli::terminal::Terminal;
use crate::problem::{Exit, Problem};
use crate::render;

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce receipt show
  buildonce receipt show --format json | jq -r '.images[0].reference'
  gh run download 42 --name receipt && buildonce receipt show

Nothing is looked at but the file. One that was cut off, edited or written by another version is refused (exit code 2).";

/// What a receipt says: the image by its digest, its names, where it comes from, and how it was made
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Options {
    /// The receipt; `-` is standard input
    #[arg(value_name = "FILE", default_value = "buildonce-receipt.json")]
    file: PathBuf,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let Whole { receipt, .. } = Whole::read(&options.file, &mut engine.session()?)?;
    let text = match options.format {
        Format::Text => render::receipt(&receipt, terminal.out),
        Format::Json => render::pretty(&record::to_json(&receipt).to_string()),
    };
    deliver(&text, options.output.as_deref(), terminal)?;
    Ok(Exit::Done)
}
