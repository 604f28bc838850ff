//! What happened so far, as far as steps ask for it. Builds and promotions are decided from the same events.

use super::model::{BuildEvent, EventKind, Task, WrittenFile};
use crate::diagnostic::Diagnostics;
use crate::receipt::ReceiptAttempt;
use crate::selection::Observation;
use crate::selection::exchange::{self, ObservationRecord};
use crate::{Diagnostic, limits};

/// An event that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Happened {
    Seen(Observation),
    Attempted { task: String, attempt: Attempt },
    GaveUp { task: String },
}

/// One try of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) succeeded: bool,
    pub(crate) digest_file: Option<String>,
    pub(crate) written: Option<WrittenFile>,
}

/// Everything that happened, in order.
#[derive(Debug)]
pub(crate) struct Events {
    list: Vec<Happened>,
    /// Every try, as receipts and answers have them.
    pub(crate) attempts: Vec<ReceiptAttempt>,
}

impl Events {
    /// Checks what a host hands in.
    pub(crate) fn read(events: &[BuildEvent]) -> Result<Self, Diagnostics> {
        if events.len() > limits::BUILD_EVENTS {
            let message = format!("there are {} events, and at most {} are read", events.len(), limits::BUILD_EVENTS);
            return Err(vec![Diagnostic::error("too-many-events", message)]);
        }
        let list = events.iter().enumerate().map(|(number, event)| happened(number, event));
        let list = list.collect::<Result<_, _>>().map_err(|error| vec![*error])?;
        let tries = events.iter().filter(|event| event.kind == EventKind::Attempted);
        Ok(Self { list, attempts: tries.map(attempt).collect() })
    }

    /// Whether anything was tried.
    pub(crate) fn have_begun(&self) -> bool {
        self.first() < self.list.len()
    }

    /// What was seen before anything was done.
    pub(crate) fn before(&self) -> Vec<Observation> {
        self.observations(0, self.first())
    }

    /// What was seen since the last try of anything.
    pub(crate) fn since(&self) -> Vec<Observation> {
        let last = self.list.iter().rposition(|event| matches!(event, Happened::Attempted { .. }));
        self.observations(last.map_or(0, |last| last + 1), self.list.len())
    }

    /// What was seen between the last try of a task and the next try of any, and whether there was such a next one.
    pub(crate) fn after(&self, task: &Task) -> (Vec<Observation>, bool) {
        let own = |event: &Happened| matches!(event, Happened::Attempted { task: own, .. } if *own == task.id);
        let tried = |event: &Happened| matches!(event, Happened::Attempted { .. });
        let first = self.list.iter().rposition(own).map_or(0, |last| last + 1);
        let later = self.list.iter().skip(first).position(tried).map(|distance| first + distance);
        (self.observations(first, later.unwrap_or(self.list.len())), later.is_some())
    }

    /// The last try of a task, and whether there will be no other.
    pub(crate) fn last(&self, task: &Task) -> (Option<&Attempt>, bool) {
        let gave_up = self.list.iter().any(|event| matches!(event, Happened::GaveUp { task: own } if *own == task.id));
        let own = self.list.iter().rev().find_map(|event| match event {
            Happened::Attempted { task: own, attempt } if *own == task.id => Some(attempt),
            _ => None,
        });
        (own, gave_up)
    }

    fn first(&self) -> usize {
        let first = self.list.iter().position(|event| !matches!(event, Happened::Seen(_)));
        first.unwrap_or(self.list.len())
    }

    fn observations(&self, from: usize, to: usize) -> Vec<Observation> {
        let seen = self.list.get(from..to).unwrap_or_default().iter();
        seen.filter_map(|event| if let Happened::Seen(seen) = event { Some(seen.clone()) } else { None }).collect()
    }
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
            attempt: Attempt {
                succeeded: event.succeeded,
                digest_file: event.digest_file.clone(),
                written: event.written.clone(),
            },
        },
        EventKind::GaveUp => Happened::GaveUp { task: task()? },
    })
}
