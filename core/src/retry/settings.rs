//! What holds for an operation: the policy's limits, with what somebody gave for this one run over them.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::number;
use crate::policy::{BackoffSettings, Choice, Duration, LimitSettings, Limits, Operation, Policy, help_words};
use crate::reason::Entry;

/// An operation and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What is being done.
    pub operation: Operation,
    /// How often, how long and with which pauses.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self { operation: Operation::Default, limits: Limits::default() }
    }
}

impl Settings {
    /// The operation in a sentence.
    pub(super) fn noun(&self) -> &'static str {
        match self.operation {
            Operation::Default => "the command",
            other => other.word(),
        }
    }
}

/// Names of settings that [`configure`] knows.
const NAMES: [&str; 9] =
    ["operation", "attempts", "timeout", "deadline", "backoff", "first-pause", "max-pause", "factor", "jitter"];

/// Most attempts that can be asked for, as in a policy.
const MAX_ATTEMPTS: u32 = 100;

/// The limits of an operation: the policy's, with those over them that are given here.
///
/// `given` has the names `operation` (a word of the policy's `retry` section, `default` without it), `attempts` (1 to 100), `timeout` and
/// `deadline` (durations such as `25m`), `backoff` (`exponential`, `constant`, `linear`), `first-pause` and `max-pause` (durations), `factor`
/// (1 to 10), `jitter` (`full`, `equal`, `none`). Every fault is returned.
///
/// # Errors
///
/// An unknown name, one that is given twice, a value that is none, and limits that contradict each other.
///
/// ```
/// use buildonce_core::{Entry, policy::Policy, retry::configure};
/// let found = configure(&Policy::standard(), &[Entry::new("operation", "push"), Entry::new("attempts", "2")]).unwrap();
/// assert_eq!((found.limits.attempts, found.limits.timeout_ms), (Some(2), Some(600_000)));
/// assert_eq!(configure(&Policy::standard(), &[Entry::new("attempts", "0")]).unwrap_err()[0].code, "out-of-range");
/// ```
pub fn configure(policy: &Policy, given: &[Entry]) -> Result<Settings, Diagnostics> {
    let mut reader = Reader { given, faults: Vec::new() };
    reader.names();
    let operation = reader.word("operation").unwrap_or(Operation::Default);
    let own = LimitSettings {
        attempts: reader.attempts(),
        timeout: reader.duration("timeout", Least::Something),
        deadline: reader.duration("deadline", Least::Something),
        backoff: BackoffSettings {
            first: reader.duration("first-pause", Least::Nothing),
            factor: reader.factor(),
            max: reader.duration("max-pause", Least::Nothing),
            jitter: reader.word("jitter"),
            kind: reader.word("backoff"),
        },
        ..LimitSettings::default()
    };
    let mut limits = own.over(policy.retry.limits(operation));
    if own.backoff.max.is_none() {
        // Who asks for a long first pause only did not think of the longest one.
        limits.backoff.max_ms = limits.backoff.max_ms.max(limits.backoff.first_ms);
    }
    if reader.faults.is_empty() {
        reader.faults = limits.faults(operation.word());
    }
    if reader.faults.is_empty() { Ok(Settings { operation, limits }) } else { Err(reader.faults) }
}

/// Whether a duration may be zero.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Least {
    Nothing,
    Something,
}

struct Reader<'a> {
    given: &'a [Entry],
    faults: Diagnostics,
}

impl<'a> Reader<'a> {
    fn names(&mut self) {
        for (index, entry) in self.given.iter().enumerate() {
            if !NAMES.contains(&entry.key.as_str()) {
                let fault = Diagnostic::error("unknown-key", format!("there is no setting `{}`", entry.key));
                self.faults.push(fault.help(help_words(&entry.key, &NAMES)));
            } else if self.given.iter().take(index).any(|other| other.key == entry.key) {
                self.faults
                    .push(Diagnostic::error("given-twice", format!("`{}` is given twice", entry.key)).help("keep one"));
            }
        }
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.given.iter().find(|entry| entry.key == name).map(|entry| entry.value.trim())
    }

    fn fault(&mut self, code: &str, name: &str, found: &str, problem: &str, help: impl Into<String>) {
        self.faults.push(Diagnostic::error(code, format!("`{name}` is `{found}`: {problem}")).help(help));
    }

