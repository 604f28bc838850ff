//! The normal form of a run.

use serde::{Deserialize, Serialize};

use super::RegistryTags;
use crate::{Diagnostic, Reason};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
pub type Timestamp = i64;

/// What made the run happen, in terms that hold in every CI engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Commits were pushed to a branch.
    Push,
    /// A git tag was pushed.
    Tag,
    /// A pull request (GitLab: merge request), run with the rights of its source.
    PullRequest,
    /// A pull request, run with the rights of its target.
    PullRequestTarget,
    /// A merge queue (GitLab: merge train) tests what the base branch would become.
    MergeGroup,
    /// A release was published, edited or drafted.
    Release,
    /// A clock started the run.
    Schedule,
    /// A person started the run.
    Manual,
    /// Another program started the run through an interface of the engine.
    Api,
    /// A branch or tag was created.
    Create,
    /// A branch or tag was deleted.
    Delete,
    /// Anything else; [`Facts::event_name`] has the engine's own name.
    Other,
}

impl EventKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Push,
        Self::Tag,
        Self::PullRequest,
        Self::PullRequestTarget,
        Self::MergeGroup,
        Self::Release,
        Self::Schedule,
        Self::Manual,
        Self::Api,
        Self::Create,
        Self::Delete,
        Self::Other,
    ];

    /// The name that policies and JSON use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Tag => "tag",
            Self::PullRequest => "pull-request",
            Self::PullRequestTarget => "pull-request-target",
            Self::MergeGroup => "merge-group",
            Self::Release => "release",
            Self::Schedule => "schedule",
            Self::Manual => "manual",
            Self::Api => "api",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Other => "other",
        }
    }

    /// True for both kinds of pull request.
    pub fn is_change(self) -> bool {
        matches!(self, Self::PullRequest | Self::PullRequestTarget)
    }
}

/// What a git reference points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// `refs/heads/…`
    Branch,
    /// `refs/tags/…`
    Tag,
    /// A pull or merge request's reference.
    Change,
    /// Any other.
    Other,
}

/// A git reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The whole reference, such as `refs/heads/main`.
    pub full: String,
    /// Without the part that tells the kind, such as `main`; for a change its number.
    pub name: String,
    /// What it points into.
    pub kind: ReferenceKind,
}

/// Whether a change comes from another repository than the one it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForkStatus {
    /// Head and base are one repository.
    SameRepository,
    /// They are two, or the head's repository is gone.
    Fork,
    /// The engine does not tell.
    #[default]
    Unknown,
}

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSide {
    /// Branch, without `refs/heads/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Full object name of the tip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha: Option<String>,
    /// `owner/name`; absent when the repository was deleted or is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

/// A pull request (GitLab: merge request).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The number that people use (GitLab: the IID). Never guessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub head: ChangeSide,
    /// Where it goes.
    #[serde(default)]
    pub base: ChangeSide,
    /// Whether it comes from another repository.
    #[serde(default)]
    pub fork: ForkStatus,
    /// Whether it is a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<bool>,
    /// Whether it was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<bool>,
}

/// Which commit a built revision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionKind {
    /// The tip of the change's source branch.
    Head,
    /// The commit that merges the change into its target, as the engine made it.
    Merge,
    /// The commit that the branch or tag points at.
    Push,
}

/// The commits of a run: full object names of SHA-1 (40 digits) or SHA-256 (64 digits), in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revisions {
    /// The commit that an image of this run is built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built: Option<String>,
    /// Which of the others `built` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_kind: Option<RevisionKind>,
    /// What people call the commit: the change's tip, else the pushed commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The engine's merge of the change into its target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<String>,
    /// The target's tip that a change or a merge group starts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What the working tree has checked out, as the host saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<String>,
}

/// The repository that the run belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    /// `owner/name`, or the whole project path.
    pub path: String,
    /// Where the engine's web pages are, without a slash at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_url: Option<String>,
    /// The default branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_branch: Option<String>,
    /// The image name that the engine offers for this repository (GitLab: `CI_REGISTRY_IMAGE`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_image: Option<String>,
}

/// The run itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The engine's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// 1 for the first try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Name of the workflow or pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// Name of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

/// The run that this one follows (GitHub: `workflow_run`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamRun {
    /// The engine's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the upstream workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
    /// The upstream run's event, in the engine's own words.
    pub event_name: String,
    /// `success`, `failure`, `skipped`, …; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// 1 for the first try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// `owner/name`; absent when that repository was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_repository: Option<String>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The commit that [`Revisions::head`] names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// First line of its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Commit date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// A builder and its version, as the host found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Builder {
    /// `buildx`, `buildah`, `podman`.
    pub name: String,
    /// Such as `0.13.1`, with or without a leading `v`.
    pub version: String,
}

/// Something that the engine of this run does not tell, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// The fact, such as `change.number`.
    pub fact: String,
    /// Why it is not known.
    pub reason: Reason,
}

/// What a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The CI engine: `github-actions`, `gitea-actions`, `forgejo-actions`, `gitlab-ci`, or `local` for a person's own checkout.
    pub engine: String,
    /// The event, in terms that hold everywhere.
    pub event: EventKind,
    /// The event in the engine's own words.
    pub event_name: String,
    /// The event's activity, such as `opened`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The repository that the run belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Repository>,
    /// What the run is about; on [`EventKind::Delete`] what was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// The pull request, where the run is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// The commits.
    #[serde(default)]
    pub revisions: Revisions,
    /// The head commit's own data.
    #[serde(default)]
    pub commit: Commit,
    /// The run that this one follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<UpstreamRun>,
    /// The run itself.
    #[serde(default)]
    pub run: Run,
    /// Who started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// True when the release or tag is marked as not for production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prerelease: Option<bool>,
    /// True when the working tree differs from the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dirty: Option<bool>,
    /// Paths that differ from the base; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_files: Option<Vec<String>>,
    /// The tags that the registry has of this image; absent when nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_tags: Option<RegistryTags>,
    /// Registry hosts that the host can log in to; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<String>>,
    /// The builder at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<Builder>,
    /// When the decision is taken.
    pub now: Timestamp,
    /// What the engine does not tell.
    #[serde(default)]
    pub unknowns: Vec<Unknown>,
    /// What a person should know about how these facts were found.
    #[serde(default)]
    pub notes: Vec<Diagnostic>,
}
