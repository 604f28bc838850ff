//! `buildonce plan`.

use std::env;
use std::path::{Path, PathBuf};

use buildonce::types::{Diagnostic, ImagePlan, Severity};
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::inputs::{Known, call};
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::planned::Planned;
use super::policy_file;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::outputs;
use crate::problem::finding;
use crate::render::{self, Detail, PlanView, Style};

/// Shown below the options.
const EXAMPLES: &str = r"Examples:
  buildonce plan
  buildonce plan --format github
  buildonce plan --format dotenv --output plan.env
  buildonce plan --format command > plan.sh && sed 's/$/ ./' plan.sh | sh -e
  buildonce plan --format bake --output plan.json && docker buildx bake --file plan.json buildonce";

/// What the image of this run is called, where it goes, and why
///
/// Reads the CI engine's variables, its event and the local git checkout, applies the policy, and prints the plan. Nothing is built
/// and nothing is changed. Deciding not to build is an answer like any other: the exit code is 0.
///
/// A GitHub job hands the plan to later steps as step outputs, a GitLab job as variables of later jobs:
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    facts: FactsOptions,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
    /// Also show what does not happen, and every condition of every rule
    #[arg(short, long, help_heading = "Answer")]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The whole plan as the engine decided it
    Json,
    /// Step outputs into `$GITHUB_OUTPUT`, a step summary, and warnings as annotations
    Github,
    /// GitLab's dotenv report
    Dotenv,
    /// A file for `docker buildx bake`, with the target `buildonce` to build or to inherit
    Bake,
    /// The builder's arguments on one line, quoted for a shell; nothing when nothing is built
    Args,
    /// The builder's whole command lines without the folder to build, quoted for a shell: usually one, none when nothing is built
    Command,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut run = Planned::prepare(&options.policy, &options.facts, engine, terminal)?;
    let (known, plan) = run.decide()?;
    terminal.note(&known.facts.notes, &run.sources);
    match options.format {
        Format::Text => {
            let style = if options.output.is_some() { Style::PLAIN } else { terminal.out };
            let text = run.text(&plan, &known, options.detail(), style)?;
            deliver(&text, options.output.as_deref(), terminal)?;
        }
        Format::Json => {
            terminal.note(&plan.warnings, &run.sources);
            deliver(&render::pretty(&run.json()?.to_string()), options.output.as_deref(), terminal)?;
        }
        Format::Bake => {
            terminal.note(&plan.warnings, &run.sources);
            deliver(&render::pretty(&outputs::bake(&plan)), options.output.as_deref(), terminal)?;
        }
        Format::Args => {
            terminal.note(&plan.warnings, &run.sources);
            terminal.note(&not_one_run(&plan), &run.sources);
            deliver(&outputs::args(&plan), options.output.as_deref(), terminal)?;
        }
        Format::Command => {
            terminal.note(&plan.warnings, &run.sources);
            deliver(&outputs::command_lines(&plan), options.output.as_deref(), terminal)?;
        }
        Format::Github => run.github(&plan, &known, options, terminal)?,
        Format::Dotenv => {
            terminal.note(&plan.warnings, &run.sources);
            deliver(&outputs::dotenv(&plan)?, options.output.as_deref(), terminal)?;
        }
    }
    Ok(Exit::Done)
}

impl Options {
    fn detail(&self) -> Detail {
        if self.verbose { Detail::Full } else { Detail::Short }
    }
}

impl Planned {
    /// The plan in the engine's own JSON.
    fn json(&mut self) -> Result<Value, Problem> {
        let facts = self.inputs.facts_json(&mut self.session)?;
        let input = policy_file::input(self.file.as_ref(), &facts);
        call(&mut self.session, "tagging.plan", &input, &self.sources)
    }

    fn text(&mut self, plan: &ImagePlan, known: &Known, detail: Detail, style: Style) -> Result<String, Problem> {
        let traces = match detail {
            Detail::Short => Vec::new(),
            Detail::Full => self.session.explain(self.policy, known.held)?,
        };
        let policy = self.file.as_ref().map(|file| file.name.as_str());
        let view = PlanView { plan, facts: &known.facts, policy, traces: &traces, sources: &self.sources };
        Ok(render::plan(&view, detail, style))
    }

    /// Outputs go to the file that later steps read; the log shows the plan and the warnings.
    fn github(
        &mut self,
        plan: &ImagePlan,
        known: &Known,
        options: &Options,
        terminal: Terminal,
    ) -> Result<(), Problem> {
        let json = self.json()?.to_string();
        let file = options.output.clone().or_else(|| file_variable("GITHUB_OUTPUT"));
        let Some(file) = file else {
            terminal.note(&plan.warnings, &self.sources);
            return terminal.print(&outputs::outputs_of_log(plan, &json));
        };
        append(&file, &outputs::outputs(plan, &json))?;
        summarize(|| render::summary(plan, &known.facts))?;
        // The annotations hold the warnings already.
        let quiet = ImagePlan { warnings: Vec::new(), ..plan.clone() };
        let text = self.text(&quiet, known, options.detail(), terminal.out)?;
        terminal.print(&format!("{text}{}", outputs::commands(&plan.warnings)))
    }
}

/// Says so when there are no arguments, or those of the first of several runs.
fn not_one_run(plan: &ImagePlan) -> Vec<Diagnostic> {
    let (code, message, help) = match plan.runs.len() {
        0 => (
            "no-run",
            "nothing is built, so the builder gets no arguments".to_owned(),
            "`--format command` has no line then",
        ),
        1 => return Vec::new(),
        several => (
            "several-runs",
            format!("the builder runs {several} times, and these are the arguments of the first run"),
            "`--format command` has a line for each run",
        ),
    };
    let mut note = finding(Severity::Note, code, message);
    note.help = Some(help.to_owned());
    vec![note]
}

pub(super) fn file_variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Adds a page to the summary of a GitHub job, where there is one.
pub(super) fn summarize(page: impl FnOnce() -> String) -> Result<(), Problem> {
    file_variable("GITHUB_STEP_SUMMARY").map_or(Ok(()), |file| append(&file, &page()))
}

fn append(path: &Path, content: &str) -> Result<(), Problem> {
    outputs::append(path, content.as_bytes()).map_err(|e| Problem::unwritable(path, &e))
}

/// To the file whole, or to standard output.
pub(super) fn deliver(text: &str, output: Option<&Path>, terminal: Terminal) -> Result<(), Problem> {
    match output {
        Some(path) if path != Path::new("-") => {
            outputs::replace(path, text.as_bytes()).map_err(|e| Problem::unwritable(path, &e))
        }
        _ => terminal.print(text),
    }
}
