//! Documents read as the crate `toml` reads them.

use std::ops::Range;
use std::rc::Rc;

use ::toml::de::{DeTable, DeValue};
use proptest::prelude::*;

use super::*;
use crate::number;

/// What the crate makes of a document; nothing when it refuses it.
fn by_crate(positions: &Positions<'_>) -> Option<Node> {
    let source = positions.source();
    let skipped = source.len() - source.strip_prefix('\u{feff}').unwrap_or(source).len();
    let table = DeTable::parse(source.get(skipped..).unwrap()).ok()?;
    Crate { positions, skipped }.table(table.get_ref(), table.span())
}

struct Crate<'p, 's> {
    positions: &'p Positions<'s>,
    skipped: usize,
}

impl Crate<'_, '_> {
    fn span(&self, range: Range<usize>) -> crate::Span {
        self.positions.span(range.start + self.skipped..range.end + self.skipped)
    }

    fn node(&self, value: &DeValue<'_>, range: Range<usize>) -> Option<Node> {
        let content = match value {
            DeValue::String(text) => Content::Text(Rc::from(text.as_ref())),
            DeValue::Integer(integer) => {
                let (text, radix) = (integer.as_str(), integer.radix());
                // The crate leaves it to whoever converts a number to refuse `1_0x` and `0x`.
                let digits = text.trim_start_matches(['+', '-']);
                (!digits.is_empty() && digits.chars().all(|c| c.is_digit(radix))).then_some(())?;
                i64::from_str_radix(text, radix).map_or(Content::Float(f64::INFINITY), Content::Int)
            }
            DeValue::Float(float) => Content::Float(number::parse(float.as_str()).unwrap_or(f64::NAN)),
            DeValue::Boolean(value) => Content::Bool(*value),
            DeValue::Datetime(value) => Content::Text(Rc::from(value.to_string())),
            DeValue::Array(items) => {
                let nodes: Option<Vec<_>> = items.iter().map(|item| self.node(item.get_ref(), item.span())).collect();
                Content::List(nodes?.into())
            }
            DeValue::Table(table) => return self.table(table, range),
        };
        Some(Node::new(content, self.span(range)))
    }

    fn table(&self, table: &DeTable<'_>, range: Range<usize>) -> Option<Node> {
        // The crate sorts keys by name; the document's order is the order of their places.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let pairs = entries.into_iter().map(|(key, value)| {
            let key = Key { name: Rc::from(key.get_ref().as_ref()), span: self.span(key.span()) };
            Some(Pair { key, value: self.node(value.get_ref(), value.span())? })
        });
        let pairs: Option<Vec<_>> = pairs.collect();
        Some(Node::new(Content::Map(pairs?.into()), self.span(range)))
    }
}

/// Both read it to the same tree with the same places, or both refuse it. Tells which.
fn compare(source: &str) -> bool {
    let positions = Positions::new(source);
    let (ours, theirs) = (read(&positions), by_crate(&positions));
    match (&ours, &theirs) {
        (Ok(ours), Some(theirs)) => assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{source}"),
        (Err(_), None) => {}
        _ => panic!("{source:?}\nours: {ours:?}\ntheirs: {theirs:?}"),
    }
    theirs.is_some()
}

#[test]
fn values_of_every_kind_keep_the_order_of_the_document() {
    let source = "z = \"ä\"\nb = [1, 0x1F, 1.5]\n[[tags]]\ntag = 'x'\n[[tags]]\ntag = 'y'\n[a.b]\nd = 2026-01-31\n";
    let node = read(&Positions::new(source)).unwrap();
    assert_eq!(
        node.to_string(),
        r#"{"z": "ä", "b": [1, 31, 1.5], "tags": [{"tag": "x"}, {"tag": "y"}], "a": {"b": {"d": "2026-01-31"}}}"#
    );
}

