//! Where two JSON documents differ, for people.

use serde_json::Value;

/// Longest rendering of a value, in characters.
const SHOWN: usize = 300;

/// One place at which two documents differ. A value that is not there is `None`, which is not null.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// JSON pointer to the place, such as `/ok/tags/0/name`; empty for the whole document.
    pub path: String,
    /// What the first document has there.
    pub first: Option<Value>,
    /// What the second document has there.
    pub second: Option<Value>,
}

impl Difference {
    /// Both values as texts; of long ones the part from shortly before they begin to differ.
    pub fn texts(&self) -> (String, String) {
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        let (first, second) = (text(&self.first), text(&self.second));
        let equal = first.chars().zip(second.chars()).take_while(|(x, y)| x == y).count();
        let from = if equal < SHOWN / 2 { 0 } else { equal - SHOWN / 4 };
        (part(&first, from), part(&second, from))
    }
}

/// Every place at which two documents differ, in the order of the first. The order of keys does not matter.
pub fn differences(first: &Value, second: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut String::new(), Some(first), Some(second), &mut found);
    found
}

fn compare(path: &mut String, first: Option<&Value>, second: Option<&Value>, found: &mut Vec<Difference>) {
    match (first, second) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let extra = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(extra) {
                below(path, &key.replace('~', "~0").replace('/', "~1"), |path| {
                    compare(path, a.get(key), b.get(key), found);
                });
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for index in 0..a.len().max(b.len()) {
                below(path, &index.to_string(), |path| compare(path, a.get(index), b.get(index), found));
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(Difference { path: path.clone(), first: a.cloned(), second: b.cloned() }),
    }
}

fn below(path: &mut String, key: &str, look: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push('/');
    path.push_str(key);
    look(path);
    path.truncate(length);
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
        let first = json!({"a": [1, 2], "b": "x", "c": true});
        let second = json!({"c": true, "a": [1, 3, 4], "d/e": null});
        let paths: Vec<_> = differences(&first, &second).into_iter().map(|found| found.path).collect();
        assert_eq!(paths, ["/a/1", "/a/2", "/b", "/d~1e"]);
    }

    #[test]
    fn of_long_texts_the_part_that_differs_is_shown() {
        let (a, b) = (format!("{}old{}", "x".repeat(5000), "y".repeat(5000)), format!("{}new", "x".repeat(5000)));
        let (first, second) = differences(&json!(a), &json!(b)).remove(0).texts();
        assert!(first.contains("xxold") && second.contains("xxnew"), "{first} {second}");
        assert!(first.chars().count() < SHOWN + 3, "{first}");
    }

    #[test]
    fn the_order_of_keys_is_no_difference_and_a_missing_key_is_not_null() {
        assert!(differences(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})).is_empty());
        assert_eq!(differences(&json!({"a": null}), &json!({})).len(), 1);
    }
}
