//! The inputs of nick-fields/retry, read as that action reads them, and the ones that are ours on top.
//!
//! Numbers are read by the rules of JavaScript's `parseInt`, because workflows rely on `2.9` and `10s`. What that action takes silently
//! for something else (a negative number of attempts, a word that it does not know) is refused here; `docs/retry.md` lists each case.

use crate::number;
use crate::policy::{Backoff, BackoffKind, Choice, Duration, Jitter, Limits, help_words};
use crate::reason::Entry;

/// What every fault of the inputs is: the text for `exit_error`.
pub(super) type Fault = String;

/// Which failures are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetryOn {
    /// Every failure.
    Any,
    /// Only those where the command ended by itself.
    Error,
    /// Only those where the command's time ran out.
    Timeout,
}

impl Choice for RetryOn {
    const ALL: &'static [(&'static str, Self)] =
        &[("any", Self::Any), ("error", Self::Error), ("timeout", Self::Timeout)];
}

/// Every input, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Inputs {
    pub(super) command: String,
    /// The program that runs a command, with its options up to the one that takes the command.
    pub(super) shell: Vec<String>,
    /// Runs between attempts.
    pub(super) hook: Option<String>,
    /// Takes the command's place after the first attempt.
    pub(super) new_command: Option<String>,
    pub(super) attempts: u32,
    /// As somebody wrote it, for the message about it; may be negative.
    pub(super) stated_timeout_ms: i64,
    /// Attempts, timeout, deadline and pauses.
    pub(super) limits: Limits,
    pub(super) retry_on: RetryOn,
    /// The only exit code that is tried again.
    pub(super) exit_code: Option<i64>,
    pub(super) warn: bool,
    pub(super) continue_on_error: bool,
    /// Whether the failure's text is asked too, because `classify` or `policy` is given.
    pub(super) judged: bool,
}

/// Every input that is known, in the order of the documentation.
const NAMES: [&str; 17] = [
    "command",
    "timeout_minutes",
    "timeout_seconds",
    "max_attempts",
    "retry_wait_seconds",
    "shell",
    "polling_interval_seconds",
    "retry_on",
    "warning_on_retry",
    "on_retry_command",
    "continue_on_error",
    "new_command_on_retry",
    "retry_on_exit_code",
    "policy",
    "backoff",
    "deadline",
    "classify",
];

/// Shells by the first word of the input. All of them take a command after `-c`.
const SHELLS: [&str; 4] = ["bash", "sh", "python", "pwsh"];

/// The longest pause in seconds that a JavaScript timer can take; that action does not wait at all above it.
const MAX_WAIT_SECONDS: f64 = 2_147_483.0;

/// The longest timeout and the longest deadline: ten years, as in a policy.
const MAX_MS: i64 = 10 * 365 * 24 * 3_600_000;

/// Reads every input. Names that are not given have that action's defaults.
pub(super) fn read(given: &[Entry]) -> Result<Inputs, Fault> {
    let inputs = Given(given);
    inputs.check_names()?;
    let polling_ms = inputs.number("polling_interval_seconds")?.filter(|n| *n > 0).unwrap_or(1).saturating_mul(1000);
    let attempts = attempts(&inputs)?;
    let command = inputs.text("command").ok_or_else(|| required("command"))?.to_owned();
    let wait_ms = wait_ms(&inputs)?;
    let stated_timeout_ms = timeout_ms(&inputs)?;
    let shell = shell(inputs.text("shell").unwrap_or("bash"))?;
    let backoff = inputs.word::<BackoffKind>("backoff")?;
    let limits = Limits {
        attempts: Some(attempts),
        // A negative time is over at that action's first look at the command.
        timeout_ms: positive(if stated_timeout_ms > 0 { stated_timeout_ms } else { polling_ms }.min(MAX_MS)),
        deadline_ms: inputs.duration("deadline")?,
        backoff: Backoff {
            kind: backoff.unwrap_or(BackoffKind::Constant),
            first_ms: wait_ms,
            max_ms: wait_ms.max(Backoff::default().max_ms),
            jitter: if backoff.is_some_and(|kind| kind != BackoffKind::Constant) { Jitter::Full } else { Jitter::None },
            ..Backoff::default()
        },
    };
    Ok(Inputs {
        command,
        shell,
        hook: inputs.text("on_retry_command").map(str::to_owned),
        new_command: inputs.text("new_command_on_retry").map(str::to_owned),
        attempts,
        stated_timeout_ms,
        limits,
        retry_on: inputs.word("retry_on")?.unwrap_or(RetryOn::Any),
        exit_code: inputs.number("retry_on_exit_code")?.filter(|code| *code != 0),
        warn: inputs.switch("warning_on_retry")?.unwrap_or_else(|| !inputs.is_given("warning_on_retry")),
        continue_on_error: inputs.switch("continue_on_error")?.unwrap_or(false),
        judged: inputs.switch("classify")?.unwrap_or(false) || inputs.text("policy").is_some(),
    })
}

