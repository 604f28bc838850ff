//! Which rules fire, and the tags that they make.

use std::fmt::Write as _;

use super::collisions::Tagger;
use super::guard;
use super::model::{PlannedTag, RuleOutcome, RuleTrace};
use super::naming::{Missing, absence};
use super::sanitize::is_tag;
use crate::policy::matcher::values::git_tag;
use crate::policy::{Part, Place, Policy, Scope, TagRule, TagSource, Template, Value, Verdict};
use crate::version::SemVer;
use crate::{Diagnostic, Entry, Reason, Span};

/// What the tag rules make of a run.
#[derive(Debug, Default)]
pub(super) struct Tags<'a> {
    /// The primary tag first, then in the order of the rules.
    pub(super) list: Vec<PlannedTag>,
    /// What the primary tag was made of.
    pub(super) primary: Option<&'a Template>,
    pub(super) outcomes: Vec<RuleOutcome>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) errors: Vec<Diagnostic>,
}

/// A tag of a rule that fired.
struct Made<'a> {
    name: String,
    rule: &'a TagRule,
    template: &'a Template,
    mutable: bool,
}

/// How a rule ended.
enum Outcome {
    Fired(Reason),
    Not(Reason),
    Refused(Reason),
}

/// Applies every rule, in order. All errors are found, not only the first.
pub(super) fn apply<'a>(policy: &'a Policy, tagger: &Tagger<'_>) -> Tags<'a> {
    let mut out = Tags::default();
    let mut made: Vec<Made<'a>> = Vec::new();
    for rule in &policy.tags {
        let (outcome, mut tags) = apply_one(rule, tagger, &made, &mut out);
        out.outcomes.push(outcome);
        made.append(&mut tags);
    }
    let primary = primary(&made, tagger, &mut out.errors);
    out.primary = primary.map(|p| p.template);
    let primary = primary.map(|p| p.name.clone());
    for Made { name, rule, mutable, .. } in made {
        if out.list.iter().any(|tag| tag.name == name) {
            continue;
        }
        let is_primary = primary.as_ref() == Some(&name);
        let tag = PlannedTag { name, rule: rule.id.clone(), primary: is_primary, mutable };
        out.list.insert(if is_primary { 0 } else { out.list.len() }, tag);
    }
    out
}

/// The refusal of a run that no rule makes a tag for, with what each rule says.
pub(super) fn no_tags(policy: &Policy, outcomes: &[RuleOutcome]) -> Diagnostic {
    /// More rules than a person reads in an error.
    const SHOWN: usize = 20;
    let mut help = if outcomes.is_empty() {
        "the policy has no tag rules: add some under `tags`, or `extends: build-once-test-many`".to_owned()
    } else {
        let lines: Vec<_> = outcomes.iter().take(SHOWN).map(|t| format!("{}: {}", t.rule, t.reason.message)).collect();
        format!("add a rule for this run; {}", lines.join("; "))
    };
    if outcomes.len() > SHOWN {
        let _ = write!(help, "; and {} more rules", outcomes.len() - SHOWN);
    }
    let error = Diagnostic::error("no-tags", "no rule makes a tag for this run").help(help);
    if policy.file.is_empty() { error } else { error.in_file(&policy.file) }
}

