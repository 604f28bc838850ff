//! `type=ref`: the branch, the tag or the pull request that the run is about.

use super::{Affixes, Line, Made};
use crate::tagging::metadata::globals::Run;
use crate::tagging::metadata::model::Step;

pub(super) fn make(line: &Line, run: &Run<'_>, affixes: &Affixes<'_>) -> Step<Option<Made>> {
    let event = line.get("event");
    let value = match event {
        "branch" => run.branch(),
        "tag" => run.tag(),
        _ => run.pull().map(|pull| pull.strip_suffix("/merge").unwrap_or(pull)),
    };
    let Some(value) = value else { return Ok(None) };
    affixes.made(value, event == "tag")
}
