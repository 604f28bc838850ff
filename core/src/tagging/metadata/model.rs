//! What goes into [`super::metadata`] and what comes out.

use serde::{Deserialize, Serialize};

/// The action's inputs, as the action reads them: an empty text stands for the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataInputs {
    /// `workflow` (the default) or `git`.
    pub context: String,
    /// Image names, one a line.
    pub images: String,
    /// Tag rules, one a line.
    pub tags: String,
    /// Prefix, suffix and `latest` of all tags.
    pub flavor: String,
    /// Labels, one a line.
    pub labels: String,
    /// Annotations, one a line.
    pub annotations: String,
    /// Stands between tags in the output; a line feed by default.
    pub sep_tags: String,
    /// Stands between labels in the output; a line feed by default.
    pub sep_labels: String,
    /// Stands between annotations in the output; a line feed by default.
    pub sep_annotations: String,
    /// Name of the target in the bake files; `docker-metadata-action` by default.
    pub bake_target: String,
}

/// What the host knows of the run. An absent text stands for an unset variable; an empty one for a variable that is
/// set to nothing, which the action does tell apart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataContext {
    /// `GITHUB_EVENT_NAME`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_name: Option<String>,
    /// `GITHUB_REF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// `GITHUB_SHA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha: Option<String>,
    /// `GITHUB_REPOSITORY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_name: Option<String>,
    /// The event payload: the JSON text of the file that `GITHUB_EVENT_PATH` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// What the forge answered about the repository.
    pub repository: RepositoryAnswer,
    /// `commit.committer.date` of the commit, as the forge answered it; absent when the call failed or had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_date: Option<String>,
    /// Now, in milliseconds since the Unix epoch.
    pub now: i64,
    /// Name of the host's time zone, such as `Europe/Paris`; UTC when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_zone: Option<String>,
    /// Environment variables that change the rules.
    pub switches: MetadataSwitches,
    /// What the git commands of [`super::requests`] said.
    pub git: Vec<GitAnswer>,
}

/// The environment variables that change the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataSwitches {
    /// `DOCKER_METADATA_PR_HEAD_SHA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pr_head_sha: Option<String>,
    /// `DOCKER_METADATA_SHORT_SHA_LENGTH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_sha_length: Option<String>,
    /// `DOCKER_METADATA_ANNOTATIONS_LEVELS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations_levels: Option<String>,
    /// `DOCKER_METADATA_SET_OUTPUT_ENV`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_output_env: Option<String>,
}

/// What the forge answered to `GET /repos/{owner}/{repo}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepositoryAnswer {
    /// Nobody asked, because nothing says which repository this is.
    #[default]
    Unasked,
    /// It was found.
    Known(RepositoryFacts),
    /// The answer's body when its status was no success: its message becomes the failure.
    Refused(String),
    /// No answer came; the text says why.
    Unreachable(String),
}

/// The fields of a repository that the language uses; null and missing are both absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepositoryFacts {
    /// Its name, without the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One line about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html_url: Option<String>,
    /// Its default branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_branch: Option<String>,
    /// `license.spdx_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// How one git command went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitAnswer {
    /// The arguments after `git`, as [`super::requests`] gave them.
    pub arguments: Vec<String>,
    /// Its exit code.
    pub exit_code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// What the host should find out before it calls [`super::metadata`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataRequests {
    /// `GET /repos/{owner}/{repo}/commits/{sha}`; a failure of it is no failure of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitRequest>,
    /// `GET /repos/{owner}/{repo}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryRequest>,
    /// Arguments of the next git command to run. Ask again with its answer, until there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Vec<String>>,
}

/// A commit on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitRequest {
    /// Owner of the repository.
    pub owner: String,
    /// Name of the repository.
    pub repository: String,
    /// Its object name.
    pub sha: String,
}

/// A repository on the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryRequest {
    /// Its owner.
    pub owner: String,
    /// Its name.
    pub repository: String,
}

/// One output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataOutput {
    /// Such as `tags`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One bake file; the output that names it holds its path, which only the host knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BakeFile {
    /// The output that names it, such as `bake-file-tags`.
    pub output: String,
    /// Its name, without folders.
    pub file: String,
    /// Its JSON text.
    pub content: String,
}

/// Lines that the action prints together under one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGroup {
    /// The heading, such as `Docker tags`.
    pub title: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// The answer: what was written, and what went wrong after that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataReport {
    /// In the order in which they are written. When there is a failure, the ones before it.
    pub outputs: Vec<MetadataOutput>,
    /// Written after the outputs, in this order.
    pub bake_files: Vec<BakeFile>,
    /// Whether every output is also exported as a variable: [`super::output_variable`] says under which name.
    pub export_variables: bool,
    /// What the action warns of, in its order.
    pub warnings: Vec<String>,
    /// What the action logs, in its order.
    pub log: Vec<LogGroup>,
    /// Why the action failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<MetadataFailure>,
}

/// What kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetadataFailureCode {
    /// A list is not well-formed: a quote that is not closed, for instance.
    InvalidList,
    /// The context is neither `workflow` nor `git`, or lacks what a rule needs.
    InvalidContext,
    /// The event payload is no JSON.
    InvalidPayload,
    /// The forge did not tell about the repository.
    Repository,
    /// A git command failed, or the checkout is on no branch or tag that can be told.
    Git,
    /// An environment variable is not what it should be.
    InvalidVariable,
    /// An image line.
    InvalidImage,
    /// A tag line.
    InvalidTag,
    /// A flavor line.
    InvalidFlavor,
    /// A template cannot be parsed or rendered.
    Template,
    /// A regular expression.
    Pattern,
    /// An input is over a limit.
    TooLarge,
}

/// Why the action failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataFailure {
    /// What kind of failure.
    pub code: MetadataFailureCode,
    /// The action's own words, where the words are the action's.
    pub message: String,
}

impl MetadataFailure {
    pub(super) fn new(code: MetadataFailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// A step of the way that may end it.
pub(super) type Step<T> = Result<T, MetadataFailure>;
