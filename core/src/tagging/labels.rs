//! Labels, annotations and build arguments: what an image says about where it comes from.

use super::naming::{Missing, Namer, timestamp};
use crate::facts::EventKind;
pub(crate) use crate::policy::REVISION;
use crate::policy::{EntryRule, Policy, check_value, revision_changed};
use crate::text::concat;
use crate::{Diagnostic, Entry};

/// The label of the whole commit that people call the change's, whatever it was merged with for the build.
pub(crate) const HEAD_REVISION: &str = "dev.buildonce.head-revision";

const OCI_PREFIX: &str = "org.opencontainers.image.";

/// What the image says, and what a person should know about it.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) labels: Vec<Entry>,
    pub(super) annotations: Vec<Entry>,
    pub(super) build_args: Vec<Entry>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) errors: Vec<Diagnostic>,
}

/// Labels, annotations and build arguments. `version` is the primary tag's name.
pub(super) fn decide(policy: &Policy, namer: &Namer<'_>, version: Option<&str>) -> Said {
    let mut said = Said::default();
    let labels = match own(namer, version) {
        Ok(labels) => labels,
        Err(error) => {
            said.errors.push(*error);
            return said;
        }
    };
    let annotations = labels.iter().filter(|label| label.key.starts_with(OCI_PREFIX)).cloned().collect();
    said.labels = apply(labels, &policy.labels, namer, &mut said.errors);
    said.annotations = apply(annotations, &policy.annotations, namer, &mut said.errors);
    said.build_args = apply(Vec::new(), &policy.build.args, namer, &mut said.errors);
    let built = namer.facts().revisions.built.as_deref().filter(|built| !built.is_empty());
    let revision = said.labels.iter().find(|label| label.key == REVISION).map(|label| label.value.as_str());
    if built.is_some() && revision != built {
        let rule = policy.labels.iter().find(|rule| rule.key == REVISION);
        let warning = revision_changed();
        said.warnings.push(rule.map_or_else(|| warning.clone(), |rule| rule.place.mark(warning.clone())));
    }
    said
}

/// The code of the warning that another commit is checked out than the image is named after.
pub(crate) const CHECKOUT_DIFFERS: &str = "checkout-differs";

/// Whether the image can carry the name of its commit: what is checked out must be what the plan says is built.
pub(super) fn check_checkout(namer: &Namer<'_>) -> Result<Option<Diagnostic>, Box<Diagnostic>> {
    let facts = namer.facts();
    let revisions = &facts.revisions;
    let Some(built) = &revisions.built else {
        let error = Diagnostic::error("built-revision-unknown", "the commit that is built is not known");
        let help = "build from a checkout that has a commit, or name it in the facts document, as `revisions.built`";
        return Err(Box::new(error.help(help)));
    };
    let Some(checkout) = revisions.checkout.as_ref().filter(|checkout| *checkout != built) else { return Ok(None) };
    let of_change = [&revisions.head, &revisions.merge].iter().any(|sha| sha.as_ref() == Some(checkout));
    // These runs check out the target's own commit unless they are told otherwise.
    let checks_out_target = facts.event == EventKind::PullRequestTarget || facts.upstream.is_some();
    if checks_out_target && !of_change {
        let message =
            format!("the checkout is {checkout}, which is not the commit {built} that the image would be named after");
        let help = "check out the change's commit before the build (actions/checkout: `ref`)";
        return Err(Box::new(Diagnostic::error("checkout-is-not-the-change", message).help(help)));
    }
    let message = format!("the checkout is {checkout}, and the image is labelled with {built}");
    Ok(Some(Diagnostic::warning(CHECKOUT_DIFFERS, message).help("check out the commit that the run is about")))
}

