//! The event's payload: only what is needed is kept, and every look-up knows its path.

use serde_json::{Map, Value};

use super::Timestamp;
use super::check::{self, Place, Problems};
use crate::diagnostic::Diagnostic;
use crate::limits;
use crate::read::{self, Refusal, Scanner};

/// Items of a list that are kept. GitHub lists a handful of pull requests; more would only fill the memory.
const ITEMS: usize = 1000;

/// A key worth keeping, with the keys below it; without any, a scalar is meant.
#[derive(Debug)]
pub(super) struct Key(pub(super) &'static str, pub(super) &'static [Key]);

/// What became of the document.
#[derive(Debug)]
pub(super) enum Payload {
    /// An object with something in it, reduced to the keys asked for.
    Read(Value),
    /// There is none, or it is empty.
    Missing,
    /// It is not a JSON object; why, in one line.
    Broken(String),
    /// It is over the limit, which was reported.
    TooLarge,
}

impl Payload {
    /// Reads a document. A payload can have megabytes of text nobody needs, so that is skipped instead of copied.
    pub(super) fn read(document: Option<&str>, keys: &'static [Key], problems: &Problems) -> Self {
        let Some(document) = document else { return Self::Missing };
        if document.len() > limits::PAYLOAD_BYTES {
            let message = format!("the event's payload has {} bytes", document.len());
            let help = format!("a payload has at most {} bytes", limits::PAYLOAD_BYTES);
            problems.push(Diagnostic::error("payload-too-large", message).help(help));
            return Self::TooLarge;
        }
        // Some engines and editors write a byte order mark, which JSON itself does not know.
        let document = document.trim_start_matches('\u{feff}');
        if document.trim().is_empty() {
            return Self::Missing;
        }
        match read::walk(document, |scanner| select(scanner, keys, 0)) {
            Ok((Value::Object(_), true)) => Self::Missing,
            Ok((value @ Value::Object(_), false)) => Self::Read(value),
            Ok((other, _)) => Self::Broken(format!("it is {}, not an object", type_of(&other))),
            Err(why) => Self::Broken(why),
        }
    }
}

/// An object in the payload.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    map: &'a Map<String, Value>,
    path: String,
    problems: &'a Problems,
}

impl<'a> Node<'a> {
    /// The outermost object.
    pub(super) fn root(value: &'a Value, problems: &'a Problems) -> Option<Self> {
        value.as_object().map(|map| Self { map, path: String::new(), problems })
    }

    fn place(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The value of a key, where `null` counts as absent.
    fn value(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn typed<T>(&self, key: &str, expected: &str, take: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.value(key)?;
        let taken = take(value);
        if taken.is_none() {
            let message = format!("{} is {}, not {expected}", Place::Payload(&self.place(key)), type_of(value));
            self.problems.push(
                Diagnostic::error("payload-type", message).help("pass the file that the CI engine wrote, unchanged"),
            );
        }
        taken
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// True when the key is there and says `null`, which can mean that something was deleted.
    pub(super) fn is_null(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(Value::is_null)
    }

    pub(super) fn object(&self, key: &str) -> Option<Self> {
        let map = self.typed(key, "an object", Value::as_object)?;
        Some(Self { map, path: self.place(key), problems: self.problems })
    }

    /// The objects of a list.
    pub(super) fn objects(&self, key: &str) -> Option<Vec<Self>> {
        let list = self.typed(key, "a list", Value::as_array)?;
        let mut objects = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            let path = format!("{}[{index}]", self.place(key));
            if let Some(map) = item.as_object() {
                objects.push(Self { map, path, problems: self.problems });
            } else {
                let message = format!("{} is {}, not an object", Place::Payload(&path), type_of(item));
                self.problems.push(
                    Diagnostic::error("payload-type", message)
                        .help("pass the file that the CI engine wrote, unchanged"),
                );
            }
        }
        Some(objects)
    }

    /// A text as it stands; an empty one counts as absent.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.typed(key, "a string", Value::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn truth(&self, key: &str) -> Option<bool> {
        self.typed(key, "true or false", Value::as_bool)
    }

    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.typed(key, "a positive number", |value| value.as_u64().filter(|n| *n > 0))
    }

    pub(super) fn sha(&self, key: &str) -> Option<String> {
        self.problems.sha(Place::Payload(&self.place(key)), self.text(key)?)
    }

    pub(super) fn name(&self, key: &str) -> Option<String> {
        self.problems.name(Place::Payload(&self.place(key)), self.text(key)?)
    }

    pub(super) fn word(&self, key: &str) -> Option<String> {
        self.problems.word(Place::Payload(&self.place(key)), self.text(key)?)
    }

