//! Documents of three languages, read into one tree with places.
//!
//! YAML, TOML and JSON each have a reader; all of them end in [`Node`], so that everything after this module is
//! blind to the language that a policy was written in.

mod json;
mod node;
mod toml;
mod yaml;

pub(crate) use node::{Content, Key, Node, Pair};

use crate::diagnostic::Diagnostics;
use crate::position::Positions;
use crate::{Diagnostic, Span, limits};

/// A language that policies are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Yaml,
    Toml,
    Json,
}

impl Language {
    /// The language of a file, by the ending of its name; YAML when the ending tells nothing.
    pub(crate) fn of(name: &str) -> Self {
        match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
            Some("toml") => Self::Toml,
            Some("json") => Self::Json,
            _ => Self::Yaml,
        }
    }
}

/// Reads a document. The diagnostics carry spans, but not yet the document's name.
pub(crate) fn read(source: &str, language: Language) -> Result<Node, Diagnostics> {
    if source.len() > limits::POLICY_BYTES {
        let message = format!("the policy has {} bytes, at most {} are read", source.len(), limits::POLICY_BYTES);
        return Err(vec![Diagnostic::error("document-too-large", message)]);
    }
    let positions = Positions::new(source);
    match language {
        Language::Yaml => yaml::read(&positions),
        Language::Toml => toml::read(&positions),
        Language::Json => json::read(&positions),
    }
}

/// What ends the reading of a document; boxed, because most calls have none.
type Fault = Box<Diagnostic>;

/// Puts a finding at a span, without the document's name, which the caller adds.
fn at(diagnostic: Diagnostic, span: Span) -> Fault {
    Box::new(Diagnostic { span: Some(span), ..diagnostic })
}

/// The finding for a document that nests too deeply.
fn too_deep(span: Span) -> Fault {
    at(
        Diagnostic::error("document-too-deep", format!("lists and maps nest deeper than {}", limits::POLICY_DEPTH))
            .help("a policy needs about six levels"),
        span,
    )
}

/// The finding for a document with too many nodes.
fn too_many(span: Span) -> Fault {
    at(
        Diagnostic::error("document-too-large", format!("the document has more than {} values", limits::POLICY_NODES))
            .help("write fewer values; every use of an alias (`*name`) counts all values that it stands for"),
        span,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_name_tells_the_language() {
        let cases = [
            ("buildonce.yaml", Language::Yaml),
            ("buildonce.yml", Language::Yaml),
            ("x.TOML", Language::Toml),
            ("a.b/policy.json", Language::Json),
            ("policy", Language::Yaml),
            ("", Language::Yaml),
        ];
        for (name, language) in cases {
            assert_eq!(Language::of(name), language, "{name}");
        }
    }

    #[test]
    fn the_same_document_reads_the_same_in_every_language() {
        let yaml = "a: 1\nb: [true, null, \"x\", 1.5]\nc:\n  d: -3\n";
        let json = r#"{"a": 1, "b": [true, null, "x", 1.5], "c": {"d": -3}}"#;
        assert_eq!(read(yaml, Language::Yaml).unwrap().to_string(), read(json, Language::Json).unwrap().to_string());
        // TOML has no null.
        let toml = "a = 1\nb = [true, \"x\", 1.5]\n[c]\nd = -3\n";
        let json = r#"{"a": 1, "b": [true, "x", 1.5], "c": {"d": -3}}"#;
        assert_eq!(read(toml, Language::Toml).unwrap().to_string(), read(json, Language::Json).unwrap().to_string());
    }

    #[test]
    fn a_document_over_the_size_limit_is_refused_in_every_language() {
        let source = " ".repeat(limits::POLICY_BYTES + 1);
        for language in [Language::Yaml, Language::Toml, Language::Json] {
            assert_eq!(read(&source, language).unwrap_err()[0].code, "document-too-large");
        }
    }

    #[test]
    fn nesting_over_the_limit_is_refused_in_every_language() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        for (source, language) in
            [(deep.clone(), Language::Yaml), (deep.clone(), Language::Json), (format!("a = {deep}"), Language::Toml)]
        {
            let errors = read(&source, language).unwrap_err();
            assert!(errors.iter().all(|e| e.span.is_some()), "{errors:?}");
            assert!(["document-too-deep", "toml-syntax"].contains(&errors[0].code.as_str()), "{errors:?}");
        }
    }
}
