//! Questions, observations and answers of [`super::next`].

use serde::{Deserialize, Serialize};

use crate::Reason;
use crate::facts::RegistryTags;
pub use crate::policy::{Fallback, Freshness, OnUnknown};
use crate::tagging::AcceptedRevision;

/// Which commit an image may have that a person named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverrideRevision {
    /// One of this run's, as for every other image.
    #[default]
    Accepted,
    /// Any.
    Any,
}

/// What a consumer wants beyond policy and facts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The image that a person named: a reference, or a tag or digest of the policy's first image. Nothing else is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Which commit that image may have.
    #[serde(default)]
    pub override_revision: OverrideRevision,
    /// Platforms that the image must have; absent for those of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platforms: Option<Vec<String>>,
    /// What happens to an image that was built from another commit; absent for what the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Freshness>,
    /// What is tried, in order, when the registry has no image of this commit; the end of the list is to fail. Absent for what the
    /// policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Vec<Fallback>>,
    /// What happens when a source does not answer; absent for what the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_unknown: Option<OnUnknown>,
    /// The value that the label `org.opencontainers.image.source` must have; absent for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Commits, in full, that a person calls as good as this run's own: the head of a pull request after it was squashed, for example.
    #[serde(default)]
    pub revisions: Vec<String>,
}

/// Something that the host can look at. The order of the variants has no meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Probe {
    /// The receipt that the producer left. Answer with [`Sighting::Receipt`].
    Receipt,
    /// `GET` of a manifest or index, by tag or digest. Answer with [`Sighting::Document`].
    Manifest {
        /// Registry and repository, such as `ghcr.io/acme/app`.
        image: String,
        /// Tag or digest.
        reference: String,
    },
    /// `GET` of an image's config, a blob. Answer with [`Sighting::Document`].
    Config {
        /// Registry and repository.
        image: String,
        /// Its digest.
        digest: String,
    },
    /// The archive that the producer left with its run, unpacked as far as its list of images and their configs. Answer with
    /// [`Sighting::Archive`].
    Archive,
    /// The list of an image's tags, to its end. Answer with [`Sighting::Tags`].
    Tags {
        /// Registry and repository.
        image: String,
    },
}

/// Why nobody knows what a source has. None of these is an absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// 401 or 403: registries answer so for what is not there, too.
    Denied,
    /// 429.
    RateLimited,
    /// 5xx, or no connection.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// An answer that is not what was asked for.
    Invalid,
    /// 404 to a request that did not accept all four kinds of manifest.
    AcceptIncomplete,
    /// Two different answers to one question: it changed while it was looked at.
    Changed,
}

/// Which kinds of manifest the request accepted that was answered with 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accept {
    /// OCI index and manifest, Docker list and manifest; or the question was not about a manifest.
    Complete,
    /// Fewer, so that a registry may hide what it has.
    Partial,
}

/// A receipt, as far as a consumer needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptSeen {
    /// The commit that was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built: Option<String>,
    /// What people call that commit: a pull request's head where the merge was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The image under each of its names: `name@sha256:…`.
    pub references: Vec<String>,
}

/// One image of an archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveImage {
    /// Its names inside; none for an image that only its identifier names.
    #[serde(default)]
    pub references: Vec<String>,
    /// The text of its config.
    pub config: String,
    /// The digest of its manifest, where the archive has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// An archive, as far as a consumer needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveSeen {
    /// The file.
    pub path: String,
    /// Every image inside, not only the first.
    pub images: Vec<ArchiveImage>,
    /// SHA-256 of the file, in hexadecimal, where it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Its size in bytes, where it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// What the host saw. The order of the variants is that in which they outweigh each other when one question was answered
/// twice: a later success makes an earlier failure meaningless.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sighting {
    /// No answer that could be used.
    Unknown(Cause),
    /// The source says that it has no such thing (404).
    Absent(Accept),
    /// A manifest, an index or a config.
    Document {
        /// The bytes as they came, as text.
        body: String,
        /// What the registry calls its digest (`Docker-Content-Digest`).
        digest: Option<String>,
    },
    /// A receipt.
    Receipt(ReceiptSeen),
    /// An archive.
    Archive(ArchiveSeen),
    /// A list of tags.
    Tags(RegistryTags),
}

/// A question and what the host saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The question, as it was asked.
    pub probe: Probe,
    /// The answer.
    pub seen: Sighting,
}

/// A step of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rung {
    /// What a person named.
    Override,
    /// The digest that the producer handed over.
    Receipt,
    /// A tag that names this commit.
    Exact,
    /// A tag that moves.
    Branch,
    /// A file of the producer's run.
    Archive,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is the image of this commit.
    Accept,
    /// It is not.
    Reject,
    /// There is no such image.
    Absent,
    /// Nobody knows.
    Unknown,
}

/// One candidate and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// Its step.
    pub rung: Rung,
    /// What was looked at, such as `ghcr.io/acme/app:pr-12-abc1234`.
    pub reference: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The platform that decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Why nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// The image for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectedPlatform {
    /// Such as `linux/amd64`.
    pub platform: String,
    /// The digest of its manifest; absent in archives that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The digest of its config, which Docker calls the image's identifier.
    pub config: String,
}

/// Whether the image belongs to this commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// A label of every platform says so.
    Proven,
    /// It was built from another commit, and the policy takes it all the same.
    Stale,
    /// A person named it and asked for no proof.
    Waived,
}

/// The image to use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selected {
    /// The step on which it was found.
    pub rung: Rung,
    /// Under what it was found.
    pub found: String,
    /// What to use: `name@sha256:…`, or a name inside the archive. Later moves of a tag do not change it.
    pub reference: String,
    /// Digest of the index or manifest; absent for archives that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The file, for an image in an archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// Every required platform.
    pub platforms: Vec<SelectedPlatform>,
    /// Whether it belongs to this commit.
    pub proof: Proof,
    /// The labels that prove it, or that say otherwise.
    pub revisions: Vec<AcceptedRevision>,
    /// What a person should know.
    pub warnings: Vec<Reason>,
    /// Every candidate that was looked at, this one last.
    pub trace: Vec<Tried>,
}

/// An answer without an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSelected {
    /// What decided it.
    pub reason: Reason,
    /// The question that was not answered, for the retry policy.
    pub probe: Option<Probe>,
    /// Why it was not answered.
    pub cause: Option<Cause>,
    /// References that were looked for.
    pub expected: Vec<String>,
    /// Labels of which one would have been proof.
    pub accepted: Vec<AcceptedRevision>,
    /// Every candidate that was looked at.
    pub trace: Vec<Tried>,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Look at these, in any order, and ask again with everything seen so far.
    Probe(Vec<Probe>),
    /// Use this image.
    Accept(Box<Selected>),
    /// Build the image here.
    Rebuild(Box<NotSelected>),
    /// There is no image to use.
    Fail(Box<NotSelected>),
}

impl Cause {
    /// The cause for a person.
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Denied => "access was denied, which registries also say of what is not there",
            Self::RateLimited => "the source answers too many questions (429)",
            Self::Unavailable => "the source is not available",
            Self::Timeout => "the source did not answer in time",
            Self::Invalid => "the source answered something else",
            Self::AcceptIncomplete => "the question did not accept every kind of manifest, so 404 means nothing",
            Self::Changed => "it changed while it was looked at",
        }
    }
}
