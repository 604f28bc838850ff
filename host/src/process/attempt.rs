//! One attempt, as the program sees it: it starts a supervisor, passes output on, and watches the clock.

use std::io::{self, IoSlice, PipeReader, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::process::{Signal, WaitOptions, getpid, set_child_subreaper, wait};
use rustix::stdio;

use super::pump::{Finish, Pump};
use super::tail::{Stream, Tail};
use super::wire::{Order, Report};
use super::{Ended, Ending, Input, Interrupt, Interrupts, Job, Output, Passed, SUPERVISE, descendants, ready};

/// This program, also after its file was moved or replaced.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// Runs a command once and comes back when nothing of it is left.
pub(crate) fn run(job: &Job, interrupts: &Interrupts) -> io::Result<Ended> {
    // If the supervisor itself is killed, what it leaves comes to us.
    set_child_subreaper(Some(getpid()))?;
    let tail = Arc::new(Mutex::new(Tail::new(job.tail_bytes)));
    let begin = Instant::now();
    let (attempt, sources) = Attempt::start(job)?;
    let pumps = sources
        .into_iter()
        .map(|(source, to)| Pump::start(source, to, Arc::clone(&tail)))
        .collect::<io::Result<Vec<_>>>()?;
    let until = job.timeout.and_then(|timeout| begin.checked_add(timeout));
    let End { mut ending, at, survivors } = attempt.watch(until, interrupts)?;
    let mut passed = Passed::default();
    for pump in pumps {
        match pump.finish(interrupts)? {
            Finish::Done(own) => passed.add(own),
            Finish::Interrupted(interrupt) => ending = Ending::Cancelled(interrupt),
        }
    }
    Ok(Ended {
        ending,
        duration: at.saturating_duration_since(begin),
        tail: tail.lock().unwrap_or_else(PoisonError::into_inner).take(),
        passed,
        survivors,
    })
}

/// A supervisor and the line to it.
struct Attempt {
    supervisor: Child,
    line: UnixStream,
    /// What was read of the line and is not a whole report yet.
    unread: Vec<u8>,
}

/// How it went.
struct End {
    ending: Ending,
    at: Instant,
    survivors: Vec<String>,
}

impl Attempt {
    /// Starts supervisor and command, and gives back the other ends of the command's output.
    fn start(job: &Job) -> io::Result<(Self, Vec<(PipeReader, Stream)>)> {
        let (line, theirs) = UnixStream::pair()?;
        let (out, out_writer) = io::pipe()?;
        let mut sources = vec![(out, if job.output == Output::Log { Stream::Err } else { Stream::Out })];
        let err_writer = match job.output {
            Output::Merged | Output::Log => out_writer.try_clone()?,
            Output::Apart => {
                let (err, err_writer) = io::pipe()?;
                sources.push((err, Stream::Err));
                err_writer
            }
        };
        let supervisor = Command::new(OWN_PROGRAM)
            .arg(SUPERVISE)
            .arg(job.grace.as_millis().to_string())
            .args(&job.command)
            .stdin(OwnedFd::from(theirs))
            .stdout(out_writer)
            .stderr(err_writer)
            .spawn()?;
        let attempt = Self { supervisor, line, unread: Vec::new() };
        // A supervisor that is gone already is noticed when its reports are read.
        match send_start(attempt.line.as_fd(), job.input) {
            Ok(()) | Err(Errno::PIPE | Errno::CONNRESET) => Ok((attempt, sources)),
            Err(e) => Err(e.into()),
        }
    }

    /// Until nothing is left.
    fn watch(mut self, timeout: Option<Instant>, interrupts: &Interrupts) -> io::Result<End> {
        let mut own = None;
        let mut seen = None;
        let mut survivors = Vec::new();
        let mut gone = false;
        loop {
            // The clock and requests no longer matter once the command has ended by itself.
            let until = timeout.filter(|_| own.is_none() && seen.is_none());
            let [int, term] = interrupts.files();
            let [report, _, _] = ready::readable([self.line.as_fd(), int, term], until)?;
            if report {
                let Some(reports) = self.reports()? else { break };
                for report in reports {
                    match report {
                        Report::Exited(code) => seen = Some((Ending::Exited(code), Instant::now())),
                        Report::Signalled(number) => seen = Some((Ending::Signalled(number), Instant::now())),
                        Report::SpawnFailed { missing, message } => {
                            seen = Some((Ending::SpawnFailed { missing, message }, Instant::now()));
                        }
                        Report::Survivor(name) => survivors.push(name),
                        Report::Gone => gone = true,
                    }
                }
            }
            if let Some(interrupt) = interrupts.take() {
                let order = match (&own, interrupt) {
                    (Some(Ending::Cancelled(_)), _) => Order::Kill,
                    (_, Interrupt::Int) => Order::Interrupt,
                    (_, Interrupt::Term) => Order::Terminate,
                };
                own = Some(Ending::Cancelled(interrupt));
                self.order(order);
            } else if until.is_some_and(|until| until <= Instant::now()) && seen.is_none() {
                own = Some(Ending::TimedOut);
                self.order(Order::Terminate);
            }
        }
        drop(self.supervisor.wait());
        if !gone && survivors.is_empty() {
            survivors = end_what_is_left()?;
            if seen.is_none() && own.is_none() {
                return Err(io::Error::other("its supervisor ended before it"));
            }
        }
        let at = seen.as_ref().map_or_else(Instant::now, |(_, at)| *at);
        let ending =
            own.or(seen.map(|(ending, _)| ending)).ok_or_else(|| io::Error::other("nothing is known of it"))?;
        Ok(End { ending, at, survivors })
    }

    /// A supervisor that does not listen is gone, which its stream tells next.
    fn order(&mut self, order: Order) {
        drop(self.line.write_all(&[order.byte()]));
    }

    /// The reports that have come; `None` at the end of the stream.
    fn reports(&mut self) -> io::Result<Option<Vec<Report>>> {
        let mut bytes = [0; 4096];
        let count = match self.line.read(&mut bytes) {
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Ok(Some(Vec::new())),
            // It ended without reading all orders.
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset => 0,
            Err(e) => return Err(e),
        };
        if count == 0 {
            return Ok(None);
        }
        self.unread.extend_from_slice(bytes.get(..count).unwrap_or_default());
        let mut reports = Vec::new();
        while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.unread.drain(..=end).collect();
            reports.extend(Report::parse(String::from_utf8_lossy(&line).trim_end_matches('\n')));
        }
        Ok(Some(reports))
    }
}

/// Lets the command start, with the file that it reads.
fn send_start(line: BorrowedFd<'_>, input: Input) -> Result<(), Errno> {
    let own = stdio::stdin();
    let files = [own];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut extra = SendAncillaryBuffer::new(&mut space);
    if input == Input::Own {
        extra.push(SendAncillaryMessage::ScmRights(&files));
    }
    sendmsg(line, &[IoSlice::new(&[Order::Start.byte()])], &mut extra, SendFlags::NOSIGNAL).map(drop)
}

/// After the supervisor was killed: everything that it watched is ours now. Names what cannot be ended.
fn end_what_is_left() -> io::Result<Vec<String>> {
    loop {
        let processes = descendants::find()?;
        let refused: Vec<_> = processes.iter().filter(|process| process.signal(Signal::KILL).is_err()).collect();
        if !refused.is_empty() && refused.len() == processes.len() {
            return Ok(refused.into_iter().map(descendants::Process::describe).collect());
        }
        match wait(WaitOptions::empty()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(Vec::new()),
            Err(e) => return Err(e.into()),
        }
    }
}
