//! `buildonce promote`.

use std::path::PathBuf;
use std::time::Duration;

use buildonce::types::Facts;
use buildonce::types::build::BuildEvent;
use buildonce::types::promotion::{PromotionRequest, PromotionStep, PromotionStepKind};
use buildonce::types::selection::{Fallback, Freshness, OnUnknown, OverrideRevision, Request, Selected, Step};
use buildonce::{Session, record};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::attempt::{self, Runner};
use super::handed::Handed;
use super::inputs::Known;
use super::options::{EngineOptions, FactsOptions, PolicyOptions};
use super::plan::{deliver, summarize};
use super::planned::Planned;
use super::terminal::Terminal;
use super::work::{Ended, Hands, Next, Progress, Work};
use super::{Exit, Problem};
use crate::process::Output;
use crate::registry::Registry;
use crate::{outputs, render};

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  buildonce promote --to main
  buildonce promote --receipt buildonce-receipt.json --to v1.4.2 --to 1.4 --to latest
  buildonce promote --to registry.example/acme/app:main --dry-run
  buildonce promote pr-12-abc1234 --to main --revision \"$PULL_REQUEST_HEAD_SHA\"
  buildonce promote --format github

What happens: the image of this run's commit is found and proven as `buildonce select` does it, on every platform that it has. What the new \
names hold today is looked at. Everything that the image is made of is brought to other repositories before any name changes. Then each name \
gets the image's own manifest, byte by byte, so that its digest stays. When one name cannot be given, those that moved are moved back.

A tag that says a whole version (v1.4.2) does not move from one image to another, except with --overwrite. Where the policy says \
`latest: newest-release`, an older release leaves `latest` where it is.

Exit codes: 0 every name is as it should be; 1 the image is not this run's, or a name is taken: nothing was changed; 2 the options, the policy \
or the facts are wrong; 3 a registry failed, and the answer says how every name stands; 130 or 143 when buildonce was asked to stop.";

/// Give the image of this commit more names: the same digest, never a rebuild
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Take this image and no other: a reference, or a tag or digest of the policy's first image. It is checked like every other
    #[arg(value_name = "IMAGE")]
    image: Option<String>,
    /// A new name: a tag in the image's own repository, or a whole name such as ghcr.io/acme/app:main; repeat it for more. Without it the
    /// names that the policy gives this run's image
    #[arg(long = "to", value_name = "NAME", value_delimiter = ',', help_heading = "New names")]
    to: Vec<String>,
    /// Let a tag move on from another image that should not: one that says a whole version, or that the policy calls fixed
    #[arg(long, help_heading = "New names")]
    overwrite: bool,
    /// Look, say what would happen, and change nothing
    #[arg(short = 'n', long, help_heading = "New names")]
    dry_run: bool,
    /// What the producer's job left (`buildonce build` writes it): its digests are looked at first
    #[arg(long, value_name = "FILE", help_heading = "Which image")]
    receipt: Option<PathBuf>,
    /// A commit, in full, that is as good as this run's, such as the head of a pull request that was squashed; repeat it for more
    #[arg(long = "revision", value_name = "SHA", value_delimiter = ',', help_heading = "Which image")]
    revisions: Vec<String>,
    /// Take IMAGE whatever commit it was built from; the answer says that nothing was proven
    #[arg(long, requires = "image", help_heading = "Which image")]
    any_revision: bool,
    /// What the label org.opencontainers.image.source must say
    #[arg(long, value_name = "URL", help_heading = "Which image")]
    source: Option<String>,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    facts: FactsOptions,
    /// Speak plain http with this registry, HOST:PORT; repeat it for more. Registries of this machine need no word
    #[arg(long, value_name = "HOST", help_heading = "Registries")]
    plain_http: Vec<String>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
    /// Where chance in pauses comes from: the same number gives the same pauses
    #[arg(long, value_name = "NUMBER", help_heading = "Retries")]
    seed: Option<u64>,
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The whole answer as the engine gave it
    Json,
    /// Step outputs into `$GITHUB_OUTPUT`, and a step summary
    Github,
    /// GitLab's dotenv report
    Dotenv,
}

