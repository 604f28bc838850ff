//! The receipt's members. Their order is that of the file.

use serde::{Deserialize, Serialize};

use crate::facts::{EventKind, RevisionKind, Timestamp};
use crate::selection::exchange::ProbeRecord;
pub use crate::tagging::ArchiveFormat;
use crate::{Entry, Reason};

/// The version of the format that this code writes, and the only one that it reads.
pub const SCHEMA: u32 = 1;

/// What a build left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of the format: [`SCHEMA`].
    pub schema: u32,
    /// `owner/name` of the repository that was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The CI engine.
    pub engine: String,
    /// What made the run happen.
    pub event: EventKind,
    /// Number of the pull request (GitLab: IID of the merge request).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<u64>,
    /// The commit that was built, in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Which of the run's commits that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision_kind: Option<RevisionKind>,
    /// What people call the commit: the change's tip, else the pushed commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_revision: Option<String>,
    /// Digest of the index or manifest, the same under every name. Absent when the image was pushed nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Every platform of the image.
    pub platforms: Vec<ReceiptPlatform>,
    /// Where it was pushed; empty when it was pushed nowhere.
    pub images: Vec<ReceiptImage>,
    /// The labels that were planned, and that every platform's image has.
    pub labels: Vec<Entry>,
    /// The image in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ReceiptArchive>,
    /// Names in the image store of the machine that built it.
    pub loaded: Vec<String>,
    /// The registry had the image of this commit already, and nothing was built.
    pub reused: bool,
    /// Every try of every step, in order.
    pub attempts: Vec<ReceiptAttempt>,
    /// The engine's identifier of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// 1 for the run's first try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_attempt: Option<u32>,
    /// Where the run can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_url: Option<String>,
    /// When it was written, in milliseconds since the Unix epoch.
    pub produced_at: Timestamp,
    /// SHA-256 of the policy document, in hexadecimal; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_sha256: Option<String>,
    /// SHA-256 of the component that decided, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_sha256: Option<String>,
    /// SHA-256, in hexadecimal, of this document as compact JSON in which this member is empty. [`super::write`] puts it in.
    #[serde(default)]
    pub sha256: String,
}

/// The image for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptPlatform {
    /// Such as `linux/amd64`.
    pub platform: String,
    /// Digest of its manifest; absent in archives that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Digest of its config, which Docker calls the image's identifier.
    pub config: String,
}

/// One place where the image was pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptImage {
    /// Registry and repository, such as `ghcr.io/acme/app`.
    pub name: String,
    /// `name@sha256:…`.
    pub reference: String,
    /// Its tags there, the primary first.
    pub tags: Vec<String>,
}

/// The image in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptArchive {
    /// The file, relative to the folder of the build.
    pub path: String,
    /// Its form.
    pub format: ArchiveFormat,
    /// The name of the image inside.
    pub reference: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

/// One try of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptAttempt {
    /// The step, such as `build` or `push ghcr.io/acme/app`.
    pub task: String,
    /// Whether it did what it was to do.
    pub succeeded: bool,
    /// Why it failed, as the retry policy names it; empty when it did not.
    #[serde(default)]
    pub cause: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// How a name stands that a build or a receipt has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LandingState {
    /// It has the image.
    Landed,
    /// It has none.
    Missing,
    /// It has another image.
    Different,
    /// It had the image and was moved on by another run, as a tag may.
    Moved,
    /// Nobody knows.
    Unknown,
    /// It was not looked for, as it need not be here.
    Skipped,
}

/// A name and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landing {
    /// `name:tag`, `name@sha256:…`, or a file.
    pub reference: String,
    /// How it stands.
    pub state: LandingState,
    /// What it points at; of a file, its SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Why it stands so.
    pub reason: Reason,
}

/// What somebody asks of a receipt beyond what it says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// `owner/name` of the repository that it must be about; absent for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// A tag that was moved on to another image is a failure, too.
    #[serde(default)]
    pub tags: bool,
    /// The archive must be there although a registry has the image.
    #[serde(default)]
    pub archive: bool,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerifyStepKind {
    /// Look at `probes`, in any order, and ask again with everything seen so far.
    Probe,
    /// Everything is as the receipt says.
    Holds,
    /// Something is not as the receipt says, for `reason`.
    Differs,
    /// Nobody knows, for `reason`.
    Unknown,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyStep {
    /// What to do.
    pub kind: VerifyStepKind,
    /// Empty unless the kind is `probe`.
    pub probes: Vec<ProbeRecord>,
    /// With the kinds `differs` and `unknown`: the first reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Everything that the receipt names, unless the kind is `probe`.
    pub landings: Vec<Landing>,
}
