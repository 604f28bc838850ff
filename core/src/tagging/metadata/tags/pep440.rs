//! `type=pep440`: parts of a version of a Python package.

use super::{Affixes, Line, Made, subject};
use crate::tagging::metadata::findings::Notes;
use crate::tagging::metadata::globals::Run;
use crate::tagging::metadata::model::Step;
use crate::tagging::metadata::template::{self, Argument, Function, Functions, Value};
use crate::version::Pep440;

pub(super) fn make(
    line: &Line,
    run: &Run<'_>,
    affixes: &Affixes<'_>,
    warnings: &mut Vec<String>,
) -> Step<Option<Made>> {
    let Some(text) = subject(line, run)? else { return Ok(None) };
    let text = super::semver::matched(line, text, warnings)?.replace('/', "-");
    let Some(version) = Pep440::parse(&text) else {
        warnings
            .push(format!("{text} does not conform to PEP 440. More info: https://www.python.org/dev/peps/pep-0440"));
        return Ok(None);
    };
    let pattern = line.get("pattern");
    let value = if version.is_final() {
        let names = ["raw", "version", "major", "minor", "patch"];
        let entries = names.map(|name| (name, Value::Function(Function { name, arity: 0, source: "function(){}" })));
        let parts = Parts { version: &version, raw: &text, notes: &run.notes };
        template::render(pattern, &Value::object(entries.to_vec(), "[object Object]"), &parts)?
    } else if template::is_raw_statement(pattern) {
        text.clone()
    } else {
        version.to_string()
    };
    affixes.made(&value, version.is_final())
}

/// The functions that a pattern may name.
struct Parts<'a> {
    version: &'a Pep440,
    raw: &'a str,
    notes: &'a Notes,
}

impl Functions for Parts<'_> {
    fn call(&self, function: Function, _: &[Argument]) -> Step<Value> {
        Ok(match function.name {
            "raw" => Value::text(self.raw),
            "version" => Value::text(&self.version.to_string()),
            "major" => Value::Number(self.version.release_number(0)),
            "minor" => Value::Number(self.version.release_number(1)),
            "patch" => Value::Number(self.version.release_number(2)),
            _ => Value::Undefined,
        })
    }

    fn notes(&self) -> Option<&Notes> {
        Some(self.notes)
    }
}
