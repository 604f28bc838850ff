//! Branch tags that look like the tags of another class.
//!
//! A branch may be called `latest`, `pr/123` or `v1.2.3`. Its tag must not be taken for the tag of a release or of a pull
//! request, so such a tag gets a prefix. What the other classes look like follows from the policy's own templates.

use std::ops::RangeInclusive;

use super::naming::{Missing, Namer};
use super::sanitize::MAX_TAG;
use crate::Diagnostic;
use crate::facts::EventKind;
use crate::policy::{GlobList, Part, Policy, TagSource, Template, Value};
use crate::version::SemVer;

/// What a branch's tag is marked with when it would look like another class's.
const PREFIX: &str = "branch-";

/// Makes tags that no other class of the policy can be taken for.
#[derive(Debug, Clone)]
pub(super) struct Tagger<'a> {
    namer: Namer<'a>,
    classes: Vec<Class<'a>>,
}

/// The tags of one template that no branch's name is in.
#[derive(Debug, Clone, Copy)]
struct Class<'a> {
    rule: &'a str,
    template: &'a Template,
    git_tags: Option<&'a GlobList>,
}

/// A tag, and what a person should know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tagged {
    pub(super) name: String,
    pub(super) warning: Option<Diagnostic>,
}

/// Whether a branch's name is in the template's tags.
fn is_of_branches(template: &Template) -> bool {
    template.values().any(|value| matches!(value, Value::Branch | Value::BaseBranch))
}

impl<'a> Tagger<'a> {
    pub(super) fn new(namer: Namer<'a>, policy: &'a Policy) -> Self {
        let mut classes = Vec::new();
        for rule in &policy.tags {
            let TagSource::Native(templates) = &rule.source else { continue };
            let others = templates.iter().filter(|template| !is_of_branches(template));
            classes.extend(others.map(|template| Class {
                rule: &rule.id,
                template,
                // A list that accepts anything describes no class.
                git_tags: rule.when.tags.as_ref().filter(|globs| !globs.accepts_any()),
            }));
        }
        Self { namer, classes }
    }

    pub(super) fn namer(&self) -> Namer<'a> {
        self.namer
    }

    /// The same tags for another commit.
    pub(super) fn for_commit(&self, commit: &'a str) -> Self {
        Self { namer: self.namer.for_commit(commit), classes: self.classes.clone() }
    }

    /// The template's tag. Not checked against the registry's grammar.
    pub(super) fn tag(&self, template: &Template) -> Result<Tagged, Missing> {
        let name = self.namer.tag(template, "")?;
        if !is_of_branches(template) {
            return Ok(Tagged { name, warning: None });
        }
        let Some(class) = self.class_of(&name) else { return Ok(Tagged { name, warning: None }) };
        let prefixed = self.namer.tag(template, PREFIX)?;
        if let Some(other) = self.class_of(&prefixed) {
            let message = format!("the branch's tag `{prefixed}` looks like a tag of {}", other.rule);
            return Err(Missing::refused(
                template.place.mark(Diagnostic::error("tag-collision", message).help("rename the branch or the tag")),
            ));
        }
        let message = format!(
            "the branch's tag `{name}` looks like a tag of {} (`{}`), so it is `{prefixed}`",
            class.rule, class.template.source
        );
        let help = "rename the branch, or write a literal in front of `{{branch}}`";
        let warning = template.place.mark(Diagnostic::warning("tag-collision", message).help(help));
        Ok(Tagged { name: prefixed, warning: Some(warning) })
    }

    fn class_of(&self, tag: &str) -> Option<&Class<'a>> {
        // Tags are ASCII, so every byte is a place to cut at.
        if !tag.is_ascii() || tag.len() > MAX_TAG {
            return None;
        }
        let hex = self.namer.naming().sha_length;
        self.classes.iter().find(|class| class.holds(tag, hex))
    }
}

