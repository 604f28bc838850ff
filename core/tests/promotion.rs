//! Promotions in small worlds of registries that keep what is copied, fail as they are told, and have other users.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it does not expect")]

#[path = "promotion/properties.rs"]
mod properties;
#[path = "promotion/scenarios.rs"]
mod scenarios;
#[path = "promotion/world.rs"]
mod world;
