//! `type=match`: a part of the tag or of a value, by a regular expression.

use super::{Affixes, Line, Made, subject};
use crate::tagging::metadata::globals::Run;
use crate::tagging::metadata::js;
use crate::tagging::metadata::model::Step;
use crate::tagging::metadata::regexp::Pattern;

pub(super) fn make(
    line: &Line,
    run: &Run<'_>,
    affixes: &Affixes<'_>,
    warnings: &mut Vec<String>,
) -> Step<Option<Made>> {
    let Some(value) = subject(line, run)? else { return Ok(None) };
    let (pattern, group) = (line.get("pattern"), line.get("group"));
    let Some(groups) = Pattern::delimited(pattern)?.apply(&value)? else {
        warnings.push(format!("{pattern} does not match {value}."));
        return Ok(None);
    };
    let found = js::list_index(group).and_then(|at| groups.get(at)).cloned().flatten();
    let Some(found) = found else {
        warnings.push(format!("Group {group} does not exist for {pattern} pattern."));
        return Ok(None);
    };
    affixes.made(&found, true)
}
