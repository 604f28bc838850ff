//! `buildonce retry`.

mod progress;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use buildonce::types::retry::{Action, Decision};
use buildonce::types::{Entry, Reason};
use buildonce::{Policy, Session};
use clap::Args;

use super::attempt::{self, Runner};
use super::history::{History, Next};
use super::options::{EngineOptions, PolicyOptions};
use super::plan::deliver;
use super::policy_file::{PolicyFile, policy};
use super::terminal::Terminal;
use super::{Exit, Problem, working_directory};
use crate::course::Course;
use crate::process::{Interrupt, Output};
use crate::render::{self, Sources};
use progress::Progress;
pub(super) use progress::described;
pub(crate) use progress::seconds;

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  buildonce retry -- docker push ghcr.io/acme/app:1.2
  buildonce retry --operation push --deadline 20m -- docker push ghcr.io/acme/app:1.2
  buildonce retry --attempts 5 --timeout 90s --backoff linear -- curl -fsS https://api.example/health
  buildonce retry --shell bash -- 'set -eo pipefail; make image | tee build.log'

Each attempt has a line on standard error:
  attempt 1/3 after 8.3 s: transient (http-503): \"unexpected status: 503 Service Unavailable\"; again in 4.1 s

Exit codes: the command's own; 128 + N when signal N ended it; 124 when its time ran out; 127 when there is no such command, 126 \
when it cannot be run; 130 or 143 when buildonce was asked to stop. Where no command ran to an end: 2 the options or the policy are \
wrong, 3 the system failed or a process cannot be ended, 4 the engine failed.";

/// Run a command, and run it again when that can help
///
/// The engine reads how an attempt ended and the end of its output. What passes by itself is tried again after a pause that grows, or after
/// the time that the other side asked for. What would fail again, such as a typo, ends at once. `buildonce classify` says what a log was.
///
/// Output is passed on as it comes. When an attempt is over, nothing of it is left: what the command started is ended too, politely
/// first. SIGINT and SIGTERM are passed on; a second one kills.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(flatten)]
    policy: PolicyOptions,
    /// What the command does, a word of the policy's `retry` section such as build, push or pull; its limits hold
    #[arg(long, value_name = "NAME", help_heading = "What should happen")]
    operation: Option<String>,
    /// Tries in all, 1 to 100
    #[arg(short = 'n', long, value_name = "N", allow_hyphen_values = true, help_heading = "What should happen")]
    attempts: Option<String>,
    /// How long one attempt may take, such as 90s or 25m
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "What should happen")]
    timeout: Option<String>,
    /// How long all attempts and pauses may take together
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "What should happen")]
    deadline: Option<String>,
    /// How pauses grow: exponential, constant or linear
    #[arg(long, value_name = "KIND", help_heading = "Pauses")]
    backoff: Option<String>,
    /// The first pause
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Pauses")]
    first_pause: Option<String>,
    /// The longest pause, unless the other side asks for more
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Pauses")]
    max_pause: Option<String>,
    /// What each exponential pause is multiplied with to give the next, 1 to 10
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, help_heading = "Pauses")]
    factor: Option<String>,
    /// How much of a pause is chance: full, equal or none
    #[arg(long, value_name = "KIND", help_heading = "Pauses")]
    jitter: Option<String>,
    /// Where chance comes from: the same number gives the same pauses. Without it, the operating system's random numbers
    #[arg(long, value_name = "NUMBER", help_heading = "Pauses")]
    seed: Option<u64>,
    /// The registry that the command talks to, for the policy's rules and budget, where its output does not tell
    #[arg(long, value_name = "HOST", help_heading = "The command")]
    registry: Option<String>,
    /// Let this shell run the command, as one text: SHELL -c "CMD…"
    #[arg(long, value_name = "SHELL", help_heading = "The command")]
    shell: Option<OsString>,
    /// Seconds that the command has to end by itself once it was asked to
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=3600), help_heading = "The command")]
    grace: u16,
    /// Write what happened as JSON to this file, after every attempt; `-` is standard output, at the end
    #[arg(long, value_name = "FILE", help_heading = "Answer")]
    history: Option<PathBuf>,
    /// Say nothing about attempts: only the command's own output, and errors
    #[arg(short, long, help_heading = "Answer")]
    quiet: bool,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl Options {
    /// What is given for this run, as the engine names it.
    fn given(&self) -> Vec<Entry> {
        [
            ("operation", &self.operation),
            ("attempts", &self.attempts),
            ("timeout", &self.timeout),
            ("deadline", &self.deadline),
            ("backoff", &self.backoff),
            ("first-pause", &self.first_pause),
            ("max-pause", &self.max_pause),
            ("factor", &self.factor),
            ("jitter", &self.jitter),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some(Entry { key: key.to_owned(), value: value.clone()? }))
        .collect()
    }

    /// The words to run: the command's, or those of its shell.
    fn words(&self) -> Vec<OsString> {
        let Some(shell) = &self.shell else { return self.command.clone() };
        vec![shell.clone(), "-c".into(), self.command.join(OsString::from(" ").as_os_str())]
    }
}

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let directory = working_directory()?;
    let file = PolicyFile::load(options.policy.policy.as_deref(), &directory)?;
    let mut session = engine.session()?;
    let policy = policy(&mut session, file.as_ref())?;
    let settings = session.configure_retry(policy, &options.given())?.map_err(|findings| {
        Problem::refused(findings, file.as_ref().map_or_else(Sources::default, PolicyFile::sources))
    })?;
    let runner = Runner::new(&mut session, Output::Apart, Duration::from_secs(options.grace.into()))?;
    let seed = options.seed.unwrap_or_else(attempt::seed);
    let words = options.words();
    let run = Run {
        options,
        terminal,
        runner,
        progress: Progress::new(terminal, options.quiet, &words),
        history: History::new(seed, Some(settings.limits)),
        course: Course::new(settings, options.registry.clone(), seed),
        words,
    };
    run.attempts(&mut session, policy)
}

