//! Writes a report down: outputs, variables and bake files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use buildonce::types::{BakeFile, MetadataReport};

use crate::environment;
use crate::outputs;
use crate::problem::Problem;

/// Where things are written.
#[derive(Debug)]
pub(crate) struct Destination {
    /// `GITHUB_OUTPUT`.
    output: Option<PathBuf>,
    /// `GITHUB_ENV`.
    variables: Option<PathBuf>,
    /// `RUNNER_TEMP`, else the system's folder for temporary files.
    temporary: PathBuf,
}

/// A value and both names that it goes by.
struct Written<'a> {
    output: &'a str,
    variable: Option<&'a str>,
    value: String,
}

impl Destination {
    /// The files of the runner.
    pub(crate) fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Problem> {
        let path = |name| Ok::<_, Problem>(environment::one(name, &lookup)?.map(PathBuf::from));
        Ok(Self {
            output: path("GITHUB_OUTPUT")?,
            variables: path("GITHUB_ENV")?,
            temporary: path("RUNNER_TEMP")?.unwrap_or_else(env::temp_dir),
        })
    }
}

/// Writes everything. What a runner without such files should read from the log instead is returned.
pub(crate) fn write(report: &MetadataReport, to: &Destination) -> Result<String, Problem> {
    let mut all: Vec<Written<'_>> = report
        .outputs
        .iter()
        .map(|o| Written { output: &o.name, variable: o.variable.as_deref(), value: o.value.clone() })
        .collect();
    for (file, path) in bake_files(&report.bake_files, &to.temporary)? {
        all.push(Written { output: &file.output, variable: file.variable.as_deref(), value: path });
    }
    let mut log = String::new();
    let outputs: Vec<(&str, &str)> = all.iter().map(|w| (w.output, w.value.as_str())).collect();
    let variables: Vec<(&str, &str)> = all.iter().filter_map(|w| Some((w.variable?, w.value.as_str()))).collect();
    for (pairs, file, command) in [(outputs, &to.output, "set-output"), (variables, &to.variables, "set-env")] {
        match file {
            Some(file) => {
                let blocks: String = pairs.iter().map(|(name, value)| outputs::block(name, value)).collect();
                outputs::append(file, blocks.as_bytes()).map_err(|e| Problem::unwritable(file, &e))?;
            }
            None => log.extend(pairs.iter().map(|(name, value)| outputs::set(command, name, value))),
        }
    }
    Ok(log)
}

/// Writes the bake files into a folder of their own, as later steps of the job read them.
fn bake_files<'a>(files: &'a [BakeFile], temporary: &Path) -> Result<Vec<(&'a BakeFile, String)>, Problem> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let folder = new_folder(temporary).map_err(|e| Problem::unwritable(temporary, &e))?;
    let mut written = Vec::new();
    for file in files {
        // The name is the engine's, and a name only: no other component may write elsewhere with it.
        let name = Path::new(&file.file).file_name().unwrap_or_default();
        let path = folder.join(name);
        fs::write(&path, &file.content).map_err(|e| Problem::unwritable(&path, &e))?;
        let text = path.to_str().ok_or_else(|| {
            Problem::world("unwritable-file", format!("{} is not UTF-8, so no output can name it", path.display()))
        })?;
        written.push((file, text.to_owned()));
    }
    Ok(written)
}

/// A folder that nobody had before.
fn new_folder(parent: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(parent)?;
    for attempt in 0u32.. {
        let folder = parent.join(format!("docker-actions-toolkit-{}-{attempt}", process::id()));
        match fs::create_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
            Ok(()) => return Ok(folder),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use buildonce::types::MetadataOutput;

    use super::*;

    fn report() -> MetadataReport {
        MetadataReport {
            outputs: vec![MetadataOutput {
                name: "tags".to_owned(),
                value: "a:1\na:2".to_owned(),
                variable: Some("DOCKER_METADATA_OUTPUT_TAGS".to_owned()),
            }],
            bake_files: vec![BakeFile {
                output: "bake-file".to_owned(),
                variable: None,
                file: "../x.json".to_owned(),
                content: "{}".to_owned(),
            }],
            warnings: Vec::new(),
            findings: Vec::new(),
            log: Vec::new(),
            failure: None,
        }
    }

    #[test]
    fn outputs_variables_and_files_go_where_the_runner_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let to = Destination {
            output: Some(folder.path().join("output")),
            variables: Some(folder.path().join("env")),
            temporary: folder.path().join("temp"),
        };
        assert_eq!(write(&report(), &to).unwrap(), "");
        let output = fs::read_to_string(folder.path().join("output")).unwrap();
        assert!(output.starts_with("tags<<ghadelimiter_"), "{output}");
        assert!(output.contains("\na:1\na:2\nghadelimiter_"), "{output}");
        let variables = fs::read_to_string(folder.path().join("env")).unwrap();
        assert!(variables.starts_with("DOCKER_METADATA_OUTPUT_TAGS<<"), "{variables}");
        assert!(!variables.contains("bake-file"), "{variables}");
        let bake = folder.path().join(format!("temp/docker-actions-toolkit-{}-0/x.json", process::id()));
        assert_eq!(fs::read_to_string(&bake).unwrap(), "{}");
        assert!(output.contains(bake.to_str().unwrap()), "{output}");
    }

    #[test]
    fn a_runner_without_files_reads_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let to = Destination { output: None, variables: None, temporary: folder.path().to_owned() };
        let log = write(&report(), &to).unwrap();
        assert!(log.starts_with("::set-output name=tags::a:1%0Aa:2\n"), "{log}");
        assert!(log.contains("::set-env name=DOCKER_METADATA_OUTPUT_TAGS::a:1%0Aa:2\n"), "{log}");
    }
}
