//! What comes next in a promotion.

use super::model::{PromotionRequest, PromotionState, PromotionStep, PromotionStepKind, PromotionTarget};
use super::names::{self, Wish};
use super::outcome::{Course, Goal};
use crate::build::{BuildEvent, Events, ImageCopy, Shelf, Task, shelf_tags, shelved_plan, unknown_tags};
use crate::diagnostic::Diagnostics;
use crate::facts::{Facts, RegistryTags};
use crate::policy::{Operation, Policy};
use crate::reference::Digest;
use crate::selection::exchange::ProbeRecord;
use crate::selection::{Answer, Probe, Proof, View};
use crate::text::shown;
use crate::version::{Listing, Standing, newest_release};
use crate::{Diagnostic, Reason};

/// Says what comes next, from everything that happened so far, in order.
///
/// An error means that policy, facts, request or events cannot be used at all; a promotion that is refused is a step.
pub fn next(
    policy: &Policy,
    facts: &Facts,
    request: &PromotionRequest,
    events: &[BuildEvent],
) -> Result<PromotionStep, Diagnostics> {
    let events = Events::read(events)?;
    let given = names::given(&request.to)?;
    let own = request.image.split_once('@');
    let Some((source, digest)) = own.and_then(|(source, digest)| Some((source, Digest::parse(digest)?))) else {
        let message = format!("`{}` does not name an image by its digest", shown(&request.image));
        let help = "promote what `selection.next` answers; an image in a file has to be pushed first";
        return Err(vec![Diagnostic::error("invalid-image", message).help(help)]);
    };
    if request.proof == Proof::Stale {
        let reason =
            Reason::new("stale", "the image was built from another commit, which is good enough for a test at most");
        return Ok(failed(reason, Vec::new()));
    }
    let before = events.before();
    let view = View::new(&before);
    let promotion = Promotion { policy, facts, request, events: &events, view: &view, source, digest: &digest };
    let mut step = promotion.run(given)?;
    if matches!(step.kind, PromotionStepKind::Done | PromotionStepKind::Fail) {
        step.attempts = events.attempts;
    }
    Ok(step)
}

pub(super) fn asked(probes: Vec<Probe>) -> PromotionStep {
    let probes = probes.into_iter().map(ProbeRecord::from).collect();
    PromotionStep { probes, ..PromotionStep::of(PromotionStepKind::Probe) }
}

fn failed(reason: Reason, targets: Vec<PromotionTarget>) -> PromotionStep {
    PromotionStep { reason: Some(reason), targets, ..PromotionStep::of(PromotionStepKind::Fail) }
}

struct Promotion<'a> {
    policy: &'a Policy,
    facts: &'a Facts,
    request: &'a PromotionRequest,
    events: &'a Events,
    /// What was seen before anything was changed.
    view: &'a View<'a>,
    /// Registry and repository of the image.
    source: &'a str,
    digest: &'a Digest,
}

