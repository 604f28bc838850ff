//! What the classifier answers.

use serde::{Deserialize, Serialize};

pub use crate::policy::{FailureKind as Kind, Phase, Remedy};

/// What kind of failure it was, in the words of the taxonomy (`docs/retry.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Goes away by itself.
    Transient,
    /// Took too long.
    Timeout,
    /// Too many requests, for a moment or for hours.
    RateLimited,
    /// Memory, disk or another resource of this machine ran out.
    Resource,
    /// Comes back each time.
    Permanent,
}

impl Class {
    /// The name that JSON and policies use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Timeout => "timeout",
            Self::RateLimited => "rate-limited",
            Self::Resource => "resource",
            Self::Permanent => "permanent",
        }
    }
}

impl Kind {
    /// The class that this is a part of. What is ambiguous counts as permanent, because nothing speaks for a repetition.
    pub const fn class(self) -> Class {
        match self {
            Self::Transient => Class::Transient,
            Self::Timeout => Class::Timeout,
            Self::RateLimited | Self::Quota => Class::RateLimited,
            Self::Resource => Class::Resource,
            Self::Ambiguous | Self::Permanent => Class::Permanent,
        }
    }

    /// Whether the same attempt, made again within minutes and without a remedy, is likely to succeed.
    pub const fn retry_helps(self) -> bool {
        matches!(self, Self::Transient | Self::Timeout | Self::RateLimited)
    }
}

/// How sure a classification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The text fits both a permanent and a passing cause, or there was no text.
    Ambiguous,
    /// The text usually means this.
    Likely,
    /// The text has no other reading.
    Certain,
}

impl Confidence {
    /// The name that JSON uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ambiguous => "ambiguous",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What a failed attempt was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    /// What kind of failure.
    pub class: Class,
    /// Its name in the taxonomy, such as `conn-reset`.
    pub cause: String,
    /// Whether a plain repetition within minutes can help.
    pub retry_helps: bool,
    /// How long the other side asked to wait, in milliseconds, rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Until when the other side asked to wait, where it named a date: milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at_ms: Option<i64>,
    /// What helps better than a plain repetition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// How sure this is.
    pub confidence: Confidence,
    /// The line that decided, without colours and prefixes, at most 400 bytes; empty when no line did.
    pub evidence: String,
    /// The rule that decided, such as `http.503`.
    pub rule: String,
    /// What was being done, where the output tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Host of the registry that the failure is about, where the output tells. Docker Hub is `docker.io`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
}

impl Classification {
    /// The class, with quotas and ambiguous texts told apart.
    pub const fn kind(&self) -> Kind {
        match (self.confidence, self.class) {
            (_, Class::RateLimited) if !self.retry_helps => Kind::Quota,
            (Confidence::Ambiguous, Class::Permanent | Class::Transient) => Kind::Ambiguous,
            (_, Class::Transient) => Kind::Transient,
            (_, Class::Timeout) => Kind::Timeout,
            (_, Class::RateLimited) => Kind::RateLimited,
            (_, Class::Resource) => Kind::Resource,
            (_, Class::Permanent) => Kind::Permanent,
        }
    }
}
