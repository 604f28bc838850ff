//! `buildonce select`.

mod channel;

use std::path::PathBuf;

use buildonce::types::Facts;
use buildonce::types::selection::{Fallback, Freshness, OnUnknown, OverrideRevision, Request, Step, StepKind};
use buildonce::{Policy, Session};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::inputs::{self, Inputs, call};
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::plan::deliver;
use super::policy_file::{self, PolicyFile, policy};
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
            on_unknown: None::<OnUnknown>,
            source: self.source.clone(),
        }
    }

    /// The same in the engine's JSON.
    fn json(&self) -> Value {
        let word = |word: Option<String>| word.map(Value::String);
        let name = |value: &dyn ValueName| value.name();
        let list = |names: Vec<String>| if names.is_empty() { None } else { Some(json!(names)) };
        let revision = if self.any_revision { "any" } else { "accepted" };
        let fields = [
            ("reference", word(self.image.clone())),
            ("override_revision", word(Some(revision.to_owned()))),
            ("platforms", list(self.platforms.clone())),
            ("freshness", word(self.freshness.as_ref().map(|own| name(own)))),
            ("fallback", list(self.fallback.iter().map(|own| name(own)).collect())),
            ("source", word(self.source.clone())),
        ];
        let present = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        Value::Object(present.collect::<Map<_, _>>())
    }
}

/// The word of an option's value, which is the engine's own word too.
trait ValueName {
    fn name(&self) -> String;
}

impl<T: ValueEnum> ValueName for T {
    fn name(&self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
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

    let mut run = Run { session, policy, inputs, file };
    let seen = observations::parse(&text, &document::name(path))?;
    let step = run.step(&facts, &options.wish.request(), &seen)?;
    let exit = if step.kind == StepKind::Accept { Exit::Done } else { Exit::Negative };
    let json = |run: &mut Run| run.json(&options.wish.json(), &text);
    match options.format {
        Format::Text => {
            let detail = if options.explain { render::Detail::Full } else { render::Detail::Short };
            deliver(&render::selection(&facts, &step, detail, terminal.out), options.output.as_deref(), terminal)?;
        }
        Format::Json => deliver(&render::pretty(&json(&mut run)?.to_string()), options.output.as_deref(), terminal)?,
        Format::Github => {
            let values = outputs::selection(&step).with_json(&json(&mut run)?.to_string());
            let log = render::selection(&facts, &step, render::Detail::Full, terminal.out);
            github(&values, &log, options.output.as_deref(), terminal)?;
        }
        Format::Dotenv => deliver(&outputs::selection(&step).dotenv()?, options.output.as_deref(), terminal)?,
    }
    Ok(exit)
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

struct Run {
    session: Session,
    policy: Policy,
    inputs: Inputs,
    file: Option<PolicyFile>,
}

impl Run {
    fn step(
        &mut self,
        facts: &Facts,
        request: &Request,
        seen: &[buildonce::types::selection::Observation],
    ) -> Result<Step, Problem> {
        let answer = self.session.select(self.policy, facts, request, seen)?;
        answer.map_err(|findings| Problem::refused(findings, self.inputs.sources()))
    }

    /// The answer in the engine's own JSON.
    fn json(&mut self, request: &Value, seen: &str) -> Result<Value, Problem> {
        let facts = self.inputs.facts_json(&mut self.session)?;
        let mut input = policy_file::input(self.file.as_ref(), &facts);
        if let Some(input) = input.as_object_mut() {
            input.insert("request".to_owned(), request.clone());
            input.insert("seen".to_owned(), serde_json::from_str(seen).unwrap_or(Value::Null));
        }
        call(&mut self.session, "selection.next", &input, &self.inputs.sources())
    }
}