impl Promotion<'_> {
    fn run(&self, given: Vec<Wish>) -> Result<PromotionStep, Diagnostics> {
        let wishes = if given.is_empty() {
            match shelved_plan(self.policy, self.facts, self.view, |_| true)? {
                Shelf::Plan(plan) => names::planned(&plan),
                Shelf::Ask(image) => return Ok(asked(vec![Probe::Tags { image }])),
                Shelf::Unknown(image) => return Ok(failed(unknown_tags(&image), Vec::new())),
            }
        } else {
            given
        };
        let guard = if self.request.to.is_empty() { None } else { names::guarded(self.policy, self.facts, &wishes) };
        Ok(match self.goals(wishes, guard.as_deref()) {
            Ok(goals) => self.carry_out(&goals),
            Err(step) => *step,
        })
    }

    /// What every name holds today, and whether it changes. `Err` is a step that comes before: a question, or a refusal of it all.
    fn goals(&self, wishes: Vec<Wish>, guard: Option<&str>) -> Result<Vec<Goal>, Box<PromotionStep>> {
        let digest = self.digest;
        let mut asks = Vec::new();
        let mut goals: Vec<Goal> = Vec::new();
        let mut refusal = None;
        for wish in wishes {
            let image = wish.image.unwrap_or_else(|| self.source.to_owned());
            if goals.iter().any(|own| own.image == image && own.tag == wish.tag) {
                continue;
            }
            let mut goal = Goal::new(image, wish.tag);
            match self.view.manifest(&goal.probe()) {
                Answer::Open => asks.push(goal.probe()),
                Answer::Absent => {}
                Answer::Found((own, _)) => goal.before = Some(own),
                Answer::Altered => {
                    let message = format!("{}: its bytes are not those of its digest", goal.reference());
                    refusal = refusal.or(Some(Reason::new("digest-mismatch", message)));
                }
                Answer::Unknown(cause) => {
                    let message = format!("nobody knows what {} is today: {}", goal.reference(), cause.told());
                    refusal = refusal.or(Some(Reason::new("unknown", message)));
                }
            }
            if let Some(version) = guard.filter(|_| names::is_guarded(&goal.tag)) {
                match shelf_tags(self.view, &goal.image) {
                    Answer::Open => asks.push(Probe::Tags { image: goal.image.clone() }),
                    Answer::Found(tags) => goal.held = held(version, &tags),
                    _ => refusal = refusal.or(Some(unknown_tags(&goal.image))),
                }
            }
            let taken = goal.before.as_ref().is_some_and(|before| before != digest);
            if taken && wish.fixed && !self.request.overwrite && goal.held.is_none() {
                let message = format!(
                    "{} names another image already, {}, and a version does not change",
                    goal.reference(),
                    goal.before.as_ref().map_or("", Digest::as_str)
                );
                refusal = refusal.or(Some(Reason::new("tag-taken", message)));
            }
            goals.push(goal);
        }
        // What refuses it all outweighs what is not known yet; and once something was done, nothing is asked about the time before.
        if let Some(reason) = refusal {
            let targets = goals.iter().map(|goal| goal.told(PromotionState::Untouched, digest)).collect();
            return Err(Box::new(failed(reason, targets)));
        }
        if !asks.is_empty() && !self.events.have_begun() {
            return Err(Box::new(asked(asks)));
        }
        Ok(goals)
    }

    fn carry_out(&self, goals: &[Goal]) -> PromotionStep {
        let (source, digest) = (self.source, self.digest);
        // Names that can be given back go before those that are new.
        let changing =
            |is_new: bool| goals.iter().filter(move |own| own.changes(digest) && own.before.is_none() == is_new);
        let writes: Vec<&Goal> = changing(false).chain(changing(true)).collect();
        if self.request.dry_run {
            let state =
                |goal: &Goal| if goal.changes(digest) { PromotionState::Planned } else { PromotionState::Already };
            let targets = goals.iter().map(|goal| goal.told(state(goal), digest)).collect();
            return PromotionStep { targets, ..PromotionStep::of(PromotionStepKind::Done) };
        }
        // Everything is carried to where it is missing first: that is where access, space and connections fail.
        let mut carried: Vec<&str> = Vec::new();
        for goal in &writes {
            if goal.image == source || carried.contains(&goal.image.as_str()) {
                continue;
            }
            carried.push(&goal.image);
            let task = task("copy", &goal.image, source, digest, &format!("{}@{digest}", goal.image));
            match self.events.last(&task) {
                (Some(attempt), _) if attempt.succeeded => {}
                (_, true) => {
                    let reason = Reason::new("copy-failed", format!("`{}` failed; no name was changed", task.id));
                    let targets = goals.iter().map(|goal| goal.told(PromotionState::Untouched, digest)).collect();
                    return failed(reason, targets);
                }
                _ => return PromotionStep { task: Some(task), ..PromotionStep::of(PromotionStepKind::Run) },
            }
        }
        Course { events: self.events, goals, writes: &writes, digest }.run()
    }
}

/// A task that only a registry carries out.
pub(super) fn task(verb: &str, shown: &str, image: &str, digest: &Digest, target: &str) -> Task {
    Task {
        id: format!("{verb} {shown}"),
        operation: Operation::Push,
        registry: target.split_once('/').map(|(host, _)| host.to_owned()),
        command: Vec::new(),
        copy: Some(ImageCopy { image: image.to_owned(), digest: digest.to_string(), target: target.to_owned() }),
        writes: None,
    }
}

/// Why a name is not this version's, where it is another's.
fn held(version: &str, tags: &RegistryTags) -> Option<Reason> {
    let listing = if tags.complete { Listing::Complete } else { Listing::Partial };
    let verdict = newest_release(version, tags.tags.iter().map(String::as_str), listing);
    (verdict.standing != Standing::Newest).then_some(verdict.reason)
}
