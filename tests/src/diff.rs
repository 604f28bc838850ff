//! Where two JSON documents differ, for people.

use serde_json::Value;

/// Longest rendering of a value in a difference, in characters.
const SHOWN: usize = 300;

/// One line per difference, `path: expected … / got …`; empty when the documents are equal. The order of keys does not matter.
pub fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", Some(expected), Some(got), &mut lines);
    lines
}

fn compare(path: &str, expected: Option<&Value>, got: Option<&Value>, lines: &mut Vec<String>) {
    match (expected, got) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let extra = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(extra) {
                compare(&format!("{path}/{key}"), a.get(key), b.get(key), lines);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for index in 0..a.len().max(b.len()) {
                compare(&format!("{path}/{index}"), a.get(index), b.get(index), lines);
            }
        }
        (a, b) if a == b => {}
        (a, b) => {
            let (a, b) = (text(a), text(b));
            let equal = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
            let from = if equal < SHOWN / 2 { 0 } else { equal - SHOWN / 4 };
            lines.push(format!("{path}:\n    expected {}\n    got      {}", part(&a, from), part(&b, from)));
        }
    }
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

/// The text from a character on, cut where it gets too long to read.
fn part(text: &str, from: usize) -> String {
    let shown: String = text.chars().skip(from).take(SHOWN).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if text.chars().count() > from + SHOWN { "…" } else { "" };
    format!("{before}{shown}{after}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_difference_has_its_path() {
        let expected = json!({"a": [1, 2], "b": "x", "c": true});
        let got = json!({"c": true, "a": [1, 3, 4], "d": null});
        let paths: Vec<_> = differences(&expected, &got)
            .iter()
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(paths, ["/a/1", "/a/2", "/b", "/d"]);
    }

    #[test]
    fn of_long_texts_the_part_that_differs_is_shown() {
        let (a, b) = (format!("{}old{}", "x".repeat(5000), "y".repeat(5000)), format!("{}new", "x".repeat(5000)));
        let lines = differences(&json!(a), &json!(b)).join("\n");
        assert!(lines.contains("xxold") && lines.contains("xxnew"), "{lines}");
        assert!(lines.chars().count() < 3 * SHOWN, "{lines}");
    }

    #[test]
    fn the_order_of_keys_is_no_difference_and_a_missing_key_is_not_null() {
        assert!(differences(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})).is_empty());
        assert_eq!(differences(&json!({"a": null}), &json!({})).len(), 1);
    }
}