fn attempts(inputs: &Given<'_>) -> Result<u32, Fault> {
    if inputs.is_given("max_attempts") && inputs.text("max_attempts").is_none() {
        return Err(required("max_attempts"));
    }
    match inputs.number("max_attempts")? {
        // That action reads 0 as "not given".
        None | Some(0) => Ok(3),
        Some(number) => u32::try_from(number).map_err(|_| {
            format!("Input max_attempts must be a number of attempts, at least 1. Received {number}: the command would never run")
        }),
    }
}

/// Seconds with a fraction, as milliseconds. That action cuts the fraction off and takes 0 for its default.
fn wait_ms(inputs: &Given<'_>) -> Result<u64, Fault> {
    let Some(text) = inputs.text("retry_wait_seconds") else { return Ok(10_000) };
    let whole = inputs.number("retry_wait_seconds")?;
    let seconds = number::parse(text).filter(|seconds| seconds.is_finite());
    let seconds = seconds.or_else(|| whole.map(to_f64)).unwrap_or(10.0);
    if seconds > MAX_WAIT_SECONDS {
        return Err(format!("Input retry_wait_seconds must be less than 25 days. Received {text}"));
    }
    Ok(milliseconds(seconds))
}

/// Exactly one of the two timeouts. 0 counts as not given.
fn timeout_ms(inputs: &Given<'_>) -> Result<i64, Fault> {
    let given = |name| Ok::<_, Fault>(inputs.number(name)?.filter(|number| *number != 0));
    match (given("timeout_minutes")?, given("timeout_seconds")?) {
        (Some(minutes), None) => Ok(minutes.saturating_mul(60_000)),
        (None, Some(seconds)) => Ok(seconds.saturating_mul(1000)),
        _ => Err("Must specify either timeout_minutes or timeout_seconds inputs".to_owned()),
    }
}

fn shell(text: &str) -> Result<Vec<String>, Fault> {
    let mut words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
    match words.first() {
        Some(name) if SHELLS.contains(&name.as_str()) => {
            words.push("-c".to_owned());
            Ok(words)
        }
        name => Err(format!(
            "Shell {} not supported.  See https://docs.github.com/en/actions/using-workflows/workflow-syntax-for-github-actions#jobsjob_idstepsshell for supported shells",
            name.map_or("", String::as_str)
        )),
    }
}

fn required(name: &str) -> Fault {
    format!("Input required and not supplied: {name}")
}

struct Given<'a>(&'a [Entry]);

impl<'a> Given<'a> {
    fn check_names(&self) -> Result<(), Fault> {
        match self.0.iter().find(|entry| !NAMES.contains(&entry.key.as_str())) {
            Some(entry) => Err(format!("There is no input {}; {}", entry.key, help_words(&entry.key, &NAMES))),
            None => Ok(()),
        }
    }

    fn is_given(&self, name: &str) -> bool {
        self.0.iter().any(|entry| entry.key == name)
    }

    /// The value without space around it; none when that leaves nothing. Of one that is given twice the last.
    fn text(&self, name: &str) -> Option<&'a str> {
        let value = self.0.iter().rev().find(|entry| entry.key == name)?;
        Some(value.value.trim()).filter(|value| !value.is_empty())
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match parse_int(text) {
            Some(number) => Ok(Some(number)),
            None => Err(format!("Input {name} only accepts numbers.  Received {text}")),
        }
    }

    fn switch(&self, name: &str) -> Result<Option<bool>, Fault> {
        match self.text(name).map(|text| (text, text.to_ascii_lowercase())) {
            None => Ok(None),
            Some((_, lower)) if lower == "true" => Ok(Some(true)),
            Some((_, lower)) if lower == "false" => Ok(Some(false)),
            Some((text, _)) => Err(format!("Input {name} must be true or false. Received {text}")),
        }
    }

    fn word<T: Choice>(&self, name: &str) -> Result<Option<T>, Fault> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match T::from_word(text) {
            Some(word) => Ok(Some(word)),
            None => Err(format!("Input {name} does not know {text}; {}", help_words(text, &T::words()))),
        }
    }

    fn duration(&self, name: &str) -> Result<Option<u64>, Fault> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match Duration::parse(text).map(Duration::as_millis) {
            Ok(0) => Err(format!("Input {name} is no time at all; leave it out for no limit")),
            Ok(duration) => Ok(Some(duration)),
            Err(problem) => Err(format!("Input {name} is no duration such as 45m or 1h30m: {problem}")),
        }
    }
}

/// JavaScript's `parseInt` without a radix: as many digits as there are in front, `0x` for hexadecimal ones. What is too large is cut.
fn parse_int(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((digits, 10), |rest| (rest, 16));
    let mut number: Option<i64> = None;
    for digit in digits.chars().map_while(|c| c.to_digit(radix)) {
        number = Some(number.unwrap_or(0).saturating_mul(i64::from(radix)).saturating_add(i64::from(digit)));
    }
    number.map(|number| if negative { -number } else { number })
}

