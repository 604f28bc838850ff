//! Runs the cases of a vector file and tells how many passed.

use std::path::PathBuf;

use serde_json::Value;

/// A vector file: the folder that `BUILDONCE_VECTORS` names, else this project's own.
fn path(name: &str) -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors").join(name);
    let given = std::env::var_os("BUILDONCE_VECTORS").map(|folder| PathBuf::from(folder).join(name));
    given.filter(|path| path.exists()).unwrap_or(own)
}

/// Runs every case; fails when one of them does.
pub(crate) fn run(name: &str, check: impl Fn(&Value) -> Result<(), String>) {
    let text = std::fs::read_to_string(path(name)).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty(), "{name} holds no case");
    let failures: Vec<_> = cases
        .iter()
        .filter_map(|case| check(case).err().map(|why| format!("{}: {why}", case["id"].as_str().unwrap_or("?"))))
        .collect();
    println!("{name}: {} passed, {} failed", cases.len() - failures.len(), failures.len());
    assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n"));
}

/// Compares an answer with the expected one.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found:?}, expected {expected:?}")) }
}

/// A text of a case; empty where there is none.
pub(crate) fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

/// The texts of a list in a case.
pub(crate) fn texts(case: &Value, key: &str) -> Vec<String> {
    let list = case[key].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
