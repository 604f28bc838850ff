//! Flux's rules, as its image-reflector-controller has them.
//!
//! Where its answer depends on the iteration order of a Go map, the order of the listing is taken instead.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::filter::Filter;
use super::model::{ChannelPolicy, Choice, Order, Strategy, TagInfo};
use super::number::go_float;
use super::{constraint, not_supported};
use crate::text::shown;
use crate::version::masterminds::{Constraints, Prereleases, Version};
use crate::{Diagnostic, Reason};

/// A tag and what of it is compared.
type Candidate<'t> = (&'t TagInfo, Cow<'t, str>);

pub(super) fn choose(policy: &ChannelPolicy, filter: &Filter<'_>, tags: &[TagInfo]) -> Result<Choice, Box<Diagnostic>> {
    // A wrong constraint is told before anything else.
    let range = match policy.strategy {
        Strategy::Semver => Some(constraint(policy.range.as_deref().unwrap_or_default())?),
        Strategy::Numerical | Strategy::Alphabetical => None,
        other => return Err(not_supported("flux", other).into()),
    };
    let candidates: Vec<Candidate<'_>> =
        tags.iter().filter_map(|tag| filter.value(&tag.name).ok().map(|value| (tag, value))).collect();
    if candidates.is_empty() {
        let error = Diagnostic::error("no-tags", "the list of tags is empty");
        return Err(error.help("look at `pattern` and `deny`").into());
    }
    let found = match (policy.strategy, range) {
        (Strategy::Semver, Some(range)) => newest_version(&candidates, &range),
        (Strategy::Numerical, _) => Some(newest_number(&candidates, policy.order)?),
        _ => newest_text(&candidates, policy.order),
    };
    let Some((value, count)) = found.map(|(_, value)| value).zip(u64::try_from(candidates.len()).ok()) else {
        let error = Diagnostic::error("no-candidate", "no tag of the list is in the range");
        return Err(error.help("widen the range, which must name a pre-release to admit any").into());
    };
    // Two tags with the same value cannot be told apart any more: the one that was listed last counts.
    let tag = candidates.iter().rev().find(|(_, own)| own == value).map(|(tag, _)| (*tag).clone());
    Ok(Choice {
        tag,
        value: Some(value.clone().into_owned()),
        candidates: count,
        reason: Reason::new("newest", "flux takes it"),
        skipped: Vec::new(),
    })
}

/// The greatest version; the first one of equals. What is no version is passed over.
fn newest_version<'a, 't>(candidates: &'a [Candidate<'t>], range: &Constraints) -> Option<&'a Candidate<'t>> {
    let mut best: Option<(&Candidate<'t>, Version<'_>)> = None;
    for candidate in candidates {
        let Some(version) = Version::of_tag(&candidate.1) else { continue };
        let newer = best.as_ref().is_none_or(|(_, best)| version.precedence(best) == Ordering::Greater);
        if newer && range.admits(&version, Prereleases::WhenNamed) {
            best = Some((candidate, version));
        }
    }
    best.map(|(candidate, _)| candidate)
}

/// The greatest or smallest number; the last one of equals. One text that is no number refuses the answer.
fn newest_number<'a, 't>(candidates: &'a [Candidate<'t>], order: Order) -> Result<&'a Candidate<'t>, Box<Diagnostic>> {
    let mut best: Option<(&Candidate<'t>, f64)> = None;
    for candidate in candidates {
        let number = go_float(&candidate.1).ok_or_else(|| not_a_number(&candidate.1))?;
        let passed = best.is_some_and(|(_, best)| match order {
            Order::Ascending => number < best,
            Order::Descending => number > best,
        });
        if !passed {
            best = Some((candidate, number));
        }
    }
    best.map(|(candidate, _)| candidate).ok_or_else(|| Diagnostic::error("no-tags", "the list of tags is empty").into())
}

fn newest_text<'a, 't>(candidates: &'a [Candidate<'t>], order: Order) -> Option<&'a Candidate<'t>> {
    let by_bytes = |one: &&Candidate<'_>, two: &&Candidate<'_>| one.1.as_bytes().cmp(two.1.as_bytes());
    match order {
        Order::Ascending => candidates.iter().max_by(by_bytes),
        Order::Descending => candidates.iter().min_by(by_bytes),
    }
}

fn not_a_number(text: &str) -> Diagnostic {
    Diagnostic::error("unreadable-tag", format!("`{}` is no number", shown(text)))
        .help("restrict the channel with `pattern`, and take the number out with `extract`")
}
