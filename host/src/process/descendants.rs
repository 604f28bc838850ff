//! Every process below this one, and signals for them.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

/// A process as it was when it was found.
#[derive(Debug)]
pub(super) struct Process {
    /// Its folder in `/proc`.
    folder: String,
    /// Its number, as signals need it.
    pid: Pid,
    stat: Stat,
}

/// What is needed from `/proc/N/stat`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stat {
    name: String,
    parent: u32,
    /// Ticks since the machine started. With the number it names one process for ever, while numbers come again.
    start: u64,
}

/// All processes below this one, parents before their children. Those that have ended and whose exit code nobody has asked for yet
/// are among them, because a process whose first thread has ended looks the same.
///
/// A look at a moving target: what is started meanwhile may be missing. Whoever wants to end everything looks again after each
/// end of a process; a new one is always the child of one that was found, and comes to its sub-reaper when that ends.
pub(super) fn find() -> io::Result<Vec<Process>> {
    // With the `/proc` of an outer process namespace, numbers there are not the numbers here; `self` is right in any case.
    let own = fs::read_link("/proc/self")?;
    let own: u32 = own.to_str().and_then(|text| text.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let depth = numbers("/proc/self").len();
    let mut children: BTreeMap<u32, Vec<(u32, Stat)>> = BTreeMap::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // Whoever ended between the two looks is of no interest.
        if let Some(stat) = stat(&format!("/proc/{number}")) {
            children.entry(stat.parent).or_default().push((number, stat));
        }
    }
    let mut found = Vec::new();
    let mut parents = vec![own];
    while let Some(parent) = parents.pop() {
        for (number, stat) in children.remove(&parent).unwrap_or_default() {
            parents.push(number);
            let folder = format!("/proc/{number}");
            let pid = if depth > 1 { numbers(&folder).get(depth - 1).copied() } else { Some(number) };
            let pid = pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
            if let Some(pid) = pid {
                found.push(Process { folder, pid, stat });
            }
        }
    }
    Ok(found)
}

impl Process {
    /// Sends a signal to this process and no other, even if its number has a new owner.
    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        let sent = match pidfd_open(self.pid, PidfdFlags::empty()) {
            // From here on the handle names one process. Is it the one that was found?
            Ok(handle) if self.is_still_there() => pidfd_send_signal(&handle, signal),
            Ok(_) => Ok(()),
            // Kernels before 5.3, and sandboxes that know no such call.
            Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) if self.is_still_there() => kill_process(self.pid, signal),
            Err(e) => Err(e),
        };
        match sent {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    fn is_still_there(&self) -> bool {
        stat(&self.folder).is_some_and(|now| now.start == self.stat.start)
    }

    /// How a person would call it.
    pub(super) fn describe(&self) -> String {
        format!("{} (process {})", self.stat.name, self.pid.as_raw_nonzero())
    }
}

fn stat(folder: &str) -> Option<Stat> {
    // The name may hold any byte, so the file is not always UTF-8.
    let bytes = fs::read(format!("{folder}/stat")).ok()?;
    parse_stat(&String::from_utf8_lossy(&bytes))
}

/// Reads `42 (a name) S 1 …` (proc(5)): the name may hold blanks and parentheses, what follows it may not.
fn parse_stat(text: &str) -> Option<Stat> {
    let (before, after) = text.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let fields: Vec<_> = after.split_ascii_whitespace().collect();
    Some(Stat { name: name.to_owned(), parent: fields.get(1)?.parse().ok()?, start: fields.get(19)?.parse().ok()? })
}

/// The numbers of a process, from the process namespace of this `/proc` inwards. Just one before Linux 4.1.
fn numbers(folder: &str) -> Vec<u32> {
    let status = fs::read(format!("{folder}/status")).unwrap_or_default();
    parse_numbers(&String::from_utf8_lossy(&status))
}

fn parse_numbers(status: &str) -> Vec<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    line.unwrap_or_default().split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let line = "42 (a) R 1 (b) S 7 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 777 0 0";
        let stat = parse_stat(line).unwrap();
        assert_eq!(stat, Stat { name: "a) R 1 (b".to_owned(), parent: 7, start: 777 });
        assert_eq!(parse_stat("42 (x"), None);
        assert_eq!(parse_stat("42 (x) S 7"), None);
    }

    #[test]
    fn numbers_are_read_from_the_outside_in() {
        assert_eq!(parse_numbers("Name:\tx\nNSpid:\t4711\t12\t1\nNSpgid:\t0\n"), [4711, 12, 1]);
        assert!(parse_numbers("Name:\tx\n").is_empty());
    }
}
