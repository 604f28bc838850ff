//! One configuration for compiling ahead of time and for running: wasmtime refuses code that was compiled under another.

use wasmtime::Config;

/// The stack of one call. The component needs far less; deep recursion traps instead of ending the host.
const STACK_BYTES: usize = 1 << 20;

/// Whether instructions are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Metering {
    /// Only the clock bounds a call. What the embedded component is compiled for.
    Deadline,
    /// Fuel bounds a call too, the same amount on every machine.
    #[cfg(feature = "jit")]
    Fuel,
}

/// The engine's configuration. With a `target` the code runs on any processor of that kind; without one the compiler may use
/// whatever this machine's processor offers.
pub(crate) fn config(metering: Metering, target: Option<&str>) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .consume_fuel(metering != Metering::Deadline)
        .max_wasm_stack(STACK_BYTES)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false);
    if let Some(target) = target {
        config.target(target)?;
    }
    Ok(config)
}
