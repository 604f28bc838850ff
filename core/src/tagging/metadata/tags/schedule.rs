//! `type=schedule`: a tag for scheduled runs.

use super::{Affixes, Line, Made};
use crate::tagging::metadata::globals::Run;
use crate::tagging::metadata::model::Step;

pub(super) fn make(line: &Line, run: &Run<'_>, affixes: &Affixes<'_>) -> Step<Option<Made>> {
    if !run.event_has("schedule") {
        return Ok(None);
    }
    affixes.made(&run.render_dates(line.get("pattern"))?, false)
}
