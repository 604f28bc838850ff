//! What must hold beside a rule's conditions: `latest: newest-release`.

use crate::Reason;
use crate::facts::Facts;
use crate::policy::matcher::values::{Fact, git_tag};
use crate::policy::{Choice, ConditionTrace, Guard};
use crate::version::{Listing, Standing, newest_release};

/// Whether the guard of a rule holds, and by what; else why not. What is not known does not hold: a tag that people pull without
/// thinking is not moved by a guess.
pub(super) fn check(guard: Option<Guard>, facts: &Facts) -> Result<Option<Reason>, Reason> {
    match guard {
        None => Ok(None),
        Some(Guard::NewestRelease) => newest(facts).map(Some),
    }
}

/// The guard as a condition, for explanations.
pub(super) fn trace(guard: Option<Guard>, facts: &Facts) -> Option<ConditionTrace> {
    let guard = guard?;
    let outcome = check(Some(guard), facts);
    let met = outcome.is_ok();
    let actual = match outcome {
        Ok(_) => Some(guard.word().to_owned()),
        Err(reason) if reason.code == "registry-tags-unknown" || reason.code == "tag-unknown" => None,
        Err(reason) => Some(reason.code),
    };
    Some(ConditionTrace { name: "latest".to_owned(), expected: guard.word().to_owned(), actual, met })
}

fn newest(facts: &Facts) -> Result<Reason, Reason> {
    let tag = match git_tag(facts) {
        Fact::Known(tag) => tag,
        Fact::Absent => return Err(Reason::new("not-a-release", "the run is about no git tag, so it is no release")),
        Fact::Unknown(_) => return Err(Reason::new("tag-unknown", "the run does not tell its git tag")),
    };
    let Some(registry) = &facts.registry_tags else {
        let message = "nobody looked at the registry's tags, and only they tell which release is the newest";
        return Err(Reason::new("registry-tags-unknown", message));
    };
    let listing = if registry.complete { Listing::Complete } else { Listing::Partial };
    let verdict = newest_release(tag, registry.tags.iter().map(String::as_str), listing);
    if verdict.standing == Standing::Newest { Ok(verdict.reason) } else { Err(verdict.reason) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Reference, ReferenceKind, RegistryTags};
    use crate::tagging::testing::push;

    fn release(tag: &str, registry: Option<(&[&str], bool)>) -> Facts {
        let name = tag.to_owned();
        let registry_tags = registry.map(|(tags, complete)| RegistryTags {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            complete,
        });
        let reference = Reference { full: format!("refs/tags/{tag}"), name, kind: ReferenceKind::Tag };
        Facts { reference: Some(reference), registry_tags, ..push("main") }
    }

    #[test]
    fn only_the_newest_release_takes_latest() {
        let tags: &[&str] = &["v2.0.0", "1.9", "latest", "v1.9.0"];
        for (facts, code) in [
            (release("v2.0.1", Some((tags, true))), Ok("newest-release")),
            (release("v2.0.0", Some((tags, true))), Ok("newest-release")),
            (release("v1.9.1", Some((tags, true))), Err("newer-release")),
            (release("v1.9.1", Some((tags, false))), Err("newer-release")),
            (release("v2.0.1", Some((tags, false))), Err("listing-incomplete")),
            (release("v2.1.0-rc.1", Some((tags, true))), Err("pre-release")),
            (release("stable", Some((tags, true))), Err("not-a-version")),
            (release("v2.0.1", None), Err("registry-tags-unknown")),
            (push("main"), Err("not-a-release")),
        ] {
            let outcome = check(Some(Guard::NewestRelease), &facts);
            let outcome = outcome.map(|reason| reason.map(|r| r.code).unwrap_or_default()).map_err(|r| r.code);
            assert_eq!(outcome, code.map(str::to_owned).map_err(str::to_owned), "{:?}", facts.reference);
            let trace = trace(Some(Guard::NewestRelease), &facts).unwrap();
            assert_eq!(trace.met, code.is_ok());
        }
        assert_eq!(check(None, &push("main")), Ok(None));
    }
}
