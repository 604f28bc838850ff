//! The answer while it is put together.

use super::globals::Run;
use super::model::{
    LogGroup, MetadataContext, MetadataFailure, MetadataFailureCode, MetadataOutput, MetadataReport, Step,
};
use super::moment;
use crate::Severity;

impl MetadataReport {
    /// The value of an output, if it was written.
    pub fn output(&self, name: &str) -> Option<&str> {
        self.outputs.iter().find(|output| output.name == name).map(|output| output.value.as_str())
    }

    pub(super) fn write(&mut self, name: &str, value: String) {
        self.outputs.push(MetadataOutput { name: name.to_owned(), value, variable: None });
    }

    /// Makes errors of the findings. Nothing is handed on then, so that a later step that runs all the same has no tag to push.
    pub(super) fn refuse_findings(&mut self) -> Step<()> {
        for finding in &mut self.findings {
            finding.severity = Severity::Error;
        }
        let Some(first) = self.findings.first() else { return Ok(()) };
        let more = match self.findings.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        let message = format!("{}{more}", first.message);
        self.outputs.clear();
        self.bake_files.clear();
        Err(MetadataFailure::new(MetadataFailureCode::Strict, message))
    }

    pub(super) fn group(&mut self, title: &str, lines: Vec<String>) {
        self.log.push(LogGroup { title: title.to_owned(), lines });
    }

    /// Warns that something was not generated.
    pub(super) fn nothing(&mut self, what: &str) {
        self.warnings.push(format!("No {what} has been generated. Check tags input."));
    }

    /// Names the variables that the outputs are exported as.
    pub(super) fn export(&mut self) {
        for output in &mut self.outputs {
            output.variable = Some(variable(&output.name));
        }
        for file in &mut self.bake_files {
            file.variable = Some(variable(&file.output));
        }
    }
}

/// The variable of an output, such as `DOCKER_METADATA_OUTPUT_BAKE_FILE_TAGS`.
fn variable(output: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' };
    format!("DOCKER_METADATA_OUTPUT_{}", output.chars().map(word).collect::<String>())
}

/// Whether the outputs are exported as variables, in the words of Go's `ParseBool`.
pub(super) fn exports(context: &MetadataContext) -> Step<bool> {
    match context.switches.set_output_env.as_deref().unwrap_or_default() {
        "" | "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => {
            Err(MetadataFailure::new(MetadataFailureCode::InvalidVariable, format!("parseBool syntax error: {other}")))
        }
    }
}

/// What the action logs of the run.
pub(super) fn context_lines(run: &Run<'_>) -> Vec<String> {
    let text = |value: Option<&str>| value.unwrap_or("undefined").to_owned();
    let date = moment::format(run.commit_date, &moment::Place::utc(), "").unwrap_or_default();
    vec![
        format!("eventName: {}", text(run.event_name)),
        format!("sha: {}", text(run.sha())),
        format!("ref: {}", text(run.reference.as_deref())),
        format!("commitDate: {date}"),
    ]
}