/// One run of the command.
struct Run<'a> {
    options: &'a Options,
    terminal: Terminal,
    runner: Runner,
    progress: Progress,
    history: History,
    course: Course,
    words: Vec<OsString>,
}

impl Run<'_> {
    /// Attempts, until the engine says that it is enough.
    fn attempts(mut self, session: &mut Session, policy: Policy) -> Result<Exit, Problem> {
        let mut decision = self.course.start(session, policy)?;
        let mut exit_code = 1;
        while matches!(decision.action, Action::Retry | Action::Remedy) {
            if let Some(interrupt) = self.runner.pause(decision.delay_ms)? {
                return self.interrupted(interrupt);
            }
            self.progress.begin(&decision);
            let timeout = decision.timeout_ms.map(Duration::from_millis);
            let made = self.runner.run(session, &self.words, timeout)?;
            exit_code = made.exit_code;
            decision = self.course.add(session, policy, made.attempt(), &made.tail)?;
            self.progress.end(&made, &decision);
            self.history.add(&made, &Next::from(&decision));
            if self.options.history.as_ref().is_some_and(|path| path.as_os_str() != "-") {
                self.save()?;
            }
        }
        self.finish(exit_code, &decision)
    }

    fn finish(mut self, exit_code: u8, decision: &Decision) -> Result<Exit, Problem> {
        let gave_up = (decision.action != Action::Done).then_some(&decision.reason);
        self.history.end(exit_code, gave_up);
        gave_up.inspect(|reason| self.progress.gave_up(reason));
        self.save()?;
        Ok(Exit::Command(exit_code))
    }

    /// Between attempts there is nothing to end.
    fn interrupted(mut self, interrupt: Interrupt) -> Result<Exit, Problem> {
        let exit_code = attempt::interrupted(interrupt);
        let reason =
            Reason { code: "cancelled".to_owned(), message: "asked to stop before the next attempt".to_owned() };
        self.history.end(exit_code, Some(&reason));
        self.progress.gave_up(&reason);
        self.save()?;
        Ok(Exit::Command(exit_code))
    }

    fn save(&self) -> Result<(), Problem> {
        let Some(path) = &self.options.history else { return Ok(()) };
        deliver(&render::pretty(&self.history.json().to_string()), Some(path), self.terminal)
    }
}
