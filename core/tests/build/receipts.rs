//! Receipts that are none.

use buildonce_core::receipt;

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
