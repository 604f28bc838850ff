//! How long to pause before the next attempt.

use serde::{Deserialize, Serialize};

/// How pauses grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackoffKind {
    /// Multiplied with the factor each time.
    #[default]
    Exponential,
    /// Always the first pause.
    Constant,
    /// The first pause, then twice, three times as much, …
    Linear,
}

/// How much of a pause is chance, so that jobs which failed together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Jitter {
    /// Anything from nothing to the whole pause.
    #[default]
    Full,
    /// Half of the pause, and anything up to the other half.
    Equal,
    /// Nothing.
    None,
}

/// Pauses between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// How pauses grow.
    pub kind: BackoffKind,
    /// The first pause in milliseconds.
    pub first_ms: u64,
    /// What each pause is multiplied with to give the next, at least 1. For exponential growth only.
    pub factor: f64,
    /// The longest pause in milliseconds.
    pub max_ms: u64,
    /// How much of a pause is chance.
    pub jitter: Jitter,
}

impl Default for Backoff {
    /// 10 s, 20 s, 40 s … up to 2 minutes, with full jitter.
    fn default() -> Self {
        Self { kind: BackoffKind::default(), first_ms: 10_000, factor: 2.0, max_ms: 120_000, jitter: Jitter::default() }
    }
}

impl Backoff {
    /// The pause before retry number `retry`, counted from 1, in milliseconds; never more than `max_ms`.
    pub fn delay_ms(&self, retry: u32, seed: u64) -> u64 {
        let whole = self.whole_ms(retry);
        let chance = split_mix_64(seed.wrapping_add(u64::from(retry)));
        match self.jitter {
            Jitter::None => whole,
            Jitter::Full => part_of(whole, chance),
            Jitter::Equal => whole - whole / 2 + part_of(whole / 2, chance),
        }
    }

    /// The pause without jitter.
    fn whole_ms(&self, retry: u32) -> u64 {
        let steps = retry.saturating_sub(1);
        let grown = match self.kind {
            BackoffKind::Constant => self.first_ms,
            BackoffKind::Linear => self.first_ms.saturating_mul(u64::from(steps) + 1),
            BackoffKind::Exponential => self.exponential_ms(steps),
        };
        grown.min(self.max_ms)
    }

    /// Multiplies step by step, because a power function may round differently on another machine.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds up to years are exact in 53 bits, and the cast back saturates"
    )]
    fn exponential_ms(&self, steps: u32) -> u64 {
        let mut pause = self.first_ms as f64;
        let max = self.max_ms as f64;
        for _ in 0..steps {
            // Not a number is smaller than nothing, so that a nonsensical factor ends the loop too.
            if !(pause < max && pause > 0.0 && self.factor > 1.0) {
                break;
            }
            pause *= self.factor;
        }
        pause as u64
    }
}

/// A number from 0 to `whole`, both included, evenly.
fn part_of(whole: u64, chance: u64) -> u64 {
    let product = (u128::from(whole) + 1) * u128::from(chance);
    u64::try_from(product >> 64).unwrap_or(whole)
}

/// One step of `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): good enough to
/// spread pauses, small enough to see that it depends on nothing but the seed.
const fn split_mix_64(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(kind: BackoffKind) -> Vec<u64> {
        let backoff = Backoff { kind, jitter: Jitter::None, ..Backoff::default() };
        (1..=6).map(|retry| backoff.delay_ms(retry, 7)).collect()
    }

    #[test]
    fn pauses_grow_as_their_kind_says_up_to_the_longest() {
        assert_eq!(pauses(BackoffKind::Exponential), [10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
        assert_eq!(pauses(BackoffKind::Linear), [10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
        assert_eq!(pauses(BackoffKind::Constant), [10_000; 6]);
    }

    #[test]
    fn jitter_stays_inside_its_bounds_and_spreads() {
        let full = Backoff { kind: BackoffKind::Constant, ..Backoff::default() };
        let equal = Backoff { jitter: Jitter::Equal, ..full };
        let all: Vec<_> = (0..1000).map(|seed| full.delay_ms(1, seed)).collect();
        assert!(all.iter().all(|pause| *pause <= 10_000));
        assert!(all.iter().any(|pause| *pause < 1000) && all.iter().any(|pause| *pause > 9000));
        assert!((0..1000).all(|seed| (5000..=10_000).contains(&equal.delay_ms(1, seed))));
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // The first output for the seed 1234567, from the reference implementation in C.
        assert_eq!(split_mix_64(1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn nonsense_does_not_panic() {
        for factor in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e308] {
            let backoff = Backoff { factor, first_ms: u64::MAX, max_ms: u64::MAX, ..Backoff::default() };
            let _ = backoff.delay_ms(u32::MAX, u64::MAX);
        }
    }
}
