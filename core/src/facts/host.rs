//! What a host observed and the CI engine does not tell.

use serde::{Deserialize, Serialize};

use super::{Builder, Timestamp};

/// What the host saw of the local git checkout.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitFacts {
    /// Full object name of `HEAD`; absent before the first commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The checked-out branch; absent when `HEAD` is detached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Tags that point at `HEAD`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// On a detached `HEAD`: every reference that points at it, whole, such as `refs/remotes/origin/main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<String>>,
    /// URL of the remote (`origin`, else the first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_url: Option<String>,
    /// The remote's default branch, without the remote's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_branch: Option<String>,
    /// True when the working tree differs from `HEAD`.
    #[serde(default)]
    pub dirty: bool,
    /// First line of the message of `HEAD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Commit date of `HEAD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// The last part of the checkout's path, for a name where there is no remote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
}

/// What the host observed and the CI engine does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFacts {
    /// The time of the decision.
    pub now: Timestamp,
    /// The local checkout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<GitFacts>,
    /// Registry hosts that the host has credentials for; absent when it could not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<String>>,
    /// The builder at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<Builder>,
    /// Paths that differ from the base; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_files: Option<Vec<String>>,
    /// The tags that the registry has of this run's image; absent when it did not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_tags: Option<RegistryTags>,
}

/// The tags that a registry has of an image: of the first that the run pushes, as the others are copies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryTags {
    /// In any order.
    pub tags: Vec<String>,
    /// Whether these are all of them.
    pub complete: bool,
}
