//! What comes next in a build.

use super::commands::{Commands, Style, split};
use super::events::Events;
use super::model::{BuildEvent, BuildRequest, BuildStep, BuildStepKind, Landing, Task, WrittenFile};
use super::progress::Progress;
use super::shelf::{self, Shelf};
use crate::Reason;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::facts::Facts;
use crate::policy::Policy;
use crate::receipt::{self, Receipt};
use crate::reference::Digest;
use crate::selection::exchange::ProbeRecord;
use crate::selection::{Answer, Look, Observation, Probe, Sight, View};
use crate::tagging::{CHECKOUT_DIFFERS, ImagePlan, PlannedImage, REVISION};

/// Says what comes next, from everything that happened so far, in order.
///
/// An error means that policy, facts or events cannot be used at all; a build that fails is a step.
pub fn next(
    policy: &Policy,
    facts: &Facts,
    request: &BuildRequest,
    events: &[BuildEvent],
) -> Result<BuildStep, Diagnostics> {
    let events = Events::read(events)?;
    let pushes = |plan: &ImagePlan| plan.decision.build && plan.delivery.push;
    let plan = match shelf::plan(policy, facts, &View::new(&events.before()), pushes)? {
        Shelf::Plan(plan) => plan,
        Shelf::Ask(image) => {
            let probes = vec![Probe::Tags { image }.into()];
            return Ok(BuildStep { probes, ..BuildStep::of(BuildStepKind::Probe) });
        }
        Shelf::Unknown(image) => {
            let reason = Some(shelf::unknown(&image));
            return Ok(BuildStep { reason, ..BuildStep::of(BuildStepKind::Fail) });
        }
    };
    // A plan may be made where nothing is built. An image with another commit's name on it would be proof of what it is not.
    let other = plan.warnings.iter().find(|warning| warning.code == CHECKOUT_DIFFERS && plan.decision.build);
    if let Some(other) = other {
        return Err(vec![Diagnostic { severity: Severity::Error, ..other.clone() }]);
    }
    let build = Build { plan: &plan, facts, request, events: &events, commands: Commands { plan: &plan, request } };
    Ok(build.run())
}

pub(super) struct Build<'a> {
    pub(super) plan: &'a ImagePlan,
    pub(super) facts: &'a Facts,
    pub(super) request: &'a BuildRequest,
    pub(super) events: &'a Events,
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
    fn run(&self) -> BuildStep {
        let attempts = self.events.attempts.clone();
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

    /// What was seen, held to the plan. `same_build`: the label with the time of the build counts, too.
    pub(super) fn look<'s>(&'s self, seen: &'s [Observation], same_build: bool) -> Look<'s> {
        Look::new(&self.plan.labels, self.plan.delivery.platforms.iter(), seen, same_build)
    }

    pub(super) fn targets(&self) -> impl Iterator<Item = &'a PlannedImage> {
        self.plan.images.iter().filter(|image| image.push)
    }

    /// Where the registry has the image of this commit already. Looked for in any case: what is there before tells later whether a push that
    /// failed has landed all the same.
    fn origin(&self) -> Next<Option<(String, Digest)>> {
        let seen = self.events.before();
        let look = self.look(&seen, false);
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
        if !asks.is_empty() && !self.events.have_begun() {
            return Err(ask(asks));
        }
        let reuse = !self.request.rebuild && reusable(self.plan, self.facts.dirty);
        Ok(origin.filter(|_| reuse))
    }

    /// Gives an image that is there the names that are missing.
    fn complete(&self, image: &str, digest: &Digest, state: &mut Pushed) -> Next<()> {
        let seen = self.events.before();
        let look = self.look(&seen, false);
        let mut asks: Vec<ProbeRecord> = Vec::new();
        let mut missing = Vec::new();
        for reference in self.targets().flat_map(|target| &target.references) {
            let (name, tag) = split(reference);
            let probe = Probe::Manifest { image: name.to_owned(), reference: tag.to_owned() };
            if !self.events.have_begun() && matches!(look.view.sighting(&probe), Answer::Open) {
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
        let (seen, is_over) = self.events.after(task);
        let (image, tag) = split(reference);
        let fault = |code: &str, message: String| Ok(Some(Reason::new(code, format!("{reference}: {message}"))));
        match self.look(&seen, true).name(image, tag) {
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

/// Whether an image that is there already can be this build's: its name never moves on to another commit, a label proves the commit, and
/// nothing else than the commit decides what is built. Who needs it in a file or in the local store has it built.
pub(crate) fn reusable(plan: &ImagePlan, dirty: Option<bool>) -> bool {
    let fixed = plan.tags.first().is_some_and(|tag| tag.primary && !tag.mutable);
    let proves = plan.labels.iter().any(|label| label.key == REVISION);
    fixed
        && proves
        && dirty != Some(true)
        && !plan.decision.force_refresh
        && plan.delivery.archive.is_none()
        && !plan.delivery.load
}
