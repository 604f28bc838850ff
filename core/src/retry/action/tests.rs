//! Whole runs of the action: inputs and how each attempt ends, then what was written and said.

use super::super::{Classification, classify};
use super::*;

/// What a run left behind.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    exit: u32,
    outputs: Vec<(String, String)>,
    attempts: usize,
    hooks: usize,
    warnings: usize,
    errors: usize,
    waited_ms: Vec<u64>,
    programs: Vec<String>,
}

fn failure(outcome: &Outcome, text: &str) -> Classification {
    classify(outcome, text)
}

/// Plays a host; the last ending repeats.
fn play(inputs: &[(&str, &str)], endings: &[Outcome], text: &str, policy: &Policy) -> Told {
    let mut all = vec![("command", "make"), ("timeout_seconds", "20"), ("retry_wait_seconds", "1")];
    all.retain(|(name, _)| {
        !inputs.iter().any(|(own, _)| own == name || own.starts_with("timeout") && name.starts_with("timeout"))
    });
    all.extend(inputs);
    let mut told = Told::default();
    let mut situation = ActionSituation {
        inputs: all.iter().map(|(name, value)| Entry::new(*name, *value)).collect(),
        tail: text.to_owned(),
        ..ActionSituation::default()
    };
    loop {
        let step = action_next(policy, &situation);
        if let Some(last) = situation.history.last_mut() {
            last.rule = Some(step.rule.clone());
        }
        situation.tokens = step.tokens;
        for entry in step.outputs {
            told.outputs.retain(|(key, _)| *key != entry.key);
            told.outputs.push((entry.key, entry.value));
        }
        told.hooks += usize::from(!step.hook.is_empty());
        told.warnings += step.annotations.iter().filter(|told| told.severity == Severity::Warning).count();
        told.errors += step.annotations.iter().filter(|told| told.severity == Severity::Error).count();
        if !step.again {
            assert_eq!(step.delay_ms, 0, "no pause before the end");
            told.exit = step.exit_code;
            told.outputs.sort();
            return told;
        }
        if told.attempts > 0 {
            told.waited_ms.push(step.delay_ms);
        }
        told.programs.push(step.program.join(" "));
        let outcome = endings.get(told.attempts).or(endings.last()).unwrap().clone();
        told.attempts += 1;
        situation.elapsed_ms += step.delay_ms + 1000;
        let failure = failure(&outcome, text);
        situation.history.push(Attempt { outcome, failure, duration_ms: 1000, rule: None, remedy: None });
    }
}

fn run(inputs: &[(&str, &str)], endings: &[Outcome]) -> Told {
    play(inputs, endings, "", &Policy::standard())
}

/// Attempts, exit code of the step, `exit_code`, `exit_error`.
fn end(told: &Told) -> (usize, u32, &str, &str) {
    let output = |name: &str| told.outputs.iter().find(|(key, _)| key == name).map_or("-", |(_, value)| value.as_str());
    let attempts = told.attempts;
    assert_eq!(output("total_attempts"), if attempts == 0 { "-".to_owned() } else { attempts.to_string() });
    (attempts, told.exit, output("exit_code"), output("exit_error"))
}

const FAILED: Outcome = Outcome::Exited(1);
const OK: Outcome = Outcome::Exited(0);

#[test]
fn failures_are_tried_again_until_one_attempt_succeeds_or_none_is_left() {
    let told = run(&[], &[FAILED, FAILED, OK]);
    assert_eq!(end(&told), (3, 0, "0", "-"));
    assert_eq!((told.warnings, told.errors, told.waited_ms.as_slice()), (2, 0, [1000, 1000].as_slice()));
    let told = run(&[("max_attempts", "2")], &[Outcome::Exited(125)]);
    assert_eq!(end(&told), (2, 125, "125", "Final attempt failed. Child_process exited with error code 125"));
    assert_eq!((told.warnings, told.errors), (1, 1));
}

#[test]
fn retry_on_tells_timeouts_from_errors() {
    let timeouts = [("timeout_seconds", "2"), ("retry_on", "error")];
    assert_eq!(end(&run(&timeouts, &[Outcome::TimedOut])), (1, 1, "1", "Timeout of 2000ms hit"));
    let told = run(&timeouts, &[Outcome::Exited(5), Outcome::TimedOut]);
    assert_eq!(end(&told), (2, 1, "1", "Timeout of 2000ms hit"));
    let told = run(&[("retry_on", "timeout")], &[FAILED]);
    assert_eq!(end(&told), (1, 1, "1", "Child_process exited with error code 1"));
    let told = run(&[("retry_on", "timeout")], &[Outcome::TimedOut]);
    assert_eq!(end(&told), (3, 1, "1", "Final attempt failed. Timeout of 20000ms hit"));
}

