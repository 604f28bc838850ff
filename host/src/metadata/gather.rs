//! Finds out what the engine asks for, until it asks for nothing more.

use std::path::Path;
use std::time::Duration;
use std::{env, thread};

use buildonce::Session;
use buildonce::types::{ApiSubject, GitAnswer, MetadataContext, MetadataInputs, MetadataReport};

use super::Forge;
use crate::problem::Problem;
use crate::{git, program};

/// What the engine's questions are put to.
pub(crate) struct World<'a> {
    /// Where git is run.
    pub(crate) directory: &'a Path,
    /// Who is asked about repository and commit.
    pub(crate) forge: &'a Forge,
}

/// The engine's answer, after everything that it wanted to know.
pub(crate) fn decide(
    session: &mut Session,
    inputs: &MetadataInputs,
    mut context: MetadataContext,
    world: &World<'_>,
) -> Result<MetadataReport, Problem> {
    loop {
        let wanted = session.metadata_next(inputs, &context)?;
        if let Some(arguments) = wanted.git {
            context.git.push(run_git(arguments, world.directory)?);
            continue;
        }
        if wanted.api.is_empty() {
            return Ok(session.metadata(inputs, &context)?);
        }
        for request in wanted.api {
            thread::sleep(Duration::from_millis(request.wait));
            let answer = world.forge.get(&request.path)?;
            match request.subject {
                ApiSubject::Commit => context.commit.push(answer),
                ApiSubject::Repository => context.repository.push(answer),
            }
        }
    }
}

fn run_git(arguments: Vec<String>, directory: &Path) -> Result<GitAnswer, Problem> {
    let unable = || {
        Problem::world("git-unavailable", "`context: git` needs git, and there is none on PATH")
            .help("install git in the job's image, or use `context: workflow`")
    };
    let git = program::find("git", env::var_os("PATH").as_deref()).ok_or_else(unable)?;
    let started = program::start(git::command(git.as_ref(), directory).args(&arguments)).ok_or_else(unable)?;
    let done = started
        .finish(git::PATIENCE)
        .ok_or_else(|| Problem::world("git-unavailable", format!("git {} did not end in time", arguments.join(" "))))?;
    Ok(GitAnswer {
        arguments,
        success: done.success,
        stdout: String::from_utf8_lossy(&done.stdout).into_owned(),
        stderr: done.stderr,
    })
}
