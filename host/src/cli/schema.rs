//! `buildonce schema`.

use clap::{Args, ValueEnum};

use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::render::{one_line, pretty, printable};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce schema > buildonce.schema.json
  buildonce schema receipt > receipt.schema.json
  buildonce schema --policy-name build-once-test-many";

/// The JSON Schema of a policy or a receipt, for editors; or a built-in policy
///
/// A schema in the repository lets an editor complete and check buildonce.yaml:
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What it is of
    #[arg(value_name = "WHAT", default_value = "policy")]
    what: What,
    /// Print the source of this built-in policy instead: a starting point for an own one
    #[arg(long, value_name = "NAME", conflicts_with = "what")]
    policy_name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// buildonce.yaml
    Policy,
    /// buildonce-receipt.json
    Receipt,
}

/// The schema of receipts. A test of the core holds it to what is written.
const RECEIPT: &str = include_str!("../../../schema/receipt.schema.json");

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    if options.what == What::Receipt {
        terminal.print(RECEIPT)?;
        return Ok(Exit::Done);
    }
    let mut session = engine.session()?;
    let text = match &options.policy_name {
        None => pretty(&session.schema()?),
        Some(name) => {
            let names = session.built_in_names()?;
            let source = session.built_in(name)?.ok_or_else(|| {
                Problem::usage("unknown-policy", format!("there is no built-in policy `{name}`"))
                    .help(format!("there is {}", one_line(&names.join(", "))))
            })?;
            printable(&source)
        }
    };
    terminal.print(&text)?;
    Ok(Exit::Done)
}
