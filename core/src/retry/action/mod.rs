//! nick-fields/retry: what that action decides after each attempt, and what it says.
//!
//! One function, [`action_next`], from the inputs and the history to the next step, so that a host only runs, waits and writes.
//! The order of the questions is that action's. On top, when somebody asked for it, come the failure's text, growing pauses and a deadline.

mod inputs;

use serde::{Deserialize, Serialize};

use self::inputs::{Inputs, RetryOn};
use super::budget::BudgetState;
use super::decide::decide;
use super::decision::{Action, Attempt, Decision, Situation};
use super::outcome::Outcome;
use super::settings::Settings;
use crate::diagnostic::Severity;
use crate::policy::{Operation, Policy};
use crate::reason::{Entry, Reason};

/// What a step is decided from, beside the policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionSituation {
    /// The action's inputs by their names, as they were written. One that is not here has its default.
    pub inputs: Vec<Entry>,
    /// Every attempt so far, the oldest first. Empty before the first.
    pub history: Vec<Attempt>,
    /// The end of the last attempt's output, for the policy's text conditions.
    pub tail: String,
    /// Since the first attempt began, in milliseconds.
    pub elapsed_ms: u64,
    /// The time, in milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now_ms: Option<i64>,
    /// Where chance comes from.
    pub seed: u64,
    /// The token buckets as the last step left them.
    pub tokens: BudgetState,
}

/// Something to tell in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotation {
    /// An error and a warning are annotations of the run, a note is a line of the log.
    pub severity: Severity,
    /// One line.
    pub message: String,
}

/// What to do now, in the order of the fields: wait, run the hook, say, write, run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionStep {
    /// Whether there is another attempt.
    pub again: bool,
    /// How long to wait first, in milliseconds.
    pub delay_ms: u64,
    /// The program and arguments to run after the wait, without a limit and whatever becomes of it; empty for none.
    pub hook: Vec<String>,
    /// What to say.
    pub annotations: Vec<Annotation>,
    /// Outputs of the step to write; a later value replaces an earlier one.
    pub outputs: Vec<Entry>,
    /// The program and arguments of the next attempt; empty when there is none.
    pub program: Vec<String>,
    /// How long the next attempt may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// What the step ends with when there is no other attempt.
    pub exit_code: u32,
    /// Why, as a code and in a sentence.
    pub reason: Reason,
    /// The rule that decided, for the next history; empty where none did.
    pub rule: String,
    /// The token buckets after this step.
    pub tokens: BudgetState,
}

/// The exit code of a step that was cancelled: 128 + SIGINT, as shells have it.
const CANCELLED: u32 = 130;

/// Decides what happens before the first attempt, or after the last one of the history.
///
/// ```
/// use buildonce_core::{Entry, policy::Policy, retry::{ActionSituation, action_next}};
/// let inputs = vec![Entry::new("command", "make"), Entry::new("timeout_minutes", "5")];
/// let step = action_next(&Policy::standard(), &ActionSituation { inputs, ..ActionSituation::default() });
/// assert_eq!((step.again, step.program.join(" ")), (true, "bash -c make".to_owned()));
/// ```
pub fn action_next(policy: &Policy, situation: &ActionSituation) -> ActionStep {
    let inputs = match inputs::read(&situation.inputs) {
        Ok(inputs) => inputs,
        // Not even `continue_on_error` makes wrong inputs a success: nothing ran.
        Err(fault) => {
            let reason = Reason::new("wrong-inputs", fault.clone());
            return Step { situation }.last(1, 1, Some((Severity::Error, fault)), reason);
        }
    };
    let step = Step { situation };
    let Some(last) = situation.history.last() else {
        return step.next(&inputs, 0, Reason::new("first-attempt", "first attempt"), None);
    };
    if last.outcome.is_success() {
        let made = situation.history.len();
        let told = (Severity::Note, format!("Command completed after {made} attempt(s)."));
        return step.last(0, 0, Some(told), Reason::new("succeeded", "the command succeeded"));
    }
    let failure = Failure::of(&last.outcome, inputs.stated_timeout_ms);
    if let Some(reason) = step.final_reason(&inputs, last, &failure) {
        let prefix = if reason.code == "attempts" { "Final attempt failed. " } else { "" };
        return step.failed(&inputs, &failure, prefix, reason);
    }
    let decided = decided(policy, situation, &inputs);
    match decided.action {
        Action::Retry | Action::Remedy => {
            step.next(&inputs, decided.delay_ms, decided.reason.clone(), Some((&failure, &decided)))
        }
        // Where the text is not asked, only time and budget can end the attempts here.
        Action::GiveUp | Action::Done => {
            let mut end = step.failed(&inputs, &failure, "", decided.reason.clone());
            end.annotations.insert(0, Annotation { severity: Severity::Note, message: decided.reason.message });
            end.rule = decided.rule;
            end
        }
    }
}

/// The pause, and with `classify` or `policy` whether there is another attempt at all.
fn decided(policy: &Policy, situation: &ActionSituation, inputs: &Inputs) -> Decision {
    let mut history = situation.history.clone();
    let silent = Policy::default();
    let policy = if inputs.judged { policy } else { &silent };
    if !inputs.judged {
        // That action never reads a text: every failure counts as one that passes.
        for attempt in &mut history {
            attempt.failure = super::classify(&Outcome::TimedOut, "");
            attempt.rule = None;
        }
    }
    decide(
        policy,
        &Situation {
            settings: Settings { operation: Operation::Default, limits: inputs.limits },
            history,
            tail: situation.tail.clone(),
            elapsed_ms: situation.elapsed_ms,
            now_ms: situation.now_ms,
            seed: situation.seed,
            tokens: situation.tokens.clone(),
            ..Situation::default()
        },
    )
}

