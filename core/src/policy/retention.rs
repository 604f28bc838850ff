//! How long images are kept.

use super::{Choice, Duration, GlobList, Place};

/// The retention section. Without rules nothing is ever deleted.
#[derive(Debug, Clone)]
pub struct Retention {
    /// The first rule that matches a version owns it.
    pub rules: Vec<RetentionRule>,
    /// Nothing younger is ever deleted.
    pub min_age: Duration,
    /// Tags that are never deleted, whatever the rules say.
    pub protect: Option<GlobList>,
    /// A plan that deletes more versions than this is refused.
    pub max_delete: Option<u32>,
    /// A plan that deletes a larger part of all versions is refused, 1 to 100.
    pub max_percent: Option<u32>,
    /// Where it was written.
    pub place: Place,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            min_age: Duration::from_secs(48 * 3600),
            protect: None,
            max_delete: None,
            max_percent: None,
            place: Place::default(),
        }
    }
}

/// What happens to some versions of an image.
#[derive(Debug, Clone)]
pub struct RetentionRule {
    /// Its name in traces, such as `retention[0]`.
    pub id: String,
    /// Which versions it is for.
    pub scope: RetentionScope,
    /// What happens to them.
    pub action: RetentionAction,
    /// Where it was written.
    pub place: Place,
}

/// Which versions a rule is for.
#[derive(Debug, Clone)]
pub enum RetentionScope {
    /// Those with a tag that matches.
    Tags(GlobList),
    /// Those without a tag that nothing refers to.
    Untagged,
    /// Signatures and attestations whose image is gone.
    Orphans,
}

/// What happens to the versions of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetentionAction {
    /// They are kept for ever.
    Keep,
    /// They are deleted when everything that is set allows it.
    Delete {
        /// When they are older than this; without it age does not count.
        after: Option<Duration>,
        /// Only what belongs to something that is over.
        only: Option<Only>,
        /// The newest so many are kept.
        keep_newest: u32,
    },
}

/// What a rule is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Images of pull requests that are closed or merged.
    Closed,
}

impl Choice for Only {
    const ALL: &'static [(&'static str, Self)] = &[("closed", Self::Closed)];
}

/// The one word that `keep` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Always,
}

impl Choice for Keep {
    const ALL: &'static [(&'static str, Self)] = &[("always", Self::Always)];
}
