//! How often, how long and with which pauses an operation is tried.

use serde::{Deserialize, Serialize};

use super::{Choice, Duration, Place, RetryRule};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The retry section.
#[derive(Debug, Clone, Default)]
pub struct Retry {
    /// Settings per operation. What one leaves open, [`Operation::Default`] tells, then [`Limits::default`].
    pub operations: Vec<(Operation, LimitSettings)>,
    /// Rules that are asked before the defaults of a failure's class; the first match wins.
    pub rules: Vec<RetryRule>,
    /// How many retries all steps may take together, per registry host.
    pub budget: Option<Budget>,
}

impl Retry {
    /// What holds for an operation.
    pub fn limits(&self, operation: Operation) -> Limits {
        let settings = |wanted| self.operations.iter().find(|(own, _)| *own == wanted).map(|(_, settings)| settings);
        let mut limits = Limits::default();
        for settings in [settings(Operation::Default), settings(operation)].into_iter().flatten() {
            limits = settings.over(limits);
        }
        limits
    }
}

/// Something that can fail and be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// What holds for every operation that says nothing else.
    Default,
    /// Preparing the builder.
    Setup,
    /// Logging in to a registry.
    Login,
    /// Fetching an image.
    Pull,
    /// Building an image.
    Build,
    /// Sending an image to a registry.
    Push,
    /// Writing the build cache.
    CacheExport,
    /// Reading a manifest or a tag.
    Inspect,
    /// Signing an image.
    Sign,
    /// Attaching an attestation.
    Attest,
    /// Calling the CI engine's interface.
    Api,
}

impl Choice for Operation {
    const ALL: &'static [(&'static str, Self)] = &[
        ("default", Self::Default),
        ("setup", Self::Setup),
        ("login", Self::Login),
        ("pull", Self::Pull),
        ("build", Self::Build),
        ("push", Self::Push),
        ("cache-export", Self::CacheExport),
        ("inspect", Self::Inspect),
        ("sign", Self::Sign),
        ("attest", Self::Attest),
        ("api", Self::Api),
    ];
}

/// What a policy says about one operation.
#[derive(Debug, Clone, Default)]
pub struct LimitSettings {
    /// Tries in all, 1 to 100.
    pub attempts: Option<u32>,
    /// For one attempt.
    pub timeout: Option<Duration>,
    /// For all attempts and pauses together.
    pub deadline: Option<Duration>,
    /// Pauses between attempts.
    pub backoff: BackoffSettings,
    /// Where it was written.
    pub place: Place,
}

impl LimitSettings {
    /// These settings, with `base` for what they leave open.
    pub fn over(&self, base: Limits) -> Limits {
        Limits {
            attempts: self.attempts.or(base.attempts),
            timeout_ms: self.timeout.map(Duration::as_millis).or(base.timeout_ms),
            deadline_ms: self.deadline.map(Duration::as_millis).or(base.deadline_ms),
            backoff: self.backoff.over(base.backoff),
        }
    }
}

/// What holds for one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Tries in all, at least 1. Absent, the kind of failure tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// For one attempt, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// For all attempts and pauses together, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// Pauses between attempts.
    pub backoff: Backoff,
}

impl Limits {
    /// What no single value shows: an attempt that takes longer than all attempts may, a first pause above the longest one.
    /// `name` is what the messages call the operation.
    pub(crate) fn faults(&self, name: &str) -> Diagnostics {
        let shown = Duration::from_millis;
        let mut faults = Vec::new();
        if let (Some(timeout), Some(deadline)) = (self.timeout_ms, self.deadline_ms)
            && timeout > deadline
        {
            let message = format!(
                "an attempt of `{name}` may take {}, but all attempts together only {}",
                shown(timeout),
                shown(deadline)
            );
            faults
                .push(Diagnostic::error("timeout-over-deadline", message).help("raise `deadline` or lower `timeout`"));
        }
        let backoff = &self.backoff;
        if backoff.first_ms > backoff.max_ms {
            let message = format!(
                "the first pause of `{name}` is {}, but no pause may be longer than {}",
                shown(backoff.first_ms),
                shown(backoff.max_ms)
            );
            faults.push(Diagnostic::error("first-over-max", message).help("raise `max` or lower `first`"));
        }
        faults
    }
}