/// What every image says, in the order of the keys.
fn own(namer: &Namer<'_>, version: Option<&str>) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let facts = namer.facts();
    let repository = facts.repository.as_ref().filter(|r| !r.path.is_empty());
    let page = repository.and_then(|r| r.server_url.as_ref().map(|server| concat(&[server, "/", &r.path])));
    let title = repository.map(|r| r.path.rsplit('/').next().unwrap_or(&r.path).to_owned());
    let number = facts.change.as_ref().and_then(|change| change.number);
    let oci = |key: &str| concat(&[OCI_PREFIX, key]);
    let pairs = [
        (HEAD_REVISION.to_owned(), facts.revisions.head.clone()),
        ("dev.buildonce.pr-number".to_owned(), number.map(|n| n.to_string())),
        ("dev.buildonce.run-url".to_owned(), facts.run.url.clone()),
        (oci("created"), Some(timestamp(facts.now)?)),
        (REVISION.to_owned(), facts.revisions.built.clone()),
        (oci("source"), page.clone()),
        (oci("title"), title),
        (oci("url"), page),
        (oci("version"), version.map(str::to_owned)),
    ];
    let mut out = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        check_value(&key, &value)?;
        out.push(Entry { key, value });
    }
    Ok(out)
}

/// Sets and removes what the policy says, and keeps the order of the keys. Removing wins, wherever it is written.
fn apply(mut entries: Vec<Entry>, rules: &[EntryRule], namer: &Namer<'_>, errors: &mut Vec<Diagnostic>) -> Vec<Entry> {
    for rule in rules {
        let Some(template) = &rule.value else { continue };
        match namer.text(template) {
            Ok(value) => match check_value(&rule.key, &value) {
                Ok(()) => set(&mut entries, &rule.key, value),
                Err(error) => errors.push(template.place.mark(*error)),
            },
            // A label about a pull request is not for a push.
            Err(Missing::Absent(_)) => {}
            Err(Missing::Refused(error)) => errors.push(*error),
        }
    }
    for rule in rules.iter().filter(|rule| rule.value.is_none()) {
        entries.retain(|entry| entry.key != rule.key);
    }
    entries
}

