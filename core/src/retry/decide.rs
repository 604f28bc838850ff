//! Again, something else first, or not at all?
//!
//! The order of the questions: did it succeed; was it cancelled; which rule is it (the policy's rules in order, else the default
//! of its kind); are there tries left; is there a remedy; does the wait fit; does the attempt fit; is there budget. Whatever says
//! no first is the reason. A final answer never has a pause.

use super::backoff::Backoff;
use super::budget::Budget;
use super::decision::{Action, Attempt, Decision, Situation};
use super::limits::{Limits, RetryRule};
use super::model::{Classification, Kind, Remedy};
use super::outcome::Outcome;
use super::tail;
use crate::policy::{Choice, Policy};
use crate::reason::Reason;

/// Without a deadline, a server's wish to wait longer than this ends the attempts, in milliseconds.
const LONGEST_WAIT_MS: u64 = 15 * 60_000;

/// The bucket of failures that concern no registry.
const OTHER: &str = "other";

/// Everything that a decision looks at.
struct Request<'a> {
    situation: &'a Situation,
    /// The operation in a sentence.
    operation: &'a str,
    limits: &'a Limits,
    /// The policy's rules, the first that fits decides.
    rules: &'a [RetryRule],
    budget: Option<&'a Budget>,
}

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
///
/// ```
/// use buildonce_core::policy::Policy;
/// use buildonce_core::retry::{Action, Situation, decide};
/// let first = decide(&Policy::standard(), &Situation::default());
/// assert_eq!((first.action, first.delay_ms), (Action::Retry, 0));
/// ```
pub fn decide(policy: &Policy, situation: &Situation) -> Decision {
    let request = Request {
        situation,
        operation: situation.settings.noun(),
        limits: &situation.settings.limits,
        rules: &policy.retry.rules,
        budget: policy.retry.budget.as_ref(),
    };
    answer_to(&request)
}

fn answer_to(request: &Request<'_>) -> Decision {
    let Some(last) = request.situation.history.last() else { return before_the_first(request) };
    if last.outcome.is_success() {
        let host = bucket(request, None);
        let tokens = request.budget.map_or_else(
            || request.situation.tokens.clone(),
            |budget| request.situation.tokens.after_success(budget, &host),
        );
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
    if request.limits.deadline_ms.is_some_and(|deadline| deadline <= request.situation.elapsed_ms) {
        let reason = Reason::new("deadline", format!("{} has no time left", request.operation));
        return answer(request, Action::GiveUp, reason);
    }
    let reason = Reason::new("first-attempt", format!("first attempt of {}", request.operation));
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
    let applied = |remedy: Remedy| request.situation.history.iter().any(|attempt| attempt.remedy == Some(remedy));
    // A remedy of the policy is applied each time, a recommended one once: if it did not help, it will not.
    let remedy = handling
        .remedy
        .filter(|remedy| request.situation.remedies.contains(remedy) && (handling.explicit || !applied(*remedy)));
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
    let earlier = request.situation.history.iter().rev().skip(1);
    let own = earlier.filter(|attempt| handle(request, attempt, false).rule == handling.rule).count();
    let own = u32::try_from(own).unwrap_or(u32::MAX).saturating_add(1);
    if own >= tries || made >= most_tries(request, tries) {
        return Err(Reason::new(
            "attempts",
            format!(
                "{} failed {}with {} ({}); no tries are left",
                request.operation,
                if made == 1 { String::new() } else { format!("{made} times, the last time ") },
                failure.class.name(),
                failure.cause
            ),
        ));
    }
    let pause = handling.backoff.delay_ms(own, request.situation.seed);
    let delay_ms = match (hopeless, remedy) {
        // What the remedy changes does not need a wait.
        (true, Some(_)) => 0,
        _ => pause.max(wish.unwrap_or(0)),
    };
    check_time(request, delay_ms, wish)?;
    let host = bucket(request, Some(failure));
    let tokens = match request.budget {
        Some(budget) if !request.situation.tokens.allows(budget, &host) => {
            return Err(Reason::new("budget", format!("the retry budget for {host} is used up")));
        }
        Some(budget) => request.situation.tokens.after_retry(budget, &host),
        None => request.situation.tokens.clone(),
    };
    let asked =
        if wish.is_some_and(|wish| wish == delay_ms && delay_ms > 0) { ", as the other side asked" } else { "" };
    let first = remedy.map(|remedy| format!(" after {}", remedy.word())).unwrap_or_default();
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
                tail::lines(&request.situation.tail).into_iter().map(|line| line.text).collect()
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
            backoff: rule.backoff.over(request.limits.backoff),
            remedy: rule.remedy.or(failure.remedy),
            failure,
        },
        None => Handling {
            rule: format!("class.{}", kind.word()),
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
    let earlier = request.situation.history.iter().rev().skip(1).map(|attempt| handle(request, attempt, false).tries);
    earlier.fold(own, u32::max)
}

/// Says no when the pause or the attempt after it would pass the deadline. An attempt is taken to need as long as the shortest
/// one so far.
fn check_time(request: &Request<'_>, delay_ms: u64, wish: Option<u64>) -> Result<(), Reason> {
    let shortest = request.situation.history.iter().map(|attempt| attempt.duration_ms).min().unwrap_or(0).max(1);
    match request.limits.deadline_ms {
        Some(deadline) if request.situation.elapsed_ms.saturating_add(delay_ms).saturating_add(shortest) > deadline => {
            Err(Reason::new(
                "deadline",
                format!(
                    "{} may take {} in all, {} are over; a pause of {} and another attempt do not fit",
                    request.operation,
                    seconds(deadline),
                    seconds(request.situation.elapsed_ms),
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
        (Some(remedy), _, _) => Reason::new("remedy-did-not-help", format!("{what}; {} did not help", remedy.word())),
        (None, Kind::Quota, _) => Reason::new("quota", format!("{what}; the limit lasts longer than a retry can wait")),
        (None, Kind::Resource, Some(remedy)) => {
            Reason::new("resource", format!("{what}; a retry needs {} first", remedy.word()))
        }
        (None, Kind::Resource, None) => Reason::new("resource", format!("{what}; a retry would meet the same limit")),
        (None, _, _) => Reason::new("permanent", format!("{what}; it would fail again")),
    }
}

/// How long the other side asked to wait, from now.
fn wish_ms(request: &Request<'_>, failure: &Classification) -> Option<u64> {
    let until = match (failure.retry_at_ms, request.situation.now_ms) {
        (Some(at), Some(now)) => Some(u64::try_from(at.saturating_sub(now)).unwrap_or(0)),
        _ => None,
    };
    failure.retry_after_ms.max(until)
}

/// The attempt's timeout, cut to what the deadline leaves after the pause.
fn next_timeout(request: &Request<'_>, delay_ms: u64) -> Option<u64> {
    let left = request
        .limits
        .deadline_ms
        .map(|deadline| deadline.saturating_sub(request.situation.elapsed_ms).saturating_sub(delay_ms));
    match (request.limits.timeout_ms, left) {
        (Some(timeout), Some(left)) => Some(timeout.min(left)),
        (timeout, left) => timeout.or(left),
    }
}

fn bucket(request: &Request<'_>, failure: Option<&Classification>) -> String {
    failure
        .and_then(|failure| failure.registry.as_deref())
        .or(request.situation.registry.as_deref())
        .unwrap_or(OTHER)
        .to_owned()
}

fn attempts_made(request: &Request<'_>) -> u32 {
    u32::try_from(request.situation.history.len()).unwrap_or(u32::MAX)
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
        tokens: request.situation.tokens.clone(),
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
mod tests;
