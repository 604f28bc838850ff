//! Why each rule fired or did not.

use buildonce::types::{Facts, RuleTrace};

use super::facts::run_line;
use super::printable::one_line;
use super::style::Style;
use super::table::{Cell, table};

/// Every rule with its conditions and values. `policy` is the policy's file; `None` for the standard policy.
pub(crate) fn explanation(facts: &Facts, traces: &[RuleTrace], policy: Option<&str>, style: Style) -> String {
    let mut out = format!("{}\n", run_line(facts));
    match policy {
        Some(name) => put!(out, "the tag rules of {}\n", one_line(name)),
        None => out.push_str("the tag rules of the standard policy, build-once-test-many\n"),
    }
    for trace in traces {
        let outcome = &trace.outcome;
        let fired = if outcome.fired { style.good("fired") } else { style.faint("did not fire") };
        let line = outcome.span.map_or(String::new(), |span| format!(", line {}", span.line));
        let name = style.strong(one_line(&outcome.rule));
        put!(out, "\n{name}{line}: {fired}: {}\n", one_line(&outcome.reason.message));
        let mut rows: Vec<_> = trace
            .conditions
            .iter()
            .map(|condition| {
                let met = if condition.met { style.good("yes") } else { style.bad("no") };
                let found = condition.actual.as_deref().unwrap_or("not told");
                vec![
                    Cell::plain(one_line(&condition.name)),
                    Cell::plain(one_line(&format!("asks for {}", condition.expected))),
                    Cell::plain(one_line(&format!("found {found}"))),
                    Cell::styled(if condition.met { "yes" } else { "no" }, |_| met.clone()),
                ]
            })
            .collect();
        rows.extend(trace.values.iter().map(|value| {
            vec![Cell::plain(one_line(&format!("{{{{{}}}}}", value.key))), Cell::plain(one_line(&value.value))]
        }));
        rows.extend(
            outcome.tags.iter().map(|tag| vec![Cell::plain("tag"), Cell::styled(&one_line(tag), |t| style.name(t))]),
        );
        out.push_str(&table(&rows));
    }
    if traces.is_empty() {
        out.push_str("\nThe policy has no tag rules.\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{sample_facts, sample_traces};
    use super::*;

    #[test]
    fn every_rule_shows_what_was_asked_and_what_was_found() {
        insta::assert_snapshot!(explanation(&sample_facts(), &sample_traces(), None, Style::PLAIN), @r"
        pull request #12 (feature/x → main) in acme/app, github-actions
        the tag rules of the standard policy, build-once-test-many

        tags[0]: fired: event is pull-request
          event    asks for pull-request  found pull-request  yes
          {{pr}}   12
          {{sha}}  1111111
          tag      pr-12-1111111

        tags[2]: did not fire: `event` asks for push, but the run has pull-request
          event  asks for push  found pull-request  no
        ");
    }
}
