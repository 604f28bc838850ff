//! Our own rules.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::constraint;
use super::filter::{Filter, Skip};
use super::model::{ChannelPolicy, Choice, Order, Skipped, Strategy, TagInfo, Unreadable};
use super::number::Decimal;
use crate::facts::Timestamp;
use crate::text::shown;
use crate::version::masterminds::{Constraints, Prereleases, Version};
use crate::{Diagnostic, Reason};

/// How many tags of each reason an answer names.
const EXAMPLES: usize = 3;

/// How candidates are read and compared.
enum Rule<'p> {
    Semver(Constraints),
    Numerical(Order),
    Alphabetical(Order),
    Created,
    Pushed,
    Digest(&'p str),
}

/// What a candidate is compared by.
enum Key<'v> {
    Version(Version<'v>),
    Number(Decimal<'v>),
    Text(&'v str),
    Date(Timestamp),
}

impl Key<'_> {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Version(a), Self::Version(b)) => a.precedence(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            // One channel makes keys of one kind.
            _ => Ordering::Equal,
        }
    }
}

impl<'p> Rule<'p> {
    fn new(policy: &'p ChannelPolicy) -> Result<Self, Box<Diagnostic>> {
        let range = policy.range.as_deref();
        Ok(match policy.strategy {
            Strategy::Semver => Self::Semver(constraint(range.unwrap_or("*"))?),
            Strategy::Numerical => Self::Numerical(policy.order),
            Strategy::Alphabetical => Self::Alphabetical(policy.order),
            Strategy::Created => Self::Created,
            Strategy::Pushed => Self::Pushed,
            Strategy::Digest => Self::Digest(range.filter(|tag| !tag.is_empty()).ok_or_else(|| {
                let error = Diagnostic::error("tag-missing", "the strategy `digest` needs the tag that it follows");
                Box::new(error.help("name the tag as `range`"))
            })?),
        })
    }

    fn key<'v>(&self, tag: &TagInfo, value: &'v str) -> Result<Key<'v>, Skip> {
        match self {
            Self::Semver(constraint) => {
                let version = Version::of_tag(value).ok_or(Skip::NotReadable)?;
                let admitted = constraint.admits(&version, Prereleases::WhenNamed);
                if admitted { Ok(Key::Version(version)) } else { Err(Skip::NotInRange) }
            }
            Self::Numerical(_) => Decimal::parse(value).map(Key::Number).ok_or(Skip::NotReadable),
            Self::Alphabetical(_) => Ok(Key::Text(value)),
            Self::Created => tag.created.map(Key::Date).ok_or(Skip::DateUnknown),
            Self::Pushed => tag.pushed.map(Key::Date).ok_or(Skip::DateUnknown),
            Self::Digest(wanted) if *wanted == tag.name => Ok(Key::Text("")),
            Self::Digest(_) => Err(Skip::NotInRange),
        }
    }

    /// Which end of the order of values wins.
    fn order(&self) -> Order {
        match self {
            Self::Numerical(order) | Self::Alphabetical(order) => *order,
            _ => Order::Ascending,
        }
    }

    fn newest(&self) -> &'static str {
        match self {
            Self::Semver(_) => "it is the greatest version that the range admits",
            Self::Numerical(Order::Ascending) => "it is the greatest number",
            Self::Numerical(Order::Descending) => "it is the smallest number",
            Self::Alphabetical(Order::Ascending) => "it is the last one in alphabetical order",
            Self::Alphabetical(Order::Descending) => "it is the first one in alphabetical order",
            Self::Created => "its image was made last",
            Self::Pushed => "it was pushed last",
            Self::Digest(_) => "it is the tag that the channel follows",
        }
    }
}

/// The best tag so far. Its key is read anew for every comparison, which is cheaper than to keep every key.
struct Best<'t> {
    tag: &'t TagInfo,
    value: Cow<'t, str>,
}

