//! What rules call the branch, the tag and the fork of a run: the one place that says it, for conditions and names.

use crate::facts::{Change, EventKind, Facts, ForkStatus, ReferenceKind, Unknown};

/// A fact as a rule sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact<'a> {
    /// The run has it.
    Known(&'a str),
    /// The run has no such thing, such as a pull request on a push.
    Absent,
    /// The run has it, but the engine does not tell; with the reason where there is one.
    Unknown(Option<&'a Unknown>),
}

impl<'a> Fact<'a> {
    /// The value, unless nothing was told; then `names` decide whether the facts call it unknown.
    pub(crate) fn of(facts: &'a Facts, value: Option<&'a str>, names: &[&str]) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            return Self::Known(value);
        }
        unknown(facts, names).map_or(Self::Absent, |unknown| Self::Unknown(Some(unknown)))
    }

    /// The value if there is one.
    pub(crate) fn known(self) -> Option<&'a str> {
        if let Self::Known(value) = self { Some(value) } else { None }
    }
}

/// The first of the facts' unknowns that is one of the names, or a part of the facts that holds one of them.
pub(crate) fn unknown<'a>(facts: &'a Facts, names: &[&str]) -> Option<&'a Unknown> {
    facts.unknowns.iter().find(|unknown| names.iter().any(|name| covers(&unknown.fact, name)))
}

/// Whether `fact` is `name` or an ancestor of it. JSON keys use `_` where people write `-`; both are understood.
fn covers(fact: &str, name: &str) -> bool {
    let plain = |b: u8| if b == b'_' { b'-' } else { b };
    let same = fact.bytes().map(plain).eq(name.bytes().map(plain).take(fact.len()));
    same && matches!(name.as_bytes().get(fact.len()), None | Some(b'.'))
}

/// Whether the run is about a change's way into a target branch.
fn has_target(facts: &Facts) -> bool {
    facts.event.is_change() || facts.event == EventKind::MergeGroup
}

/// The branch that `branches` is about: a change's or merge group's target, else the run's own.
pub(crate) fn event_branch(facts: &Facts) -> Fact<'_> {
    if has_target(facts) { target_branch(facts) } else { own_branch(facts) }
}

/// The target branch of a change or merge group.
pub(crate) fn target_branch(facts: &Facts) -> Fact<'_> {
    if !has_target(facts) {
        return Fact::Absent;
    }
    Fact::of(facts, change(facts).and_then(|c| c.base.branch.as_deref()), &["change.base.branch"])
}

/// The source branch of a change or merge group.
pub(crate) fn source_branch(facts: &Facts) -> Fact<'_> {
    if !has_target(facts) {
        return Fact::Absent;
    }
    Fact::of(facts, change(facts).and_then(|c| c.head.branch.as_deref()), &["change.head.branch"])
}

/// The branch that the run's reference is.
pub(crate) fn own_branch(facts: &Facts) -> Fact<'_> {
    reference(facts, ReferenceKind::Branch)
}

/// The git tag that the run's reference is.
pub(crate) fn git_tag(facts: &Facts) -> Fact<'_> {
    reference(facts, ReferenceKind::Tag)
}

fn reference(facts: &Facts, kind: ReferenceKind) -> Fact<'_> {
    match &facts.reference {
        Some(reference) if reference.kind == kind => Fact::of(facts, Some(&reference.name), &["reference.name"]),
        // A reference of another kind that is told has no name of this kind; one whose kind is not told may have.
        Some(reference) if reference.kind != ReferenceKind::Other => Fact::Absent,
        _ => Fact::of(facts, None, &["reference.kind", "reference.name"]),
    }
}

/// What names call the branch: a change's source, else the run's own. A merge group whose source is not told has the
/// queue's own branch.
pub(crate) fn naming_branch(facts: &Facts) -> Fact<'_> {
    if facts.event.is_change() {
        return source_branch(facts);
    }
    match source_branch(facts) {
        Fact::Absent => own_branch(facts),
        told => told,
    }
}

/// The default branch. In CI it is unknown when it is not told. A person's own checkout has none then: its facts carry a note
/// about it, and a plan that is made there to look at is not refused for it.
pub(crate) fn default_branch(facts: &Facts) -> Fact<'_> {
    let repository = facts.repository.as_ref();
    match Fact::of(facts, repository.and_then(|r| r.default_branch.as_deref()), &["repository.default-branch"]) {
        Fact::Absent if facts.engine == "local" => Fact::Absent,
        Fact::Absent => Fact::Unknown(None),
        told => told,
    }
}

/// Whether this is a person's own checkout that came from nowhere.
pub(crate) fn is_local_only(facts: &Facts) -> bool {
    facts.engine == "local" && facts.repository.as_ref().is_none_or(|r| r.server_url.is_none())
}

/// Whether the run's change comes from another repository. A run without a change comes from none.
pub(crate) fn fork(facts: &Facts) -> ForkStatus {
    match &facts.change {
        Some(change) => change.fork,
        None if facts.event.is_change() => ForkStatus::Unknown,
        None => ForkStatus::SameRepository,
    }
}

fn change(facts: &Facts) -> Option<&Change> {
    facts.change.as_ref()
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn an_unknown_fact_covers_itself_and_its_parts() {
        for (fact, name, expected) in [
            ("change.number", "change.number", true),
            ("change", "change.number", true),
            ("change.num", "change.number", false),
            ("change.number", "change", false),
            ("repository.default_branch", "repository.default-branch", true),
            ("prerelease", "prerelease", true),
        ] {
            assert_eq!(covers(fact, name), expected, "{fact} / {name}");
        }
    }
}
