//! Again, something else first, or not at all?
//!
//! The order of the questions: did it succeed; was it cancelled; which rule is it (the policy's rules in order, else the default
//! of its kind); are there tries left; is there a remedy; does the wait fit; does the attempt fit; is there budget. Whatever says
//! no first is the reason. A final answer never has a pause.

use super::backoff::Backoff;
use super::decision::{Action, Attempt, Decision, Request};
use super::model::{Classification, Kind, Remedy};
use super::outcome::Outcome;
use super::tail;
use crate::reason::Reason;

/// Without a deadline, a server's wish to wait longer than this ends the attempts, in milliseconds.
const LONGEST_WAIT_MS: u64 = 15 * 60_000;

/// The bucket of failures that concern no registry.
const OTHER: &str = "other";

/// Which rule a failure falls under, and what that allows.
struct Handling<'a> {
    rule: String,
    tries: u32,
    /// Whether a policy wrote the number of tries, so that it holds even for what is hopeless by default.
    explicit: bool,
    backoff: Backoff,
    remedy: Option<Remedy>,
    failure: &'a Classification,
}

/// Decides what happens after the last attempt of the history, or before the first.
pub fn decide(request: &Request<'_>) -> Decision {
    let Some(last) = request.history.last() else { return before_the_first(request) };
    if last.outcome.is_success() {
        let host = bucket(request, None);
        let tokens =
            request.budget.map_or_else(|| request.tokens.clone(), |budget| request.tokens.after_success(budget, &host));
        let reason = Reason::new("succeeded", format!("{} succeeded", request.operation));
        return Decision { tokens, ..answer(request, Action::Done, reason) };
    }
    let handling = handle(request, last, true);
    match plan(request, last, &handling) {
        Ok(next) => next,
        Err(reason) => Decision {
            attempts: handling.tries,
            rule: handling.rule,
            cause: last.failure.cause.clone(),
            evidence: last.failure.evidence.clone(),
            ..answer(request, Action::GiveUp, reason)
        },
    }
}

fn before_the_first(request: &Request<'_>) -> Decision {
    let tries = request.limits.tries(Kind::Transient);
    let reason = if request.limits.deadline_ms.is_some_and(|deadline| deadline <= request.elapsed_ms) {
        return answer(
            request,
            Action::GiveUp,
            Reason::new("deadline", format!("{} has no time left", request.operation)),
        );
    } else {
        Reason::new("first-attempt", format!("first attempt of {}", request.operation))
    };
    Decision { timeout_ms: next_timeout(request, 0), attempts: tries, ..answer(request, Action::Retry, reason) }
}

/// The next attempt, or the reason why there is none.
fn plan(request: &Request<'_>, last: &Attempt, handling: &Handling<'_>) -> Result<Decision, Reason> {
    let failure = handling.failure;
    let kind = failure.kind();
    let made = attempts_made(request);
    if last.outcome == Outcome::Cancelled {
        return Err(Reason::new(
            "cancelled",
            format!("{} was cancelled, which is never tried again", request.operation),
        ));
    }
    let hopeless = !handling.explicit && matches!(kind, Kind::Resource | Kind::Permanent | Kind::Quota);
    let applied = |remedy: Remedy| request.history.iter().any(|attempt| attempt.remedy == Some(remedy));
    // A remedy of the policy is applied each time, a recommended one once: if it did not help, it will not.
    let remedy =
        handling.remedy.filter(|remedy| request.remedies.contains(remedy) && (handling.explicit || !applied(*remedy)));
    let wish = wish_ms(request, failure);
    let waits_for_quota = kind == Kind::Quota && wish.is_some() && request.limits.deadline_ms.is_some();
    if hopeless && remedy.is_none() && !waits_for_quota {
        return Err(hopeless_reason(request, failure, kind, handling.remedy.filter(|remedy| applied(*remedy))));
    }
    // A remedy makes another attempt worth its while, once, unless the operation has no tries left.
    let tries = if hopeless && remedy.is_some() {
        handling.tries.max(request.limits.attempts.unwrap_or(u32::MAX).min(made + 1))
    } else {
        handling.tries
    };
    let own = request.history.iter().filter(|attempt| attempt.rule.as_deref() == Some(handling.rule.as_str())).count();
    let own = u32::try_from(own).unwrap_or(u32::MAX);
    let own = if last.rule.is_some() { own } else { own.saturating_add(1) };
    if own >= tries || made >= most_tries(request, tries) {
        return Err(Reason::new(
            "attempts",
            format!(
                "{} failed {made} times, the last time with {} ({}); no tries are left",
                request.operation,
                failure.class.name(),
                failure.cause
            ),
        ));
    }
    let pause = handling.backoff.delay_ms(own, request.seed);
    let delay_ms = match (hopeless, remedy) {
        // What the remedy changes does not need a wait.
        (true, Some(_)) => 0,
        _ => pause.max(wish.unwrap_or(0)),
    };
    check_time(request, delay_ms, wish)?;
    let host = bucket(request, Some(failure));
    let tokens = match request.budget {
        Some(budget) if !request.tokens.allows(budget, &host) => {
            return Err(Reason::new("budget", format!("the retry budget for {host} is used up")));
        }
        Some(budget) => request.tokens.after_retry(budget, &host),
        None => request.tokens.clone(),
    };
    let asked =
        if wish.is_some_and(|wish| wish == delay_ms && delay_ms > 0) { ", as the other side asked" } else { "" };
    let first = remedy.map(|remedy| format!(" after {}", remedy.name())).unwrap_or_default();
    let sentence = format!(
        "attempt {} of {tries} of {}{first} in {}{asked}: {} ({})",
        made + 1,
        request.operation,
        seconds(delay_ms),
        failure.class.name(),
        failure.cause
    );
    let (action, code) = if remedy.is_some() { (Action::Remedy, "remedy") } else { (Action::Retry, "retry") };
    Ok(Decision {
        delay_ms,
        remedy,
        timeout_ms: next_timeout(request, delay_ms),
        attempts: tries,
        rule: handling.rule.clone(),
        cause: failure.cause.clone(),
        evidence: failure.evidence.clone(),
        tokens,
        ..answer(request, action, Reason::new(code, sentence))
    })
}

