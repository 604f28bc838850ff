//! What the commands read, from the same place on every attempt.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::fd::AsFd;

use rustix::stdio;

/// Where standard input stood when the program started, if it is a file. From a pipe an attempt reads what the ones before it left.
#[derive(Debug)]
pub(crate) struct InputStart(Option<(File, u64)>);

impl InputStart {
    /// Remembers the place.
    pub(crate) fn remember() -> Self {
        Self(place().ok().flatten())
    }

    /// Goes back to it.
    pub(crate) fn restore(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Some((file, at)) => file.seek(SeekFrom::Start(*at)).map(drop),
            None => Ok(()),
        }
    }
}

fn place() -> io::Result<Option<(File, u64)>> {
    // A copy of the descriptor shares its place with the original, which is what commands get.
    let mut file = File::from(stdio::stdin().as_fd().try_clone_to_owned()?);
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let at = file.stream_position()?;
    Ok(Some((file, at)))
}
