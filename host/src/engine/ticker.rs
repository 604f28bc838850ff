//! The clock that ends calls: one thread per engine, which ends with it.

use std::thread;
use std::time::Duration;

use wasmtime::Engine;

/// Between two ticks.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// Starts ticking until the engine is gone.
pub(super) fn start(engine: &Engine) -> std::io::Result<()> {
    let weak = engine.weak();
    thread::Builder::new()
        .name("buildonce-ticker".to_owned())
        .spawn(move || {
            loop {
                thread::sleep(TICK);
                match weak.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => break,
                }
            }
        })
        .map(drop)
}

/// Ticks that surely cover a duration.
pub(super) fn ticks(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX / 2).saturating_add(1)
}
