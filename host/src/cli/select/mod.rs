//! `buildonce select`.

mod alias;
mod channel;
mod shelf;
mod wait;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use buildonce::record;
use buildonce::types::Severity;
use buildonce::types::retry::Settings;
use buildonce::types::selection::{Fallback, Freshness, OverrideRevision, Request, Step, StepKind};
use clap::{Args, Subcommand, ValueEnum};

use super::handed::Handed;
use super::inputs::{self, Inputs, Known};
use super::look::{Question, Seen};
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::plan::deliver;
use super::policy_file::{PolicyFile, policy};
use super::terminal::Terminal;
use super::world::World;
use super::{Exit, Problem, working_directory};
use crate::outputs::Answer;
use crate::problem::finding;
use crate::registry::tries::{entry, operation, settings};
use crate::registry::{Failure, Kind, Registry};
use crate::{document, observations, outputs, render};
pub(crate) use alias::Aliased;
use alias::Given;

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce select
  buildonce select --receipt buildonce-receipt.json
  buildonce select --platform linux/amd64 --explain
  buildonce select --wait 10m --format github
  buildonce select --image pr-12-abc1234
  buildonce select --receipt buildonce-receipt.json --alias app:test && docker compose up
  IMAGE=$(buildonce select --format reference) && docker run --rm \"$IMAGE\" make test

What somebody else saw decides as well, without a look at anything:
  echo '[]' | buildonce select --observations -

Logins are those of docker and podman (DOCKER_CONFIG, REGISTRY_AUTH_FILE, credential helpers), and GITHUB_TOKEN with \
GITHUB_ACTOR for ghcr.io.

Exit codes: 0 there is an image; 1 there is none, and the reason says why; 2 the options, the policy or the facts are wrong; \
3 nobody knows, because a registry did not answer.";

/// Which image is the image of this commit
///
/// Looks for it where the producer's receipt and the policy say that it is: by its digest, by the tags that name this commit, then by those
/// that move, then in a file. An image is accepted by its digest, and only when a label inside proves its commit. What a registry does not
/// have is told apart from what it does not show.
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
    #[command(flatten)]
    where_to_look: Where,
    #[command(flatten)]
    alias: alias::AliasOptions,
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

/// What is looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where to look")]
struct Where {
    /// What the producer's job left (`buildonce build` writes it): its digests are looked at first. It is checked like everything else
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// The image in a file, for the fallback `archive`; without it the file that the receipt names, beside the receipt
    #[arg(long, value_name = "FILE")]
    archive: Option<PathBuf>,
    /// Look again for up to this time while there is no image, such as 10m: the producer may still run
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    wait: Option<String>,
    #[command(flatten)]
    registry: RegistryOptions,
    /// Look at nothing, and decide from what was seen: a JSON list; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["receipt", "archive", "wait", "plain_http"])]
    observations: Option<PathBuf>,
}

/// How registries are spoken to.
#[derive(Debug, Args)]
pub(super) struct RegistryOptions {
    /// Speak http instead of https with this registry, written with its port; repeat it for more. With this machine that is usual
    #[arg(long, value_name = "HOST", help_heading = "Registries")]
    plain_http: Vec<String>,
}

