//! From a step's inputs to the text of a policy.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::expression::{self, Enable, When, Where};
use super::{Converted, Step, get, input, pairs, remark};
use crate::Diagnostic;
use crate::policy::document::Node;
use crate::tagging::metadata::tags::DEFAULT;
use crate::tagging::metadata::{csv, images};

/// Writes the policy of a step.
pub(super) fn policy(step: &Step<'_>, name: &str) -> Converted {
    let mut env = BTreeMap::new();
    for level in step.env {
        env.extend(pairs(level).map(|(key, value)| (key.to_owned(), input(value).to_string())));
    }
    let mut writer = Writer { step, name, env, text: String::new(), notes: Vec::new() };
    let _ = writeln!(writer.text, "# Made of {}.\nversion: 1", step.name());
    writer.images();
    writer.flavor();
    writer.tags();
    for (key, value) in pairs(get(step.node, "with")) {
        if matches!(key, "labels" | "annotations") && !input(value).trim().is_empty() {
            let message = format!("`{key}` of the step are left out: only images and tags are taken over");
            writer.note(Some(value), message, "write them under the same key of the policy");
        }
    }
    Converted { policy: writer.text, notes: writer.notes }
}

struct Writer<'a> {
    step: &'a Step<'a>,
    name: &'a str,
    env: BTreeMap<String, String>,
    text: String,
    notes: Vec<Diagnostic>,
}

impl<'a> Writer<'a> {
    fn input(&self, key: &str) -> Option<&'a Node> {
        get(get(self.step.node, "with")?, key)
    }

    fn note(&mut self, at: Option<&Node>, message: String, help: &str) {
        let span = at.map_or(self.step.node.span, |node| node.span);
        self.notes.push(remark(self.name, span, message, help));
    }

    /// The lines of an input, without the expressions that a runner fills in.
    fn lines(&mut self, key: &str, place: Where) -> Vec<Line> {
        let Some(node) = self.input(key) else { return Vec::new() };
        let text = input(node);
        let lines = match csv::lines(&text) {
            Ok(lines) => lines,
            Err(failure) => {
                self.note(
                    Some(node),
                    format!("`{key}` cannot be read: {}", failure.message),
                    "mend the workflow first",
                );
                return Vec::new();
            }
        };
        let mut out = Vec::new();
        for line in lines {
            match Line::of(&line, place, &self.env) {
                Ok(line) => out.push(line),
                Err(expression) => {
                    let message = format!("`{line}` is left out: a policy has no word for `{expression}`");
                    self.note(
                        Some(node),
                        message,
                        "write a rule for it, with `when`; docs/policy.md lists the conditions",
                    );
                    let _ = writeln!(self.text, "# not taken over, {key}: {}", line.replace(['\r', '\n'], " "));
                }
            }
        }
        out
    }

    fn images(&mut self) {
        let lines = self.lines("images", Where::Image);
        let texts: Vec<String> = lines.iter().map(|line| line.text.clone()).collect();
        let images = match images::parse(&texts) {
            Ok(images) => images,
            Err(failure) => {
                self.note(self.input("images"), failure.message, "mend the workflow first");
                return;
            }
        };
        let wanted: Vec<_> = images.iter().filter(|image| image.enable && !image.name.is_empty()).collect();
        if wanted.is_empty() {
            return;
        }
        self.text.push_str("images:\n");
        for (position, image) in wanted.iter().enumerate() {
            // An image in the old form shares its line with others, and such a line has no condition.
            let when = lines.get(position).filter(|_| lines.len() == images.len()).map(|line| &line.when);
            match when.filter(|when| !when.is_empty()) {
                Some(when) => {
                    let _ = writeln!(self.text, "  - {{name: {}, when: {}}}", quoted(&image.name), shown(when));
                }
                None => {
                    let _ = writeln!(self.text, "  - {}", quoted(&image.name));
                }
            }
        }
    }

    fn flavor(&mut self) {
        let lines = self.lines("flavor", Where::Line);
        if !lines.is_empty() {
            let lines: Vec<String> = lines.iter().map(|line| quoted(&line.text)).collect();
            let _ = writeln!(self.text, "flavor: [{}]", lines.join(", "));
        }
    }

    fn tags(&mut self) {
        let given = self.input("tags").is_some_and(|node| !input(node).trim().is_empty());
        let lines = if given {
            self.lines("tags", Where::Line)
        } else {
            DEFAULT.iter().map(|line| Line { text: (*line).to_owned(), when: When::new() }).collect()
        };
        self.text.push_str("tags:\n");
        for Line { text, when } in lines {
            let text = quoted(&explicit(&text));
            let _ = if when.is_empty() {
                writeln!(self.text, "  - {text}")
            } else {
                writeln!(self.text, "  - {{when: {}, tag: {text}}}", shown(&when))
            };
        }
    }
}

/// A line and the conditions that it holds under.
struct Line {
    text: String,
    when: When,
}

impl Line {
    /// Moves `enable=${{ … }}` into conditions, and fills in every other expression.
    fn of(line: &str, place: Where, env: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut when = When::new();
        let mut text = line.to_owned();
        if let Some((start, end, expression)) = enable(line) {
            let replacement = match expression::condition(expression).ok_or_else(|| expression.to_owned())? {
                Enable::Template(template) if place == Where::Line => format!(",enable={template}"),
                Enable::Template(_) => return Err(expression.to_owned()),
                Enable::When(conditions) => {
                    when = conditions;
                    String::new()
                }
            };
            text.replace_range(start..end, &replacement);
        }
        let text = expression::fill(&text, place, env)?;
        Ok(Self { text, when })
    }
}

/// Where `,enable=${{ … }}` stands in a line, and its expression. Commas inside the expression do not end it here, though they do
/// for the action: the runner has filled them in by then.
fn enable(line: &str) -> Option<(usize, usize, &str)> {
    let start = line.find(",enable=${{")?;
    let rest = line.get(start..)?;
    let end = start + rest.find("}}")? + 2;
    Some((start, end, line.get(start + ",enable=".len()..end)?))
}

/// A line that leaves its type out is a raw one; in a policy it would be a tag.
fn explicit(line: &str) -> String {
    let typed = line.split(',').filter_map(|part| part.split_once('='));
    let typed = typed.into_iter().any(|(key, _)| key.trim().eq_ignore_ascii_case("type"));
    if typed { line.to_owned() } else { format!("type=raw,{line}") }
}

fn shown(when: &When) -> String {
    let pairs: Vec<String> = when.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// A text in double quotes, which YAML reads as JSON does.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
