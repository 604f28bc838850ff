//! Where text goes: answers to standard output, everything else to standard error.

use std::io::{self, ErrorKind, Write};

use buildonce::EngineError;
use buildonce::types::{Diagnostic, Severity};

use crate::problem::{Problem, finding, is_internal};
use crate::render::{ColorChoice, Sources, Style, diagnostics};

/// Both streams with their styles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// For standard output.
    pub(crate) out: Style,
    /// For standard error.
    pub(crate) err: Style,
}

impl Terminal {
    /// Decides once whether there is colour.
    pub(crate) fn new(choice: ColorChoice) -> Self {
        Self { out: Style::of(choice, &io::stdout()), err: Style::of(choice, &io::stderr()) }
    }

    /// Writes an answer.
    #[expect(clippy::unused_self, reason = "answers go through the terminal, whose style they were made with")]
    pub(crate) fn print(self, text: &str) -> Result<(), Problem> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| stdout_problem(&e))
    }

    /// Says something that is not the answer.
    pub(crate) fn note(self, findings: &[Diagnostic], sources: &Sources) {
        if !findings.is_empty() {
            // Without standard error there is nobody to tell.
            drop(io::stderr().lock().write_all(diagnostics(findings, sources, self.err).as_bytes()));
        }
    }

    /// Says why the command ended early.
    pub(crate) fn tell(self, problem: &Problem) {
        match problem {
            Problem::Expected { findings, sources, .. } => self.note(findings, sources),
            Problem::Engine(error) => self.note(&[engine_finding(error)], &Sources::default()),
            Problem::ClosedPipe => {}
        }
    }
}

/// What a failed write to standard output means.
pub(crate) fn stdout_problem(error: &io::Error) -> Problem {
    match error.kind() {
        ErrorKind::BrokenPipe => Problem::ClosedPipe,
        _ => Problem::world("unwritable-output", format!("cannot write to standard output: {}", super::cause(error))),
    }
}

fn engine_finding(error: &EngineError) -> Diagnostic {
    let code = match error {
        EngineError::Read { .. } => "unreadable-file",
        EngineError::TooLarge { .. } => "file-too-large",
        EngineError::Imports { .. } => "component-imports",
        EngineError::Invalid(_) | EngineError::WrongWorld(_) => "wrong-component",
        EngineError::System(_) => "system",
        _ => "engine-failed",
    };
    let mut told = finding(Severity::Error, code, error.to_string());
    told.help = if is_internal(error) {
        Some(format!(
            "this is a defect of buildonce, not of your input; report it with the command, its input and `buildonce {}`: {}/issues",
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_REPOSITORY")
        ))
    } else if matches!(error, EngineError::System(_) | EngineError::Read { .. }) {
        None
    } else {
        Some("`buildonce component extract FILE` writes one that fits".to_owned())
    };
    told
}

#[cfg(test)]
mod tests {
    use buildonce::TrapKind;

    use super::*;

    #[test]
    fn a_failed_call_is_told_with_what_a_maintainer_needs() {
        let trapped = EngineError::Trapped { call: "tagging.plan", kind: TrapKind::Panic, input_bytes: 42 };
        let told = diagnostics(&[engine_finding(&trapped)], &Sources::default(), Style::PLAIN);
        for part in ["error[engine-failed]", "tagging.plan", "panic", "42 bytes", "/issues", env!("CARGO_PKG_VERSION")]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn a_wrong_component_is_told_with_the_way_out() {
        let told = engine_finding(&EngineError::Imports { imports: vec!["wasi:io/streams".to_owned()] });
        assert!(told.message.contains("wasi:io/streams"));
        assert!(told.help.unwrap().contains("component extract"));
    }
}