fn apply_one<'a>(
    rule: &'a TagRule,
    tagger: &Tagger<'_>,
    earlier: &[Made<'a>],
    out: &mut Tags<'a>,
) -> (RuleOutcome, Vec<Made<'a>>) {
    let facts = tagger.namer().facts();
    let scope = Scope { facts, registry: None };
    let check = rule.when.check(&scope);
    let mut tags = Vec::new();
    let outcome = match (&check.verdict, &rule.source) {
        (_, TagSource::Metadata(line)) => {
            let message = format!("the docker/metadata-action line `{}` is not supported here", line.escape_debug());
            let error = Diagnostic::error("metadata-line-unsupported", message)
                .help("write it as a native rule, such as `tag: \"{{version}}\"` with `when: {event: tag}`");
            refused(rule.place.mark(error), out)
        }
        (Verdict::Unmet, _) => Outcome::Not(Reason::new("condition-unmet", check.objection())),
        (Verdict::Unknown(error), _) => refused(error.clone(), out),
        (Verdict::Met, TagSource::Native(templates)) => {
            let guarded = guard::check(rule.guard, facts).map_err(Outcome::Not);
            let made = guarded.and_then(|held| Ok((held, make(rule, templates, tagger, out)?)));
            match made {
                Ok((held, made)) => {
                    tags = made;
                    Outcome::Fired(fired(rule, &scope, held, &tags, earlier))
                }
                Err(outcome) => outcome,
            }
        }
    };
    let (fired, reason) = match outcome {
        Outcome::Fired(reason) => (true, reason),
        Outcome::Not(reason) | Outcome::Refused(reason) => (false, reason),
    };
    let outcome = RuleOutcome {
        rule: rule.id.clone(),
        span: span(&rule.place),
        fired,
        reason,
        tags: tags.iter().map(|tag| tag.name.clone()).collect(),
    };
    (outcome, tags)
}

/// Every rule with all that led to its outcome. Unlike a plan it also tells where the run has errors.
pub(super) fn explain(policy: &Policy, tagger: &Tagger<'_>) -> Vec<RuleTrace> {
    let scope = Scope { facts: tagger.namer().facts(), registry: None };
    let outcomes = apply(policy, tagger).outcomes;
    let traced = policy.tags.iter().zip(outcomes).map(|(rule, outcome)| {
        let mut conditions = rule.when.trace(&scope);
        // A guard is looked at only where the conditions hold.
        if conditions.iter().all(|condition| condition.met) {
            conditions.extend(guard::trace(rule.guard, scope.facts));
        }
        RuleTrace { outcome, conditions, values: values(rule, tagger) }
    });
    traced.collect()
}

/// What the rule's templates fill in.
fn values(rule: &TagRule, tagger: &Tagger<'_>) -> Vec<Entry> {
    let TagSource::Native(templates) = &rule.source else { return Vec::new() };
    let mut found: Vec<Entry> = Vec::new();
    for part in templates.iter().flat_map(|template| &template.parts) {
        let Part::Value(value) = part else { continue };
        if found.iter().all(|entry| entry.key != value.name())
            && let Ok(text) = tagger.namer().value(*value)
        {
            found.push(Entry::new(value.name(), text));
        }
    }
    found
}

/// The rule's tags, all or none: a rule whose tags belong together must not name half of them.
fn make<'a>(
    rule: &'a TagRule,
    templates: &'a [Template],
    tagger: &Tagger<'_>,
    out: &mut Tags<'a>,
) -> Result<Vec<Made<'a>>, Outcome> {
    let mut tags: Vec<Made<'a>> = Vec::new();
    let mut warnings = Vec::new();
    for template in templates {
        let made = match tagger.tag(template) {
            Ok(made) => made,
            Err(Missing::Absent(value)) => {
                return Err(Outcome::Not(Reason::new("value-absent", absence(value, tagger.namer().facts()))));
            }
            Err(Missing::Refused(error)) => return Err(refused(*error, out)),
        };
        if !is_tag(&made.name) {
            return Err(refused(template.place.mark(invalid_tag(&made.name, template)), out));
        }
        warnings.extend(made.warning);
        let mutable = is_mutable(template, tagger);
        tags.push(Made { name: made.name, rule, template, mutable });
    }
    out.warnings.append(&mut warnings);
    Ok(tags)
}

fn refused(error: Diagnostic, out: &mut Tags<'_>) -> Outcome {
    let reason = Reason::new(&error.code, error.message.clone());
    out.errors.push(error);
    Outcome::Refused(reason)
}

