//! Giving the names, taking back what cannot be finished, and what is there in the end.

use super::model::{PromotionState, PromotionStep, PromotionStepKind, PromotionTarget};
use super::next::{asked, task};
use crate::Reason;
use crate::build::{Events, Task};
use crate::reference::Digest;
use crate::selection::{Answer, Cause, Probe, View};

/// A name that the image is to get, and what it holds today.
#[derive(Debug)]
pub(super) struct Goal {
    pub(super) image: String,
    pub(super) tag: String,
    pub(super) before: Option<Digest>,
    /// Why it is another image's, if so.
    pub(super) held: Option<Reason>,
}

impl Goal {
    pub(super) fn new(image: String, tag: String) -> Self {
        Self { image, tag, before: None, held: None }
    }

    pub(super) fn reference(&self) -> String {
        format!("{}:{}", self.image, self.tag)
    }

    pub(super) fn probe(&self) -> Probe {
        Probe::Manifest { image: self.image.clone(), reference: self.tag.clone() }
    }

    pub(super) fn changes(&self, digest: &Digest) -> bool {
        self.held.is_none() && self.before.as_ref() != Some(digest)
    }

    /// As it stands while nobody has changed it.
    pub(super) fn told(&self, state: PromotionState, digest: &Digest) -> PromotionTarget {
        let state = match state {
            PromotionState::Untouched if self.before.as_ref() == Some(digest) => PromotionState::Already,
            state => state,
        };
        self.standing(state, self.before.clone())
    }

    fn standing(&self, state: PromotionState, now: Option<Digest>) -> PromotionTarget {
        let reason = match (&self.held, state) {
            (Some(held), _) => held.clone(),
            (None, PromotionState::Left) if self.before.is_some() => {
                Reason::new("left", "it has the image, and could not be moved back")
            }
            (None, state) => told(state),
        };
        PromotionTarget {
            reference: self.reference(),
            state: if self.held.is_some() { PromotionState::Held } else { state },
            before: self.before.clone().map(String::from),
            digest: now.map(String::from),
            reason,
        }
    }

    fn give(&self, digest: &Digest) -> Task {
        let reference = self.reference();
        task("tag", &reference, &self.image, digest, &reference)
    }

    fn restore(&self, before: &Digest) -> Task {
        let reference = self.reference();
        task("restore", &reference, &self.image, before, &reference)
    }
}

fn told(state: PromotionState) -> Reason {
    let (code, message) = match state {
        PromotionState::Promoted => ("promoted", "it has the image now"),
        PromotionState::Already => ("already", "it had the image before"),
        PromotionState::Planned => ("planned", "it would get the image"),
        PromotionState::Held => ("held", "it is another image's"),
        PromotionState::Untouched => ("untouched", "it is as it was"),
        PromotionState::Restored => ("restored", "it has again what it had before"),
        PromotionState::Left => ("left", "it is new and has the image; registries do not take one name away alone"),
        PromotionState::Different => ("moved", "somebody else changed it at the same time"),
        PromotionState::Unknown => ("unknown", "nobody knows what it has now"),
    };
    Reason::new(code, message)
}

/// What became of the names that change.
pub(super) struct Course<'a> {
    pub(super) events: &'a Events,
    pub(super) goals: &'a [Goal],
    /// Those that change, in the order in which they do.
    pub(super) writes: &'a [&'a Goal],
    pub(super) digest: &'a Digest,
}

impl Course<'_> {
    pub(super) fn run(&self) -> PromotionStep {
        let mut given = Vec::new();
        let mut failure = None;
        for goal in self.writes {
            let task = goal.give(self.digest);
            match self.events.last(&task) {
                (Some(attempt), _) if attempt.succeeded => given.push(*goal),
                (Some(_), true) => match self.landed(goal, &task) {
                    Answer::Open => return asked(vec![goal.probe()]),
                    Answer::Found(true) => given.push(*goal),
                    _ => {
                        failure = Some(Reason::new("tag-failed", format!("`{}` failed", task.id)));
                        break;
                    }
                },
                (None, true) => {
                    failure = Some(Reason::new("tag-failed", format!("`{}` could not be tried", task.id)));
                    break;
                }
                _ => return run(task),
            }
        }
        if failure.is_some() {
            // The last one first, so that at every moment the names that are left are those of an earlier moment.
            for goal in given.iter().rev() {
                let Some(before) = &goal.before else { continue };
                let task = goal.restore(before);
                let (last, gave_up) = self.events.last(&task);
                if !gave_up && !last.is_some_and(|attempt| attempt.succeeded) {
                    return run(task);
                }
            }
        }
        self.conclude(failure, &given)
    }

    /// Whether a name was given though every try is told to have failed: an answer may have been lost on its way.
    fn landed(&self, goal: &Goal, task: &Task) -> Answer<bool> {
        let (seen, is_over) = self.events.after(task);
        match View::new(&seen).manifest(&goal.probe()) {
            Answer::Found((own, _)) => Answer::Found(own == *self.digest),
            Answer::Open if !is_over => Answer::Open,
            Answer::Unknown(cause) => Answer::Unknown(cause),
            _ => Answer::Absent,
        }
    }

    /// Looks at every name again.
    fn conclude(&self, failure: Option<Reason>, given: &[&Goal]) -> PromotionStep {
        let seen = self.events.since();
        let view = View::new(&seen);
        let mut asks = Vec::new();
        let mut targets = Vec::new();
        let mut wrong = None;
        for goal in self.goals {
            let now = match view.manifest(&goal.probe()) {
                Answer::Open => {
                    asks.push(goal.probe());
                    continue;
                }
                Answer::Found((own, _)) => Ok(Some(own)),
                Answer::Absent => Ok(None),
                Answer::Altered => Err(Cause::Invalid),
                Answer::Unknown(cause) => Err(cause),
            };
            let state = match &now {
                Err(_) => PromotionState::Unknown,
                Ok(now) => {
                    let was_given = given.iter().any(|own| std::ptr::eq(*own, goal));
                    state(goal, self.digest, now.as_ref(), was_given, failure.is_some())
                }
            };
            let target = goal.standing(state, now.ok().flatten());
            let is_wrong = matches!(target.state, PromotionState::Different | PromotionState::Unknown);
            if is_wrong && wrong.is_none() {
                let message = format!("{}: {}", target.reference, target.reason.message);
                wrong = Some(Reason::new(&target.reason.code, message));
            }
            targets.push(target);
        }
        if !asks.is_empty() {
            return asked(asks);
        }
        let reason = failure.or(wrong);
        let kind = if reason.is_some() { PromotionStepKind::Fail } else { PromotionStepKind::Done };
        PromotionStep { reason, targets, ..PromotionStep::of(kind) }
    }
}

/// How a name stands by what it has now. `was_given` tells whether it got the image, `failed` whether the promotion takes back what it did.
fn state(goal: &Goal, digest: &Digest, now: Option<&Digest>, was_given: bool, failed: bool) -> PromotionState {
    let is_as_before = now == goal.before.as_ref();
    match (now == Some(digest), is_as_before) {
        (true, true) => PromotionState::Already,
        (true, false) if failed => PromotionState::Left,
        (true, false) => PromotionState::Promoted,
        (false, true) if !was_given => PromotionState::Untouched,
        (false, true) if failed => PromotionState::Restored,
        (false, _) => PromotionState::Different,
    }
}

fn run(task: Task) -> PromotionStep {
    PromotionStep { task: Some(task), ..PromotionStep::of(PromotionStepKind::Run) }
}
