//! Build the image, see that it landed, write down what it is.
//!
//! [`next`] is a step function: it says what to look at or what to run, the host does so and asks again with everything that happened.
//! Whether and when a failed try is repeated is the retry policy's; that a push which failed may have landed all the same, that a rerun
//! completes only what is missing, and what counts as landed, is decided here.

mod commands;
mod conclude;
mod events;
mod model;
mod next;
mod progress;
mod report;
mod shelf;

pub use model::*;
pub use next::next;

// A promotion is decided from the same events.
pub(crate) use events::Events;
pub(crate) use shelf::{Shelf, plan as shelved_plan, tags as shelf_tags, unknown as unknown_tags};
