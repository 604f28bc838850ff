//! What a policy says about failures of a certain kind: conditions, and what to do when they hold.

use serde::{Deserialize, Serialize};

use super::{BackoffSettings, Choice, GlobList, Place};
use crate::pattern::Pattern;

/// What to do about failures that a condition describes.
#[derive(Debug, Clone, Default)]
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
    pub class: Option<Vec<FailureKind>>,
    /// The classifier's name for the cause.
    pub cause: Option<Vec<String>>,
    /// Found in a line of the output's end, as the classifier reads it (without colours and prefixes).
    pub text: Option<Pattern>,
    /// What was being done; a failure whose phase is not known does not fit.
    pub phase: Option<Vec<Phase>>,
    /// The registry's host; a failure whose registry is not known does not fit.
    pub registry: Option<GlobList>,
}

/// How an attempt ended, as far as a condition can ask. A cancelled run fits no condition, because it is never tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

/// Kinds of failure: the taxonomy's classes, split where the answer to "again?" differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
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

impl Choice for FailureKind {
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Writing or reading the build cache.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
