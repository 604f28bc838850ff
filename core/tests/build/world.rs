//! A builder and registries that do what a step says, and fail as a test tells them.

use std::collections::{BTreeMap, VecDeque};

use buildonce_core::build::{
    BuildEvent, BuildRequest, BuildStep, BuildStepKind, DIGEST_FILE, EventKind, Task, WrittenFile, next,
};
use buildonce_core::facts::{self, Facts, HostFacts, RegistryTags};
use buildonce_core::policy::Policy;
use buildonce_core::receipt::{self, Receipt};
use buildonce_core::reference::Digest;
use buildonce_core::selection::exchange::{ProbeKind, ProbeRecord, SightingRecord};
use buildonce_core::selection::{Accept, ArchiveImage, ArchiveSeen, Cause, Sighting};

/// The commit of every run here.
pub(crate) const SHA: &str = "abc1234abc1234abc1234abc1234abc1234abc12";

/// What happens to one try of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Luck {
    /// It does its work.
    Fine,
    /// It fails before it has done anything.
    Fails,
    /// It does its work, and the answer is lost.
    LostAnswer,
    /// It does its work and names another digest.
    Lies,
    /// It does its work and writes no digest.
    Silent,
    /// It fails, and another try would, too.
    Hopeless,
}

/// Everything outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// Bodies by `name:tag`, `name@digest` of manifests and configs.
    pub(crate) content: BTreeMap<String, String>,
    /// What happens to the next tries, by the start of the task's identifier.
    pub(crate) luck: BTreeMap<String, VecDeque<Luck>>,
    /// Labels that the builder forgets.
    pub(crate) forgets: Vec<String>,
    /// Images that nobody may look at.
    pub(crate) denied: Vec<String>,
    /// Whether the archive was written.
    pub(crate) archive: Option<ArchiveSeen>,
    /// What the world did, a line each.
    pub(crate) log: Vec<String>,
    /// Distinguishes images of one commit that were built twice.
    pub(crate) salt: u32,
}

/// How it ended.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) step: BuildStep,
    pub(crate) events: Vec<BuildEvent>,
}

impl End {
    /// The receipt that was written.
    pub(crate) fn receipt(&self) -> Receipt {
        let text = self.step.receipt.as_deref().unwrap_or_else(|| panic!("{:?}", self.step.reason));
        receipt::read(text, "buildonce-receipt.json").unwrap()
    }
}

pub(crate) fn facts(document: &str) -> Facts {
    let document = document.replace("SHA", SHA);
    let host = HostFacts {
        now: 1_769_854_500_000,
        git: None,
        credentials: None,
        builder: None,
        changed_files: None,
        registry_tags: None,
    };
    facts::parse(&document, "facts.json", &host).unwrap()
}

/// A push to `main` with credentials for these registries.
pub(crate) fn push(credentials: &[&str]) -> Facts {
    facts(&format!(
        r#"{{"engine": "github-actions", "event": "push", "event_name": "push", "credentials": {credentials:?},
            "repository": {{"path": "acme/app"}}, "builder": {{"name": "buildx", "version": "0.29.1"}},
            "reference": {{"full": "refs/heads/main", "name": "main", "kind": "branch"}}, "dirty": false,
            "revisions": {{"built": "SHA", "built_kind": "push", "head": "SHA"}}, "run": {{"id": "7", "attempt": 1}}}}"#
    ))
}

pub(crate) fn policy(source: &str) -> Policy {
    Policy::parse(source, "buildonce.yaml").unwrap()
}

impl World {
    pub(crate) fn with_luck(task: &str, luck: &[Luck]) -> Self {
        Self { luck: BTreeMap::from([(task.to_owned(), luck.iter().copied().collect())]), ..Self::default() }
    }

    /// Steps until the end.
    pub(crate) fn run(&mut self, policy: &Policy, facts: &Facts, request: &BuildRequest) -> End {
        let mut events = Vec::new();
        for _ in 0..200 {
            let step = next(policy, facts, request, &events).unwrap();
            match step.kind {
                BuildStepKind::Probe => {
                    assert!(!step.probes.is_empty());
                    for probe in step.probes {
                        assert!(!seen_since_last_try(&events, &probe), "asked twice: {probe:?}");
                        events.push(self.see(probe));
                    }
                }
                BuildStepKind::Run => events.extend(self.try_once(facts, policy, &step.task.unwrap())),
                _ => return End { step, events },
            }
        }
        panic!("no end: {:#?}", self.log)
    }

    pub(crate) fn see(&mut self, probe: ProbeRecord) -> BuildEvent {
        let image = probe.image.clone().unwrap_or_default();
        let reference = probe.reference.clone().unwrap_or_default();
        let key = if reference.starts_with("sha256:") {
            format!("{image}@{reference}")
        } else {
            format!("{image}:{reference}")
        };
        let sighting = match probe.kind {
            ProbeKind::Archive => self.archive.clone().map(Sighting::Archive),
            _ if self.denied.contains(&image) => Some(Sighting::Unknown(Cause::Denied)),
            ProbeKind::Tags => {
                let own = format!("{image}:");
                let tags = self.content.keys().filter_map(|key| key.strip_prefix(&own)).map(str::to_owned).collect();
                Some(Sighting::Tags(RegistryTags { tags, complete: true }))
            }
            _ => self.content.get(&key).map(|body| Sighting::Document {
                body: body.clone(),
                digest: Some(Digest::of(body.as_bytes()).to_string()),
            }),
        };
        let seen: SightingRecord = sighting.unwrap_or(Sighting::Absent(Accept::Complete)).into();
        self.log.push(format!("look {key}"));
        BuildEvent { probe: Some(probe), seen: Some(seen), ..event(EventKind::Seen) }
    }

