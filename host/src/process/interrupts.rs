//! Requests to stop: `SIGINT` and `SIGTERM`.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

use super::{Interrupt, ready};

/// From when this exists, both signals no longer end the program; they are found here.
///
/// `SIGHUP` and `SIGQUIT` keep their effect: they end the program, and the supervisor then ends everything else.
#[derive(Debug)]
pub(crate) struct Interrupts {
    int: UnixStream,
    term: UnixStream,
}

impl Interrupts {
    /// Starts listening.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { int: on(SIGINT)?, term: on(SIGTERM)? })
    }

    /// A request that has come and was not taken yet.
    pub(super) fn take(&self) -> Option<Interrupt> {
        if came(&self.term) {
            return Some(Interrupt::Term);
        }
        came(&self.int).then_some(Interrupt::Int)
    }

    /// For waiting.
    pub(super) fn files(&self) -> [BorrowedFd<'_>; 2] {
        [self.int.as_fd(), self.term.as_fd()]
    }

    /// Does nothing for so long, or until there is a request.
    pub(crate) fn pause(&self, time: Duration) -> io::Result<Option<Interrupt>> {
        let until = Instant::now().checked_add(time);
        loop {
            if let Some(interrupt) = self.take() {
                return Ok(Some(interrupt));
            }
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(None);
            }
            ready::readable(self.files(), until)?;
        }
    }
}

/// A stream that holds a byte for each time the signal came.
pub(super) fn on(signal: i32) -> io::Result<UnixStream> {
    let (reader, writer) = UnixStream::pair()?;
    reader.set_nonblocking(true)?;
    pipe::register(signal, writer)?;
    Ok(reader)
}

/// Empties the stream and says whether there was anything. A signal that came twice before anyone looked counts once, as
/// signals do.
pub(super) fn came(mut stream: &UnixStream) -> bool {
    let mut bytes = [0; 64];
    let mut any = false;
    while stream.read(&mut bytes).is_ok_and(|count| count > 0) {
        any = true;
    }
    any
}