#[test]
fn an_exit_code_can_be_the_only_one() {
    let told = run(&[("retry_on_exit_code", "2")], &[Outcome::Exited(2), FAILED]);
    assert_eq!(end(&told), (2, 1, "1", "Child_process exited with error code 1"));
    let told = run(&[("retry_on_exit_code", "2")], &[Outcome::TimedOut]);
    assert_eq!(end(&told), (1, 1, "1", "Timeout of 20000ms hit"));
    assert_eq!(end(&run(&[("retry_on_exit_code", "1,2")], &[Outcome::Exited(2)])).0, 1);
    assert_eq!(end(&run(&[("retry_on_exit_code", "1,2")], &[FAILED])).0, 3);
    assert_eq!(end(&run(&[("retry_on_exit_code", "0")], &[Outcome::Exited(4)])).0, 3);
}

#[test]
fn hooks_and_new_commands_come_between_attempts() {
    let told = run(&[("on_retry_command", "clean"), ("new_command_on_retry", "make -B")], &[FAILED]);
    assert_eq!(told.hooks, 2);
    assert_eq!(told.programs, ["bash -c make", "bash -c make -B", "bash -c make -B"]);
}

#[test]
fn an_error_that_is_continued_from_is_a_warning() {
    let told = run(&[("continue_on_error", "true"), ("max_attempts", "1")], &[Outcome::TimedOut]);
    assert_eq!(end(&told), (1, 0, "1", "Final attempt failed. Timeout of 20000ms hit"));
    assert_eq!((told.warnings, told.errors), (1, 0));
}

#[test]
fn warnings_can_be_off() {
    let told = run(&[("warning_on_retry", "false")], &[FAILED]);
    assert_eq!((told.warnings, told.errors), (0, 1));
}

#[test]
fn a_kill_is_a_failure_and_a_cancelled_run_is_over() {
    let told = run(&[("max_attempts", "1")], &[Outcome::Signalled(9)]);
    assert_eq!(end(&told), (1, 137, "137", "Final attempt failed. Child_process was ended by signal KILL"));
    assert_eq!(end(&run(&[], &[Outcome::Cancelled])), (1, 130, "130", "The run was cancelled"));
    let told = run(&[], &[Outcome::SpawnFailed("No such file or directory".to_owned())]);
    assert_eq!(end(&told).0, 1);
}

#[test]
fn wrong_inputs_fail_the_step_before_anything_runs() {
    let told = run(&[("timeout_seconds", "0"), ("continue_on_error", "true")], &[OK]);
    assert_eq!(end(&told), (0, 1, "1", "Must specify either timeout_minutes or timeout_seconds inputs"));
    assert_eq!(told.errors, 1);
}

#[test]
fn with_classify_a_hopeless_failure_stops_at_once() {
    let typo = "ERROR: failed to solve: dockerfile parse error on line 1: unknown instruction: FRM";
    let told = play(&[("classify", "true")], &[FAILED], typo, &Policy::standard());
    assert_eq!(end(&told), (1, 1, "1", "Child_process exited with error code 1"));
    let told = play(&[], &[FAILED], typo, &Policy::standard());
    assert_eq!(end(&told).0, 3);
    let limited = "429 Too Many Requests, Retry-After: 7";
    let told = play(&[("classify", "true")], &[FAILED], limited, &Policy::standard());
    assert_eq!((told.attempts, told.waited_ms.as_slice()), (3, [7000, 7000].as_slice()));
}

#[test]
fn with_a_policy_its_rules_decide_within_the_actions_attempts() {
    let source = "version: 1\nextends: build-once-test-many\nretry: {rules: [{when: {exit-codes: 7}, never: true}]}\n";
    let policy = Policy::parse(source, "p.yaml").unwrap();
    let seven = [Outcome::Exited(7)];
    assert_eq!(play(&[("policy", "p.yaml")], &seven, "connection reset by peer", &policy).attempts, 1);
    assert_eq!(play(&[], &seven, "connection reset by peer", &policy).attempts, 3);
}

#[test]
fn pauses_grow_and_a_deadline_ends_the_attempts_when_asked_for() {
    let told = run(&[("backoff", "linear"), ("max_attempts", "4")], &[FAILED]);
    assert!(told.waited_ms.iter().zip([1000, 2000, 3000]).all(|(waited, most)| *waited <= most), "{told:?}");
    let told = run(&[("deadline", "4s"), ("max_attempts", "9")], &[FAILED]);
    assert_eq!((told.attempts, told.exit), (2, 1));
}