/// The policy's first rule that fits, else the default of the failure's kind. A past attempt falls under what was said then.
fn handle<'a>(request: &Request<'_>, attempt: &'a Attempt, is_last: bool) -> Handling<'a> {
    let failure = &attempt.failure;
    let fitting = match &attempt.rule {
        Some(rule) => request.rules.iter().find(|own| own.id == *rule),
        None if is_last => {
            let lines: Vec<String> = if request.rules.iter().any(|rule| rule.when.text.is_some()) {
                tail::lines(request.output).into_iter().map(|line| line.text).collect()
            } else {
                Vec::new()
            };
            request.rules.iter().find(|rule| rule.when.holds(&attempt.outcome, failure, &lines))
        }
        None => None,
    };
    let kind = failure.kind();
    let default = request.limits.tries(kind);
    match fitting {
        Some(rule) => Handling {
            rule: rule.id.clone(),
            tries: rule.attempts.map_or(default, |attempts| attempts.max(1)),
            explicit: rule.attempts.is_some(),
            backoff: rule.backoff.unwrap_or(request.limits.backoff),
            remedy: rule.remedy.or(failure.remedy),
            failure,
        },
        None => Handling {
            rule: format!("class.{}", kind.name()),
            tries: default,
            explicit: false,
            backoff: request.limits.backoff,
            remedy: failure.remedy,
            failure,
        },
    }
}

/// Attempts in all: the most that any failure of the history allows, so that failures which take turns come to an end too.
fn most_tries(request: &Request<'_>, own: u32) -> u32 {
    let earlier = request.history.iter().rev().skip(1).map(|attempt| handle(request, attempt, false).tries);
    earlier.fold(own, u32::max)
}

/// Says no when the pause or the attempt after it would pass the deadline. An attempt is taken to need as long as the shortest
/// one so far.
fn check_time(request: &Request<'_>, delay_ms: u64, wish: Option<u64>) -> Result<(), Reason> {
    let shortest = request.history.iter().map(|attempt| attempt.duration_ms).min().unwrap_or(0).max(1);
    match request.limits.deadline_ms {
        Some(deadline) if request.elapsed_ms.saturating_add(delay_ms).saturating_add(shortest) > deadline => {
            Err(Reason::new(
                "deadline",
                format!(
                    "{} may take {} in all, {} are over; a pause of {} and another attempt do not fit",
                    request.operation,
                    seconds(deadline),
                    seconds(request.elapsed_ms),
                    seconds(delay_ms)
                ),
            ))
        }
        None if wish.is_some_and(|wish| wish > LONGEST_WAIT_MS) => Err(Reason::new(
            "wait-too-long",
            format!(
                "the other side asks to wait {}, and {} has no deadline that allows it",
                seconds(delay_ms),
                request.operation
            ),
        )),
        _ => Ok(()),
    }
}

