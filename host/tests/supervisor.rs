//! What becomes of processes: nothing of a command is left, however it ends.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

#[path = "run/alive.rs"]
mod alive;
mod run;

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};

use run::{Done, Run};

/// A tree of processes that ignore every request to end: one in the background, one in another session, one that has left its parent.
const STUBBORN: &str = "\
trap '' TERM INT HUP
(trap '' TERM INT; echo $$ > background; exec sleep 1000) &
setsid sh -c 'trap \"\" TERM INT; exec sleep 1001' &
sh -c 'setsid sh -c \"trap \\\"\\\" TERM INT; sleep 1002 & wait\" & exit 0'
echo ready > ready
sleep 1003";

fn retry(options: &[&str], script: &str) -> Run {
    let run = options.iter().fold(Run::new("retry"), |run, option| run.arg(option));
    ["--", "sh", "-c", script].into_iter().fold(run, Run::arg)
}

/// Ends with what it printed; nothing of it may be alive then.
fn end(run: &Run, mut child: Child) -> Done {
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(alive::marked(run.folder()), [""; 0]);
    Done {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn go(run: &Run) -> Done {
    end(run, run.start())
}

fn wait_for(run: &Run, file: &str) {
    alive::wait_for_file(&run.folder().join(file));
}

#[test]
fn nothing_is_left_after_success() {
    let done = go(&retry(&["--grace", "0"], &STUBBORN.replace("sleep 1003", "exit 0")));
    assert_eq!(done.code, 0, "{}", done.stderr);
}

#[test]
fn what_goes_on_after_its_command_may_finish_its_last_lines() {
    let done = go(&retry(&["-n", "1"], "(echo late; echo later >&2) & exit 5"));
    assert_eq!((done.code, done.stdout.as_str()), (5, "late\n"));
}

#[test]
fn nothing_is_left_when_time_is_up() {
    let done = go(&retry(&["-n", "1", "--timeout", "500ms", "--grace", "0"], STUBBORN));
    assert_eq!(done.code, 124, "{}", done.stderr);
    assert!(done.stderr.contains("timeout (attempt-timeout)"), "{}", done.stderr);
}

#[test]
fn a_command_may_end_by_itself_when_its_time_is_up() {
    let run = retry(&["-n", "1", "--timeout", "500ms"], "trap 'echo cleaned; exit 0' TERM; sleep 1000 & wait");
    let done = go(&run);
    assert_eq!((done.code, done.stdout.as_str()), (124, "cleaned\n"));
}

#[test]
fn a_stopped_command_ends_too() {
    let done = go(&retry(&["-n", "1", "--timeout", "500ms"], "kill -STOP $$"));
    assert_eq!(done.code, 124, "{}", done.stderr);
}

#[test]
fn the_next_attempt_begins_when_all_of_the_last_one_are_gone() {
    let script = "\
for old in $(cat pids 2>/dev/null); do kill -0 $old 2>/dev/null && echo overlap; done
setsid sh -c 'trap \"\" TERM; sleep 1000 & echo $! >> pids; echo $$ >> pids; wait' &
sleep 1001";
    let options = ["-n", "2", "--timeout", "2s", "--grace", "0", "--first-pause", "0s", "--max-pause", "0s"];
    let run = retry(&options, script);
    let done = go(&run);
    assert_eq!((done.code, done.stdout.as_str()), (124, ""));
    assert!(run.read("pids").lines().count() >= 2);
}

#[test]
fn an_interrupt_reaches_the_command_once_and_no_attempt_follows() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let script = format!("trap 'echo {signal} >> got; kill $!; exit 3' {signal}; sleep 1000 & echo > ready; wait");
        let run = retry(&["-n", "5"], &script);
        let child = run.start();
        wait_for(&run, "ready");
        alive::signal(child.id(), signal);
        let done = end(&run, child);
        assert_eq!(done.code, code, "{}", done.stderr);
        assert_eq!(run.read("got"), format!("{signal}\n"));
        assert!(done.stderr.contains("gave up: the command was cancelled"), "{}", done.stderr);
    }
}

#[test]
fn who_ignores_an_interrupt_is_terminated_and_then_killed() {
    let run = retry(&["--grace", "1"], STUBBORN);
    let child = run.start();
    wait_for(&run, "ready");
    alive::signal(child.id(), "INT");
    assert_eq!(end(&run, child).code, 130);
}

