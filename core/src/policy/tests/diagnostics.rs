//! Every bad policy of `tests/policies`, with all that is said about it.

use std::path::PathBuf;

use crate::policy::{Policy, compact};

/// The files of a folder of `tests/policies`, sorted.
pub(super) fn files(folder: &str) -> Vec<(String, String)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/policies").join(folder);
    let entries = std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_fault_of_a_bad_policy_is_told_with_its_place() {
    let files = files("bad");
    assert!(files.len() > 15, "the bad policies are there");
    for (name, source) in files {
        let errors = Policy::parse(&source, &name).map(|_| format!("{name} parsed")).unwrap_err();
        for error in &errors {
            assert!(error.span.is_some() && error.file.is_some(), "{error:?}");
            assert!(!error.message.contains('\n') && !error.message.is_empty(), "{error:?}");
        }
        insta::assert_snapshot!(name.as_str(), compact(&errors));
    }
}
