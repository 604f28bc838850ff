use super::*;

/// Pattern, flags, text, and what comes out: `error`, `no match`, or the place of each group. All are answers of node 20.
const CASES: [(&str, &str, &str, &str); 171] = [
    // Repetition: groups are forgotten in each round, and empty rounds count for nothing beyond what must be there.
    ("(a*)*", "", "b", "0-0 none"),
    ("(a*)+", "", "b", "0-0 0-0"),
    ("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", "0-10 0-1 8-10 8-9 none 9-10"),
    ("(?:(a)|b)*", "", "ab", "0-2 none"),
    ("(?:(a)|(b))+?$", "", "aba", "0-3 2-3 none"),
    ("(a?)??", "", "ab", "0-0 none"),
    ("(a*?)", "", "aab", "0-0 0-0"),
    ("a{2,}?", "", "aaaa", "0-2"),
    ("(?:a{0,2}){2}", "", "aaaaa", "0-4"),
    ("(|a){3}", "", "aaa", "0-0 0-0"),
    ("(?:a?b??)*$", "", "ab", "0-2"),
    (r"(?=(a+))a*b\1", "", "baaabac", "3-6 3-4"),
    ("(?=(a))?b", "", "ab", "1-2 none"),
    (r"(?!(a)b)\1a", "", "ac", "0-1 none"),
    (r"(.*?)a(?!(a+)b\2c)\2(.*)", "", "baaabaac", "0-8 0-2 none 3-8"),
    ("((a)|(ab))((c)|(bc))", "", "abc", "0-3 0-1 0-1 none 1-3 none 1-3"),
    ("a[a-z]{2,4}?", "", "abcdefghi", "0-3"),
    ("(aa|aabaac|ba|b|c)*", "", "aabaac", "0-4 2-4"),
    ("x{0}y", "", "y", "0-1"),
    (r"(x){0}\1y", "", "y", "0-1 none"),
    ("(?:)*?a", "", "a", "0-1"),
    (r"(\2a)(\1)", "", "aaa", "0-2 0-1 1-2"),
    (r"(a\1)", "", "aa", "0-1 0-1"),
    (r"\1(a)", "", "aa", "0-1 0-1"),
    (r"(?:(a)\1|b)*", "", "aabaa", "0-5 3-4"),
    // Look-behind reads backwards.
    (r"(?<=(\d+)(\d+))$", "", "1053", "4-4 0-1 1-4"),
    (r"(?<=\1(a))b", "", "aab", "2-3 1-2"),
    (r"(?<=(a)\1)b", "", "aab", "2-3 1-2"),
    ("(?<=([abc]+)([abc]+))d", "", "abcabcd", "6-7 0-1 1-6"),
    ("(?<=^|,)[^,]+", "", "a,b", "0-1"),
    (r"(?<!abc)\w\w\w", "", "abcdef", "0-3"),
    ("(?<=a{2,}?)b", "", "aaab", "3-4"),
    (r"(?<=(?<a>\w){3})f", "", "abcdef", "5-6 2-3"),
    ("(?<=(?:a|bc)*)d", "", "abcd", "3-4"),
    // Names.
    (r"(?<year>\d{4})-\k<year>", "", "2024-2024", "0-9 0-4"),
    (r"\k<a>(?<a>x)", "", "x", "0-1 0-1"),
    (r"\k<a>", "", "k<a>", "0-4"),
    ("(?<a>.)(?<a>.)", "", "ab", "error"),
    ("(?<𝒜>.)", "", "a", "0-1 0-1"),
    (r"(?<\u{61}>.)\k<a>", "", "aa", "0-2 0-1"),
    ("(?<1a>.)", "", "a", "error"),
    (r"\k", "", "k", "0-1"),
    (r"(?<a>)\k", "", "k", "error"),
    (r"[\k](?<a>)", "", "k", "error"),
    // The lax grammar.
    (r"\1", "", "\u{1}", "0-1"),
    (r"\8", "", "8", "0-1"),
    (r"\18", "", "\u{1}8", "0-2"),
    (r"\400", "", " 0", "0-2"),
    (r"[\08]", "", "8", "0-1"),
    (r"[\1]", "", "\u{1}", "0-1"),
    (r"\c", "", r"\c", "0-2"),
    (r"\c1", "", r"\c1", "0-3"),
    (r"[\c1]", "", "\u{11}", "0-1"),
    (r"[\c]", "", "c", "0-1"),
    (r"\cA", "", "\u{1}", "0-1"),
    ("a{", "", "a{", "0-2"),
    ("a{,1}", "", "a{,1}", "0-5"),
    ("a{1", "", "a{1", "0-3"),
    ("{", "", "{", "0-1"),
    ("{1}", "", "{1}", "error"),
    ("a{2,1}", "", "aa", "error"),
    ("]", "", "]", "0-1"),
    ("}", "", "}", "0-1"),
    (r"[\d-z]", "", "-", "0-1"),
    (r"[a-\d]", "", "-", "0-1"),
    ("[z-a]", "", "m", "error"),
    ("(?=a)*", "", "a", "0-0"),
    ("(?<=a)*", "", "a", "error"),
    (r"\b*", "", "a", "error"),
    ("^*", "", "a", "error"),
    (r"\u{2}", "", "uu", "0-2"),
    (r"\x1", "", "x1", "0-2"),
    (r"\p{Lu}", "", "p{Lu}", "0-5"),
    (r"\-", "", "-", "0-1"),
    ("[]", "", "a", "no match"),
    ("[^]", "", "\n", "0-1"),
    ("[]a]", "", "a]", "no match"),
    ("a**", "", "a", "error"),
    ("(", "", "a", "error"),
    (")", "", "a", "error"),
    ("(?", "", "a", "error"),
    ("(?a)", "", "a", "error"),
    ("(?i:a)", "", "A", "error"),
    (r"\", "", "a", "error"),
    (r"[\b]", "", "\u{8}", "0-1"),
    (r"[\B]", "", "B", "0-1"),
    // The strict grammar.
    ("{", "u", "{", "error"),
    ("}", "u", "}", "error"),
    ("]", "u", "]", "error"),
    ("a{", "u", "a", "error"),
    (r"\-", "u", "-", "error"),
    (r"[\-]", "u", "-", "0-1"),
    (r"\1", "u", "a", "error"),
    (r"\0", "u", "\u{0}", "0-1"),
    (r"\00", "u", "\u{0}", "error"),
    (r"\c", "u", "a", "error"),
    (r"\x1", "u", "a", "error"),
    (r"\u{110000}", "u", "a", "error"),
    (r"\u{1F600}", "u", "😀", "0-2"),
    (r"\ud83d\ude00", "u", "😀", "0-2"),
    (r"\ud83d", "u", "😀", "no match"),
    (r"\ud83d", "", "😀", "0-1"),
    ("[^x]", "u", "😀", "0-2"),
    ("[^x]", "", "😀", "0-1"),
    ("^.$", "u", "😀", "0-2"),
    ("^..$", "", "😀", "0-2"),
    ("(?=a)*", "u", "a", "error"),
    (r"[\d-z]", "u", "-", "error"),
    (r"\k", "u", "k", "error"),
    (r"\p{Lu}", "u", "a😀Z", "3-4"),
    (r"\pL", "u", "a", "error"),
    (r"\p{lu}", "u", "a", "error"),
    (r"\p{Script=Greek}+", "u", "abγδ", "2-4"),
    (r"\p{sc=Grek}", "u", "\u{342}", "no match"),
    (r"\p{scx=Grek}", "u", "\u{342}", "0-1"),
    (r"\p{Emoji_Presentation}", "u", "a😀", "1-3"),
    (r"\P{Any}", "u", "a", "no match"),
    (r"[\p{L}--a]", "u", "-", "error"),
    (r"\/", "u", "/", "0-1"),
    // Without regard to case.
    ("ſ", "i", "s", "no match"),
    ("ſ", "iu", "s", "0-1"),
    ("K", "i", "k", "0-1"),
    ("K", "iu", "k", "0-1"),
    ("ß", "i", "ẞ", "no match"),
    ("ß", "iu", "ẞ", "0-1"),
    ("σ", "i", "ς", "0-1"),
    ("ı", "i", "I", "no match"),
    ("ı", "iu", "I", "no match"),
    (r"\w", "i", "ſ", "no match"),
    (r"\w", "iu", "ſ", "0-1"),
    (r"\W", "iu", "ſ", "no match"),
    (r"[^\w]", "iu", "ſ", "no match"),
    (r"\b", "iu", "ſ", "0-0"),
    (r"\b", "i", "ſ", "no match"),
    ("𐐀", "iu", "𐐨", "0-2"),
    ("[𐐀]", "iu", "𐐨", "0-2"),
    ("[^a]", "i", "A", "no match"),
    ("[a-z]+", "i", "ABCſ", "0-3"),
    ("[A-Z]+", "iu", "abcſ", "0-4"),
    (r"\p{Lu}", "iu", "a", "0-1"),
    (r"\P{Lu}", "iu", "A", "0-1"),
    (r"\P{Lu}", "iv", "A", "no match"),
    (r"[^\p{Lu}]", "iu", "A", "no match"),
    (r"(a)\1", "i", "aA", "0-2 0-1"),
    ("ΐ", "iu", "\u{1fd3}", "0-1"),
    ("ﬅ", "iu", "ﬆ", "0-1"),
    ("Ǆ", "i", "ǅ", "0-1"),
    // Lines.
    ("^b", "m", "a\nb", "2-3"),
    ("^b", "", "a\nb", "no match"),
    ("a$", "m", "a\u{2028}b", "0-1"),
    (".", "", "\u{2029}", "no match"),
    (".", "s", "\n", "0-1"),
    // Sets.
    ("[a-z&&[aeiou]]", "v", "e", "error"),
    ("[[a-z]&&[aeiou]]", "v", "xe", "1-2"),
    ("[[a-z]--[aeiou]]+", "v", "abc", "1-3"),
    (r"[\q{abc|ab|}x]", "v", "abcd", "0-3"),
    (r"[^\q{ab}]", "v", "c", "error"),
    (r"[^\q{a}]", "v", "b", "0-1"),
    (r"[\p{L}--\q{a|bc}]", "v", "ab", "1-2"),
    ("[a--b&&c]", "v", "a", "error"),
    ("[ab&&c]", "v", "a", "error"),
    ("[(]", "v", "(", "error"),
    ("[a-]", "v", "a", "error"),
    ("[&&]", "v", "&", "error"),
    ("[&]", "v", "&", "0-1"),
    (r"[\&]", "v", "&", "0-1"),
    ("[a&&&b]", "v", "a", "error"),
    (r"[[^a]&&\w]", "vi", "AB", "1-2"),
    (r"[\q{KM|x}]", "vi", "km", "0-2"),
    (r"(?<=[\q{ab|b}])c", "v", "abc", "2-3"),
    (r"\p{RGI_Emoji}", "u", "😀", "error"),
];

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// What comes out, in the words of the table.
fn outcome(pattern: &str, flags: &str, text: &str) -> String {
    let Ok(regexp) = Regexp::compile(pattern, flags) else { return "error".to_owned() };
    let place =
        |group: Option<Range<usize>>| group.map_or("none".to_owned(), |range| format!("{}-{}", range.start, range.end));
    match regexp.exec(&units(text), 0, &mut Budget::default()).unwrap() {
        Some(found) => found.groups.into_iter().map(place).collect::<Vec<_>>().join(" "),
        None => "no match".to_owned(),
    }
}

#[test]
fn patterns_match_as_in_node() {
    for (pattern, flags, text, expected) in CASES {
        assert_eq!(outcome(pattern, flags, text), expected, "/{pattern}/{flags} on {text:?}");
    }
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    let error = |pattern: &str, flags: &str| {
        let error = Regexp::compile(pattern, flags).unwrap_err();
        format!("{}: {error}", error.at)
    };
    assert_eq!(error("é+*", ""), "3: Nothing to repeat");
    assert_eq!(error("(a|b", ""), "4: Unterminated group");
    assert_eq!(error("a)", ""), "1: Unmatched ')'");
    assert_eq!(error("😀[z-a]", ""), "8: Range out of order in character class");
    assert_eq!(error("😀[z-a]", "u"), "8: Range out of order in character class");
    assert_eq!(error(r"\p{Nope}", "u"), "7: Invalid property name");
    assert_eq!(error(r"\p{RGI_Emoji}", "v"), "12: properties of strings such as RGI_Emoji are not supported here");
    assert_eq!(error("a", "gg"), "1: Invalid flags");
    assert_eq!(error(&"(".repeat(200), ""), "129: groups or classes nest too deeply");
    assert_eq!(error(&"[".repeat(200), "v"), "129: groups or classes nest too deeply");
    assert_eq!(error(&"a".repeat(limits::PATTERN_LENGTH + 1), ""), "0: the pattern is too long");
}

#[test]
fn patterns_may_nest_up_to_the_limit() {
    let nested = format!("{}a{}", "(".repeat(limits::DEPTH), ")".repeat(limits::DEPTH));
    assert!(outcome(&nested, "", "a").starts_with("0-1 0-1 "));
}

#[test]
fn a_search_ends_within_its_budget() {
    let text = units(&format!("{}!", "a".repeat(40)));
    for pattern in [
        "(a+)+$",
        "(a|aa)+$",
        "(?:a?){40}a{40}$",
        "(?=(a|aa)*$)a",
        "(?<=^b(a|a)*)!",
        r"(a*)*\1*$",
        "(?:|a){2000000000}b",
    ] {
        let regexp = Regexp::compile(pattern, "").unwrap();
        let mut budget = Budget::new(300_000);
        assert_eq!(regexp.exec(&text, 0, &mut budget), Err(StepLimit), "{pattern}");
    }
    let regexp = Regexp::compile("(?:ab?)+", "").unwrap();
    let long = units(&"a".repeat(limits::STACK));
    assert_eq!(regexp.exec(&long, 0, &mut Budget::default()), Err(StepLimit), "ways back are bounded, too");
}

#[test]
fn plain_patterns_take_a_few_steps_for_each_character() {
    let text = units(&"feature/some-long-branch-name_".repeat(1000));
    for pattern in ["x", r"v(\d+)\.(\d+)\.(\d+)$", "[A-Z]", r"\d+(?=-)", "/x"] {
        let mut budget = Budget::default();
        let found = Regexp::compile(pattern, "").unwrap().exec(&text, 0, &mut budget).unwrap();
        let taken = limits::STEPS - budget.steps();
        assert_eq!(found, None);
        assert!(taken < 3 * text.len(), "{pattern}: {taken} steps for {} characters", text.len());
    }
}

#[test]
fn a_search_starts_where_it_should() {
    let at = |pattern: &str, flags: &str, text: &str, start| {
        let regexp = Regexp::compile(pattern, flags).unwrap();
        let found = regexp.exec(&units(text), start, &mut Budget::default()).unwrap();
        found.and_then(|found| found.groups[0].clone())
    };
    assert_eq!(at("a", "y", "ba", 0), None);
    assert_eq!(at("a", "y", "ba", 1), Some(1..2));
    assert_eq!(at("a", "g", "aba", 1), Some(2..3));
    assert_eq!(at("^a", "gm", "a\na", 1), Some(2..3));
    assert_eq!(at("", "g", "a", 1), Some(1..1));
    assert_eq!(at("", "g", "a", 2), None);
    assert_eq!(at(".", "gu", "😀", 1), Some(0..2), "half a character is none");
    assert_eq!(at(".", "g", "😀", 1), Some(1..2));
}
