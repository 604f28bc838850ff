//! `buildonce action retry`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use buildonce::types::retry::{ActionSituation, ActionStep, Annotation, Outcome};
use buildonce::types::{Entry, Severity};
use buildonce::{Policy, Session};
use clap::Args;

use crate::cli::attempt::{self, Made, Runner};
use crate::cli::history::{History, Next};
use crate::cli::options::EngineOptions;
use crate::cli::policy_file::{PolicyFile, policy};
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, Problem, working_directory};
use crate::process::{Input, Output};
use crate::{clock, environment, outputs, render};

/// Shown below the options.
const EXAMPLES: &str = "\
Examples, as a step of a job that has the program on its PATH:
  - id: push
    run: buildonce action retry
    env:
      INPUT_TIMEOUT_MINUTES: 10
      INPUT_COMMAND: docker push ghcr.io/acme/app:1.2

On your own machine:
  INPUT_TIMEOUT_SECONDS=20 INPUT_RETRY_WAIT_SECONDS=1 INPUT_COMMAND='exit 3' buildonce action retry

Inputs that the action does not have: INPUT_CLASSIFY=true stops at once when the output says that another attempt would fail too, and \
waits as long as the other side asks; INPUT_POLICY names a policy whose rules hold; INPUT_BACKOFF is exponential, linear or constant; \
INPUT_DEADLINE, such as 30m, is for all attempts and pauses together. Any of them adds the outputs history, gave_up_reason and waited_s.

Exit codes: the command's own, 1 for a timeout and for wrong inputs, 0 with INPUT_CONTINUE_ON_ERROR=true.";

/// nick-fields/retry: run a command of a workflow again when it fails
///
/// Takes the same inputs, decides the same and writes the same outputs. Where that action hangs, crashes or calls a killed build
/// green, this one does not; the documentation lists each case.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {}

/// Every input. Others may come from a step around this one and are not meant for it.
const INPUTS: [&str; 17] = [
    "timeout_minutes",
    "timeout_seconds",
    "max_attempts",
    "command",
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

/// Those of them that the action does not have.
const OWN_INPUTS: [&str; 4] = ["policy", "backoff", "deadline", "classify"];

/// How long a command has to end once its time is up.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the command. Whatever goes wrong is also an annotation of the log and an output.
pub(crate) fn run(_: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let outputs = Outputs::from_variables(terminal)?;
    match Run::new(engine, terminal, &outputs).and_then(Run::attempts) {
        Err(Problem::Expected { findings, .. }) => {
            terminal.print(&outputs::commands(&findings))?;
            let message = findings.first().map(|finding| finding.message.clone()).unwrap_or_default();
            outputs.write("exit_error", &message)?;
            outputs.write("exit_code", "1")?;
            Ok(Exit::Command(1))
        }
        other => other,
    }
}

/// One run of the action.
struct Run<'a> {
    terminal: Terminal,
    outputs: &'a Outputs,
    session: Session,
    policy: Policy,
    runner: Runner,
    situation: ActionSituation,
    history: History,
    /// Whether an input is given that the action does not have, so that nobody counts on its exact outputs.
    extended: bool,
}

impl<'a> Run<'a> {
    fn new(engine: &EngineOptions, terminal: Terminal, outputs: &'a Outputs) -> Result<Self, Problem> {
        let inputs = inputs()?;
        let given = |name: &str| inputs.iter().find(|entry| entry.key == name).map_or("", |entry| entry.value.trim());
        let file = match given("policy") {
            "" => None,
            path => PolicyFile::load(Some(Path::new(path)), &working_directory()?)?,
        };
        let extended = OWN_INPUTS.iter().any(|name| !given(name).is_empty());
        let mut session = engine.session()?;
        let policy = policy(&mut session, file.as_ref())?;
        let mut runner = Runner::new(&mut session, Output::Merged, GRACE)?;
        // A step of a workflow has nobody at a keyboard.
        runner.input = Input::Nothing;
        let seed = attempt::seed();
        let situation = ActionSituation {
            inputs,
            history: Vec::new(),
            tail: String::new(),
            elapsed_ms: 0,
            now_ms: None,
            seed,
            tokens: Vec::new(),
        };
        Ok(Self { terminal, outputs, session, policy, runner, situation, history: History::new(seed, None), extended })
    }

