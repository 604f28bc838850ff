//! `buildonce build`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use buildonce::types::build::{BuildEvent, BuildRequest, BuildStep, BuildStepKind, Receipt};
use buildonce::types::{Facts, ImagePlan};
use buildonce::{Session, record};
use clap::{Args, ValueEnum};

use super::attempt::{self, Runner};
use super::handed::Handed;
use super::inputs::Known;
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::plan::{deliver, summarize};
use super::planned::Planned;
use super::terminal::Terminal;
use super::work::{Ended, Hands, Next, Progress, Work};
use super::{Exit, Problem, component};
use crate::checksum::sha256;
use crate::process::Output;
use crate::registry::Registry;
use crate::render::Sources;
use crate::{outputs, render};

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  buildonce build
  buildonce build --file docker/Dockerfile src
  buildonce build --format github -- --secret id=token,env=TOKEN --cache-from type=gha
  buildonce build --plain-http registry.lan:5000

What happens: the plan (`buildonce plan` shows it), the builder under the policy's retry rules, a look at every name in every registry, then
the receipt. What the registry has already is not built again; a push that failed is looked for before it is repeated. Where nothing can be
pushed, as for a fork's pull request, the image goes into a file.

Exit codes: 0 done, or nothing was to be built; 1 the build failed; 2 the options, the policy or the facts are wrong; 3 a registry, a file \
or a program failed; 4 the engine failed; 130 or 143 when buildonce was asked to stop. Without a receipt nothing is done.";

/// Build the image of this run, see that it landed, and write the receipt
///
/// The receipt (`buildonce-receipt.json`) names the image by its digest, for every later job: `buildonce select --receipt` finds exactly it.
/// The builder's output is passed on to standard error; the answer goes to standard output.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The folder that is built
    #[arg(value_name = "CONTEXT", default_value = ".")]
    context: String,
    /// The Dockerfile, when it is not CONTEXT/Dockerfile
    #[arg(short, long, value_name = "FILE", help_heading = "What is built")]
    file: Option<String>,
    /// Build even when the registry has the image of this commit
    #[arg(long, help_heading = "What is built")]
    rebuild: bool,
    /// Further arguments for the builder
    #[arg(last = true, value_name = "ARG", help_heading = "What is built")]
    arguments: Vec<String>,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    facts: FactsOptions,
    /// Speak plain http with this registry, HOST:PORT; repeat it for more. Registries of this machine need no word
    #[arg(long, value_name = "HOST", help_heading = "Registries")]
    plain_http: Vec<String>,
    /// Where the receipt goes
    #[arg(long, value_name = "FILE", default_value = "buildonce-receipt.json", help_heading = "Answer")]
    receipt: PathBuf,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
    /// Seconds that the builder has to end by itself once it was asked to
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=3600), help_heading = "Retries")]
    grace: u16,
    /// Where chance in pauses comes from: the same number gives the same pauses
    #[arg(long, value_name = "NUMBER", help_heading = "Retries")]
    seed: Option<u64>,
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The receipt; without one, how every name stands
    Json,
    /// Step outputs into `$GITHUB_OUTPUT`, and a step summary
    Github,
    /// GitLab's dotenv report
    Dotenv,
}

/// How a build ended.
#[derive(Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// The engine's last step.
    pub(crate) step: &'a BuildStep,
    /// What it wrote, where it did.
    pub(crate) receipt: Option<&'a Receipt>,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut planned = Planned::prepare(&options.policy, &options.facts, engine, terminal)?;
    let (Known { held, facts }, plan) = planned.decide()?;
    terminal.note(&facts.notes, &planned.sources);
    terminal.note(&plan.warnings, &planned.sources);
    let policy_sha256 = planned.file.as_ref().map(|file| sha256(file.text.as_bytes()));
    let request = BuildRequest {
        context: options.context.clone(),
        file: options.file.clone(),
        arguments: options.arguments.clone(),
        rebuild: options.rebuild,
        plain_http: options.plain_http.clone(),
        policy_sha256,
        component_sha256: Some(component::digest(engine)?),
    };
    let progress = Progress::new(terminal);
    progress.plan(&facts, &plan);
    let hands = Hands {
        runner: Runner::new(&mut planned.session, Output::Log, Duration::from_secs(options.grace.into()))?,
        registry: Registry::of_this_machine(options.plain_http.clone()),
        progress,
        seed: options.seed.unwrap_or_else(attempt::seed),
        handed: Handed::archive(plan.delivery.archive.as_ref().map(|own| PathBuf::from(&own.path))),
    };
    let policy = planned.policy;
    let next = |session: &mut Session, events: &[BuildEvent]| {
        let step = session.build(policy, held, &request, events)?;
        Ok(step.map(|mut step| match (step.kind, step.task.take()) {
            (BuildStepKind::Probe, _) => Next::Look(step.probes),
            (BuildStepKind::Run, Some(task)) => Next::Try(Box::new(task)),
            (_, task) => Next::End(BuildStep { task, ..step }),
        }))
    };
    match Work::new(&mut planned, hands)?.run(next)? {
        Ended::Interrupted(code) => Ok(Exit::Command(code)),
        Ended::Step(step) => conclude(options, &mut planned, &facts, &plan, &step, terminal),
    }
}

fn conclude(
    options: &Options,
    planned: &mut Planned,
    facts: &Facts,
    plan: &ImagePlan,
    step: &BuildStep,
    terminal: Terminal,
) -> Result<Exit, Problem> {
    let mut receipt = None;
    if let Some(text) = &step.receipt {
        write(&options.receipt, text)?;
        let read = planned.session.read_receipt(text, &options.receipt.display().to_string())?;
        receipt = Some(read.map_err(|findings| Problem::refused(findings, Sources::default()))?);
    }
    let answer = Answer { step, receipt: receipt.as_ref() };
    let path = options.receipt.as_path();
    let output = options.output.as_deref();
    match options.format {
        Format::Text => deliver(&render::build(facts, plan, answer, path, terminal.out), output, terminal)?,
        Format::Json => {
            let pretty = || render::pretty(&record::to_json(step).to_string());
            deliver(&step.receipt.clone().unwrap_or_else(pretty), output, terminal)?;
        }
        Format::Github => {
            let json = receipt.as_ref().map(|receipt| record::to_json(receipt).to_string());
            let values = outputs::build(answer, path);
            let values = if let Some(json) = &json { values.with_json(json) } else { values };
            summarize(|| render::build_summary(facts, answer))?;
            let log = render::build(facts, plan, answer, path, terminal.out);
            super::select::github(&values, &log, output, terminal)?;
        }
        Format::Dotenv => deliver(&outputs::build(answer, path).dotenv()?, output, terminal)?,
    }
    Ok(exit(step))
}

/// What the program ends with.
fn exit(step: &BuildStep) -> Exit {
    let code = step.reason.as_ref().map_or("", |reason| reason.code.as_str());
    match step.kind {
        BuildStepKind::Done | BuildStepKind::Skip => Exit::Done,
        _ if code == "build-failed" => Exit::Negative,
        _ => Exit::World,
    }
}

/// Writes the receipt whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Problem> {
    outputs::replace(path, text.as_bytes()).map_err(|e| {
        let help = "the image is where it should be: free the disk or name another file with --receipt, and run the same command again; \
                    nothing is built twice";
        Problem::unwritable(path, &e).help(help)
    })
}
