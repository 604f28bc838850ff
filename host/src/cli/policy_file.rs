//! Finding and reading the policy.

use std::path::{Path, PathBuf};

use buildonce::{Policy, Session};
use serde_json::{Value, json};

use super::Problem;
use crate::render::Sources;
use crate::{document, git};

/// Names that are looked for, in this order.
const NAMES: [&str; 4] = ["buildonce.yaml", "buildonce.yml", "buildonce.toml", "buildonce.json"];

/// A policy's document.
#[derive(Debug)]
pub(crate) struct PolicyFile {
    /// What messages call it: its path as a person would type it here.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

/// The input of an engine function that takes a policy and facts, in the engine's JSON. Without a file the standard policy holds.
pub(crate) fn input(file: Option<&PolicyFile>, facts: &Value) -> Value {
    match file {
        Some(file) => json!({"policy": {"source": file.text, "name": file.name}, "facts": facts}),
        None => json!({"facts": facts}),
    }
}

impl PolicyFile {
    /// Reads the given file, else the one that is found. `None` when there is none.
    pub(crate) fn load(given: Option<&Path>, directory: &Path) -> Result<Option<Self>, Problem> {
        let path = match given {
            Some(path) => Some(path.to_owned()),
            None => find(directory)?,
        };
        path.map(|path| {
            let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
            let text = document::read("the policy", &path, document::POLICY)?;
            Ok(Self { name, text })
        })
        .transpose()
    }

    /// For messages that point into it.
    pub(crate) fn sources(&self) -> Sources {
        Sources::of(&self.name, &self.text)
    }
}

/// Checks the document, or takes the standard policy.
pub(crate) fn policy(session: &mut Session, file: Option<&PolicyFile>) -> Result<Policy, Problem> {
    match file {
        None => Ok(session.standard_policy()?),
        Some(file) => {
            session.parse_policy(&file.text, &file.name)?.map_err(|findings| Problem::refused(findings, file.sources()))
        }
    }
}

/// The policy of the working directory, else of the top folder of its checkout.
fn find(directory: &Path) -> Result<Option<PathBuf>, Problem> {
    if let Some(found) = in_folder(directory, Path::new(""))? {
        return Ok(Some(found));
    }
    let Some(top) = git::top_folder(directory).filter(|top| top != directory) else { return Ok(None) };
    let depth = directory.strip_prefix(&top).map_or(0, |below| below.components().count());
    in_folder(&top, &PathBuf::from("../".repeat(depth)))
}

/// The one policy of a folder, as a path that starts with `shown`.
fn in_folder(folder: &Path, shown: &Path) -> Result<Option<PathBuf>, Problem> {
    let mut found = NAMES.iter().filter(|name| folder.join(name).is_file());
    let first = found.next();
    if let (Some(first), Some(second)) = (first, found.next()) {
        let message = format!("both {} and {} are here", shown.join(first).display(), shown.join(second).display());
        return Err(Problem::usage("two-policies", message).help("keep one of them, or name one with --policy FILE"));
    }
    Ok(first.map(|name| shown.join(name)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_policy_is_found() {
        let top = tempfile::tempdir().unwrap();
        let below = top.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::create_dir(top.path().join(".git")).unwrap();
        assert_eq!(find(&below).unwrap(), None);
        fs::write(top.path().join("buildonce.toml"), "").unwrap();
        assert_eq!(find(&below).unwrap(), Some(PathBuf::from("../../buildonce.toml")));
        assert_eq!(find(top.path()).unwrap(), Some(PathBuf::from("buildonce.toml")));
        fs::write(below.join("buildonce.json"), "").unwrap();
        assert_eq!(find(&below).unwrap(), Some(PathBuf::from("buildonce.json")));
        fs::write(below.join("buildonce.yml"), "").unwrap();
        assert!(find(&below).is_err());
    }
}
