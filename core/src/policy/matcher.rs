//! Conditions that rules are tied to, and how they are judged.

pub(crate) mod registry;
pub(crate) mod values;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use self::values::Fact;
use super::{GlobList, Place};
use crate::Diagnostic;
use crate::facts::{EventKind, Facts, ForkStatus, Unknown};
use crate::text::{concat, list_item};
use crate::version::SemVer;

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

/// What conditions are judged against.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The run.
    pub facts: &'a Facts,
    /// Host of the registry of the image that the rule is about; `None` when the rule is about no image.
    pub registry: Option<&'a str>,
}

/// One condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionTrace {
    /// The key in the policy, such as `branches`.
    pub name: String,
    /// What the policy asks for.
    pub expected: String,
    /// What the facts say; absent when they do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Whether the two agree.
    pub met: bool,
}

/// Whether the conditions hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All of them do.
    Met,
    /// The last one of the trace does not.
    Unmet,
    /// The last one of the trace needs a fact that the run does not tell. An error, as nothing is guessed.
    Unknown(Diagnostic),
}

/// The verdict and what decided it.
#[derive(Debug)]
pub struct Check<'a> {
    /// Whether the conditions hold.
    pub verdict: Verdict,
    /// The condition that does not hold, or cannot be judged, and what there is; none when all are met.
    decisive: Option<(&'static str, Expected<'a>, Option<Cow<'a, str>>)>,
}

impl Check<'_> {
    /// What the unmet condition asks for and what there is, as one sentence. Empty when all are met.
    pub fn objection(&self) -> String {
        let Some((name, expected, actual)) = &self.decisive else { return String::new() };
        let actual = actual.as_deref().unwrap_or("none");
        concat(&["`", name, "` asks for ", &expected.text(), ", but the run has ", actual])
    }
}

/// What one condition finds.
enum Finding<'a> {
    Met(Cow<'a, str>),
    Unmet(Option<Cow<'a, str>>),
    Unknown(Diagnostic),
}

/// What one condition asks for. Written out only where somebody reads it: most rules of most runs are passed over.
#[derive(Debug)]
enum Expected<'a> {
    Events(&'a [EventKind]),
    Globs(&'a GlobList),
    Flag(bool),
}

impl Expected<'_> {
    fn text(&self) -> String {
        match self {
            Self::Events(kinds) => {
                let mut text = String::new();
                for kind in *kinds {
                    list_item(&mut text, &[kind.as_str()]);
                }
                text
            }
            Self::Globs(globs) => globs.text(),
            Self::Flag(true) => "true".to_owned(),
            Self::Flag(false) => "false".to_owned(),
        }
    }
}

/// One condition that the rule has: its key, what it asks for, and what was found.
type Judged<'a> = (&'static str, Expected<'a>, Finding<'a>);

/// The conditions in the order in which they are tried: what every run tells comes first, so that a rule for other
/// runs never asks for something that this run does not tell.
const CONDITIONS: [for<'a> fn(&'a When, &Scope<'a>) -> Option<Judged<'a>>; 9] =
    [event, branches, head_branches, tags, paths, default_branch, fork, prerelease, credentials];

impl When {
    /// Judges the conditions in their fixed order, up to the first that does not hold.
    pub fn check<'a>(&'a self, scope: &Scope<'a>) -> Check<'a> {
        for (name, expected, finding) in self.judged(scope) {
            let (actual, verdict) = match finding {
                Finding::Met(_) => continue,
                Finding::Unmet(actual) => (actual, Verdict::Unmet),
                Finding::Unknown(diagnostic) => (None, Verdict::Unknown(self.place.mark(diagnostic))),
            };
            return Check { verdict, decisive: Some((name, expected, actual)) };
        }
        Check { verdict: Verdict::Met, decisive: None }
    }

    /// The conditions in the order in which they are tried, up to the one that decides.
    pub fn trace(&self, scope: &Scope<'_>) -> Vec<ConditionTrace> {
        let mut conditions = Vec::new();
        for (name, expected, finding) in self.judged(scope) {
            let (actual, met) = match finding {
                Finding::Met(actual) => (Some(actual), true),
                Finding::Unmet(actual) => (actual, false),
                Finding::Unknown(_) => (None, false),
            };
            let (name, actual) = (name.to_owned(), actual.map(Cow::into_owned));
            conditions.push(ConditionTrace { name, expected: expected.text(), actual, met });
            if !met {
                break;
            }
        }
        conditions
    }

    /// The conditions that hold with what they found, as `name is value`, up to the first that does not.
    pub(crate) fn met(&self, scope: &Scope<'_>) -> String {
        let mut text = String::new();
        for (name, _, finding) in self.judged(scope) {
            let Finding::Met(actual) = finding else { break };
            list_item(&mut text, &[name, " is ", &actual]);
        }
        text
    }

    /// Every condition that the rule has, in their fixed order.
    fn judged<'a>(&'a self, scope: &Scope<'a>) -> impl Iterator<Item = Judged<'a>> {
        CONDITIONS.iter().filter_map(|condition| condition(self, scope))
    }
}

fn event<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let wanted = when.event.as_ref()?;
    let actual = Cow::Borrowed(scope.facts.event.as_str());
    let finding = if wanted.contains(&scope.facts.event) { Finding::Met(actual) } else { Finding::Unmet(Some(actual)) };
    Some(("event", Expected::Events(wanted), finding))
}

fn branches<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let globs = when.branches.as_ref()?;
    Some(("branches", Expected::Globs(globs), matching(globs, values::event_branch(scope.facts), "branch")))
}

fn head_branches<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let globs = when.head_branches.as_ref()?;
    Some((
        "head-branches",
        Expected::Globs(globs),
        matching(globs, values::source_branch(scope.facts), "source branch"),
    ))
}

