//! `buildonce lint`.

use std::env;
use std::path::PathBuf;

use buildonce::record;
use buildonce::types::{Diagnostic, Severity};
use clap::{Args, ValueEnum};

use super::inputs::{self, Inputs};
use super::options::{EngineOptions, FactsOptions};
use super::policy_file::{PolicyFile, policy};
use super::terminal::Terminal;
use super::{Exit, Problem, cause};
use crate::outputs;
use crate::render::{self, Sources, count_line, diagnostics};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce lint
  buildonce lint --strict --format github
  buildonce lint buildonce.yaml --facts pull-request.json";

/// Whether a policy says what is meant
///
/// Shows every error and everything that is legal but probably a mistake. Errors end with exit code 2, warnings only with
/// --strict. With facts it also shows what only a certain run reveals.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The policy; without it the one that `plan` would use
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Also check against these facts; `-` is standard input
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Let warnings fail too
    #[arg(long)]
    strict: bool,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// A list of findings
    Json,
    /// Annotations of a GitHub log
    Github,
}

/// Runs the command.
pub(crate) fn run(options: Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let directory = env::current_dir()
        .map_err(|e| Problem::world("no-directory", format!("there is no working directory: {}", cause(&e))))?;
    let file = PolicyFile::load(options.file.as_deref(), &directory)?;
    let mut session = engine.session()?;
    let mut sources = file.as_ref().map(PolicyFile::sources).unwrap_or_default();
    let findings = match policy(&mut session, file.as_ref()) {
        Err(Problem::Expected { exit: Exit::Usage, findings, .. }) => findings,
        Err(other) => return Err(other),
        Ok(policy) => {
            let facts = match options.facts {
                None => None,
                some => {
                    let options = FactsOptions { facts: some, ..FactsOptions::default() };
                    let early = inputs::early(&options, &directory);
                    let inputs = Inputs::observe(&options, early, &mut session)?;
                    sources.extend(inputs.sources());
                    Some(inputs.held(&mut session)?)
                }
            };
            session.lint(policy, facts)?
        }
    };
    let name = file.as_ref().map_or("the standard policy (there is no buildonce.yaml here)", |file| file.name.as_str());
    terminal.print(&match options.format {
        Format::Text => text(&findings, name, &sources, terminal),
        Format::Json => render::pretty(&record::to_json(&findings).to_string()),
        Format::Github => outputs::commands(&findings),
    })?;
    let fails = |f: &Diagnostic| match f.severity {
        Severity::Error => true,
        Severity::Warning => options.strict,
        Severity::Note => false,
    };
    Ok(if findings.iter().any(fails) { Exit::Usage } else { Exit::Done })
}

fn text(findings: &[Diagnostic], name: &str, sources: &Sources, terminal: Terminal) -> String {
    let style = terminal.out;
    let name = render::one_line(name);
    match count_line(findings) {
        None => format!("{}: {}\n", name, style.good("nothing to complain about")),
        Some(count) => {
            let errors = findings.iter().any(|f| f.severity == Severity::Error);
            let count = if errors { style.bad(count) } else { style.caution(count) };
            format!("{}\n{name}: {count}\n", diagnostics(findings, sources, style))
        }
    }
}
