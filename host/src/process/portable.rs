//! The same without sub-reapers, for systems other than Linux.
//!
//! Weaker: the command alone is ended, without being asked first; what it started itself goes on. Requests to stop are not noticed:
//! they end the program, and reach the command only if the terminal or the CI engine sends them to both. An attempt is over when
//! the command has ended and nobody writes its output any more.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::tail::{Stream, Tail};
use super::{Ended, Ending, Input, Interrupt, Job, Output, Passed};
use crate::problem::cause;

/// Requests to stop, which are not noticed here.
#[derive(Debug)]
pub(crate) struct Interrupts;

impl Interrupts {
    /// Does nothing.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Does nothing for so long.
    pub(crate) fn pause(&self, time: Duration) -> io::Result<Option<Interrupt>> {
        thread::sleep(time);
        Ok(None)
    }
}

/// Where standard input stood, which is not known here: an attempt reads what the ones before it left.
#[derive(Debug)]
pub(crate) struct InputStart;

impl InputStart {
    /// Does nothing.
    pub(crate) fn remember() -> Self {
        Self
    }

    /// Does nothing.
    pub(crate) fn restore(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// There is no supervisor.
pub(crate) fn supervise(_: impl IntoIterator<Item = OsString>) -> ExitCode {
    eprintln!("buildonce: this system has no supervisors");
    ExitCode::from(2)
}

/// Runs a command once.
pub(crate) fn run(job: &Job, _: &Interrupts) -> io::Result<Ended> {
    let begin = Instant::now();
    let nothing = |ending| Ended {
        ending,
        duration: begin.elapsed(),
        tail: Vec::new(),
        passed: Passed::default(),
        survivors: Vec::new(),
    };
    let Some((program, arguments)) = job.command.split_first() else {
        return Err(io::Error::other("there is no command"));
    };
    let input = match job.input {
        Input::Nothing => Stdio::null(),
        Input::Own => Stdio::inherit(),
    };
    let spawned =
        Command::new(program).args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(e) => {
            let missing = e.kind() == io::ErrorKind::NotFound;
            let message = format!("{}: {}", program.to_string_lossy(), cause(&e));
            return Ok(nothing(Ending::SpawnFailed { missing, message }));
        }
    };
    let tail = Arc::new(Mutex::new(Tail::new(job.tail_bytes)));
    let (done, finished) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        let to = if job.output == Output::Log { Stream::Err } else { Stream::Out };
        pass(out, Stream::Out, to, &tail, &done);
    }
    if let Some(err) = child.stderr.take() {
        let to = if job.output == Output::Merged { Stream::Out } else { Stream::Err };
        pass(err, Stream::Err, to, &tail, &done);
    }
    drop(done);
    let ending = watch(&mut child, &finished, job.timeout.and_then(|timeout| begin.checked_add(timeout)))?;
    let tail = tail.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(Ended { tail, ..nothing(ending) })
}

/// Until the output ends or the time is up; then the command has to end.
fn watch(child: &mut Child, finished: &mpsc::Receiver<()>, until: Option<Instant>) -> io::Result<Ending> {
    loop {
        let gone = match until {
            None => finished.recv().is_err(),
            Some(until) => match finished.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(()) => false,
                Err(RecvTimeoutError::Disconnected) => true,
                Err(RecvTimeoutError::Timeout) => {
                    child.kill()?;
                    child.wait()?;
                    return Ok(Ending::TimedOut);
                }
            },
        };
        if gone {
            let status = child.wait()?;
            #[cfg(unix)]
            if let Some(number) = std::os::unix::process::ExitStatusExt::signal(&status) {
                return Ok(Ending::Signalled(number));
            }
            return Ok(Ending::Exited(status.code().unwrap_or(1)));
        }
    }
}

/// Passes on one stream, until it ends or nobody reads it.
fn pass(
    mut source: impl Read + Send + 'static,
    from: Stream,
    to: Stream,
    tail: &Arc<Mutex<Tail>>,
    done: &mpsc::Sender<()>,
) {
    let (tail, done) = (Arc::clone(tail), done.clone());
    thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(count) = source.read(&mut buffer) {
            let bytes = buffer.get(..count).unwrap_or_default();
            tail.lock().unwrap_or_else(PoisonError::into_inner).push(from, bytes);
            let written = match to {
                Stream::Out => io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()),
                Stream::Err => io::stderr().write_all(bytes),
            };
            if count == 0 || written.is_err() {
                break;
            }
        }
        // Whoever waits may have gone already.
        let _ = done.send(());
    });
}
