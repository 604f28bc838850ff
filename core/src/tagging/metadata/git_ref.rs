//! The reference of a checkout, also when its head is detached.
//!
//! The host runs one git command after another and hands their answers in; which command comes next depends on what
//! the ones before it said.

use std::cmp::Reverse;

use super::js;
use super::model::{GitAnswer, MetadataFailure, MetadataFailureCode};
use crate::order;

/// What a checkout is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GitHead {
    pub(super) reference: String,
    pub(super) sha: String,
    /// The committer's date, as git writes it.
    pub(super) date: String,
}

/// Why there is no answer yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// This command has to be run first.
    Run(Vec<String>),
    /// There will be none.
    Failed(String),
}

impl Stop {
    pub(super) fn into_failure(self) -> MetadataFailure {
        let message = match self {
            Self::Run(command) => format!("git {} was not run", command.join(" ")),
            Self::Failed(message) => message,
        };
        MetadataFailure::new(MetadataFailureCode::Git, message)
    }
}

/// Finds out what the checkout is about.
pub(super) fn resolve(answers: &[GitAnswer]) -> Result<GitHead, Stop> {
    let git = Git { answers };
    let reference = git.reference()?;
    let sha = git.run(&["show", "--format=%H", "HEAD", "--quiet", "--"])?.to_owned();
    let date = git.run(&["show", "-s", "--format=%ci", &sha])?.to_owned();
    Ok(GitHead { reference, sha, date })
}

struct Git<'a> {
    answers: &'a [GitAnswer],
}

impl<'a> Git<'a> {
    /// What a command printed. It failed when it says so and complains; one without the other is no failure.
    fn run(&self, arguments: &[&str]) -> Result<&'a str, Stop> {
        let answer = self.answers.iter().find(|answer| answer.arguments == arguments);
        let answer = answer.ok_or_else(|| Stop::Run(arguments.iter().map(|a| (*a).to_owned()).collect()))?;
        if !answer.success && !answer.stderr.is_empty() {
            return Err(Stop::Failed(answer.stderr.clone()));
        }
        Ok(js::trim(&answer.stdout))
    }

    fn lines(&self, arguments: &[&str]) -> Result<impl Iterator<Item = &'a str>, Stop> {
        Ok(self.run(arguments)?.split('\n').map(js::trim).filter(|line| !line.is_empty()))
    }

    fn reference(&self) -> Result<String, Stop> {
        if !self.run(&["branch", "--show-current"])?.is_empty() {
            return self.run(&["symbolic-ref", "HEAD"]).map(str::to_owned);
        }
        let printed = self.run(&["show", "-s", "--pretty=%D"])?;
        let decoration = js::trim(printed.strip_prefix("grafted, ").unwrap_or(printed));
        if decoration == "HEAD" {
            return self.containing();
        }
        let names = decoration.strip_prefix("HEAD, ").map(js::trim).filter(|names| !names.is_empty());
        let names = names.ok_or_else(|| Stop::Failed(format!("Cannot find detached HEAD ref in \"{printed}\"")))?;
        if names.starts_with("tag: ") {
            return self.tag(names, printed);
        }
        if is_pull_request(names) {
            return Ok(format!("refs/{names}"));
        }
        match remote_branch(names) {
            Some(branch) => Ok(format!("refs/heads/{}", js::trim(branch))),
            None => Err(Stop::Failed(format!("Unsupported detached HEAD ref in \"{printed}\""))),
        }
    }

    /// The tag that the decoration starts with. Names may hold commas, so the longest that fits is meant.
    fn tag(&self, names: &str, printed: &str) -> Result<String, Stop> {
        let list = ["for-each-ref", "--format=%(refname)", "--points-at", "HEAD", "refs/tags/"];
        let mut tags: Vec<&str> = self.lines(&list)?.collect();
        order::sort_by_key(&mut tags, |tag| Reverse(js::length(tag)));
        let meant = tags.iter().find(|tag| {
            let name = tag.get("refs/tags/".len()..).unwrap_or_default();
            let rest = names.strip_prefix("tag: ").and_then(|names| names.strip_prefix(name));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
        });
        match (meant, tags.as_slice()) {
            (Some(tag), _) | (None, [tag]) => Ok((*tag).to_owned()),
            _ => Err(Stop::Failed(format!("Cannot find detached tag ref in \"{printed}\""))),
        }
    }

    /// Nothing points at the commit: the newest local branch that holds it, a remote one, or a tag.
    fn containing(&self) -> Result<String, Stop> {
        let newest = |scope| {
            let list = ["for-each-ref", "--format=%(refname)", "--contains", "HEAD", "--sort=-committerdate", scope];
            self.lines(&list).map(|mut lines| lines.next())
        };
        if let Some(local) = newest("refs/heads/")? {
            return Ok(local.to_owned());
        }
        if let Some(remote) = newest("refs/remotes/")? {
            let branch = remote.strip_prefix("refs/remotes/").and_then(|name| name.split_once('/'));
            let branch = branch.filter(|(remote, branch)| !remote.is_empty() && !branch.is_empty());
            return Ok(branch.map_or_else(|| remote.to_owned(), |(_, branch)| format!("refs/heads/{branch}")));
        }
        match self.lines(&["tag", "--contains", "HEAD"])?.next() {
            Some(tag) => Ok(format!("refs/tags/{tag}")),
            None => Err(Stop::Failed("Cannot infer ref from detached HEAD".to_owned())),
        }
    }
}