fn fired(
    rule: &TagRule,
    scope: &Scope<'_>,
    guarded: Option<Reason>,
    tags: &[Made<'_>],
    earlier: &[Made<'_>],
) -> Reason {
    let known = |tag: &Made<'_>| earlier.iter().any(|e| e.name == tag.name);
    if !tags.is_empty() && tags.iter().all(known) {
        return Reason::new("duplicate", "every tag of the rule was made by an earlier rule");
    }
    let mut message = String::new();
    for condition in rule.when.trace(scope) {
        let separator = if message.is_empty() { "" } else { ", " };
        let _ =
            write!(message, "{separator}{} is {}", condition.name, condition.actual.as_deref().unwrap_or("not told"));
    }
    if let Some(guarded) = guarded {
        let separator = if message.is_empty() { "" } else { ", " };
        let _ = write!(message, "{separator}{}", guarded.message);
    }
    if message.is_empty() {
        message.push_str("the rule has no conditions");
    }
    Reason::new("fired", message)
}

fn invalid_tag(name: &str, template: &Template) -> Diagnostic {
    let mut shown: String = name.chars().take(160).flat_map(char::escape_debug).collect();
    if shown.is_empty() {
        shown.push_str("(empty)");
    }
    let help = if template.uses(Value::Timestamp) {
        "a time holds `:`, which no tag may hold; use `{{date}}`"
    } else {
        "a tag has 1 to 128 characters of `A-Za-z0-9_.-` and begins with none of `.-`"
    };
    Diagnostic::error("invalid-tag", format!("`{shown}` is not a tag that registries accept")).help(help)
}

/// Whether a later build of another commit can get the same tag: true unless the tag holds a commit, a run or a whole
/// version. A day is no such thing, as it has several commits.
fn is_mutable(template: &Template, tagger: &Tagger<'_>) -> bool {
    let fixed = [Value::Sha, Value::FullSha, Value::Version, Value::Tag, Value::RunId];
    if fixed.iter().any(|value| template.uses(*value)) {
        return false;
    }
    let numbers = [Value::Major, Value::Minor, Value::Patch];
    if !numbers.iter().all(|value| template.uses(*value)) {
        return true;
    }
    // The three numbers are a whole version only of a release: 1.2.3-rc.1 shares them with 1.2.3.
    let tag = git_tag(tagger.namer().facts()).known();
    tag.and_then(SemVer::parse).is_none_or(|version| version.is_prerelease())
}

/// The one tag that names the build: the first of the rule that is marked, else the first of all. A tag that every push
/// to a pull request takes over names none of its builds, so it is passed over.
fn primary<'m, 'a>(made: &'m [Made<'a>], tagger: &Tagger<'_>, errors: &mut Vec<Diagnostic>) -> Option<&'m Made<'a>> {
    let on_change = tagger.namer().facts().event.is_change();
    let names = |tag: &&Made<'_>| !(on_change && tag.mutable);
    let mut marked: Vec<&'m Made<'a>> = Vec::new();
    for tag in made.iter().filter(|tag| tag.rule.primary) {
        if marked.iter().all(|other| !std::ptr::eq(other.rule, tag.rule)) {
            // The rule's first tag that names a build, else, for the error, its first tag.
            let of_rule = || made.iter().filter(|other| std::ptr::eq(other.rule, tag.rule));
            marked.push(of_rule().find(names).unwrap_or(tag));
        }
    }
    let alias = |tag: &Made<'_>| {
        let message = format!("`{}` cannot name a build: every push to the pull request takes it over", tag.name);
        let help = "put the commit into the primary tag, such as `pr-{{pr}}-{{sha}}`";
        tag.rule.place.mark(Diagnostic::error("no-primary", message).help(help))
    };
    let Some(first) = marked.first().copied() else {
        let primary = made.iter().find(names);
        if let (None, Some(tag)) = (primary, made.first()) {
            errors.push(alias(tag));
        }
        return primary;
    };
    if let Some(other) = marked.iter().find(|other| other.name != first.name) {
        let message = format!("{} and {} are both marked as primary, and both fire", first.rule.id, other.rule.id);
        let error = Diagnostic::error("several-primaries", message).help("mark one of them, or narrow their `when`");
        errors.push(other.rule.place.mark(error));
        return None;
    }
    if !names(&first) {
        errors.push(alias(first));
        return None;
    }
    Some(first)
}

/// The place's span; none for a policy that was not read from a document.
fn span(place: &Place) -> Option<Span> {
    (place.span != Span::default()).then_some(place.span)
}
