//! The `promotion` interface.

use super::arguments::arguments;
use super::{Document, Function, Outcome, load, run};
use crate::build::BuildEvent;
use crate::facts::Facts;
use crate::promotion::{self, PromotionRequest};

arguments! {
    struct Next {
        policy: Option<Document>,
        facts: Facts,
        request: PromotionRequest,
        events: Vec<BuildEvent>,
    }
}

arguments! {
    struct Check {
        to: Vec<String>,
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("promotion.next", |i| {
        run(i, |a: Next| {
            Outcome::from(load(a.policy).and_then(|policy| promotion::next(&policy, &a.facts, &a.request, &a.events)))
        })
    }),
    ("promotion.check", |i| run(i, |a: Check| promotion::check(&a.to))),
];
