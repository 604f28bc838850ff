//! The decisions of a container pipeline, without I/O.
//!
//! What this crate needs comes in as values; what it wants done goes out as values. It reads no clock, no
//! environment, no file and no random source, so every decision can be recorded, replayed and tested.
//!
//! There is one module per decision, named like its WIT interface: [`facts`], [`policy`], [`tagging`], [`retry`], [`selection`], [`build`],
//! [`promotion`], [`alias`], and [`json`] for the same functions with JSON in and out.
#![forbid(unsafe_code)]

pub mod alias;
pub mod build;
mod calendar;
pub mod diagnostic;
pub mod facts;
pub mod json;
pub mod limits;
mod number;
mod order;
pub mod pattern;
pub mod policy;
mod position;
pub mod promotion;
mod read;
pub mod reason;
pub mod receipt;
pub mod reference;
pub mod regexp;
pub mod retry;
pub mod selection;
pub mod tagging;
mod text;
pub mod version;

pub use diagnostic::{Diagnostic, Severity, Span};
pub use reason::{Entry, Reason};
