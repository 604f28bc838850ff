//! Reading cases and answers.

use std::fmt::Debug;

use anyhow::{Result, bail, ensure};
use serde_json::Value;

/// Demands that two things are the same.
pub(super) fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<()> {
    ensure!(found == expected, "{what} is {found:?}, expected {expected:?}");
    Ok(())
}

/// A text of a document; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a document says `true` there.
pub(super) fn is_set(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|value| *value == Value::Bool(true))
}

/// The two sides of an answer `{"ok": …}` or `{"err": […]}`; anything else is no answer of the engine.
pub(super) fn outcome(answer: &Value) -> Result<std::result::Result<&Value, &Value>> {
    match (answer.get("ok"), answer.get("err")) {
        (Some(ok), None) => Ok(Ok(ok)),
        (None, Some(err)) => {
            let is_finding =
                |finding: &Value| !text(finding, "code").is_empty() && !text(finding, "message").is_empty();
            let findings = err.as_array().filter(|findings| !findings.is_empty());
            ensure!(findings.is_some_and(|all| all.iter().all(is_finding)), "refused without a finding: {answer}");
            Ok(Err(err))
        }
        _ => bail!("neither `ok` nor `err`: {answer}"),
    }
}

/// The answer where the case expects one; nothing where it expects a refusal and got it.
pub(super) fn accepted(answer: &Value, refusal_expected: bool) -> Result<Option<&Value>> {
    match (outcome(answer)?, refusal_expected) {
        (Ok(ok), false) => Ok(Some(ok)),
        (Err(_), true) => Ok(None),
        (Ok(ok), true) => bail!("a refusal was expected, the answer is {ok}"),
        (Err(err), false) => bail!("refused: {err}"),
    }
}

/// The texts of a list in a document; none where there is no list.
pub(super) fn texts(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A document without what is null, as absent options are left out.
pub(super) fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}
