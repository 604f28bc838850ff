//! One file per CI engine, and how the one at hand is found.
//!
//! To add an engine, write its file with an [`Engine`] in it and add that to [`ENGINES`].

mod detached;
mod finish;
mod gitea;
mod github;
mod gitlab;
mod local;
mod others;
mod remote;

pub(super) use finish::finish;

use super::check::Problems;
use super::env::Env;
use super::{Facts, HostFacts};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::order;

/// How to read the runs of one CI engine.
struct Engine {
    /// What facts call it.
    name: &'static str,
    /// What a person calls it.
    title: &'static str,
    /// Every variable that it reads. Never one that holds a secret.
    variables: &'static [&'static str],
    /// The variable that names the file with the event's payload.
    payload_variable: Option<&'static str>,
    /// Whether a run is one of this engine.
    matches: fn(&Env<'_>) -> bool,
    /// Reads the run. `None` only after an error was reported.
    facts: fn(&Input<'_>) -> Option<Facts>,
}

/// Every engine there is.
static ENGINES: &[&Engine] = &[&github::ENGINE, &gitea::GITEA, &gitea::FORGEJO, &gitlab::ENGINE, &local::ENGINE];

/// What an engine reads.
struct Input<'a> {
    env: &'a Env<'a>,
    payload: Option<&'a str>,
    host: &'a HostFacts,
    problems: &'a Problems,
}

pub(super) fn variables() -> Vec<&'static str> {
    let mut names: Vec<_> = ENGINES.iter().flat_map(|engine| engine.variables).copied().collect();
    names.extend(others::variables());
    order::sort_by_key(&mut names, |name| *name);
    names.dedup();
    names
}

pub(super) fn payload_variable(env: &[(String, String)]) -> Option<&'static str> {
    let problems = Problems::default();
    let known = variables();
    recognise(&Env::new(env, &known, &problems)).ok()?.payload_variable
}

pub(super) fn detect(env: &[(String, String)], payload: Option<&str>, host: &HostFacts) -> Result<Facts, Diagnostics> {
    let problems = Problems::default();
    let known = variables();
    let env = Env::new(env, &known, &problems);
    let facts = match recognise(&env) {
        Ok(engine) => (engine.facts)(&Input { env: &env, payload, host, problems: &problems }),
        Err(errors) => {
            for error in errors {
                problems.push(error);
            }
            None
        }
    };
    let facts = facts.map(|facts| finish(facts, host, &problems));
    let notes = problems.into_notes()?;
    let mut facts = facts.ok_or_else(|| vec![others::unknown("no CI engine was recognised")])?;
    facts.notes.extend(notes);
    Ok(facts)
}

/// Finds the one engine that this environment belongs to.
fn recognise(env: &Env<'_>) -> Result<&'static Engine, Diagnostics> {
    let mut found = ENGINES.iter().filter(|engine| (engine.matches)(env));
    match (found.next(), found.next()) {
        (Some(engine), None) => Ok(engine),
        (Some(one), Some(other)) => Err(vec![
            Diagnostic::error(
                "ambiguous-engine",
                format!("the variables of {} and of {} are both set", one.title, other.title),
            )
            .help("unset the marker of the one that does not run this job (`GITHUB_ACTIONS` or `GITLAB_CI`)"),
        ]),
        (None, _) => Err(vec![others::refuse(env)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> HostFacts {
        HostFacts { now: 0, git: None, credentials: None, builder: None, changed_files: None, registry_tags: None }
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn variables_are_sorted_unique_and_no_secrets() {
        let names = variables();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        for name in names {
            for secret in ["TOKEN", "PASSWORD", "SECRET", "KEY", "CREDENTIAL", "AUTH", "JWT"] {
                assert!(!name.contains(secret), "{name}");
            }
        }
    }

    #[test]
    fn only_github_and_who_imitates_it_have_a_payload() {
        for (env, expected) in [
            (&[("GITHUB_ACTIONS", "true")][..], Some("GITHUB_EVENT_PATH")),
            (&[("GITLAB_CI", "true")], None),
            (&[("GITHUB_ACTIONS", "true"), ("GITEA_ACTIONS", "true")], Some("GITHUB_EVENT_PATH")),
            (&[("GITHUB_ACTIONS", "true"), ("GITLAB_CI", "true")], None),
            (&[], None),
        ] {
            assert_eq!(payload_variable(&pairs(env)), expected, "{env:?}");
        }
    }

    #[test]
    fn an_environment_of_two_engines_is_refused() {
        let env = pairs(&[("GITHUB_ACTIONS", "true"), ("GITLAB_CI", "true")]);
        let errors = detect(&env, None, &host()).unwrap_err();
        assert_eq!((errors.len(), errors[0].code.as_str()), (1, "ambiguous-engine"));
        insta::assert_snapshot!(errors[0].message, @"the variables of GitHub Actions and of GitLab CI are both set");
    }
}
