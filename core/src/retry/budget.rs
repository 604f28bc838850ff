//! How many retries all steps may take together: a bucket of tokens per registry host, carried as plain state.
//!
//! The shape is gRPC's retry throttling (gRFC A6): a retry takes a token, a success gives a part of one back, and retries
//! stop while the bucket is at most half full. A registry that is down is left alone by every step, not only by the first.

use serde::{Deserialize, Serialize};

use crate::order;

pub use crate::policy::Budget;

impl Budget {
    /// A full bucket, in thousandths.
    const fn full(self) -> u64 {
        self.tokens as u64 * 1000
    }
}

/// What is left in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Host of the registry, or `other` for what concerns none.
    pub host: String,
    /// Thousandths of tokens.
    pub thousandths: u64,
}

/// Every bucket that was touched, in the order of the hosts' names. What is not here is full.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BudgetState {
    /// The buckets.
    pub buckets: Vec<Tokens>,
}

impl BudgetState {
    /// What is left for a host, in thousandths.
    pub fn left(&self, budget: &Budget, host: &str) -> u64 {
        let own = self.buckets.iter().find(|bucket| bucket.host == host);
        own.map_or(budget.full(), |bucket| bucket.thousandths.min(budget.full()))
    }

    /// Whether a retry may be made.
    pub fn allows(&self, budget: &Budget, host: &str) -> bool {
        let left = self.left(budget, host);
        left >= 1000 && left > budget.full() / 2
    }

    /// The state after a retry.
    #[must_use]
    pub fn after_retry(&self, budget: &Budget, host: &str) -> Self {
        self.with(host, self.left(budget, host).saturating_sub(1000))
    }

    /// The state after a success.
    #[must_use]
    pub fn after_success(&self, budget: &Budget, host: &str) -> Self {
        let left = self.left(budget, host) + u64::from(budget.refill_thousandths);
        self.with(host, left.min(budget.full()))
    }

    fn with(&self, host: &str, thousandths: u64) -> Self {
        let mut buckets: Vec<_> = self.buckets.iter().filter(|bucket| bucket.host != host).cloned().collect();
        buckets.push(Tokens { host: host.to_owned(), thousandths });
        order::sort_by(&mut buckets, |a, b| a.host.cmp(&b.host));
        Self { buckets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_stop_at_half_and_successes_bring_them_back() {
        let budget = Budget { tokens: 4, refill_thousandths: 600 };
        let mut state = BudgetState::default();
        for _ in 0..2 {
            assert!(state.allows(&budget, "ghcr.io"));
            state = state.after_retry(&budget, "ghcr.io");
        }
        assert!(!state.allows(&budget, "ghcr.io"));
        assert!(state.allows(&budget, "docker.io"));
        state = state.after_success(&budget, "ghcr.io");
        assert!(state.allows(&budget, "ghcr.io"));
        for _ in 0..10 {
            state = state.after_success(&budget, "ghcr.io");
        }
        assert_eq!(state.left(&budget, "ghcr.io"), 4000);
    }

    #[test]
    fn one_token_allows_one_retry_and_none_allows_none() {
        let one = Budget { tokens: 1, refill_thousandths: 0 };
        let state = BudgetState::default();
        assert!(state.allows(&one, "x") && !state.after_retry(&one, "x").allows(&one, "x"));
        assert!(!state.allows(&Budget { tokens: 0, refill_thousandths: 0 }, "x"));
    }
}
