//! How large the language's inputs may be, so that none ends in a trap.

use super::model::{MetadataFailure, MetadataFailureCode, Step};

/// One input of the action, in bytes. The whole environment of a step is smaller than this.
pub(super) const INPUT_BYTES: usize = 4 << 20;

/// Lines of one list.
pub(super) const LIST_LENGTH: usize = 10_000;

/// One template, in bytes.
pub(super) const TEMPLATE_BYTES: usize = 256 << 10;

/// How deep blocks and sub-expressions may nest.
pub(super) const TEMPLATE_DEPTH: usize = 64;

/// Statements that one rendering may evaluate; nested `each` blocks multiply.
pub(super) const TEMPLATE_STEPS: usize = 200_000;

/// Text that one rendering may make, in bytes.
pub(super) const TEMPLATE_OUTPUT: usize = 4 << 20;

/// One regular expression, in bytes.
pub(super) const PATTERN_BYTES: usize = 16 << 10;

/// A date format, in bytes.
pub(super) const FORMAT_BYTES: usize = 64 << 10;

/// Tags, labels or annotations that one answer may hold: lists multiply with images and levels.
pub(super) const ANSWER_LENGTH: usize = 1_000_000;

/// Refuses what is over a limit.
pub(super) fn check(what: &str, size: usize, limit: usize) -> Step<()> {
    if size <= limit {
        return Ok(());
    }
    Err(MetadataFailure::new(MetadataFailureCode::TooLarge, format!("{what} is larger than {limit}: {size}")))
}
