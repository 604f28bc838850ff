//! The `build` and `receipt` interfaces.

use super::arguments::arguments;
use super::{Document, Function, Outcome, load, run};
use crate::build::{self, BuildEvent, BuildRequest};
use crate::facts::Facts;
use crate::receipt::{self, VerifyRequest};
use crate::selection::exchange::ObservationRecord;

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

arguments! {
    struct Verify {
        document: String,
        name: String,
        request: VerifyRequest,
        seen: Vec<ObservationRecord>,
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("build.next", |i| {
        run(i, |a: Next| {
            Outcome::from(load(a.policy).and_then(|policy| build::next(&policy, &a.facts, &a.request, &a.events)))
        })
    }),
    ("receipt.read", |i| run(i, |a: Read| Outcome::from(receipt::read(&a.document, &a.name)))),
    ("receipt.verify", |i| {
        run(i, |a: Verify| Outcome::from(receipt::verify(&a.document, &a.name, &a.request, a.seen)))
    }),
];
