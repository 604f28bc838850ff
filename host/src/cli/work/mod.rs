//! Carrying a decision out: the engine says what comes next, this does it and tells what happened. Builds and promotions go this way.

mod course;
mod progress;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use buildonce::types::build::{BuildEvent, BuildEventKind, ImageCopy, Task};
use buildonce::types::retry::{Operation, Outcome, Settings};
use buildonce::types::selection::{Observation, Probe, Request, Step};
use buildonce::{EngineError, Policy, Refusal, RunFacts, Session, record};
use tempfile::TempDir;

use super::Problem;
use super::attempt::{self, Runner};
use super::handed::Handed;
use super::look::{Question, Seen};
use super::planned::Planned;
use super::select::unanswered_once;
use super::world::World;
use crate::archive;
use crate::problem::cause;
use crate::registry::Registry;
use crate::registry::tries::{operation, settings};
use crate::render::Sources;
use course::{Course, Try};
pub(super) use progress::Progress;

/// What stands for the file in which a builder writes the image's digest.
const DIGEST_FILE: &str = "{{digest-file}}";

/// Largest file of that kind in bytes; buildx writes its provenance there, too.
const DIGEST_BYTES: u64 = 8 << 20;

/// What the engine says comes next.
pub(super) enum Next<T> {
    /// To look at these, in any order.
    Look(Vec<Probe>),
    /// To try this once, when the retry policy allows it.
    Try(Box<Task>),
    /// The end.
    End(T),
}

/// How the work ended.
pub(super) enum Ended<T> {
    /// With the engine's last step.
    Step(T),
    /// Somebody asked to stop; what a shell would end with.
    Interrupted(u8),
}

/// What the work is done with.
pub(super) struct Hands {
    pub(super) runner: Runner,
    pub(super) registry: Registry,
    pub(super) progress: Progress,
    /// Where chance in pauses comes from.
    pub(super) seed: u64,
    /// What an earlier job left, or the archive that the plan has.
    pub(super) handed: Handed,
}

/// Work on its way.
pub(super) struct Work<'a> {
    session: &'a mut Session,
    pub(super) policy: Policy,
    sources: &'a Sources,
    runner: Runner,
    world: World,
    progress: Progress,
    seed: u64,
    /// For the digest files.
    folder: TempDir,
    settings: HashMap<String, Settings>,
    courses: HashMap<String, Course>,
    events: Vec<BuildEvent>,
}

impl<'a> Work<'a> {
    pub(super) fn new(planned: &'a mut Planned, hands: Hands) -> Result<Self, Problem> {
        let Hands { runner, registry, progress, seed, handed } = hands;
        let folder = TempDir::with_prefix("buildonce-").map_err(|e| {
            Problem::world("no-temporary-folder", format!("cannot make a temporary folder: {}", cause(&e)))
        })?;
        let Planned { session, policy, sources, .. } = planned;
        let settings = settings(session, *policy, &[operation("inspect")], sources)?;
        let world = World { registry, settings, terminal: progress.terminal, kept: HashMap::new(), handed };
        Ok(Self {
            session,
            policy: *policy,
            sources,
            runner,
            world,
            progress,
            seed,
            folder,
            settings: HashMap::new(),
            courses: HashMap::new(),
            events: Vec::new(),
        })
    }

    /// Which image is meant. What nobody answered is told.
    pub(super) fn select(&mut self, facts: RunFacts, request: &Request) -> Result<Step, Problem> {
        let question =
            &mut Question { session: &mut *self.session, policy: self.policy, facts, request, sources: self.sources };
        let Seen { step, failures } = self.world.look(question)?;
        self.progress.terminal.note(&unanswered_once(&failures, &step), self.sources);
        Ok(step)
    }

    /// Until the engine has an answer.
    pub(super) fn run<T>(
        mut self,
        mut next: impl FnMut(&mut Session, &[BuildEvent]) -> Result<Result<Next<T>, Refusal>, EngineError>,
    ) -> Result<Ended<T>, Problem> {
        loop {
            let step = next(self.session, &self.events)?;
            match step.map_err(|findings| Problem::refused(findings, self.sources.clone()))? {
                Next::Look(probes) => {
                    // What was seen before the last try does not hold any more.
                    let (mut seen, mut failures) = (Vec::new(), Vec::new());
                    self.world.carry_out(self.session, self.policy, probes, &mut seen, &mut failures)?;
                    for Observation { probe, seen } in seen {
                        let seen = BuildEvent { probe: Some(probe), seen: Some(seen), ..event(BuildEventKind::Seen) };
                        self.events.push(seen);
                    }
                    for failure in &failures {
                        self.progress.caution(&failure.message);
                    }
                }
                Next::Try(task) => {
                    if let Some(code) = self.attempt(&task)? {
                        return Ok(Ended::Interrupted(code));
                    }
                }
                Next::End(answer) => {
                    self.progress.end();
                    return Ok(Ended::Step(answer));
                }
            }
        }
    }

