//! The `retry` interface.

use buildonce_core::policy::{self, Policy};
use buildonce_core::retry;

use crate::translate::{Translate, enumeration, one_way, one_way_enum, record};
use crate::wit::retry as wit;

impl wit::Guest for crate::Engine {
    fn reading() -> wit::TailLimits {
        retry::reading().translate()
    }

    fn signal_number(name: String) -> Option<i32> {
        retry::signal_number(&name).translate()
    }

    fn classify(outcome: wit::Outcome, tail: String) -> wit::Classification {
        retry::classify(&outcome.translate(), &tail).translate()
    }

    fn configure(policy: wit::PolicyBorrow<'_>, given: Vec<wit::Entry>) -> Result<wit::Settings, Vec<wit::Diagnostic>> {
        let given: Vec<buildonce_core::Entry> = given.translate();
        retry::configure(policy.get::<Policy>(), &given).translate()
    }

    fn decide(policy: wit::PolicyBorrow<'_>, situation: wit::Situation) -> wit::Decision {
        retry::decide(policy.get::<Policy>(), &situation.translate()).translate()
    }

    fn action_next(policy: wit::PolicyBorrow<'_>, situation: wit::ActionSituation) -> wit::ActionStep {
        retry::action_next(policy.get::<Policy>(), &situation.translate()).translate()
    }
}

impl Translate<retry::Outcome> for wit::Outcome {
    fn translate(self) -> retry::Outcome {
        match self {
            Self::Exited(code) => retry::Outcome::Exited(code),
            Self::Signalled(number) => retry::Outcome::Signalled(number),
            Self::TimedOut => retry::Outcome::TimedOut,
            Self::SpawnFailed(error) => retry::Outcome::SpawnFailed(error),
            Self::Cancelled => retry::Outcome::Cancelled,
        }
    }
}

impl Translate<retry::BudgetState> for Vec<wit::Tokens> {
    fn translate(self) -> retry::BudgetState {
        retry::BudgetState { buckets: self.translate() }
    }
}

impl Translate<Vec<wit::Tokens>> for retry::BudgetState {
    fn translate(self) -> Vec<wit::Tokens> {
        self.buckets.translate()
    }
}

enumeration!(wit::FailureClass = retry::Class { Transient, Timeout, RateLimited, Resource, Permanent });
enumeration!(wit::Confidence = retry::Confidence { Ambiguous, Likely, Certain });
enumeration!(wit::Phase = retry::Phase { Setup, Login, Pull, Build, Push, CacheExport });
enumeration!(wit::Remedy = retry::Remedy { Relogin, Prune, UseMirror, IgnoreCacheExport, VerifyRemoteDigest });
enumeration!(
    wit::Operation =
        policy::Operation { Default, Setup, Login, Pull, Build, Push, CacheExport, Inspect, Sign, Attest, Api }
);
enumeration!(wit::BackoffKind = retry::BackoffKind { Exponential, Constant, Linear });
enumeration!(wit::Jitter = retry::Jitter { Full, Equal, None });
one_way_enum!(retry::Action => wit::Action { Done, Retry, Remedy, GiveUp });
record!(
    wit::Classification = retry::Classification {
        class,
        cause,
        retry_helps,
        retry_after_ms,
        retry_at_ms,
        remedy,
        confidence,
        evidence,
        rule,
        phase,
        registry,
    }
);
one_way!(retry::TailLimits => wit::TailLimits { bytes, lines, line_bytes });
record!(wit::Backoff = retry::Backoff { kind, first_ms, factor_thousandths, max_ms, jitter });
record!(wit::Limits = retry::Limits { attempts, timeout_ms, deadline_ms, backoff });
record!(wit::Settings = retry::Settings { operation, limits });
record!(wit::Tokens = retry::Tokens { host, thousandths });
one_way!(wit::Attempt => retry::Attempt { outcome, failure, duration_ms, rule, remedy });
one_way!(wit::Situation => retry::Situation {
    settings, history, tail, elapsed_ms, now_ms, seed, remedies, registry, tokens,
});
one_way!(retry::Decision => wit::Decision {
    action, delay_ms, remedy, timeout_ms, attempt, attempts, rule, cause, evidence, reason, tokens,
});
one_way!(wit::ActionSituation => retry::ActionSituation { inputs, history, tail, elapsed_ms, now_ms, seed, tokens });
one_way!(retry::Annotation => wit::Annotation { severity, message });
one_way!(retry::ActionStep => wit::ActionStep {
    again, delay_ms, hook, annotations, outputs, program, timeout_ms, exit_code, reason, rule, tokens,
});
