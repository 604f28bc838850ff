//! Which processes of a run are alive, and signals for them.

#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

/// Every process of a run has this variable, set to the run's folder.
pub(crate) const MARK: &str = "BUILDONCE_TEST_RUN";

/// Longest wait for what must happen.
const PATIENCE: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };

/// Processes of a run that are alive, as a person would name them.
pub(crate) fn marked(folder: &Path) -> Vec<String> {
    pids(folder).into_iter().map(|(pid, name)| format!("{pid} {name}")).collect()
}

/// Waits until no process of a run is left.
pub(crate) fn wait_until_gone(folder: &Path) {
    loop {
        let left = pids(folder);
        let Some((pid, name)) = left.first() else { return };
        // One that has gone meanwhile is what we wait for.
        let Ok(handle) = pidfd_open(Pid::from_raw(*pid).unwrap(), PidfdFlags::empty()) else { continue };
        let ended = poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&PATIENCE)).unwrap();
        assert!(ended > 0, "{pid} {name} does not end");
    }
}

fn pids(folder: &Path) -> Vec<(i32, String)> {
    let mark = [MARK.as_bytes(), b"=", folder.as_os_str().as_bytes()].concat();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // What has ended has no environment.
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|variable| variable == mark) {
            let name = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push((pid, String::from_utf8_lossy(&name).replace('\0', " ")));
        }
    }
    found
}

/// Waits until a file has content.
pub(crate) fn wait_for_file(path: &Path) {
    let watch = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    let events = inotify::WatchFlags::MODIFY | inotify::WatchFlags::CREATE | inotify::WatchFlags::CLOSE_WRITE;
    inotify::add_watch(&watch, path.parent().unwrap(), events).unwrap();
    while fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        let came = poll(&mut [PollFd::new(&watch, PollFlags::IN)], Some(&PATIENCE)).unwrap();
        assert!(came > 0, "{} stays empty", path.display());
        rustix::io::read(&watch, &mut [0; 4096]).unwrap();
    }
}

/// Sends a signal by its name.
pub(crate) fn signal(pid: u32, name: &str) {
    let signal = match name.trim_start_matches("SIG") {
        "INT" => Signal::INT,
        "TERM" => Signal::TERM,
        "KILL" => Signal::KILL,
        "HUP" => Signal::HUP,
        other => panic!("no signal for {other}"),
    };
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), signal).unwrap();
}
