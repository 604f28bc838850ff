//! Running a command so that nothing of it is left when it is over.
//!
//! The program starts itself once more as a *supervisor*, which starts the command. The supervisor is the child sub-reaper of
//! everything below it: a process that leaves its session or loses its parent becomes the supervisor's own child. So `wait`
//! saying "no child" proves that nothing is left, and only then the attempt is over. The supervisor ends everything when the
//! program asks it to, and when the program is gone, however it went.
//!
//! Only Linux has sub-reapers. Elsewhere (`portable.rs`) the command alone is ended and waited for, what it started itself is not,
//! and a signal to the program is not forwarded: the terminal or the CI engine has to send it to both.

#[cfg(target_os = "linux")]
mod attempt;
#[cfg(target_os = "linux")]
mod descendants;
#[cfg(target_os = "linux")]
mod input;
#[cfg(target_os = "linux")]
mod interrupts;
#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg(target_os = "linux")]
mod pump;
#[cfg(target_os = "linux")]
mod ready;
#[cfg(target_os = "linux")]
mod supervisor;
mod tail;
#[cfg(target_os = "linux")]
mod wire;

use std::ffi::OsString;
use std::io;
use std::time::Duration;

#[cfg(target_os = "linux")]
pub(crate) use {attempt::run, input::InputStart, interrupts::Interrupts, supervisor::supervise};

#[cfg(not(target_os = "linux"))]
pub(crate) use portable::{InputStart, Interrupts, run, supervise};

/// The first argument that makes the program a supervisor. Not part of the command line that people use.
pub(crate) const SUPERVISE: &str = "__supervise";

/// A command and how it is run.
#[derive(Debug)]
pub(crate) struct Job {
    /// The program, looked for in `PATH`, and its arguments.
    pub(crate) command: Vec<OsString>,
    /// What it reads.
    pub(crate) input: Input,
    /// Where what it writes goes.
    pub(crate) output: Output,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
    /// How long it has to end by itself once it was asked to.
    pub(crate) grace: Duration,
    /// How many bytes of its output are kept, from the end.
    pub(crate) tail_bytes: usize,
}

/// What a command reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// Nothing.
    Nothing,
    /// What the program reads.
    Own,
}

/// Where a command's output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Standard output and standard error each to its own.
    Apart,
    /// Both to standard output, in the order in which they were written.
    Merged,
    /// Both to standard error, in the order in which they were written: they are a log, and the answer is another text.
    Log,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// Its time ran out.
    TimedOut,
    /// It could not be started.
    SpawnFailed {
        /// There is no such program, as opposed to one that cannot be run.
        missing: bool,
        /// The system's words.
        message: String,
    },
    /// The program was asked to stop.
    Cancelled(Interrupt),
}

/// A request to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// `SIGINT`: a person pressed Ctrl-C, or a CI engine cancels a job.
    Int,
    /// `SIGTERM`.
    Term,
}

impl Interrupt {
    /// The signal's number, which is the same everywhere.
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::Int => 2,
            Self::Term => 15,
        }
    }
}

/// An attempt that is over: no process of it is left, unless `survivors` says so.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How the command ended.
    pub(crate) ending: Ending,
    /// From its start to its end, without what was left behind.
    pub(crate) duration: Duration,
    /// The end of its output, both streams together.
    pub(crate) tail: Vec<u8>,
    /// What became of its output.
    pub(crate) passed: Passed,
    /// Processes that could not be ended, each as a person would name it.
    pub(crate) survivors: Vec<String>,
}

/// What became of an attempt's output.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// The last words on standard output did not end their line.
    pub(crate) open_out: bool,
    /// The same for standard error.
    pub(crate) open_err: bool,
    /// Whoever read it has gone, so nobody waits for another attempt.
    pub(crate) reader_gone: bool,
    /// It could not be passed on.
    pub(crate) error: Option<io::Error>,
}

impl Passed {
    /// Adds what became of another stream.
    #[cfg(target_os = "linux")]
    fn add(&mut self, other: Self) {
        self.open_out |= other.open_out;
        self.open_err |= other.open_err;
        self.reader_gone |= other.reader_gone;
        self.error = self.error.take().or(other.error);
    }
}
