//! Options that several commands share.

use std::cell::OnceCell;
use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};

use buildonce::record::{Recorder, Secrets};
use buildonce::{Engine, Limits, Session};
use clap::Args;

use super::Problem;

/// Which component decides, and what is kept of it.
#[derive(Debug, Args)]
pub(crate) struct EngineOptions {
    /// Let another build of the component decide
    #[cfg_attr(feature = "jit", arg(long, value_name = "FILE", global = true, help_heading = "General options"))]
    #[cfg_attr(not(feature = "jit"), arg(skip))]
    component: Option<PathBuf>,
    /// Write every call of the engine to this file, a line of JSON each, for `buildonce replay`. Secrets are masked
    #[arg(long, value_name = "FILE", global = true, help_heading = "General options")]
    record: Option<PathBuf>,
    /// Open from the first call on.
    #[arg(skip)]
    recorder: OnceCell<Recorder>,
}

impl EngineOptions {
    /// Loads the component. Its sessions are recorded when that was asked for.
    pub(crate) fn engine(&self) -> Result<Engine, Problem> {
        let engine = self.load()?;
        Ok(match &self.record {
            None => engine,
            Some(path) => engine.recorded(self.recorder(path)?),
        })
    }

    /// The one record of this run of the program.
    fn recorder(&self, path: &Path) -> Result<Recorder, Problem> {
        if let Some(recorder) = self.recorder.get() {
            return Ok(recorder.clone());
        }
        let file = File::create(path).map_err(|e| Problem::unwritable(path, &e))?;
        // What is not text is no secret that a JSON document could hold.
        let environment =
            env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
        let recorder = Recorder::new(file, Secrets::of(environment));
        Ok(self.recorder.get_or_init(|| recorder).clone())
    }

    /// Tells when the record could not be written.
    pub(crate) fn finish(&self) -> Result<(), Problem> {
        match (&self.record, self.recorder.get()) {
            (Some(path), Some(recorder)) => recorder.finish().map_err(|e| Problem::unwritable(path, &e)),
            _ => Ok(()),
        }
    }

    fn load(&self) -> Result<Engine, Problem> {
        match self.file() {
            None => embedded(),
            #[cfg(feature = "jit")]
            Some(path) => Ok(Engine::from_file(path)?),
            // Without a compiler there is no such option.
            #[cfg(not(feature = "jit"))]
            Some(_) => embedded(),
        }
    }

    /// Loads the component and opens a sandbox for it.
    pub(crate) fn session(&self) -> Result<Session, Problem> {
        Ok(self.engine()?.session(Limits::default())?)
    }

    /// The file that was given instead of the embedded component.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.component.as_ref()
    }
}

#[cfg(feature = "embedded")]
fn embedded() -> Result<Engine, Problem> {
    Ok(Engine::embedded()?)
}

#[cfg(not(feature = "embedded"))]
fn embedded() -> Result<Engine, Problem> {
    Err(Problem::usage("no-component", "this program carries no component").help("name one with --component FILE"))
}

/// What is known about the run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What the run is")]
pub(crate) struct FactsOptions {
    /// Take the facts from a JSON document (`buildonce facts --format json` writes one) and look at nothing else; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "payload")]
    pub(crate) facts: Option<PathBuf>,
    /// Read the event's payload from this file instead of the one that the CI engine names
    #[arg(long, value_name = "FILE")]
    pub(crate) payload: Option<PathBuf>,
    /// Decide as of this time: RFC 3339, or seconds since 1970. Without it `SOURCE_DATE_EPOCH` holds, then the clock
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
    /// Paths that differ from the base, one on each line; `-` is standard input. Without it they are not known
    #[arg(long, value_name = "FILE")]
    pub(crate) changed_files: Option<PathBuf>,
    /// All tags that the registry has of this image, one on each line or as JSON; `-` is standard input. Without it `build`
    /// and `promote` ask the registry where a release waits to take `latest`, and `plan` leaves `latest` where it is
    #[arg(long, value_name = "FILE")]
    pub(crate) registry_tags: Option<PathBuf>,
    /// The builder and its version, such as buildx=0.14.1, instead of asking it; also from `BUILDONCE_BUILDER`
    #[arg(long, value_name = "NAME=VERSION")]
    pub(crate) builder_version: Option<String>,
}

/// What should happen.
#[derive(Debug, Default, Args)]
pub(crate) struct PolicyOptions {
    /// The policy; without it buildonce.yaml, .yml, .toml or .json is looked for here, then in the top folder of the git checkout
    #[arg(long, value_name = "FILE", help_heading = "What should happen")]
    pub(crate) policy: Option<PathBuf>,
}