pub(super) fn choose(policy: &ChannelPolicy, filter: &Filter<'_>, tags: &[TagInfo]) -> Result<Choice, Box<Diagnostic>> {
    let rule = Rule::new(policy)?;
    let mut best: Option<Best<'_>> = None;
    let mut candidates = 0;
    let mut tally = Tally::default();
    for tag in tags {
        let value = match filter.value(&tag.name) {
            Ok(value) => value,
            Err(skip) => {
                tally.add(skip, &tag.name);
                continue;
            }
        };
        let wins = match rule.key(tag, &value) {
            Ok(key) => is_newer(&rule, tag, &key, best.as_ref()),
            Err(skip) => {
                tally.add(skip, &tag.name);
                continue;
            }
        };
        candidates += 1;
        if wins {
            best = Some(Best { tag, value });
        }
    }
    if policy.unreadable == Unreadable::Refuse {
        tally.refuse(&rule)?;
    }
    let reason = match &best {
        Some(_) => Reason::new("newest", rule.newest()),
        None if tags.is_empty() => Reason::new("no-tags", "the listing holds no tag"),
        None => Reason::new("no-candidate", "no tag of the listing belongs to the channel"),
    };
    let value = best.as_ref().map(|best| best.value.clone().into_owned());
    Ok(Choice { tag: best.map(|best| best.tag.clone()), value, candidates, reason, skipped: tally.into_skipped() })
}

/// The total order: value, then the newer image, then the greater name, then the greater digest.
fn is_newer(rule: &Rule<'_>, tag: &TagInfo, key: &Key<'_>, best: Option<&Best<'_>>) -> bool {
    let Some(best) = best else { return true };
    let by_value = rule.key(best.tag, &best.value).map_or(Ordering::Greater, |own| key.compare(&own));
    let by_value = if rule.order() == Order::Descending { by_value.reverse() } else { by_value };
    let rest = by_value
        .then_with(|| (tag.created, tag.pushed).cmp(&(best.tag.created, best.tag.pushed)))
        .then_with(|| tag.name.as_bytes().cmp(best.tag.name.as_bytes()))
        .then_with(|| tag.digest.cmp(&best.tag.digest));
    rest == Ordering::Greater
}

/// Counts what was skipped.
#[derive(Default)]
struct Tally<'t> {
    counts: BTreeMap<Skip, (u64, Vec<&'t str>)>,
}

impl<'t> Tally<'t> {
    fn add(&mut self, skip: Skip, tag: &'t str) {
        let (count, examples) = self.counts.entry(skip).or_default();
        *count += 1;
        // The smallest names, so that the order of the listing does not show.
        if examples.len() < EXAMPLES || examples.last().is_some_and(|last| tag < *last) {
            let at = examples.partition_point(|own| *own < tag);
            if examples.get(at) != Some(&tag) {
                examples.insert(at, tag);
                examples.truncate(EXAMPLES);
            }
        }
    }

    fn refuse(&self, rule: &Rule<'_>) -> Result<(), Box<Diagnostic>> {
        let found = self.counts.get(&Skip::NotReadable).or_else(|| self.counts.get(&Skip::DateUnknown));
        let Some((count, examples)) = found else { return Ok(()) };
        let what = match rule {
            Rule::Semver(_) => "no versions",
            Rule::Numerical(_) => "no numbers",
            _ => "without a date",
        };
        let message = format!("{count} tags are {what}, such as `{}`", shown(&examples.join("`, `")));
        let help = "restrict the channel with `pattern`, or skip them with `unreadable: skip`";
        Err(Diagnostic::error("unreadable-tag", message).help(help).into())
    }

