//! Hand-made values that use every field, for the tests of renderers and outputs.

use buildonce::types::{
    AcceptedRevision, ArchiveFormat, ArchiveMethod, ArchivePlan, BuildDecision, Builder, BuilderRun, Change,
    ChangeSide, Commit, Concurrency, ConditionTrace, Delivery, Diagnostic, Entry, EventKind, Facts, ForkStatus,
    ImagePlan, Lookup, PlannedImage, PlannedTag, Reason, Reference, ReferenceKind, Repository, RevisionKind, Revisions,
    RuleOutcome, RuleTrace, Run, Severity, Span, Unknown,
};

const HEAD: &str = "1111111111111111111111111111111111111111";
const MERGE: &str = "2222222222222222222222222222222222222222";

#[expect(clippy::unnecessary_wraps, reason = "for optional fields")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn reason(code: &str, message: &str) -> Reason {
    Reason { code: code.to_owned(), message: message.to_owned() }
}

fn side(branch: &str, sha: &str) -> ChangeSide {
    ChangeSide { branch: text(branch), sha: text(sha), repository: text("acme/app") }
}

/// A pull request on GitHub.
pub(crate) fn sample_facts() -> Facts {
    Facts {
        engine: "github-actions".to_owned(),
        event: EventKind::PullRequest,
        event_name: "pull_request".to_owned(),
        action: text("opened"),
        repository: Some(Repository {
            path: "acme/app".to_owned(),
            server_url: text("https://github.com"),
            default_branch: text("main"),
            registry_image: None,
        }),
        reference: Some(Reference {
            full: "refs/pull/12/merge".to_owned(),
            name: "12/merge".to_owned(),
            kind: ReferenceKind::Change,
        }),
        change: Some(Change {
            number: Some(12),
            title: text("Add a thing"),
            author: text("octo"),
            head: side("feature/x", HEAD),
            base: side("main", "3333333333333333333333333333333333333333"),
            fork: ForkStatus::SameRepository,
            draft: Some(false),
            merged: None,
        }),
        revisions: Revisions {
            built: text(MERGE),
            built_kind: Some(RevisionKind::Merge),
            head: text(HEAD),
            merge: text(MERGE),
            base: None,
            checkout: text(MERGE),
        },
        commit: Commit { subject: text("Add a thing"), timestamp: Some(1_714_564_800_000) },
        upstream: None,
        run: Run { id: text("99"), attempt: Some(2), url: None, workflow: text("CI"), job: None },
        actor: text("octo"),
        prerelease: None,
        dirty: Some(false),
        changed_files: Some(vec!["Dockerfile".to_owned(), "src/a.rs".to_owned()]),
        registry_tags: None,
        credentials: Some(vec!["ghcr.io".to_owned()]),
        builder: Some(Builder { name: "buildx".to_owned(), version: "0.14.1".to_owned() }),
        now: 1_714_568_400_000,
        unknowns: vec![Unknown {
            fact: "change.merged".to_owned(),
            reason: reason("not-told", "the payload does not say whether the pull request was merged"),
        }],
        notes: Vec::new(),
    }
}