/// `pull/N/head` or `pull/N/merge`.
fn is_pull_request(names: &str) -> bool {
    let number =
        names.strip_prefix("pull/").and_then(|rest| rest.strip_suffix("/head").or_else(|| rest.strip_suffix("/merge")));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// The branch of `remote/branch, branch`, or of `remote/branch`.
fn remote_branch(names: &str) -> Option<&str> {
    let (_, rest) = names.split_once('/').filter(|(remote, rest)| !remote.is_empty() && !rest.is_empty())?;
    // The local name starts after the last comma before another slash: what stands in front of it has none.
    let flat = rest.find('/').and_then(|slash| rest.get(..slash)).unwrap_or(rest);
    let local = flat.rfind(", ").filter(|at| *at > 0).and_then(|at| rest.get(at + 2..));
    Some(local.filter(|name| !name.is_empty()).unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(list: &[(&[&str], &str)]) -> Vec<GitAnswer> {
        let answer = |(arguments, stdout): &(&[&str], &str)| GitAnswer {
            arguments: arguments.iter().map(|a| (*a).to_owned()).collect(),
            success: true,
            stdout: (*stdout).to_owned(),
            ..GitAnswer::default()
        };
        list.iter().map(answer).collect()
    }

    const BRANCH: &[&str] = &["branch", "--show-current"];
    const DECORATION: &[&str] = &["show", "-s", "--pretty=%D"];
    const TAGS: &[&str] = &["for-each-ref", "--format=%(refname)", "--points-at", "HEAD", "refs/tags/"];

    fn detached(decoration: &str, tags: &str) -> Result<String, Stop> {
        Git { answers: &answers(&[(BRANCH, ""), (DECORATION, decoration), (TAGS, tags)]) }.reference()
    }

    #[test]
    fn decorations_of_a_detached_head() {
        for (decoration, tags, expected) in [
            ("HEAD, tag: v1.2.3, tag: v1.2", "refs/tags/v1.2\nrefs/tags/v1.2.3", "refs/tags/v1.2.3"),
            ("grafted, HEAD, tag: v1", "refs/tags/v1", "refs/tags/v1"),
            ("HEAD, tag: other", "refs/tags/only", "refs/tags/only"),
            ("HEAD, pull/12/merge", "", "refs/pull/12/merge"),
            ("HEAD, origin/main, main", "", "refs/heads/main"),
            ("HEAD, origin/feature/x", "", "refs/heads/feature/x"),
            ("HEAD, origin/main, feature/x", "", "refs/heads/feature/x"),
        ] {
            assert_eq!(detached(decoration, tags).as_deref(), Ok(expected), "{decoration}");
        }
        for (decoration, message) in [
            ("", "Cannot find detached HEAD ref in \"\""),
            ("HEAD, local", "Unsupported detached HEAD ref in \"HEAD, local\""),
            ("HEAD, tag: x", "Cannot find detached tag ref in \"HEAD, tag: x\""),
        ] {
            assert_eq!(detached(decoration, ""), Err(Stop::Failed(message.to_owned())));
        }
    }

    #[test]
    fn commands_are_asked_for_one_at_a_time() {
        let Err(Stop::Run(first)) = resolve(&[]) else { panic!("no command was asked for") };
        assert_eq!(first, BRANCH);
        let Err(Stop::Run(second)) = resolve(&answers(&[(BRANCH, "main\n")])) else { panic!("no second command") };
        assert_eq!(second, ["symbolic-ref", "HEAD"]);
    }

    #[test]
    fn the_complaint_of_git_is_the_failure() {
        let mut answers = answers(&[(BRANCH, "")]);
        for answer in &mut answers {
            answer.success = false;
            answer.stderr = "fatal: no\n".to_owned();
        }
        assert_eq!(resolve(&answers), Err(Stop::Failed("fatal: no\n".to_owned())));
    }
}
