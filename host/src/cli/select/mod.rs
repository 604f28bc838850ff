//! `buildonce select`.

mod channel;

use std::path::PathBuf;

use buildonce::record;
use buildonce::types::selection::{Fallback, Freshness, OverrideRevision, Request, StepKind};
use clap::{Args, Subcommand, ValueEnum};

use super::inputs::{self, Inputs};
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::plan::deliver;
use super::policy_file::{PolicyFile, policy};
use super::terminal::Terminal;
use super::{Exit, Problem, working_directory};
use crate::outputs::Answer;
use crate::{document, observations, outputs, render};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  echo '[]' | buildonce select --observations -
  buildonce select --observations seen.json --explain
  buildonce select --observations seen.json --image pr-12-abc1234 --platform linux/amd64

An observation is a question and its answer, as docs/selection.md lists them:
  {\"probe\": {\"kind\": \"receipt\"}, \"seen\": {\"kind\": \"absent\", \"accept\": \"complete\"}}

Start with the empty list: the answer says what to look at first.

Exit codes: 0 there is an image, 1 there is none: the reason says why.";

/// Which image is the image of this commit
///
/// Decides from what somebody saw of registries, receipts and archives; nothing is looked at. So a decision can be tried out before there is
/// an image, and one that surprised can be made again. An image is accepted by its digest, and only when a label inside proves its commit.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    facts: FactsOptions,
    #[command(flatten)]
    wish: Wish,
    /// What was seen so far: a JSON list; `-` is standard input
    #[arg(long, value_name = "FILE", required = true, help_heading = "What was seen")]
    observations: Option<PathBuf>,
    /// Show the ladder: every candidate, what became of it, and why
    #[arg(short, long, help_heading = "Answer")]
    explain: bool,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Channel(channel::Options),
}

/// What a consumer wants beyond policy and facts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which image")]
struct Wish {
    /// Take this image and no other: a reference, or a tag or digest of the policy's first image. It is checked like every other
    #[arg(long, value_name = "REFERENCE")]
    image: Option<String>,
    /// Take the image of --image whatever commit it was built from; the answer says that nothing was proven
    #[arg(long, requires = "image")]
    any_revision: bool,
    /// A platform that the image must have, instead of the policy's; repeat it for more
    #[arg(long = "platform", value_name = "PLATFORM", value_delimiter = ',')]
    platforms: Vec<String>,
    /// What the label org.opencontainers.image.source must say
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// What happens to an image of another commit, instead of what the policy says
    #[arg(long, value_name = "WORD")]
    freshness: Option<FreshnessWord>,
    /// What to try when the registry has none, instead of what the policy says: archive, rebuild, fail
    #[arg(long, value_name = "WORD", value_delimiter = ',')]
    fallback: Vec<FallbackWord>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FreshnessWord {
    /// It is refused
    Fail,
    /// It is taken when nothing better is found, with a warning
    Warn,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FallbackWord {
    /// The archive of the producer's run
    Archive,
    /// A build in this job
    Rebuild,
    /// Nothing
    Fail,
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// The whole answer as the engine gave it
    Json,
    /// Step outputs into `$GITHUB_OUTPUT`
    Github,
    /// GitLab's dotenv report
    Dotenv,
}

impl Wish {
    fn request(&self) -> Request {
        let freshness = |word| match word {
            FreshnessWord::Fail => Freshness::Fail,
            FreshnessWord::Warn => Freshness::Warn,
        };
        let fallback = |word: &FallbackWord| match word {
            FallbackWord::Archive => Fallback::Archive,
            FallbackWord::Rebuild => Fallback::Rebuild,
            FallbackWord::Fail => Fallback::Fail,
        };
        let own = |list: Vec<_>| if list.is_empty() { None } else { Some(list) };
        Request {
            reference: self.image.clone(),
            override_revision: if self.any_revision { OverrideRevision::Any } else { OverrideRevision::Accepted },
            platforms: if self.platforms.is_empty() { None } else { Some(self.platforms.clone()) },
            freshness: self.freshness.map(freshness),
            fallback: own(self.fallback.iter().map(fallback).collect()),
            on_unknown: None,
            source: self.source.clone(),
        }
    }
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    if let Some(Command::Channel(options)) = &options.command {
        return channel::run(options, engine, terminal);
    }
    let Some(path) = &options.observations else {
        return Err(Problem::usage("no-observations", "nothing was seen that could decide").help("--observations FILE"));
    };
    let directory = working_directory()?;
    let early = inputs::early(&options.facts, &directory);
    let file = PolicyFile::load(options.policy.policy.as_deref(), &directory)?;
    let text = document::read("the observations", path, document::OBSERVATIONS)?;
    let mut session = engine.session()?;
    let policy = policy(&mut session, file.as_ref())?;
    let inputs = Inputs::observe(&options.facts, early, &mut session)?;
    terminal.note(&inputs.notes, &inputs.sources());
    let facts = inputs.facts(&mut session)?;
    terminal.note(&facts.notes, &inputs.sources());

    let seen = observations::parse(&text, &document::name(path))?;
    let step = session.select(policy, &facts, &options.wish.request(), &seen)?;
    let step = step.map_err(|findings| Problem::refused(findings, inputs.sources()))?;
    let output = options.output.as_deref();
    match options.format {
        Format::Text => {
            let detail = if options.explain { render::Detail::Full } else { render::Detail::Short };
            deliver(&render::selection(&facts, &step, detail, terminal.out), output, terminal)?;
        }
        Format::Json => deliver(&render::pretty(&record::to_json(&step).to_string()), output, terminal)?,
        Format::Github => {
            let values = outputs::selection(&step).with_json(&record::to_json(&step).to_string());
            let log = render::selection(&facts, &step, render::Detail::Full, terminal.out);
            github(&values, &log, output, terminal)?;
        }
        Format::Dotenv => deliver(&outputs::selection(&step).dotenv()?, output, terminal)?,
    }
    Ok(if step.kind == StepKind::Accept { Exit::Done } else { Exit::Negative })
}

/// Outputs go to the file that later steps read, and the log shows the answer; without such a file the outputs are the answer.
pub(super) fn github(
    values: &Answer,
    log: &str,
    output: Option<&std::path::Path>,
    terminal: Terminal,
) -> Result<(), Problem> {
    let variable = super::plan::file_variable("GITHUB_OUTPUT");
    match output.map(std::path::Path::to_owned).or(variable) {
        Some(file) => {
            outputs::append(&file, values.github().as_bytes()).map_err(|e| Problem::unwritable(&file, &e))?;
            terminal.print(log)
        }
        None => terminal.print(&render::printable(&values.github())),
    }
}
