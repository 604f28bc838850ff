//! `buildonce eval`.

use std::io;

use buildonce::types::{Failure as Refused, FailureCode};
use buildonce::{Engine, EngineError, Limits, Session};
use buildonce_lines::{Failure, ServeError, Summary, serve};
use clap::Args;

use super::options::EngineOptions;
use super::terminal::{Terminal, stdout_problem};
use super::{Exit, Problem, cause};
use crate::problem::is_internal;

/// Shown below the options.
const EXAMPLES: &str = r#"Examples:
  echo '{"call": "tagging.sanitize", "input": {"name": "Feature/X"}}' | buildonce eval
  buildonce eval --list"#;

/// Call any function of the engine: JSON lines in, JSON lines out
///
/// A line holds an object: `call` is the function, `input` its parameters, `id` anything that the answer should repeat. Each
/// answer is one line: {"id": …, "ok": …}, or {"id": …, "failure": {"code": …, "message": …}} when the call could not be carried
/// out. A bad line does not end the program; the exit code is 2 when there was one.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// List the functions instead
    #[arg(long)]
    list: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut calls = Calls::new(engine.engine()?)?;
    if options.list {
        let names = calls.session.json_names()?;
        terminal.print(&names.iter().map(|name| crate::render::one_line(name) + "\n").collect::<String>())?;
        return Ok(Exit::Done);
    }
    let served = serve(io::stdin().lock(), io::stdout().lock(), |name, input| calls.answer(name, input));
    let summary = served.map_err(|error| match error {
        ServeError::Read(e) => Problem::world("unreadable-input", format!("cannot read standard input: {}", cause(&e))),
        ServeError::Write(e) => stdout_problem(&e),
    })?;
    Ok(match summary {
        Summary::AllAnswered => Exit::Done,
        // A failed engine outweighs a bad line.
        Summary::SomeFailed => calls.failed.unwrap_or(Exit::Usage),
    })
}

struct Calls {
    engine: Engine,
    session: Session,
    /// How the command ends when the engine failed in a call.
    failed: Option<Exit>,
}

impl Calls {
    fn new(engine: Engine) -> Result<Self, Problem> {
        let session = engine.session(Limits::default())?;
        Ok(Self { engine, session, failed: None })
    }

    fn answer(&mut self, name: &str, input: &str) -> Result<String, Failure> {
        match self.session.call_json(name, input) {
            Ok(answer) => answer.map_err(failure),
            Err(error) => Err(self.trapped(&error)),
        }
    }

    /// A call that ended without an answer takes its session with it; the next line gets a new one.
    fn trapped(&mut self, error: &EngineError) -> Failure {
        let next = match self.engine.session(Limits::default()) {
            Ok(session) => {
                self.session = session;
                "the next call has a new session".to_owned()
            }
            Err(e) => format!("there is no new session: {e}"),
        };
        let exit = if is_internal(error) { Exit::Internal } else { Exit::World };
        if self.failed.is_none_or(|worst| worst.code() < exit.code()) {
            self.failed = Some(exit);
        }
        Failure::new("engine-failed", format!("{error}; {next}"))
    }
}

fn failure(refused: Refused) -> Failure {
    let code = match refused.code {
        FailureCode::UnknownFunction => "unknown-function",
        FailureCode::InvalidInput => "invalid-input",
        FailureCode::InputTooLarge => "input-too-large",
        FailureCode::InvalidOutput => "invalid-output",
    };
    Failure { field: refused.field, ..Failure::new(code, refused.message) }
}
