//! What comes next in a build.

use super::commands::{Commands, Style};
use super::look::{Look, Sight, reusable, split};
use super::model::{
    BuildEvent, BuildRequest, BuildStep, BuildStepKind, EventKind, Happened, Landing, Task, WrittenFile,
};
use super::progress::Progress;
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::policy::Policy;
use crate::receipt::{self, Receipt, ReceiptAttempt};
use crate::reference::Digest;
use crate::selection::Observation;
use crate::selection::exchange::{self, ObservationRecord, ProbeRecord};
use crate::tagging::{self, ImagePlan, PlannedImage};
use crate::{Diagnostic, Reason, limits};

/// Says what comes next, from everything that happened so far, in order.
///
/// An error means that policy, facts or events cannot be used at all; a build that fails is a step.
pub fn next(
    policy: &Policy,
    facts: &Facts,
    request: &BuildRequest,
    events: &[BuildEvent],
) -> Result<BuildStep, Diagnostics> {
    let plan = tagging::plan(policy, facts)?;
    let happened = events.iter().enumerate().map(|(number, event)| happened(number, event));
    let happened = happened.collect::<Result<Vec<_>, _>>().map_err(|error| vec![*error])?;
    if events.len() > limits::BUILD_EVENTS {
        let message = format!("the build has {} events, and at most {} are read", events.len(), limits::BUILD_EVENTS);
        return Err(vec![Diagnostic::error("too-many-events", message)]);
    }
    let attempts = events.iter().filter(|event| event.kind == EventKind::Attempted).map(attempt).collect();
    let build = Build { plan: &plan, facts, request, events: &happened, commands: Commands { plan: &plan, request } };
    Ok(build.run(attempts))
}

fn attempt(event: &BuildEvent) -> ReceiptAttempt {
    ReceiptAttempt {
        task: event.task.clone().unwrap_or_default(),
        succeeded: event.succeeded,
        cause: event.cause.clone(),
        duration_ms: event.duration_ms,
    }
}

fn happened(number: usize, event: &BuildEvent) -> Result<Happened, Box<Diagnostic>> {
    let lacks = |part: &str, needs: &str| {
        let message = format!("events[{number}].{part} needs {needs}");
        Box::new(Diagnostic::error("invalid-event", message).help("an event has what its kind says"))
    };
    let task = || event.task.clone().ok_or_else(|| lacks("task", "the identifier of the task"));
    Ok(match event.kind {
        EventKind::Seen => {
            let pair = event.probe.clone().zip(event.seen.clone());
            let (probe, seen) = pair.ok_or_else(|| lacks("seen", "`probe` and `seen`"))?;
            let observation = exchange::observation(ObservationRecord { probe, seen });
            Happened::Seen(observation.map_err(|(part, needs)| lacks(part, needs))?)
        }
        EventKind::Attempted => Happened::Attempted {
            task: task()?,
            succeeded: event.succeeded,
            digest_file: event.digest_file.clone(),
            written: event.written.clone(),
        },
        EventKind::GaveUp => Happened::GaveUp { task: task()? },
    })
}

pub(super) struct Build<'a> {
    pub(super) plan: &'a ImagePlan,
    pub(super) facts: &'a Facts,
    pub(super) request: &'a BuildRequest,
    pub(super) events: &'a [Happened],
    pub(super) commands: Commands<'a>,
}

/// What is known of the image once everything is pushed.
pub(super) struct Pushed {
    pub(super) digest: Option<Digest>,
    pub(super) reused: bool,
    pub(super) failed: Vec<Reason>,
    pub(super) archive: Option<WrittenFile>,
}

/// `Err` is a step that must be done first.
pub(super) type Next<T> = Result<T, Box<Step>>;

/// What comes next.
pub(super) enum Step {
    /// To look at these.
    Ask(Vec<ProbeRecord>),
    /// To try this once.
    Run(Task),
    /// The end without a receipt.
    Fail(Reason, Vec<Landing>),
    /// The end with one.
    Done(Box<Receipt>, Vec<Landing>),
}

impl<'a> Build<'a> {
    fn run(&self, attempts: Vec<ReceiptAttempt>) -> BuildStep {
        if !self.plan.decision.build {
            let reason = self.plan.decision.reasons.first().cloned();
            return BuildStep { reason, ..BuildStep::of(BuildStepKind::Skip) };
        }
        match *self.steps() {
            Step::Ask(probes) => BuildStep { probes, ..BuildStep::of(BuildStepKind::Probe) },
            Step::Run(task) => BuildStep { task: Some(task), ..BuildStep::of(BuildStepKind::Run) },
            Step::Fail(reason, landings) => {
                BuildStep { reason: Some(reason), landings, attempts, ..BuildStep::of(BuildStepKind::Fail) }
            }
            Step::Done(mut receipt, landings) => {
                receipt.attempts = attempts;
                BuildStep { receipt: Some(receipt::write(&receipt)), landings, ..BuildStep::of(BuildStepKind::Done) }
            }
        }
    }

