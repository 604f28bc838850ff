//! `retry.rules`: what to do about failures that a condition describes.

use super::patterns::globs;
use super::reader::Reader;
use super::retry::{BACKOFF, backoff};
use super::shape::{Field, GLOBS, Section, Shape};
use crate::Diagnostic;
use crate::policy::document::{Content, Node};
use crate::policy::{BackoffSettings, Choice, FailureKind, FailureWhen, OutcomeKind, Phase, Remedy, RetryRule};

static FAILURE_WHEN: Section = Section {
    name: "a retry rule's `when`",
    doc: "Conditions on a failure that must all hold.",
    fields: &[
        Field::new("exit-codes", EXIT_CODES, "The exit code is one of these numbers or in one of these ranges."),
        Field::new("signal", Shape::OneOrMany(&Shape::Text), "The signal that ended it, such as `KILL`."),
        Field::new("outcome", Shape::OneOrMany(&Shape::Words(OutcomeKind::words)), "How the attempt ended."),
        Field::new("class", Shape::OneOrMany(&Shape::Words(FailureKind::words)), "What kind of failure it is."),
        Field::new("cause", Shape::OneOrMany(&Shape::Pattern(CAUSE)), "The classifier's name for the cause."),
        Field::new("text", Shape::Text, "A regular expression that is looked for in the end of the output."),
        Field::new("phase", Shape::OneOrMany(&Shape::Words(Phase::words)), "What was being done."),
        Field::new("registry", GLOBS, "The registry's host."),
    ],
};

const CAUSE: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
const EXIT_CODES: Shape =
    Shape::OneOrMany(&Shape::Either(&[Shape::Integer(0, 255), Shape::Pattern("^[0-9]{1,3}(-[0-9]{1,3})?$")]));

static RETRY_RULE: Section = Section {
    name: "a retry rule",
    doc: "What to do about failures that a condition describes.",
    fields: &[
        Field::new("id", Shape::Text, "Its name in traces; its place in the list without it."),
        Field::new("when", Shape::Map(&FAILURE_WHEN), "Which failures it is for; all without it."),
        Field::new("attempts", Shape::Integer(1, 100), "Tries in all; what the operation allows without it."),
        Field::new("never", Shape::Bool, "`true` for no further attempt."),
        Field::new("backoff", Shape::Map(&BACKOFF), "Pauses; what is left open comes from the operation."),
        Field::new("remedy", Shape::Words(Remedy::words), "What to do before the next attempt."),
    ],
};

/// A list of rules.
pub(super) const RETRY_RULES: Shape = Shape::List(&Shape::Map(&RETRY_RULE));

/// Signals that a shell can name; others are given by their number.
const SIGNALS: [&str; 15] =
    ["HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM"];

/// Reads a list of rules.
pub(super) fn rules(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<RetryRule>> {
    let items = reader.rules(node, "a list of retry rules")?;
    let rules: Vec<_> = items.iter().enumerate().filter_map(|(index, item)| rule(reader, item, index)).collect();
    for (index, rule) in rules.iter().enumerate() {
        if rules.iter().take(index).any(|other| other.id == rule.id) {
            let error = Diagnostic::error("listed-twice", format!("two rules have the id `{}`", rule.id));
            reader.report(rule.place.span, error);
        }
    }
    Some(rules)
}

fn rule(reader: &mut Reader<'_, '_>, node: &Node, index: usize) -> Option<RetryRule> {
    let fields = reader.section(node, &RETRY_RULE)?;
    let own = fields.get("id").and_then(|node| reader.text(node, "a name (a string)")).map(str::to_owned);
    let when = fields.get("when").map_or(Some(FailureWhen::default()), |node| failure_when(reader, node));
    let attempts = fields.get("attempts").and_then(|node| reader.count(node, 1..=100));
    let never = fields.get("never").and_then(|node| reader.boolean(node));
    let mut pauses = BackoffSettings::default();
    if let Some(node) = fields.get("backoff") {
        backoff(reader, node, &mut pauses);
    }
    let remedy = fields.get("remedy").and_then(|node| reader.choice(node, "a remedy"));
    let contradiction = ["attempts", "backoff", "remedy"].into_iter().find(|name| fields.get(name).is_some());
    if let (Some(true), Some(name)) = (never, contradiction) {
        let span = fields.key(name).unwrap_or(fields.span);
        let error = Diagnostic::error("contradiction", format!("`never: true` leaves nothing for `{name}` to do"));
        reader.report(span, error.help("remove one of the two"));
    }
    let attempts = if never == Some(true) { Some(1) } else { attempts };
    let id = own.unwrap_or_else(|| format!("retry.rules[{index}]"));
    Some(RetryRule { id, when: when?, attempts, backoff: pauses, remedy, place: reader.place(node.span) })
}

fn failure_when(reader: &mut Reader<'_, '_>, node: &Node) -> Option<FailureWhen> {
    let fields = reader.section(node, &FAILURE_WHEN)?;
    Some(FailureWhen {
        exit_codes: fields.get("exit-codes").and_then(|node| exit_codes(reader, node)),
        signal: fields.get("signal").and_then(|node| signals(reader, node)),
        outcome: fields.get("outcome").and_then(|node| reader.choices(node, "an outcome")),
        class: fields.get("class").and_then(|node| reader.choices(node, "a class of failures")),
        cause: fields.get("cause").and_then(|node| causes(reader, node)),
        text: fields.get("text").and_then(|node| reader.regex(node)),
        phase: fields.get("phase").and_then(|node| reader.choices(node, "a phase")),
        registry: fields.get("registry").and_then(|node| globs(reader, node)),
    })
}

fn exit_codes(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<(i32, i32)>> {
    let mut ranges = Vec::new();
    for item in reader.one_or_many(node, "an exit code or a list of exit codes")? {
        let range = match &item.content {
            Content::Int(code) => i32::try_from(*code).ok().map(|code| (code, code)),
            Content::Text(text) => {
                let (low, high) = text.split_once('-').unwrap_or((text, text));
                low.trim().parse().ok().zip(high.trim().parse().ok())
            }
            _ => {
                reader.wrong_type(item, "an exit code (a number, or a range such as \"1-5\")");
                continue;
            }
        };
        let in_byte = |code: &i32| (0..=255).contains(code);
        if let Some(range) = range.filter(|(low, high)| in_byte(low) && in_byte(high) && low <= high) {
            ranges.push(range);
        } else {
            let message = "expected an exit code from 0 to 255, or a range such as \"1-5\"";
            reader.report(item.span, Diagnostic::error("out-of-range", message));
        }
    }
    Some(ranges)
}

fn signals(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for item in reader.one_or_many(node, "a signal or a list of signals")? {
        let Some(text) = reader.text(item, "a signal's name (a string)") else { continue };
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper).to_owned();
        if SIGNALS.contains(&name.as_str()) {
            found.push(name);
        } else {
            let error = Diagnostic::error("unknown-word", format!("`{text}` is not a signal that ends a program"));
            reader.report(item.span, error.help(format!("the signals are {}", SIGNALS.join(", "))));
        }
    }
    Some(found)
}

fn causes(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for item in reader.one_or_many(node, "a cause or a list of causes")? {
        let Some(text) = reader.text(item, "a cause's name (a string)") else { continue };
        let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.split('-').all(part) {
            found.push(text.to_owned());
        } else {
            let error = Diagnostic::error("unknown-word", format!("`{text}` is not a cause's name"));
            reader.report(item.span, error.help("names are lower case with dashes, such as `connection-reset`"));
        }
    }
    Some(found)
}
