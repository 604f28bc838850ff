//! Where an answer differs from what is expected, for people.

use serde_json::Value;

/// One line per difference, `path: expected … / got …`; empty when the documents are equal. The order of keys does not matter.
pub fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let line = |found: &buildonce::record::Difference| {
        let (expected, got) = found.texts();
        format!("{}:\n    expected {expected}\n    got      {got}", found.path)
    };
    buildonce::record::differences(expected, got).iter().map(line).collect()
}