    /// Attempts, until the engine says that it is enough.
    fn attempts(mut self) -> Result<Exit, Problem> {
        let begin = Instant::now();
        let mut step = self.session.action_next(self.policy, &self.situation)?;
        let mut failed = true;
        loop {
            if let Some(exit) = self.prepare(&step)? {
                return Ok(exit);
            }
            if !step.again {
                return self.finish(&step, failed);
            }
            let number = self.situation.history.len() + 1;
            self.terminal.print(&outputs::group(&format!("Attempt {number}")))?;
            let words: Vec<OsString> = step.program.iter().map(OsString::from).collect();
            let made = self.runner.run(&mut self.session, &words, step.timeout_ms.map(Duration::from_millis))?;
            if made.open_line {
                self.terminal.print("\n")?;
            }
            self.terminal.print(outputs::END_GROUP)?;
            failed = made.exit_code != 0;
            step = self.next(&made, begin)?;
            let action = match (failed, step.again) {
                (false, _) => "done",
                (_, true) => "retry",
                (_, false) => "give-up",
            };
            let next = Next { action, delay_ms: step.delay_ms, rule: &step.rule, reason: &step.reason };
            self.history.add(&made, &next);
        }
    }

    /// Asks what happens after an attempt.
    fn next(&mut self, made: &Made, begin: Instant) -> Result<ActionStep, Problem> {
        self.situation.history.push(made.attempt());
        self.situation.tail.clone_from(&made.tail);
        self.situation.elapsed_ms = attempt::milliseconds(begin.elapsed());
        self.situation.now_ms = Some(clock::system());
        let step = self.session.action_next(self.policy, &self.situation)?;
        if let Some(last) = self.situation.history.last_mut() {
            last.rule = Some(step.rule.clone()).filter(|rule| !rule.is_empty());
        }
        self.situation.tokens.clone_from(&step.tokens);
        Ok(step)
    }

    /// What comes before an attempt: the pause, the hook, what is said and written. An exit code when there is a request to stop.
    fn prepare(&mut self, step: &ActionStep) -> Result<Option<Exit>, Problem> {
        if let Some(interrupt) = self.runner.pause(step.delay_ms)? {
            let code = attempt::interrupted(interrupt);
            self.outputs.write("exit_error", "Cancelled before the next attempt")?;
            self.outputs.write("exit_code", &code.to_string())?;
            return Ok(Some(Exit::Command(code)));
        }
        if !step.hook.is_empty() {
            let words: Vec<OsString> = step.hook.iter().map(OsString::from).collect();
            let (outcome, code) = attempt::read(&self.runner.execute(&words, None)?);
            match outcome {
                Outcome::Exited(0) => {}
                Outcome::Cancelled => return Ok(Some(Exit::Command(code))),
                // The attempts do not depend on it.
                _ => self.terminal.print(&format!("on_retry_command failed: {}\n", attempt::phrase(&outcome)))?,
            }
        }
        for annotation in &step.annotations {
            self.terminal.print(&told(annotation))?;
        }
        for entry in &step.outputs {
            self.outputs.write(&entry.key, &entry.value)?;
        }
        Ok(None)
    }

    fn finish(mut self, step: &ActionStep, failed: bool) -> Result<Exit, Problem> {
        let exit_code = u8::try_from(step.exit_code & 0xff).unwrap_or(1);
        if self.extended {
            self.history.end(exit_code, failed.then_some(&step.reason));
            self.outputs.write("history", &self.history.json().to_string())?;
            self.outputs.write("gave_up_reason", if failed { &step.reason.code } else { "" })?;
            let waited = Duration::from_millis(self.history.waited_ms());
            self.outputs.write("waited_s", &format!("{:.1}", waited.as_secs_f64()))?;
        }
        Ok(Exit::Command(exit_code))
    }
}

fn told(annotation: &Annotation) -> String {
    match annotation.severity {
        Severity::Note => format!("{}\n", render::one_line(&annotation.message)),
        severity => outputs::annotation(severity, &annotation.message),
    }
}

/// What the workflow gives, also where it is empty.
fn inputs() -> Result<Vec<Entry>, Problem> {
    let mut found = Vec::new();
    for name in INPUTS {
        let variable = format!("INPUT_{}", name.to_ascii_uppercase());
        if let Some(value) = env::var_os(&variable) {
            let value = value.into_string().map_err(|_| {
                Problem::usage("invalid-utf8", format!("the environment variable {variable} is not UTF-8"))
                    .help("set it to UTF-8 text, or unset it")
            })?;
            found.push(Entry { key: name.to_owned(), value });
        }
    }
    Ok(found)
}

/// Where outputs go.
struct Outputs {
    file: Option<PathBuf>,
    terminal: Terminal,
}

impl Outputs {
    fn from_variables(terminal: Terminal) -> Result<Self, Problem> {
        let file = environment::one("GITHUB_OUTPUT", |name| env::var_os(name))?.map(PathBuf::from);
        Ok(Self { file, terminal })
    }

    /// To the file, or as a command of the log where there is none.
    fn write(&self, name: &str, value: &str) -> Result<(), Problem> {
        match &self.file {
            Some(path) => {
                outputs::append(path, outputs::block(name, value).as_bytes()).map_err(|e| Problem::unwritable(path, &e))
            }
            None => self.terminal.print(&outputs::set("set-output", name, value)),
        }
    }
}
