//! The supervisor: a process between the program and the command.

use std::ffi::OsString;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process_group, set_child_subreaper, set_parent_process_death_signal, setsid,
    wait,
};
use rustix::stdio;
use signal_hook::consts::{SIGCHLD, SIGTERM};

use super::wire::{Order, Report};
use super::{descendants, interrupts, ready};
use crate::problem::{Exit, cause};

/// How long what a command started may go on after it, so that a logger at the end of its pipe can write the last lines.
const LINGER: Duration = Duration::from_millis(500);

/// How long the system may take to end what was killed. A process that waits for a broken disk may stay for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs as supervisor. Standard input is the socket to the program, the other two are the command's. The arguments are the grace in
/// milliseconds, the command's program and its arguments.
pub(crate) fn supervise(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Supervisor::new(arguments).and_then(Supervisor::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The program sees the end of the stream without a last word; the reason goes where the command's errors go.
            eprintln!("buildonce: the supervisor of the command failed: {error}");
            ExitCode::from(Exit::World.code())
        }
    }
}

struct Supervisor {
    command: Pid,
    grace: Duration,
    /// The program has closed its end, or is gone.
    alone: bool,
    /// A process of ours has ended.
    ended: UnixStream,
    /// The program is gone, says the kernel; or somebody wants this process to end.
    orphaned: UnixStream,
    stage: Stage,
}

/// How far the end has come.
enum Stage {
    /// The command runs.
    Running,
    /// The command has ended; what it started may still do so by itself.
    Lingering { until: Instant },
    /// Everything was asked to end.
    Asked {
        /// From when a command that was only interrupted is terminated.
        terminate: Option<Instant>,
        /// From when there is no more asking.
        kill: Instant,
    },
    /// Everything was killed.
    Killed { give_up: Instant },
}

impl Supervisor {
    /// Prepares itself, then starts the command.
    fn new(arguments: impl IntoIterator<Item = OsString>) -> io::Result<Self> {
        let mut arguments = arguments.into_iter();
        let grace = arguments.next().and_then(|text| text.to_str()?.parse().ok()).map(Duration::from_millis);
        let (Some(grace), Some(program)) = (grace, arguments.next()) else {
            return Err(io::Error::other("this command is for buildonce itself"));
        };
        // Its own session: what the terminal sends to the program does not reach it, and neither does a kill of the program's group.
        let _ = setsid();
        set_child_subreaper(Some(getpid()))?;
        let ended = interrupts::on(SIGCHLD)?;
        let orphaned = interrupts::on(SIGTERM)?;
        // The socket tells the same, but not if the program has left its end open in another process.
        set_parent_process_death_signal(Some(Signal::TERM))?;
        let input = start()?;
        let name = program.clone();
        let spawned = Command::new(program)
            .args(arguments)
            .stdin(input.map_or_else(Stdio::null, Stdio::from))
            // Its own group: a script that signals its whole group does not mean the supervisor.
            .process_group(0)
            .spawn();
        match spawned {
            Ok(child) => {
                let command =
                    i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
                Ok(Self { command, grace, alone: false, ended, orphaned, stage: Stage::Running })
            }
            Err(e) => {
                let missing = e.kind() == io::ErrorKind::NotFound;
                // In a shell's words, which say what is missing.
                let why = if missing { "command not found".to_owned() } else { cause(&e) };
                tell(&Report::SpawnFailed { missing, message: format!("{}: {why}", name.to_string_lossy()) });
                tell(&Report::Gone);
                std::process::exit(0)
            }
        }
    }

    fn run(mut self) -> io::Result<()> {
        loop {
            if self.reap()? == Family::Gone {
                tell(&Report::Gone);
                return Ok(());
            }
            let now = Instant::now();
            match self.stage {
                Stage::Lingering { until } if until <= now => self.ask(Signal::TERM),
                Stage::Asked { kill, .. } if kill <= now => self.kill(),
                Stage::Asked { terminate: Some(at), kill } if at <= now => {
                    self.stage = Stage::Asked { terminate: None, kill };
                    self.send(Signal::TERM);
                }
                Stage::Killed { give_up } if give_up <= now => {
                    for process in descendants::find()? {
                        tell(&Report::Survivor(process.describe()));
                    }
                    return Ok(());
                }
                // Something ended since the last look. What it may have started meanwhile is found now.
                Stage::Killed { .. } => self.send(Signal::KILL),
                _ => {}
            }
            self.wait()?;
        }
    }

