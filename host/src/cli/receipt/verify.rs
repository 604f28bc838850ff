//! `buildonce receipt verify`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use buildonce::types::build::{VerifyRequest, VerifyStep, VerifyStepKind};
use buildonce::{EngineError, Policy, Session, record};
use clap::Args;

use super::{Format, Whole};
use crate::cli::handed::Handed;
use crate::cli::options::{EngineOptions, PolicyOptions};
use crate::cli::plan::deliver;
use crate::cli::policy_file::{PolicyFile, policy};
use crate::cli::select::{RegistryOptions, unanswered};
use crate::cli::terminal::Terminal;
use crate::cli::working_directory;
use crate::cli::world::World;
use crate::problem::{Exit, Problem};
use crate::registry::Failure;
use crate::registry::tries::{operation, settings};
use crate::render::{self, Sources};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce receipt verify
  buildonce receipt verify --repository acme/app
  buildonce receipt verify --tags
  buildonce receipt verify --archive image.tar --format json

What is looked at: every image under its digest, with every platform, digest and label that the receipt tells; every tag; and the archive, where it is \
beside the receipt. A tag that points at another image by now is told, and fails with --tags only: tags are there to be moved.

Exit codes: 0 all of it is there; 1 something is not as the receipt says, and the reason says what; 2 the options, the policy or the receipt are \
wrong; 3 nobody knows, because a registry did not answer.";

/// Whether everything that a receipt names is still there, and still that
///
/// Registries are asked as `buildonce select` asks them: with the logins of docker and podman, and again as the policy's retry rules say.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Options {
    /// The receipt; `-` is standard input
    #[arg(value_name = "FILE", default_value = "buildonce-receipt.json")]
    file: PathBuf,
    /// The repository that the receipt must be of, such as the run's own
    #[arg(long, value_name = "OWNER/NAME", help_heading = "What must hold")]
    repository: Option<String>,
    /// Every tag must still point at the image
    #[arg(long, help_heading = "What must hold")]
    tags: bool,
    /// The archive is in this file, and must be there; without it the one beside the receipt is looked at, if there is one
    #[arg(long, value_name = "FILE", help_heading = "What must hold")]
    archive: Option<PathBuf>,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    registry: RegistryOptions,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut session = engine.session()?;
    let whole = Whole::read(&options.file, &mut session)?;
    let file = PolicyFile::load(options.policy.policy.as_deref(), &working_directory()?)?;
    let policy = policy(&mut session, file.as_ref())?;
    let sources = file.as_ref().map_or_else(Sources::default, PolicyFile::sources);
    let settings = settings(&mut session, policy, &[operation("inspect")], &sources)?;
    let archive = whole.receipt.archive.as_ref().map(|own| {
        let beside = || options.file.parent().unwrap_or(Path::new("")).join(&own.path);
        options.archive.clone().unwrap_or_else(beside)
    });
    let mut world = World {
        registry: options.registry.registry(&settings),
        settings,
        terminal,
        kept: HashMap::new(),
        handed: Handed::measured(archive),
    };
    let request = VerifyRequest {
        repository: options.repository.clone(),
        tags: options.tags,
        archive: options.archive.is_some(),
    };
    let (step, failures) = look(&mut world, &mut session, policy, &whole, &request)?;
    terminal.note(&failures.iter().map(unanswered).collect::<Vec<_>>(), &Sources::default());
    let text = match options.format {
        Format::Text => render::verified(&whole.receipt, &step, terminal.out),
        Format::Json => render::pretty(&record::to_json(&step).to_string()),
    };
    deliver(&text, options.output.as_deref(), terminal)?;
    Ok(match step.kind {
        VerifyStepKind::Holds => Exit::Done,
        VerifyStepKind::Unknown => Exit::World,
        VerifyStepKind::Differs | VerifyStepKind::Probe => Exit::Negative,
    })
}

/// Answers what the engine asks, until it has decided.
fn look(
    world: &mut World,
    session: &mut Session,
    policy: Policy,
    whole: &Whole,
    request: &VerifyRequest,
) -> Result<(VerifyStep, Vec<Failure>), Problem> {
    let (mut seen, mut failures) = (Vec::new(), Vec::new());
    loop {
        let step = session.verify_receipt(&whole.text, &whole.name, request, &seen)?;
        let step = step.map_err(|findings| Problem::refused(findings, Sources::of(&whole.name, &whole.text)))?;
        if step.kind != VerifyStepKind::Probe {
            return Ok((step, failures));
        }
        let before = seen.len();
        world.carry_out(session, policy, step.probes, &mut seen, &mut failures)?;
        if seen.len() == before {
            return Err(EngineError::Invalid("it asks for nothing and has not decided".to_owned()).into());
        }
    }
}
