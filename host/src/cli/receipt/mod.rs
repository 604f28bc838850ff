//! `buildonce receipt`.

mod show;
mod verify;

use std::path::Path;

use buildonce::Session;
use buildonce::types::build::Receipt;
use clap::{Args, Subcommand, ValueEnum};

use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::document;
use crate::render::Sources;

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce receipt show
  buildonce receipt verify --repository acme/app
  buildonce receipt verify --tags --archive image.tar old/buildonce-receipt.json";

/// What a build left behind: read its receipt, and see whether all of it is still there
///
/// `buildonce build` writes the receipt (`buildonce-receipt.json`), and `buildonce select --receipt` finds the image by it. Here it is read by people.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Options),
    Verify(verify::Options),
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The whole answer as the engine gave it
    Json,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    match &options.command {
        Command::Show(options) => show::run(options, engine, terminal),
        Command::Verify(options) => verify::run(options, engine, terminal),
    }
}

/// A receipt that was found whole.
struct Whole {
    /// What messages call the file.
    name: String,
    text: String,
    receipt: Receipt,
}

impl Whole {
    /// Reads the file, or standard input for `-`; the engine says whether it is a receipt.
    fn read(path: &Path, session: &mut Session) -> Result<Self, Problem> {
        let name = document::name(path);
        let text = document::read("the receipt", path, document::RECEIPT)?;
        let receipt = session.read_receipt(&text, &name)?;
        let receipt = receipt.map_err(|findings| Problem::refused(findings, Sources::of(&name, &text)))?;
        Ok(Self { name, text, receipt })
    }
}
