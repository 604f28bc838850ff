//! The files and log commands of GitHub Actions.
//!
//! Source: "Workflow commands for GitHub Actions". A value can never end its own block or start another output.

use buildonce::types::{Diagnostic, Entry, ImagePlan, Severity};
use sha2::{Digest, Sha256};

use super::values::{Value, values};
use crate::render::{one_line, printable, put};

/// The content for `$GITHUB_OUTPUT`. `json` is the whole plan as the engine wrote it.
pub(crate) fn outputs(plan: &ImagePlan, json: &str) -> String {
    of(&values(plan), Some(json))
}

/// The same of any answer.
pub(super) fn of(values: &[(&'static str, Value)], json: Option<&str>) -> String {
    let mut out: String = values.iter().map(|(name, value)| output(name, &text(value))).collect();
    if let Some(json) = json {
        out.push_str(&output("json", json));
    }
    out
}

/// The same for standard output when there is no such file; the values lose what a terminal obeys.
pub(crate) fn outputs_of_log(plan: &ImagePlan, json: &str) -> String {
    printable(&outputs(plan, json))
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(list) => list.join("\n"),
        Value::Commas(list) => list.join(","),
        Value::Entries(entries) => entries.iter().map(entry).collect::<Vec<_>>().join("\n"),
    }
}

/// A key and its value on one line: a line break inside would start another entry.
fn entry(entry: &Entry) -> String {
    format!("{}={}", entry.key, entry.value).replace("\r\n", " ").replace(['\r', '\n'], " ")
}

fn output(name: &str, value: &str) -> String {
    if value.contains(['\n', '\r']) { block(name, value) } else { format!("{name}={value}\n") }
}

/// An output or a variable in the form that takes any value.
pub(crate) fn block(name: &str, value: &str) -> String {
    let end = delimiter(name, value);
    format!("{name}<<{end}\n{value}\n{end}\n")
}

/// The same as a command in the log, for a runner that has no such file: `::set-output name=…::value`.
pub(crate) fn set(command: &str, name: &str, value: &str) -> String {
    format!("::{command} name={}::{}\n", property(name), data(value))
}

/// What follows in the log is folded under this title, up to [`END_GROUP`].
pub(crate) fn group(title: &str) -> String {
    format!("::group::{}\n", data(title))
}

/// The end of what is folded.
pub(crate) const END_GROUP: &str = "::endgroup::\n";

/// An annotation without a place; a note is none, but a line of the log that people may miss.
pub(crate) fn annotation(severity: Severity, message: &str) -> String {
    format!("::{}::{}\n", word(severity), data(message))
}

/// A word that the value does not hold, the same one for the same value.
fn delimiter(name: &str, value: &str) -> String {
    let mut round = 0u32;
    loop {
        let digest = Sha256::new().chain_update(round.to_be_bytes()).chain_update(name).chain_update(value).finalize();
        let mut word = String::from("ghadelimiter_");
        for byte in digest.iter().take(12) {
            put!(word, "{byte:02x}");
        }
        if !value.contains(&word) {
            return word;
        }
        round += 1;
    }
}

/// Findings as annotations of the log: `::warning file=…,line=…,col=…,title=…::message`.
pub(crate) fn commands(findings: &[Diagnostic]) -> String {
    findings.iter().map(command).collect()
}

fn command(finding: &Diagnostic) -> String {
    let word = word(finding.severity);
    let mut properties = Vec::new();
    if let Some(file) = &finding.file {
        properties.push(format!("file={}", property(file)));
        if let Some(span) = &finding.span {
            properties.push(format!("line={},col={}", span.line, span.column));
        }
    }
    properties.push(format!("title={}", property(&finding.code)));
    let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    format!("::{word} {}::{}\n", properties.join(","), data(&format!("{}{help}", finding.message)))
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    one_line(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample_plan;

    /// Reads the file as GitHub's runner does.
    fn read(file: &str) -> Vec<(String, String)> {
        let mut lines = file.split('\n');
        let mut found = Vec::new();
        while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
            let (equals, block) = (line.find('='), line.find("<<"));
            match (equals, block) {
                (Some(at), block) if block.is_none_or(|b| at < b) => {
                    found.push((line[..at].to_owned(), line[at + 1..].to_owned()));
                }
                (_, Some(at)) => {
                    let end = &line[at + 2..];
                    let value: Vec<_> = lines.by_ref().take_while(|line| *line != end).collect();
                    found.push((line[..at].to_owned(), value.join("\n")));
                }
                _ => panic!("not an output: {line}"),
            }
        }
        found
    }

    #[test]
    fn outputs_are_read_back_as_they_were() {
        let found = read(&outputs(&sample_plan(), "{\"a\":1}"));
        let get = |name: &str| found.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap();
        assert_eq!(get("build"), "true");
        assert_eq!(get("primary"), "ghcr.io/acme/app:pr-12-1111111");
        assert_eq!(get("tags"), "ghcr.io/acme/app:pr-12-1111111\nghcr.io/acme/app:pr-12");
        assert_eq!(get("tag-names"), "pr-12-1111111\npr-12");
        assert_eq!(get("images"), "ghcr.io/acme/app");
        assert_eq!(get("platforms"), "linux/amd64");
        assert_eq!(get("labels").lines().count(), 2);
        assert_eq!(get("archive"), "image.tar");
        assert_eq!(get("json"), "{\"a\":1}");
        assert_eq!(found.len(), 17);
    }

    #[test]
    fn no_value_can_add_an_output() {
        let first = delimiter("x", "a\nb");
        let mut plan = sample_plan();
        plan.version = Some(format!("a\nb\n{first}\nadmin=true\nEOF\nx<<EOF"));
        plan.labels[0].value = "1\r\nadmin=true".to_owned();
        plan.primary = Some("y<<z".to_owned());
        let found = read(&outputs(&plan, "{}"));
        assert_eq!(found.len(), 17);
        assert!(found.iter().all(|(name, _)| name != "admin"));
        assert_eq!(found[2].1, "y<<z");
        assert_eq!(found[3].1, plan.version.unwrap());
    }

    #[test]
    fn annotations_are_escaped() {
        let mut finding = sample_plan().warnings.remove(0);
        finding.message = "100%\n::error::x\u{1b}".to_owned();
        finding.file = Some("a:b,c.yaml".to_owned());
        assert_eq!(
            commands(&[finding]),
            "::warning file=a%3Ab%2Cc.yaml,line=1,col=1,title=mutable-tag::100%25%0A::error::x%0Aleave it out\n"
        );
    }
}
