//! How a task stands.

use super::commands::{Commands, Style, split};
use super::events::Attempt;
use super::model::{Task, WrittenFile};
use super::next::{Build, Next, Step, ask};
use super::report;
use crate::Reason;
use crate::policy::Operation;
use crate::reference::Digest;
use crate::selection::Sight;
use crate::tagging::PlannedImage;

/// How a task stands.
pub(super) enum Progress {
    /// This must be done first.
    Open(Box<Step>),
    /// It ended well. The digest is what the builder tells, or what the registry has after a try that was not told to have ended well.
    Done { digest: Option<Digest>, written: Option<WrittenFile> },
    /// It did not.
    Failed(Reason),
}

impl Build<'_> {
    /// How a task stands. `landing` are the images that it pushes: after a try that failed the registry is looked at, because what it
    /// already has must not be pushed again.
    pub(super) fn progress(&self, task: &Task, landing: &[&PlannedImage]) -> Next<Progress> {
        let (last, gave_up) = self.events.last(task);
        let Some(Attempt { succeeded, digest_file, written }) = last else {
            let reason = || Reason::new("not-tried", format!("the step `{}` could not be tried", task.id));
            return Ok(if gave_up { Progress::Failed(reason()) } else { run(task) });
        };
        if *succeeded {
            let digest = match &task.copy {
                Some(copy) => Digest::parse(&copy.digest),
                None if Commands::tells_digest(task) => match report::digest(digest_file.as_deref()) {
                    Ok(digest) => Some(digest),
                    Err(reason) => return Ok(Progress::Failed(reason)),
                },
                None => None,
            };
            return Ok(Progress::Done { digest, written: written.clone() });
        }
        if let Some(digest) = self.landed(task, landing)? {
            return Ok(Progress::Done { digest: Some(digest), written: None });
        }
        let (code, message) = match task.operation {
            Operation::Build => ("build-failed", "the build failed".to_owned()),
            Operation::Push => ("push-failed", format!("`{}` failed", task.id)),
            _ => ("step-failed", format!("the step `{}` failed", task.id)),
        };
        Ok(if gave_up { Progress::Failed(Reason::new(code, message)) } else { run(task) })
    }

    /// The digest under which a task's images landed, though its last try was not told to have ended well. Only what was certainly not
    /// there before counts.
    fn landed(&self, task: &Task, landing: &[&PlannedImage]) -> Next<Option<Digest>> {
        // A task that writes a file, too, has not done all of its work.
        if landing.is_empty() || task.writes.is_some() {
            return Ok(None);
        }
        let (before, (since, is_over)) = (self.events.before(), self.events.after(task));
        let (old, look) = (self.look(&before, false), self.look(&since, true));
        let mut asks = Vec::new();
        let mut digests = Vec::new();
        for target in landing {
            // What the builder pushes under several names has landed when the last of them is there.
            let names = if self.commands.style() == Style::OwnStore { 1 } else { target.references.len() };
            for reference in target.references.iter().take(names) {
                let (image, tag) = split(reference);
                match look.image(image, tag) {
                    Sight::Ask(probes) => asks.extend(probes),
                    Sight::Ours { digest: Some(digest), .. } => digests.push(digest),
                    _ => return Ok(None),
                }
            }
            let Some((image, tag)) = target.references.first().map(|first| split(first)) else { return Ok(None) };
            let was = old.image(image, tag);
            let known = match &was {
                Sight::Nothing => true,
                Sight::Other { digest: Some(old), .. } | Sight::Ours { digest: Some(old), .. } => {
                    look.digest(image, tag).is_none_or(|new| new != *old)
                }
                _ => false,
            };
            if !known {
                return Ok(None);
            }
        }
        if !asks.is_empty() {
            return if is_over { Ok(None) } else { Err(ask(asks)) };
        }
        let first = digests.first().cloned();
        Ok(first.filter(|first| digests.iter().all(|other| other == first)))
    }
}

fn run(task: &Task) -> Progress {
    Progress::Open(Box::new(Step::Run(task.clone())))
}