fn hopeless_reason(request: &Request<'_>, failure: &Classification, kind: Kind, tried: Option<Remedy>) -> Reason {
    let what = format!("{} failed: {} ({})", request.operation, failure.class.name(), failure.cause);
    match (tried, kind, failure.remedy) {
        (Some(remedy), _, _) => Reason::new("remedy-did-not-help", format!("{what}; {} did not help", remedy.name())),
        (None, Kind::Quota, _) => Reason::new("quota", format!("{what}; the limit lasts longer than a retry can wait")),
        (None, Kind::Resource, Some(remedy)) => {
            Reason::new("resource", format!("{what}; a retry needs {} first", remedy.name()))
        }
        (None, Kind::Resource, None) => Reason::new("resource", format!("{what}; a retry would meet the same limit")),
        (None, _, _) => Reason::new("permanent", format!("{what}; it would fail again")),
    }
}

/// How long the other side asked to wait, from now.
fn wish_ms(request: &Request<'_>, failure: &Classification) -> Option<u64> {
    let until = match (failure.retry_at_ms, request.now_ms) {
        (Some(at), Some(now)) => Some(u64::try_from(at.saturating_sub(now)).unwrap_or(0)),
        _ => None,
    };
    failure.retry_after_ms.max(until)
}

/// The attempt's timeout, cut to what the deadline leaves after the pause.
fn next_timeout(request: &Request<'_>, delay_ms: u64) -> Option<u64> {
    let left =
        request.limits.deadline_ms.map(|deadline| deadline.saturating_sub(request.elapsed_ms).saturating_sub(delay_ms));
    match (request.limits.timeout_ms, left) {
        (Some(timeout), Some(left)) => Some(timeout.min(left)),
        (timeout, left) => timeout.or(left),
    }
}

fn bucket(request: &Request<'_>, failure: Option<&Classification>) -> String {
    failure.and_then(|failure| failure.registry.as_deref()).or(request.registry).unwrap_or(OTHER).to_owned()
}

fn attempts_made(request: &Request<'_>) -> u32 {
    u32::try_from(request.history.len()).unwrap_or(u32::MAX)
}

/// An answer that changes nothing, to be filled.
fn answer(request: &Request<'_>, action: Action, reason: Reason) -> Decision {
    Decision {
        action,
        delay_ms: 0,
        remedy: None,
        timeout_ms: None,
        attempt: attempts_made(request),
        attempts: attempts_made(request),
        rule: String::new(),
        cause: String::new(),
        evidence: String::new(),
        reason,
        tokens: request.tokens.clone(),
    }
}

/// A time for a person.
fn seconds(milliseconds: u64) -> String {
    if milliseconds >= 10_000 || milliseconds.is_multiple_of(1000) {
        format!("{} s", milliseconds.div_ceil(1000))
    } else {
        format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Budget, BudgetState, ExitCodes, FailureWhen, Jitter, Limits, RetryRule, classify};
    use super::*;

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
            let decision = decide(&Request {
                operation: "push",
                limits: &self.limits,
                rules: &self.rules,
                history: &self.history,
                output: "",
                elapsed_ms: self.elapsed_ms,
                now_ms: Some(0),
                seed: 1,
                remedies: &self.remedies,
                registry: None,
                budget: self.budget.as_ref(),
                tokens: &self.tokens,
            });
            if let Some(last) = self.history.last_mut() {
                last.rule = Some(decision.rule.clone());
            }
            self.elapsed_ms += decision.delay_ms;
            self.tokens = decision.tokens.clone();
            self.remedy = decision.remedy;
            decision
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
        let code =
            |first, last| FailureWhen { exit_codes: Some(vec![ExitCodes { first, last }]), ..FailureWhen::default() };
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
        let actions: Vec<_> =
            [RESET, limited, RESET, limited, RESET].into_iter().map(|text| run.fails(text).0).collect();
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
        let start = decide(&Request {
            operation: "push",
            limits: &run.limits,
            rules: &[],
            history: &[],
            output: "",
            elapsed_ms: 0,
            now_ms: None,
            seed: 0,
            remedies: &[],
            registry: None,
            budget: None,
            tokens: &BudgetState::default(),
        });
        assert_eq!((start.action, start.delay_ms, start.timeout_ms), (Action::Retry, 0, Some(7)));
    }
}
