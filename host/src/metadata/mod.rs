//! The effects that docker/metadata-action's language needs: what the engine asks for is found out here, and what it answers is
//! written down. Nothing here decides.

mod commands;
mod forge;
mod gather;
mod inputs;
mod workflow;

pub(crate) use commands::{Destination, write};
pub(crate) use forge::Forge;
pub(crate) use gather::{World, decide};
pub(crate) use inputs::from_variables;
pub(crate) use workflow::{context, switches};