impl Options {
    /// The whole image moves on, so all of it is proven, and nothing stands in for what is not there.
    fn image(&self) -> Request {
        Request {
            reference: self.image.clone(),
            override_revision: if self.any_revision { OverrideRevision::Any } else { OverrideRevision::Accepted },
            platforms: Some(Vec::new()),
            freshness: Some(Freshness::Fail),
            fallback: Some(vec![Fallback::Fail]),
            on_unknown: Some(OnUnknown::Fail),
            source: self.source.clone(),
            revisions: self.revisions.clone(),
        }
    }

    fn promotion(&self, selected: &Selected) -> PromotionRequest {
        PromotionRequest {
            image: selected.reference.clone(),
            proof: selected.proof,
            to: self.to.clone(),
            overwrite: self.overwrite,
            dry_run: self.dry_run,
        }
    }
}

/// How a promotion ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// Which image it was, or why none.
    pub(crate) image: &'a Step,
    /// What became of the names.
    pub(crate) names: Option<&'a PromotionStep>,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut planned = Planned::prepare(&options.policy, &options.facts, engine, terminal)?;
    let wrong = planned.session.check_promotion(&options.to)?;
    if !wrong.is_empty() {
        return Err(Problem::refused(wrong, planned.sources));
    }
    let Known { held, facts } = planned.inputs.known(&mut planned.session)?;
    terminal.note(&facts.notes, &planned.sources);
    let handed = Handed::read(options.receipt.as_deref(), None, &mut planned.session)?;
    let runner = Runner::new(&mut planned.session, Output::Log, Duration::ZERO)?;
    let registry = Registry::of_this_machine(options.plain_http.clone());
    let mut work = Work::new(
        &mut planned,
        Hands {
            runner,
            registry,
            progress: Progress::new(terminal),
            seed: options.seed.unwrap_or_else(attempt::seed),
            handed,
        },
    )?;
    let image = work.select(held, &options.image())?;
    let Some(selected) = &image.selected else {
        return answer(options, &facts, Answer { image: &image, names: None }, terminal);
    };
    let (policy, request) = (work.policy, options.promotion(selected));
    let next = |session: &mut Session, events: &[BuildEvent]| {
        let step = session.promote(policy, held, &request, events)?;
        Ok(step.map(|mut step| match (step.kind, step.task.take()) {
            (PromotionStepKind::Probe, _) => Next::Look(step.probes),
            (PromotionStepKind::Run, Some(task)) => Next::Try(Box::new(task)),
            (_, task) => Next::End(PromotionStep { task, ..step }),
        }))
    };
    match work.run(next)? {
        Ended::Interrupted(code) => Ok(Exit::Command(code)),
        Ended::Step(step) => answer(options, &facts, Answer { image: &image, names: Some(&step) }, terminal),
    }
}

fn answer(options: &Options, facts: &Facts, answer: Answer<'_>, terminal: Terminal) -> Result<Exit, Problem> {
    let output = options.output.as_deref();
    let text = || render::promotion(facts, answer, terminal.out);
    let json = || {
        let names = answer.names.map(record::to_json);
        json!({"selection": record::to_json(answer.image), "promotion": names}).to_string()
    };
    match options.format {
        Format::Text => deliver(&text(), output, terminal)?,
        Format::Json => deliver(&render::pretty(&json()), output, terminal)?,
        Format::Github => {
            summarize(|| render::promotion_summary(facts, answer))?;
            super::select::github(&outputs::promotion(answer).with_json(&json()), &text(), output, terminal)?;
        }
        Format::Dotenv => deliver(&outputs::promotion(answer).dotenv()?, output, terminal)?,
    }
    Ok(exit(answer))
}

/// What the program ends with.
fn exit(answer: Answer<'_>) -> Exit {
    let unknown = answer.image.not_selected.as_ref().is_some_and(|own| own.cause.is_some());
    let code = answer.names.and_then(|own| own.reason.as_ref()).map_or("", |reason| reason.code.as_str());
    match answer.names.map(|own| own.kind) {
        Some(PromotionStepKind::Done) => Exit::Done,
        _ if unknown
            || matches!(code, "unknown" | "registry-tags-unknown" | "copy-failed" | "tag-failed" | "moved") =>
        {
            Exit::World
        }
        _ => Exit::Negative,
    }
}