fn tags<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let globs = when.tags.as_ref()?;
    Some(("tags", Expected::Globs(globs), matching(globs, values::git_tag(scope.facts), "git tag")))
}

fn paths<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let globs = when.paths.as_ref()?;
    let finding = match &scope.facts.changed_files {
        None => Finding::Unknown(
            Diagnostic::error("changed-files-unknown", "the rule depends on changed files, and they are not known")
                .label("asks for changed files")
                .help("list them in a file for `--changed-files`, or restrict the rule to other events"),
        ),
        Some(files) => match files.iter().find(|file| globs.is_match(file)) {
            Some(file) => Finding::Met(Cow::Borrowed(file)),
            None => Finding::Unmet(Some(Cow::Owned(format!("{} other changed files", files.len())))),
        },
    };
    Some(("paths", Expected::Globs(globs), finding))
}

fn default_branch<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let wanted = when.default_branch?;
    let branch = match values::event_branch(scope.facts) {
        Fact::Known(branch) => branch,
        Fact::Absent => return Some(("default-branch", Expected::Flag(wanted), Finding::Unmet(None))),
        Fact::Unknown(unknown) => {
            return Some(("default-branch", Expected::Flag(wanted), Finding::Unknown(not_told("branch", unknown))));
        }
    };
    let finding = match values::default_branch(scope.facts) {
        Fact::Known(default) => boolean(wanted, branch == default),
        // Where there is no default branch, this is not it.
        Fact::Absent => boolean(wanted, false),
        Fact::Unknown(unknown) => {
            let why = unknown.map_or(String::new(), |u| format!(": {}", u.reason.message));
            Finding::Unknown(
                Diagnostic::error("default-branch-unknown", format!("the default branch is not known{why}"))
                    .label("asks for the default branch")
                    .help("name the branch with `branches`, or let git know it: git remote set-head origin --auto"),
            )
        }
    };
    Some(("default-branch", Expected::Flag(wanted), finding))
}

fn fork<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let wanted = when.fork?;
    let finding = match values::fork(scope.facts) {
        ForkStatus::Fork => boolean(wanted, true),
        ForkStatus::SameRepository => boolean(wanted, false),
        ForkStatus::Unknown => Finding::Unknown(
            Diagnostic::error("fork-unknown", "it is not known whether the change comes from a fork")
                .label("asks for forks")
                .help("restrict the rule to events that tell, or run it where the event's payload is at hand"),
        ),
    };
    Some(("fork", Expected::Flag(wanted), finding))
}

fn prerelease<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let wanted = when.prerelease?;
    let facts = scope.facts;
    let tag = values::git_tag(facts);
    let version = if let Fact::Known(tag) = tag { SemVer::parse(tag) } else { None };
    let by_version = version.map(|v| v.is_prerelease());
    let finding = match (facts.prerelease, by_version) {
        // Either mark is enough: a release of v1.0.0-rc.1 that nobody ticked as such is still not for production.
        (Some(true), _) | (_, Some(true)) => boolean(wanted, true),
        (Some(false), _) => boolean(wanted, false),
        (None, Some(false)) => match values::unknown(facts, &["prerelease"]) {
            Some(unknown) => Finding::Unknown(not_told("prerelease mark", Some(unknown))),
            None => boolean(wanted, false),
        },
        (None, None) => match (tag, values::unknown(facts, &["prerelease"])) {
            (Fact::Unknown(unknown), _) => Finding::Unknown(not_told("git tag", unknown)),
            (_, Some(unknown)) => Finding::Unknown(not_told("prerelease mark", Some(unknown))),
            _ => Finding::Unmet(None),
        },
    };
    Some(("prerelease", Expected::Flag(wanted), finding))
}

fn credentials<'a>(when: &'a When, scope: &Scope<'a>) -> Option<Judged<'a>> {
    let wanted = when.credentials?;
    let finding = match scope.registry {
        None => Finding::Unknown(
            Diagnostic::error("credentials-without-image", "credentials belong to an image, and this rule has none")
                .help("write `credentials` in the `when` of an image"),
        ),
        Some(host) => match registry::has_credentials(scope.facts, host) {
            Some(has) => boolean(wanted, has),
            None => Finding::Unknown(
                Diagnostic::error(
                    "credentials-unknown",
                    format!("it is not known whether there are credentials for {host}"),
                )
                .label("asks for credentials")
                .help("log in to the registry before planning, or leave `credentials` out"),
            ),
        },
    };
    Some(("credentials", Expected::Flag(wanted), finding))
}

fn matching<'a>(globs: &GlobList, fact: Fact<'a>, what: &str) -> Finding<'a> {
    match fact {
        Fact::Known(text) if globs.is_match(text) => Finding::Met(Cow::Borrowed(text)),
        Fact::Known(text) => Finding::Unmet(Some(Cow::Borrowed(text))),
        Fact::Absent => Finding::Unmet(None),
        Fact::Unknown(unknown) => Finding::Unknown(not_told(what, unknown)),
    }
}

fn boolean(wanted: bool, actual: bool) -> Finding<'static> {
    let text = Cow::Borrowed(if actual { "true" } else { "false" });
    if wanted == actual { Finding::Met(text) } else { Finding::Unmet(Some(text)) }
}

fn not_told(what: &str, unknown: Option<&Unknown>) -> Diagnostic {
    let why = unknown.map_or(String::new(), |u| format!(": {}", u.reason.message));
    Diagnostic::error("condition-unknown", format!("the {what} is not known{why}"))
        .help("restrict the rule to events that tell, or hand over a facts document that does")
}

#[cfg(test)]
mod tests;