    fn try_once(&mut self, facts: &Facts, policy: &Policy, task: &Task) -> Vec<BuildEvent> {
        let key = self.luck.keys().find(|key| task.id.starts_with(key.as_str())).cloned();
        let luck = key.and_then(|key| self.luck.get_mut(&key)?.pop_front()).unwrap_or(Luck::Fine);
        self.log.push(format!("{} ({luck:?})", task.id));
        let plan = buildonce_core::tagging::plan(policy, facts).unwrap();
        let mut attempt = BuildEvent { task: Some(task.id.clone()), duration_ms: 5, ..event(EventKind::Attempted) };
        if luck == Luck::Hopeless {
            let attempt = BuildEvent { cause: "dockerfile-syntax".to_owned(), ..attempt };
            return vec![attempt, BuildEvent { task: Some(task.id.clone()), ..event(EventKind::GaveUp) }];
        }
        if luck != Luck::Fails {
            let digest = self.work(&plan, task);
            let told = if luck == Luck::Lies { Digest::of(b"another").to_string() } else { digest };
            let asked = task.command.iter().any(|word| word.contains(DIGEST_FILE));
            attempt.digest_file = (asked && luck != Luck::Silent && luck != Luck::LostAnswer).then_some(told);
            attempt.written = task.writes.as_ref().map(|_| WrittenFile { sha256: "00".repeat(32), size: 3 });
        }
        attempt.succeeded = matches!(luck, Luck::Fine | Luck::Lies | Luck::Silent);
        attempt.cause = if attempt.succeeded { String::new() } else { "http-503".to_owned() };
        vec![attempt]
    }

    /// Carries a task out, and tells the digest of what it made.
    fn work(&mut self, plan: &buildonce_core::tagging::ImagePlan, task: &Task) -> String {
        if let Some(copy) = &task.copy {
            let prefix = format!("{}@", copy.image);
            let (name, _) = copy.target.rsplit_once(':').unwrap();
            let parts: Vec<_> = self
                .content
                .iter()
                .filter(|(key, _)| key.starts_with(&prefix))
                .map(|(k, b)| (k.clone(), b.clone()))
                .collect();
            for (key, body) in parts {
                self.content.insert(key.replacen(&prefix, &format!("{name}@"), 1), body);
            }
            let body = self.content[&format!("{prefix}{}", copy.digest)].clone();
            self.content.insert(copy.target.clone(), body);
            return copy.digest.clone();
        }
        let (content, digest, archive) = self.image(plan);
        if task.writes.is_some() {
            self.archive = Some(archive);
        }
        let own_store = matches!(plan.builder.as_slice(), [name] if name == "buildah");
        let targets: Vec<_> = plan
            .images
            .iter()
            .filter(|image| image.push)
            .filter(|image| if own_store { task.id == format!("push {}", image.name) } else { task.id == "build" })
            .collect();
        for image in targets {
            let names = if own_store { 1 } else { image.references.len() };
            for (own, body) in &content {
                self.content.insert(format!("{}@{own}", image.name), body.clone());
            }
            for reference in image.references.iter().take(names) {
                self.content.insert(reference.clone(), content[&digest].clone());
            }
        }
        digest
    }

    /// The documents of the planned image, by their digests.
    fn image(&self, plan: &buildonce_core::tagging::ImagePlan) -> (BTreeMap<String, String>, String, ArchiveSeen) {
        let mut content = BTreeMap::new();
        let mut children = Vec::new();
        let mut images = Vec::new();
        let labels = plan.labels.iter().filter(|label| !self.forgets.contains(&label.key));
        let labels: BTreeMap<_, _> = labels.map(|label| (label.key.clone(), label.value.clone())).collect();
        let mut put = |body: String| {
            let digest = Digest::of(body.as_bytes()).to_string();
            content.insert(digest.clone(), body);
            digest
        };
        for platform in &plan.delivery.platforms {
            let (os, architecture) = platform.split_once('/').unwrap();
            let config = serde_json::json!({"os": os, "architecture": architecture, "salt": self.salt, "config": {"Labels": labels}});
            let config = config.to_string();
            images.push(ArchiveImage { references: vec!["app:x".to_owned()], config: config.clone(), digest: None });
            let digest = put(config);
            let manifest = serde_json::json!({"schemaVersion": 2, "config": {"digest": digest}, "layers": []});
            children.push(serde_json::json!({"digest": put(manifest.to_string()), "platform": {"os": os, "architecture": architecture}}));
        }
        let top = if children.len() == 1 {
            children[0]["digest"].as_str().unwrap().to_owned()
        } else {
            put(serde_json::json!({"schemaVersion": 2, "manifests": children}).to_string())
        };
        (content, top, ArchiveSeen { path: "image.tar".to_owned(), images, ..ArchiveSeen::default() })
    }
}

fn seen_since_last_try(events: &[BuildEvent], probe: &ProbeRecord) -> bool {
    let since = events.iter().rev().take_while(|event| event.kind != EventKind::Attempted);
    since.filter_map(|event| event.probe.as_ref()).any(|own| own == probe)
}

fn event(kind: EventKind) -> BuildEvent {
    BuildEvent {
        kind,
        probe: None,
        seen: None,
        task: None,
        succeeded: false,
        cause: String::new(),
        duration_ms: 0,
        digest_file: None,
        written: None,
    }
}
