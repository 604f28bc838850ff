//! Rules of the language that hold for every input, checked against an independent source of truth each.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use buildonce_core::tagging::metadata::{
    ApiAnswer, MetadataContext, MetadataInputs, MetadataReport, MetadataSwitches, metadata, next,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use regex::Regex;

fn context() -> MetadataContext {
    MetadataContext {
        event_name: Some("push".to_owned()),
        reference: Some("refs/heads/main".to_owned()),
        sha: Some("860c1904a1ce19322e91ac35af1ab07466440c37".to_owned()),
        repository_name: Some("octocat/Hello-World".to_owned()),
        repository: vec![ApiAnswer { status: Some(200), body: "{}".to_owned(), retry_after: None }],
        now: 1_578_616_200_000,
        ..MetadataContext::default()
    }
}

fn run(inputs: &MetadataInputs) -> MetadataReport {
    metadata(inputs, &context())
}

/// One line of a list, quoted so that the first pass gives it back as it is.
fn quoted(line: &str) -> String {
    format!("\"{}\"", line.replace('"', "\"\""))
}

fn label(report: &MetadataReport, key: &str) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(report.output("json")?).expect("the output is JSON");
    document.get("labels")?.get(key)?.as_str().map(str::to_owned)
}

/// Bits of the language, so that random texts get somewhere.
fn fragment() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "type=",
        "semver",
        "pep440",
        "match",
        "ref",
        "raw",
        "sha",
        "schedule",
        "edge",
        ",",
        "=",
        "\n",
        "\r\n",
        "\"",
        "#",
        " ",
        "pattern=",
        "value=",
        "event=",
        "pr",
        "branch",
        "tag",
        "enable=",
        "priority=",
        "group=",
        "match=",
        "prefix=",
        "suffix=",
        "{{",
        "}}",
        "{{{",
        "}}}",
        "{{{{",
        "}}}}",
        "~",
        "#if ",
        "/if",
        "#each ",
        "/each",
        "#with ",
        "/with",
        "else",
        "^",
        "!",
        "--",
        "this",
        "../",
        "@index",
        "@root",
        "date ",
        "'YYYY'",
        "'[x'",
        "tz=",
        "'Asia/Tokyo'",
        "lookup ",
        "(",
        ")",
        "[",
        "]",
        "|",
        "as |x|",
        "\\",
        "1.2.3",
        "v1",
        "/",
        "(a+)",
        "(?<n>.)",
        "\\d{2}",
        "\\k<n>",
        "latest=",
        "auto",
        "onlatest=",
        "true",
        "false",
        "name=",
        "-",
        "+",
        ".",
        "é",
        "🚀",
        "\u{FEFF}",
        "\u{2028}",
        "\0",
    ]);
    prop_oneof![4 => words.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_makes_it_panic_and_equal_inputs_have_equal_answers(
        lists in prop::array::uniform5(text()),
        source in prop::sample::select(vec!["", "workflow", "git", "x"]),
        reference in prop::option::of(text()),
        event in prop::sample::select(vec!["push", "schedule", "pull_request_target", "pull_request", ""]),
        payload in prop::option::of(prop_oneof![
            text(),
            Just(r#"{"number": 7, "base_ref": 1, "commits": [{"id": null}], "head_commit": {"id": "x"}}"#.to_owned()),
            Just("[]".to_owned()),
        ]),
        now in any::<i64>(),
        switches in prop::array::uniform4(prop::option::of(text())),
    ) {
        let [images, tags, flavor, labels, annotations] = lists;
        let inputs = MetadataInputs {
            context: source.to_owned(), images, tags, flavor, labels, annotations, ..MetadataInputs::default()
        };
        let [pr_head_sha, short_sha_length, annotations_levels, set_output_env] = switches;
        let switches = MetadataSwitches { pr_head_sha, short_sha_length, annotations_levels, set_output_env };
        let context = MetadataContext {
            event_name: Some(event.to_owned()), reference, payload, now, switches, ..context()
        };
        prop_assert_eq!(metadata(&inputs, &context), metadata(&inputs, &context));
        prop_assert_eq!(next(&inputs, &context), next(&inputs, &context));
    }

    #[test]
    fn every_tag_is_of_the_characters_that_tags_are_made_of(branch in "\\PC{1,40}") {
        let context = MetadataContext { reference: Some(format!("refs/heads/{branch}")), ..context() };
        let report = metadata(&MetadataInputs::default(), &context);
        prop_assert_eq!(&report.failure, &None);
        let version = report.output("version").unwrap_or_default();
        prop_assert!(Regex::new(r"\A[A-Za-z0-9._-]+\z").expect("a pattern").is_match(version));
        let kept = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        prop_assert_eq!(kept(version), kept(&branch));
    }

    #[test]
    fn quoted_labels_come_back_whatever_they_hold(value in "[ -~&&[^{}\\\\]]{0,30}") {
        let labels = format!("# a comment\n{}\n{}", quoted(&format!("k={value}")), quoted("z=1"));
        let report = run(&MetadataInputs { labels, ..MetadataInputs::default() });
        prop_assert_eq!(label(&report, "k"), Some(value.trim_end().to_owned()));
        prop_assert_eq!(label(&report, "z"), Some("1".to_owned()));
    }

    #[test]
    fn a_version_is_taken_when_the_grammar_has_it(
        version in prop_oneof![
            "v?(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})(-[0-9A-Za-z.-]{1,8})?(\\+[0-9A-Za-z.-]{1,8})?",
            "[0-9vV.+-]{1,12}",
        ]
    ) {
        let number = "(?:0|[1-9][0-9]*)";
        let identifier = format!("(?:{number}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)");
        let grammar = format!(
            r"\Av?{number}\.{number}\.{number}(?:-{identifier}(?:\.{identifier})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\z"
        );
        let tags = format!("type=semver,pattern={{{{raw}}}},value={version}");
        let report = run(&MetadataInputs { tags, ..MetadataInputs::default() });
        let taken = !report.output("version").unwrap_or_default().is_empty();
        prop_assert_eq!(taken, Regex::new(&grammar).expect("a pattern").is_match(&version), "{}", version);
        let warned = report.warnings.iter().any(|w| w.ends_with("is not a valid semver. More info: https://semver.org/"));
        prop_assert_eq!(warned, !taken);
    }

    #[test]
    fn dates_are_those_of_another_formatter(
        now in 0_i64..16_000_000_000_000,
        zone in prop::sample::select(vec!["UTC", "Asia/Tokyo", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]),
    ) {
        let tags = format!("type=raw,value={{{{date 'YYYY_MM_DD_HH_mm_ss_SSS_DDDD_E_X_GGGG_WW' tz='{zone}'}}}}");
        let context = MetadataContext { now, ..context() };
        let report = metadata(&MetadataInputs { tags, ..MetadataInputs::default() }, &context);
        let instant = Timestamp::from_millisecond(now).expect("in range");
        let zoned = instant.to_zoned(TimeZone::get(zone).expect("a zone"));
        let expected = zoned.strftime("%Y_%m_%d_%H_%M_%S_%3f_%j_%u_%s_%G_%V").to_string();
        prop_assert_eq!(report.output("version"), Some(expected.as_str()));
    }

    #[test]
    fn plain_text_is_its_own_template(value in "[ -~&&[^{}\\\\,\"=#]]{1,30}") {
        let tags = format!("type=raw,value=x{value}");
        let report = run(&MetadataInputs { tags, ..MetadataInputs::default() });
        let plain = Regex::new("[^A-Za-z0-9._-]+").expect("a pattern");
        let expected = plain.replace_all(&format!("x{}", value.trim_end()), "-").into_owned();
        prop_assert_eq!(report.output("version"), Some(expected.as_str()));
    }
}

#[test]
fn what_is_too_large_is_refused_with_a_reason() {
    let deep = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    for tags in [
        format!("type=raw,value={}", deep("{{#if branch}}", "{{/if}}", 1000)),
        format!("type=raw,value={{{{lookup {} }}}}", deep("(lookup ", ")", 1000)),
        format!("type=match,value=a,pattern={}", deep("(", ")", 1000)),
        format!("type=match,value=a,pattern={}", "a".repeat(100_000)),
        "x\n".repeat(20_000),
        format!("type=raw,value={}x{}", "{{#each @root}}".repeat(12), "{{/each}}".repeat(12)),
    ] {
        let report = run(&MetadataInputs { tags: tags.clone(), ..MetadataInputs::default() });
        let message = report.failure.expect("it is refused").message;
        assert!(
            message.contains("is larger than") || message.ends_with("groups or classes nest too deeply"),
            "{message}"
        );
    }
}
