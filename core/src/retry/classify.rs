//! What an attempt's end and output mean: the engine that applies the table.
//!
//! Every rule is tried on every line of the tail in one pass. Each match scores its rule's weight, less when the line is only a
//! notice or belongs to a step that was given up. The highest score decides; of equal ones the last line, because a failure's own
//! report comes after what a tool tried before. How the attempt ended competes with a score of its own (`outcome.rs`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::context;
use super::finder::Finder;
use super::model::{Classification, Confidence, Kind, Phase};
use super::outcome::{self, Outcome};
use super::retry_after::{self, RetryAfter};
use super::rule::Rule;
use super::table;
use super::tail::{self, Line};
use crate::order;

/// How much a notice loses: enough to fall behind an error of its own kind, not behind what a failed download leaves missing.
const NOTICE_COST: u8 = 25;

/// How much evidence from a step loses that BuildKit stopped because another one failed.
const CANCELLED_STEP_COST: u8 = 30;

/// Scores this close speak against each other, and make the answer less sure.
const CLOSE: u8 = 6;

/// The longest evidence in bytes.
const EVIDENCE_BYTES: usize = 400;

/// A line that reports what a tool gets over by itself.
const NOTICE: &[&str] = &[
    r"\bwarn(?:ing)?\b",
    "level=(?:warn|info)",
    r"\binfo\[\d",
    "^w: ",
    "^ign:",
    r"\bretrying\b",
    r"\bwill (?:be )?retr",
    "retry attempt",
    r"\battempt \d+ ?(?:/|of) ?\d+",
    r"\d+ (?:retries|tries|attempts) (?:left|remaining)",
    "spurious",
    r"\bnotice\b",
    "falling back",
    r"^#?\d* ?debug",
];

/// A command that downloads something, so that its silent failure may be the network's.
const DOWNLOAD: &[&str] = &[
    r"\bcurl\b",
    r"\bwget\b",
    r"\bapt(?:-get)? (?:-\S+ )*(?:update|install|upgrade)\b",
    r"\bapk (?:--?\S+ )*(?:add|update|upgrade)\b",
    r"\b(?:dnf|yum|microdnf|zypper|tdnf) (?:-\S+ )*(?:install|update|upgrade|makecache|refresh)\b",
    r"\bpacman -s\b",
    r"\bpip\d? (?:\S+ )?(?:install|download)\b",
    r"\bpoetry install\b",
    r"\buv (?:sync|pip)\b",
    r"\bnpm (?:ci|i|install)\b",
    r"\byarn(?: install)?$",
    r"\byarn install\b",
    r"\bpnpm (?:i|install|fetch)\b",
    r"\bgo (?:mod download|get|install)\b",
    r"\bcargo (?:fetch|install)\b",
    r"\bgit (?:clone|fetch|pull)\b",
    r"\bcomposer install\b",
    r"\bbundle install\b",
    r"\bgem install\b",
    r"\bmvn .*dependency\b",
    r"\bdotnet restore\b",
    r"\bnuget restore\b",
];

/// The table, ready to run.
struct Engine {
    rules: Vec<&'static Rule>,
    /// The rules' patterns in the order of `rules`, then [`NOTICE`], then [`DOWNLOAD`].
    finder: Finder,
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let rules: Vec<_> = table::rules().collect();
    let finder = Finder::new(rules.iter().map(|rule| rule.patterns).chain([NOTICE, DOWNLOAD]));
    Engine { rules, finder }
});

/// A rule that matched a line.
#[derive(Clone, Copy)]
struct Match {
    rule: &'static Rule,
    /// The rule's place in the table.
    number: usize,
    line: usize,
    score: u8,
}

/// Says what an attempt's failure was.
///
/// Only the end of the output is read: the last [`super::TAIL_LINES`] lines within the last [`super::TAIL_BYTES`] bytes.
pub fn classify(outcome: &Outcome, output: &str) -> Classification {
    let text = match outcome {
        Outcome::SpawnFailed(error) => error,
        _ => output,
    };
    // A success has no evidence, and most commands succeed: they need not wait until the table is ready.
    let lines = if outcome.is_success() { Vec::new() } else { tail::lines(text) };
    let matches = find(&lines);
    let best = matches.iter().copied().reduce(|best, next| if next.score >= best.score { next } else { best });
    let meaning = outcome::meaning(outcome);
    match best {
        Some(best) if best.score > meaning.weight => from_rule(best, &matches, &lines),
        _ => {
            let at = best.map_or_else(|| lines.len().saturating_sub(1), |best| best.line);
            finish(meaning.rule, meaning.cause, meaning.kind, meaning.confidence, &lines, at)
        }
    }
}

