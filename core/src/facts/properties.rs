//! Whatever comes in, the answer is facts or diagnostics.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{Facts, GitFacts, HostFacts, Reference, detect, parse, variables};
use crate::diagnostic::{Diagnostics, Severity};

const EVENTS: &[&str] = &[
    "push",
    "pull_request",
    "pull_request_target",
    "merge_group",
    "workflow_run",
    "workflow_dispatch",
    "repository_dispatch",
    "schedule",
    "release",
    "create",
    "delete",
    "pull_request_review",
    "merge_request_event",
    "external_pull_request_event",
    "web",
];

/// Texts that mean something somewhere, and some that mean nothing.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(EVENTS).prop_map(str::to_owned),
        4 => prop::sample::select(vec![
            "", "true", "false", "0", "1", "main", "refs/heads/main", "refs/tags/v1.2.3", "refs/pull/2/merge", "acme/app",
            "acme/other", "branch", "tag", "merge_train", "merged_result", "detached", "2026-01-31T12:00:00Z",
            "https://github.com", "0000000000000000000000000000000000000000", "5779607b49aab1200488439f02372c57b4f75444",
            "3484A3FB816E0859FD6E1CEA078D76385FF50625", "gh-readonly-queue/main/pr-7-5779607b49aab1200488439f02372c57b4f75444",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Any JSON, mostly with keys that are looked for.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..5u64).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let keys = vec![
        "action",
        "after",
        "deleted",
        "head_commit",
        "id",
        "message",
        "timestamp",
        "merge_group",
        "base_ref",
        "base_sha",
        "head_ref",
        "number",
        "pull_request",
        "pull_requests",
        "base",
        "head",
        "repo",
        "full_name",
        "ref",
        "sha",
        "ref_type",
        "release",
        "tag_name",
        "prerelease",
        "repository",
        "default_branch",
        "workflow_run",
        "event",
        "head_branch",
        "head_repository",
        "head_sha",
        "run_attempt",
        "user",
        "login",
        "other",
    ];
    leaf.prop_recursive(5, 80, 8, move |inner| {
        let key = prop::sample::select(keys.clone()).prop_map(str::to_owned);
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            5 => prop::collection::vec((key, inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn git() -> impl Strategy<Value = GitFacts> {
    let texts =
        (prop::option::of(text()), prop::option::of(text()), prop::option::of(text()), prop::option::of(text()));
    let lists = || prop::collection::vec(text(), 0..3);
    let lists = (lists(), prop::option::of(lists()));
    (texts, lists, any::<bool>(), prop::option::of(any::<i64>())).prop_map(
        |((head, branch, remote_url, directory), (tags, references), dirty, timestamp)| GitFacts {
            head,
            branch,
            tags,
            references,
            default_branch: remote_url.clone(),
            subject: directory.clone(),
            remote_url,
            dirty,
            timestamp,
            directory,
        },
    )
}

fn host() -> impl Strategy<Value = HostFacts> {
    (any::<i64>(), prop::option::of(git())).prop_map(|(now, git)| HostFacts {
        now,
        git,
        credentials: None,
        builder: None,
        changed_files: None,
        registry_tags: None,
    })
}

/// A run of one engine with most variables set, to anything.
fn env() -> impl Strategy<Value = Vec<(String, String)>> {
    let marker = prop::sample::select(vec!["GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "NONE"]);
    let names = prop::sample::subsequence(variables(), 0..=variables().len());
    let fixed = (prop::sample::select(EVENTS), prop::sample::select(EVENTS));
    (marker, names, prop::collection::vec(text(), 120), fixed, any::<bool>()).prop_map(
        |(marker, names, values, (github, gitlab), sane)| {
            let ours = |name: &&str| {
                marker == "NONE" || name.starts_with(if marker == "GITLAB_CI" { "CI_" } else { "GITHUB_" })
            };
            let mut env = vec![(marker.to_owned(), "true".to_owned())];
            if sane {
                let sha = "5779607b49aab1200488439f02372c57b4f75444";
                for (name, value) in [
                    ("GITHUB_EVENT_NAME", github),
                    ("GITHUB_SHA", sha),
                    ("GITHUB_REPOSITORY", "acme/app"),
                    ("CI_PIPELINE_SOURCE", gitlab),
                    ("CI_COMMIT_SHA", sha),
                    ("CI_PROJECT_PATH", "acme/app"),
                ] {
                    env.push((name.to_owned(), value.to_owned()));
                }
            }
            env.extend(names.into_iter().filter(ours).map(str::to_owned).zip(values));
            env
        },
    )
}

/// What holds of every answer.
fn sound(answer: &Result<Facts, Diagnostics>) {
    match answer {
        Err(errors) => assert!(errors.iter().any(|d| d.severity == Severity::Error), "{errors:?}"),
        Ok(facts) => {
            assert!(facts.notes.iter().all(|d| d.severity != Severity::Error), "{facts:?}");
            let revisions = &facts.revisions;
            for sha in [&revisions.built, &revisions.head, &revisions.merge, &revisions.base, &revisions.checkout] {
                let good = |sha: &String| {
                    matches!(sha.len(), 40 | 64) && sha.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
                };
                assert!(sha.as_ref().is_none_or(good), "{sha:?}");
            }
            assert_eq!(revisions.built.is_some(), revisions.built_kind.is_some(), "{revisions:?}");
            if let Some(reference) = &facts.reference {
                assert_eq!(&Reference::parse(&reference.full), reference);
                assert!(!reference.name.chars().any(char::is_control));
            }
        }
    }
}

proptest! {
    #[test]
    fn detect_answers_any_run(env in env(), payload in prop::option::of(json()), host in host()) {
        let payload = payload.map(|value| value.to_string());
        let answer = detect(&env, payload.as_deref(), &host);
        sound(&answer);
        prop_assert_eq!(&answer, &detect(&env, payload.as_deref(), &host));
        if let Ok(facts) = answer {
            let document = serde_json::to_string(&facts).unwrap();
            prop_assert_eq!(parse(&document, "facts.json", &host).map(|read| Facts { notes: facts.notes.clone(), ..read }), Ok(facts));
        }
    }

    #[test]
    fn detect_answers_any_text(env in prop::collection::vec((text(), text()), 0..4), payload in ".*", host in host()) {
        sound(&detect(&env, Some(&payload), &host));
        let github = [("GITHUB_ACTIONS", "1"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REPOSITORY", "a/b")];
        let mut env: Vec<_> = github.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        env.push(("GITHUB_SHA".to_owned(), payload.clone()));
        sound(&detect(&env, Some(&payload), &host));
    }

    #[test]
    fn parse_answers_any_text(document in prop_oneof![".*".boxed(), json().prop_map(|v| v.to_string()).boxed()], host in host()) {
        let answer = parse(&document, "facts.json", &host);
        if let Err(errors) = answer {
            for span in errors.iter().filter_map(|d| d.span) {
                prop_assert!(document.get(span.start as usize..span.end as usize).is_some(), "{:?}", span);
            }
        }
    }
}
