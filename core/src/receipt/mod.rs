//! What a build left behind: the document that producer and consumers share.
//!
//! A consumer that has it never derives a name again. It identifies by digests, and its own checksum tells a file that was cut off or
//! edited; that the image is really there and of the right commit is proven by looking at it, never by this file.

mod document;
mod model;

pub use document::{NAME, read, write};
pub use model::*;
