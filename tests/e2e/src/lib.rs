//! Real parts for tests from end to end: registries, builders, a proxy that makes them fail, and the program itself. `cargo xtask test
//! e2e` installs what they need and runs the tests.
//!
//! Everything listens on loopback at a port that the system chooses, lives in a temporary folder, and ends when its value is dropped.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a part that cannot be started, or that does not do what it should, has failed the test"
)]

mod consumer;
mod docker;
mod faults;
mod images;
mod producer;
mod proxy;
mod registry;
mod saved;
mod server;
mod tools;
mod traps;
mod tunnel;
mod wire;

pub use consumer::{Consumer, Done, HEAD, MERGE};
pub use docker::Docker;
pub use faults::{Fault, Rule, Times};
pub use images::{Image, Pushed, digest};
pub use producer::{fork, producer, proven_by_skopeo, reason, sealed, tries};
pub use proxy::FaultProxy;
pub use registry::{LOGIN, NAME, Registry};
pub use saved::Saved;
pub use tools::Builder;
pub use traps::{Entrance, Listing, Traps};
pub use tunnel::Tunnel;
pub use wire::{Request, Response, send};
