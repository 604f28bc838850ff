//! Versions and constraints against Masterminds/semver.

use std::cmp::Ordering;

use buildonce_core::version::masterminds::{Comparator, Constraints, Prereleases, Strictness, Version};

use crate::vectors::{run, same, text};

fn version(text: &str) -> Result<Version<'_>, String> {
    Version::parse(text, Strictness::Loose).ok_or_else(|| format!("{text} is no version"))
}

#[test]
fn versions_are_read_as_masterminds_reads_them() {
    run("masterminds_version_parse.json", |case| {
        let strictness = if text(case, "mode") == "strict" { Strictness::Strict } else { Strictness::Loose };
        let refused = Version::parse(text(case, "version"), strictness).is_none();
        same("refusal", &Some(refused), &case["error"].as_bool())
    });
}

#[test]
fn versions_are_ordered_and_written_as_masterminds_does() {
    run("masterminds_version_compare.json", |case| {
        if let Some(expected) = case["expect_string"].as_str() {
            return same("text", &version(text(case, "coerce"))?.to_string(), &expected.to_owned());
        }
        let order = match version(text(case, "v1"))?.precedence(&version(text(case, "v2"))?) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        };
        same("order", &Some(order), &case["expect"].as_i64())
    });
}

#[test]
fn constraints_are_read_as_masterminds_reads_them() {
    run("masterminds_constraint_parse.json", |case| {
        let refused = Constraints::parse(text(case, "constraint")).is_err();
        same("refusal", &Some(refused), &case["error"].as_bool())
    });
}

#[test]
fn constraints_admit_what_masterminds_admits() {
    run("masterminds_constraint_check.json", |case| {
        let version = version(text(case, "version"))?;
        let included = case["include_prerelease"].as_bool() == Some(true);
        let prereleases = if included { Prereleases::Included } else { Prereleases::WhenNamed };
        // This upstream test calls the parser of a single comparison, which, unlike that of constraints, knows the empty one.
        let admitted = if text(case, "from") == "TestConstraintCheck" {
            Comparator::parse(text(case, "constraint")).map(|comparator| comparator.admits(&version, prereleases))
        } else {
            Constraints::parse(text(case, "constraint")).map(|constraint| constraint.admits(&version, prereleases))
        };
        same("admission", &Some(admitted.map_err(|e| e.message)?), &case["check"].as_bool())
    });
}
