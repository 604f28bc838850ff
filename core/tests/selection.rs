//! The image of a commit in small worlds, and the properties that must hold for every answer. Vectors are run by the package `tests`, on
//! every front.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what it does not expect")]

#[path = "selection/consumer.rs"]
mod consumer;
#[path = "selection/properties.rs"]
mod properties;
#[path = "selection/registry.rs"]
mod registry;
#[path = "selection/scenarios.rs"]
mod scenarios;