/// A plan with two images, tags of every kind, an archive and a warning.
pub(crate) fn sample_plan() -> ImagePlan {
    let tag = |name: &str, rule: &str, primary, mutable| PlannedTag {
        name: name.to_owned(),
        rule: rule.to_owned(),
        primary,
        mutable,
    };
    ImagePlan {
        decision: BuildDecision {
            build: true,
            force_refresh: true,
            reasons: vec![
                reason("dockerfile-changed", "the Dockerfile changed"),
                reason("default", "nothing asks to skip"),
            ],
        },
        images: vec![
            PlannedImage {
                name: "ghcr.io/acme/app".to_owned(),
                registry: "ghcr.io".to_owned(),
                active: true,
                push: true,
                reasons: vec![reason("can-push", "the run can log in to ghcr.io")],
                references: vec!["ghcr.io/acme/app:pr-12-1111111".to_owned(), "ghcr.io/acme/app:pr-12".to_owned()],
            },
            PlannedImage {
                name: "docker.io/acme/app".to_owned(),
                registry: "docker.io".to_owned(),
                active: false,
                push: false,
                reasons: vec![reason("event-not-listed", "the policy uses it for push and tag only")],
                references: Vec::new(),
            },
        ],
        tags: vec![tag("pr-12-1111111", "tags[0]", true, false), tag("pr-12", "tags[1]", false, true)],
        primary: text("ghcr.io/acme/app:pr-12-1111111"),
        version: text("pr-12-1111111"),
        labels: vec![
            Entry { key: "org.opencontainers.image.revision".to_owned(), value: MERGE.to_owned() },
            Entry { key: "org.opencontainers.image.description".to_owned(), value: "one\ntwo=2".to_owned() },
        ],
        annotations: vec![Entry {
            key: "org.opencontainers.image.version".to_owned(),
            value: "pr-12-1111111".to_owned(),
        }],
        build_args: vec![Entry { key: "VERSION".to_owned(), value: "pr-12-1111111".to_owned() }],
        builder: vec!["buildx".to_owned()],
        runs: vec![BuilderRun {
            references: vec!["ghcr.io/acme/app:pr-12-1111111".to_owned()],
            annotations: vec!["org.opencontainers.image.version=pr-12-1111111".to_owned()],
            outputs: vec!["type=registry".to_owned()],
            arguments: ["--tag=ghcr.io/acme/app:pr-12-1111111", "--output=type=registry"].map(str::to_owned).to_vec(),
            command: ["docker", "buildx", "build", "{{args}}"].map(str::to_owned).to_vec(),
        }],
        delivery: Delivery {
            platforms: vec!["linux/amd64".to_owned()],
            push: true,
            load: false,
            archive: Some(ArchivePlan {
                path: "image.tar".to_owned(),
                format: ArchiveFormat::DockerArchive,
                method: ArchiveMethod::BuilderExport,
                reference: "ghcr.io/acme/app:pr-12-1111111".to_owned(),
            }),
            reasons: vec![reason("one-platform", "pull requests build one platform")],
        },
        rules: sample_rules(),
        lookup: Lookup {
            references: vec!["ghcr.io/acme/app:pr-12-1111111".to_owned()],
            accepted: vec![AcceptedRevision {
                label: "org.opencontainers.image.revision".to_owned(),
                revision: MERGE.to_owned(),
            }],
            platforms: vec!["linux/amd64".to_owned()],
        },
        concurrency: Concurrency {
            group: "acme/app-pr-12".to_owned(),
            cancel_in_progress: true,
            reason: reason("newer-wins", "only the newest commit of a pull request matters"),
        },
        warnings: vec![Diagnostic {
            severity: Severity::Warning,
            code: "mutable-tag".to_owned(),
            message: "`pr-12` moves, 100%".to_owned(),
            file: text("buildonce.yaml"),
            span: Some(Span { start: 0, end: 4, line: 1, column: 1 }),
            label: None,
            help: text("leave it out"),
        }],
    }
}

fn sample_rules() -> Vec<RuleOutcome> {
    sample_traces().into_iter().map(|trace| trace.outcome).collect()
}

/// What made of the rules what they are in the plan.
pub(crate) fn sample_traces() -> Vec<RuleTrace> {
    let condition = |name: &str, expected: &str, actual: &str, met| ConditionTrace {
        name: name.to_owned(),
        expected: expected.to_owned(),
        actual: text(actual),
        met,
    };
    vec![
        RuleTrace {
            outcome: RuleOutcome {
                rule: "tags[0]".to_owned(),
                span: None,
                fired: true,
                reason: reason("fired", "event is pull-request"),
                tags: vec!["pr-12-1111111".to_owned()],
            },
            conditions: vec![condition("event", "pull-request", "pull-request", true)],
            values: vec![
                Entry { key: "pr".to_owned(), value: "12".to_owned() },
                Entry { key: "sha".to_owned(), value: "1111111".to_owned() },
            ],
        },
        RuleTrace {
            outcome: RuleOutcome {
                rule: "tags[2]".to_owned(),
                span: None,
                fired: false,
                reason: reason("condition-unmet", "`event` asks for push, but the run has pull-request"),
                tags: Vec::new(),
            },
            conditions: vec![condition("event", "push", "pull-request", false)],
            values: Vec::new(),
        },
    ]
}

/// A plan that builds nothing.
pub(crate) fn sample_skip() -> ImagePlan {
    let mut plan = sample_plan();
    plan.decision = BuildDecision {
        build: false,
        force_refresh: false,
        reasons: vec![reason("bot", "runs of renovate[bot] build nothing")],
    };
    plan.images.clear();
    plan.tags.clear();
    (plan.primary, plan.version) = (None, None);
    plan.labels.clear();
    plan.annotations.clear();
    plan.build_args.clear();
    plan.delivery = Delivery { platforms: Vec::new(), push: false, load: false, archive: None, reasons: Vec::new() };
    plan.lookup = Lookup { references: Vec::new(), accepted: Vec::new(), platforms: Vec::new() };
    plan.rules.clear();
    plan.warnings.clear();
    plan
}