/// Every rule that matches, line by line; on one line in the order of weights, so that the most specific comes last.
fn find(lines: &[Line]) -> Vec<Match> {
    if lines.is_empty() {
        return Vec::new();
    }
    let ends = step_ends(lines);
    let notice = ENGINE.rules.len();
    let mut found = Vec::new();
    for (index, (line, end)) in lines.iter().zip(ends).enumerate() {
        if line.quoted || end == Some(StepEnd::Done) {
            continue;
        }
        let matched = ENGINE.finder.matches(&line.matched);
        let mut cost = if matched.contains(&notice) { NOTICE_COST } else { 0 };
        if end == Some(StepEnd::Cancelled) {
            cost += CANCELLED_STEP_COST;
        }
        let mut own = Vec::new();
        for (number, rule) in matched.into_iter().filter_map(|number| Some((number, *ENGINE.rules.get(number)?))) {
            own.push(Match { rule, number, line: index, score: rule.weight.saturating_sub(cost) });
        }
        order::sort_by_key(&mut own, |found| found.score);
        found.append(&mut own);
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StepEnd {
    Done,
    Cancelled,
    Failed,
}

/// For each line how its step of BuildKit ended afterwards. What a step that succeeded complained about was overcome; but a log may hold
/// several builds, and then its number comes again.
fn step_ends(lines: &[Line]) -> Vec<Option<StepEnd>> {
    let mut later = BTreeMap::new();
    let mut ends: Vec<_> = lines
        .iter()
        .rev()
        .map(|line| {
            let step = line.step?;
            if line.text.starts_with("DONE ") || line.text == "CACHED" {
                later.insert(step, StepEnd::Done);
            } else if line.text.starts_with("CANCELED") {
                later.entry(step).or_insert(StepEnd::Cancelled);
            } else if line.text.starts_with("ERROR") {
                later.entry(step).or_insert(StepEnd::Failed);
            }
            later.get(&step).copied()
        })
        .collect();
    ends.reverse();
    ends
}

fn from_rule(best: Match, matches: &[Match], lines: &[Line]) -> Classification {
    let rule = best.rule;
    let contradicted = matches.iter().any(|other| {
        other.score.saturating_add(CLOSE) >= best.score && other.rule.kind.retry_helps() != rule.kind.retry_helps()
    });
    let mut confidence = if contradicted { rule.confidence.min(Confidence::Likely) } else { rule.confidence };
    if rule.weight < 40 && rule.id.starts_with("step.") {
        // Nothing but an exit code: whether the step used the network is all that can be told.
        let command = lines.get(best.line).map(|line| line.text.to_ascii_lowercase()).unwrap_or_default();
        if ENGINE.finder.matches(&command).contains(&(ENGINE.rules.len() + 1)) {
            confidence = Confidence::Ambiguous;
        }
    }
    let mut answer = finish(rule.id, rule.cause, rule.kind, confidence, lines, best.line);
    if let (Some(cause), Some(Phase::Build)) = (rule.step_cause, answer.phase) {
        cause.clone_into(&mut answer.cause);
    }
    answer.remedy = rule.remedy;
    if rule.kind.class() != super::Class::Permanent {
        let at_evidence = lines.get(best.line).and_then(|line| retry_after::in_line(&line.text));
        let wish = at_evidence.or_else(|| lines.iter().rev().find_map(|line| retry_after::in_line(&line.text)));
        match wish {
            Some(RetryAfter::Delay(delay)) => answer.retry_after_ms = Some(delay),
            Some(RetryAfter::At(at)) => answer.retry_at_ms = Some(at),
            None => {}
        }
    }
    if let Some(line) = lines.get(best.line) {
        answer.evidence = evidence(&line.text, ENGINE.finder.position(best.number, &line.matched));
    }
    answer
}

fn finish(rule: &str, cause: &str, kind: Kind, confidence: Confidence, lines: &[Line], at: usize) -> Classification {
    Classification {
        class: kind.class(),
        cause: cause.to_owned(),
        retry_helps: kind.retry_helps(),
        retry_after_ms: None,
        retry_at_ms: None,
        remedy: None,
        confidence,
        evidence: lines.get(at).map(|line| evidence(&line.text, None)).unwrap_or_default(),
        rule: rule.to_owned(),
        phase: context::phase(lines, at),
        registry: context::registry(lines, at),
    }
}

/// A line, cut to what a person reads: of a long one the part around the match.
fn evidence(line: &str, found: Option<usize>) -> String {
    if line.len() <= EVIDENCE_BYTES {
        return line.to_owned();
    }
    let found = found.unwrap_or(0);
    let mut start = found.saturating_sub(EVIDENCE_BYTES / 2).min(line.len() - EVIDENCE_BYTES);
    while !line.is_char_boundary(start) {
        start += 1;
    }
    let mut end = (start + EVIDENCE_BYTES).min(line.len());
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.get(start..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::model::{Class, Remedy};
    use super::*;

    fn answer(output: &str) -> Classification {
        classify(&Outcome::Exited(1), output)
    }

    #[test]
    fn every_rule_decides_about_its_own_example() {
        let wrong: Vec<_> = table::rules()
            .filter_map(|rule| {
                let found = answer(rule.example);
                (found.rule != rule.id)
                    .then(|| format!("{}: `{}` decides about: {}", rule.id, found.rule, rule.example))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_of_rules_are_unique_and_complete() {
        let ids: std::collections::BTreeSet<_> = table::rules().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), table::rules().count());
        assert!(table::rules().all(|rule| rule.id.contains('.') && !rule.source.is_empty() && !rule.cause.is_empty()));
    }

    #[test]
    fn a_cause_stands_before_its_consequence() {
        let found = answer(
            "W: Failed to fetch http://a/InRelease  Temporary failure resolving 'a'\nE: Unable to locate package x\n",
        );
        assert_eq!((found.class, found.retry_helps), (Class::Transient, true));
    }

    #[test]
    fn a_compile_error_beats_the_noise_of_a_download() {
        let found = answer("npm warn retry ECONNRESET\nsrc/a.ts(3,1): error TS2322: no\nexit code: 2");
        assert_eq!((found.class, found.retry_helps), (Class::Permanent, false));
    }

    #[test]
    fn what_a_finished_step_complained_about_was_overcome() {
        let found = answer(
            "#5 1.0 read: connection reset by peer\n#5 DONE 3.2s\n#6 ERROR: process \"make\" did not complete successfully: exit code: 2",
        );
        assert_eq!(found.rule, "step.failed");
    }

    #[test]
    fn the_number_of_a_finished_step_may_come_again() {
        let found = answer("#5 DONE 3.2s\n#5 1.0 write /x: no space left on device");
        assert_eq!(found.cause, "disk-full");
    }

    #[test]
    fn a_silent_download_is_ambiguous_and_a_silent_build_is_not() {
        let step = |command: &str| {
            answer(&format!("ERROR: process \"/bin/sh -c {command}\" did not complete successfully: exit code: 1"))
                .kind()
        };
        assert_eq!(step("go mod download"), Kind::Ambiguous);
        assert_eq!(step("make all"), Kind::Permanent);
    }

    #[test]
    fn outcomes_count_where_texts_say_nothing() {
        let class = |outcome: Outcome| classify(&outcome, "").class;
        assert_eq!(class(Outcome::Signalled(9)), Class::Resource);
        assert_eq!(class(Outcome::TimedOut), Class::Timeout);
        assert_eq!(class(Outcome::Cancelled), Class::Permanent);
        assert_eq!(classify(&Outcome::Exited(1), "").kind(), Kind::Ambiguous);
        assert_eq!(classify(&Outcome::SpawnFailed("No such file or directory".into()), "").class, Class::Permanent);
    }

    #[test]
    fn a_remedy_and_a_wait_come_with_the_answer() {
        assert_eq!(answer("write /x: no space left on device").remedy, Some(Remedy::Prune));
        assert_eq!(answer("429 Too Many Requests, Retry-After: 30").retry_after_ms, Some(30_000));
    }

    #[test]
    fn evidence_of_a_long_line_is_the_part_that_matched() {
        let line = format!("{} connection reset by peer {}", "a".repeat(2000), "b".repeat(2000));
        let found = answer(&line);
        assert!(found.evidence.len() <= EVIDENCE_BYTES && found.evidence.contains("connection reset"), "{found:?}");
    }
}
