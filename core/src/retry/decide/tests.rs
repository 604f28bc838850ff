//! Decisions in the order of their questions.

use super::super::{BudgetState, FailureWhen, Jitter, Settings, classify};
use super::*;
use crate::policy::{Operation, Retry};

const RESET: &str = "read: connection reset by peer";
const TYPO: &str = "dockerfile parse error on line 1: unknown instruction: FRM";

fn attempt(output: &str) -> Attempt {
    let outcome = Outcome::Exited(1);
    Attempt { failure: classify(&outcome, output), outcome, duration_ms: 1000, rule: None, remedy: None }
}

/// A caller that feeds every decision back, as a host does.
struct Run {
    limits: Limits,
    rules: Vec<RetryRule>,
    remedies: Vec<Remedy>,
    budget: Option<Budget>,
    tokens: BudgetState,
    elapsed_ms: u64,
    history: Vec<Attempt>,
    remedy: Option<Remedy>,
}

impl Run {
    fn new() -> Self {
        let backoff = Backoff { jitter: Jitter::None, ..Backoff::default() };
        Self {
            limits: Limits { backoff, ..Limits::default() },
            rules: Vec::new(),
            remedies: Vec::new(),
            budget: None,
            tokens: BudgetState::default(),
            elapsed_ms: 0,
            history: Vec::new(),
            remedy: None,
        }
    }

    fn after(&mut self, attempt: Attempt) -> Decision {
        self.elapsed_ms += attempt.duration_ms;
        self.history.push(Attempt { remedy: self.remedy, ..attempt });
        let decision = self.decide();
        if let Some(last) = self.history.last_mut() {
            last.rule = Some(decision.rule.clone());
        }
        self.elapsed_ms += decision.delay_ms;
        self.tokens = decision.tokens.clone();
        self.remedy = decision.remedy;
        decision
    }

    fn decide(&self) -> Decision {
        let retry = Retry { rules: self.rules.clone(), budget: self.budget, ..Retry::default() };
        let situation = Situation {
            settings: Settings { operation: Operation::Push, limits: self.limits },
            history: self.history.clone(),
            elapsed_ms: self.elapsed_ms,
            now_ms: Some(0),
            seed: 1,
            remedies: self.remedies.clone(),
            tokens: self.tokens.clone(),
            ..Situation::default()
        };
        decide(&Policy { retry, ..Policy::default() }, &situation)
    }

    fn fails(&mut self, output: &str) -> (Action, u64, String) {
        let decision = self.after(attempt(output));
        (decision.action, decision.delay_ms, decision.reason.code)
    }
}

fn retry(delay_ms: u64) -> (Action, u64, String) {
    (Action::Retry, delay_ms, "retry".to_owned())
}

fn give_up(code: &str) -> (Action, u64, String) {
    (Action::GiveUp, 0, code.to_owned())
}

#[test]
fn a_passing_failure_is_tried_three_times_with_growing_pauses() {
    let mut run = Run::new();
    assert_eq!(
        [run.fails(RESET), run.fails(RESET), run.fails(RESET)],
        [retry(10_000), retry(20_000), give_up("attempts")]
    );
}

#[test]
fn a_permanent_failure_gets_one_attempt_whatever_the_operation_allows() {
    let mut run = Run::new();
    run.limits.attempts = Some(9);
    assert_eq!(run.fails(TYPO), give_up("permanent"));
}

#[test]
fn an_ambiguous_failure_gets_one_more_chance() {
    let mut run = Run::new();
    let text = "unexpected status: 403 Forbidden";
    assert_eq!([run.fails(text), run.fails(text)], [retry(10_000), give_up("attempts")]);
}

#[test]
fn the_servers_wish_is_honoured_when_it_is_longer() {
    let mut run = Run::new();
    assert_eq!(run.fails("429 Too Many Requests, Retry-After: 45"), retry(45_000));
    assert_eq!(run.fails("429 Too Many Requests, Retry-After: 1"), retry(20_000));
    assert_eq!(run.fails("429 Too Many Requests, Retry-After: Thu, 01 Jan 1970 00:01:30 GMT"), retry(90_000));
    assert_eq!(Run::new().fails("429 Too Many Requests, Retry-After: 3600"), give_up("wait-too-long"));
}

