//! The newest tag of a channel, and what was passed over.

use buildonce::types::selection::Choice;

use super::printable::one_line;
use super::style::Style;
use super::table::{Cell, table};

/// The answer as text: the tag first, then why the others are none.
pub(crate) fn channel(choice: &Choice, style: Style) -> String {
    let why = one_line(&choice.reason.message);
    let mut out = match &choice.tag {
        Some(tag) => {
            let of = if choice.candidates == 1 {
                "the only candidate".to_owned()
            } else {
                format!("of {} candidates", choice.candidates)
            };
            let compared = choice.value.as_ref().filter(|value| **value != tag.name);
            let compared = compared.map_or(String::new(), |value| format!(", compared as {}", one_line(value)));
            format!("{}  {why} ({of}{compared})\n", style.good(one_line(&tag.name)))
        }
        None => format!("{}: {why} ({})\n", style.bad("no tag"), one_line(&choice.reason.code)),
    };
    if !choice.skipped.is_empty() {
        put!(out, "\n{}\n", style.heading("Not candidates"));
        let rows = choice.skipped.iter().map(|skipped| {
            let examples = skipped.examples.iter().map(|tag| short(tag)).collect::<Vec<_>>().join(", ");
            let more = if skipped.count > skipped.examples.len() as u64 { ", …" } else { "" };
            vec![
                Cell::plain(one_line(&skipped.reason)),
                Cell::plain(skipped.count.to_string()),
                Cell::styled(told(&skipped.reason), |text| style.faint(text)),
                Cell::plain(format!("{examples}{more}")),
            ]
        });
        out.push_str(&table(&rows.collect::<Vec<_>>()));
    }
    out
}

/// Tags of digests are long, and their ends say nothing.
fn short(tag: &str) -> String {
    let line = one_line(tag);
    if line.chars().count() <= 40 { line } else { line.chars().take(24).chain(['…']).collect() }
}

/// The engine's reasons for people; a reason that is not known here is shown by its code alone.
fn told(reason: &str) -> &'static str {
    match reason {
        "generated" => "a tool hung them on a digest",
        "not-allowed" => "none of --allow matches",
        "denied" => "one of --deny matches",
        "not-matched" => "--filter is not found",
        "not-readable" => "no version, or no number",
        "not-in-range" => "outside the range",
        "date-unknown" => "no date is known",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use buildonce::types::Reason;
    use buildonce::types::selection::{Skipped, TagInfo};

    use super::*;

    #[test]
    fn the_tag_comes_first_and_the_others_are_counted() {
        let skipped = |reason: &str, count, examples: &[&str]| Skipped {
            reason: reason.to_owned(),
            count,
            examples: examples.iter().map(|tag| (*tag).to_owned()).collect(),
        };
        let long = format!("sha256-{}.sig", "0".repeat(64));
        let mut choice = Choice {
            tag: Some(TagInfo { name: "v1.10.0".to_owned(), created: None, pushed: None, digest: None }),
            value: Some("v1.10.0".to_owned()),
            candidates: 3,
            reason: Reason {
                code: "newest".to_owned(),
                message: "it is the greatest version that the range admits".to_owned(),
            },
            skipped: vec![skipped("generated", 1, &[&long]), skipped("not-in-range", 12, &["v2.0.0", "v2.0.1"])],
        };
        insta::assert_snapshot!(channel(&choice, Style::PLAIN), @r"
        v1.10.0  it is the greatest version that the range admits (of 3 candidates)

        Not candidates
          generated     1   a tool hung them on a digest  sha256-00000000000000000…
          not-in-range  12  outside the range             v2.0.0, v2.0.1, …
        ");
        choice.tag = None;
        choice.skipped.clear();
        choice.reason = Reason { code: "no-tags".to_owned(), message: "the listing holds no tag".to_owned() };
        assert_eq!(channel(&choice, Style::PLAIN), "no tag: the listing holds no tag (no-tags)\n");
    }
}
