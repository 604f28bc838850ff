//! Registries and files, as far as the engine asks for them.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use buildonce::types::Severity;
use buildonce::types::retry::Settings;
use buildonce::types::selection::{Observation, Probe, ProbeKind, Sighting};
use buildonce::{Policy, Session};

use super::attempt::seed;
use super::handed::Handed;
use super::retry::seconds;
use super::terminal::Terminal;
use crate::problem::{Problem, finding};
use crate::registry::sighting::{absent, sighting, unknown};
use crate::registry::tries::Tries;
use crate::registry::{CONFIG, Document, Failure, Kind, Registry};
use crate::render::Sources;

/// Questions that are asked at once.
const AT_ONCE: usize = 4;

/// The world, as far as the engine asks for it.
pub(super) struct World {
    pub(super) registry: Registry,
    /// For questions to registries.
    pub(super) settings: Settings,
    pub(super) terminal: Terminal,
    /// Documents that cannot change: what a digest names, kept for the next look.
    pub(super) kept: HashMap<(String, String), Sighting>,
    /// What an earlier job left in files.
    pub(super) handed: Handed,
}

/// A question on its way.
struct Job {
    probe: Probe,
    tries: Tries,
    due: Instant,
}

impl World {
    /// Answers questions, some at once. One that fails is asked again as the engine says.
    pub(super) fn carry_out(
        &mut self,
        session: &mut Session,
        policy: Policy,
        probes: Vec<Probe>,
        seen: &mut Vec<Observation>,
        failures: &mut Vec<Failure>,
    ) -> Result<(), Problem> {
        let now = Instant::now();
        let job =
            |probe: Probe| Job { tries: Tries::new(&self.settings, probe.image.as_deref(), seed()), due: now, probe };
        let mut waiting: Vec<Job> = probes.into_iter().map(job).collect();
        while let Some(due) = waiting.iter().map(|job| job.due).min() {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let now = Instant::now();
            let (ready, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|job| job.due <= now);
            let mut ready = ready.into_iter();
            let batch: Vec<Job> = ready.by_ref().take(AT_ONCE).collect();
            waiting = ready.chain(later).collect();
            let answers = self.ask(&batch);
            for (mut job, answer) in batch.into_iter().zip(answers) {
                let failure = match answer {
                    Ok(sighting) => {
                        self.keep(&job.probe, &sighting);
                        seen.push(Observation { probe: job.probe, seen: sighting });
                        continue;
                    }
                    Err(failure) => failure,
                };
                // A file does not become another one by looking again.
                let again = match failure.kind {
                    Kind::File => None,
                    _ => job.tries.again(session, policy, failure.outcome(), failure.tail())?,
                };
                if let Some(pause) = again {
                    self.tell(&failure, pause);
                    waiting.push(Job { due: Instant::now() + pause, ..job });
                } else {
                    seen.push(Observation { probe: job.probe, seen: unknown(&failure) });
                    failures.push(failure);
                }
            }
        }
        Ok(())
    }

    /// Asks one question of each job.
    fn ask(&self, batch: &[Job]) -> Vec<Result<Sighting, Failure>> {
        if let [job] = batch {
            return vec![self.answer(&job.probe)];
        }
        thread::scope(|scope| {
            let threads: Vec<_> = batch.iter().map(|job| scope.spawn(|| self.answer(&job.probe))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    fn answer(&self, probe: &Probe) -> Result<Sighting, Failure> {
        let ask: fn(&Registry, &str, &str) -> Result<Document, Failure> = match probe.kind {
            ProbeKind::Receipt => return Ok(self.handed.receipt_seen()),
            ProbeKind::Archive => return self.handed.archive_seen(),
            ProbeKind::Tags => return self.registry.tags(probe.image.as_deref().unwrap_or_default()),
            ProbeKind::Manifest => Registry::manifest_as_sent,
            ProbeKind::Config => |registry, image, digest| registry.blob_as_sent(image, digest, CONFIG),
        };
        let (Some(image), Some(reference)) = (&probe.image, &probe.reference) else { return Ok(absent()) };
        match self.kept.get(&(image.clone(), reference.clone())) {
            Some(known) => Ok(known.clone()),
            None => sighting(ask(&self.registry, image, reference)),
        }
    }

    /// Remembers a document whose bytes are those of its digest, as those never change.
    fn keep(&mut self, probe: &Probe, sighting: &Sighting) {
        if let (Some(image), Some(reference), Some(body)) = (&probe.image, &probe.reference, &sighting.body)
            && crate::registry::sha256(body.as_bytes()) == *reference
        {
            self.kept.insert((image.clone(), reference.clone()), sighting.clone());
        }
    }

    fn tell(&self, failure: &Failure, pause: Duration) {
        let message = format!("{}; again in {}", failure.message, seconds(pause));
        self.terminal.note(&[finding(Severity::Note, "another-try", message)], &Sources::default());
    }
}
