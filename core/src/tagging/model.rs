//! The answer of [`super::plan`].

use serde::{Deserialize, Serialize};

pub use crate::policy::ConditionTrace;
use crate::{Diagnostic, Entry, Reason, Span};

/// Whether to build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildDecision {
    /// Whether this run builds an image.
    pub build: bool,
    /// Build without cache and with fresh base images.
    pub force_refresh: bool,
    /// What decided it, the decisive reason first.
    pub reasons: Vec<Reason>,
}

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTag {
    /// Without the image's name, such as `pr-12-abc1234`.
    pub name: String,
    /// The rule that made it, such as `tags[0]`.
    pub rule: String,
    /// The one tag that names this build.
    pub primary: bool,
    /// A later build of another commit may take this tag over.
    pub mutable: bool,
}

/// One image name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedImage {
    /// Registry and repository, such as `ghcr.io/acme/app`.
    pub name: String,
    /// Host of the registry, with its port.
    pub registry: String,
    /// Whether this run uses this name at all.
    pub active: bool,
    /// Whether the image is pushed under this name.
    pub push: bool,
    /// What decided it, the decisive reason first.
    pub reasons: Vec<Reason>,
    /// `name:tag` for every tag, the primary first; empty when not active.
    pub references: Vec<String>,
}

/// Form of an image in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArchiveFormat {
    /// What `docker save` writes.
    DockerArchive,
    /// An OCI image layout in a tar file.
    OciArchive,
}

/// How an archive is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArchiveMethod {
    /// The builder writes it while it builds.
    BuilderExport,
    /// The loaded image is saved.
    SaveAfterLoad,
    /// The pushed image is pulled, then saved.
    SaveAfterPull,
}

/// An image in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivePlan {
    /// Where it goes, relative to the working directory.
    pub path: String,
    /// Its form.
    pub format: ArchiveFormat,
    /// How it is made.
    pub method: ArchiveMethod,
    /// The reference that names the image inside.
    pub reference: String,
}

/// What the builder does with the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Such as `linux/amd64`.
    pub platforms: Vec<String>,
    /// Push to every image whose `push` is true.
    pub push: bool,
    /// Put the image into the local image store.
    pub load: bool,
    /// Write it to a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchivePlan>,
    /// What shaped it.
    pub reasons: Vec<Reason>,
}

/// One tag rule, and why it made tags or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleOutcome {
    /// Such as `tags[0]`.
    pub rule: String,
    /// Where the rule stands in the policy document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Whether it made tags.
    pub fired: bool,
    /// What decided it.
    pub reason: Reason,
    /// The tags that it made.
    pub tags: Vec<String>,
}

/// How a tag rule came to its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    /// What it came to.
    pub outcome: RuleOutcome,
    /// The conditions in the order in which they were tried, up to the one that decided.
    pub conditions: Vec<ConditionTrace>,
    /// The values that its templates fill in, in the order in which they stand there; one that the run does not have is
    /// left out.
    pub values: Vec<Entry>,
}

/// A label that proves which commit an image was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedRevision {
    /// The label's key.
    pub label: String,
    /// The full object name that it must have.
    pub revision: String,
}

/// What a consumer of this run's image looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// References in the order in which they are tried. A reference is never proof: only a label is.
    pub references: Vec<String>,
    /// One of these must hold.
    pub accepted: Vec<AcceptedRevision>,
    /// Platforms that the image must have.
    pub platforms: Vec<String>,
}

/// Advice for the CI engine's concurrency setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrency {
    /// Runs with the same key should not overlap. Never holds a commit.
    pub group: String,
    /// Whether a newer run may end an older one.
    pub cancel_in_progress: bool,
    /// Why.
    pub reason: Reason,
}

/// One run of the builder. The folder with the Dockerfile is not part of it: whoever runs it adds it at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderRun {
    /// What the builder calls the image.
    pub references: Vec<String>,
    /// Annotations as the builder takes them, `key=value`, with `index:` before those of an index.
    pub annotations: Vec<String>,
    /// Where the builder writes the image, as its `--output` says it; empty when it keeps it in its own store.
    pub outputs: Vec<String>,
    /// All of it, as the builder's arguments.
    pub arguments: Vec<String>,
    /// The whole command line, with the word `{{args}}` where the arguments belong.
    pub command: Vec<String>,
}

/// What happens to the image of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagePlan {
    /// Whether to build.
    pub decision: BuildDecision,
    /// Every image name of the policy, used or not.
    pub images: Vec<PlannedImage>,
    /// The primary tag first, then in the order of the rules.
    pub tags: Vec<PlannedTag>,
    /// `name:tag` of the primary tag under the first active image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// The version that this build stands for: the primary tag's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Labels of every platform's image.
    pub labels: Vec<Entry>,
    /// For the image's index (multi-platform) or manifest (single platform).
    pub annotations: Vec<Entry>,
    /// Values for the Dockerfile's `ARG`s.
    pub build_args: Vec<Entry>,
    /// `buildx`, `buildah`, `podman`, or an own command line.
    pub builder: Vec<String>,
    /// The builder's runs in order: none when nothing is built, and usually one.
    pub runs: Vec<BuilderRun>,
    /// What the builder does with the result.
    pub delivery: Delivery,
    /// Every tag rule, fired or not.
    pub rules: Vec<RuleOutcome>,
    /// What a consumer looks for.
    pub lookup: Lookup,
    /// Advice for the CI engine's concurrency setting.
    pub concurrency: Concurrency,
    /// What a person should know about this plan.
    pub warnings: Vec<Diagnostic>,
}