/// Gives a key its value, at its place among the others.
fn set(entries: &mut Vec<Entry>, key: &str, value: String) {
    match entries.binary_search_by(|entry| entry.key.as_str().cmp(key)) {
        Ok(at) => {
            if let Some(entry) = entries.get_mut(at) {
                entry.value = value;
            }
        }
        Err(at) => entries.insert(at, Entry::new(key, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Facts, ForkStatus, UpstreamRun};
    use crate::policy::Place;
    use crate::tagging::testing::{HEAD, MERGE, policy, pull_request, push, template};

    fn entry(key: &str, value: Option<&str>) -> EntryRule {
        EntryRule { key: key.to_owned(), value: value.map(template), place: Place::default() }
    }

    fn said(facts: &Facts, labels: Vec<EntryRule>) -> Said {
        let policy = Policy { labels, ..policy([]) };
        decide(&policy, &Namer::new(facts, &policy.naming), Some("pr-12-abc1234"))
    }

    fn lines(entries: &[Entry]) -> Vec<String> {
        entries.iter().map(|e| format!("{}={}", e.key, e.value)).collect()
    }

    #[test]
    fn an_image_says_where_it_comes_from() {
        let said = said(&pull_request(ForkStatus::SameRepository), Vec::new());
        let labels = [
            format!("dev.buildonce.head-revision={HEAD}"),
            "dev.buildonce.pr-number=12".to_owned(),
            "dev.buildonce.run-url=https://github.com/Acme/App/actions/runs/4711".to_owned(),
            "org.opencontainers.image.created=2026-01-31T10:15:00Z".to_owned(),
            format!("org.opencontainers.image.revision={MERGE}"),
            "org.opencontainers.image.source=https://github.com/Acme/App".to_owned(),
            "org.opencontainers.image.title=App".to_owned(),
            "org.opencontainers.image.url=https://github.com/Acme/App".to_owned(),
            "org.opencontainers.image.version=pr-12-abc1234".to_owned(),
        ];
        assert_eq!(lines(&said.labels), labels);
        assert_eq!(lines(&said.annotations), labels[3..]);
    }

    #[test]
    fn f17_a_label_with_spaces_is_kept_whole_and_removing_wins() {
        let rules = vec![
            entry("a", Some("two words")),
            entry("b", None),
            entry("b", Some("x")),
            entry("pr", Some("{{pr}}")),
            entry("org.opencontainers.image.title", Some("Mine")),
        ];
        let said = said(&push("x"), rules);
        let lines = lines(&said.labels);
        assert_eq!(lines[0], "a=two words");
        assert!(lines.contains(&"org.opencontainers.image.title=Mine".to_owned()));
        assert!(!lines.iter().any(|line| line.starts_with("b=") || line.starts_with("pr=")), "{lines:?}");
        assert_eq!(said.warnings, []);
    }

    #[test]
    fn a_changed_revision_label_is_warned_about() {
        for rule in [entry(REVISION, None), entry(REVISION, Some("{{sha}}"))] {
            assert_eq!(said(&push("x"), vec![rule]).warnings[0].code, "revision-label-changed");
        }
        assert_eq!(said(&push("x"), vec![entry(REVISION, Some("{{full-sha}}"))]).warnings, [], "it is the same");
    }

    #[test]
    fn a_value_of_several_lines_is_refused() {
        let found = said(&push("x"), vec![entry("a", Some("x\ny"))]);
        assert_eq!(found.errors[0].code, "invalid-entry-value");
        let mut facts = push("x");
        facts.run.url = Some("https://x\r\n".to_owned());
        assert_eq!(said(&facts, Vec::new()).errors[0].code, "invalid-entry-value");
    }

    #[test]
    fn a_time_that_no_label_can_hold_is_refused() {
        for now in [i64::MAX, i64::MIN, 253_402_300_800_000, -62_167_219_200_001] {
            assert_eq!(said(&Facts { now, ..push("x") }, Vec::new()).errors[0].code, "time-out-of-range", "{now}");
        }
        let said = said(&Facts { now: -1, ..push("x") }, Vec::new());
        assert!(lines(&said.labels).contains(&"org.opencontainers.image.created=1969-12-31T23:59:59Z".to_owned()));
    }

    #[test]
    fn f13_a_checkout_that_is_not_the_change_is_refused_where_engines_check_out_the_target() {
        let other = "9".repeat(40);
        let change = pull_request(ForkStatus::Fork);
        let target = Facts { event: EventKind::PullRequestTarget, ..change.clone() };
        let followed = Facts { upstream: Some(UpstreamRun::default()), ..change.clone() };
        let at = |facts: &Facts, sha: &str| {
            let mut facts = facts.clone();
            facts.revisions.checkout = Some(sha.to_owned());
            facts
        };
        let mut unknown = push("x");
        unknown.revisions.built = None;
        for (name, facts, expected) in [
            ("target on base", at(&target, &other), "error checkout-is-not-the-change"),
            ("follower on base", at(&followed, &other), "error checkout-is-not-the-change"),
            ("target on head", at(&target, HEAD), "warning checkout-differs"),
            ("target on merge", at(&target, MERGE), ""),
            ("target unknown", target.clone(), ""),
            ("pull request elsewhere", at(&change, &other), "warning checkout-differs"),
            ("push elsewhere", at(&push("x"), &other), "warning checkout-differs"),
            ("push", at(&push("x"), HEAD), ""),
            ("no commit", unknown, "error built-revision-unknown"),
        ] {
            let naming = crate::policy::Naming::default();
            let found = match check_checkout(&Namer::new(&facts, &naming)) {
                Ok(None) => String::new(),
                Ok(Some(warning)) => format!("warning {}", warning.code),
                Err(error) => format!("error {}", error.code),
            };
            assert_eq!(found, expected, "{name}");
        }
    }
}
