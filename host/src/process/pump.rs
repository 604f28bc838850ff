//! Passing on what a command writes, as it comes.

use std::io::{self, PipeReader};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::io::Errno;
use rustix::stdio;

use super::tail::{Stream, Tail};
use super::{Interrupt, Interrupts, Passed, ready};

/// How much is read at once: what a pipe holds.
const PIECE: usize = 64 << 10;

/// A thread that passes on one stream. It has to be another thread: a reader that is slow must not keep the program from
/// noticing that the command's time is up.
pub(super) struct Pump {
    thread: thread::JoinHandle<Passed>,
    /// Its other end is the thread's. Shut down here, it says "take what is there, then stop"; gone there, it says "done".
    line: UnixStream,
}

/// How waiting for a pump ends.
pub(super) enum Finish {
    /// Everything has been passed on.
    Done(Passed),
    /// There was a request to stop while a reader let us wait.
    Interrupted(Interrupt),
}

impl Pump {
    /// Starts to pass on what comes from the pipe.
    pub(super) fn start(source: PipeReader, to: Stream, tail: Arc<Mutex<Tail>>) -> io::Result<Self> {
        let (line, other) = UnixStream::pair()?;
        rustix::io::ioctl_fionbio(&source, true)?;
        let thread = thread::Builder::new().name("output".to_owned()).spawn(move || {
            let mut passed = Passed::default();
            if let Err(e) = pass(source, to, &tail, &other, &mut passed) {
                passed.error = Some(e);
            }
            passed
        })?;
        Ok(Self { thread, line })
    }

    /// Waits until everything has been passed on.
    pub(super) fn finish(self, interrupts: &Interrupts) -> io::Result<Finish> {
        // All writers are gone, so the pipe has an end; unless a process that is not ours was given it.
        self.line.shutdown(Shutdown::Write)?;
        loop {
            let [int, term] = interrupts.files();
            let [done, _, _] = ready::readable([self.line.as_fd(), int, term], None)?;
            if done {
                return self.thread.join().map(Finish::Done).map_err(|_| io::Error::other("passing on output failed"));
            }
            if let Some(interrupt) = interrupts.take() {
                return Ok(Finish::Interrupted(interrupt));
            }
        }
    }
}

fn pass(
    mut source: PipeReader,
    to: Stream,
    tail: &Mutex<Tail>,
    line: &UnixStream,
    passed: &mut Passed,
) -> io::Result<()> {
    let target = match to {
        Stream::Out => stdio::stdout(),
        Stream::Err => stdio::stderr(),
    };
    let open = match to {
        Stream::Out => &mut passed.open_out,
        Stream::Err => &mut passed.open_err,
    };
    let mut buffer = vec![0; PIECE];
    loop {
        let [something, _stop] = ready::readable([source.as_fd(), line.as_fd()], None)?;
        if !something {
            return Ok(());
        }
        let count = match io::Read::read(&mut source, &mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(e) if matches!(e.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => continue,
            Err(e) => return Err(e),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(to, bytes);
        if passed.error.is_some() {
            continue;
        }
        match write(target, bytes) {
            Ok(()) => *open = !bytes.ends_with(b"\n"),
            // As in a pipeline without us: the command itself meets the closed pipe.
            Err(Errno::PIPE) => {
                passed.reader_gone = true;
                return Ok(());
            }
            // A full disk behind our output is no reason to break the command.
            Err(e) => passed.error = Some(e.into()),
        }
    }
}

/// Writes everything, also to a file that somebody has set to never let us wait.
fn write(target: BorrowedFd<'_>, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::io::write(target, bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => ready::writable(target).map_err(|_| Errno::IO)?,
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
