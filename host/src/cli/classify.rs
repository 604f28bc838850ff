//! `buildonce classify`.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use buildonce::Session;
use buildonce::types::retry::Outcome;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::inputs;
use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::{render, tail};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce classify build.log
  docker buildx build . 2>&1 | tee build.log; buildonce classify --exit-code ${PIPESTATUS[0]} build.log
  buildonce classify --timed-out build.log
  buildonce classify --format json build.log | jq -r '.cause, .retry_helps'

Only the end of the log is read, so its size does not matter. `docs/retry.md` lists every cause.";

/// What a failed command's log says: what went wrong, and whether another try can help
///
/// Reads the end of a log, or of standard input, and names the cause of the failure, the line that shows it, how long the other side
/// asked to wait, and what helps when a plain repetition does not.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The log; `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The command ended with this exit code; without any of these three with 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8), help_heading = "How it ended", group = "end")]
    exit_code: Option<u8>,
    /// A signal ended it: its name or its number
    #[arg(long, value_name = "SIGNAL", help_heading = "How it ended", group = "end")]
    signal: Option<String>,
    /// It took too long and was ended for that
    #[arg(long, help_heading = "How it ended", group = "end")]
    timed_out: bool,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object; what is not known is null
    Json,
}

/// Keys of the JSON answer that are always there.
const KEYS: [&str; 8] = ["class", "cause", "retry_helps", "retry_after_ms", "remedy", "confidence", "evidence", "rule"];

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut session = engine.session()?;
    let outcome = outcome(options, &mut session)?;
    let path = options.file.as_deref().unwrap_or(Path::new("-"));
    if path == Path::new("-") && io::stdin().is_terminal() {
        return Err(Problem::usage("no-log", "there is no log to read")
            .help("name a file, or pipe a log in: `buildonce classify build.log`"));
    }
    let most = session.reading()?.bytes as usize;
    let output = tail::of(path, most).map_err(|e| Problem::unreadable("the log", path, &e))?;
    match options.format {
        Format::Text => {
            let found = session.classify(&outcome, &output)?;
            terminal.print(&render::classification(&found, terminal.out))?;
        }
        Format::Json => {
            let input = json!({"outcome": outcome_json(&outcome), "tail": output});
            let found = inputs::value(&mut session, "retry.classify", &input)?;
            terminal.print(&render::pretty(&complete(found).to_string()))?;
        }
    }
    Ok(Exit::Done)
}

fn outcome(options: &Options, session: &mut Session) -> Result<Outcome, Problem> {
    if options.timed_out {
        return Ok(Outcome::TimedOut);
    }
    let Some(name) = &options.signal else {
        return Ok(Outcome::Exited(options.exit_code.map_or(1, i32::from)));
    };
    match session.signal_number(name)? {
        Some(number) => Ok(Outcome::Signalled(number)),
        None => Err(Problem::usage("unknown-signal", format!("`{name}` is not a signal that ends a program"))
            .help("write its name or its number, such as KILL, SIGTERM or 9")),
    }
}

fn outcome_json(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Exited(code) => json!({"exited": code}),
        Outcome::Signalled(number) => json!({"signalled": number}),
        Outcome::TimedOut => json!("timed-out"),
        Outcome::SpawnFailed(error) => json!({"spawn-failed": error}),
        Outcome::Cancelled => json!("cancelled"),
    }
}

/// The engine leaves out what is absent; a script that asks for a key wants to find it.
fn complete(found: Value) -> Value {
    let Value::Object(mut found) = found else { return found };
    let mut all: Map<String, Value> =
        KEYS.iter().map(|key| ((*key).to_owned(), found.remove(*key).unwrap_or(Value::Null))).collect();
    all.extend(found);
    Value::Object(all)
}
