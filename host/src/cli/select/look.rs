//! Looking at the world for the engine: it asks, this answers, until it has decided.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use buildonce::types::retry::Settings;
use buildonce::types::selection::{Observation, Probe, ProbeKind, Request, Sighting, Step, StepKind};
use buildonce::types::{Facts, Severity};
use buildonce::{EngineError, Policy, Session};

use crate::cli::attempt::seed;
use crate::cli::retry::seconds;
use crate::cli::terminal::Terminal;
use crate::problem::{Problem, finding};
use crate::registry::sighting::{absent, sighting, unknown};
use crate::registry::tries::Tries;
use crate::registry::{CONFIG, Failure, Registry};
use crate::render::Sources;

/// Questions that are asked at once.
const AT_ONCE: usize = 4;

/// What the engine decides with.
pub(super) struct Question<'a> {
    pub(super) session: &'a mut Session,
    pub(super) policy: Policy,
    pub(super) facts: &'a Facts,
    pub(super) request: &'a Request,
    /// For messages.
    pub(super) sources: &'a Sources,
}

impl Question<'_> {
    /// The next step.
    pub(super) fn step(&mut self, seen: &[Observation]) -> Result<Step, Problem> {
        let step = self.session.select(self.policy, self.facts, self.request, seen)?;
        step.map_err(|findings| Problem::refused(findings, self.sources.clone()))
    }
}

/// The world, as far as the engine asks for it.
pub(super) struct World {
    pub(super) registry: Registry,
    /// For questions to registries.
    pub(super) settings: Settings,
    pub(super) terminal: Terminal,
    /// Documents that cannot change: what a digest names, kept for the next look.
    pub(super) kept: HashMap<(String, String), Sighting>,
}

/// What looking led to.
pub(super) struct Seen {
    /// The last step, which is an answer.
    pub(super) step: Step,
    /// Questions that nobody answered, and why.
    pub(super) failures: Vec<Failure>,
}

/// A question on its way.
struct Job {
    probe: Probe,
    tries: Tries,
    due: Instant,
}

impl World {
    /// Answers what the engine asks, until it has decided.
    pub(super) fn look(&mut self, question: &mut Question<'_>) -> Result<Seen, Problem> {
        let mut seen: Vec<Observation> = Vec::new();
        let mut failures = Vec::new();
        loop {
            let step = question.step(&seen)?;
            if step.kind != StepKind::Probe {
                return Ok(Seen { step, failures });
            }
            if step.probes.iter().all(|probe| seen.iter().any(|own| same(&own.probe, probe))) {
                return Err(EngineError::Invalid("it asks again for what it has been told".to_owned()).into());
            }
            self.carry_out(question, step.probes, &mut seen, &mut failures)?;
        }
    }

    /// Answers questions, some at once. One that fails is asked again as the engine says.
    fn carry_out(
        &mut self,
        question: &mut Question<'_>,
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
                let again = job.tries.again(question.session, question.policy, failure.outcome(), failure.tail())?;
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
        let (Some(image), Some(reference)) = (&probe.image, &probe.reference) else { return Ok(absent()) };
        if let Some(known) = self.kept.get(&(image.clone(), reference.clone())) {
            return Ok(known.clone());
        }
        match probe.kind {
            ProbeKind::Manifest => sighting(self.registry.manifest_as_sent(image, reference)),
            ProbeKind::Config => sighting(self.registry.blob_as_sent(image, reference, CONFIG)),
            ProbeKind::Receipt | ProbeKind::Archive => Ok(absent()),
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

fn same(a: &Probe, b: &Probe) -> bool {
    (a.kind, &a.image, &a.reference) == (b.kind, &b.image, &b.reference)
}