    fn into_skipped(self) -> Vec<Skipped> {
        let own = |examples: Vec<&str>| examples.into_iter().map(str::to_owned).collect();
        let entry = |(skip, (count, examples)): (Skip, _)| Skipped {
            reason: skip.code().to_owned(),
            count,
            examples: own(examples),
        };
        self.counts.into_iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::channel;
    use super::*;

    fn chosen(policy: &ChannelPolicy, tags: &[&str]) -> Option<String> {
        let tags: Vec<_> = tags.iter().map(|tag| TagInfo::named(*tag)).collect();
        let reversed: Vec<_> = tags.iter().rev().cloned().collect();
        let choice = channel(policy, &tags).unwrap();
        assert_eq!(choice, channel(policy, &reversed).unwrap(), "the order of the listing shows");
        choice.tag.map(|tag| tag.name)
    }

    #[test]
    fn equal_values_are_told_apart_by_name() {
        let semver = ChannelPolicy::new(Strategy::Semver);
        assert_eq!(chosen(&semver, &["1.0.1", "v1.0.1", "1.0.0"]).as_deref(), Some("v1.0.1"));
        let numerical = ChannelPolicy { order: Order::Descending, ..ChannelPolicy::new(Strategy::Numerical) };
        assert_eq!(chosen(&numerical, &["7", "007", "7.0", "8"]).as_deref(), Some("7.0"));
    }

    #[test]
    fn commits_and_lines_are_no_versions() {
        let semver = ChannelPolicy::new(Strategy::Semver);
        assert_eq!(chosen(&semver, &["1234567", "20240131", "9.9", "1.2.3", "latest"]).as_deref(), Some("1.2.3"));
        assert_eq!(chosen(&semver, &["2.0.0-rc.1", "main"]), None);
    }

    #[test]
    fn generated_tags_are_never_candidates() {
        let alphabetical = ChannelPolicy::new(Strategy::Alphabetical);
        let signature = format!("sha256-{}.sig", "f".repeat(64));
        assert_eq!(chosen(&alphabetical, &[&signature, "main"]).as_deref(), Some("main"));
    }

    #[test]
    fn lists_of_allowed_and_denied_tags_are_patterns() {
        let of = |allow: &[&str], deny: &[&str]| {
            let own = |list: &[&str]| list.iter().map(|p| (*p).to_owned()).collect();
            ChannelPolicy { allow: own(allow), deny: own(deny), ..ChannelPolicy::new(Strategy::Alphabetical) }
        };
        let tags = ["main-1", "main-2", "pr-1", "zzz"];
        assert_eq!(chosen(&of(&["main-*"], &[]), &tags).as_deref(), Some("main-2"));
        assert_eq!(chosen(&of(&["main-*"], &["*-2"]), &tags).as_deref(), Some("main-1"));
        assert_eq!(chosen(&of(&[], &["regexp:^z"]), &tags).as_deref(), Some("pr-1"));
    }

    #[test]
    fn dates_decide_and_their_absence_is_told() {
        let tag = |name: &str, created| TagInfo { created, ..TagInfo::named(name) };
        let tags = [tag("a", Some(2)), tag("b", Some(1)), tag("c", None)];
        let choice = channel(&ChannelPolicy::new(Strategy::Created), &tags).unwrap();
        assert_eq!(choice.tag.map(|tag| tag.name).as_deref(), Some("a"));
        assert_eq!(choice.skipped[0].reason, "date-unknown");
        let strict = ChannelPolicy { unreadable: Unreadable::Refuse, ..ChannelPolicy::new(Strategy::Created) };
        assert_eq!(channel(&strict, &tags).unwrap_err()[0].code, "unreadable-tag");
    }

    #[test]
    fn an_empty_range_is_an_error_and_no_range_is_every_release() {
        let empty = ChannelPolicy { range: Some(String::new()), ..ChannelPolicy::new(Strategy::Semver) };
        assert_eq!(channel(&empty, &[]).unwrap_err()[0].code, "invalid-constraint");
        assert_eq!(channel(&ChannelPolicy::new(Strategy::Digest), &[]).unwrap_err()[0].code, "tag-missing");
        assert_eq!(channel(&ChannelPolicy::new(Strategy::Semver), &[]).unwrap().reason.code, "no-tags");
    }
}