    /// Takes the exit codes of all that have ended. The system saying that there is no child proves that there is no descendant,
    /// because every orphan becomes a child.
    fn reap(&mut self) -> io::Result<Family> {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.command => {
                    match (status.exit_status(), status.terminating_signal()) {
                        (Some(code), _) => tell(&Report::Exited(code)),
                        (_, Some(number)) => tell(&Report::Signalled(number)),
                        _ => continue,
                    }
                    if matches!(self.stage, Stage::Running) {
                        self.stage = Stage::Lingering { until: Instant::now() + LINGER };
                    }
                }
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => return Ok(Family::Alive),
                Err(Errno::CHILD) => return Ok(Family::Gone),
                Err(e) => return Err(e.into()),
            }
        }
    }

    /// Waits for whatever comes next: the end of a process, an order, the end of the program, the next stage.
    fn wait(&mut self) -> io::Result<()> {
        let until = match self.stage {
            Stage::Running => None,
            Stage::Lingering { until } => Some(until),
            Stage::Asked { terminate, kill } => Some(terminate.unwrap_or(kill)),
            Stage::Killed { give_up } => Some(give_up),
        };
        // A stream that has ended can always be read.
        let orders = if self.alone { self.ended.as_fd() } else { stdio::stdin() };
        let [orders, _, _] = ready::readable([orders, self.ended.as_fd(), self.orphaned.as_fd()], until)?;
        interrupts::came(&self.ended);
        if interrupts::came(&self.orphaned) {
            self.kill();
        }
        if orders && !self.alone {
            self.obey();
        }
        Ok(())
    }

    fn obey(&mut self) {
        let mut bytes = [0; 16];
        match rustix::io::read(stdio::stdin(), &mut bytes) {
            Ok(count) if count > 0 => {
                for byte in bytes.iter().take(count) {
                    match Order::of(*byte) {
                        Order::Start => {}
                        Order::Interrupt => self.ask(Signal::INT),
                        Order::Terminate => self.ask(Signal::TERM),
                        Order::Kill => self.kill(),
                    }
                }
            }
            Err(Errno::INTR) => {}
            // Without the program there is nobody to be graceful for, and nobody to stop what goes on.
            _ => {
                self.alone = true;
                self.kill();
            }
        }
    }

    /// Asks everything to end. Whoever asks twice does not want to wait.
    fn ask(&mut self, signal: Signal) {
        if matches!(self.stage, Stage::Asked { .. } | Stage::Killed { .. }) {
            return self.kill();
        }
        let now = Instant::now();
        // Shells let what they start in the background ignore an interrupt.
        let terminate = (signal == Signal::INT).then(|| now + self.grace / 2);
        self.stage = Stage::Asked { terminate, kill: now + self.grace };
        self.send(signal);
        // Who is stopped cannot do what was asked.
        self.send(Signal::CONT);
    }

    fn kill(&mut self) {
        if !matches!(self.stage, Stage::Killed { .. }) {
            self.stage = Stage::Killed { give_up: Instant::now() + PATIENCE };
        }
        self.send(Signal::KILL);
    }

    /// To every process below this one.
    fn send(&self, signal: Signal) {
        match descendants::find() {
            // A process of another user cannot be signalled; if it stays, it is told at the end.
            Ok(processes) => processes.iter().for_each(|process| drop(process.signal(signal))),
            // Without `/proc` only the command's own group is known.
            Err(_) => drop(kill_process_group(self.command, signal)),
        }
    }
}

/// Whether anything is left.
#[derive(PartialEq, Eq)]
enum Family {
    Alive,
    Gone,
}

/// Waits for the order to start and takes the file that comes with it.
fn start() -> io::Result<Option<OwnedFd>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut extra = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let socket: BorrowedFd<'_> = stdio::stdin();
    let received = recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut extra, RecvFlags::CMSG_CLOEXEC)?;
    if received.bytes == 0 || byte.map(Order::of) != [Order::Start] {
        return Err(io::Error::other("this command is for buildonce itself"));
    }
    let file = extra.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut files) => files.next(),
        _ => None,
    });
    Ok(file)
}

/// To the program. If it is gone, the end of the stream is on its way.
fn tell(report: &Report) {
    let line = report.to_string();
    let mut rest = line.as_bytes();
    while let Ok(count) = rustix::io::write(stdio::stdin(), rest) {
        rest = rest.get(count..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
    }
}
