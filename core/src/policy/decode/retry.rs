//! `retry`: how often, how long and with which pauses operations are tried.

use super::reader::Reader;
use super::retry_rules::{RETRY_RULES, rules};
use super::shape::{DURATION, Field, Section, Shape};
use crate::policy::document::{Content, Node};
use crate::policy::{
    BackoffKind, BackoffSettings, Budget, Choice, Jitter, LimitSettings, Operation, Retry, thousandths,
};
use crate::{Diagnostic, order};

/// Limits of one operation.
static LIMITS: Section = Section {
    name: "a retry section",
    doc: "How often, how long and with which pauses an operation is tried.",
    fields: &[
        Field::new(
            "attempts",
            Shape::Integer(1, 100),
            "Tries in all; without it the kind of failure tells: 3 for most.",
        ),
        Field::new("timeout", DURATION, "For one attempt; none without it."),
        Field::new("deadline", DURATION, "For all attempts and pauses together; none without it."),
        Field::new("backoff", Shape::Map(&BACKOFF), "Pauses between attempts."),
    ],
};

/// Pauses between attempts.
pub(super) static BACKOFF: Section = Section {
    name: "`backoff`",
    doc: "Pauses between attempts.",
    fields: &[
        Field::new("first", DURATION, "The first pause; 10s without it."),
        Field::new("factor", Shape::Number(1.0, 10.0), "What gives the next pause; 2 without it."),
        Field::new("max", DURATION, "The longest pause; 2m without it."),
        Field::new("jitter", Shape::Words(Jitter::words), "How much of a pause is chance; `full` without it."),
        Field::new("kind", Shape::Words(BackoffKind::words), "How pauses grow; `exponential` without it."),
    ],
};

static BUDGET: Section = Section {
    name: "`retry.budget`",
    doc: "How many retries all steps may take together, per registry host. A retry costs one token, and retries stop \
          at half of them.",
    fields: &[
        Field::new("tokens", Shape::Integer(1, 1000), "At the start, and never more; 10 without it."),
        Field::new("refill", Shape::Number(0.0, 100.0), "What each success gives back; 0.1 without it."),
    ],
};

/// Operations, rules and the budget.
pub(super) static RETRY: Section = Section {
    name: "`retry`",
    doc: "How often, how long and with which pauses operations are tried.",
    fields: &[
        Field::new("default", Shape::Map(&LIMITS), "What holds for every operation that says nothing else."),
        Field::new("setup", Shape::Map(&LIMITS), "Preparing the builder."),
        Field::new("login", Shape::Map(&LIMITS), "Logging in to a registry."),
        Field::new("pull", Shape::Map(&LIMITS), "Fetching an image."),
        Field::new("build", Shape::Map(&LIMITS), "Building an image."),
        Field::new("push", Shape::Map(&LIMITS), "Sending an image to a registry."),
        Field::new("cache-export", Shape::Map(&LIMITS), "Writing the build cache."),
        Field::new("inspect", Shape::Map(&LIMITS), "Reading a manifest or a tag."),
        Field::new("sign", Shape::Map(&LIMITS), "Signing an image."),
        Field::new("attest", Shape::Map(&LIMITS), "Attaching an attestation."),
        Field::new("api", Shape::Map(&LIMITS), "Calling the CI engine's interface."),
        Field::new("rules", RETRY_RULES, "What to do about failures that a condition describes; the first match wins."),
        Field::new("budget", Shape::Map(&BUDGET), "How many retries all steps may take together; no limit without it."),
    ],
};

/// Reads the section over what holds already.
pub(super) fn retry(reader: &mut Reader<'_, '_>, node: &Node, base: &mut Retry) {
    let Some(fields) = reader.section(node, &RETRY) else { return };
    for (name, operation) in Operation::ALL {
        let Some(node) = fields.get(name) else { continue };
        let index = base.operations.iter().position(|(own, _)| own == operation);
        let mut settings =
            index.map(|index| base.operations.remove(index)).map(|(_, settings)| settings).unwrap_or_default();
        limits(reader, node, &mut settings);
        base.operations.push((*operation, settings));
    }
    order::sort_by_key(&mut base.operations, |(operation, _)| *operation);
    if let Some(node) = fields.get("rules") {
        base.rules = rules(reader, node).unwrap_or_default();
    }
    if let Some(fields) = fields.get("budget").and_then(|node| reader.section(node, &BUDGET)) {
        let mut budget = base.budget.unwrap_or_default();
        if let Some(tokens) = fields.get("tokens").and_then(|node| reader.count(node, 1..=1000)) {
            budget.tokens = tokens;
        }
        if let Some(refill) = fields.get("refill").and_then(|node| reader.number(node, 0.0..=100.0)) {
            budget.refill_thousandths = thousandths(refill);
        }
        base.budget = Some(Budget { ..budget });
    }
    check(reader, base, fields.span);
}

/// What no single value shows: an attempt that takes longer than all attempts may.
fn check(reader: &mut Reader<'_, '_>, retry: &Retry, span: crate::Span) {
    for (operation, settings) in &retry.operations {
        let limits = retry.limits(*operation);
        let own = settings.place.file == reader.file;
        let span = if own { settings.place.span } else { span };
        for fault in limits.faults(operation.word()) {
            reader.report(span, fault);
        }
    }
}

fn limits(reader: &mut Reader<'_, '_>, node: &Node, settings: &mut LimitSettings) {
    if !matches!(node.content, Content::Map(_)) {
        let error = Diagnostic::error("wrong-type", format!("expected a map of limits, found {}", node.kind()));
        reader.report(node.span, error.help("write `{attempts: 3, timeout: 25m}`"));
        return;
    }
    let Some(fields) = reader.section(node, &LIMITS) else { return };
    settings.place = reader.place(node.span);
    if let Some(attempts) = fields.get("attempts").and_then(|node| reader.count(node, 1..=100)) {
        settings.attempts = Some(attempts);
    }
    if let Some(timeout) = fields.get("timeout").and_then(|node| reader.positive_duration(node)) {
        settings.timeout = Some(timeout);
    }
    if let Some(deadline) = fields.get("deadline").and_then(|node| reader.positive_duration(node)) {
        settings.deadline = Some(deadline);
    }
    if let Some(node) = fields.get("backoff") {
        backoff(reader, node, &mut settings.backoff);
    }
}

/// Reads pauses over what holds already.
pub(super) fn backoff(reader: &mut Reader<'_, '_>, node: &Node, base: &mut BackoffSettings) {
    let Some(fields) = reader.section(node, &BACKOFF) else { return };
    if let Some(first) = fields.get("first").and_then(|node| reader.duration(node)) {
        base.first = Some(first);
    }
    if let Some(factor) = fields.get("factor").and_then(|node| reader.number(node, 1.0..=10.0)) {
        base.factor = Some(factor);
    }
    if let Some(max) = fields.get("max").and_then(|node| reader.duration(node)) {
        base.max = Some(max);
    }
    if let Some(jitter) = fields.get("jitter").and_then(|node| reader.choice(node, "a kind of jitter")) {
        base.jitter = Some(jitter);
    }
    if let Some(kind) = fields.get("kind").and_then(|node| reader.choice(node, "a kind of backoff")) {
        base.kind = Some(kind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_key() {
        let keys: Vec<_> = RETRY.fields.iter().map(|field| field.name).collect();
        for word in Operation::words() {
            assert!(keys.contains(&word), "{word}");
        }
        assert_eq!(keys.len(), Operation::words().len() + 2);
    }
}
