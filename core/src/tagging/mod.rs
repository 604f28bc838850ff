//! What is the image called, where does it go, and why?

pub mod metadata;
mod model;
mod sanitize;

pub use model::*;
pub use sanitize::sanitize;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::facts::Facts;
use crate::policy::Policy;

/// Decides what happens to the image of a run.
pub fn plan(_policy: &Policy, _facts: &Facts) -> Result<ImagePlan, Diagnostics> {
    Err(vec![Diagnostic::error("no-tags", "no rule made a tag")])
}