/// What a policy says about pauses.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BackoffSettings {
    /// The first pause.
    pub first: Option<Duration>,
    /// What each pause is multiplied with to give the next, 1 to 10.
    pub factor: Option<f64>,
    /// The longest pause.
    pub max: Option<Duration>,
    /// How much of a pause is chance.
    pub jitter: Option<Jitter>,
    /// How pauses grow.
    pub kind: Option<BackoffKind>,
}

impl BackoffSettings {
    /// These settings, with `base` for what they leave open.
    pub fn over(&self, base: Backoff) -> Backoff {
        Backoff {
            kind: self.kind.unwrap_or(base.kind),
            first_ms: self.first.map_or(base.first_ms, Duration::as_millis),
            factor_thousandths: self.factor.map_or(base.factor_thousandths, thousandths),
            max_ms: self.max.map_or(base.max_ms, Duration::as_millis),
            jitter: self.jitter.unwrap_or(base.jitter),
        }
    }
}

/// Pauses between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// How pauses grow.
    pub kind: BackoffKind,
    /// The first pause in milliseconds.
    pub first_ms: u64,
    /// What each pause is multiplied with to give the next, in thousandths, at least 1000. For exponential growth only. Whole numbers
    /// round the same way on every machine.
    pub factor_thousandths: u32,
    /// The longest pause in milliseconds.
    pub max_ms: u64,
    /// How much of a pause is chance.
    pub jitter: Jitter,
}

impl Default for Backoff {
    /// 10 s, 20 s, 40 s … up to 2 minutes, with full jitter.
    fn default() -> Self {
        Self {
            kind: BackoffKind::default(),
            first_ms: 10_000,
            factor_thousandths: 2000,
            max_ms: 120_000,
            jitter: Jitter::default(),
        }
    }
}

/// A number of a policy as whole thousandths; documents bound it to a few hundred.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and documents allow no negative number"
)]
pub(crate) fn thousandths(number: f64) -> u32 {
    (number * 1000.0).round() as u32
}

/// How much of a pause is chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Jitter {
    /// Anything from nothing to the whole pause.
    #[default]
    Full,
    /// Half of the pause, and anything up to the other half.
    Equal,
    /// Nothing.
    None,
}

impl Choice for Jitter {
    const ALL: &'static [(&'static str, Self)] = &[("full", Self::Full), ("equal", Self::Equal), ("none", Self::None)];
}

/// How pauses grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackoffKind {
    /// Multiplied with the factor each time.
    #[default]
    Exponential,
    /// Always the first pause.
    Constant,
    /// The first pause, then twice, three times as much, …
    Linear,
}

impl Choice for BackoffKind {
    const ALL: &'static [(&'static str, Self)] =
        &[("exponential", Self::Exponential), ("constant", Self::Constant), ("linear", Self::Linear)];
}

/// How many retries all steps may take together. A retry costs one token, and retries stop at half of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Tokens at the start, and never more, 1 to 1000.
    pub tokens: u32,
    /// Thousandths of a token that a success gives back, up to 100 tokens.
    pub refill_thousandths: u32,
}

impl Default for Budget {
    /// gRPC's: 10 tokens, a tenth back per success.
    fn default() -> Self {
        Self { tokens: 10, refill_thousandths: 100 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_inherits_what_it_leaves_open() {
        let attempts = |attempts| LimitSettings { attempts: Some(attempts), ..LimitSettings::default() };
        let mut default = attempts(4);
        default.timeout = Some(Duration::from_secs(60));
        default.backoff.max = Some(Duration::from_secs(30));
        let retry = Retry {
            operations: vec![(Operation::Default, default), (Operation::Push, attempts(5))],
            ..Retry::default()
        };
        let push = retry.limits(Operation::Push);
        assert_eq!((push.attempts, push.timeout_ms), (Some(5), Some(60_000)));
        assert_eq!((push.backoff.max_ms, push.backoff.first_ms), (30_000, 10_000));
        assert_eq!(retry.limits(Operation::Api).attempts, Some(4));
        assert_eq!(Retry::default().limits(Operation::Build), Limits::default());
    }
}
