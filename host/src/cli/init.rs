//! `buildonce init`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Args;

use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::render::Sources;
use crate::{document, outputs};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce init
  buildonce init --from-workflow .github/workflows/docker.yml
  buildonce init --from-workflow .github/workflows/docker.yml --step meta --output -";

/// A first policy: buildonce.yaml
///
/// Without more it is the standard policy, to be changed. From a workflow it is a policy that makes the tags which the workflow's
/// docker/metadata-action step makes; what a policy has no word for is left out and told.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Make the policy of a GitHub workflow that uses docker/metadata-action
    #[arg(long, value_name = "FILE")]
    from_workflow: Option<PathBuf>,
    /// The `id` of the step, in a workflow that has several
    #[arg(long, value_name = "ID", requires = "from_workflow")]
    step: Option<String>,
    /// Where to write it; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "buildonce.yaml")]
    output: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
}

/// Largest workflow in bytes; the engine has a tighter limit of its own.
const WORKFLOW: u64 = 16 << 20;

/// What a policy without a workflow says.
const STARTER: &str = "\
# What this repository's images are called, and where they go. `buildonce plan` shows it; docs/policy.md describes every key.
version: 1
extends: build-once-test-many

# images:
#   - registry.example/{{repository}}
# add-tags:
#   - {when: {event: push, branches: [main]}, tag: \"main-{{sha}}\"}
";

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let text = match &options.from_workflow {
        None => STARTER.to_owned(),
        Some(path) => converted(path, options.step.as_deref(), engine, terminal)?,
    };
    if options.output == Path::new("-") {
        return terminal.print(&text).map(|()| Exit::Done);
    }
    write(&options.output, &text, options.force)?;
    terminal.print(&format!("wrote {}; try it with `buildonce plan`\n", options.output.display()))?;
    Ok(Exit::Done)
}

fn converted(path: &Path, step: Option<&str>, engine: &EngineOptions, terminal: Terminal) -> Result<String, Problem> {
    let source = document::read("the workflow", path, WORKFLOW)?;
    let name = path.display().to_string();
    let sources = Sources::of(&name, &source);
    let converted = engine
        .session()?
        .convert_workflow(&source, &name, step)?
        .map_err(|findings| Problem::refused(findings, sources.clone()))?;
    terminal.note(&converted.notes, &sources);
    Ok(converted.policy)
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Problem> {
    let written = if force {
        outputs::replace(path, text.as_bytes())
    } else {
        fs::File::create_new(path).and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()))
    };
    written.map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => Problem::usage("file-exists", format!("{} is already there", path.display()))
            .help("pass --force to replace it, or --output - to look at the new one"),
        _ => Problem::unwritable(path, &e),
    })
}