#[test]
fn a_quota_waits_only_when_the_stated_time_fits_the_deadline() {
    let quota = "toomanyrequests: You have reached your pull rate limit. Retry-After: 120";
    assert_eq!(Run::new().fails(quota), give_up("quota"));
    let mut run = Run::new();
    run.limits.deadline_ms = Some(600_000);
    assert_eq!([run.fails(quota), run.fails(quota)], [retry(120_000), give_up("attempts")]);
    let mut short = Run::new();
    short.limits.deadline_ms = Some(60_000);
    assert_eq!(short.fails(quota), give_up("deadline"));
}

#[test]
fn nothing_starts_that_cannot_end_before_the_deadline() {
    let mut run = Run::new();
    run.limits.deadline_ms = Some(13_000);
    run.limits.timeout_ms = Some(60_000);
    let first = run.after(attempt(RESET));
    assert_eq!((first.action, first.delay_ms, first.timeout_ms), (Action::Retry, 10_000, Some(2000)));
    assert_eq!(run.fails(RESET), give_up("deadline"));
}

#[test]
fn a_remedy_comes_first_and_only_once() {
    let full = "write /x: no space left on device";
    assert_eq!(Run::new().fails(full), give_up("resource"));
    let mut run = Run::new();
    run.remedies = vec![Remedy::Prune];
    assert_eq!(run.fails(full), (Action::Remedy, 0, "remedy".to_owned()));
    assert_eq!(run.fails(full), give_up("remedy-did-not-help"));
    let mut once = Run::new();
    once.remedies = vec![Remedy::Prune];
    once.limits.attempts = Some(1);
    assert_eq!(once.fails(full), give_up("attempts"));
}

#[test]
fn the_first_rule_of_the_policy_that_fits_decides() {
    let mut run = Run::new();
    let code = |first, last| FailureWhen { exit_codes: Some(vec![(first, last)]), ..FailureWhen::default() };
    let rule = |id: &str, when, attempts| RetryRule { id: id.to_owned(), when, attempts, ..RetryRule::default() };
    run.rules = vec![rule("never", code(2, 5), Some(1)), rule("typo", code(1, 1), Some(2))];
    let decision = run.after(attempt(TYPO));
    assert_eq!((decision.action, decision.rule.as_str()), (Action::Retry, "typo"));
    assert_eq!(run.fails(TYPO), give_up("attempts"));
    let mut never = Run::new();
    never.rules = vec![rule("never", code(1, 1), Some(1))];
    assert_eq!(never.fails(RESET), give_up("attempts"));
}

#[test]
fn failures_that_take_turns_come_to_an_end() {
    let mut run = Run::new();
    let limited = "429 Too Many Requests";
    let actions: Vec<_> = [RESET, limited, RESET, limited, RESET].into_iter().map(|text| run.fails(text).0).collect();
    assert_eq!(actions, [Action::Retry, Action::Retry, Action::Retry, Action::GiveUp, Action::GiveUp]);
}

#[test]
fn an_empty_budget_ends_the_attempts_of_every_step() {
    let mut run = Run::new();
    run.budget = Some(Budget { tokens: 2, refill_thousandths: 0 });
    assert_eq!([run.fails(RESET), run.fails(RESET)], [retry(10_000), give_up("budget")]);
}

#[test]
fn a_cancelled_run_is_never_tried_again_even_if_a_rule_says_so() {
    let mut run = Run::new();
    run.rules = vec![RetryRule { id: "all".to_owned(), attempts: Some(9), ..RetryRule::default() }];
    let cancelled =
        Attempt { outcome: Outcome::Cancelled, failure: classify(&Outcome::Cancelled, RESET), ..attempt(RESET) };
    assert_eq!(run.after(cancelled).reason.code, "cancelled");
}

#[test]
fn success_ends_and_an_empty_history_starts() {
    let mut run = Run::new();
    run.limits.timeout_ms = Some(7);
    let good = Attempt { outcome: Outcome::Exited(0), ..attempt("") };
    assert_eq!(run.after(good).action, Action::Done);
    run.history.clear();
    let start = run.decide();
    assert_eq!((start.action, start.delay_ms, start.timeout_ms), (Action::Retry, 0, Some(7)));
}