#[test]
fn a_second_interrupt_kills_at_once() {
    let run = retry(&["--grace", "3600"], "trap 'echo > got' INT; while :; do sleep 1000 & echo > ready; wait; done");
    let child = run.start();
    wait_for(&run, "ready");
    alive::signal(child.id(), "INT");
    wait_for(&run, "got");
    alive::signal(child.id(), "TERM");
    assert_eq!(end(&run, child).code, 143);
}

#[test]
fn an_interrupt_ends_a_pause() {
    let run = retry(
        &["--first-pause", "1h", "--max-pause", "1h", "--jitter", "none"],
        "echo connection reset by peer; exit 1",
    );
    let mut child = run.start();
    let mut stderr = child.stderr.take().unwrap();
    let mut text = Vec::new();
    // The line about the attempt is written when the pause is about to begin.
    while !text.ends_with(b"again in 60 min 0 s\n") {
        let mut byte = [0];
        stderr.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
    }
    alive::signal(child.id(), "INT");
    assert_eq!(end(&run, child).code, 130);
}

#[test]
fn nothing_is_left_when_the_program_is_killed() {
    let run = retry(&[], STUBBORN);
    let mut child = run.start();
    wait_for(&run, "ready");
    child.kill().unwrap();
    child.wait().unwrap();
    alive::wait_until_gone(run.folder());
}

#[test]
fn nothing_is_left_when_the_supervisor_is_killed() {
    let run = retry(&[], &format!("echo $PPID > supervisor; {STUBBORN}"));
    let child = run.start();
    wait_for(&run, "ready");
    alive::signal(run.read("supervisor").trim().parse().unwrap(), "KILL");
    let done = end(&run, child);
    assert_eq!(done.code, 3, "{}", done.stderr);
    let told = "error[supervision-failed]: cannot run the command: its supervisor ended before it\n";
    assert_eq!(done.stderr, told);
}

#[test]
fn a_command_that_signals_its_whole_group_means_itself() {
    let done = go(&retry(&["-n", "1"], "kill -TERM 0"));
    assert_eq!(done.code, 143, "{}", done.stderr);
}

#[test]
fn it_works_as_the_first_process_of_a_container() {
    // With its own `/proc` as in a container, and with the outer one, whose numbers are not the container's.
    for proc in [&["--mount-proc"][..], &[]] {
        let run = Run::new("");
        let mut unshare = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            unshare.args(["--user", "--map-root-user"]);
        }
        let child = unshare
            .args(["--pid", "--fork", "--kill-child"])
            .args(proc)
            .arg(env!("CARGO_BIN_EXE_buildonce"))
            .args([
                "retry",
                "-n",
                "2",
                "--timeout",
                "700ms",
                "--grace",
                "0",
                "--first-pause",
                "0s",
                "--max-pause",
                "0s",
            ])
            .args(["--", "sh", "-c", &format!("echo attempt; {STUBBORN}")])
            .current_dir(run.folder())
            .env(alive::MARK, run.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let done = end(&run, child);
        assert_eq!(done.code, 124, "{proc:?} {}", done.stderr);
        assert_eq!(done.stdout.lines().count(), 2, "two attempts: {}", done.stdout);
    }
}

#[test]
fn somebody_else_who_holds_the_output_open_does_not_keep_it_waiting() {
    let run = retry(&[], "echo $$ > pid; read line; echo done");
    let mut child = run.start();
    wait_for(&run, "pid");
    let held = fs::OpenOptions::new().write(true).open(format!("/proc/{}/fd/1", run.read("pid").trim())).unwrap();
    drop(child.stdin.take());
    let done = end(&run, child);
    assert_eq!(done.stdout, "done\n");
    drop(held);
}

#[test]
fn a_reader_that_goes_away_ends_the_command_as_in_any_pipeline() {
    let run = retry(&["-n", "5"], "exec yes").closed_stdout();
    let done = go(&run);
    assert_eq!(done.code, 141, "{}", done.stderr);
    assert_eq!(done.stderr.matches("attempt ").count(), 1, "{}", done.stderr);
}

#[test]
fn a_closed_output_does_not_change_a_commands_own_code() {
    assert_eq!(go(&retry(&["-n", "1"], "exit 6").closed_stdout()).code, 6);
}
