//! The `version` interface.

use super::arguments::arguments;
use super::{Function, Outcome, run};
use crate::version::{self, Prereleases, Strictness};

arguments! {
    struct Parse {
        text: String,
        strictness: Strictness,
    }
}

arguments! {
    struct Compare {
        one: String,
        two: String,
    }
}

arguments! {
    struct Check {
        constraint: String,
    }
}

arguments! {
    struct Admits {
        constraint: String,
        version: String,
        prereleases: Prereleases,
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("version.parse", |i| run(i, |a: Parse| Outcome::from(version::parse(&a.text, a.strictness)))),
    ("version.compare", |i| run(i, |a: Compare| Outcome::from(version::compare(&a.one, &a.two)))),
    ("version.check", |i| run(i, |a: Check| version::check(&a.constraint))),
    ("version.admits", |i| {
        run(i, |a: Admits| Outcome::from(version::admits(&a.constraint, &a.version, a.prereleases)))
    }),
];
