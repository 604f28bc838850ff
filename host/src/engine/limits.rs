//! What a session may use.

use std::time::Duration;

use wasmtime::ResourceLimiter;

/// What a session may use. The defaults fit every real input; tests make them smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory in bytes, besides [`Limits::memory_per_input_byte`].
    pub memory: usize,
    /// Linear memory in bytes for each byte of a call's input.
    pub memory_per_input_byte: usize,
    /// Time of one call, besides [`Limits::deadline_per_mebibyte`].
    pub deadline: Duration,
    /// Time for each mebibyte of a call's input.
    pub deadline_per_mebibyte: Duration,
    /// Instructions of one call, about; needs an engine made by [`crate::Engine::with_fuel`].
    pub fuel: Option<u64>,
    /// Bytes that a call may move across the boundary, besides 16 for each byte of its input.
    pub transfer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            memory_per_input_byte: 32,
            deadline: Duration::from_secs(2),
            deadline_per_mebibyte: Duration::from_secs(1),
            fuel: None,
            transfer: 64 << 20,
        }
    }
}

impl Limits {
    pub(super) fn memory_for(&self, input: usize) -> usize {
        self.memory.saturating_add(self.memory_per_input_byte.saturating_mul(input))
    }

    pub(super) fn deadline_for(&self, input: usize) -> Duration {
        let mebibytes = u32::try_from(input >> 20).unwrap_or(u32::MAX);
        self.deadline.saturating_add(self.deadline_per_mebibyte.saturating_mul(mebibytes))
    }

    pub(super) fn transfer_for(&self, input: usize) -> usize {
        self.transfer.saturating_add(input.saturating_mul(16))
    }
}

/// The store's side of the limits.
pub(super) struct State {
    /// Bytes of linear memory that the current call may reach.
    pub(super) memory: usize,
}

/// A growth that was refused; ends the call.
#[derive(Debug, thiserror::Error)]
#[error("memory over {limit} bytes")]
pub(super) struct MemoryRefused {
    pub(super) limit: usize,
}

/// Elements of a table: the component's own function table has a few hundred.
const TABLE_ELEMENTS: usize = 20_000;

impl ResourceLimiter for State {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.memory {
            return Err(MemoryRefused { limit: self.memory }.into());
        }
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        16
    }

    fn tables(&self) -> usize {
        4
    }

    fn memories(&self) -> usize {
        1
    }
}
