//! Receipts that are none.

use buildonce_core::facts::{EventKind, RevisionKind};
use buildonce_core::receipt::{
    self, ArchiveFormat, Receipt, ReceiptArchive, ReceiptAttempt, ReceiptImage, ReceiptPlatform,
};
use serde_json::{Value, json};

fn told(document: &str) -> String {
    let errors = receipt::read(document, "buildonce-receipt.json").unwrap_err();
    let one = |error: &buildonce_core::Diagnostic| {
        let place = error.span.map(|span| format!(":{}:{}", span.line, span.column)).unwrap_or_default();
        format!(
            "{}{place} [{}] {} | {}\n",
            error.file.as_deref().unwrap_or("-"),
            error.code,
            error.message,
            error.help.as_deref().unwrap_or("-")
        )
    };
    errors.iter().map(one).collect()
}

#[test]
fn what_is_no_receipt_is_refused_with_what_to_do() {
    let all: String = [
        "",
        " \n",
        "{",
        "[]",
        "<html>",
        r#"{"schema": 2}"#,
        r#"{"schema": 1}"#,
        r#"{"schema": "1"}"#,
        r#"{"schema": 1, "repositroy": "x"}"#,
    ]
    .map(told)
    .concat();
    insta::assert_snapshot!(all, @"
    buildonce-receipt.json [receipt-empty] the receipt is empty | the build that should have written it did not end well: look at its log
    buildonce-receipt.json [receipt-empty] the receipt is empty | the build that should have written it did not end well: look at its log
    buildonce-receipt.json:1:1 [receipt-unreadable] no JSON: the text ends while parsing an object | the file may be cut off: take it as the build left it
    buildonce-receipt.json:1:1 [receipt-unreadable] expected an object, found a list | take the file as the build left it
    buildonce-receipt.json:1:1 [receipt-unreadable] no JSON: expected value | the file may be cut off: take it as the build left it
    buildonce-receipt.json [receipt-version] the receipt is of version 2, and this program reads version 1 | use the same version of buildonce for the build and for the jobs after it
    buildonce-receipt.json:1:13 [receipt-unreadable] missing key `engine` | take the file as the build left it
    buildonce-receipt.json:1:12 [receipt-unreadable] expected an integer from 0 to 4294967295, found a string | take the file as the build left it
    buildonce-receipt.json:1:15 [receipt-unreadable] unknown key `repositroy` | did you mean `repository`?
    ");
}

/// Every object of a document with the schema's part for it.
fn walk(value: &Value, schema: &Value, check: &mut dyn FnMut(&Value, &Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, &schema["items"], check)),
        Value::Object(members) => {
            check(value, schema);
            members.iter().for_each(|(name, member)| walk(member, &schema["properties"][name], check));
        }
        _ => {}
    }
}

#[test]
fn the_schema_has_every_member_and_no_other() {
    let schema = include_str!("../../../schema/receipt.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let platform = ReceiptPlatform { platform: "a/b".to_owned(), digest: Some(String::new()), config: String::new() };
    let archive = ReceiptArchive {
        path: String::new(),
        format: ArchiveFormat::OciArchive,
        reference: String::new(),
        sha256: String::new(),
        size: 0,
    };
    let text = || Some("x".to_owned());
    let full = Receipt {
        schema: receipt::SCHEMA,
        repository: text(),
        engine: String::new(),
        event: EventKind::Push,
        change: Some(1),
        revision: text(),
        revision_kind: Some(RevisionKind::Merge),
        head_revision: text(),
        digest: text(),
        platforms: vec![platform],
        images: vec![ReceiptImage { name: String::new(), reference: String::new(), tags: Vec::new() }],
        labels: vec![buildonce_core::Entry::new("k", "v")],
        archive: Some(archive),
        loaded: Vec::new(),
        reused: false,
        attempts: vec![ReceiptAttempt { task: String::new(), succeeded: true, cause: String::new(), duration_ms: 0 }],
        run_id: text(),
        run_attempt: Some(1),
        run_url: text(),
        produced_at: 0,
        policy_sha256: text(),
        component_sha256: text(),
        sha256: String::new(),
    };
    let names = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    walk(&serde_json::to_value(&full).unwrap(), &schema, &mut |value, schema| {
        assert_eq!(names(value), names(&schema["properties"]));
    });
    let mut bare = Receipt { repository: None, change: None, revision: None, revision_kind: None, ..full };
    (bare.head_revision, bare.digest, bare.archive, bare.run_id, bare.run_url) = (None, None, None, None, None);
    (bare.run_attempt, bare.policy_sha256, bare.component_sha256) = (None, None, None);
    bare.platforms[0].digest = None;
    walk(&serde_json::to_value(&bare).unwrap(), &schema, &mut |value, schema| {
        assert_eq!(json!(names(value)), schema["required"]);
    });
}

#[test]
fn the_schema_has_every_word() {
    let schema: Value = serde_json::from_str(include_str!("../../../schema/receipt.schema.json")).unwrap();
    let events: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(schema["properties"]["event"]["enum"], json!(events));
}
