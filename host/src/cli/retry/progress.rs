//! What is said while attempts are made: lines on standard error, and groups and annotations on GitHub.

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::time::Duration;

use buildonce::types::retry::{Action, Classification, Confidence, Decision, FailureClass, Outcome};
use buildonce::types::{Reason, Severity};

use crate::cli::attempt::{Made, phrase};
use crate::cli::terminal::Terminal;
use crate::outputs;
use crate::render::{self, Style, one_line};

/// Most letters of the command in the title of a group.
const TITLE: usize = 80;

/// Says what happens.
pub(super) struct Progress {
    style: Style,
    quiet: bool,
    /// On GitHub, the command for the titles of groups.
    group: Option<String>,
}

impl Progress {
    /// Looks at where it runs.
    pub(super) fn new(terminal: Terminal, quiet: bool, words: &[OsString]) -> Self {
        let on_github = env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let group = (on_github && !quiet).then(|| title(words));
        Self { style: terminal.err, quiet, group }
    }

    /// Before an attempt.
    pub(super) fn begin(&self, decision: &Decision) {
        if let Some(command) = &self.group {
            let (attempt, attempts) = (decision.attempt + 1, decision.attempts);
            self.say(&outputs::group(&format!("attempt {attempt}/{attempts}: {command}")));
        }
    }

    /// After an attempt.
    pub(super) fn end(&self, made: &Made, decision: &Decision) {
        if made.open_line && !self.quiet {
            self.say("\n");
        }
        let line = line(made, decision);
        if self.group.is_some() {
            self.say(outputs::END_GROUP);
        }
        match (&self.group, decision.action) {
            (Some(_), Action::Retry | Action::Remedy) => {
                self.say(&outputs::annotation(Severity::Warning, &line));
            }
            (None, Action::Retry | Action::Remedy) => self.say(&format!("{}\n", self.style.caution(line))),
            (_, Action::Done) => self.say(&format!("{}\n", self.style.faint(line))),
            (_, Action::GiveUp) => self.say(&format!("{}\n", self.style.bad(line))),
        }
    }

    /// There is no other attempt, although the last one failed.
    pub(super) fn gave_up(&self, reason: &Reason) {
        let line = one_line(&format!("gave up: {}", reason.message));
        if self.group.is_some() {
            self.say(&outputs::annotation(Severity::Error, &line));
        } else {
            self.say(&format!("{line}\n"));
        }
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            // Without standard error there is nobody to tell.
            drop(std::io::stderr().lock().write_all(text.as_bytes()));
        }
    }
}

/// `attempt 2/5 after 8.3 s: rate-limited (ghcr-rate): "…"; again in 1.2 s`.
fn line(made: &Made, decision: &Decision) -> String {
    let what = match decision.action {
        Action::Done => "succeeded".to_owned(),
        _ => failure(made),
    };
    let next = match decision.action {
        Action::Retry | Action::Remedy => format!("; again in {}", seconds(Duration::from_millis(decision.delay_ms))),
        Action::Done | Action::GiveUp => String::new(),
    };
    let (attempt, attempts) = (decision.attempt, decision.attempts.max(decision.attempt));
    one_line(&format!("attempt {attempt}/{attempts} after {}: {what}{next}", seconds(made.duration)))
}

fn failure(made: &Made) -> String {
    described(&made.failure, &made.outcome)
}

/// `rate-limited (ghcr-rate): "…"`.
pub(in crate::cli) fn described(failure: &Classification, outcome: &Outcome) -> String {
    let evidence = if failure.evidence.is_empty() { phrase(outcome) } else { format!("\"{}\"", failure.evidence) };
    format!("{} ({}): {evidence}", class(failure), failure.cause)
}

/// The class in one word; what is called permanent only because nothing speaks for a repetition is ambiguous.
fn class(failure: &Classification) -> &'static str {
    match (failure.class, failure.confidence) {
        (FailureClass::Permanent, Confidence::Ambiguous) => "ambiguous",
        (class, _) => render::class(class),
    }
}

/// A time for a person.
pub(crate) fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(100) {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

/// The first line of a command, cut.
fn title(words: &[OsString]) -> String {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let text = words.join(" ");
    let first = one_line(text.lines().next().unwrap_or_default());
    match first.char_indices().nth(TITLE) {
        Some((at, _)) => format!("{}…", first.get(..at).unwrap_or_default()),
        None => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(evidence: &str) -> Made {
        Made {
            outcome: Outcome::Exited(7),
            failure: Classification {
                class: FailureClass::RateLimited,
                cause: "ghcr-rate".to_owned(),
                retry_helps: true,
                retry_after_ms: None,
                retry_at_ms: None,
                remedy: None,
                confidence: Confidence::Certain,
                evidence: evidence.to_owned(),
                rule: "rate.window-in-answer".to_owned(),
                phase: None,
                registry: None,
            },
            duration: Duration::from_millis(8345),
            tail: String::new(),
            exit_code: 7,
            open_line: false,
        }
    }

    fn decision(action: Action) -> Decision {
        Decision {
            action,
            delay_ms: 1250,
            remedy: None,
            timeout_ms: None,
            attempt: 2,
            attempts: 5,
            rule: String::new(),
            cause: String::new(),
            evidence: String::new(),
            reason: Reason { code: String::new(), message: String::new() },
            tokens: Vec::new(),
        }
    }

    #[test]
    fn an_attempt_is_one_line() {
        let told = |evidence, action| line(&made(evidence), &decision(action));
        assert_eq!(
            told("denied:\u{1b}[31m slow\ndown", Action::Retry),
            "attempt 2/5 after 8.3 s: rate-limited (ghcr-rate): \"denied:[31m slow down\"; again in 1.2 s"
        );
        assert_eq!(told("", Action::GiveUp), "attempt 2/5 after 8.3 s: rate-limited (ghcr-rate): exit code 7");
        assert_eq!(told("", Action::Done), "attempt 2/5 after 8.3 s: succeeded");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_millis(49)), "0.0 s");
        assert_eq!(seconds(Duration::from_secs(99)), "99.0 s");
        assert_eq!(seconds(Duration::from_secs(754)), "12 min 34 s");
    }

    #[test]
    fn a_title_is_the_start_of_the_command() {
        assert_eq!(title(&["sh".into(), "-c".into(), "a\nb".into()]), "sh -c a");
        assert_eq!(title(&["ä".repeat(100).into()]), format!("{}…", "ä".repeat(80)));
    }
}
