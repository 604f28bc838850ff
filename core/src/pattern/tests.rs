//! The `regex` crate is the judge of what a pattern means.

use proptest::prelude::*;

use super::*;

/// What a pattern finds: the place of every group, or nothing.
type Found = Option<Vec<Option<(usize, usize)>>>;

fn ours(pattern: &str, texts: &[String]) -> Option<Vec<Found>> {
    let pattern = Pattern::new(pattern).ok()?;
    let found = |text: &String| {
        let slots = pattern.run(text, 2 * pattern.program.groups.len(), <[usize]>::to_vec);
        assert_eq!(pattern.is_match(text), slots.is_some(), "{} {text:?}", pattern.as_str());
        assert_eq!(pattern.find(text), slots.as_ref().map(|slots| slots[0]), "{} {text:?}", pattern.as_str());
        let place = |pair: &[usize]| (pair[1] != usize::MAX).then_some((pair[0], pair[1]));
        Some(slots?.chunks(2).map(place).collect())
    };
    Some(texts.iter().map(found).collect())
}

fn theirs(pattern: &str, texts: &[String]) -> Option<Vec<Found>> {
    let regex = regex::bytes::RegexBuilder::new(pattern).unicode(false).nest_limit(200).build().ok()?;
    let found = |text: &String| {
        let captures = regex.captures(text.as_bytes())?;
        Some(captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect())
    };
    Some(texts.iter().map(found).collect())
}

fn compare(pattern: &str, texts: &[String]) {
    let (ours, theirs) = (ours(pattern, texts), theirs(pattern, texts));
    // Groups in what is repeated no times are none for the crate.
    let cut = |found: Option<Vec<Found>>, groups: usize| {
        found.map(|all| {
            all.into_iter()
                .map(|one| one.map(|list| list.into_iter().take(groups).collect::<Vec<_>>()))
                .collect::<Vec<_>>()
        })
    };
    let groups = theirs.iter().flatten().flatten().map(Vec::len).min().unwrap_or(0);
    assert_eq!(cut(ours, groups), cut(theirs, groups), "{pattern:?} {texts:?}");
}

/// Texts around what the patterns below speak of.
fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(r"[ab\-_ A1é\n\r]{0,8}|[a-c]{0,12}|\PC{0,6}", 3..6)
}

