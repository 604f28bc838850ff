//! What is said while the work goes on: lines on standard error, and groups and annotations on GitHub.

use std::env;
use std::io::Write;
use std::time::Duration;

use buildonce::types::build::Task;
use buildonce::types::retry::{Action, Classification};
use buildonce::types::{Facts, ImagePlan, Severity};

use super::course::Course;
use crate::cli::retry::{described, seconds};
use crate::cli::terminal::Terminal;
use crate::outputs;
use crate::render::{Style, one_line, run_line};

/// Says what happens.
pub(in crate::cli) struct Progress {
    /// Where it goes.
    pub(in crate::cli) terminal: Terminal,
    style: Style,
    on_github: bool,
}

impl Progress {
    /// Looks at where it runs.
    pub(in crate::cli) fn new(terminal: Terminal) -> Self {
        let on_github = env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        Self { terminal, style: terminal.err, on_github }
    }

    /// What will be built.
    pub(in crate::cli) fn plan(&self, facts: &Facts, plan: &ImagePlan) {
        let what = plan.primary.as_deref().unwrap_or("nothing");
        let platforms = plan.delivery.platforms.join(", ");
        self.say(&format!("{}: {} for {platforms}", run_line(facts), self.style.strong(one_line(what))));
    }

    /// Before a try.
    pub(super) fn begin(&self, task: &Task, number: usize) {
        // A copy says nothing by itself, so there is nothing to fold away.
        if task.command.is_empty() {
            return;
        }
        let again = if number > 1 { format!(" (attempt {number})") } else { String::new() };
        let title = one_line(&format!("{}{again}", task.id));
        if self.on_github {
            self.write(&outputs::group(&title));
        } else {
            self.say(&self.style.heading(format!("» {title}")));
        }
        self.say(&self.style.faint(one_line(&outputs::words(&task.command))));
    }

    /// After a try.
    pub(super) fn tried(&self, task: &Task, course: &Course, failure: &Classification, duration: Duration) {
        if self.on_github && !task.command.is_empty() {
            self.write(outputs::END_GROUP);
        }
        let decision = course.decision();
        let (attempt, attempts) = (decision.attempt, decision.attempts.max(decision.attempt));
        let what = course.outcome().map_or_else(String::new, |outcome| described(failure, outcome));
        let head = format!("{}: attempt {attempt}/{attempts} after {}", task.id, seconds(duration));
        match decision.action {
            Action::Done => {
                self.say(&self.style.faint(one_line(&format!("{}: done in {}", task.id, seconds(duration)))));
            }
            Action::GiveUp => {
                let line = one_line(&format!("{head}: {what}; {}", decision.reason.message));
                if self.on_github {
                    self.write(&outputs::annotation(Severity::Error, &line));
                } else {
                    self.say(&self.style.bad(line));
                }
            }
            Action::Retry | Action::Remedy => {
                let pause = seconds(Duration::from_millis(decision.delay_ms));
                let line = one_line(&format!("{head}: {what}; again in {pause}"));
                if self.on_github {
                    self.write(&outputs::annotation(Severity::Warning, &line));
                } else {
                    self.say(&self.style.caution(line));
                }
            }
        }
    }

    /// Something went wrong that the answer will tell, or that passes.
    pub(super) fn caution(&self, message: &str) {
        self.say(&self.style.caution(one_line(message)));
    }

    /// The answer comes next.
    pub(super) fn end(&self) {
        if !self.on_github {
            self.say("");
        }
    }

    /// A line.
    pub(in crate::cli) fn say(&self, line: &str) {
        self.write(&format!("{line}\n"));
    }

    #[expect(clippy::unused_self, reason = "what is said goes through this, whose style it was made with")]
    fn write(&self, text: &str) {
        // Without standard error there is nobody to tell.
        drop(std::io::stderr().lock().write_all(text.as_bytes()));
    }
}
