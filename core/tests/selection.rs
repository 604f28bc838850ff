//! Selection against what other programs answer, and against the properties that must hold for every answer.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at what it does not expect, and the conformance runner tells its counts"
)]

#[path = "selection/channels.rs"]
mod channels;
#[path = "selection/consumer.rs"]
mod consumer;
#[path = "selection/ladder.rs"]
mod ladder;
#[path = "selection/names.rs"]
mod names;
#[path = "selection/properties.rs"]
mod properties;
#[path = "selection/registry.rs"]
mod registry;
#[path = "selection/scenarios.rs"]
mod scenarios;
#[path = "selection/vectors.rs"]
mod vectors;
#[path = "selection/versions.rs"]
mod versions;
