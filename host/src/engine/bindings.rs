//! Generated from `wit/`; private, so that the library's surface is chosen and not generated.
#![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated; wit/ holds the documentation")]
#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "generated"
)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "engine",
    // For records, which hold typed calls in the shapes of the `json` interface.
    additional_derives: [serde::Serialize],
});
