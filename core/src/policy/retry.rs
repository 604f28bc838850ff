//! How often, how long and with which pauses an operation is tried.

use super::{Choice, Duration, GlobList, Place};
use crate::pattern::Pattern;

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
            limits.attempts = settings.attempts.unwrap_or(limits.attempts);
            limits.timeout = settings.timeout.or(limits.timeout);
            limits.deadline = settings.deadline.or(limits.deadline);
            limits.backoff = settings.backoff.over(limits.backoff);
        }
        limits
    }
}

/// Something that can fail and be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// What holds for one operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Tries in all, at least 1.
    pub attempts: u32,
    /// For one attempt.
    pub timeout: Option<Duration>,
    /// For all attempts and pauses together.
    pub deadline: Option<Duration>,
    /// Pauses between attempts.
    pub backoff: Backoff,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attempts: 3, timeout: None, deadline: None, backoff: Backoff::default() }
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
            first: self.first.unwrap_or(base.first),
            factor: self.factor.unwrap_or(base.factor),
            max: self.max.unwrap_or(base.max),
            jitter: self.jitter.unwrap_or(base.jitter),
            kind: self.kind.unwrap_or(base.kind),
        }
    }
}

/// Pauses between attempts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// What each pause is multiplied with to give the next.
    pub factor: f64,
    /// The longest pause.
    pub max: Duration,
    /// How much of a pause is chance.
    pub jitter: Jitter,
    /// How pauses grow.
    pub kind: BackoffKind,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            factor: 2.0,
            max: Duration::from_secs(120),
            jitter: Jitter::Full,
            kind: BackoffKind::Exponential,
        }
    }
}

/// How much of a pause is chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// Anything from nothing to the whole pause.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackoffKind {
    /// Multiplied with the factor each time.
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

/// What to do about failures that a condition describes.
#[derive(Debug, Clone)]
pub struct RetryRule {
    /// Its name in traces, such as `retry.rules[0]`, or what the policy calls it.
    pub id: String,
    /// Which failures it is for; empty for all.
    pub when: FailureWhen,
    /// Tries in all; `Some(1)` for never again, `None` for what the operation allows.
    pub attempts: Option<u32>,
    /// Pauses; what is left open comes from the operation.
    pub backoff: BackoffSettings,
    /// What to do before the next attempt.
    pub remedy: Option<Remedy>,
    /// Where it was written.
    pub place: Place,
}

/// Conditions on a failure that must all hold. Without any it always holds.
#[derive(Debug, Clone, Default)]
pub struct FailureWhen {
    /// The exit code is in one of these ranges, both ends included.
    pub exit_codes: Option<Vec<(i32, i32)>>,
    /// The signal, without `SIG`.
    pub signal: Option<Vec<String>>,
    /// How the attempt ended.
    pub outcome: Option<Vec<OutcomeKind>>,
    /// What kind of failure it is.
    pub class: Option<Vec<FailureClass>>,
    /// The classifier's name for the cause.
    pub cause: Option<Vec<String>>,
    /// Found in the end of the output.
    pub text: Option<Pattern>,
    /// What was being done.
    pub phase: Option<Vec<Phase>>,
    /// The registry's host.
    pub registry: Option<GlobList>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// The command ended by itself.
    Exited,
    /// A signal ended it.
    Signalled,
    /// It took longer than an attempt may.
    TimedOut,
    /// It could not be started.
    SpawnFailed,
}

impl Choice for OutcomeKind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("exited", Self::Exited),
        ("signalled", Self::Signalled),
        ("timed-out", Self::TimedOut),
        ("spawn-failed", Self::SpawnFailed),
    ];
}

/// Kinds of failure, which differ in what helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// Goes away by itself.
    Transient,
    /// Took too long.
    Timeout,
    /// Too many requests in a short time.
    RateLimited,
    /// Too many requests for hours.
    Quota,
    /// The text fits a permanent and a passing cause.
    Ambiguous,
    /// Memory or disk ran out.
    Resource,
    /// Comes back each time.
    Permanent,
}

impl Choice for FailureClass {
    const ALL: &'static [(&'static str, Self)] = &[
        ("transient", Self::Transient),
        ("timeout", Self::Timeout),
        ("rate-limited", Self::RateLimited),
        ("quota", Self::Quota),
        ("ambiguous", Self::Ambiguous),
        ("resource", Self::Resource),
        ("permanent", Self::Permanent),
    ];
}

/// What was being done when a failure came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Preparing the builder.
    Setup,
    /// Logging in.
    Login,
    /// Fetching an image.
    Pull,
    /// Building.
    Build,
    /// Sending.
    Push,
    /// Writing the build cache.
    CacheExport,
}

impl Choice for Phase {
    const ALL: &'static [(&'static str, Self)] = &[
        ("setup", Self::Setup),
        ("login", Self::Login),
        ("pull", Self::Pull),
        ("build", Self::Build),
        ("push", Self::Push),
        ("cache-export", Self::CacheExport),
    ];
}

/// What can help before the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Log in again.
    Relogin,
    /// Free disk space.
    Prune,
    /// Take another registry for base images.
    UseMirror,
    /// Build without failing for the cache's sake.
    IgnoreCacheExport,
    /// Look whether the push landed in spite of its error.
    VerifyRemoteDigest,
}

impl Choice for Remedy {
    const ALL: &'static [(&'static str, Self)] = &[
        ("relogin", Self::Relogin),
        ("prune", Self::Prune),
        ("use-mirror", Self::UseMirror),
        ("ignore-cache-export", Self::IgnoreCacheExport),
        ("verify-remote-digest", Self::VerifyRemoteDigest),
    ];
}

/// How many retries all steps may take together. A retry costs one token, and retries stop at half of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// At the start, and never more, 1 to 1000.
    pub tokens: u32,
    /// What each success gives back, 0 to 100.
    pub refill: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { tokens: 10, refill: 0.1 }
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
        assert_eq!((push.attempts, push.timeout), (5, Some(Duration::from_secs(60))));
        assert_eq!((push.backoff.max, push.backoff.first), (Duration::from_secs(30), Duration::from_secs(10)));
        assert_eq!(retry.limits(Operation::Api).attempts, 4);
        assert_eq!(Retry::default().limits(Operation::Build), Limits::default());
    }
}