    fn attempts(&mut self) -> Option<u32> {
        let text = self.text("attempts")?;
        let help = format!("give the number of tries in all, 1 to {MAX_ATTEMPTS}; 1 is a single try");
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<u32>() {
            Ok(attempts) if (1..=MAX_ATTEMPTS).contains(&attempts) => return Some(attempts),
            _ if is_number => {
                self.fault("out-of-range", "attempts", text, &format!("not from 1 to {MAX_ATTEMPTS}"), help);
            }
            _ => self.fault("wrong-type", "attempts", text, "no whole number", help),
        }
        None
    }

    fn duration(&mut self, name: &str, least: Least) -> Option<Duration> {
        let text = self.text(name)?;
        match Duration::parse(text) {
            Ok(duration) if duration.as_millis() == 0 && least == Least::Something => {
                self.fault("out-of-range", name, text, "no time at all", "leave it out for no limit");
            }
            Ok(duration) => return Some(duration),
            Err(problem) => {
                self.fault(
                    "bad-duration",
                    name,
                    text,
                    &problem,
                    "write a number and a unit, such as `90s`, `25m` or `1h30m`",
                );
            }
        }
        None
    }

    fn factor(&mut self) -> Option<f64> {
        let text = self.text("factor")?;
        let number = number::parse(text).filter(|number| (1.0..=10.0).contains(number));
        if number.is_none() {
            self.fault("out-of-range", "factor", text, "no number from 1 to 10", "2 doubles each pause, 1 keeps it");
        }
        number
    }

    fn word<T: Choice>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        let word = T::from_word(text);
        if word.is_none() {
            self.fault("unknown-word", name, text, "no such word", help_words(text, &T::words()));
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(given: &[(&str, &str)]) -> Vec<String> {
        let given: Vec<_> = given.iter().map(|(key, value)| Entry::new(*key, *value)).collect();
        let faults = configure(&Policy::standard(), &given).unwrap_err();
        faults
            .into_iter()
            .map(|fault| format!("{}: {} | {}", fault.code, fault.message, fault.help.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn what_is_given_stands_over_the_policy() {
        let given = [("operation", "build"), ("timeout", "90s"), ("backoff", "constant"), ("factor", "1.5")];
        let given = given.map(|(key, value)| Entry::new(key, value));
        let found = configure(&Policy::standard(), &given).unwrap();
        assert_eq!(found.operation, Operation::Build);
        assert_eq!((found.limits.attempts, found.limits.timeout_ms), (Some(3), Some(90_000)));
        assert_eq!(found.limits.deadline_ms, Some(3_600_000));
        assert_eq!(found.limits.backoff.factor_thousandths, 1500);
        let long = configure(&Policy::standard(), &[Entry::new("first-pause", "5m")]).unwrap();
        assert_eq!(long.limits.backoff.max_ms, 300_000);
    }

    #[test]
    fn every_wrong_value_is_told_with_what_to_write() {
        for attempts in ["0", "-1", "101", "99999999999999999999"] {
            assert!(faults(&[("attempts", attempts)])[0].starts_with("out-of-range: `attempts` is `"), "{attempts}");
        }
        for attempts in ["2.5", "", "many", "0x3"] {
            assert!(faults(&[("attempts", attempts)])[0].starts_with("wrong-type"), "{attempts}");
        }
        assert_eq!(
            faults(&[("timeout", "0s"), ("deadline", "25"), ("jitter", "ful"), ("backoff", "fibonacci")]),
            [
                "out-of-range: `timeout` is `0s`: no time at all | leave it out for no limit",
                "bad-duration: `deadline` is `25`: `25` has no unit after `25` | write a number and a unit, such as `90s`, `25m` or `1h30m`",
                "unknown-word: `jitter` is `ful`: no such word | did you mean `full`?",
                "unknown-word: `backoff` is `fibonacci`: no such word | the words are exponential, constant, linear",
            ]
        );
        assert_eq!(
            faults(&[("atempts", "2"), ("factor", "NaN"), ("factor", "2")]),
            [
                "unknown-key: there is no setting `atempts` | did you mean `attempts`?",
                "given-twice: `factor` is given twice | keep one",
                "out-of-range: `factor` is `NaN`: no number from 1 to 10 | 2 doubles each pause, 1 keeps it",
            ]
        );
    }

    #[test]
    fn limits_that_contradict_each_other_are_refused() {
        assert!(faults(&[("timeout", "2h"), ("deadline", "1h")])[0].starts_with("timeout-over-deadline"));
        assert!(faults(&[("first-pause", "2m"), ("max-pause", "1m")])[0].starts_with("first-over-max"));
    }
}
