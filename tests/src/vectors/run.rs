//! Finding files, running them, telling what came of it.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// How many failures of a file are shown.
const SHOWN: usize = 5;

/// Longest text of a failure, in characters.
const LENGTH: usize = 600;

/// Where the files are.
#[derive(Debug)]
pub struct Files {
    own: PathBuf,
    given: Option<PathBuf>,
}

impl Files {
    /// The folder that `BUILDONCE_VECTORS` names, and this project's own for what is missing there.
    pub fn find() -> Result<Self> {
        let given = env::var_os("BUILDONCE_VECTORS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        // Tests run in the folder of their package; a relative path is meant from where the person stands, the top folder.
        let given = given.map(|folder| if folder.is_absolute() { folder } else { crate::root().join(folder) });
        if let Some(folder) = &given {
            ensure!(folder.is_dir(), "BUILDONCE_VECTORS names no folder: {}", folder.display());
        }
        Ok(Self { own: crate::folder().join("vectors"), given })
    }

    /// Reads a file's text.
    pub fn text(&self, name: &str) -> Result<String> {
        let given = self.given.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists());
        let path = given.unwrap_or_else(|| self.own.join(name));
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// Reads a file's cases.
    pub fn cases(&self, name: &str) -> Result<Vec<Value>> {
        let cases: Vec<Value> = serde_json::from_str(&self.text(name)?).with_context(|| name.to_owned())?;
        ensure!(!cases.is_empty(), "{name} holds no case");
        Ok(cases)
    }

    /// Names of the files of both folders.
    pub fn names(&self) -> Vec<String> {
        let folders = self.given.iter().chain([&self.own]);
        let entries = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten().filter_map(Result::ok);
        let paths =
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|kind| kind == "json"));
        paths.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect()
    }
}

/// What came of a file on a front.
#[derive(Debug, Default)]
pub struct Report {
    /// Cases that passed.
    pub passed: usize,
    /// What failed, one text each, the case's name first.
    pub failures: Vec<String>,
    /// Scores of a family with a threshold, such as `precision 0.97 (bar 0.95)`.
    pub score: Option<String>,
    /// The family's bar is missed.
    pub missed: bool,
}

impl Report {
    /// Of a file of which every case must pass.
    pub fn strict(cases: &[Value], check: impl Fn(&Value) -> Result<()>) -> Self {
        let mut report = Self::default();
        for (number, case) in cases.iter().enumerate() {
            match check(case) {
                Ok(()) => report.passed += 1,
                Err(why) => report.failures.push(format!("{}: {why:#}", name(case, number))),
            }
        }
        report.missed = !report.failures.is_empty();
        report
    }

    /// The line for the file, and below it some of the failures.
    pub fn lines(&self, file: &str, front: &str) -> String {
        let mut text = format!("{file} ({front}): {} passed, {} failed", self.passed, self.failures.len());
        if let Some(score) = &self.score {
            text.push_str("; ");
            text.push_str(score);
        }
        for failure in self.failures.iter().take(SHOWN) {
            let short: String = failure.chars().take(LENGTH).collect();
            let cut = if short.len() < failure.len() { " …" } else { "" };
            text.push_str("\n    ");
            text.push_str(&short.replace('\n', "\n    "));
            text.push_str(cut);
        }
        if self.failures.len() > SHOWN {
            text = format!("{text}\n    … and {} more", self.failures.len() - SHOWN);
        }
        text
    }
}

/// What a case is called.
fn name(case: &Value, number: usize) -> String {
    let name = ["id", "name"].iter().find_map(|key| case.get(key).and_then(Value::as_str));
    name.map_or_else(|| format!("case {}", number + 1), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_counts_and_shows_the_first_failures() {
        let cases: Vec<_> = (0..8).map(|n| json!({"id": format!("c{n}"), "ok": n == 0})).collect();
        let report = Report::strict(&cases, |case| {
            ensure!(case.get("ok") == Some(&Value::Bool(true)), "is wrong");
            Ok(())
        });
        assert!(report.missed);
        let text = report.lines("x.json", "native");
        assert!(text.starts_with("x.json (native): 1 passed, 7 failed\n    c1: is wrong\n"), "{text}");
        assert!(text.ends_with("c5: is wrong\n    … and 2 more"), "{text}");
    }
}
