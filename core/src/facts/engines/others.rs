//! CI engines that are recognised, but whose runs are not read yet.

use super::super::env::Env;
use crate::diagnostic::Diagnostic;

/// A marker variable and the engine it belongs to.
const MARKERS: &[(&str, &str)] = &[
    ("APPVEYOR", "AppVeyor"),
    ("BITBUCKET_BUILD_NUMBER", "Bitbucket Pipelines"),
    ("BITRISE_IO", "Bitrise"),
    ("BUDDY_WORKSPACE_ID", "Buddy"),
    ("BUILDKITE", "Buildkite"),
    ("CF_BUILD_ID", "Codefresh"),
    ("CIRCLECI", "CircleCI"),
    ("CIRRUS_CI", "Cirrus CI"),
    ("CODEBUILD_BUILD_ID", "AWS CodeBuild"),
    ("DRONE", "Drone"),
    ("JENKINS_URL", "Jenkins"),
    ("SCREWDRIVER", "Screwdriver"),
    ("SEMAPHORE", "Semaphore"),
    ("TEAMCITY_VERSION", "TeamCity"),
    ("TF_BUILD", "Azure Pipelines"),
    ("TRAVIS", "Travis CI"),
    ("VELA", "Vela"),
];

/// Set by nearly every engine.
const ANY: &str = "CI";

pub(super) fn variables() -> impl Iterator<Item = &'static str> {
    MARKERS.iter().map(|(name, _)| *name).chain([ANY])
}

/// Whether anything says that this is a run of some CI engine.
pub(super) fn is_ci(env: &Env<'_>) -> bool {
    let known = ["GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS", "GITLAB_CI"];
    env.flag(ANY) || known.iter().any(|name| env.flag(name)) || marked(env).is_some()
}

fn marked(env: &Env<'_>) -> Option<&'static str> {
    let marked = MARKERS.iter().find(|(name, _)| env.flag(name)).map(|(_, title)| *title);
    // Woodpecker's marker is a value of the variable that everybody sets.
    marked.or_else(|| (env.get(ANY) == Some("woodpecker")).then_some("Woodpecker"))
}

/// The error for a run that no engine of ours can read.
pub(super) fn refuse(env: &Env<'_>) -> Diagnostic {
    match marked(env) {
        Some(title) => unknown(&format!("this is a run of {title}, which is not supported yet")),
        None => unknown("`CI` is set, but no CI engine was recognised"),
    }
}

/// The error `unknown-engine`.
pub(super) fn unknown(message: &str) -> Diagnostic {
    Diagnostic::error("unknown-engine", message)
        .help("write what this run is into a JSON document of the facts' shape and pass it with `--facts FILE`")
}

#[cfg(test)]
mod tests {
    use super::super::super::HostFacts;

    #[test]
    fn an_engine_that_is_not_supported_is_named() {
        let host =
            HostFacts { now: 0, git: None, credentials: None, builder: None, changed_files: None, registry_tags: None };
        let mut told = Vec::new();
        for env in [
            &[("CI", "true")][..],
            &[("CI", "true"), ("JENKINS_URL", "https://ci")],
            &[("BUILDKITE", "true")],
            &[("TF_BUILD", "True")],
            &[("CI", "woodpecker")],
            &[("CI", "false")],
        ] {
            let env: Vec<_> = env.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let errors = super::super::detect(&env, None, &host).unwrap_err();
            assert!(
                errors.iter().all(|e| e.code == "unknown-engine" && e.help.as_ref().unwrap().contains("--facts FILE"))
            );
            told.extend(errors.into_iter().map(|e| e.message));
        }
        insta::assert_snapshot!(told.join("\n"), @"
        `CI` is set, but no CI engine was recognised
        this is a run of Jenkins, which is not supported yet
        this is a run of Buildkite, which is not supported yet
        this is a run of Azure Pipelines, which is not supported yet
        this is a run of Woodpecker, which is not supported yet
        this is neither a run of a CI engine nor a git checkout
        ");
    }
}
