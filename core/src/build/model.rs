//! Requests, events and answers of [`super::next`], in the form in which they cross the boundary.

use serde::{Deserialize, Serialize};

use crate::Reason;
use crate::policy::Operation;
use crate::receipt::ReceiptAttempt;
pub use crate::receipt::{Landing, LandingState};
use crate::selection::exchange::{ProbeRecord, SightingRecord};

/// What the host replaces with the path of a file that it makes for this step: the builder writes the image's digest there.
pub const DIGEST_FILE: &str = "{{digest-file}}";

/// What an own builder command may say where the folder that is built belongs.
pub const CONTEXT: &str = "{{context}}";

/// What a person wants beyond policy and facts, and what only the host knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildRequest {
    /// The folder that is built.
    pub context: String,
    /// The Dockerfile; absent for the builder's own choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// More arguments for the builder, as they are.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Build although the registry has the image of this commit.
    #[serde(default)]
    pub rebuild: bool,
    /// Registries that are talked to without TLS, with their ports. Those of this machine always are.
    #[serde(default)]
    pub plain_http: Vec<String>,
    /// SHA-256 of the policy document, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_sha256: Option<String>,
    /// SHA-256 of the component, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component_sha256: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The host looked at something: with `probe` and `seen`.
    Seen,
    /// A task was tried once: with `task`, `succeeded`, and what came of it.
    Attempted,
    /// The retry policy allows no other try of a task: with `task`.
    GaveUp,
}

/// A file that a task wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenFile {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Something that the host saw or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildEvent {
    /// What happened.
    pub kind: EventKind,
    /// The question, as it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<ProbeRecord>,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SightingRecord>,
    /// The task's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Whether the command ended well.
    #[serde(default)]
    pub succeeded: bool,
    /// Why it did not, as the retry policy names it.
    #[serde(default)]
    pub cause: String,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// The text of the file that [`DIGEST_FILE`] stands for; absent when it was not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_file: Option<String>,
    /// The file that the task was to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<WrittenFile>,
}

/// A copy from one name to another, by digest: the bytes of the manifest stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageCopy {
    /// Registry and repository of the source.
    pub image: String,
    /// Digest of the index or manifest.
    pub digest: String,
    /// `name:tag` of the target, or `name@digest` for the image without a name.
    pub target: String,
}

/// A step that changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The same for every try, such as `build` or `push ghcr.io/acme/app`.
    pub id: String,
    /// Which limits of the retry policy hold.
    pub operation: Operation,
    /// Host of the registry that it talks to, where it talks to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// Program and arguments; empty for a copy, which the host makes itself. [`DIGEST_FILE`] is to be replaced.
    pub command: Vec<String>,
    /// What to copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<ImageCopy>,
    /// The file that it writes. One that is there already is to be removed before, and one that a failed try left, after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<String>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildStepKind {
    /// Look at `probes`, in any order.
    Probe,
    /// Try `task` once, when the retry policy allows it.
    Run,
    /// Nothing is to be built, for `reason`.
    Skip,
    /// Write `receipt` into its file.
    Done,
    /// End without a receipt, for `reason`.
    Fail,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildStep {
    /// What to do.
    pub kind: BuildStepKind,
    /// Empty unless the kind is `probe`.
    pub probes: Vec<ProbeRecord>,
    /// With the kind `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// With the kind `done`: the text of the file, which [`crate::receipt::read`] reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// With the kinds `skip` and `fail`, and where `done` needs a word: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Every name, with the kinds `done` and `fail`.
    pub landings: Vec<Landing>,
    /// Every try so far, with the kind `fail`; the receipt has them otherwise.
    pub attempts: Vec<ReceiptAttempt>,
}

impl BuildStep {
    /// A step with nothing but its kind.
    pub(super) fn of(kind: BuildStepKind) -> Self {
        Self {
            kind,
            probes: Vec::new(),
            task: None,
            receipt: None,
            reason: None,
            landings: Vec::new(),
            attempts: Vec::new(),
        }
    }
}