    pub(super) fn line(&self, key: &str) -> Option<String> {
        check::line(self.text(key)?)
    }

    pub(super) fn time(&self, key: &str) -> Option<Timestamp> {
        self.problems.time(Place::Payload(&self.place(key)), self.text(key)?)
    }
}

/// A value's type, as a message names it.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads a value, but of objects only the keys asked for. Also tells whether an object had no key at all.
fn select(scanner: &mut Scanner<'_>, keys: &[Key], depth: usize) -> Result<(Value, bool), Refusal> {
    match scanner.peek() {
        b'{' => {
            scanner.enter(depth)?;
            let (mut kept, mut empty) = (Map::new(), true);
            while let Some(name) = scanner.member()? {
                empty = false;
                match keys.iter().find(|key| key.0 == name) {
                    Some(Key(name, below)) => {
                        let (value, _) = select(scanner, below, depth + 1)?;
                        kept.insert((*name).to_owned(), value);
                    }
                    None => scanner.skip(),
                }
            }
            Ok((Value::Object(kept), empty))
        }
        b'[' => {
            scanner.enter(depth)?;
            let mut kept = Vec::new();
            // Of a list where a scalar belongs, its type is all that a message needs.
            let room = if keys.is_empty() { 0 } else { ITEMS };
            while scanner.item() {
                if kept.len() < room {
                    kept.push(select(scanner, keys, depth + 1)?.0);
                } else {
                    scanner.skip();
                }
            }
            Ok((Value::Array(kept), false))
        }
        _ => Ok((scanner.value(depth)?, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static KEYS: &[Key] = &[Key("a", &[Key("b", &[])]), Key("list", &[Key("n", &[])]), Key("s", &[])];

    fn read(document: &str) -> Payload {
        Payload::read(Some(document), KEYS, &Problems::default())
    }

    #[test]
    fn only_the_keys_asked_for_are_kept() {
        let Payload::Read(value) =
            read(r#"{"a":{"b":1,"c":[1]},"z":{"a":1},"list":[{"n":1,"m":2}],"s":["x",{"y":1}]}"#)
        else {
            panic!("a good document");
        };
        assert_eq!(value, serde_json::json!({"a": {"b": 1}, "list": [{"n": 1}], "s": []}));
    }

    #[test]
    fn a_list_is_cut_where_it_would_only_fill_the_memory() {
        let Payload::Read(value) = read(&format!(r#"{{"list":[{}1]}}"#, "{},".repeat(2 * ITEMS))) else {
            panic!("a good document");
        };
        assert_eq!(value["list"].as_array().map(Vec::len), Some(ITEMS));
    }

    #[test]
    fn a_document_is_read_missing_or_broken() {
        for document in ["", " \n", "{}", "\u{feff}{}"] {
            assert!(matches!(read(document), Payload::Missing), "{document:?}");
        }
        assert!(matches!(Payload::read(None, KEYS, &Problems::default()), Payload::Missing));
        assert!(matches!(read(r#"{"other": 1}"#), Payload::Read(_)));
        let why = |document: &str| match read(document) {
            Payload::Broken(why) => why,
            other => panic!("{other:?}"),
        };
        insta::assert_snapshot!(why("[1]"), @"it is a list, not an object");
        insta::assert_snapshot!(why("{\"a\":"), @"EOF while parsing a value at line 1 column 5");
        insta::assert_snapshot!(why("{} {}"), @"trailing characters at line 1 column 4");
        insta::assert_snapshot!(why(&"[".repeat(100_000)), @"EOF while parsing a list at line 1 column 100000");
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        insta::assert_snapshot!(why(&deep), @"recursion limit exceeded at line 1 column 128");
    }

    #[test]
    fn a_wrong_type_is_told_with_its_path() {
        let problems = Problems::default();
        let value = serde_json::json!({"a": {"b": 1, "c": null}, "list": [1, {"n": -1}], "s": "x"});
        let root = Node::root(&value, &problems).unwrap();
        let a = root.object("a").unwrap();
        assert_eq!((a.text("b"), a.text("c"), a.text("d")), (None, None, None));
        assert_eq!((a.is_null("c"), a.is_null("d")), (true, false));
        assert_eq!(root.objects("list").unwrap()[0].number("n"), None);
        assert!(root.object("s").is_none());
        let errors = problems.into_notes().unwrap_err();
        let texts: Vec<_> = errors.iter().map(|e| e.message.as_str()).collect();
        insta::assert_snapshot!(texts.join("\n"), @"
        `a.b` in the event's payload is a number, not a string
        `list[0]` in the event's payload is a number, not an object
        `list[1].n` in the event's payload is a number, not a positive number
        `s` in the event's payload is a string, not an object
        ");
    }
}
