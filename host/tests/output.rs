//! What becomes of a command's output: every byte arrives, and memory does not grow with it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod run;

use std::io::Read;
use std::thread;

use run::Run;

/// Runs a script that writes much, counts what arrives, and tells the peak of the memory of the program and of its supervisor in KiB.
fn peak(script: &str) -> (u64, u64) {
    let ask = "\
host=$(awk '/^PPid/ {print $2}' /proc/$PPID/status)
awk '/^VmHWM/ {sum += $2} END {print sum}' /proc/$host/status /proc/$PPID/status > peak";
    let run = ["--", "sh", "-c", &format!("{script}\n{ask}")].into_iter().fold(Run::new("retry"), Run::arg);
    let mut child = run.start();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    // Both have to be read at the same time, or the command waits for ever.
    let errors = thread::spawn(move || std::io::copy(&mut err, &mut std::io::sink()).unwrap());
    let bytes = std::io::copy(&mut out, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    (bytes + errors.join().unwrap(), run.read("peak").trim().parse().unwrap())
}

#[test]
fn memory_does_not_grow_with_the_output() {
    let (_, little) = peak("yes 'a line of a log' | head -c 1000000");
    let (bytes, lines) = peak("yes 'a line of a log' | head -c 1000000000");
    assert!(bytes > 1_000_000_000);
    let (_, one_line) = peak("head -c 100000000 /dev/zero | tr '\\0' x >&2");
    for much in [lines, one_line] {
        assert!(much < little + 4096, "{little} KiB for a megabyte, {much} KiB for much more");
    }
}

#[test]
fn bytes_arrive_as_they_were_written() {
    let script = r"printf 'a\377\376\000\033[31mred\r\n\303'; printf 'e\200' >&2; exit 9";
    let run = ["--quiet", "--", "sh", "-c", script].into_iter().fold(Run::new("retry").arg("-n").arg("1"), Run::arg);
    let mut child = run.start();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_end(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(9));
    assert_eq!((out.as_slice(), err.as_slice()), (&b"a\xff\xfe\0\x1b[31mred\r\n\xc3"[..], &b"e\x80"[..]));
}

#[test]
fn output_comes_while_the_command_runs() {
    // The command goes on only after the test has seen its first line.
    let run = ["--", "sh", "-c", "echo first; read line; echo $line"].into_iter().fold(Run::new("retry"), Run::arg);
    let mut child = run.start();
    let mut out = child.stdout.take().unwrap();
    let mut first = [0; 6];
    out.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"first\n");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"second\n").unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "second\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_file_as_input_is_read_from_the_same_place_by_every_attempt() {
    let run = Run::new("").file("input", "one\ntwo\n");
    let script =
        "exec < input; read first; exec buildonce retry -q -n 2 --first-pause 0s --max-pause 0s -- sh -c 'cat; exit 1'";
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_buildonce"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .env("PATH", path)
        .current_dir(run.folder())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "two\ntwo\n");
}
