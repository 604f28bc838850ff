//! Builds in small worlds of registries that keep what is pushed and fail as they are told.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

#[path = "build/properties.rs"]
mod properties;
#[path = "build/receipts.rs"]
mod receipts;
#[path = "build/scenarios.rs"]
mod scenarios;
#[path = "build/verify.rs"]
mod verify;
#[path = "build/world.rs"]
mod world;
