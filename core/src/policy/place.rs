//! Where in which document something was written.

use std::sync::Arc;

use crate::{Diagnostic, Span};

/// A document's name and a span in it. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The document, as its caller named it; a built-in policy's name for what `extends` brought in.
    pub file: Arc<str>,
    /// The span in it.
    pub span: Span,
}

impl Place {
    /// A place.
    pub fn new(file: &Arc<str>, span: Span) -> Self {
        Self { file: Arc::clone(file), span }
    }

    /// Puts a diagnostic here; what nobody wrote has no place.
    #[must_use]
    pub fn mark(&self, diagnostic: Diagnostic) -> Diagnostic {
        if self.file.is_empty() { diagnostic } else { diagnostic.at(&self.file, self.span) }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self { file: Arc::from(""), span: Span::default() }
    }
}
