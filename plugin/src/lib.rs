//! The engine as a WebAssembly component. It only translates: WIT types to core types and back, one file per interface.
//!
//! Natively the export names do not link, so the crate is empty there.
#![cfg(target_family = "wasm")]
#![allow(
    unsafe_code,
    reason = "the generated bindings pass pointers to the host, and `memory` is an allocator; nothing else here is unsafe"
)]
#![allow(missing_docs, unreachable_pub, reason = "the generated bindings are documented in wit/")]

mod alias;
mod build;
mod facts;
mod json;
#[cfg(target_os = "unknown")]
mod memory;
mod metadata;
mod policy;
mod promotion;
mod receipt;
mod reference;
mod retry;
mod selection;
mod tagging;
mod translate;
mod types;
mod version;

mod bindings {
    #![allow(
        clippy::all,
        clippy::pedantic,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        unused_qualifications,
        reason = "generated"
    )]
    wit_bindgen::generate!({ path: "../wit", world: "engine" });
    export!(Engine with_types_in self);
    use super::Engine;
}

use bindings::exports::buildonce::engine as wit;

#[cfg(target_os = "unknown")]
#[global_allocator]
static MEMORY: memory::Memory = memory::Memory::new();

/// Implements every exported interface; it has no state.
struct Engine;
