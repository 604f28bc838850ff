//! What is legal but probably not meant.

use super::Policy;
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;

/// Every finding, in the document's order.
pub(super) fn lint(_policy: &Policy, _facts: Option<&Facts>) -> Diagnostics {
    Diagnostics::new()
}
