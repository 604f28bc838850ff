//! How many tries a kind of failure gets, and whether a policy's conditions hold for a failure.

use super::model::{Classification, Kind};
use super::outcome::Outcome;
pub use crate::policy::{FailureWhen, Limits, RetryRule};

impl Limits {
    /// Tries in all for a kind of failure. An operation's own number holds where a repetition is likely to help; it never makes
    /// a hopeless failure worth repeating.
    pub fn tries(&self, kind: Kind) -> u32 {
        let own = self.attempts.unwrap_or(u32::MAX).max(1);
        match kind {
            Kind::Transient => self.attempts.unwrap_or(3).max(1),
            Kind::Timeout => self.attempts.unwrap_or(2).max(1),
            Kind::RateLimited => self.attempts.unwrap_or(4).max(1),
            // A quota is tried again only after the wait that the server named.
            Kind::Ambiguous | Kind::Quota => own.min(2),
            Kind::Resource | Kind::Permanent => 1,
        }
    }
}

impl FailureWhen {
    /// Whether a failure fits. `lines` are the end of its output.
    pub(super) fn holds(&self, outcome: &Outcome, failure: &Classification, lines: &[String]) -> bool {
        fn among<T: PartialEq>(wanted: Option<&Vec<T>>, actual: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| actual.is_some_and(|actual| wanted.contains(actual)))
        }
        let code = match outcome {
            Outcome::Exited(code) => Some(*code),
            _ => None,
        };
        let in_ranges = |ranges: &Vec<(i32, i32)>| {
            code.is_some_and(|code| ranges.iter().any(|(first, last)| (*first..=*last).contains(&code)))
        };
        self.exit_codes.as_ref().is_none_or(in_ranges)
            && among(self.signal.as_ref(), outcome.signal().as_ref())
            && among(self.outcome.as_ref(), outcome.kind().as_ref())
            && among(self.class.as_ref(), Some(&failure.kind()))
            && among(self.cause.as_ref(), Some(&failure.cause))
            && among(self.phase.as_ref(), failure.phase.as_ref())
            && self
                .registry
                .as_ref()
                .is_none_or(|globs| failure.registry.as_ref().is_some_and(|host| globs.is_match(host)))
            && self.text.as_ref().is_none_or(|regex| lines.iter().any(|line| regex.is_match(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::classify;
    use super::*;
    use crate::pattern::Pattern;
    use crate::policy::{GlobList, OutcomeKind, Phase};

    const OUTPUT: &str = "#4 1.0 pulling ghcr.io/acme/app\n#4 ERROR: unexpected status: 502 Bad Gateway";

    fn holds(when: &FailureWhen, outcome: &Outcome) -> bool {
        let lines: Vec<String> = super::super::tail::lines(OUTPUT).into_iter().map(|line| line.text).collect();
        when.holds(outcome, &classify(outcome, OUTPUT), &lines)
    }

    #[test]
    fn every_condition_must_hold() {
        let exited = Outcome::Exited(17);
        let all = FailureWhen {
            exit_codes: Some(vec![(2, 2), (10, 20)]),
            outcome: Some(vec![OutcomeKind::Exited]),
            class: Some(vec![Kind::Transient]),
            cause: Some(vec!["http-502".to_owned()]),
            text: Some(Pattern::new("^ERROR: unexpected").unwrap()),
            phase: Some(vec![Phase::Pull]),
            registry: Some(GlobList::new(["ghcr.io"]).unwrap()),
            signal: None,
        };
        assert!(holds(&FailureWhen::default(), &exited) && holds(&all, &exited));
        assert!(!holds(&all, &Outcome::Exited(21)) && !holds(&all, &Outcome::Signalled(17)));
        for broken in [
            FailureWhen { class: Some(vec![Kind::Permanent]), ..all.clone() },
            FailureWhen { cause: Some(vec!["http-503".to_owned()]), ..all.clone() },
            FailureWhen { text: Some(Pattern::new("nothing").unwrap()), ..all.clone() },
            FailureWhen { phase: Some(vec![Phase::Push]), ..all.clone() },
            FailureWhen { registry: Some(GlobList::new(["quay.io"]).unwrap()), ..all.clone() },
            FailureWhen { signal: Some(vec!["KILL".to_owned()]), ..all.clone() },
        ] {
            assert!(!holds(&broken, &exited), "{broken:?}");
        }
    }

    #[test]
    fn an_operations_number_never_makes_the_hopeless_worth_repeating() {
        let limits = |attempts| Limits { attempts, ..Limits::default() };
        let tries = |attempts| {
            [
                Kind::Transient,
                Kind::Timeout,
                Kind::RateLimited,
                Kind::Quota,
                Kind::Ambiguous,
                Kind::Resource,
                Kind::Permanent,
            ]
            .map(|kind| limits(attempts).tries(kind))
        };
        assert_eq!(tries(None), [3, 2, 4, 2, 2, 1, 1]);
        assert_eq!(tries(Some(5)), [5, 5, 5, 2, 2, 1, 1]);
        assert_eq!(tries(Some(1)), [1; 7]);
    }
}
