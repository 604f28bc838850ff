//! `buildonce replay`.

use std::path::PathBuf;

use buildonce::record::{Answer, Difference, Line};
use buildonce::{Engine, Limits, Session};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::{document, render};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce plan --record plan.jsonl
  buildonce replay plan.jsonl
  buildonce replay plan.jsonl --component other.wasm";

/// Whether the engine still answers what it answered in a record
///
/// Any command writes a record with --record FILE. This runs its calls again, with the component of this program or with another one, and shows
/// where the answers differ; the exit code is 1 when there is such a place. Nothing else of the command is repeated: nothing is
/// built, changed or asked for.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The record; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// Every difference with its place
    Json,
}

/// One call that was run again.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// Its line in the record, counted from 1.
    pub(crate) number: usize,
    /// What the record says.
    pub(crate) line: Line,
    /// Where the engine now answers differently; empty when it does not.
    pub(crate) differences: Vec<Difference>,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let name = match options.file.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => options.file.display().to_string(),
    };
    let lines = read(&name, &document::read("the record", &options.file, document::RECORD)?)?;
    let mut calls = Calls::new(engine.engine()?)?;
    let replayed: Vec<_> = lines
        .into_iter()
        .map(|(number, line)| {
            let now = calls.answer(&line)?;
            Ok(Replayed { number, differences: line.answer.differences(&now), line })
        })
        .collect::<Result<_, Problem>>()?;
    terminal.print(&match options.format {
        Format::Text => render::replay(&name, &replayed, terminal.out),
        Format::Json => render::pretty(&as_json(&replayed).to_string()),
    })?;
    Ok(if replayed.iter().all(|call| call.differences.is_empty()) { Exit::Done } else { Exit::Negative })
}

/// The lines that hold a call, with their numbers.
fn read(name: &str, text: &str) -> Result<Vec<(usize, Line)>, Problem> {
    let help = "`--record FILE` on any command writes a record";
    let filled = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let lines: Vec<_> = filled
        .map(|(line, number)| match Line::read(line) {
            Ok(line) => Ok((number, line)),
            Err(what) => Err(Problem::usage("bad-record", format!("{name}, line {number}: {what}")).help(help)),
        })
        .collect::<Result<_, _>>()?;
    if lines.is_empty() {
        return Err(Problem::usage("bad-record", format!("{name} holds no call")).help(help));
    }
    Ok(lines)
}

struct Calls {
    engine: Engine,
    session: Session,
}

impl Calls {
    fn new(engine: Engine) -> Result<Self, Problem> {
        let session = engine.session(Limits::default())?;
        Ok(Self { engine, session })
    }

    /// A call that ends without an answer takes its session with it.
    fn answer(&mut self, line: &Line) -> Result<Answer, Problem> {
        let answer = Answer::of(&self.session.call_json(&line.call, &line.input.to_string()));
        if matches!(answer, Answer::Trap(_)) {
            self.session = self.engine.session(Limits::default())?;
        }
        Ok(answer)
    }
}

fn as_json(replayed: &[Replayed]) -> Value {
    let place = |found: &Difference| {
        let mut place = json!({"path": found.path, "recorded": found.first, "now": found.second});
        if let Some(fields) = place.as_object_mut() {
            // A value that is not there is left out; null is a value.
            for (key, value) in [("recorded", &found.first), ("now", &found.second)] {
                if value.is_none() {
                    fields.shift_remove(key);
                }
            }
        }
        place
    };
    let different: Vec<_> = replayed
        .iter()
        .filter(|call| !call.differences.is_empty())
        .map(|call| {
            let places: Vec<_> = call.differences.iter().map(place).collect();
            json!({"line": call.number, "call": call.line.call, "places": places})
        })
        .collect();
    let masked = replayed.iter().filter(|call| call.line.masked).count();
    json!({"calls": replayed.len(), "masked": masked, "different": different})
}
