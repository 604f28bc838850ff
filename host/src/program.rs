//! Short-lived helper programs whose output the host reads. Nothing they do may hang or flood a command.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use std::{env, thread};

/// Bytes of one stream that are kept; the rest is read and dropped.
const KEPT: u64 = 1 << 20;

/// A program on its way.
pub(crate) struct Started {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Whether it ended with 0.
    pub(crate) success: bool,
    /// The start of its standard output.
    pub(crate) stdout: Vec<u8>,
    /// The start of its standard error, as text.
    pub(crate) stderr: String,
}

/// Starts a program without input. `None` when it cannot be started.
pub(crate) fn start(command: &mut Command) -> Option<Started> {
    spawn(command.stdin(Stdio::null()))
}

/// Starts a program that reads a short text: less than a pipe holds, so that nobody waits for a reader. `None` when it cannot be started.
pub(crate) fn start_with(command: &mut Command, input: &str) -> Option<Started> {
    let mut started = spawn(command.stdin(Stdio::piped()))?;
    let written = started.child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    // One that does not read its input has its own reason, and says it by its end.
    drop(written);
    Some(started)
}

fn spawn(command: &mut Command) -> Option<Started> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
    let stdout = collect(child.stdout.take()?);
    let stderr = collect(child.stderr.take()?);
    Some(Started { child, stdout, stderr })
}

impl Started {
    /// Waits for the end. `None` when the time ran out; the program is killed then.
    pub(crate) fn finish(mut self, limit: Duration) -> Option<Finished> {
        let end = Instant::now() + limit;
        let left = || end.saturating_duration_since(Instant::now());
        // Its streams end when it ends, unless it left children behind: those are not waited for.
        let stdout = self.stdout.recv_timeout(left());
        let stderr = self.stderr.recv_timeout(left());
        if let (Ok(stdout), Ok(stderr)) = (stdout, stderr) {
            // A program that closed its streams is about to end; what is not, is killed below.
            while !left().is_zero() {
                if let Ok(Some(status)) = self.child.try_wait() {
                    let stderr = String::from_utf8_lossy(&stderr).into_owned();
                    return Some(Finished { success: status.success(), stdout, stderr });
                }
                thread::sleep(Duration::from_micros(200));
            }
        }
        // It may have ended by itself meanwhile; there is nothing else to do about it.
        drop(self.child.kill());
        drop(self.child.wait());
        None
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut kept = Vec::new();
        let whole = stream.by_ref().take(KEPT).read_to_end(&mut kept);
        if whole.is_ok() {
            // Reading on keeps the program from waiting for a reader; a failure here only means that it ended.
            drop(std::io::copy(&mut stream, &mut std::io::sink()));
        }
        // The receiver may have given up.
        drop(sender.send(kept));
    });
    receiver
}

/// The file of a program on `PATH`, absolute, so that a file in the working directory is never run by accident.
pub(crate) fn find(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    env::split_paths(path?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
        .find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &std::path::Path) -> bool {
    file.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_status_are_kept_apart() {
        let done =
            start(&mut shell("echo out; echo err >&2; exit 3")).unwrap().finish(Duration::from_secs(10)).unwrap();
        assert_eq!((done.success, done.stdout.as_slice(), done.stderr.as_str()), (false, &b"out\n"[..], "err\n"));
    }

    #[test]
    fn a_short_text_is_read_by_the_program() {
        let done = start_with(&mut shell("cat"), "a host").unwrap().finish(Duration::from_secs(10)).unwrap();
        assert_eq!((done.success, done.stdout.as_slice()), (true, &b"a host"[..]));
        assert!(start_with(&mut shell("exit 1"), "a host").unwrap().finish(Duration::from_secs(10)).is_some());
    }

    #[test]
    fn a_program_that_hangs_is_given_up() {
        let started = Instant::now();
        assert!(start(&mut shell("sleep 30")).unwrap().finish(Duration::from_millis(50)).is_none());
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_flood_is_cut() {
        let script = "head -c 3000000 /dev/zero";
        let done = start(&mut shell(script)).unwrap().finish(Duration::from_secs(30)).unwrap();
        assert_eq!(done.stdout.len(), 1 << 20);
        assert!(done.success);
    }

    #[test]
    fn programs_are_found_in_absolute_folders_only() {
        assert!(find("sh", Some(OsStr::new("relative:/nowhere:/bin"))).is_some_and(|p| p.is_absolute()));
        assert_eq!(find("sh", Some(OsStr::new("bin:.:"))), None);
        assert_eq!(find("sh", None), None);
    }
}