#[test]
fn a_duplicate_key_names_both_places() {
    let errors = read(&Positions::new("a = 1\nb = 2\na = 3\n")).unwrap_err();
    assert_eq!((errors[0].code.as_str(), errors[0].span.unwrap().line), ("duplicate-key", 3));
    assert!(errors[0].help.as_deref().unwrap().contains("line 1"), "{errors:?}");
}

#[test]
fn strings_and_tables_of_every_kind_are_read() {
    let documents = [
        "a = \"\"\"\n\"x\"\"\"\"\nb = '''\r\n'x'''''\n",
        "[a.b]\nx = 1\n[a]\ny = 2\n[a.c]\n",
        "a.b = 1\na.c.d = 2\n[e]\n[[f]]\n[f.g]\n[[f]]\n[f.g]\n",
        "t = {a.b = 1, a.c = [{}, {x = 1,},],\n}\n",
        "d = 2026-02-28 07:32:00.999999999999-00:00\nt = 07:32\nl = 2024-02-29\n",
        "\u{feff}a = \"\"\"\\\n   x \\  \r\n\r\n y\\u00e9\\U0001F600\\x41\\e\"\"\"\r\n",
    ];
    for source in documents {
        assert!(compare(source), "refused: {source}");
    }
}

#[test]
fn refusals_say_what_is_wrong_and_where() {
    let cases = [
        ("a = nope", "1:5 not valid TOML: a string needs quotes"),
        ("a = ", "1:5 not valid TOML: here a value is expected"),
        ("a = 1 2", "1:7 not valid TOML: nothing else belongs on this line"),
        ("a 1", "1:3 not valid TOML: between a key and its value stands `=`"),
        ("a = \"x", "1:5 not valid TOML: this string is not closed"),
        ("a = \"x\ny\"", "1:7 not valid TOML: a string over several lines needs three quotes on each side"),
        ("a = \"\\q\"", "1:6 not valid TOML: this escape is not known"),
        ("a = \"\\ud800\"", "1:6 not valid TOML: these digits stand for no character"),
        ("a = 01", "1:5 not valid TOML: this is no number, date or time; a string needs quotes"),
        ("a = 2026-02-29", "1:5 not valid TOML: this is no number, date or time; a string needs quotes"),
        ("a = [1 2]", "1:8 not valid TOML: after a value in a list comes a comma or `]`"),
        ("a = {b = 1 c = 2}", "1:12 not valid TOML: after a value in braces comes a comma or `}`"),
        ("[a", "1:3 not valid TOML: this header ends with `]`"),
        ("[[a]", "1:4 not valid TOML: this header ends with `]]`"),
        ("[]", "1:2 not valid TOML: here a key is expected"),
        ("a = 1\n[a.b]", "2:2 not valid TOML: `a` is a number already, which has no keys"),
        ("[a]\n[a]", "2:2 the key `a` is given twice"),
        ("a.b = 1\n[a]", "2:2 the key `a` is given twice"),
    ];
    for (source, wanted) in cases {
        let errors = read(&Positions::new(source)).unwrap_err();
        let span = errors[0].span.unwrap();
        assert_eq!(format!("{}:{} {}", span.line, span.column, errors[0].message), wanted, "{source}");
    }
}

#[test]
fn one_mistake_is_one_error_and_the_next_is_found() {
    let source = "a = [\n  1,\n  x,\n  2,\n]\nb = y\n[c\nd = 1\n[d]\ne = 1\ne = 2\n";
    let errors = read(&Positions::new(source)).unwrap_err();
    let lines: Vec<_> = errors.iter().map(|error| error.span.unwrap().line).collect();
    assert_eq!(lines, [3, 6, 7, 11]);
}

