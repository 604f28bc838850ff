//! Waiting until one of several files can be read, or a time has come.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Says for each file whether reading it would not block: there is something, or its end. All false when the time came first.
pub(super) fn readable<const N: usize>(files: [BorrowedFd<'_>; N], until: Option<Instant>) -> io::Result<[bool; N]> {
    ready(files.map(|file| PollFd::from_borrowed_fd(file, PollFlags::IN)), until)
}

/// Waits until a file takes more, or until nobody reads it any more.
pub(super) fn writable(file: BorrowedFd<'_>) -> io::Result<()> {
    ready([PollFd::from_borrowed_fd(file, PollFlags::OUT)], None).map(drop)
}

fn ready<const N: usize>(mut files: [PollFd<'_>; N], until: Option<Instant>) -> io::Result<[bool; N]> {
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // A wait that no clock can count is one without an end.
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut files, left.as_ref()) {
            Ok(_) => return Ok(files.map(|file| !file.revents().is_empty())),
            Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}
