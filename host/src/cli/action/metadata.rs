//! `buildonce action metadata`.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use buildonce::types::{MetadataReport, Severity};
use clap::Args;

use crate::cli::options::EngineOptions;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, Problem, working_directory};
use crate::http::PlainHttp;
use crate::metadata::{self, Destination, Forge, World};
use crate::{clock, environment, outputs, render};

/// Shown below the options.
const EXAMPLES: &str = "Examples, as a step of a job that has the program on its PATH:
  - id: meta
    run: buildonce action metadata
    env:
      INPUT_IMAGES: ghcr.io/acme/app
      INPUT_TAGS: |
        type=semver,pattern={{version}}
        type=sha
      INPUT_GITHUB_TOKEN: ${{ github.token }}

On your own machine, without the forge:
  GITHUB_EVENT_NAME=push GITHUB_REF=refs/tags/v1.2.3 GITHUB_SHA=$(git rev-parse HEAD) \\
    INPUT_API=none INPUT_IMAGES=acme/app INPUT_TAGS='type=semver,pattern={{major}}.{{minor}}' \\
    buildonce action metadata

Inputs that the action does not have: INPUT_STRICT=true makes errors of the warnings about tags that no registry takes, empty
names, HTML escapes and a second `latest`; INPUT_API=none asks no API.

Exit codes: 0 done, 1 the action would have failed.";

/// docker/metadata-action: tags, labels, annotations and bake files of this run
///
/// Takes the same inputs, asks the same API, and writes the same outputs, byte for byte. What the action gets wrong without a word
/// is warned of on top.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Decide as of this time: RFC 3339, or seconds since 1970. Without it `SOURCE_DATE_EPOCH` holds, then the clock
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    now: Option<String>,
    /// Send the token to an API without encryption, even on another machine
    #[arg(long)]
    plain_http: bool,
}

/// Runs the command. Whatever goes wrong is also an annotation of the log, as the action writes it.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    match act(options, engine, terminal) {
        Err(Problem::Expected { findings, .. }) => {
            terminal.print(&outputs::commands(&findings))?;
            Ok(Exit::Negative)
        }
        other => other,
    }
}

fn act(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let lookup = |name: &str| env::var_os(name);
    let inputs = metadata::from_variables(lookup)?;
    let now = clock::now(options.now.as_deref())?;
    let mut missing = Vec::new();
    let context = metadata::context(now, lookup, &mut missing)?;
    for path in missing {
        terminal.print(&format!("GITHUB_EVENT_PATH {} does not exist\n", path.display()))?;
    }
    let plain = if options.plain_http { PlainHttp::Anywhere } else { PlainHttp::Loopback };
    let forge = Forge::from_variables(plain, lookup)?;
    let directory = working_directory()?;
    let mut session = engine.session()?;
    let report = metadata::decide(&mut session, &inputs, context, &World { directory: &directory, forge: &forge })?;
    terminal.print(&render::metadata_log(&report))?;
    let left = metadata::write(&report, &Destination::from_variables(lookup)?)?;
    terminal.print(&left)?;
    summarise(&report, lookup)?;
    terminal.print(&outputs::commands(&report.findings))?;
    match &report.failure {
        Some(failure) => {
            terminal.print(&outputs::annotation(Severity::Error, &failure.message))?;
            Ok(Exit::Negative)
        }
        None => Ok(Exit::Done),
    }
}

/// Adds to the page of the run, where there is one.
fn summarise(report: &MetadataReport, lookup: impl Fn(&str) -> Option<OsString>) -> Result<(), Problem> {
    let Some(path) = environment::one("GITHUB_STEP_SUMMARY", lookup)?.map(PathBuf::from) else { return Ok(()) };
    outputs::append(&path, render::metadata_summary(report).as_bytes()).map_err(|e| Problem::unwritable(&path, &e))
}
