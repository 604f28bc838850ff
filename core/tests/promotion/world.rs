//! Registries that copy, and fail as a test tells them.

use std::collections::{BTreeMap, VecDeque};

use buildonce_core::build::{BuildEvent, EventKind, Task};
use buildonce_core::facts::{self, Facts, HostFacts, RegistryTags};
use buildonce_core::policy::Policy;
use buildonce_core::promotion::{PromotionRequest, PromotionStep, PromotionStepKind, next};
use buildonce_core::reference::Digest;
use buildonce_core::selection::exchange::{ProbeKind, ProbeRecord, SightingRecord};
use buildonce_core::selection::{Accept, Cause, Proof, Sighting};

/// Where the image is.
pub(crate) const APP: &str = "a.example/app";

/// What happens to one try of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Luck {
    /// It does its work.
    Fine,
    /// It fails before it has done anything.
    Fails,
    /// It does its work, and the answer is lost.
    LostAnswer,
    /// Somebody else gives the name another image right after it.
    Overtaken,
}

/// Everything outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// Bodies by `name:tag` and `name@digest`.
    pub(crate) content: BTreeMap<String, String>,
    /// What happens to the next tries, by the start of the task's identifier; after those it is fine.
    pub(crate) luck: BTreeMap<String, VecDeque<Luck>>,
    /// Images that nobody may look at.
    pub(crate) denied: Vec<String>,
    /// What was done, a line each.
    pub(crate) log: Vec<String>,
    /// How often a task is tried before the retry policy says that it is enough.
    pub(crate) tries: usize,
}

pub(crate) fn body(mark: &str) -> String {
    format!(
        r#"{{"schemaVersion": 2, "config": {{"digest": "sha256:{}"}}, "layers": [], "mark": "{mark}"}}"#,
        "0".repeat(64)
    )
}

pub(crate) fn digest(mark: &str) -> String {
    Digest::of(body(mark).as_bytes()).to_string()
}

/// The image `tested`, to be given these names.
pub(crate) fn request(to: &[&str]) -> PromotionRequest {
    PromotionRequest {
        image: format!("{APP}@{}", digest("tested")),
        proof: Proof::Proven,
        to: to.iter().map(|&own| own.to_owned()).collect(),
        overwrite: false,
        dry_run: false,
    }
}

/// A run of a pull request, or of a release.
pub(crate) fn run_of(tag: Option<&str>) -> Facts {
    let sha = "abc1234abc1234abc1234abc1234abc1234abc12";
    let document = match tag {
        Some(tag) => format!(
            r#"{{"engine": "github-actions", "event": "tag", "event_name": "push", "repository": {{"path": "acme/app"}},
                "reference": {{"full": "refs/tags/{tag}", "name": "{tag}", "kind": "tag"}},
                "revisions": {{"built": "{sha}", "built_kind": "push", "head": "{sha}"}}}}"#
        ),
        None => format!(
            r#"{{"engine": "github-actions", "event": "push", "event_name": "push", "repository": {{"path": "acme/app"}},
                "reference": {{"full": "refs/heads/main", "name": "main", "kind": "branch"}},
                "revisions": {{"built": "{sha}", "built_kind": "push", "head": "{sha}"}}}}"#
        ),
    };
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

pub(crate) fn policy(tags: &str) -> Policy {
    Policy::parse(&format!("version: 1\nimages: [{APP}]\ntags: {tags}\n"), "buildonce.yaml").unwrap()
}

impl World {
    /// A registry with the image, and with other images under these tags.
    pub(crate) fn with(tags: &[(&str, &str)]) -> Self {
        let mut world = Self { tries: 3, ..Self::default() };
        world.put(APP, "pr-1-abc1234", "tested");
        for (reference, mark) in tags {
            let (image, tag) = reference.rsplit_once(':').unwrap_or((APP, reference));
            world.put(image, tag, mark);
        }
        world
    }

    pub(crate) fn put(&mut self, image: &str, tag: &str, mark: &str) {
        self.content.insert(format!("{image}@{}", digest(mark)), body(mark));
        self.content.insert(format!("{image}:{tag}"), body(mark));
    }

