//! What ends a command early, in two tiers: what the user can act on, and what only a maintainer can.

use std::io;
use std::path::Path;

use buildonce::EngineError;
use buildonce::types::{Diagnostic, Severity};

use crate::render::Sources;

/// How a command ends. The numbers are documented and stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked.
    Done,
    /// The answer is no.
    Negative,
    /// What was given is wrong: an option, the policy, the facts.
    Usage,
    /// A file, a program or the system failed.
    World,
    /// The engine failed.
    Internal,
    /// As the command that was run, or the action that is stood for.
    Command(u8),
}

impl Exit {
    /// The exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Negative => 1,
            Self::Usage => 2,
            Self::World => 3,
            Self::Internal => 4,
            Self::Command(code) => code,
        }
    }
}

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Something that the user can act on.
    Expected {
        /// Who is at fault.
        exit: Exit,
        /// What to say.
        findings: Vec<Diagnostic>,
        /// The documents that the findings point into.
        sources: Sources,
    },
    /// The engine could not be loaded or did not answer.
    Engine(EngineError),
    /// Whoever read the output has gone, so there is nobody to tell anything.
    ClosedPipe,
}

impl Problem {
    /// What was given is wrong.
    pub(crate) fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::expected(Exit::Usage, code, message.into())
    }

    /// The world failed.
    pub(crate) fn world(code: &str, message: impl Into<String>) -> Self {
        Self::expected(Exit::World, code, message.into())
    }

    /// The engine refused, with findings in documents.
    pub(crate) fn refused(findings: Vec<Diagnostic>, sources: Sources) -> Self {
        Self::Expected { exit: Exit::Usage, findings, sources }
    }

    /// A file that the user named could not be read: a wrong name is the user's, anything else the system's.
    pub(crate) fn unreadable(what: &str, path: &Path, error: &io::Error) -> Self {
        let exit = if error.kind() == io::ErrorKind::NotFound { Exit::Usage } else { Exit::World };
        Self::expected(exit, "unreadable-file", format!("cannot read {what} {}: {}", path.display(), cause(error)))
    }

    /// A file could not be written.
    pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Self {
        Self::world("unwritable-file", format!("cannot write {}: {}", path.display(), cause(error)))
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Self::Expected { findings, .. } = &mut self
            && let Some(last) = findings.last_mut()
        {
            last.help = Some(help.into());
        }
        self
    }

    /// How the command ends with it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Expected { exit, .. } => *exit,
            Self::Engine(EngineError::System(_)) => Exit::World,
            Self::Engine(e) if is_internal(e) => Exit::Internal,
            Self::Engine(_) => Exit::Usage,
            Self::ClosedPipe => Exit::Done,
        }
    }

    fn expected(exit: Exit, code: &str, message: String) -> Self {
        Self::Expected { exit, findings: vec![finding(Severity::Error, code, message)], sources: Sources::default() }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// A finding of the host itself, which has no place in a document.
pub(crate) fn finding(severity: Severity, code: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic {
        severity,
        code: code.to_owned(),
        message: message.into(),
        file: None,
        span: None,
        label: None,
        help: None,
    }
}

/// What the system said, without Rust's `(os error 2)`.
pub(crate) fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let short = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = short.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// True when no input may cause it, so that it is a defect of the engine.
pub(crate) fn is_internal(error: &EngineError) -> bool {
    matches!(error, EngineError::Trapped { .. } | EngineError::SessionEnded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_the_users_fault_and_a_broken_disk_is_not() {
        let not_found = io::Error::from_raw_os_error(2);
        let broken = io::Error::from_raw_os_error(5);
        let path = Path::new("x");
        assert_eq!(Problem::unreadable("the file", path, &not_found).exit(), Exit::Usage);
        assert_eq!(Problem::unreadable("the file", path, &broken).exit(), Exit::World);
    }

    #[test]
    fn a_cause_is_a_fragment_without_numbers() {
        assert_eq!(cause(&io::Error::from_raw_os_error(2)), "no such file or directory");
    }

    #[test]
    fn only_a_failed_call_is_internal() {
        assert_eq!(Problem::Engine(EngineError::SessionEnded).exit(), Exit::Internal);
        assert_eq!(Problem::Engine(EngineError::Invalid(String::new())).exit(), Exit::Usage);
    }
}
