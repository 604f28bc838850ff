//! What a failure was, for people.

use buildonce::types::retry::{Classification, Confidence, FailureClass, Phase, Remedy};

use super::printable::one_line;
use super::style::Style;

/// The answer of `buildonce classify`.
pub(crate) fn classification(found: &Classification, style: Style) -> String {
    let mut out = String::new();
    let head = format!("{}: {}", class(found.class), one_line(&found.cause));
    let head = if found.retry_helps { style.caution(head) } else { style.bad(head) };
    put!(out, "{head} ({})\n", confidence(found.confidence));
    put!(out, "  {}\n", advice(found));
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            put!(out, "  {} {}\n", style.faint(format!("{name:<9}")), one_line(value));
        }
    };
    row("evidence", &found.evidence);
    row("rule", &found.rule);
    row("phase", found.phase.map_or("", phase));
    row("registry", found.registry.as_deref().unwrap_or_default());
    out
}

/// What to do, in one sentence.
fn advice(found: &Classification) -> String {
    let mut text = match (found.retry_helps, found.confidence) {
        (true, _) => "another try can help".to_owned(),
        (false, Confidence::Ambiguous) => {
            "one more try may help: the text fits a passing and a lasting cause".to_owned()
        }
        (false, _) => "another try does not help".to_owned(),
    };
    if let Some(wait) = found.retry_after_ms {
        put!(text, "; the other side asks to wait {}", wait_text(wait));
    }
    if let Some(at) = found.retry_at_ms {
        put!(text, "; the other side asks to wait until {}", crate::clock::readable(at));
    }
    if let Some(remedy) = found.remedy {
        put!(text, "; {}", remedy_text(remedy));
    }
    text
}

fn wait_text(milliseconds: u64) -> String {
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        1000..120_000 => format!("{} s", milliseconds.div_ceil(1000)),
        _ => format!("{} min", milliseconds.div_ceil(60_000)),
    }
}

/// A class as policies and JSON call it.
pub(crate) fn class(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Transient => "transient",
        FailureClass::Timeout => "timeout",
        FailureClass::RateLimited => "rate-limited",
        FailureClass::Resource => "resource",
        FailureClass::Permanent => "permanent",
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Ambiguous => "ambiguous",
        Confidence::Likely => "likely",
        Confidence::Certain => "certain",
    }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Setup => "setup",
        Phase::Login => "login",
        Phase::Pull => "pull",
        Phase::Build => "build",
        Phase::Push => "push",
        Phase::CacheExport => "cache-export",
    }
}

fn remedy_text(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Relogin => "log in again first",
        Remedy::Prune => "free disk space first",
        Remedy::UseMirror => "take the base image from another registry",
        Remedy::IgnoreCacheExport => "let the build go on when its cache cannot be written (ignore-error=true)",
        Remedy::VerifyRemoteDigest => "look first whether the push has landed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Classification {
        Classification {
            class: FailureClass::RateLimited,
            cause: "registry-429".to_owned(),
            retry_helps: true,
            retry_after_ms: Some(45_000),
            retry_at_ms: None,
            remedy: None,
            confidence: Confidence::Certain,
            evidence: "429 Too Many Requests\u{1b}[31m".to_owned(),
            rule: "rate.429".to_owned(),
            phase: Some(Phase::Pull),
            registry: Some("quay.io".to_owned()),
        }
    }

    #[test]
    fn an_answer_is_a_headline_advice_and_what_shows_it() {
        insta::assert_snapshot!(classification(&sample(), Style::PLAIN), @"
        rate-limited: registry-429 (certain)
          another try can help; the other side asks to wait 45 s
          evidence  429 Too Many Requests[31m
          rule      rate.429
          phase     pull
          registry  quay.io
        ");
    }

    #[test]
    fn advice_names_the_remedy_and_the_doubt() {
        let told = |found: Classification| advice(&found);
        let full = Classification { retry_helps: false, retry_after_ms: None, remedy: Some(Remedy::Prune), ..sample() };
        assert_eq!(told(full.clone()), "another try does not help; free disk space first");
        let doubt = Classification { confidence: Confidence::Ambiguous, remedy: None, ..full };
        assert_eq!(told(doubt), "one more try may help: the text fits a passing and a lasting cause");
    }
}
