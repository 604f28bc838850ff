//! `buildonce classify` as a user runs it.

mod run;

use run::Run;

const LOG: &str = "#21 pushing layers 12.3s done\n\u{1b}[31m#21 ERROR: failed to push ghcr.io/acme/app:1: unexpected status from POST \
                   request to https://ghcr.io/v2/acme/app/blobs/uploads/: 429 Too Many Requests\u{1b}[0m\r\nRetry-After: 45\n";

#[test]
fn a_log_is_named_with_its_cause_and_what_helps() {
    let done = Run::new("classify").arg("build.log").file("build.log", LOG).go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @r"
    rate-limited: registry-429 (certain)
      another try can help; the other side asks to wait 45 s
      evidence  ERROR: failed to push ghcr.io/acme/app:1: unexpected status from POST request to https://ghcr.io/v2/acme/app/blobs/uploads/: 429 Too Many Requests
      rule      rate.429
      phase     push
      registry  ghcr.io
    ");
}

#[test]
fn the_json_form_has_every_key_even_for_what_is_not_known() {
    let done = Run::new("classify").arg("--format").arg("json").stdin("nothing of interest\n").go();
    assert_eq!(done.code, 0);
    insta::assert_snapshot!(done.stdout, @r#"
    {
      "class": "permanent",
      "cause": "unknown",
      "retry_helps": false,
      "retry_after_ms": null,
      "remedy": null,
      "confidence": "ambiguous",
      "evidence": "nothing of interest",
      "rule": "outcome.unknown"
    }
    "#);
}

#[test]
fn how_it_ended_counts() {
    let cause = |arguments: &[&str]| {
        let run = arguments.iter().fold(Run::new("classify"), |run, argument| run.arg(argument));
        let done = run.stdin("").go();
        assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
        done.stdout.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(cause(&["--timed-out"]), "timeout: attempt-timeout (certain)");
    assert_eq!(cause(&["--signal", "SIGKILL", "-"]), "resource: oom (likely)");
    assert_eq!(cause(&["--signal", "9"]), "resource: oom (likely)");
    assert_eq!(cause(&["--exit-code", "127"]), "permanent: command-missing (likely)");
    assert_eq!(cause(&[]), "permanent: unknown (ambiguous)");
}

#[test]
fn a_hostile_log_is_read_like_any_other() {
    let mut log = b"\xff\xfe\x00connection reset by peer\n\xc3".to_vec();
    log.extend(std::iter::repeat_n(b'x', 20_000_000));
    log.extend(b" write: broken pipe\r\x1b[2K\xf0\x9f");
    let done = Run::new("classify").stdin(&log).go();
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("broken pipe") && done.stdout.len() < 1000, "{}", done.stdout);
    assert!(!done.stdout.contains('\u{1b}'));
    let nothing = Run::new("classify").stdin(b"").go();
    assert_eq!(nothing.code, 0);
}

#[test]
fn wrong_words_are_told_with_what_to_write() {
    let done = Run::new("classify").arg("--signal").arg("FOO").stdin("").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[unknown-signal]: `FOO` is not a signal that ends a program
     |
     = help: write its name or its number, such as KILL, SIGTERM or 9
    ");
    for arguments in [&["--exit-code", "300"][..], &["--exit-code", "-1"], &["--exit-code", "1", "--timed-out"]] {
        let done = arguments.iter().fold(Run::new("classify"), |run, argument| run.arg(argument)).stdin("").go();
        assert_eq!(done.code, 2, "{arguments:?}");
    }
    let done = Run::new("classify").arg("nope.log").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"error[unreadable-file]: cannot read the log nope.log: no such file or directory");
}

#[test]
fn nobody_needs_to_read_the_answer() {
    assert_eq!(Run::new("classify").arg("-").stdin(LOG).closed_stdout().go().code, 0);
}
