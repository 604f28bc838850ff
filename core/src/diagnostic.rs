//! Findings: what is wrong, where, and what to do.

use serde::{Deserialize, Serialize};

use crate::text::on_one_line;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The answer was refused.
    Error,
    /// The answer stands, but something is probably not meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a document that a person wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First byte, counted from 0.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Line of the first byte, counted from 1.
    pub line: u32,
    /// Column of the first byte in characters, counted from 1.
    pub column: u32,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// How much it weighs.
    pub severity: Severity,
    /// Stable identifier in kebab-case.
    pub code: String,
    /// What is wrong, in one line.
    pub message: String,
    /// The document, as the caller named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where in that document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// What the place marked by `span` is, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// What a decision returns when it refuses: at least one diagnostic of severity error.
pub type Diagnostics = Vec<Diagnostic>;

impl Diagnostic {
    /// A finding that refuses the answer.
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A finding that lets the answer stand.
    pub fn warning(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Something worth knowing.
    pub fn note(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    fn new(severity: Severity, code: &str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            message: on_one_line(message.into()),
            file: None,
            span: None,
            label: None,
            help: None,
        }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, file: &str, span: Span) -> Self {
        self.file = Some(file.to_owned());
        self.span = Some(span);
        self
    }

    /// Adds the document without a place in it.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    /// Says what the marked place is.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(on_one_line(label.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(on_one_line(help.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    #[test]
    fn a_finding_is_one_line_whatever_it_quotes() {
        let finding = Diagnostic::error("code", "a\nb").label("\u{1b}[1m").help("\t`ä`");
        assert_eq!(finding.message, r"a\nb");
        assert_eq!((finding.label.as_deref(), finding.help.as_deref()), (Some(r"\u{1b}[1m"), Some(r"\t`ä`")));
    }

    /// Found by the fuzz target `policy`.
    #[test]
    fn help_that_repeats_a_value_of_several_lines_is_one_line() {
        let errors = Policy::parse("version: 1\ntags: |\n  a\n  b\n", "buildonce.yaml").unwrap_err();
        let help = errors.iter().find_map(|error| error.help.as_deref()).unwrap();
        assert!(help.contains(r"a\n  b") && !help.contains('\n'), "{help}");
    }
}