    fn steps(&self) -> Box<Step> {
        self.all().unwrap_or_else(|step| step)
    }

    /// All of it. `Err` is a step that comes before the end.
    fn all(&self) -> Next<Box<Step>> {
        let mut state = Pushed { digest: None, reused: false, failed: Vec::new(), archive: None };
        if let Some((image, digest)) = self.origin()? {
            state.reused = true;
            self.complete(&image, &digest, &mut state)?;
            state.digest = Some(digest);
        } else {
            self.build(&mut state)?;
            self.push(&mut state)?;
            self.archive(&mut state)?;
        }
        self.conclude(&state)
    }

    pub(super) fn targets(&self) -> impl Iterator<Item = &'a PlannedImage> {
        self.plan.images.iter().filter(|image| image.push)
    }

    /// What was seen before anything was done.
    pub(super) fn before(&self) -> Vec<Observation> {
        let first = self.events.iter().position(|event| !matches!(event, Happened::Seen(_)));
        self.observations(0, first.unwrap_or(self.events.len()))
    }

    /// What was seen since the last try of anything.
    pub(super) fn since(&self) -> Vec<Observation> {
        let last = self.events.iter().rposition(|event| matches!(event, Happened::Attempted { .. }));
        self.observations(last.map_or(0, |last| last + 1), self.events.len())
    }

    /// What was seen between the last try of a task and the next try of any, and whether there was such a next one.
    pub(super) fn after(&self, task: &Task) -> (Vec<Observation>, bool) {
        let own = |event: &Happened| matches!(event, Happened::Attempted { task: own, .. } if *own == task.id);
        let tried = |event: &Happened| matches!(event, Happened::Attempted { .. });
        let first = self.events.iter().rposition(own).map_or(0, |last| last + 1);
        let later = self.events.iter().skip(first).position(tried).map(|distance| first + distance);
        (self.observations(first, later.unwrap_or(self.events.len())), later.is_some())
    }

    pub(super) fn observations(&self, from: usize, to: usize) -> Vec<Observation> {
        let seen = self.events.get(from..to).unwrap_or_default().iter();
        seen.filter_map(|event| if let Happened::Seen(seen) = event { Some(seen.clone()) } else { None }).collect()
    }

    /// Where the registry has the image of this commit already. Looked for in any case: what is there before tells later whether a push that
    /// failed has landed all the same.
    fn origin(&self) -> Next<Option<(String, Digest)>> {
        let seen = self.before();
        let look = Look::new(self.plan, &seen, false);
        let mut asks: Vec<ProbeRecord> = Vec::new();
        let mut origin = None;
        for target in self.targets() {
            let Some((image, tag)) = target.references.first().map(|first| split(first)) else { continue };
            match look.image(image, tag) {
                Sight::Ask(probes) => asks.extend(probes),
                Sight::Ours { digest: Some(digest), .. } if origin.is_none() => {
                    origin = Some((image.to_owned(), digest));
                }
                _ => {}
            }
        }
        let begun = self.events.iter().any(|event| !matches!(event, Happened::Seen(_)));
        if !asks.is_empty() && !begun {
            return Err(ask(asks));
        }
        let reuse = !self.request.rebuild && reusable(self.plan, self.facts.dirty);
        Ok(origin.filter(|_| reuse))
    }

    /// Gives an image that is there the names that are missing.
    fn complete(&self, image: &str, digest: &Digest, state: &mut Pushed) -> Next<()> {
        let seen = self.before();
        let look = Look::new(self.plan, &seen, false);
        let mut asks: Vec<ProbeRecord> = Vec::new();
        let begun = self.events.iter().any(|event| !matches!(event, Happened::Seen(_)));
        let mut missing = Vec::new();
        for reference in self.targets().flat_map(|target| &target.references) {
            let (name, tag) = split(reference);
            let probe = crate::selection::Probe::Manifest { image: name.to_owned(), reference: tag.to_owned() };
            if !begun && matches!(look.view.sighting(&probe), crate::selection::Answer::Open) {
                asks.push(probe.into());
            } else if look.digest(name, tag).as_ref() != Some(digest) {
                missing.push(reference);
            }
        }
        if !asks.is_empty() {
            return Err(ask(asks));
        }
        for reference in missing {
            self.name(image, digest, reference, state)?;
        }
        Ok(())
    }

    /// Gives the pushed image one more name.
    fn name(&self, image: &str, digest: &Digest, reference: &str, state: &mut Pushed) -> Next<()> {
        let task = Commands::copy(image, digest.as_str(), reference);
        match self.progress(&task, &[])? {
            Progress::Open(step) => Err(step),
            Progress::Done { .. } => Ok(()),
            Progress::Failed(reason) => {
                state.failed.push(reason);
                Ok(())
            }
        }
    }

    fn build(&self, state: &mut Pushed) -> Next<()> {
        let style = self.commands.style();
        let pushes = self.plan.delivery.push && style != Style::OwnStore;
        let targets: Vec<_> = if pushes { self.targets().collect() } else { Vec::new() };
        for (number, task) in self.commands.builds().into_iter().enumerate() {
            let landing = if number == 0 { targets.as_slice() } else { &[] };
            match self.progress(&task, landing)? {
                Progress::Open(step) => return Err(step),
                Progress::Done { digest, written } => {
                    state.digest = state.digest.take().or(digest);
                    state.archive = state.archive.take().or(written);
                }
                Progress::Failed(reason) if landing.len() > 1 => {
                    // One registry of several may be the cause: the others are looked at before the end.
                    state.failed.push(reason);
                    return Ok(());
                }
                Progress::Failed(reason) => return Err(Box::new(Step::Fail(reason, Vec::new()))),
            }
        }
        Ok(())
    }

    /// From the builder's own store to every registry: under its first name by the builder, under the others by its digest.
    fn push(&self, state: &mut Pushed) -> Next<()> {
        if self.commands.style() != Style::OwnStore {
            return Ok(());
        }
        for target in self.targets() {
            let Some(task) = self.commands.push(target) else { continue };
            let digest = match self.progress(&task, &[target])? {
                Progress::Open(step) => return Err(step),
                Progress::Done { digest, .. } => digest,
                Progress::Failed(reason) => {
                    state.failed.push(reason);
                    continue;
                }
            };
            let Some(digest) = digest else { continue };
            if let Some(reason) = self.unlike(&task, target, &digest)? {
                state.failed.push(reason);
                continue;
            }
            for reference in target.references.iter().skip(1) {
                self.name(&target.name, &digest, reference, state)?;
            }
            state.digest = state.digest.take().or(Some(digest));
        }
        Ok(())
    }

    /// What the registry has under the first name, where that is not what the builder says it pushed: nothing is copied from a digest
    /// that nobody has seen.
    fn unlike(&self, task: &Task, target: &PlannedImage, digest: &Digest) -> Next<Option<Reason>> {
        let Some(reference) = target.references.first().filter(|_| target.references.len() > 1) else {
            return Ok(None);
        };
        let (seen, is_over) = self.after(task);
        let (image, tag) = split(reference);
        let fault = |code: &str, message: String| Ok(Some(Reason::new(code, format!("{reference}: {message}"))));
        match Look::new(self.plan, &seen, true).name(image, tag) {
            Sight::Ask(_) if is_over => Ok(None),
            Sight::Ask(probes) => Err(ask(probes)),
            Sight::Ours { digest: Some(own), .. } if own != *digest => fault(
                "digest-mismatch",
                format!("the builder says that it pushed {digest}, and the registry has {own}"),
            ),
            Sight::Ours { .. } => Ok(None),
            Sight::Nothing => fault("not-landed", "the registry has no image of this name".to_owned()),
            Sight::Other { reason, .. } | Sight::Unknown(reason) => fault(&reason.code, reason.message),
        }
    }

    fn archive(&self, state: &mut Pushed) -> Next<()> {
        let Some(archive) = &self.plan.delivery.archive else { return Ok(()) };
        if !state.failed.is_empty() {
            return Ok(());
        }
        let name = self.targets().next().map(|target| target.name.as_str());
        let source = name.zip(state.digest.as_ref().map(Digest::as_str));
        for task in self.commands.archive(archive, source) {
            match self.progress(&task, &[])? {
                Progress::Open(step) => return Err(step),
                Progress::Done { written, .. } => state.archive = state.archive.take().or(written),
                Progress::Failed(reason) => return Err(Box::new(Step::Fail(reason, Vec::new()))),
            }
        }
        Ok(())
    }
}

/// Asks, each question once.
pub(super) fn ask(probes: Vec<ProbeRecord>) -> Box<Step> {
    let mut once: Vec<ProbeRecord> = Vec::with_capacity(probes.len());
    for probe in probes {
        if !once.contains(&probe) {
            once.push(probe);
        }
    }
    Box::new(Step::Ask(once))
}
