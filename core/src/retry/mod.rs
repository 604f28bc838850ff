//! It failed. Again?
//!
//! [`classify`] reads the end of an attempt's output and says what went wrong: its class, its cause, whether a repetition can
//! help, how long the other side asked to wait and what would help instead. [`decide`] takes that, the history, the limits and
//! the budget, and answers: retry after so long, apply a remedy and retry, or give up with a reason.
//!
//! What is recognised is data: the [`rules`] in the folder `table`, one file per area. One engine applies them all.
//!
//! ```
//! use buildonce_core::retry::{classify, Class, Outcome};
//! let answer = classify(&Outcome::Exited(1), "#9 ERROR: unexpected status: 503 Service Unavailable");
//! assert_eq!((answer.class, answer.cause.as_str(), answer.retry_helps), (Class::Transient, "http-503", true));
//! ```

mod action;
mod backoff;
mod budget;
mod classify;
mod context;
mod decide;
mod decision;
mod finder;
mod limits;
mod literals;
mod model;
mod outcome;
mod retry_after;
mod rule;
mod settings;
mod table;
mod tail;

pub use action::{ActionSituation, ActionStep, Annotation, action_next};
pub use backoff::{Backoff, BackoffKind, Jitter};
pub use budget::{Budget, BudgetState, Tokens};
pub use classify::classify;
pub use decide::decide;
pub use decision::{Action, Attempt, Decision, Situation};
pub use limits::{FailureWhen, Limits, RetryRule};
pub use model::{Class, Classification, Confidence, Kind, Phase, Remedy};
pub use outcome::{Outcome, signal_number};
pub use retry_after::{RetryAfter, parse_retry_after};
pub use rule::Rule;
pub use settings::{Settings, configure};
pub use table::rules;
pub use tail::{LINE_BYTES, TAIL_BYTES, TAIL_LINES, TailLimits, reading};
