//! `type=sha`: the commit.

use super::{Affixes, Line, Made};
use crate::tagging::metadata::globals::Run;
use crate::tagging::metadata::model::Step;

pub(super) fn make(line: &Line, run: &Run<'_>, affixes: &Affixes<'_>) -> Step<Option<Made>> {
    let Some(sha) = run.sha().filter(|sha| !sha.is_empty()) else { return Ok(None) };
    let value = if line.get("format") == "short" { run.short_sha()? } else { sha.to_owned() };
    affixes.made(&value, false)
}
