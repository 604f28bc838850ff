//! Versions and constraints against Masterminds/semver.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::Family;
use super::value::{accepted, is_set, same, text};
use crate::fronts::Front;

/// Which texts are versions.
pub(super) struct VersionParse;

impl Family for VersionParse {
    fn file(&self) -> &'static str {
        "masterminds_version_parse.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let input = json!({"text": text(case, "version"), "strictness": text(case, "mode")});
        accepted(&front.call("version.parse", &input)?, is_set(case, "error")).map(drop)
    }
}

/// The order of versions, and their usual spelling.
pub(super) struct VersionCompare;

impl Family for VersionCompare {
    fn file(&self) -> &'static str {
        "masterminds_version_compare.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        if let Some(expected) = case.get("expect_string").and_then(Value::as_str) {
            let input = json!({"text": text(case, "coerce"), "strictness": "loose"});
            let answer = front.call("version.parse", &input)?;
            let version = accepted(&answer, false)?.map(|version| text(version, "text"));
            return same("the text", &version, &Some(expected));
        }
        let answer = front.call("version.compare", &json!({"one": text(case, "v1"), "two": text(case, "v2")}))?;
        let expected = match case.get("expect").and_then(Value::as_i64) {
            Some(-1) => "less",
            Some(0) => "equal",
            Some(1) => "greater",
            other => anyhow::bail!("the case expects {other:?}"),
        };
        same("the comparison", &accepted(&answer, false)?.and_then(Value::as_str), &Some(expected))
    }
}

/// Which texts are constraints.
pub(super) struct ConstraintParse;

impl Family for ConstraintParse {
    fn file(&self) -> &'static str {
        "masterminds_constraint_parse.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let answer = front.call("version.check", &json!({"constraint": text(case, "constraint")}))?;
        let findings = answer.as_array().map(Vec::len);
        ensure!(findings.is_some(), "no list of findings: {answer}");
        same("refusal", &(findings != Some(0)), &is_set(case, "error"))
    }
}

/// Which versions a constraint admits.
pub(super) struct ConstraintCheck;

impl Family for ConstraintCheck {
    fn file(&self) -> &'static str {
        "masterminds_constraint_check.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        // This upstream test calls the parser of a single comparison, which, unlike that of constraints, takes the empty text for every
        // release; in a constraint that is written `*`.
        let single = text(case, "from") == "TestConstraintCheck";
        let constraint = match text(case, "constraint") {
            "" if single => "*",
            constraint => constraint,
        };
        let prereleases = if is_set(case, "include_prerelease") { "included" } else { "when-named" };
        let input = json!({"constraint": constraint, "version": text(case, "version"), "prereleases": prereleases});
        let answer = front.call("version.admits", &input)?;
        let expected = case.get("check").and_then(Value::as_bool);
        same("admission", &accepted(&answer, false)?.and_then(Value::as_bool), &expected)
    }
}
