//! Random patterns and texts, and node to compare with.

pub(crate) mod generate;

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};

use buildonce_core::regexp::{Budget, Regexp};
use serde_json::{Value as Json, json};

/// A pattern and what to do with it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) pattern: String,
    pub(crate) flags: String,
    pub(crate) input: Vec<u16>,
    /// Where the search starts; only with `g` or `y`.
    pub(crate) start: usize,
}

/// Steps that a search of a random case may take; node is not asked about the others, because it would not come to an end.
const STEPS: usize = 50_000;

impl Case {
    /// Whether an answer of node 20 is known to be against the specification:
    ///
    /// - With `u` or `v` it finds empty matches between the two halves of a character, where no match can start, and not always a character
    ///   whose second half the search starts at.
    /// - With `v` it takes the opposite of an empty class for one that takes no character when it is repeated.
    /// - With `v` and `i` it takes characters from a class, or intersects with them, before it has looked at their case.
    fn is_a_fault_of_node(&self, theirs: &Json) -> bool {
        let has = |part: &&str| self.pattern.contains(*part);
        let sets = self.flags.contains('v');
        let operations = ["&&", "--"].iter().any(has);
        if sets
            && ((operations && self.flags.contains('i')) || (has(&"[^") && (operations || has(&"[^]") || has(&"[^["))))
        {
            return true;
        }
        let unit = |at: usize| self.input.get(at).copied().unwrap_or_default();
        let inside = |at: usize| at > 0 && (unit(at - 1) >> 10, unit(at) >> 10) == (0xD800 >> 10, 0xDC00 >> 10);
        let found = theirs["groups"][0][0].as_u64().map(|start| usize::try_from(start).expect("a place fits"));
        (sets || self.flags.contains('u')) && inside(found.unwrap_or(self.start))
    }

    /// What this engine says, in the words of the oracle; and whether node should search, too.
    pub(crate) fn ours(&self) -> (Json, bool) {
        let Ok(regexp) = Regexp::compile(&self.pattern, &self.flags) else { return (json!("error"), false) };
        let place = |group: Option<&Option<Range<usize>>>| match group {
            Some(Some(range)) => json!([range.start, range.end]),
            _ => Json::Null,
        };
        match regexp.exec(&self.input, self.start, &mut Budget::new(STEPS)) {
            Err(_) => (json!("pattern"), false),
            Ok(None) => (Json::Null, true),
            Ok(Some(found)) => {
                let groups: Vec<Json> = found.groups.iter().map(|group| place(Some(group))).collect();
                let name = |(name, number): &(String, usize)| json!([name, place(found.groups.get(*number))]);
                let names: Vec<Json> = regexp.names().iter().map(name).collect();
                (json!({"groups": groups, "names": names}), true)
            }
        }
    }
}

/// What node answers to questions, in their order.
pub(crate) fn ask(questions: Vec<Json>) -> Vec<Json> {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regexp_support/oracle.mjs");
    let mut node = Command::new("node")
        .arg(oracle)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cannot start node, which these tests compare with; version 20 must be on PATH");
    let stdin = node.stdin.take().expect("stdin is a pipe");
    let writer = std::thread::spawn(move || {
        let mut stdin = BufWriter::new(stdin);
        questions.iter().try_for_each(|question| writeln!(stdin, "{question}"))
    });
    let answers = BufReader::new(node.stdout.take().expect("stdout is a pipe")).lines();
    let answers =
        answers.map(|line| serde_json::from_str(&line.expect("node writes UTF-8")).expect("node writes JSON"));
    let answers: Vec<Json> = answers.collect();
    writer.join().expect("the writer ends").expect("node reads all questions");
    assert!(node.wait().expect("node ends").success(), "node failed");
    answers
}

/// The cases that node sees differently, each with a description.
pub(crate) fn differences(cases: &[Case]) -> Vec<String> {
    let ours: Vec<(Json, bool)> = cases.iter().map(Case::ours).collect();
    let question = |(case, (_, search)): (&Case, &(Json, bool))| {
        let Case { pattern, flags, input, start } = case;
        json!({"pattern": pattern, "flags": flags, "input": input, "start": start, "search": search})
    };
    let theirs = ask(cases.iter().zip(&ours).map(question).collect());
    assert_eq!(theirs.len(), cases.len(), "node answered every question");
    let mut different = Vec::new();
    for ((case, (ours, _)), theirs) in cases.iter().zip(&ours).zip(&theirs) {
        if ours != theirs && !case.is_a_fault_of_node(theirs) {
            let Case { pattern, flags, input, start } = case;
            let text = String::from_utf16_lossy(input);
            different.push(format!(
                "/{pattern}/{flags} on {text:?} {input:x?} from {start}\n  ours {ours}\n  node {theirs}"
            ));
        }
    }
    different
}