    pub(crate) fn luck(mut self, task: &str, luck: &[Luck]) -> Self {
        self.luck.insert(task.to_owned(), luck.iter().copied().collect());
        self
    }

    /// What a name has: `tested`, another mark, or `-`.
    pub(crate) fn mark(&self, reference: &str) -> String {
        let body = self.content.get(reference);
        let mark = body.and_then(|body| body.rsplit('"').nth(1)).unwrap_or("-");
        mark.to_owned()
    }

    /// Steps until the end.
    pub(crate) fn run(&mut self, policy: &Policy, facts: &Facts, request: &PromotionRequest) -> PromotionStep {
        let mut events: Vec<BuildEvent> = Vec::new();
        for _ in 0..200 {
            let step = next(policy, facts, request, &events).unwrap();
            match step.kind {
                PromotionStepKind::Probe => {
                    assert!(!step.probes.is_empty());
                    for probe in step.probes {
                        let since = events.iter().rev().take_while(|event| event.kind != EventKind::Attempted);
                        let asked = since.filter_map(|event| event.probe.as_ref()).any(|own| *own == probe);
                        assert!(!asked, "asked twice: {probe:?}");
                        events.push(self.see(probe));
                    }
                }
                PromotionStepKind::Run => {
                    let task = step.task.unwrap();
                    let tried = events.iter().filter(|own| own.task.as_ref() == Some(&task.id)).count();
                    events.push(if tried < self.tries {
                        self.try_once(&task)
                    } else {
                        BuildEvent { task: Some(task.id), ..event(EventKind::GaveUp) }
                    });
                }
                _ => return step,
            }
        }
        panic!("no end: {:#?}", self.log)
    }

    fn see(&mut self, probe: ProbeRecord) -> BuildEvent {
        let image = probe.image.clone().unwrap_or_default();
        let key = format!("{image}:{}", probe.reference.clone().unwrap_or_default());
        let sighting = match probe.kind {
            _ if self.denied.contains(&image) => Some(Sighting::Unknown(Cause::Denied)),
            ProbeKind::Tags => {
                let own = format!("{image}:");
                let tags = self.content.keys().filter_map(|key| key.strip_prefix(&own)).map(str::to_owned).collect();
                self.log.push(format!("list {image}"));
                Some(Sighting::Tags(RegistryTags { tags, complete: true }))
            }
            _ => {
                self.log.push(format!("look {key}"));
                self.content.get(&key).map(|body| Sighting::Document { body: body.clone(), digest: None })
            }
        };
        let seen: SightingRecord = sighting.unwrap_or(Sighting::Absent(Accept::Complete)).into();
        BuildEvent { probe: Some(probe), seen: Some(seen), ..event(EventKind::Seen) }
    }

    fn try_once(&mut self, task: &Task) -> BuildEvent {
        let key = self.luck.keys().find(|key| task.id.starts_with(key.as_str())).cloned();
        let luck = key.and_then(|key| self.luck.get_mut(&key)?.pop_front()).unwrap_or(Luck::Fine);
        self.log.push(format!("{} ({luck:?})", task.id));
        if luck != Luck::Fails {
            let copy = task.copy.as_ref().unwrap();
            let source = format!("{}@{}", copy.image, copy.digest);
            let body = self.content.get(&source).unwrap_or_else(|| panic!("{source} is not there")).clone();
            let (name, _) = copy.target.split_once('@').or(copy.target.rsplit_once(':')).unwrap();
            self.content.insert(format!("{name}@{}", copy.digest), body.clone());
            self.content.insert(copy.target.clone(), body);
            if luck == Luck::Overtaken && !copy.target.contains('@') {
                self.content.insert(copy.target.clone(), self::body("overtaker"));
            }
        }
        let succeeded = matches!(luck, Luck::Fine | Luck::Overtaken);
        let cause = if succeeded { "" } else { "http-503" };
        BuildEvent { task: Some(task.id.clone()), succeeded, cause: cause.to_owned(), ..event(EventKind::Attempted) }
    }
}

fn event(kind: EventKind) -> BuildEvent {
    BuildEvent {
        kind,
        probe: None,
        seen: None,
        task: None,
        succeeded: false,
        cause: String::new(),
        duration_ms: 5,
        digest_file: None,
        written: None,
    }
}