impl<'a> Class<'a> {
    /// Whether the template can make the tag. Reads the template from left to right and keeps every place up to which the
    /// tag can be explained so far, so that the work is bounded however many values a template has.
    fn holds(&self, tag: &str, hex: usize) -> bool {
        let parts = &self.template.parts;
        let shortest = || parts.iter().map(|part| *lengths(part, hex).start()).sum::<usize>();
        if !self.fits_at_the_ends(tag) || shortest() > tag.len() {
            return false;
        }
        let mut reached = vec![false; tag.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        for part in parts {
            reached = if is_number(part) { after_digits(tag, &reached) } else { self.after(part, tag, &reached, hex) };
            if !reached.contains(&true) {
                return false;
            }
        }
        reached.last().copied().unwrap_or_default()
    }

    /// Whether the literals at the template's ends are at the tag's, which few tags of other classes pass.
    fn fits_at_the_ends(&self, tag: &str) -> bool {
        let parts = &self.template.parts;
        let literal = |part: Option<&'a Part>| if let Some(Part::Literal(text)) = part { text.as_str() } else { "" };
        tag.starts_with(literal(parts.first())) && tag.ends_with(literal(parts.last()))
    }

    /// The places that are reached when the part begins at one that was reached before.
    fn after(&self, part: &Part, tag: &str, reached: &[bool], hex: usize) -> Vec<bool> {
        let mut next = vec![false; reached.len()];
        for (start, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            let rest = tag.get(start..).unwrap_or_default();
            for length in lengths(part, hex).take_while(|length| *length <= rest.len()) {
                if self.explains(part, rest.get(..length).unwrap_or_default())
                    && let Some(end) = next.get_mut(start + length)
                {
                    *end = true;
                }
            }
        }
        next
    }

    /// Whether one part of the template can stand for the text, which is of one of its [`lengths`].
    fn explains(&self, part: &Part, text: &str) -> bool {
        let value = match part {
            Part::Literal(literal) => return text == literal,
            Part::Value(value) => value,
        };
        match value {
            Value::Sha => is_hex(text),
            Value::FullSha => matches!(text.len(), 40 | 64) && is_hex(text),
            Value::Version => !text.starts_with('v') && SemVer::parse(text).is_some(),
            // Any name can be a git tag's. Those that the rule asks for are its own, and so are versions.
            Value::Tag => SemVer::parse(text).is_some() || self.git_tags.is_some_and(|globs| globs.is_match(text)),
            Value::Date => is_date(text),
            Value::Event => EventKind::ALL.iter().any(|kind| kind.as_str() == text),
            // Branches are of this class themselves; the others hold `/` or `:`, which no tag does, or a name that is
            // the same for every run and so no class of its own. Numbers are read by `after_digits`.
            _ => false,
        }
    }
}

/// How many characters the part can stand for, at least and at most.
fn lengths(part: &Part, hex: usize) -> RangeInclusive<usize> {
    match part {
        Part::Literal(text) => text.len()..=text.len(),
        Part::Value(Value::Sha) => hex..=hex,
        Part::Value(Value::FullSha) => 40..=64,
        Part::Value(Value::Version) => "0.0.0".len()..=MAX_TAG,
        Part::Value(Value::Date) => 10..=10,
        Part::Value(_) => 1..=MAX_TAG,
    }
}

fn is_number(part: &Part) -> bool {
    use Value::{Major, Minor, Patch, Pr, RunAttempt, RunId};
    matches!(part, Part::Value(Pr | RunId | RunAttempt | Major | Minor | Patch))
}

/// The places that are reached over one or more digits.
fn after_digits(tag: &str, reached: &[bool]) -> Vec<bool> {
    let mut next = vec![false];
    for (byte, before) in tag.bytes().zip(reached) {
        let came = *before || next.last().copied().unwrap_or_default();
        next.push(came && byte.is_ascii_digit());
    }
    next
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_date(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tagging::testing::{globs, policy, push, rule};

    fn tag_of(branch: &str, template: &str, others: &[&str]) -> (String, bool) {
        let facts = push(branch);
        let mut policy = policy([rule(&[template])]);
        policy.tags.push(rule(others));
        policy.naming.keep = vec!['.'];
        let tagger = Tagger::new(Namer::new(&facts, &policy.naming), &policy);
        let TagSource::Native(templates) = &policy.tags[0].source else { unreachable!() };
        let Tagged { name, warning } = tagger.tag(&templates[0]).unwrap();
        (name, warning.is_some())
    }

    #[test]
    fn a_branch_tag_that_looks_like_another_class_gets_a_prefix() {
        for (branch, template, other, expected) in [
            ("latest", "{{branch}}", "latest", "branch-latest"),
            ("Nightly", "{{branch}}", "nightly", "branch-nightly"),
            ("pr/123", "{{branch}}-{{sha}}", "pr-{{pr}}-{{sha}}", "branch-pr-123-abc1234"),
            ("sha", "{{branch}}-{{sha}}", "sha-{{sha}}", "branch-sha-abc1234"),
            ("v1.2.3", "{{branch}}", "v{{version}}", "branch-v1.2.3"),
            ("v1.2.3-rc.1", "{{branch}}", "{{tag}}", "branch-v1.2.3-rc.1"),
            ("1.2", "{{branch}}", "{{major}}.{{minor}}", "branch-1.2"),
            ("nightly/2026-01-31", "{{branch}}", "nightly-{{date}}", "branch-nightly-2026-01-31"),
            ("push", "{{branch}}", "{{event}}", "branch-push"),
            ("x/12/3", "{{branch}}", "x-{{run-id}}-{{run-attempt}}", "branch-x-12-3"),
            ("x/12/", "{{branch}}", "x-{{run-id}}{{run-attempt}}", "branch-x-12"),
            ("x/1/", "{{branch}}", "x-{{run-id}}{{run-attempt}}", "x-1"),
            // These only resemble the other class.
            ("latest2", "{{branch}}", "latest", "latest2"),
            ("pr/x", "{{branch}}-{{sha}}", "pr-{{pr}}-{{sha}}", "pr-x-abc1234"),
            ("pr/123", "{{branch}}", "pr-{{pr}}-{{sha}}", "pr-123"),
            ("a".repeat(40).as_str(), "{{branch}}", "{{full-sha}}", "branch-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ("a".repeat(41).as_str(), "{{branch}}", "{{full-sha}}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ("main", "{{branch}}", "{{base-branch}}", "main"),
        ] {
            assert_eq!(tag_of(branch, template, &[other]), (expected.to_owned(), expected.starts_with("branch-")));
        }
    }

    #[test]
    fn the_git_tags_that_a_rule_asks_for_are_a_class_unless_it_asks_for_any() {
        for (patterns, expected) in [(["stable"], "branch-stable"), (["*"], "stable"), (["v*"], "stable")] {
            let facts = push("stable");
            let mut policy = policy([rule(&["{{branch}}"]), rule(&["{{tag}}"])]);
            policy.tags[1].when.tags = Some(globs(&patterns));
            let tagger = Tagger::new(Namer::new(&facts, &policy.naming), &policy);
            let TagSource::Native(templates) = &policy.tags[0].source else { unreachable!() };
            assert_eq!(tagger.tag(&templates[0]).unwrap().name, expected, "{patterns:?}");
        }
    }

    #[test]
    fn the_prefix_takes_its_room_from_the_branch() {
        let branch = "1".repeat(200);
        let (tag, warned) = tag_of(&branch, "{{branch}}", &["{{pr}}"]);
        assert_eq!((tag, warned), (format!("branch-{}", "1".repeat(121)), true));
    }

    #[test]
    fn a_template_of_many_values_is_judged_in_bounded_time() {
        for many in ["{{pr}}".repeat(200), "{{pr}}".repeat(127), "{{tag}}".repeat(127)] {
            assert_eq!(tag_of(&"1".repeat(128), "{{branch}}", &[&format!("{many}x")]).0, "1".repeat(128));
        }
        let (tag, _) = tag_of(&"1".repeat(128), "{{branch}}", &[&"{{pr}}".repeat(128)]);
        assert!(tag.starts_with("branch-"), "{tag}");
    }

    #[test]
    fn a_tag_that_collides_even_with_the_prefix_is_refused() {
        let facts = push("latest");
        let policy = policy([rule(&["{{branch}}"]), rule(&["latest", "branch-latest"])]);
        let tagger = Tagger::new(Namer::new(&facts, &policy.naming), &policy);
        let TagSource::Native(templates) = &policy.tags[0].source else { unreachable!() };
        assert!(matches!(tagger.tag(&templates[0]), Err(Missing::Refused(d)) if d.code == "tag-collision"));
    }
}
