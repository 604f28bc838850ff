//! How long to pause before the next attempt.

pub use crate::policy::{Backoff, BackoffKind, Jitter};

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

    /// Multiplies step by step in whole milliseconds, so that every machine rounds alike.
    fn exponential_ms(&self, steps: u32) -> u64 {
        let mut pause = self.first_ms;
        for _ in 0..steps {
            // Nothing grows any more, or there is enough already.
            if pause == 0 || pause >= self.max_ms || self.factor_thousandths <= 1000 {
                break;
            }
            let grown = u128::from(pause) * u128::from(self.factor_thousandths) / 1000;
            let grown = u64::try_from(grown).unwrap_or(u64::MAX);
            // A factor so close to one that it is lost in rounding must not loop for ever.
            if grown == pause {
                break;
            }
            pause = grown;
        }
        pause
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
        for (factor_thousandths, first_ms) in [(0, 1), (1001, 1), (u32::MAX, u64::MAX), (u32::MAX, 1), (0, u64::MAX)] {
            let backoff = Backoff { factor_thousandths, first_ms, max_ms: u64::MAX, ..Backoff::default() };
            assert!(backoff.delay_ms(u32::MAX, u64::MAX) <= backoff.max_ms);
        }
    }
}
