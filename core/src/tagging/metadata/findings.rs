//! What the action gets wrong without a word, said aloud.
//!
//! None of this changes an output. The templates note what happens while they are rendered ([`Notes`]); the tags are looked at
//! when they are made.

use std::cell::RefCell;

use super::tags::Version;
use crate::Diagnostic;
use crate::text::shown;

/// Longest tag that a registry takes, in characters:
/// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>.
const MAX_TAG: usize = 128;

/// Findings that one answer holds; the same mistake in a thousand lines is told often enough with these.
const MAX_FINDINGS: usize = 100;

/// Collects findings while templates are rendered.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The line whose template is being rendered.
    line: RefCell<String>,
    findings: RefCell<Vec<Diagnostic>>,
}

impl Notes {
    /// Names the line that the following findings are about.
    pub(super) fn about(&self, line: &str) {
        self.line.replace(line.to_owned());
    }

    /// A `{{name}}` that nothing was written for.
    pub(super) fn empty(&self, name: &str, known: bool) {
        let why = if known { "has no value in this run" } else { "is no name that this template knows" };
        let message = format!("`{{{{{}}}}}` {why}, so nothing stands in its place in `{}`", shown(name), self.line());
        let help = if known {
            "give the line an `enable` that holds only where the name has a value, or use another name"
        } else {
            "look the name up: a name that does not exist is empty, not an error"
        };
        self.add(Diagnostic::warning("empty-name", message).help(help));
    }

    /// A value that was changed because it stands between two braces and not three.
    pub(super) fn escaped(&self, name: &str, before: &str, after: &str) {
        let message = format!(
            "`{{{{{}}}}}` is escaped for HTML in `{}`: `{}` became `{}`",
            shown(name),
            self.line(),
            shown(before),
            shown(after)
        );
        let help = format!("write `{{{{{{{}}}}}}}`, which takes the value as it is", shown(name));
        self.add(Diagnostic::warning("html-escape", message).help(help));
    }

    /// Looks at the tags of an answer.
    pub(super) fn tags(&self, names: &[String], version: &Version) {
        for name in names {
            if let Some((what, help)) = objection(name) {
                let message = format!("no registry takes the tag `{}`: {what}", shown(name));
                self.add(Diagnostic::warning("tag-rejected", message).help(help));
            }
        }
        if version.latest
            && let Some((latest, others)) = names.split_last()
            && others.contains(latest)
        {
            let message = format!("the tag `{}` is in the list twice: by a rule, and by the flavor", shown(latest));
            let help = "drop the rule, or set `latest=false` in the flavor";
            self.add(Diagnostic::warning("duplicate-latest", message).help(help));
        }
    }

    /// What was found, in the order in which it was found.
    pub(super) fn take(&self) -> Vec<Diagnostic> {
        self.findings.take()
    }

    fn line(&self) -> String {
        shown(&self.line.borrow())
    }

    fn add(&self, finding: Diagnostic) {
        let mut findings = self.findings.borrow_mut();
        if findings.len() < MAX_FINDINGS && !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}

/// Why a registry refuses a tag, and what helps.
fn objection(tag: &str) -> Option<(String, &'static str)> {
    let length = tag.chars().count();
    if let Some(first) = tag.chars().next().filter(|first| matches!(first, '-' | '.')) {
        let help = "the part in front of it is empty in this run, or holds only characters that no tag may hold; give the \
                    line a `prefix`, or an `enable` that leaves such runs out";
        return Some((format!("it begins with `{first}`"), help));
    }
    if length > MAX_TAG {
        let help = "shorten what the tag is made of: a branch name may be longer than a tag";
        return Some((format!("it has {length} characters, {MAX_TAG} is the most"), help));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_registries_refuse_are_told_with_the_reason() {
        let long = "x".repeat(129);
        for (tag, told) in [
            ("-abc", Some("it begins with `-`")),
            (".x", Some("it begins with `.`")),
            (long.as_str(), Some("it has 129 characters, 128 is the most")),
            (&long[1..], None),
            ("_a", None),
            ("v1.2.3-rc.1", None),
        ] {
            assert_eq!(objection(tag).map(|(what, _)| what).as_deref(), told, "{tag}");
        }
    }

    #[test]
    fn the_same_finding_is_told_once() {
        let notes = Notes::default();
        notes.about("type=sha,prefix={{branch}}-");
        notes.empty("branch", true);
        notes.empty("branch", true);
        let found = notes.take();
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`{{branch}}` has no value in this run, so nothing stands in its place in `type=sha,prefix={{branch}}-`"
        );
        assert!(notes.take().is_empty());
    }
}
