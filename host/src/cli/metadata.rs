//! `buildonce metadata`.

use std::env;
use std::path::{Path, PathBuf};

use buildonce::types::{Diagnostic, Facts, MetadataInputs, MetadataReport, Severity};
use clap::{Args, ValueEnum};

use super::inputs::{self, Inputs, Known};
use super::options::{EngineOptions, FactsOptions};
use super::plan::deliver;
use super::terminal::Terminal;
use super::{Exit, Problem, working_directory};
use crate::http::PlainHttp;
use crate::metadata::{self, Destination, Forge, World};
use crate::problem::finding;
use crate::render::{self, Sources, Style};
use crate::{document, outputs};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce metadata --images ghcr.io/acme/app
  buildonce metadata --images acme/app --tags 'type=semver,pattern={{version}}' --tags type=sha
  buildonce metadata --images registry.example/acme/app --tags-file tags.txt --format dotenv --output tags.env
  buildonce metadata --images acme/app --tags type=ref,event=branch --format bake > bake.json

A line of --tags, --labels and so on is a line of docker/metadata-action's input of the same name. `buildonce action metadata` is
the action itself.";

/// Tags and labels in the language of docker/metadata-action, in any CI engine and on your own machine
///
/// Takes the inputs of the action as options or files, and what the run is from the CI engine or the git checkout. No API is asked
/// and no token is needed. Lines that matter to GitHub's events work for GitLab's too: a merge request is a pull request.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(flatten)]
    lists: Lists,
    #[command(flatten)]
    facts: FactsOptions,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
    /// Refuse tags that no registry takes, names that are empty, HTML escapes, and a second `latest`
    #[arg(long, help_heading = "Answer")]
    strict: bool,
}

/// The action's inputs.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is made")]
struct Lists {
    /// An image name; may be given several times
    #[arg(long, value_name = "NAME")]
    images: Vec<String>,
    /// Image names, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    images_file: Option<PathBuf>,
    /// A tag rule, such as `type=sha`; may be given several times
    #[arg(long, value_name = "LINE")]
    tags: Vec<String>,
    /// Tag rules, one a line
    #[arg(long, value_name = "FILE")]
    tags_file: Option<PathBuf>,
    /// What all tags have in common, such as `latest=false`
    #[arg(long, value_name = "LINE")]
    flavor: Vec<String>,
    /// A label, such as `maintainer=acme`
    #[arg(long, value_name = "KEY=VALUE")]
    labels: Vec<String>,
    /// Labels, one a line
    #[arg(long, value_name = "FILE")]
    labels_file: Option<PathBuf>,
    /// An annotation
    #[arg(long, value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Annotations, one a line
    #[arg(long, value_name = "FILE")]
    annotations_file: Option<PathBuf>,
    /// Name of the target in the bake file
    #[arg(long, value_name = "NAME")]
    bake_target: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// Every output, warning and finding
    Json,
    /// As the action writes it: `$GITHUB_OUTPUT`, `$GITHUB_ENV`, bake files
    Github,
    /// GitLab's dotenv report
    Dotenv,
    /// The bake file that holds tags, labels and arguments
    Bake,
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let directory = working_directory()?;
    let early = inputs::early(&options.facts, &directory);
    let wanted = options.inputs()?;
    let mut session = engine.session()?;
    let observed = Inputs::observe(&options.facts, early, &mut session)?;
    terminal.note(&observed.notes, &observed.sources());
    let Known { held, facts } = observed.known(&mut session)?;
    terminal.note(&facts.notes, &observed.sources());
    terminal.note(&not_told(&facts), &Sources::default());
    let mut context = session.metadata_from_facts(held)?;
    context.switches = metadata::switches(|name| env::var_os(name))?;
    let forge = Forge::from_variables(PlainHttp::Loopback, |_| None)?;
    let report = metadata::decide(&mut session, &wanted, context, &World { directory: &directory, forge: &forge })?;
    let warnings: Vec<Diagnostic> =
        report.warnings.iter().map(|text| finding(Severity::Warning, "metadata", lower(text))).collect();
    terminal.note(&warnings, &Sources::default());
    if let Some(failure) = &report.failure {
        if !report.findings.iter().any(|found| found.severity == Severity::Error) {
            terminal.note(&report.findings, &Sources::default());
            let help = if facts.reference.is_some() {
                "docker/metadata-action refuses the same inputs with the same words"
            } else {
                "the rules ask for a branch or tag, and this run is not known to be about one"
            };
            return Err(Problem::usage("metadata-refused", failure.message.clone()).help(help));
        }
        return Err(Problem::refused(report.findings, Sources::default()));
    }
    terminal.note(&report.findings, &Sources::default());
    let output = options.output.as_deref();
    let text = match options.format {
        Format::Text => render::metadata_text(&report, if output.is_some() { Style::PLAIN } else { terminal.out }),
        Format::Json => render::metadata_json(&report),
        Format::Github => {
            let left = metadata::write(&report, &Destination::from_variables(|name| env::var_os(name))?)?;
            render::metadata_log(&report) + &left
        }
        Format::Dotenv => outputs::metadata_dotenv(&report)?,
        Format::Bake => bake(&report),
    };
    deliver(&text, output, terminal)?;
    Ok(Exit::Done)
}

impl Options {
    fn inputs(&self) -> Result<MetadataInputs, Problem> {
        let lists = &self.lists;
        Ok(MetadataInputs {
            context: String::new(),
            images: joined("the images", &lists.images, lists.images_file.as_deref())?,
            tags: joined("the tags", &lists.tags, lists.tags_file.as_deref())?,
            flavor: joined("the flavor", &lists.flavor, None)?,
            labels: joined("the labels", &lists.labels, lists.labels_file.as_deref())?,
            annotations: joined("the annotations", &lists.annotations, lists.annotations_file.as_deref())?,
            sep_tags: String::new(),
            sep_labels: String::new(),
            sep_annotations: String::new(),
            bake_target: lists.bake_target.clone().unwrap_or_default(),
            strict: self.strict.to_string(),
            api: "none".to_owned(),
        })
    }
}

/// Why nobody knows what the run is about: rules for branches and tags make nothing of it.
fn not_told(facts: &Facts) -> Vec<Diagnostic> {
    let unknown = facts.unknowns.iter().filter(|unknown| unknown.fact == "reference");
    unknown.map(|unknown| finding(Severity::Warning, "reference-unknown", lower(&unknown.reason.message))).collect()
}

/// The lines of a file, then those of the options.
fn joined(what: &str, lines: &[String], file: Option<&Path>) -> Result<String, Problem> {
    /// Largest list in bytes; the engine has a tighter limit of its own.
    const LIST: u64 = 16 << 20;
    let mut text = file.map(|path| document::read(what, path, LIST)).transpose()?.unwrap_or_default();
    for line in lines {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(line);
    }
    Ok(text)
}

fn bake(report: &MetadataReport) -> String {
    let file = report.bake_files.iter().find(|file| file.output == "bake-file");
    file.map(|file| format!("{}\n", file.content)).unwrap_or_default()
}

/// The action's sentences as fragments, as all messages of the program are.
fn lower(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_options_are_one_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tags");
        std::fs::write(&path, "type=sha").unwrap();
        let lines = ["a".to_owned(), "b".to_owned()];
        assert_eq!(joined("the tags", &lines, Some(&path)).unwrap(), "type=sha\na\nb");
        assert_eq!(joined("the tags", &lines, None).unwrap(), "a\nb");
        assert!(joined("the tags", &[], Some(&folder.path().join("none"))).is_err());
    }
}
