//! `type=semver`: parts of a version of <https://semver.org>.

use super::{Affixes, Line, Made, subject};
use crate::tagging::metadata::globals::{NoFunctions, Run};
use crate::tagging::metadata::js;
use crate::tagging::metadata::model::{MetadataFailure, MetadataFailureCode, Step};
use crate::tagging::metadata::regexp::Pattern;
use crate::tagging::metadata::template::{self, Value};
use crate::version::SemVer;

/// Longest version that is read, in UTF-16 units, with what surrounds it.
const MAX_LENGTH: usize = 256;

pub(super) fn make(
    line: &Line,
    run: &Run<'_>,
    affixes: &Affixes<'_>,
    warnings: &mut Vec<String>,
) -> Step<Option<Made>> {
    let Some(text) = subject(line, run)? else { return Ok(None) };
    let text = matched(line, text, warnings)?.replace('/', "-");
    let read = Some(js::trim(&text)).filter(|_| js::length(&text) <= MAX_LENGTH).and_then(SemVer::parse);
    let Some(version) = read else {
        warnings.push(format!("{text} is not a valid semver. More info: https://semver.org/"));
        return Ok(None);
    };
    let pattern = line.get("pattern");
    // A pre-release is named in full, whatever the pattern says, lest it take the place of a release.
    let value = if version.is_prerelease() && !template::is_raw_statement(pattern) {
        version.to_string()
    } else {
        template::render(pattern, &object(&version, &text), &NoFunctions(&run.notes))?
    };
    affixes.made(&value, !version.is_prerelease())
}

/// The part of the text that the attribute `match` asks for.
pub(super) fn matched(line: &Line, text: String, warnings: &mut Vec<String>) -> Step<String> {
    let pattern = line.get("match");
    if pattern.is_empty() {
        return Ok(text);
    }
    let Some(groups) = Pattern::new(pattern)?.apply(&text)? else {
        warnings.push(format!("{pattern} does not match {text}."));
        return Ok(text);
    };
    groups.into_iter().nth(1).flatten().ok_or_else(|| {
        MetadataFailure::new(
            MetadataFailureCode::Pattern,
            "Cannot read properties of undefined (reading 'replace')".to_owned(),
        )
    })
}

/// The version as its JavaScript class shows it to a template.
fn object(version: &SemVer, raw: &str) -> Value {
    let identifiers = |text: &str| -> Value {
        let parts = text.split('.').filter(|part| !part.is_empty());
        Value::List(parts.map(Value::text).collect())
    };
    let text = version.to_string();
    let options = Value::object(vec![("loose", Value::Boolean(true))], "[object Object]");
    // Numbers of a version are at most 2^53 − 1, which a float holds exactly.
    let number = |number: u64| Value::Number(js::to_number(&number.to_string()));
    let entries = vec![
        ("options", options),
        ("loose", Value::Boolean(true)),
        ("includePrerelease", Value::Boolean(false)),
        ("raw", Value::text(raw)),
        ("major", number(version.major)),
        ("minor", number(version.minor)),
        ("patch", number(version.patch)),
        ("prerelease", identifiers(&version.prerelease)),
        ("build", identifiers(&version.build)),
        ("version", Value::text(&text)),
    ];
    Value::object(entries, &text)
}
