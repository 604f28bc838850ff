//! What a build left behind: the document that producer and consumers share.
//!
//! A consumer that has it never derives a name again. It identifies by digests, and its own checksum tells a file that was cut off or
//! edited; that the image is really there and of the right commit is proven by looking at it, never by this file: [`verify`] says what to look at.

mod document;
mod model;
mod verify;

pub use document::{NAME, read, write};
pub use model::*;
pub use verify::verify;