fn positive(number: i64) -> Option<u64> {
    u64::try_from(number).ok()
}

#[expect(clippy::cast_precision_loss, reason = "seconds that are not exact in 53 bits are refused as too long")]
fn to_f64(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded before; the cast saturates at 0")]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(given: &[(&str, &str)]) -> Result<Inputs, Fault> {
        let mut all = vec![Entry::new("command", "true")];
        if !given.iter().any(|(name, _)| name.starts_with("timeout")) {
            all.push(Entry::new("timeout_minutes", "1"));
        }
        all.extend(given.iter().map(|(name, value)| Entry::new(*name, *value)));
        read(&all)
    }

    #[test]
    fn numbers_are_read_as_javascript_reads_them() {
        for (text, number) in [
            ("3", Some(3)),
            (" 3", Some(3)),
            ("2.9", Some(2)),
            ("2abc", Some(2)),
            ("-1", Some(-1)),
            ("+4", Some(4)),
            ("0x10", Some(16)),
            ("1e3", Some(1)),
            ("1,2", Some(1)),
            ("abc", None),
            ("-", None),
            ("0x", None),
            ("99999999999999999999", Some(i64::MAX)),
        ] {
            assert_eq!(parse_int(text), number, "{text}");
        }
    }

    #[test]
    fn what_is_not_given_has_the_actions_defaults() {
        let inputs = with(&[]).unwrap();
        assert_eq!((inputs.attempts, inputs.limits.timeout_ms), (3, Some(60_000)));
        assert_eq!((inputs.limits.backoff.first_ms, inputs.limits.backoff.delay_ms(7, 5)), (10_000, 10_000));
        assert_eq!((inputs.retry_on, inputs.exit_code, inputs.warn), (RetryOn::Any, None, true));
        assert_eq!((inputs.continue_on_error, inputs.judged, inputs.shell.join(" ")), (false, false, "bash -c".into()));
    }

    #[test]
    fn pauses_are_what_is_written() {
        for (text, ms) in [("0", 0), ("0.5", 500), ("-1", 0), ("1", 1000), ("2s", 2000), ("", 10_000)] {
            assert_eq!(with(&[("retry_wait_seconds", text)]).unwrap().limits.backoff.first_ms, ms, "{text}");
        }
    }

    #[test]
    fn one_timeout_is_needed_and_a_negative_one_lasts_a_look() {
        let timeout =
            |given: &[(&str, &str)]| with(given).map(|inputs| (inputs.stated_timeout_ms, inputs.limits.timeout_ms));
        assert_eq!(timeout(&[("timeout_seconds", "2")]), Ok((2000, Some(2000))));
        assert_eq!(timeout(&[("timeout_seconds", "2.7"), ("timeout_minutes", "0")]), Ok((2000, Some(2000))));
        assert_eq!(timeout(&[("timeout_seconds", "-5")]), Ok((-5000, Some(1000))));
        for wrong in [
            &[("timeout_seconds", "0")][..],
            &[("timeout_seconds", "0.5")],
            &[("timeout_seconds", "1"), ("timeout_minutes", "1")],
        ] {
            assert!(timeout(wrong).unwrap_err().starts_with("Must specify either"), "{wrong:?}");
        }
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        for (name, value, words) in [
            ("max_attempts", "-1", "at least 1. Received -1"),
            ("max_attempts", "abc", "only accepts numbers.  Received abc"),
            ("max_attempts", " ", "required and not supplied: max_attempts"),
            ("max_attempts", "99999999999", "at least 1"),
            ("command", "", "required and not supplied: command"),
            ("retry_on", "ERROR", "did you mean `error`?"),
            ("retry_on", "foo", "the words are any, error, timeout"),
            ("warning_on_retry", "yes", "must be true or false. Received yes"),
            ("continue_on_error", "1", "must be true or false"),
            ("shell", "fish", "Shell fish not supported."),
            ("retry_wait_seconds", "9999999", "less than 25 days"),
            ("deadline", "45", "no unit"),
            ("backoff", "expo", "exponential"),
            ("polling_interval_seconds", "x", "only accepts numbers"),
            ("max_atempts", "2", "did you mean `max_attempts`?"),
        ] {
            let fault = with(&[(name, value)]).unwrap_err();
            assert!(fault.contains(words), "{name}: {value}: {fault}");
        }
    }

    #[test]
    fn words_and_options_are_taken() {
        let inputs = with(&[("continue_on_error", "TRUE"), ("shell", "bash -e"), ("classify", "true")]).unwrap();
        assert_eq!(
            (inputs.continue_on_error, inputs.shell.join(" "), inputs.judged),
            (true, "bash -e -c".into(), true)
        );
        let inputs = with(&[("backoff", "exponential"), ("deadline", "1h"), ("policy", "p.yaml")]).unwrap();
        assert_eq!((inputs.limits.deadline_ms, inputs.limits.backoff.jitter), (Some(3_600_000), Jitter::Full));
        assert!(inputs.judged);
    }
}