    /// The limits of an operation.
    fn limits(&mut self, of: Operation) -> Result<Settings, Problem> {
        let word = record::word(&of);
        if let Some(settings) = self.settings.get(&word) {
            return Ok(*settings);
        }
        let settings = settings(self.session, self.policy, &[operation(&word)], self.sources)?;
        self.settings.insert(word, settings);
        Ok(settings)
    }

    /// One more try of a task, if the retry policy allows it; the exit code when somebody asked to stop.
    fn attempt(&mut self, task: &Task) -> Result<Option<u8>, Problem> {
        if !self.courses.contains_key(&task.id) {
            let settings = self.limits(task.operation)?;
            let course = Course::new(self.session, self.policy, settings, task.registry.clone(), self.seed)?;
            self.courses.insert(task.id.clone(), course);
        }
        let Some(mut course) = self.courses.remove(&task.id) else { return Ok(None) };
        let Some(Try { pause_ms, timeout, .. }) = course.next() else {
            self.events.push(BuildEvent { task: Some(task.id.clone()), ..event(BuildEventKind::GaveUp) });
            self.courses.insert(task.id.clone(), course);
            return Ok(None);
        };
        if let Some(interrupt) = self.runner.pause(pause_ms)? {
            return Ok(Some(attempt::interrupted(interrupt)));
        }
        self.progress.begin(task, course.number());
        clear(task)?;
        let (place, begin) = (self.folder.path().join("digest"), Instant::now());
        let (outcome, tail, failure) = if let Some(copy) = &task.copy {
            let (outcome, tail) = self.copy(copy);
            let failure = self.session.classify(&outcome, &tail)?;
            (outcome, tail, failure)
        } else {
            let words: Vec<OsString> = task.command.iter().map(|word| with_path(word, &place)).collect();
            let made = self.runner.run(self.session, &words, timeout)?;
            if matches!(made.outcome, Outcome::Cancelled) {
                clear(task)?;
                return Ok(Some(made.exit_code));
            }
            (made.outcome, made.tail, made.failure)
        };
        let digest_file = read_digest(&place)?;
        let succeeded = matches!(outcome, Outcome::Exited(0));
        course.add(self.session, self.policy, outcome, &failure, &tail, begin.elapsed())?;
        self.progress.tried(task, &course, &failure, begin.elapsed());
        if !succeeded {
            clear(task)?;
        }
        let written = match task.writes.as_deref().filter(|_| succeeded).map(Path::new) {
            Some(path) if path.exists() => {
                Some(archive::measure(path).map_err(|e| Problem::unreadable("the archive", path, &e))?)
            }
            _ => None,
        };
        self.events.push(BuildEvent {
            task: Some(task.id.clone()),
            succeeded,
            cause: if succeeded { String::new() } else { failure.cause },
            duration_ms: attempt::milliseconds(begin.elapsed()),
            digest_file,
            written,
            ..event(BuildEventKind::Attempted)
        });
        self.courses.insert(task.id.clone(), course);
        Ok(None)
    }

    /// Copies an image inside a registry or from one to another; what the engine is told of it.
    fn copy(&self, copy: &ImageCopy) -> (Outcome, String) {
        match self.world.registry.copy(&copy.image, &copy.digest, &copy.target) {
            Ok(()) => (Outcome::Exited(0), String::new()),
            Err(failure) => {
                self.progress.caution(&failure.message);
                (failure.outcome(), failure.tail().to_owned())
            }
        }
    }
}

/// Removes the file that a task writes: builders refuse to write over one, and half of one must not stay.
fn clear(task: &Task) -> Result<(), Problem> {
    let Some(path) = task.writes.as_deref().map(Path::new) else { return Ok(()) };
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Problem::world(
            "unremovable-archive",
            format!("cannot remove the old archive {}: {}", path.display(), cause(&e)),
        )),
    }
}

/// A word of a command with the digest file's path in it.
fn with_path(word: &str, place: &Path) -> OsString {
    let mut out = OsString::new();
    for (number, part) in word.split(DIGEST_FILE).enumerate() {
        if number > 0 {
            out.push(place);
        }
        out.push(part);
    }
    out
}

/// Reads the digest file, and removes it, so that the next task's is its own.
fn read_digest(place: &Path) -> Result<Option<String>, Problem> {
    match fs::metadata(place) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(known) if known.len() > DIGEST_BYTES => {
            let message = format!("the builder's file for the digest has {} bytes", known.len());
            return Err(Problem::world("digest-file-too-large", message));
        }
        _ => {}
    }
    let text = fs::read(place).map_err(|e| Problem::unreadable("the builder's file for the digest", place, &e))?;
    drop(fs::remove_file(place));
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

fn event(kind: BuildEventKind) -> BuildEvent {
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
