//! Waiting for a producer that still runs: looking again, when and as long as the engine says.

use std::thread;

use buildonce::types::Severity;
use buildonce::types::retry::{Outcome, Settings};
use buildonce::types::selection::StepKind;

use crate::cli::attempt::seed;
use crate::cli::look::{Question, Seen};
use crate::cli::retry::seconds;
use crate::cli::world::World;
use crate::problem::{Problem, finding};
use crate::registry::tries::Tries;
use crate::render::{Sources, one_line};

/// What the engine reads about a look that found nothing yet: it passes by itself, like a service that is not up yet.
const NOT_YET: &str = "the image of this commit is not there yet: try again later";

/// Looks until there is an image, something fails, or the engine says that the time is up.
pub(super) fn wait(world: &mut World, question: &mut Question<'_>, settings: &Settings) -> Result<Seen, Problem> {
    let mut tries = Tries::new(settings, None, seed());
    loop {
        let seen = world.look(question)?;
        let nothing = matches!(seen.step.kind, StepKind::Fail | StepKind::Rebuild);
        let Some(answer) = seen.step.not_selected.as_ref().filter(|answer| nothing && answer.cause.is_none()) else {
            return Ok(seen);
        };
        let again = tries.again(question.session, question.policy, Outcome::Exited(1), NOT_YET)?;
        let Some(pause) = again else { return Ok(seen) };
        let message = format!("{}; looking again in {}", one_line(&answer.reason.message), seconds(pause));
        world.terminal.note(&[finding(Severity::Note, "not-yet", message)], &Sources::default());
        thread::sleep(pause);
    }
}
