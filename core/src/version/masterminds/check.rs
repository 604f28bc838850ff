//! Whether a version satisfies one comparator.

use std::cmp::Ordering;

use super::constraint::{Comparator, Open, Operator, Prereleases};
use super::version::Version;
use super::version::compare_prereleases;

/// Whether the version satisfies the comparator.
pub(super) fn holds(comparator: &Comparator, version: &Version<'_>, prereleases: Prereleases) -> bool {
    let named = !comparator.prerelease.is_empty();
    let exact = comparator.open == Open::Nothing;
    if version.is_prerelease() && !named && prereleases == Prereleases::WhenNamed {
        return false;
    }
    let order = version.precedence(&comparator.version());
    match comparator.operator {
        Operator::Equal if exact => order == Ordering::Equal,
        Operator::Equal | Operator::Tilde => tilde(comparator, version, order),
        Operator::NotEqual => differs(comparator, version, order),
        Operator::Greater => greater(comparator, version, order),
        Operator::GreaterOrEqual => order != Ordering::Less,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => less_or_equal(comparator, version, order),
        Operator::Caret => caret(comparator, version, order),
    }
}

fn same_major(comparator: &Comparator, version: &Version<'_>) -> bool {
    version.major == comparator.major
}

fn same_minor(comparator: &Comparator, version: &Version<'_>) -> bool {
    version.minor == comparator.minor
}

/// Outside the range that the written numbers span.
fn differs(comparator: &Comparator, version: &Version<'_>, order: Ordering) -> bool {
    match comparator.open {
        Open::Minor => !same_major(comparator, version),
        // Where nothing is written, the wildcard counts as 0.0.0.
        Open::Nothing | Open::Everything => order != Ordering::Equal,
        Open::Patch if !same_major(comparator, version) || !same_minor(comparator, version) => true,
        Open::Patch => {
            let prereleases = [version.prerelease, &comparator.prerelease];
            // The patch number is open, so only pre-releases are left to differ in.
            prereleases.iter().any(|p| !p.is_empty())
                && prerelease_order(version.prerelease, &comparator.prerelease).is_ne()
        }
    }
}

/// The order of two pre-releases where either may be missing.
fn prerelease_order(one: &str, two: &str) -> Ordering {
    match (one.is_empty(), two.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => compare_prereleases(one, two),
    }
}

/// Above the whole range that the written numbers span: `>1` starts at 2.0.0.
fn greater(comparator: &Comparator, version: &Version<'_>, order: Ordering) -> bool {
    match comparator.open {
        Open::Nothing | Open::Everything => order == Ordering::Greater,
        Open::Minor => version.major > comparator.major,
        Open::Patch => (version.major, version.minor) > (comparator.major, comparator.minor),
    }
}

/// Not above the range that the written numbers span: `<=1` ends before 2.0.0.
fn less_or_equal(comparator: &Comparator, version: &Version<'_>, order: Ordering) -> bool {
    match comparator.open {
        Open::Nothing => order != Ordering::Greater,
        Open::Minor => version.major <= comparator.major,
        Open::Patch | Open::Everything => (version.major, version.minor) <= (comparator.major, comparator.minor),
    }
}

/// From the version on, within the numbers that are written. `~0.0.0` and `~*` admit everything from there on.
fn tilde(comparator: &Comparator, version: &Version<'_>, order: Ordering) -> bool {
    let zero = (comparator.major, comparator.minor, comparator.patch) == (0, 0, 0);
    if order == Ordering::Less {
        return false;
    }
    match comparator.open {
        Open::Nothing | Open::Everything if zero => true,
        Open::Minor => same_major(comparator, version),
        _ => same_major(comparator, version) && same_minor(comparator, version),
    }
}

/// From the version on, with no change of the first number that is not zero. `^*` counts as `^0.0.0` and admits only that,
/// as in the original, whose documentation promises more.
fn caret(comparator: &Comparator, version: &Version<'_>, order: Ordering) -> bool {
    if order == Ordering::Less {
        return false;
    }
    if comparator.major > 0 || comparator.open == Open::Minor {
        return same_major(comparator, version);
    }
    let same_line = version.major == 0 && same_minor(comparator, version);
    same_line && (comparator.minor > 0 || comparator.open == Open::Patch || version.patch == comparator.patch)
}
