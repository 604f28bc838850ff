//! `buildonce schema`.

use clap::Args;

use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::render::{one_line, pretty, printable};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce schema > buildonce.schema.json
  buildonce schema --policy-name build-once-test-many";

/// The JSON Schema of a policy, for editors; or a built-in policy
///
/// A schema in the repository lets an editor complete and check buildonce.yaml:
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Print the source of this built-in policy instead: a starting point for an own one
    #[arg(long, value_name = "NAME")]
    policy_name: Option<String>,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
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
