//! Give an image that was tested more names. Its bytes stay as they are, and so does its digest.
//!
//! Which image that is, [`crate::selection`] has found and proven. [`next`] is a step function like [`crate::build::next`]: it looks at what
//! the new names hold today, has everything carried to where it is missing before the first name changes, and takes back what it changed when
//! a name cannot be given.

mod model;
mod names;
mod next;
mod outcome;

pub use model::*;
pub use names::check;
pub use next::next;
