//! How an attempt ended, and what that says when its output says nothing.

use serde::{Deserialize, Serialize};

use super::model::{Confidence, Kind};
use crate::policy::OutcomeKind;

/// How an attempt ended, as the host saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The command ended by itself, with this code. 0 is success.
    Exited(i32),
    /// A signal ended it: the signal's number on Linux. A failure, whatever the shell around it says.
    Signalled(i32),
    /// It took longer than an attempt may, and the host ended it.
    TimedOut,
    /// It could not be started: the operating system's words.
    SpawnFailed(String),
    /// Somebody ended the whole run. Never tried again.
    Cancelled,
}

impl Outcome {
    /// Whether the attempt succeeded.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Exited(0))
    }

    /// The outcome without its details; none for a cancelled run, about which no rule can ask.
    pub const fn kind(&self) -> Option<OutcomeKind> {
        match self {
            Self::Exited(_) => Some(OutcomeKind::Exited),
            Self::Signalled(_) => Some(OutcomeKind::Signalled),
            Self::TimedOut => Some(OutcomeKind::TimedOut),
            Self::SpawnFailed(_) => Some(OutcomeKind::SpawnFailed),
            Self::Cancelled => None,
        }
    }

    /// The name of the signal that ended it, without `SIG`; a shell's 128 + N does not count.
    pub fn signal(&self) -> Option<String> {
        match self {
            Self::Signalled(number) => Some(signal_name(*number)),
            _ => None,
        }
    }

    /// What happened, as a phrase for a sentence.
    pub fn phrase(&self) -> String {
        match self {
            Self::Exited(code) => format!("exit code {code}"),
            Self::Signalled(number) => format!("signal {}", signal_name(*number)),
            Self::TimedOut => "the attempt's time ran out".to_owned(),
            Self::SpawnFailed(error) => format!("the command could not be started: {error}"),
            Self::Cancelled => "the run was cancelled".to_owned(),
        }
    }
}

/// What an outcome means by itself.
pub(super) struct Meaning {
    pub(super) rule: &'static str,
    pub(super) cause: &'static str,
    pub(super) kind: Kind,
    pub(super) confidence: Confidence,
    /// Competes with the weights of the table's rules.
    pub(super) weight: u8,
}

/// Reads an outcome. The weights say how much a text must weigh to be believed instead: a kill or a missing program is a fact
/// of its own, a plain exit code is not.
pub(super) const fn meaning(outcome: &Outcome) -> Meaning {
    use Confidence::{Ambiguous, Certain, Likely};
    const fn say(rule: &'static str, cause: &'static str, kind: Kind, confidence: Confidence, weight: u8) -> Meaning {
        Meaning { rule, cause, kind, confidence, weight }
    }
    match outcome {
        Outcome::Cancelled => say("outcome.cancelled", "cancelled", Kind::Permanent, Certain, 255),
        Outcome::TimedOut => say("outcome.timed-out", "attempt-timeout", Kind::Timeout, Certain, 254),
        Outcome::SpawnFailed(_) => say("outcome.spawn-failed", "spawn-failed", Kind::Permanent, Certain, 40),
        Outcome::Signalled(9) => say("outcome.killed", "oom", Kind::Resource, Likely, 84),
        Outcome::Signalled(4 | 6 | 7 | 8 | 11 | 31) => say("outcome.crashed", "crash", Kind::Permanent, Likely, 60),
        Outcome::Signalled(2 | 3) => say("outcome.interrupted", "interrupted", Kind::Permanent, Likely, 84),
        Outcome::Signalled(1 | 15) => say("outcome.terminated", "terminated", Kind::Ambiguous, Ambiguous, 60),
        Outcome::Signalled(_) => say("outcome.signalled", "signalled", Kind::Ambiguous, Ambiguous, 30),
        Outcome::Exited(137) => say("outcome.killed", "oom", Kind::Resource, Likely, 80),
        Outcome::Exited(134 | 135 | 136 | 139) => say("outcome.crashed", "crash", Kind::Permanent, Likely, 30),
        Outcome::Exited(130) => say("outcome.interrupted", "interrupted", Kind::Permanent, Likely, 30),
        Outcome::Exited(143) => say("outcome.terminated", "terminated", Kind::Ambiguous, Ambiguous, 20),
        Outcome::Exited(124) => say("outcome.timeout-code", "attempt-timeout", Kind::Timeout, Likely, 30),
        Outcome::Exited(126 | 127) => say("outcome.not-a-command", "command-missing", Kind::Permanent, Likely, 30),
        Outcome::Exited(0) => say("outcome.success", "success", Kind::Permanent, Certain, 255),
        Outcome::Exited(_) => say("outcome.unknown", "unknown", Kind::Ambiguous, Ambiguous, 0),
    }
}

/// Signals by their number on Linux for x86, ARM, RISC-V, POWER and s390.
const SIGNALS: &[(i32, &str)] = &[
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (31, "SYS"),
];

fn signal_name(number: i32) -> String {
    SIGNALS.iter().find(|(own, _)| *own == number).map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}

/// The number on Linux of a signal that ends a program: of `KILL`, `SIGKILL`, `sigkill` or `9`.
pub fn signal_number(name: &str) -> Option<i32> {
    if let Ok(number) = name.parse() {
        return (1..=64).contains(&number).then_some(number);
    }
    let upper = name.to_ascii_uppercase();
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    SIGNALS.iter().find(|(_, own)| *own == bare).map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names_and_unknown_ones_their_number() {
        assert_eq!(Outcome::Signalled(9).signal().as_deref(), Some("KILL"));
        assert_eq!(Outcome::Signalled(64).signal().as_deref(), Some("64"));
        assert_eq!(Outcome::Exited(137).signal(), None);
    }

    #[test]
    fn signals_are_read_by_name_and_number() {
        for (text, number) in [
            ("KILL", Some(9)),
            ("sigterm", Some(15)),
            ("2", Some(2)),
            ("64", Some(64)),
            ("65", None),
            ("0", None),
            ("-9", None),
            ("SIG", None),
            ("", None),
            ("FOO", None),
        ] {
            assert_eq!(signal_number(text), number, "{text}");
        }
    }

    #[test]
    fn json_uses_the_names_of_the_contract() {
        let json = |outcome: &Outcome| serde_json::to_string(outcome).unwrap();
        assert_eq!(json(&Outcome::Exited(2)), r#"{"exited":2}"#);
        assert_eq!(json(&Outcome::TimedOut), r#""timed-out""#);
    }
}
