//! Every bad policy of `tests/policies`, with all that is said about it.

use std::path::{Path, PathBuf};

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
    // Beside each policy stands what a person reads about it, which the program's own test compares.
    files.retain(|(name, _)| Path::new(name).extension().is_some_and(|end| end != "txt"));
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

#[test]
fn a_flood_of_faults_is_cut_short() {
    let source = (0..500).map(|key| format!("k{key}: 1")).collect::<Vec<_>>().join("\n");
    let errors = Policy::parse(&source, "p.yaml").unwrap_err();
    let last = errors.last().unwrap();
    // 500 unknown keys, no version and no tag rules.
    assert_eq!((errors.len(), last.message.as_str()), (101, "402 more errors follow"));
    assert!(Policy::parse(&"= \n".repeat(10_000), "p.toml").unwrap_err().len() <= 20);
}

#[test]
fn no_list_of_rules_is_endless() {
    let items = vec!["{}"; 501].join(", ");
    let lists = ["tags", "images", "build: {platforms", "retry: {rules", "retention"];
    for list in lists {
        let end = if list.contains('{') { "}" } else { "" };
        let source = format!("version: 1\nextends: build-once-test-many\n{list}: [{items}]{end}\n");
        assert_eq!(Policy::parse(&source, "p.yaml").unwrap_err()[0].code, "too-many-rules", "{list}");
    }
}
