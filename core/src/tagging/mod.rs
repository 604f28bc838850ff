//! What is the image called, where does it go, and why?

mod arguments;
mod collisions;
mod concurrency;
mod delivery;
mod guard;
mod images;
mod labels;
mod lines;
mod lookup;
pub mod metadata;
mod model;
mod naming;
mod plan;
mod rules;
mod sanitize;
mod skip;
#[cfg(test)]
mod testing;

pub(crate) use labels::{CHECKOUT_DIFFERS, HEAD_REVISION, REVISION};
pub use model::*;
pub use plan::{explain, lookup, plan};
pub use sanitize::sanitize;
