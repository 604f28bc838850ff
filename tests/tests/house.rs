//! The rules of this house that no compiler checks: how long a file is, who may name whom, and what no file says.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use buildonce_tests::root;

/// Lines of a file, its tests aside.
const LINES: usize = 400;

/// Files that may be longer, each with its reason.
const LONGER: [(&str, &str); 0] = [];

/// Every file that git knows or would know, with its path from the repository's top.
fn files() -> Vec<String> {
    let list = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is needed for this test");
    assert!(list.status.success(), "{}", String::from_utf8_lossy(&list.stderr));
    let files = String::from_utf8(list.stdout).expect("paths are UTF-8");
    files.lines().filter(|path| root().join(path).is_file()).map(str::to_owned).collect()
}

fn with_ending(ending: &str) -> Vec<String> {
    let found: Vec<_> = files().into_iter().filter(|path| path.ends_with(ending)).collect();
    assert!(!found.is_empty(), "no file ends with {ending}");
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A file's code, without the tests at its bottom.
fn code(text: &str) -> &str {
    let end = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

/// Whether a file holds nothing but tests and what they need.
fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("/testing.rs")
}

#[test]
fn files_are_short_enough_to_be_about_one_idea() {
    let long: Vec<_> = [".rs", ".mjs", ".py"]
        .into_iter()
        .flat_map(with_ending)
        .filter(|path| !is_test(path))
        .map(|path| (code(&read(&path)).lines().count(), path))
        .filter(|(lines, path)| *lines > LINES && !LONGER.iter().any(|(known, _)| known == path))
        .collect();
    assert!(long.is_empty(), "longer than {LINES} lines, to be split or listed with a reason: {long:#?}");
    for (path, _) in LONGER {
        assert!(code(&read(path)).lines().count() > LINES, "{path} is no exception any more");
    }
}

/// Our crates that a crate may use: its arrows. Tests, benches and tools may use any.
const ARROWS: [(&str, &[&str]); 4] =
    [("core", &[]), ("lines", &[]), ("plugin", &["buildonce-core", "buildonce-lines"]), ("host", &["buildonce-lines"])];

#[test]
fn crates_depend_in_one_direction() {
    for (folder, allowed) in ARROWS {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let ours = manifest.lines().map(|line| line.split(['.', ' ', '=']).next().unwrap_or_default());
        let ours: Vec<_> = ours.filter(|name| name.starts_with("buildonce")).collect();
        assert!(ours.iter().all(|name| allowed.contains(name)), "{folder} depends on {ours:?}, and may on {allowed:?}");
    }
}

#[test]
fn no_crate_names_what_it_may_not_use() {
    let forbidden: [(&str, &[&str]); 3] = [
        (
            "core/src/",
            &[
                "wasmtime::",
                "wit_bindgen",
                "std::fs",
                "std::env",
                "TcpStream",
                "std::process",
                "SystemTime",
                "Instant::",
            ],
        ),
        ("plugin/src/", &["std::fs", "TcpStream", "SystemTime", "Instant::"]),
        ("host/src/", &["buildonce_core"]),
    ];
    for (folder, words) in forbidden {
        let mut seen = 0;
        for path in with_ending(".rs").iter().filter(|path| path.starts_with(folder) && !is_test(path)) {
            let text = read(path);
            seen += 1;
            for word in words {
                let line = code(&text).lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
                assert!(line.is_none(), "{path} names `{word}`: {}", line.unwrap_or_default());
            }
        }
        assert!(seen > 0, "there are no files in {folder}");
    }
}

/// Modules of the core that decide nothing by themselves, or that every decision may use.
const SHARED: [&str; 16] = [
    "calendar",
    "diagnostic",
    "facts",
    "json",
    "limits",
    "number",
    "order",
    "pattern",
    "policy",
    "position",
    "read",
    "reason",
    "reference",
    "regexp",
    "text",
    "version",
];

/// What a decision may use beside those: producer and consumer of an image must not disagree on its names.
/// What a build sees, and what a receipt names, is judged like what a consumer sees; a build writes the receipt. A promotion goes on with the image
/// that was selected, and its steps are carried out like those of a build.
const BETWEEN_DECISIONS: [(&str, &str); 11] = [
    ("selection", "tagging"),
    ("build", "tagging"),
    ("build", "selection"),
    ("build", "receipt"),
    ("receipt", "tagging"),
    ("promotion", "selection"),
    ("promotion", "tagging"),
    ("promotion", "build"),
    ("promotion", "receipt"),
    ("receipt", "selection"),
    ("alias", "selection"),
];

#[test]
fn decisions_do_not_know_each_other() {
    let modules = modules(&read("core/src/lib.rs"));
    for shared in SHARED {
        assert!(modules.contains(&shared.to_owned()), "the core has no module {shared} any more");
    }
    let mut uses: BTreeMap<(String, String), String> = BTreeMap::new();
    for path in with_ending(".rs").into_iter().filter(|path| path.starts_with("core/src/")) {
        let module = path.trim_start_matches("core/src/").split(['/', '.']).next().unwrap_or_default().to_owned();
        // Only what is compiled into the answer: tests may compare decisions.
        if module != "lib" && !is_test(&path) {
            for used in used_modules(code(&read(&path))) {
                uses.entry((module.clone(), used)).or_insert(path.clone());
            }
        }
    }
    assert!(!uses.is_empty(), "nothing uses anything");
    for ((module, used), path) in uses {
        if module == used || !modules.contains(&used) || module == "json" {
            continue;
        }
        let allowed = match module.as_str() {
            // The vocabulary of everything, and of the policies.
            "facts" => SHARED.contains(&used.as_str()) && !["policy", "json"].contains(&used.as_str()),
            _ if used == "json" => false,
            module if SHARED.contains(&module) => SHARED.contains(&used.as_str()),
            module => SHARED.contains(&used.as_str()) || BETWEEN_DECISIONS.contains(&(module, used.as_str())),
        };
        assert!(allowed, "{path}: `{module}` uses `{used}`");
    }
}

fn modules(lib: &str) -> Vec<String> {
    let declared = lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    declared.map(|rest| rest.trim_end_matches(';').to_owned()).collect()
}

/// The top-level modules that a file names: `crate::a::b`, `use crate::{a, b::{c, d}};`.
fn used_modules(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in code.split("crate::").skip(1) {
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        let Some(list) = line.strip_prefix('{') else {
            found.push(word(line));
            continue;
        };
        let (mut depth, mut start) = (0, true);
        for (at, character) in list.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' => start = depth == 0,
                c if start && !c.is_whitespace() => {
                    found.push(word(list.get(at..).unwrap_or_default()));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn every_form_of_a_use_is_understood() {
    let code = "use crate::facts::Facts;\nuse crate::{Reason, policy::{Glob, tagging}, tagging::plan};\nlet x = crate::json::call;";
    assert_eq!(used_modules(code), ["facts", "Reason", "policy", "tagging", "json"]);
}

/// What no file says: hosts of package registries, whose traffic examples must not draw, and paths of somebody's machine. The words are
/// put together here, so that this file does not say them.
fn forbidden() -> Vec<String> {
    let hosts: [&[&str]; 8] = [
        &["crates", ".io"],
        &["pypi", ".org"],
        &["python", "hosted.org"],
        &["npm", "js.org"],
        &["npm", "js.com"],
        &["ruby", "gems.org"],
        &["maven", ".org"],
        &["proxy.golang", ".org"],
    ];
    let paths: [&[&str]; 2] = [&["/work/", "shared"], &["/tmp/", "wt"]];
    hosts.iter().chain(&paths).map(|parts| parts.concat()).collect()
}

#[test]
fn no_file_names_a_package_registry_or_somebodys_machine() {
    let words = forbidden();
    // Lock files are written by the package managers, and the excerpts of real logs by whoever failed.
    let others = ["Cargo.lock", "package-lock.json", "tests/vectors/errors.json"];
    for path in files().iter().filter(|path| !others.iter().any(|other| path.ends_with(other))) {
        let bytes = fs::read(root().join(path)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        for word in &words {
            let line = text.lines().find(|line| line.contains(word.as_str()));
            let shown: String = line.unwrap_or_default().chars().take(200).collect();
            assert!(line.is_none(), "{path} names {word}: {shown}");
        }
    }
}

#[test]
fn every_exception_from_a_lint_has_its_reason() {
    for path in with_ending(".rs").iter().filter(|path| !path.starts_with("tests/tests/house.rs")) {
        let text = read(path);
        for marker in ["allow(", "expect("] {
            for opening in [format!("#[{marker}"), format!("#![{marker}")] {
                for rest in text.split(opening.as_str()).skip(1) {
                    let attribute = rest.split(")]").next().unwrap_or_default();
                    assert!(attribute.contains("reason = \""), "{path}: {opening}{attribute})] has no reason");
                }
            }
        }
    }
    let manifest = read("Cargo.toml");
    let exceptions: Vec<_> = manifest.lines().filter(|line| line.contains("= \"allow\"")).collect();
    assert!(!exceptions.is_empty() && exceptions.iter().all(|line| line.contains(" # ")), "{exceptions:#?}");
}

#[test]
fn every_direct_dependency_has_its_line_in_the_architecture() {
    let architecture = read("ARCHITECTURE.md");
    let manifests: Vec<PathBuf> =
        ["core", "host", "lines", "plugin"].map(|folder| Path::new(folder).join("Cargo.toml")).into();
    for manifest in manifests {
        let text = read(&manifest.to_string_lossy());
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
                continue;
            }
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let ours = name.is_empty() || name.starts_with('#') || name.starts_with("buildonce");
            if section.ends_with("dependencies]") && !section.contains("dev-") && !ours {
                assert!(architecture.contains(&format!("`{name}`")), "{}: `{name}` has no line", manifest.display());
            }
        }
    }
}
