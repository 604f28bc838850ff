//! Runs of GitHub Actions for tests, told step by step.

use serde_json::{Value, json};

use super::super::super::{ChangeSide, Facts, GitFacts, HostFacts, Unknown};
use super::super::detect;
use crate::diagnostic::Diagnostics;

pub(super) const PUSHED: &str = "5779607b49aab1200488439f02372c57b4f75444";
pub(super) const HEAD: &str = "ec26c3e57ca3a959ca5aad62de7213c562f8c821";
pub(super) const BASE: &str = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e";

/// A run, told step by step.
pub(super) struct Scene {
    pub(super) env: Vec<(String, String)>,
    pub(super) payload: Option<String>,
    pub(super) host: HostFacts,
}

impl Scene {
    pub(super) fn new(event: &str, reference: &str) -> Self {
        let env = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_ACTOR", "octocat"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_REF", reference),
            ("GITHUB_REPOSITORY", "acme/app"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_RUN_ID", "77"),
            ("GITHUB_SERVER_URL", "https://github.com/"),
            ("GITHUB_SHA", PUSHED),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self {
            env,
            payload: None,
            host: HostFacts {
                now: 0,
                git: None,
                credentials: None,
                builder: None,
                changed_files: None,
                registry_tags: None,
            },
        }
    }

    pub(super) fn var(mut self, name: &str, value: &str) -> Self {
        self.env.retain(|(n, _)| n != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn payload(mut self, mut payload: Value) -> Self {
        if let Some(map) = payload.as_object_mut().filter(|map| !map.contains_key("repository")) {
            map.insert("repository".to_owned(), json!({"id": 1, "full_name": "acme/app", "default_branch": "main"}));
        }
        self.payload = Some(payload.to_string());
        self
    }

    pub(super) fn text(mut self, payload: &str) -> Self {
        self.payload = Some(payload.to_owned());
        self
    }

    pub(super) fn git(mut self, head: &str, branch: Option<&str>, tags: &[&str]) -> Self {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        self.host.git = Some(GitFacts {
            head: Some(head.to_owned()),
            branch: branch.map(str::to_owned),
            tags,
            ..GitFacts::default()
        });
        self
    }

    pub(super) fn run(&self) -> Result<Facts, Diagnostics> {
        detect(&self.env, self.payload.as_deref(), &self.host)
    }

    pub(super) fn facts(&self) -> Facts {
        self.run().unwrap()
    }

    /// Every finding on one line each.
    pub(super) fn told(&self) -> String {
        let all = self.run().map_or_else(|errors| errors, |facts| facts.notes);
        all.iter().map(|d| format!("{:?} [{}] {}", d.severity, d.code, d.message)).collect::<Vec<_>>().join("\n")
    }
}

pub(super) fn unknowns(facts: &Facts) -> Vec<(&str, &str)> {
    facts.unknowns.iter().map(|Unknown { fact, reason }| (fact.as_str(), reason.code.as_str())).collect()
}

pub(super) fn told_side(branch: &str, sha: &str, repository: &str) -> ChangeSide {
    ChangeSide { branch: Some(branch.to_owned()), sha: Some(sha.to_owned()), repository: Some(repository.to_owned()) }
}

pub(super) fn pull(head_repo: &Value) -> Value {
    json!({
        "number": 12, "title": "fix: it", "draft": false, "merged": false, "user": {"login": "mona"},
        "merge_commit_sha": null,
        "head": {"ref": "changes", "sha": HEAD, "repo": head_repo},
        "base": {"ref": "main", "sha": BASE, "repo": {"id": 1, "full_name": "acme/app"}},
    })
}

pub(super) fn ours() -> Value {
    json!({"id": 1, "full_name": "Acme/App", "fork": true})
}

pub(super) fn theirs() -> Value {
    json!({"id": 2, "full_name": "mona/app"})
}

pub(super) fn opened(head_repo: &Value) -> Scene {
    Scene::new("pull_request", "refs/pull/12/merge")
        .payload(json!({"action": "opened", "number": 12, "pull_request": pull(head_repo)}))
}
