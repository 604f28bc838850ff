//! The `build` and `receipt` interfaces.

use super::arguments::arguments;
use super::{Document, Function, Outcome, load, run};
use crate::build::{self, BuildEvent, BuildRequest};
use crate::facts::Facts;
use crate::receipt;

arguments! {
    struct Next {
        policy: Option<Document>,
        facts: Facts,
        request: BuildRequest,
        events: Vec<BuildEvent>,
    }
}

arguments! {
    struct Read {
        document: String,
        name: String,
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("build.next", |i| {
        run(i, |a: Next| {
            Outcome::from(load(a.policy).and_then(|policy| build::next(&policy, &a.facts, &a.request, &a.events)))
        })
    }),
    ("receipt.read", |i| run(i, |a: Read| Outcome::from(receipt::read(&a.document, &a.name)))),
];
