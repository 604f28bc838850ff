//! One call on two sides, in turn.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Samples of each side.
const SAMPLES: usize = 40;

/// About how long one sample takes.
const SAMPLE: Duration = Duration::from_millis(4);

/// Most calls in one sample.
const CALLS: u32 = 2_000;

/// What a call took on both sides.
pub(crate) struct Pair {
    name: &'static str,
    native: Duration,
    component: Duration,
}

impl Pair {
    /// Measures a call, native and through the component.
    pub(crate) fn measure(
        name: &'static str,
        mut native: impl FnMut() -> Result<()>,
        mut component: impl FnMut() -> Result<()>,
    ) -> Result<Self> {
        // Once each to warm up, and to learn how many calls make a sample.
        let once = time(1, &mut native)?.max(time(1, &mut component)?);
        let calls = u32::try_from(SAMPLE.as_nanos() / once.as_nanos().max(1)).unwrap_or(CALLS).clamp(1, CALLS);
        let (mut natives, mut components) = (Vec::new(), Vec::new());
        for _ in 0..SAMPLES {
            natives.push(time(calls, &mut native)?);
            components.push(time(calls, &mut component)?);
        }
        Ok(Self { name, native: median(&mut natives), component: median(&mut components) })
    }

    /// A line of the report.
    pub(crate) fn line(&self) -> String {
        format!(
            "{:<24} native {:>9.2} µs  component {:>9.2} µs  ratio {:>5.2}",
            self.name,
            micros(self.native),
            micros(self.component),
            self.component.as_secs_f64() / self.native.as_secs_f64()
        )
    }
}

/// Time of one call, averaged over a sample.
fn time(calls: u32, call: &mut impl FnMut() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    for _ in 0..calls {
        call()?;
    }
    Ok(start.elapsed() / calls)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
