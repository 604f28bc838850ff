//! The `build`, `receipt` and `alias` interfaces.

use super::arguments::arguments;
use super::{Document, Function, Outcome, load, run};
use crate::alias::{self, AliasEvent, AliasRequest};
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

arguments! {
    struct Alias {
        policy: Option<Document>,
        request: AliasRequest,
        events: Vec<AliasEvent>,
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
    ("alias.next", |i| {
        run(i, |a: Alias| Outcome::from(load(a.policy).and_then(|p| alias::next(&p, &a.request, &a.events))))
    }),
];
