//! What a record says and what the engine says now.

use super::printable::one_line;
use super::style::Style;
use crate::cli::Replayed;

/// Every place at which an answer differs, and a line that counts.
pub(crate) fn replay(name: &str, replayed: &[Replayed], style: Style) -> String {
    let mut out = String::new();
    for call in replayed.iter().filter(|call| !call.differences.is_empty()) {
        put!(out, "{}, line {}\n", style.strong(one_line(&call.line.call)), call.number);
        for found in &call.differences {
            let (recorded, now) = found.texts();
            let place = if found.path.is_empty() { "the whole answer".to_owned() } else { one_line(&found.path) };
            put!(out, "  {}\n", style.name(place));
            put!(out, "    recorded  {}\n", style.bad(one_line(&recorded)));
            put!(out, "    now       {}\n", style.good(one_line(&now)));
        }
        out.push('\n');
    }
    let different = replayed.iter().filter(|call| !call.differences.is_empty()).count();
    let verdict = match (different, replayed.len()) {
        (0, _) => style.good("all answered as recorded"),
        (some, all) => style.bad(format!("{some} of {all} answered differently")),
    };
    put!(out, "{}: {}, {verdict}\n", one_line(name), count(replayed.len(), "call"));
    let masked = replayed.iter().filter(|call| call.line.masked).count();
    if masked > 0 {
        let were = if masked == 1 {
            "was recorded without the secrets in its"
        } else {
            "were recorded without the secrets in their"
        };
        put!(out, "{} {were} input, with the engine's answer to that\n", count(masked, "call"));
    }
    out
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use buildonce::record::{Answer, Difference, Line};
    use serde_json::json;

    use super::*;

    fn replayed(number: usize, call: &str, masked: bool, differences: Vec<Difference>) -> Replayed {
        let line = Line { call: call.to_owned(), input: json!({}), answer: Answer::Output(json!(1)), masked };
        Replayed { number, line, differences }
    }

    #[test]
    fn differences_come_with_their_places_and_the_count_last() {
        let differences = vec![
            Difference { path: "/ok/tags/0/name".to_owned(), first: Some(json!("a")), second: Some(json!("b")) },
            Difference { path: "/ok/version".to_owned(), first: None, second: Some(json!("1.0")) },
        ];
        let calls = [replayed(1, "facts.detect", true, Vec::new()), replayed(3, "tagging.plan", false, differences)];
        insta::assert_snapshot!(replay("plan.jsonl", &calls, Style::PLAIN), @r#"
        tagging.plan, line 3
          /ok/tags/0/name
            recorded  "a"
            now       "b"
          /ok/version
            recorded  nothing
            now       "1.0"

        plan.jsonl: 2 calls, 1 of 2 answered differently
        1 call was recorded without the secrets in its input, with the engine's answer to that
        "#);
    }

    #[test]
    fn without_a_difference_one_line_says_so() {
        let calls = [replayed(1, "facts.detect", false, Vec::new())];
        assert_eq!(replay("-", &calls, Style::PLAIN), "-: 1 call, all answered as recorded\n");
    }
}