impl RegistryOptions {
    /// A client whose every request may take as long as an attempt.
    pub(super) fn registry(&self, settings: &Settings) -> Registry {
        let time = settings.limits.timeout_ms.map(Duration::from_millis);
        Registry::of_this_machine(self.plain_http.clone()).within(time)
    }
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
    /// A commit, in full, that is as good as this run's, such as the head of a pull request that was squashed; repeat it for more
    #[arg(long = "revision", value_name = "SHA", value_delimiter = ',')]
    revisions: Vec<String>,
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
    /// Only the image, by its digest
    Reference,
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
            revisions: self.revisions.clone(),
        }
    }
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    if let Some(Command::Channel(options)) = &options.command {
        return channel::run(options, engine, terminal);
    }
    let directory = working_directory()?;
    let early = inputs::early(&options.facts, &directory);
    let file = PolicyFile::load(options.policy.policy.as_deref(), &directory)?;
    let mut session = engine.session()?;
    let policy = policy(&mut session, file.as_ref())?;
    let inputs = Inputs::observe(&options.facts, early, &mut session)?;
    terminal.note(&inputs.notes, &inputs.sources());
    let Known { held, facts } = inputs.known(&mut session)?;
    terminal.note(&facts.notes, &inputs.sources());

    let mut sources = inputs.sources();
    if let Some(file) = &file {
        sources.add(&file.name, &file.text);
    }
    let alias = options.alias.request(&options.wish.platforms, &options.where_to_look.registry.plain_http);
    if let Some(alias) = &alias {
        // A name that cannot be used is told before anything is looked at.
        alias::step(&mut session, policy, alias, &[], &sources)?;
    }
    let request = options.wish.request();
    let question = Question { session: &mut session, policy, facts: held, request: &request, sources: &sources };
    let Seen { step, failures } = options.where_to_look.look(question, terminal)?;
    terminal.note(&unanswered_once(&failures, &step), &sources);
    let mut aliased = None;
    if let (Some(alias), Some(selected)) = (alias, &step.selected) {
        let work = alias::Work {
            session: &mut session,
            policy,
            sources: &sources,
            terminal,
            plain_http: &options.where_to_look.registry.plain_http,
        };
        match work.run(alias, selected)? {
            Given::Named(named) => aliased = Some(named),
            Given::Interrupted(code) => return Ok(Exit::Command(code)),
        }
    }
    let aliased = aliased.as_deref();
    let json = json(&step, aliased);
    let output = options.output.as_deref();
    match options.format {
        Format::Text => {
            let detail = if options.explain { render::Detail::Full } else { render::Detail::Short };
            deliver(&render::selection(&facts, &step, aliased, detail, terminal.out), output, terminal)?;
        }
        Format::Reference => {
            let line = step.selected.as_ref().map(|selected| render::one_line(&selected.reference) + "\n");
            deliver(&line.unwrap_or_default(), output, terminal)?;
        }
        Format::Json => deliver(&render::pretty(&json), output, terminal)?,
        Format::Github => {
            let values = outputs::selection(&step, aliased).with_json(&json);
            let log = render::selection(&facts, &step, aliased, render::Detail::Full, terminal.out);
            github(&values, &log, output, terminal)?;
        }
        Format::Dotenv => deliver(&outputs::selection(&step, aliased).dotenv()?, output, terminal)?,
    }
    let unknown = step.not_selected.as_ref().is_some_and(|answer| answer.cause.is_some());
    Ok(match step.kind {
        StepKind::Accept => Exit::Done,
        _ if unknown => Exit::World,
        _ => Exit::Negative,
    })
}

/// The whole answer: the engine's, and the name that the image has now.
fn json(step: &Step, aliased: Option<&Aliased>) -> String {
    let mut answer = record::to_json(step);
    if let (Some(answer), Some(aliased)) = (answer.as_object_mut(), aliased) {
        answer.insert("alias".to_owned(), aliased.json());
    }
    answer.to_string()
}

impl Where {
    fn look(&self, mut question: Question<'_>, terminal: Terminal) -> Result<Seen, Problem> {
        if let Some(path) = &self.observations {
            let text = document::read("the observations", path, document::OBSERVATIONS)?;
            let seen = observations::parse(&text, &document::name(path))?;
            return Ok(Seen { step: question.step(&seen)?, failures: Vec::new() });
        }
        let (policy, sources) = (question.policy, question.sources);
        let settings_of_one = settings(question.session, policy, &[operation("inspect")], sources)?;
        let mut world = World {
            registry: self.registry.registry(&settings_of_one),
            settings: settings_of_one,
            terminal,
            kept: HashMap::new(),
            handed: Handed::read(self.receipt.as_deref(), self.archive.as_deref(), question.session)?,
        };
        let Some(time) = &self.wait else { return world.look(&mut question) };
        let given = [operation("inspect"), entry("deadline", time), entry("attempts", MOST_LOOKS)];
        let waiting = settings(question.session, policy, &given, sources)?;
        wait::wait(&mut world, &mut question, &waiting)
    }
}

/// As often as the engine lets anything be tried; the time ends it before.
const MOST_LOOKS: &str = "100";

/// Questions that nobody answered, each answer once. Where there is an image all the same, they stand in nobody's way.
pub(super) fn unanswered_once(failures: &[Failure], step: &Step) -> Vec<buildonce::types::Diagnostic> {
    let mut told: Vec<buildonce::types::Diagnostic> = Vec::new();
    for failure in failures {
        let mut own = unanswered(failure);
        if step.kind == StepKind::Accept {
            own.severity = Severity::Warning;
        }
        if told.iter().all(|earlier| earlier.message != own.message) {
            told.push(own);
        }
    }
    told
}

/// A question that nobody answered.
pub(super) fn unanswered(failure: &Failure) -> buildonce::types::Diagnostic {
    let (code, help) = match failure.kind {
        Kind::Denied => (
            "registry-denied",
            "log in with `docker login`, or correct the image's name: registries answer so for what is not there, too",
        ),
        Kind::RateLimited => ("registry-rate-limited", "log in, which raises most limits, or try later"),
        Kind::Unavailable => ("registry-unavailable", "see whether the registry is up and this machine reaches it"),
        Kind::Timeout => ("registry-timeout", "see whether the registry is up and this machine reaches it"),
        Kind::File => ("unusable-archive", "fetch it again from the producer's run, or see what saved it"),
        Kind::Absent | Kind::Invalid => (
            "registry-invalid",
            "something else than a registry may answer here: a proxy, a login page, another service",
        ),
    };
    let mut told = finding(Severity::Error, code, render::one_line(&failure.message));
    told.help = Some(help.to_owned());
    told
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
