//! The `selection` interface.

use super::arguments::arguments;
use super::{Document, Function, Outcome, load, run};
use crate::facts::Facts;
use crate::selection::channel::{self, ChannelPolicy, TagInfo};
use crate::selection::exchange::{self, ObservationRecord};
use crate::selection::{self, Listing, Reflected, ReflectionPolicy, Request};

arguments! {
    struct Next {
        policy: Option<Document>,
        facts: Facts,
        request: Request,
        seen: Vec<ObservationRecord>,
    }
}

arguments! {
    struct Channel {
        channel: ChannelPolicy,
        tags: Vec<TagInfo>,
    }
}

arguments! {
    struct Extract {
        tags: Vec<String>,
        pattern: String,
        template: String,
    }
}

arguments! {
    struct Exclude {
        tags: Vec<String>,
        patterns: Vec<String>,
    }
}

arguments! {
    struct NewestRelease {
        version: String,
        tags: Vec<String>,
        listing: Listing,
    }
}

arguments! {
    struct Reflect {
        rule: ReflectionPolicy,
        before: Option<Reflected>,
        tag: String,
        looked_up: Option<String>,
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("selection.next", |i| {
        run(i, |a: Next| {
            let next = |policy| exchange::next(&policy, &a.facts, &a.request, a.seen);
            Outcome::from(load(a.policy).and_then(next))
        })
    }),
    ("selection.channel", |i| run(i, |a: Channel| Outcome::from(channel::channel(&a.channel, &a.tags)))),
    ("selection.extract", |i| run(i, |a: Extract| Outcome::from(channel::extract(&a.tags, &a.pattern, &a.template)))),
    ("selection.exclude", |i| run(i, |a: Exclude| Outcome::from(channel::exclude(a.tags, &a.patterns)))),
    ("selection.newest-release", |i| {
        run(i, |a: NewestRelease| selection::newest_release(&a.version, a.tags.iter().map(String::as_str), a.listing))
    }),
    ("selection.reflect", |i| {
        run(i, |a: Reflect| exchange::reflect(a.rule, a.before.as_ref(), &a.tag, a.looked_up.as_deref()))
    }),
];
