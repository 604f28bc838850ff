//! `type=raw`: the value itself.

use super::{Affixes, Line, Made};
use crate::tagging::metadata::globals::Run;
use crate::tagging::metadata::model::Step;

pub(super) fn make(line: &Line, run: &Run<'_>, affixes: &Affixes<'_>) -> Step<Option<Made>> {
    affixes.made(&run.render(line.get("value"))?, false)
}
