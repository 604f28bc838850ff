//! Labelled excerpts of real logs: does another try help?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use super::value::{is_set, same, text};
use super::{Family, Report};
use crate::fronts::Front;

/// What excerpts that are not marked ambiguous must reach.
const PRECISION: f64 = 0.95;
const RECALL: f64 = 0.92;

/// Keys by which the score is told apart, so that no part is carried by another.
const VIEWS: [(&str, &str); 3] = [("registry", "registry"), ("operation", "op"), ("class", "label")];

/// The classifier's scores.
pub(super) struct Errors;

impl Family for Errors {
    fn file(&self) -> &'static str {
        "errors.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let found = classify(case, front)?;
        same("whether another try helps", &is_set(&found, "retry_helps"), &is_set(case, "retry_helps"))
    }

    /// One front prints every part of the score; the others must answer the same and print the whole.
    fn run(&self, cases: &[Value], front: &dyn Front) -> Report {
        let mut report = Report::default();
        let (mut sure, mut all) = (Score::default(), Score::default());
        let mut parts: BTreeMap<(usize, String), Score> = BTreeMap::new();
        for case in cases {
            let found = match classify(case, front) {
                Ok(found) => found,
                Err(why) => {
                    report.failures.push(format!("{}: {why:#}", text(case, "id")));
                    report.missed = true;
                    continue;
                }
            };
            all.add(case, &found);
            if is_set(case, "ambiguous") {
                continue;
            }
            sure.add(case, &found);
            for (number, (_, key)) in VIEWS.iter().enumerate() {
                parts.entry((number, text(case, key).to_owned())).or_default().add(case, &found);
            }
            if is_set(&found, "retry_helps") == is_set(case, "retry_helps") {
                report.passed += 1;
            } else {
                let (cause, rule) = (text(&found, "cause"), text(&found, "rule"));
                report.failures.push(format!("{}: {cause} by {rule}: {}", text(case, "id"), text(&found, "evidence")));
            }
        }
        report.missed |= sure.precision() < PRECISION || sure.recall() < RECALL;
        let mut score = format!("{} (bars {PRECISION} and {RECALL}); with ambiguous ones {}", sure.line(), all.line());
        if front.name() == "native" {
            for ((view, name), part) in parts {
                let view = VIEWS.get(view).map_or("", |(view, _)| view);
                // Writing into a string cannot fail.
                let _ = write!(score, "\n    {view:<9} {name:<20} {}", part.line());
            }
        }
        report.score = Some(score);
        report
    }
}

fn classify(case: &Value, front: &dyn Front) -> Result<Value> {
    front.call("retry.classify", &json!({"outcome": {"exited": 1}, "tail": text(case, "text")}))
}

/// How often "another try helps" was right, and how often the class and the cause were.
#[derive(Debug, Default)]
struct Score {
    all: u32,
    hits: u32,
    false_alarms: u32,
    misses: u32,
    right_class: u32,
    right_cause: u32,
}

impl Score {
    fn add(&mut self, case: &Value, found: &Value) {
        self.all += 1;
        match (is_set(case, "retry_helps"), is_set(found, "retry_helps")) {
            (true, true) => self.hits += 1,
            (false, true) => self.false_alarms += 1,
            (true, false) => self.misses += 1,
            (false, false) => {}
        }
        self.right_class += u32::from(text(found, "class") == text(case, "label"));
        self.right_cause += u32::from(text(found, "cause") == text(case, "cause"));
    }

    fn share(part: u32, of: u32) -> f64 {
        if of == 0 { 1.0 } else { f64::from(part) / f64::from(of) }
    }

    fn precision(&self) -> f64 {
        Self::share(self.hits, self.hits + self.false_alarms)
    }

    fn recall(&self) -> f64 {
        Self::share(self.hits, self.hits + self.misses)
    }

    fn line(&self) -> String {
        format!(
            "precision {:.3}, recall {:.3}, class {:.2}, cause {:.2} of {}",
            self.precision(),
            self.recall(),
            Self::share(self.right_class, self.all),
            Self::share(self.right_cause, self.all),
            self.all
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_and_misses_are_told_apart() {
        let mut score = Score::default();
        for (expected, found) in [(true, true), (true, false), (false, true), (false, false)] {
            score.add(&json!({"retry_helps": expected, "label": "transient"}), &json!({"retry_helps": found}));
        }
        assert_eq!(score.line(), "precision 0.500, recall 0.500, class 0.00, cause 1.00 of 4");
        assert_eq!(Score::default().line(), "precision 1.000, recall 1.000, class 1.00, cause 1.00 of 0");
    }
}
