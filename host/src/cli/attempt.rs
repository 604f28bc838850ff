//! One attempt of a command: run it, and ask the engine what its end was.

use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::time::Duration;

use buildonce::Session;
use buildonce::types::retry::{Attempt, Classification, Outcome};

use super::Problem;
use crate::problem::cause;
use crate::process::{self, Ended, Ending, Input, InputStart, Interrupt, Interrupts, Job, Output};

/// What is the same for every attempt.
pub(super) struct Runner {
    /// Requests to stop, from the start of the command.
    pub(super) interrupts: Interrupts,
    /// What the commands read.
    pub(super) input: Input,
    input_start: InputStart,
    /// Where their output goes.
    pub(super) output: Output,
    /// How long a command has to end once it was asked to.
    pub(super) grace: Duration,
    /// How much of an output the engine reads.
    tail_bytes: usize,
}

/// An attempt that was made.
pub(super) struct Made {
    /// How it ended, as the engine sees it.
    pub(super) outcome: Outcome,
    /// What the engine says about it.
    pub(super) failure: Classification,
    /// How long the command ran.
    pub(super) duration: Duration,
    /// The end of its output.
    pub(super) tail: String,
    /// What a shell would end with.
    pub(super) exit_code: u8,
    /// A line of its output is still open.
    pub(super) open_line: bool,
}

impl Made {
    /// For the engine's history.
    pub(super) fn attempt(&self) -> Attempt {
        Attempt {
            outcome: self.outcome.clone(),
            failure: self.failure.clone(),
            duration_ms: milliseconds(self.duration),
            rule: None,
            remedy: None,
        }
    }
}

impl Runner {
    /// Listens for requests to stop from here on.
    pub(super) fn new(session: &mut Session, output: Output, grace: Duration) -> Result<Self, Problem> {
        let interrupts = Interrupts::listen().map_err(|e| cannot("listen to signals", &e))?;
        let tail_bytes = usize::try_from(session.reading()?.bytes).unwrap_or(usize::MAX);
        Ok(Self { interrupts, input: Input::Own, input_start: InputStart::remember(), output, grace, tail_bytes })
    }

    /// Runs a command once and comes back when nothing of it is left.
    pub(super) fn run(
        &mut self,
        session: &mut Session,
        command: &[OsString],
        timeout: Option<Duration>,
    ) -> Result<Made, Problem> {
        // What an attempt has read, the next one reads again.
        self.input_start.restore().map_err(|e| cannot("read standard input again", &e))?;
        let ended = self.execute(command, timeout)?;
        let (outcome, exit_code) = read(&ended);
        let tail = String::from_utf8_lossy(&ended.tail).into_owned();
        let failure = session.classify(&outcome, &tail)?;
        let open_line = ended.passed.open_err || (ended.passed.open_out && self.output == Output::Merged);
        Ok(Made { outcome, failure, duration: ended.duration, tail, exit_code, open_line })
    }

    /// The same without a classification.
    pub(super) fn execute(&self, command: &[OsString], timeout: Option<Duration>) -> Result<Ended, Problem> {
        let job = Job {
            command: command.to_vec(),
            input: self.input,
            output: self.output,
            timeout,
            grace: self.grace,
            tail_bytes: self.tail_bytes,
        };
        let ended = process::run(&job, &self.interrupts).map_err(|e| cannot("run the command", &e))?;
        if !ended.survivors.is_empty() {
            let left = ended.survivors.join(", ");
            return Err(Problem::world("processes-left", format!("the command left what cannot be ended: {left}"))
                .help("it belongs to another user or waits for a broken device; another attempt would run beside it"));
        }
        if let Some(e) = &ended.passed.error {
            return Err(cannot("pass on the command's output", e));
        }
        Ok(ended)
    }

    /// Waits before the next attempt; says when there is a request to stop.
    pub(super) fn pause(&self, milliseconds: u64) -> Result<Option<Interrupt>, Problem> {
        self.interrupts.pause(Duration::from_millis(milliseconds)).map_err(|e| cannot("wait", &e))
    }
}

/// The engine's words for an ending, and a shell's number for it.
pub(super) fn read(ended: &Ended) -> (Outcome, u8) {
    let (outcome, code) = match &ended.ending {
        Ending::Exited(code) => (Outcome::Exited(*code), *code),
        Ending::Signalled(number) => (Outcome::Signalled(*number), 128 + number),
        Ending::TimedOut => (Outcome::TimedOut, 124),
        Ending::SpawnFailed { missing, message } => {
            (Outcome::SpawnFailed(message.clone()), if *missing { 127 } else { 126 })
        }
        Ending::Cancelled(interrupt) => (Outcome::Cancelled, interrupted(*interrupt).into()),
    };
    // Where nobody reads any more, nobody waits for another attempt.
    let outcome = if ended.passed.reader_gone && code != 0 { Outcome::Cancelled } else { outcome };
    (outcome, u8::try_from(code & 0xff).unwrap_or(1))
}

/// How an outcome is told where no line of the output is evidence.
pub(super) fn phrase(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Exited(code) => format!("exit code {code}"),
        Outcome::Signalled(number) => format!("ended by signal {number}"),
        Outcome::TimedOut => "its time ran out".to_owned(),
        Outcome::SpawnFailed(words) => words.clone(),
        Outcome::Cancelled => "asked to stop".to_owned(),
    }
}

/// What a shell would end with.
pub(super) fn interrupted(interrupt: Interrupt) -> u8 {
    u8::try_from(128 + interrupt.number()).unwrap_or(1)
}

/// Where pauses get their chance from: the operating system's random numbers, by way of the keys of Rust's hash maps.
pub(super) fn seed() -> u64 {
    RandomState::new().hash_one(0)
}

/// A duration as the engine counts it.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn cannot(what: &str, error: &io::Error) -> Problem {
    Problem::world("supervision-failed", format!("cannot {what}: {}", cause(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Passed;

    fn ended(ending: Ending, reader_gone: bool) -> Ended {
        let passed = Passed { reader_gone, ..Passed::default() };
        Ended { ending, duration: Duration::ZERO, tail: Vec::new(), passed, survivors: Vec::new() }
    }

    #[test]
    fn exit_codes_are_those_of_a_shell() {
        let spawn_failed = |missing| Ending::SpawnFailed { missing, message: String::new() };
        for (ending, expected) in [
            (Ending::Exited(0), 0),
            (Ending::Exited(255), 255),
            (Ending::Signalled(9), 137),
            (Ending::TimedOut, 124),
            (spawn_failed(true), 127),
            (spawn_failed(false), 126),
            (Ending::Cancelled(Interrupt::Int), 130),
            (Ending::Cancelled(Interrupt::Term), 143),
        ] {
            assert_eq!(read(&ended(ending.clone(), false)).1, expected, "{ending:?}");
        }
    }

    #[test]
    fn without_a_reader_there_is_no_other_attempt() {
        assert!(matches!(read(&ended(Ending::Signalled(13), true)), (Outcome::Cancelled, 141)));
        assert!(matches!(read(&ended(Ending::Exited(0), true)), (Outcome::Exited(0), 0)));
    }
}
