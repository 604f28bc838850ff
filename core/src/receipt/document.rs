//! The receipt as a file.

use serde::Deserialize;

use super::model::{Receipt, SCHEMA};
use crate::diagnostic::Diagnostics;
use crate::read::{self, Fault, Others, Refusal};
use crate::reference::{Digest, ImageReference};
use crate::text::shown;
use crate::{Diagnostic, limits};

/// What the file is called.
pub const NAME: &str = "buildonce-receipt.json";

/// Writes a receipt, with its checksum. The same receipt always gives the same bytes.
pub fn write(receipt: &Receipt) -> String {
    pretty(&compact(receipt, &checksum(receipt)))
}

/// Reads a receipt and checks that it is whole: its form, its checksum, its digests and names.
///
/// ```
/// use buildonce_core::receipt;
/// let errors = receipt::read("", "buildonce-receipt.json").unwrap_err();
/// assert_eq!(errors[0].code, "receipt-empty");
/// ```
pub fn read(document: &str, name: &str) -> Result<Receipt, Diagnostics> {
    let refuse = |error: Diagnostic| vec![error.in_file(name)];
    let again = "take the file as the build left it, or build again";
    if document.len() > limits::RECEIPT_BYTES {
        let message = format!("the receipt has {} bytes", document.len());
        let help = format!("a receipt has at most {} bytes", limits::RECEIPT_BYTES);
        return Err(refuse(Diagnostic::error("receipt-too-large", message).help(help)));
    }
    if document.trim().is_empty() {
        let help = "the build that should have written it did not end well: look at its log";
        return Err(refuse(Diagnostic::error("receipt-empty", "the receipt is empty").help(help)));
    }
    let schema = read::read::<Version>(document, Others::Skipped);
    let schema = schema.map_err(|refusal| refuse(diagnostic(&refusal, document)))?.schema;
    if let Some(other) = schema.filter(|schema| *schema != SCHEMA) {
        let message = format!("the receipt is of version {other}, and this program reads version {SCHEMA}");
        let help = "use the same version of buildonce for the build and for the jobs after it";
        return Err(refuse(Diagnostic::error("receipt-version", message).help(help)));
    }
    let receipt: Receipt =
        read::read(document, Others::Refused).map_err(|refusal| refuse(diagnostic(&refusal, document)))?;
    if receipt.sha256 != checksum(&receipt) {
        let message = "the receipt was changed after it was written: its checksum is that of another text";
        return Err(refuse(Diagnostic::error("receipt-edited", message).help(again)));
    }
    match fault(&receipt) {
        None => Ok(receipt),
        Some(message) => Err(refuse(Diagnostic::error("receipt-invalid", message).help(again))),
    }
}

/// What every version has.
#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    schema: Option<u32>,
}

fn diagnostic(refusal: &Refusal, document: &str) -> Diagnostic {
    let help = refusal.help().unwrap_or_else(|| match refusal.fault {
        Fault::Syntax(_) => "the file may be cut off: take it as the build left it".to_owned(),
        _ => "take the file as the build left it".to_owned(),
    });
    let error = Diagnostic::error("receipt-unreadable", refusal.fault.to_string()).help(help);
    Diagnostic { span: Some(refusal.place(document)), ..error }
}

/// SHA-256 of the document with an empty checksum, in hexadecimal.
fn checksum(receipt: &Receipt) -> String {
    Digest::of(compact(receipt, "").as_bytes()).as_str().trim_start_matches("sha256:").to_owned()
}

fn compact(receipt: &Receipt, sha256: &str) -> String {
    serde_json::to_string(&Receipt { sha256: sha256.to_owned(), ..receipt.clone() }).unwrap_or_default()
}

/// The same JSON with a line for each member, indented by two blanks.
fn pretty(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 2);
    let (mut depth, mut quoted, mut escaped, mut last) = (0, false, false, ' ');
    for c in compact.chars() {
        let closes = matches!(c, '}' | ']') && !quoted;
        if closes {
            depth -= 1;
        }
        // An empty list or object stays on its line.
        let opened = matches!(last, '{' | '[') && !quoted;
        if !quoted && (last == ',' || opened != closes) {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
        out.push(c);
        if c == ':' && !quoted {
            out.push(' ');
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        last = if quoted { ' ' } else { c };
        depth += usize::from(matches!(c, '{' | '[') && !quoted);
    }
    out.push('\n');
    out
}

/// What does not fit together, whoever wrote the file.
fn fault(receipt: &Receipt) -> Option<String> {
    let digests = receipt.platforms.iter().flat_map(|own| own.digest.iter().chain([&own.config]));
    if let Some(bad) = receipt.digest.iter().chain(digests).find(|text| Digest::parse(text).is_none()) {
        return Some(format!("`{}` is no sha256 digest", shown(bad)));
    }
    let named = receipt.images.iter().find_map(|image| {
        let reference = ImageReference::parse(&image.reference).ok();
        let own = reference.is_some_and(|own| own.name() == image.name && own.digest == receipt.digest);
        (!own || receipt.digest.is_none()).then_some(&image.reference)
    });
    if let Some(bad) = named {
        return Some(format!("`{}` does not name the image by the receipt's digest", shown(bad)));
    }
    let full = |text: &&String| !matches!(text.len(), 40 | 64) || !text.bytes().all(|b| b.is_ascii_hexdigit());
    let revisions = receipt.revision.iter().chain(&receipt.head_revision);
    revisions.filter(full).map(|bad| format!("`{}` is no full commit name", shown(bad))).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_laid_out_as_json_is() {
        for text in [
            "{}",
            "[]",
            r#"{"a":1,"b":[],"c":{},"d":[1,2],"e":"{\"x\":[1,\\","f":[{"g":null},{"h":"]"}],"i":[[]]}"#,
            r#"{"a":"\\\"","b":["","\\"]}"#,
        ] {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(pretty(text), serde_json::to_string_pretty(&value).unwrap() + "\n");
        }
    }
}
