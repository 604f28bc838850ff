//! Conditions that rules are tied to.

use super::{GlobList, Place};
use crate::facts::EventKind;

/// Conditions that must all hold. Without any it always holds.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// The event is one of these.
    pub event: Option<Vec<EventKind>>,
    /// The branch: of a push what was pushed to, of a pull request or merge group its target, as in GitHub's `on.*.branches`.
    pub branches: Option<GlobList>,
    /// The source branch of a pull request.
    pub head_branches: Option<GlobList>,
    /// The git tag.
    pub tags: Option<GlobList>,
    /// A changed file matches.
    pub paths: Option<GlobList>,
    /// Whether the branch is the default branch.
    pub default_branch: Option<bool>,
    /// Whether the change comes from another repository.
    pub fork: Option<bool>,
    /// Whether the git tag's version, or the release, is marked as not for production.
    pub prerelease: Option<bool>,
    /// Whether the host has credentials for the image's registry. For images only.
    pub credentials: Option<bool>,
    /// Where it was written.
    pub place: Place,
}