/// A failed attempt in that action's words.
struct Failure {
    message: String,
    /// What the exit code counts as: 0 for a timeout, 128 and the signal for a kill.
    code: i64,
}

impl Failure {
    fn of(outcome: &Outcome, stated_timeout_ms: i64) -> Self {
        let (message, code) = match outcome {
            Outcome::Exited(code) => (format!("Child_process exited with error code {code}"), i64::from(*code)),
            Outcome::Signalled(number) => {
                let signal = outcome.signal().unwrap_or_default();
                (format!("Child_process was ended by signal {signal}"), 128 + i64::from(*number))
            }
            Outcome::TimedOut => (format!("Timeout of {stated_timeout_ms}ms hit"), 0),
            Outcome::SpawnFailed(error) => (format!("Child_process could not be started: {error}"), 127),
            Outcome::Cancelled => ("The run was cancelled".to_owned(), i64::from(CANCELLED)),
        };
        Self { message, code }
    }

    fn exit_code(&self) -> u32 {
        u32::try_from(self.code).ok().filter(|code| *code > 0).unwrap_or(1)
    }
}

/// Makes answers.
struct Step<'a> {
    situation: &'a ActionSituation,
}

impl Step<'_> {
    /// Why this failure is the last one, by that action's rules in their order; nothing when there is another attempt.
    fn final_reason(&self, inputs: &Inputs, last: &Attempt, failure: &Failure) -> Option<Reason> {
        let made = self.situation.history.len();
        let timed_out = last.outcome == Outcome::TimedOut;
        if last.outcome == Outcome::Cancelled {
            Some(Reason::new("cancelled", "the run was cancelled"))
        } else if matches!(last.outcome, Outcome::SpawnFailed(_)) {
            Some(Reason::new("spawn-failed", "what cannot be started now cannot be started again"))
        } else if made >= usize::try_from(inputs.attempts).unwrap_or(usize::MAX) {
            Some(Reason::new("attempts", format!("attempt {made} was the last one")))
        } else if timed_out && inputs.retry_on == RetryOn::Error {
            Some(Reason::new("retry-on", "a timeout is not tried again with retry_on: error"))
        } else if inputs.exit_code.is_some_and(|code| code != failure.code) {
            Some(Reason::new("exit-code", "only the exit code of retry_on_exit_code is tried again"))
        } else if failure.code > 0 && inputs.retry_on == RetryOn::Timeout {
            Some(Reason::new("retry-on", "only a timeout is tried again with retry_on: timeout"))
        } else {
            None
        }
    }

    /// Another attempt, after a failure or as the first.
    fn next(&self, inputs: &Inputs, delay_ms: u64, reason: Reason, after: Option<(&Failure, &Decision)>) -> ActionStep {
        let made = self.situation.history.len();
        let mut program = inputs.shell.clone();
        let command = inputs.new_command.as_ref().filter(|_| made > 0).unwrap_or(&inputs.command);
        program.push(command.clone());
        let hook = inputs.hook.as_ref().filter(|_| made > 0);
        let severity = if inputs.warn { Severity::Warning } else { Severity::Note };
        let told = after.map(|(failure, _)| Annotation {
            severity,
            message: format!("Attempt {made} failed. Reason: {}", failure.message),
        });
        ActionStep {
            again: true,
            delay_ms,
            hook: hook.map(|hook| vec!["/bin/sh".to_owned(), "-c".to_owned(), hook.clone()]).unwrap_or_default(),
            annotations: told.into_iter().collect(),
            outputs: vec![Entry::new("total_attempts", (made + 1).to_string())],
            program,
            timeout_ms: after.map_or(inputs.limits.timeout_ms, |(_, decision)| decision.timeout_ms),
            exit_code: 0,
            reason,
            rule: after.map(|(_, decision)| decision.rule.clone()).unwrap_or_default(),
            tokens: after.map_or_else(|| self.situation.tokens.clone(), |(_, decision)| decision.tokens.clone()),
        }
    }

    /// The end after a failed attempt.
    fn failed(&self, inputs: &Inputs, failure: &Failure, prefix: &str, reason: Reason) -> ActionStep {
        let message = format!("{prefix}{}", failure.message);
        let code = failure.exit_code();
        let (severity, exit) = if inputs.continue_on_error { (Severity::Warning, 0) } else { (Severity::Error, code) };
        self.last(code, exit, Some((severity, message)), reason)
    }

    /// The end: `code` for the output, `exit` for the step.
    fn last(&self, code: u32, exit: u32, told: Option<(Severity, String)>, reason: Reason) -> ActionStep {
        let error =
            told.as_ref().filter(|(severity, _)| *severity != Severity::Note).map(|(_, message)| message.clone());
        let error = error.map(|message| Entry::new("exit_error", message));
        ActionStep {
            again: false,
            delay_ms: 0,
            hook: Vec::new(),
            annotations: told.map(|(severity, message)| Annotation { severity, message }).into_iter().collect(),
            outputs: error.into_iter().chain([Entry::new("exit_code", code.to_string())]).collect(),
            program: Vec::new(),
            timeout_ms: None,
            exit_code: exit,
            reason,
            rule: String::new(),
            tokens: self.situation.tokens.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
