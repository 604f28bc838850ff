//! The rules of Argo CD Image Updater.

use std::cmp::Ordering;

use super::filter::Filter;
use super::model::{ChannelPolicy, Choice, Strategy, TagInfo};
use super::{constraint, not_supported};
use crate::version::masterminds::{Prereleases, Strictness, Version};
use crate::{Diagnostic, Reason};

pub(super) fn choose(policy: &ChannelPolicy, filter: &Filter<'_>, tags: &[TagInfo]) -> Result<Choice, Box<Diagnostic>> {
    // It takes no constraint for `*`, so that pre-releases need one that names them.
    let range = policy.range.as_deref().filter(|range| !range.is_empty());
    if policy.strategy == Strategy::Digest && range.is_none() {
        let error = Diagnostic::error("tag-missing", "the strategy `digest` needs the tag that it follows");
        return Err(error.help("name the tag as `range`").into());
    }
    let kept = tags.iter().filter(|tag| filter.value(&tag.name).is_ok());
    let (tag, candidates) = match policy.strategy {
        Strategy::Semver => {
            let versions: Vec<_> =
                kept.filter_map(|tag| Version::parse(&tag.name, Strictness::Loose).map(|v| (tag, v))).collect();
            // The constraint is read only when there is something to compare, so a wrong one may stay unseen.
            let Some((first, rest)) = versions.split_first() else { return Ok(none()) };
            let constraint = constraint(range.unwrap_or("*"))?;
            let all = std::iter::once(first).chain(rest);
            newest(all.filter(|(_, version)| constraint.admits(version, Prereleases::WhenNamed)), |one, two| {
                one.1.precedence(&two.1).then_with(|| by_name(one.0, two.0))
            })
            .map_or((None, 0), |((tag, _), count)| (Some(*tag), count))
        }
        Strategy::Alphabetical => pick(kept, by_name),
        Strategy::Digest => pick(kept.filter(|tag| Some(tag.name.as_str()) == range), by_name),
        Strategy::Created => pick(kept.filter(|tag| tag.created.is_some()), |one, two| {
            one.created.cmp(&two.created).then_with(|| by_name(one, two))
        }),
        other => return Err(not_supported("argo", other).into()),
    };
    let Some(tag) = tag else { return Ok(none()) };
    Ok(Choice {
        value: Some(tag.name.clone()),
        tag: Some(tag.clone()),
        candidates,
        reason: Reason::new("newest", "argo takes it"),
        skipped: Vec::new(),
    })
}

fn by_name(one: &TagInfo, two: &TagInfo) -> Ordering {
    one.name.as_bytes().cmp(two.name.as_bytes())
}

/// The last one in order, and how many there were.
fn newest<T>(items: impl Iterator<Item = T>, order: impl Fn(&T, &T) -> Ordering) -> Option<(T, u64)> {
    let mut count = 0;
    items.inspect(|_| count += 1).max_by(|one, two| order(one, two)).map(|best| (best, count))
}

fn pick<'t>(
    items: impl Iterator<Item = &'t TagInfo>,
    order: impl Fn(&TagInfo, &TagInfo) -> Ordering,
) -> (Option<&'t TagInfo>, u64) {
    newest(items, |one, two| order(one, two)).map_or((None, 0), |(tag, count)| (Some(tag), count))
}

/// The answer without a tag, which leaves everything as it is.
fn none() -> Choice {
    let reason = Reason::new("no-candidate", "no tag fits, so what runs is kept");
    Choice { tag: None, value: None, candidates: 0, reason, skipped: Vec::new() }
}
