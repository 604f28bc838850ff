//! The `reference` interface.

use super::arguments::arguments;
use super::{Function, Outcome, run};
use crate::reference::{self, Platform};

arguments! {
    struct Parse {
        text: String,
    }
}

arguments! {
    struct Fit {
        machine: Platform,
        target: Platform,
        other: Option<Platform>,
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("reference.parse", |i| run(i, |a: Parse| Outcome::from(reference::parse(&a.text)))),
    ("reference.parse-platform", |i| run(i, |a: Parse| Outcome::from(reference::parse_platform(&a.text)))),
    ("reference.fit", |i| run(i, |a: Fit| reference::fit(&a.machine, &a.target, a.other.as_ref()))),
];
