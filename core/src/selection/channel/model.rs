//! What a channel is, and the answer.

use serde::{Deserialize, Serialize};

use crate::Reason;
use crate::facts::Timestamp;

/// Whose rules hold where programs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Ours: a total order, generated tags are never candidates, a wrong pattern is an error.
    #[default]
    Native,
    /// Those of Flux's image-reflector-controller.
    Flux,
    /// Those of Argo CD Image Updater.
    Argo,
}

/// What makes a tag the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The greatest version that [`ChannelPolicy::range`] admits.
    Semver,
    /// The greatest number.
    Numerical,
    /// The greatest text, byte by byte.
    Alphabetical,
    /// The newest image, by its own date.
    Created,
    /// The newest push, by the registry's date.
    Pushed,
    /// The one tag that [`ChannelPolicy::range`] names, to follow its digest.
    Digest,
}

/// Which end of the order wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The last one in ascending order: the greatest.
    #[default]
    Ascending,
    /// The last one in descending order: the smallest.
    Descending,
}

impl Order {
    /// Reads the words of Flux, `asc` and `desc` in any case, or those of this model.
    pub fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "asc" | "ascending" => Some(Self::Ascending),
            "desc" | "descending" => Some(Self::Descending),
            _ => None,
        }
    }
}

/// What happens to a tag that the strategy cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unreadable {
    /// It is no candidate, and the answer counts it.
    #[default]
    Skip,
    /// The answer is refused.
    Refuse,
}

/// Which tags form a channel, and which of them is its newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelPolicy {
    /// Whose rules hold where programs differ.
    #[serde(default)]
    pub mode: Mode,
    /// What makes a tag the newest.
    pub strategy: Strategy,
    /// Semver: a constraint in the grammar of Masterminds/semver; absent for every release. Digest: the tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// Numerical and alphabetical: which end wins.
    #[serde(default)]
    pub order: Order,
    /// Only tags in which this regular expression (RE2's syntax) is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What of a matching tag is compared, with `$1`, `$name` or `${name}` for groups of the pattern; absent for the tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract: Option<String>,
    /// Only tags that match one of these; empty for all. Native: globs, or `regexp:` and a regular expression. Flux has
    /// none. Argo: `any` or `regexp:…`.
    #[serde(default)]
    pub allow: Vec<String>,
    /// No tag that matches one of these. Native: as `allow`. Flux: regular expressions. Argo: globs.
    #[serde(default)]
    pub deny: Vec<String>,
    /// What happens to a tag that the strategy cannot read. The other modes have rules of their own.
    #[serde(default)]
    pub unreadable: Unreadable,
}

impl ChannelPolicy {
    /// A channel of every tag, in the native mode.
    pub fn new(strategy: Strategy) -> Self {
        Self {
            mode: Mode::Native,
            strategy,
            range: None,
            order: Order::Ascending,
            pattern: None,
            extract: None,
            allow: Vec::new(),
            deny: Vec::new(),
            unreadable: Unreadable::Skip,
        }
    }
}

/// A tag as a registry lists it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagInfo {
    /// The tag.
    pub name: String,
    /// When the image was made, as its config says; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When the tag was pushed, as the registry says; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<Timestamp>,
    /// What the tag points at; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl TagInfo {
    /// A tag of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// Tags that were no candidates, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Why: `generated`, `not-allowed`, `denied`, `not-matched`, `not-readable`, `not-in-range`, `date-unknown`.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// Some of them, the smallest ones, whatever the order of the listing.
    pub examples: Vec<String>,
}

/// The newest tag of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The chosen tag; absent when no tag is a candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<TagInfo>,
    /// What of it was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How many tags were compared.
    pub candidates: u64,
    /// What decided it.
    pub reason: Reason,
    /// What was not compared.
    pub skipped: Vec<Skipped>,
}
