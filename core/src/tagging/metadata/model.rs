//! What goes into [`super::metadata`] and what comes out.

use serde::{Deserialize, Serialize};

use crate::Diagnostic;

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
    /// `true` refuses what is otherwise warned of in [`MetadataReport::findings`]; `false` is the default. Not an input of the
    /// action.
    pub strict: String,
    /// `github` (the default) asks the forge as the action does; `none` takes what the event tells and asks nobody. Not an
    /// input of the action.
    pub api: String,
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
    /// `GITHUB_SERVER_URL`: where the repository's page is, when the forge is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_url: Option<String>,
    /// What the forge answered about the repository, one answer for each time it was asked.
    pub repository: Vec<ApiAnswer>,
    /// What the forge answered about the commit, one answer for each time it was asked.
    pub commit: Vec<ApiAnswer>,
    /// Now, in milliseconds since the Unix epoch.
    pub now: i64,
    /// Name of the host's time zone, such as `Europe/Paris`; UTC when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_zone: Option<String>,
    /// Environment variables that change the rules.
    pub switches: MetadataSwitches,
    /// What the git commands of [`super::next`] said.
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

/// What the forge answered to one request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiAnswer {
    /// The HTTP status; absent when no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u32>,
    /// The body; why there is none when no answer came.
    pub body: String,
    /// The header `retry-after` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
}

/// How one git command went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitAnswer {
    /// The arguments after `git`, as [`super::next`] gave them.
    pub arguments: Vec<String>,
    /// Whether it ended with 0.
    pub success: bool,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// What the host should find out before it calls [`super::metadata`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataRequests {
    /// Arguments of the next git command to run. Ask again with its answer, until there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Vec<String>>,
    /// What to ask the forge, in this order. Ask again with the answers, until there is nothing.
    #[serde(default)]
    pub api: Vec<ApiRequest>,
}

/// A `GET` request to the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiRequest {
    /// Which list of the context its answer belongs to.
    pub subject: ApiSubject,
    /// What follows the API's address, such as `/repos/acme/app`.
    pub path: String,
    /// How long to wait before it is sent, in milliseconds: the forge was asked before, and did not answer well.
    pub wait: u64,
}

/// What the forge is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApiSubject {
    /// The commit of the run. A failure of it is no failure of the run.
    Commit,
    /// The repository of the run.
    Repository,
}

/// One output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataOutput {
    /// Such as `tags`.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The variable that the value is also exported as, such as `DOCKER_METADATA_OUTPUT_TAGS`; absent when it is not exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
}

/// One bake file; the output that names it holds its path, which only the host knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BakeFile {
    /// The output that names it, such as `bake-file-tags`.
    pub output: String,
    /// The variable that its path is also exported as; absent when it is not exported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
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
    /// What the action warns of, in its order.
    pub warnings: Vec<String>,
    /// What the action is silent about: tags that no registry takes, names that came out empty. Errors when
    /// [`MetadataInputs::strict`] is set, else warnings.
    pub findings: Vec<Diagnostic>,
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
    /// An input that the action does not have.
    InvalidInput,
    /// There are findings, and none are wanted.
    Strict,
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
