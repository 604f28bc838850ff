//! Which rules fire, and the tags that they make.

use std::fmt::Write as _;

use super::collisions::Tagger;
use super::guard;
use super::lines::Applied;
use super::metadata::lines::LineTag;
use super::model::{PlannedTag, RuleOutcome, RuleTrace};
use super::naming::{Missing, absence};
use super::sanitize::is_tag;
use crate::policy::matcher::values::git_tag;
use crate::policy::{Part, Place, Policy, Scope, TagRule, TagSource, Template, Value, Verdict};
use crate::text::{list_item, shown};
use crate::version::SemVer;
use crate::{Diagnostic, Entry, Reason, Span, order};

/// What the tag rules make of a run.
#[derive(Debug, Default)]
pub(super) struct Tags<'a> {
    /// The primary tag first, then in the order of the rules.
    pub(super) list: Vec<PlannedTag>,
    /// What the primary tag was made of.
    pub(super) primary: Option<Origin<'a>>,
    pub(super) outcomes: Vec<RuleOutcome>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) errors: Vec<Diagnostic>,
}

/// A tag of a rule that fired.
struct Made<'a> {
    name: String,
    rule: &'a TagRule,
    origin: Origin<'a>,
    mutable: bool,
}

/// What a tag was made of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// A template.
    Template(&'a Template),
    /// The rule's line in docker/metadata-action's language.
    Line(&'a TagRule),
    /// The tag `latest` that goes with such a line.
    Latest,
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
    let lines = Applied::new(policy, &tagger.namer());
    out.errors.extend(lines.error.clone());
    out.warnings.extend(lines.findings());
    let mut latest = Vec::new();
    let mut outcomes = Vec::new();
    for (index, rule) in in_order(policy, &lines) {
        let (mut outcome, mut tags) = apply_one(rule, tagger, &lines, &made, &mut out);
        if let Some(name) = lines.latest_of(rule).filter(|_| outcome.fired) {
            outcome.tags.push(name.to_owned());
            latest.push(Made { name: name.to_owned(), rule, origin: Origin::Latest, mutable: true });
        }
        outcomes.push((index, outcome));
        made.append(&mut tags);
    }
    order::sort_by_key(&mut outcomes, |(index, _)| *index);
    out.outcomes = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    made.append(&mut latest);
    let primary = primary(&made, tagger, &mut out.errors, &mut out.warnings);
    out.primary = primary.map(|p| p.origin);
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

/// The rules in the order in which they make tags, each with its position: lines of docker/metadata-action's language take each
/// other's places by their priorities, all others stay where they stand.
fn in_order<'a>(policy: &'a Policy, lines: &Applied<'_>) -> Vec<(usize, &'a TagRule)> {
    if lines.is_empty() {
        return policy.tags.iter().enumerate().collect();
    }
    let mut by_rank: Vec<(usize, usize)> =
        policy.tags.iter().enumerate().filter_map(|(index, rule)| Some((lines.rank(rule)?, index))).collect();
    order::sort_by_key(&mut by_rank, |rank| *rank);
    let mut ranked = by_rank.into_iter().map(|(_, index)| index);
    let place = |(index, rule)| if lines.rank(rule).is_some() { ranked.next().unwrap_or(index) } else { index };
    let order: Vec<usize> = policy.tags.iter().enumerate().map(place).collect();
    order.into_iter().filter_map(|index| Some((index, policy.tags.get(index)?))).collect()
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
    lines: &Applied<'_>,
    earlier: &[Made<'a>],
    out: &mut Tags<'a>,
) -> (RuleOutcome, Vec<Made<'a>>) {
    let facts = tagger.namer().facts();
    let scope = Scope { facts, registry: None };
    let check = rule.when.check(&scope);
    let mut tags = Vec::new();
    let outcome = match (&check.verdict, &rule.source) {
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
        (Verdict::Met, TagSource::Metadata(line)) => match make_of_line(rule, line, lines, out) {
            Ok(made) => {
                tags.push(made);
                Outcome::Fired(fired(rule, &scope, None, &tags, earlier))
            }
            Err(outcome) => outcome,
        },
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
        tags.push(Made { name: made.name, rule, origin: Origin::Template(template), mutable });
    }
    out.warnings.append(&mut warnings);
    Ok(tags)
}

/// The tag of a line in docker/metadata-action's language.
fn make_of_line<'a>(
    rule: &'a TagRule,
    line: &str,
    lines: &Applied<'_>,
    out: &mut Tags<'a>,
) -> Result<Made<'a>, Outcome> {
    match lines.of(rule) {
        Some(LineTag::Made { name, fixed }) if is_tag(name) => {
            Ok(Made { name: name.clone(), rule, origin: Origin::Line(rule), mutable: !fixed })
        }
        Some(LineTag::Made { name, .. }) => {
            let error =
                Diagnostic::error("invalid-tag", format!("`{}` is not a tag that registries accept", shown(name)));
            let help = "give the line an `enable`, or its rule a `when`, that leaves such runs out";
            Err(refused(rule.place.mark(error.help(help)), out))
        }
        Some(LineTag::Nothing(why)) => {
            let why = if why.is_empty() { "its type is for other runs" } else { why.as_str() };
            Err(Outcome::Not(Reason::new(
                "line-without-tag",
                format!("`{}` makes no tag: {}", shown(line), shown(why)),
            )))
        }
        Some(LineTag::Refused(message)) => {
            let error = Diagnostic::error("metadata-line", shown(message));
            let help = "docs/metadata-action.md describes the language; docker/metadata-action refuses the line too";
            Err(refused(rule.place.mark(error.help(help)), out))
        }
        // The flavor is wrong, which is told once.
        None => Err(Outcome::Refused(Reason::new("metadata-line", "the flavor cannot be read"))),
    }
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
    let mut message = rule.when.met(scope);
    if let Some(guarded) = guarded {
        list_item(&mut message, &[&guarded.message]);
    }
    if message.is_empty() {
        message.push_str("the rule has no conditions");
    }
    Reason::new("fired", message)
}

fn invalid_tag(name: &str, template: &Template) -> Diagnostic {
    let mut shown = shown(name);
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
fn primary<'m, 'a>(
    made: &'m [Made<'a>],
    tagger: &Tagger<'_>,
    errors: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Option<&'m Made<'a>> {
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
        return match (primary, made.first()) {
            // docker/metadata-action's own default for a pull request is such a name, and people live with it.
            (None, Some(tag)) if matches!(tag.origin, Origin::Line(_)) => {
                warnings.push(moving(tag));
                Some(tag)
            }
            (None, Some(tag)) => {
                errors.push(alias(tag));
                None
            }
            (primary, _) => primary,
        };
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

/// What a person should know when the only name of a pull request's image moves.
fn moving(tag: &Made<'_>) -> Diagnostic {
    let message = format!("`{}` names every build of the pull request: each push takes it over", tag.name);
    let help = "add `type=sha`, so that this build has a name of its own";
    tag.rule.place.mark(Diagnostic::warning("mutable-primary", message).help(help))
}

/// The place's span; none for a policy that was not read from a document.
fn span(place: &Place) -> Option<Span> {
    (place.span != Span::default()).then_some(place.span)
}
