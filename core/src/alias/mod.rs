//! The selected image under a name of this machine, for programs that want one: `docker compose`, `docker run`.
//!
//! [`next`] is a step function: it says which command to run, the host does so and asks again with everything that came of it. Which store is told
//! what in which words, and by what it identifies an image, is knowledge about tools, so it is here. An image is named by its identifier, never by
//! its place in a list; and it counts only when the store, asked for the name, tells the identifier that was selected.

mod commands;
mod model;
mod next;

pub use model::*;
pub use next::next;
