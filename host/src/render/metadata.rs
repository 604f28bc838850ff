//! What docker/metadata-action's language made of a run: for a CI log, for the page of a run, for a terminal.

use buildonce::types::{Diagnostic, MetadataReport};
use serde_json::{Map, Value, json};

use super::markdown::{code, escape};
use super::printable::printable;
use super::{Style, pretty};

/// The report as GitHub's log shows it: groups that fold, then the action's warnings.
pub(crate) fn log(report: &MetadataReport) -> String {
    let mut out = String::new();
    for group in &report.log {
        put!(out, "::group::{}\n", inert(&group.title));
        for line in &group.lines {
            put!(out, "{}\n", inert(line));
        }
        out.push_str("::endgroup::\n");
    }
    for warning in &report.warnings {
        put!(out, "::warning::{}\n", printable(warning).replace('%', "%25").replace('\n', "%0A"));
    }
    out
}

/// Text of which no line is a command to the runner.
fn inert(text: &str) -> String {
    let lines = printable(text).replace("##[", "## [");
    let lines: Vec<String> = lines
        .split('\n')
        .map(|line| if line.trim_start().starts_with("::") { line.replacen("::", ": :", 1) } else { line.to_owned() })
        .collect();
    lines.join("\n")
}

/// The report as Markdown. Every value is inert.
pub(crate) fn summary(report: &MetadataReport) -> String {
    let mut out = String::from("### Image tags\n\n");
    if let Some(failure) = &report.failure {
        put!(out, "**Failed**: {}\n", escape(&failure.message));
    }
    let tags = lines(report, "tags");
    if tags.is_empty() && report.failure.is_none() {
        out.push_str("No tag for this run.\n");
    }
    for tag in tags {
        put!(out, "- {}\n", code(tag));
    }
    for finding in &report.findings {
        put!(out, "\n> **{}** {}\n", escape(&finding.code), escape(&finding.message));
    }
    out
}

/// The report for a person.
pub(crate) fn text(report: &MetadataReport, style: Style) -> String {
    let mut out = String::new();
    for (title, output) in [("Tags", "tags"), ("Labels", "labels"), ("Annotations", "annotations")] {
        let lines = lines(report, output);
        if lines.is_empty() {
            continue;
        }
        put!(out, "{}\n", style.strong(title));
        for line in lines {
            put!(out, "  {}\n", printable(line));
        }
    }
    if out.is_empty() {
        out.push_str("No tag for this run.\n");
    }
    out
}

/// The report as JSON: `{"outputs": {…}, "warnings": […], "findings": […]}`.
pub(crate) fn json(report: &MetadataReport) -> String {
    let outputs: Map<String, Value> =
        report.outputs.iter().map(|output| (output.name.clone(), Value::String(output.value.clone()))).collect();
    let finding = |found: &Diagnostic| json!({"code": found.code, "message": found.message, "help": found.help});
    let findings: Vec<Value> = report.findings.iter().map(finding).collect();
    pretty(&json!({"outputs": outputs, "warnings": report.warnings, "findings": findings}).to_string())
}

fn lines<'a>(report: &'a MetadataReport, output: &str) -> Vec<&'a str> {
    let found = report.outputs.iter().find(|known| known.name == output);
    found.map_or_else(Vec::new, |output| output.value.split('\n').filter(|line| !line.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use buildonce::types::{LogGroup, MetadataOutput};

    use super::*;

    fn report() -> MetadataReport {
        let output =
            |name: &str, value: &str| MetadataOutput { name: name.to_owned(), value: value.to_owned(), variable: None };
        MetadataReport {
            outputs: vec![output("tags", "acme/app:main\nacme/app:sha-860c190"), output("labels", "a=<b>")],
            bake_files: Vec::new(),
            warnings: vec!["100%\nno".to_owned()],
            findings: Vec::new(),
            log: vec![LogGroup {
                title: "Docker tags".to_owned(),
                lines: vec!["acme/app:main".to_owned(), "k=v\n  ::error::no".to_owned()],
            }],
            failure: None,
        }
    }

    #[test]
    fn a_log_folds_and_holds_no_command_of_a_value() {
        insta::assert_snapshot!(log(&report()), @r"
        ::group::Docker tags
        acme/app:main
        k=v
          : :error::no
        ::endgroup::
        ::warning::100%25%0Ano
        ");
    }

    #[test]
    fn a_summary_lists_the_tags() {
        insta::assert_snapshot!(summary(&report()), @r"
        ### Image tags

        - <code>acme/app&#58;main</code>
        - <code>acme/app&#58;sha-860c190</code>
        ");
    }

    #[test]
    fn a_terminal_shows_what_there_is() {
        insta::assert_snapshot!(text(&report(), Style::PLAIN), @r"
        Tags
          acme/app:main
          acme/app:sha-860c190
        Labels
          a=<b>
        ");
    }
}
