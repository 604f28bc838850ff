//! `type=edge`: the tip of one branch, the default branch unless another is named.

use super::{Affixes, Line, Made};
use crate::tagging::metadata::globals::Run;
use crate::tagging::metadata::model::Step;

pub(super) fn make(line: &Line, run: &Run<'_>, affixes: &Affixes<'_>) -> Step<Option<Made>> {
    let Some(branch) = run.branch() else { return Ok(None) };
    let named = Some(line.get("branch")).filter(|name| !name.is_empty());
    if named.or(run.repository.default_branch.as_deref()) != Some(branch) {
        return Ok(None);
    }
    affixes.made("edge", false)
}
