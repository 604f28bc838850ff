//! The step summary of a CI job.

use buildonce::types::{Facts, ImagePlan};

use super::facts::run_line;
use super::printable::one_line;
/// A plan as Markdown. Every value is inert: no value can become a link, a tag or a column.
pub(crate) fn summary(plan: &ImagePlan, facts: &Facts) -> String {
    let mut out = String::from("### Image plan\n\n");
    put!(out, "{}\n\n", escape(&run_line(facts)));
    let why = plan.decision.reasons.first().map(|r| format!(": {}", escape(&r.message))).unwrap_or_default();
    let decision = if plan.decision.build { "Build" } else { "Nothing to build" };
    put!(out, "**{decision}**{why}\n");
    if let Some(primary) = &plan.primary {
        put!(out, "\n{}\n", code(primary));
    }
    let rows: Vec<(String, &str, &str)> =
        plan.tags.iter().map(|t| (code(&t.name), if t.mutable { "may move" } else { "" }, t.rule.as_str())).collect();
    if !rows.is_empty() {
        out.push_str("\n| Tag | | Rule |\n|---|---|---|\n");
        for (tag, kind, rule) in rows {
            put!(out, "| {tag} | {kind} | {} |\n", code(rule));
        }
    }
    if !plan.images.is_empty() {
        out.push_str("\n| Image | Push | Why |\n|---|---|---|\n");
        for image in &plan.images {
            let push = match (image.active, image.push) {
                (true, true) => "yes",
                (true, false) => "no",
                (false, _) => "not used",
            };
            let why = image.reasons.first().map(|r| escape(&r.message)).unwrap_or_default();
            put!(out, "| {} | {push} | {why} |\n", code(&image.name));
        }
    }
    for warning in &plan.warnings {
        put!(out, "\n> **Warning** {}\n", escape(&warning.message));
    }
    out
}

pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// Everything that Markdown or HTML would read, as character references.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '/' | '-') {
            put!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{sample_facts, sample_plan};
    use super::*;

    #[test]
    fn a_summary_holds_tags_and_images() {
        insta::assert_snapshot!(summary(&sample_plan(), &sample_facts()), @r"
        ### Image plan

        pull request &#35;12 &#40;feature/x → main&#41; in acme/app, github-actions

        **Build**: the Dockerfile changed

        <code>ghcr.io/acme/app&#58;pr-12-1111111</code>

        | Tag | | Rule |
        |---|---|---|
        | <code>pr-12-1111111</code> |  | <code>tags&#91;0&#93;</code> |
        | <code>pr-12</code> | may move | <code>tags&#91;1&#93;</code> |

        | Image | Push | Why |
        |---|---|---|
        | <code>ghcr.io/acme/app</code> | yes | the run can log in to ghcr.io |
        | <code>docker.io/acme/app</code> | not used | the policy uses it for push and tag only |

        > **Warning** &#96;pr-12&#96; moves, 100&#37;
        ");
    }

    #[test]
    fn values_are_inert() {
        assert_eq!(
            escape("a|b\n<img src=x>[x](y)`c`"),
            "a&#124;b &#60;img src&#61;x&#62;&#91;x&#93;&#40;y&#41;&#96;c&#96;"
        );
    }
}