/// Patterns by the rules of the syntax, most of which are valid.
fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => "[abcA1é _-]",
        2 => r"[.^$]",
        2 => prop::sample::select(vec![
            r"\b", r"\B", r"\A", r"\z", r"\<", r"\>", r"\b{start}", r"\b{end}", r"\b{start-half}", r"\b{end-half}", r"\d", r"\w", r"\s",
            r"\D", r"\W", r"\S", r"\n", r"\x61", r"\x{62}", r"\u0063", r"\xe9", r"\-", r"\.", r"\#", "(?i)", "(?m)", "(?s)", "(?U)", "(?R)",
            "(?-i)", "(?mR)", "[[:alpha:]]", "[[:^alpha:]a]", "[]a]", "[^]a]", "[-a]", "[a-]", "[a-c&&[^b]]", "[a-c--b]", "[a-c~~b-d]",
            r"[\w--\d]", r"[\x61-c]", "[^ab]", "[a[bc]]", r"[^\x00-\xff]", "(?x: a b # c\n)", "", "()", "(?:)",
        ]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            2 => inner.clone().prop_map(|part| format!("({part})")),
            1 => inner.clone().prop_map(|part| format!("(?i:{part})")),
            1 => inner.clone().prop_map(|part| format!("(?ms:{part})")),
            3 => (inner, prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,}", "{0,2}", "{1,3}?", "{2,}?"]))
                .prop_map(|(part, times)| format!("(?:{part}){times}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn patterns_find_what_they_find_in_the_regex_crate(pattern in pattern(), texts in texts()) {
        compare(&pattern, &texts);
    }

    #[test]
    fn any_text_is_a_pattern_here_if_it_is_one_there(
        pattern in r"([ab019.*+?|(){}\[\]\\^$,:<>=!P&~#x \n-]|\(\?|\\[a-zA-Z0-9<>]|\[:alpha:\]|\[\^|\(\?P<|\(\?[imsxUR-]+[:)]){0,12}",
        texts in texts(),
    ) {
        compare(&pattern, &texts);
    }
}

#[test]
fn a_condition_that_failed_is_asked_again_where_the_search_goes_on() {
    for (pattern, text) in [(r"(?:|A)\>é", "A1é"), (r"(?:x|)\b{end}!", "xy!"), (r"(?:|a)$\n", "ab\n")] {
        compare(pattern, &[text.to_owned()]);
    }
    assert_eq!(Pattern::new(r"(?:|A)\>é").unwrap().find("A1é"), Some(2));
}

#[test]
fn letters_outside_of_ascii_stand_for_themselves() {
    assert!(Pattern::new("(?i)^ÜBER x").unwrap().is_match("ÜBER X"));
    assert!(!Pattern::new("(?i)^über").unwrap().is_match("ÜBER"));
    assert!(Pattern::new("^a.*z$").unwrap().is_match("a日本z"));
    let cut = Pattern::new("^(.)").unwrap().captures("é").map(|found| found.get(1).map(Cow::into_owned));
    assert_eq!(cut, Some(Some("\u{fffd}".to_owned())));
}

#[test]
fn what_is_too_large_and_what_is_no_pattern_are_told_apart() {
    for large in ["(a{1000}){1000}", "a{1000}{1000}", "a{4294967295}", "(?:[^\\x00-\\xff]{9999}){9999}"] {
        assert_eq!(Pattern::new(large).unwrap_err(), PatternError::TooLarge, "{large}");
    }
    assert_eq!(Pattern::new("a(").unwrap_err(), PatternError::Syntax("unclosed group"));
    assert!(matches!(Pattern::new(r"\p{L}").unwrap_err(), PatternError::Syntax(text) if text.contains("Unicode")));
    for empty in ["(?:){4294967295}", r"(?:\b{1,4294967295}){4294967295}"] {
        assert!(Pattern::new(empty).is_ok(), "{empty}");
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| {
        [
            format!("{}a{}", "(".repeat(depth), ")".repeat(depth)),
            format!("{}a{}", "[".repeat(depth), "]".repeat(depth)),
            format!("a{}", "*".repeat(depth)),
        ]
    };
    assert!(nested(50).iter().all(|pattern| Pattern::new(pattern).is_ok()));
    assert!(
        nested(52)
            .iter()
            .all(|pattern| matches!(Pattern::new(pattern), Err(PatternError::Syntax(what)) if what.contains("nest")))
    );
    assert!(nested(100_000).iter().all(|pattern| Pattern::new(pattern).is_err()));
}

#[test]
fn hostile_patterns_take_time_that_grows_with_the_text_alone() {
    let text = "a".repeat(20_000);
    for pattern in ["(a*)*b", "(a|a)*b", "(?:a?){30}a{30}b", "(.*)(.*)(.*)b$"] {
        assert!(!Pattern::new(pattern).unwrap().is_match(&text), "{pattern}");
    }
}

#[test]
fn every_refusal_says_what_is_wrong() {
    let refusals: Vec<_> = [
        "(",
        ")",
        "[",
        "*",
        "a{",
        "a{1",
        "a{x}",
        "a{2,1}",
        "a{99999999999}",
        "(?",
        "(?i",
        "(?)",
        "(?-)",
        "(?ii)",
        "(?q)",
        "(?u)",
        "(?=a)",
        "(?P<",
        "(?P<1>)",
        "(?P<a>)(?P<a>)",
        r"\",
        r"\1",
        r"\y",
        r"\pL",
        r"\x",
        r"\xg0",
        r"\x{}",
        r"\x{110000}",
        r"\b{",
        r"\b{a}",
        r"[\b]",
        "[é]",
        "[b-a]",
        r"[a-\d]",
    ]
    .iter()
    .map(|pattern| match Pattern::new(pattern) {
        Err(PatternError::Syntax(what)) => format!("{pattern}: {what}"),
        other => format!("{pattern}: {other:?}"),
    })
    .collect();
    insta::assert_snapshot!(refusals.join("\n"), @r"
    (: unclosed group
    ): unopened group
    [: unclosed class
    *: there is nothing to repeat
    a{: unclosed repetition
    a{1: unclosed repetition
    a{x}: a repetition needs a number
    a{2,1}: a repetition counts from the smaller number to the larger one
    a{99999999999}: the number of a repetition is too large
    (?: unclosed group
    (?i: unclosed flags
    (?): there is nothing to repeat
    (?-): no flag after `-`
    (?ii): a flag is given twice
    (?q): unknown flag; the flags are `i`, `m`, `s`, `x`, `U` and `R`
    (?u): the flag `u` is not supported: patterns are over ASCII, without Unicode
    (?=a): look-around is not supported
    (?P<: unclosed name of a group
    (?P<1>): the name of a group holds letters, digits and `_`, and begins with no digit
    (?P<a>)(?P<a>): two groups have one name
    \: the pattern ends inside an escape
    \1: back-references are not supported
    \y: unknown escape
    \pL: Unicode classes are not supported: patterns are over ASCII
    \x: the pattern ends inside an escape
    \xg0: an escape holds what is no hexadecimal digit
    \x{}: an escape without a number
    \x{110000}: an escape stands for no character
    \b{: unclosed `{` behind `\b`
    \b{a}: `\b{…}` knows `start`, `end`, `start-half` and `end-half`
    [\b]: a class holds an escape that stands for no character
    [é]: a class holds a character outside of ASCII; Unicode is not supported
    [b-a]: a range goes from the smaller character to the larger one
    [a-\d]: a range holds what is no character
    ");
}

#[test]
fn a_pattern_can_be_used_while_it_is_in_use() {
    let pattern = Pattern::new("a(b)").unwrap();
    let inner = pattern.run("xab", 4, |slots| (slots.to_vec(), pattern.find("ab"))).unwrap();
    assert_eq!(inner, (vec![1, 3, 2, 3], Some(0)));
}
