//! Options that several commands share.

use std::path::PathBuf;

use buildonce::{Engine, Limits, Session};
use clap::Args;

use super::Problem;

/// Which component decides.
#[derive(Debug, Args)]
pub(crate) struct EngineOptions {
    /// Let another build of the component decide
    #[cfg_attr(feature = "jit", arg(long, value_name = "FILE", global = true, help_heading = "General options"))]
    #[cfg_attr(not(feature = "jit"), arg(skip))]
    component: Option<PathBuf>,
}

impl EngineOptions {
    /// Loads the component.
    pub(crate) fn engine(&self) -> Result<Engine, Problem> {
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