#[test]
fn depth_and_length_are_bounded_before_they_cost_anything() {
    let path = vec!["a"; 100_000].join(".");
    for source in [format!("a = {}", "[".repeat(100_000)), format!("{path} = 1"), format!("[{path}]")] {
        assert_eq!(read(&Positions::new(&source)).unwrap_err()[0].code, "document-too-deep");
    }
    let many: Vec<_> = (0..60_000).map(|n| format!("k{n} = 1")).collect();
    assert_eq!(read(&Positions::new(&many.join("\n"))).unwrap_err()[0].code, "document-too-large");
}

/// What documents are made of.
const PIECES: &[&str] = &[
    "a",
    "b",
    "c",
    "\"a\"",
    "'b'",
    "a.b",
    "[",
    "]",
    "[[",
    "]]",
    "=",
    " = ",
    ",",
    "{",
    "}",
    "\n",
    "\r\n",
    " ",
    "\t",
    "# x",
    "1",
    "0",
    "-7",
    "1_000",
    "0x1f",
    "1.5",
    "1e3",
    "inf",
    "true",
    "\"x\"",
    "'y'",
    "\"\"\"",
    "'''",
    "\\",
    "\\n",
    "\\u00e9",
    "\\x41",
    "2026-01-31",
    "12:30:00",
    "T",
    "Z",
    "+02:00",
    ".5",
    "é",
    "_",
    "-",
    ".",
    "\u{7f}",
    "\r",
];

/// Words that look like values.
const VALUE: &str = r"[-+]?[0-9_]{1,4}|0[xob][0-9a-fA-F_]{1,4}|[-+]?[0-9_]{1,3}\.[0-9_]{0,3}([eE][-+]?[0-9_]{0,3})?|[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt ][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{0,11})?)?(Z|z|[-+][0-2][0-9]:[0-6][0-9])?)?|[0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,3})?)?|(true|false|inf|nan|x)";

fn value() -> impl Strategy<Value = String> {
    let parts = vec!["x", "é", "\\n", "\\u0041", "\"", "'", "\n", "\\\n  ", "\\ \r\n\t", "\r\n", "\t"];
    let quotes = prop::sample::select(vec!["\"", "'", "\"\"\"", "'''"]);
    let text = (prop::collection::vec(prop::sample::select(parts), 0..5), quotes)
        .prop_map(|(parts, quote)| format!("{quote}{}{quote}", parts.concat()));
    let leaf = prop_oneof![3 => VALUE.prop_map(String::from), 2 => text];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let comma = prop::sample::select(vec![", ", ",\n# c\n ", " , "]);
        let last = prop::sample::select(vec!["", ",", "\n"]);
        let pair = (key(), inner.clone()).prop_map(|(key, value)| format!("{key} = {value}"));
        let items = prop::collection::vec(inner, 0..4);
        prop_oneof![
            (items, comma.clone(), last.clone())
                .prop_map(|(items, comma, last)| format!("[{}{last}]", items.join(comma))),
            (prop::collection::vec(pair, 0..4), comma, last)
                .prop_map(|(pairs, comma, last)| format!("{{{}{last}}}", pairs.join(comma))),
        ]
    })
}

/// Keys of few names, so that they meet.
fn key() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "\"a\"", "'b'", "1"]);
    prop::collection::vec(name, 1..4).prop_map(|names| names.join("."))
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => (key(), value()).prop_map(|(key, value)| format!("{key} = {value}")),
        3 => key().prop_map(|key| format!("{key}=1 # one")),
        2 => key().prop_map(|key| format!("[{key}]")),
        2 => key().prop_map(|key| format!("[[ {key} ]]")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_reads_as_the_crate_reads_it(lines in prop::collection::vec(line(), 0..7)) {
        compare(&lines.join("\n"));
    }

    #[test]
    fn a_value_reads_as_the_crate_reads_it(value in value()) {
        compare(&format!("a = {value}"));
    }

    #[test]
    fn pieces_are_refused_where_the_crate_refuses_them(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
        compare(&pieces.concat());
        compare(&format!("a = {}", pieces.concat()));
        compare(&format!("a = [{}]", pieces.concat()));
    }
}
