//! The commands: one file each.

mod action;
mod attempt;
mod build;
mod classify;
mod component;
mod eval;
mod explain;
mod facts;
mod handed;
mod history;
mod init;
mod inputs;
mod lint;
mod look;
mod metadata;
mod options;
mod plan;
mod planned;
mod policy_file;
mod promote;
mod receipt;
mod replay;
mod retry;
mod schema;
mod select;
mod terminal;
mod work;
mod world;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::problem::{Exit, Problem, cause};

pub(crate) use build::Answer as Built;
use options::EngineOptions;
pub(crate) use promote::Answer as Promoted;
pub(crate) use replay::Replayed;
pub(crate) use retry::seconds;
pub(crate) use select::Aliased;
use terminal::Terminal;

use crate::render::ColorChoice;

/// Build an image once; let every later job find exactly that image.
///
/// buildonce reads what a CI run is, applies your policy, and says what the image of this commit is called, where it goes, and how a
/// later job finds exactly that image. It decides the same way in every CI engine and on your own machine.
#[derive(Parser)]
#[command(name = "buildonce", disable_version_flag = true, after_help = CLOSING, max_term_width = 110)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    /// Print the version of the program and the component that it carries
    #[arg(short = 'V', long, exclusive = true)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Common {
    /// When to write colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, help_heading = "General options")]
    color: ColorChoice,
    #[command(flatten)]
    engine: EngineOptions,
}

#[derive(Subcommand)]
enum Command {
    Plan(plan::Options),
    Build(Box<build::Options>),
    Select(Box<select::Options>),
    Promote(Box<promote::Options>),
    Receipt(receipt::Options),
    Facts(facts::Options),
    Lint(lint::Options),
    Explain(explain::Options),
    Classify(classify::Options),
    Retry(retry::Options),
    Init(init::Options),
    Metadata(metadata::Options),
    Action(action::Options),
    Eval(eval::Options),
    Replay(replay::Options),
    Schema(schema::Options),
    Component(component::Options),
}

const CLOSING: &str = "\
Exit codes: 0 done, 1 a decision is negative, 2 the options, the policy or the facts are wrong, 3 a file, a program or \
the system failed, 4 the engine failed. A plan that decides not to build is done: 0.

`buildonce COMMAND --help` has examples.";

/// What someone who knows nothing needs first.
const GUIDE: &str = "\
buildonce: build an image once; let every later job find exactly that image.

Start with these, here or in a CI job:

  buildonce facts    what this run is: event, branch, commits, pull request
  buildonce plan     what its image is called, where it goes, and why
  buildonce build    build it, see that it landed, write the receipt
  buildonce lint     whether your policy, buildonce.yaml, says what you mean

A policy is not needed to try it: without one the standard policy holds.
`buildonce --help` lists every command.
";

/// Runs the program.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = Arguments::try_parse_from(arguments).unwrap_or_else(|e| e.exit());
    let terminal = Terminal::new(arguments.common.color);
    let result = dispatch(arguments, terminal);
    let exit = result.unwrap_or_else(|problem| {
        terminal.tell(&problem);
        problem.exit()
    });
    ExitCode::from(exit.code())
}

fn dispatch(arguments: Arguments, terminal: Terminal) -> Result<Exit, Problem> {
    let engine = &arguments.common.engine;
    let exit = match arguments.command {
        _ if arguments.version => component::version(terminal),
        None => terminal.print(GUIDE).map(|()| Exit::Done),
        Some(Command::Plan(options)) => plan::run(&options, engine, terminal),
        Some(Command::Build(options)) => build::run(&options, engine, terminal),
        Some(Command::Select(options)) => select::run(&options, engine, terminal),
        Some(Command::Promote(options)) => promote::run(&options, engine, terminal),
        Some(Command::Receipt(options)) => receipt::run(&options, engine, terminal),
        Some(Command::Facts(options)) => facts::run(&options, engine, terminal),
        Some(Command::Lint(options)) => lint::run(options, engine, terminal),
        Some(Command::Explain(options)) => explain::run(&options, engine, terminal),
        Some(Command::Classify(options)) => classify::run(&options, engine, terminal),
        Some(Command::Retry(options)) => retry::run(&options, engine, terminal),
        Some(Command::Init(options)) => init::run(&options, engine, terminal),
        Some(Command::Metadata(options)) => metadata::run(&options, engine, terminal),
        Some(Command::Action(options)) => action::run(options, engine, terminal),
        Some(Command::Eval(options)) => eval::run(&options, engine, terminal),
        Some(Command::Replay(options)) => replay::run(&options, engine, terminal),
        Some(Command::Schema(options)) => schema::run(&options, engine, terminal),
        Some(Command::Component(options)) => component::run(&options, engine, terminal),
    }?;
    engine.finish()?;
    Ok(exit)
}

/// Where the program was started.
fn working_directory() -> Result<PathBuf, Problem> {
    env::current_dir()
        .map_err(|e| Problem::world("no-directory", format!("there is no working directory: {}", cause(&e))))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
