//! Random cases, weighted towards what is hard.

use buildonce_core::regexp::Regexp;

use super::Case;

/// A small generator of random numbers (`SplitMix64`), so that a seed means the same cases for ever.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("it is below a `usize`")
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// Characters that texts and patterns share, so that they meet.
const LETTERS: [&str; 34] = [
    "a", "a", "a", "b", "b", "b", "c", "A", "B", "k", "K", "\u{212A}", "s", "S", "\u{17F}", "ß", "\u{1E9E}", "é", "É",
    "σ", "ς", "Σ", "1", "2", "_", "-", " ", "\n", "\u{2028}", "😀", "𐐀", "𐐨", "i", "\u{130}",
];

const CLASS_ESCAPES: [&str; 12] = [
    r"\d",
    r"\D",
    r"\s",
    r"\S",
    r"\w",
    r"\W",
    r"\p{Lu}",
    r"\P{Lu}",
    r"\p{L}",
    r"\P{Ll}",
    r"\p{Script=Greek}",
    r"\p{ASCII}",
];

const CHARACTER_ESCAPES: [&str; 33] = [
    r"\n",
    r"\t",
    r"\v",
    r"\f",
    r"\r",
    r"\0",
    r"\01",
    r"\101",
    r"\377",
    r"\400",
    r"\8",
    r"\9",
    r"\x61",
    r"\x6",
    r"\x",
    r"\u0061",
    r"\u006",
    r"\u{61}",
    r"\u{1F600}",
    r"\u{110000}",
    r"\uD83D\uDE00",
    r"\uD83D",
    r"\uDE00",
    r"\cA",
    r"\c",
    r"\c1",
    r"\c_",
    r"\-",
    r"\.",
    r"\/",
    r"\a",
    r"\k",
    r"\]",
];

const QUANTIFIERS: [&str; 19] = [
    "*", "+", "?", "*?", "+?", "??", "{0}", "{1}", "{2}", "{0,1}", "{1,2}", "{2,}", "{0,2}?", "{1,3}?", "{2,}?",
    "{0,0}", "{1,1}", "{,2}", "{2,1}",
];

/// Any piece of the syntax, for patterns that are soup.
const TOKENS: [&str; 62] = [
    "(",
    "(?:",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(?<a>",
    "(?<é>",
    "(?<a\\u0062>",
    "(?",
    "(?<",
    ")",
    ")",
    ")",
    "[",
    "[^",
    "]",
    "]",
    "{",
    "}",
    "{1}",
    "{1,",
    "{,1}",
    "*",
    "+",
    "?",
    "|",
    "^",
    "$",
    ".",
    "-",
    "\\",
    "\\b",
    "\\B",
    "\\1",
    "\\2",
    "\\10",
    "\\k<a>",
    "\\k",
    "\\k<",
    "\\c",
    "\\x4",
    "\\u{61}",
    "\\u00",
    "\\p{L}",
    "\\p{",
    "\\P",
    "&&",
    "--",
    "\\q{ab|c}",
    "\\q{",
    "a",
    "b",
    "1",
    "/",
    ",",
    "<",
    ">",
    "=",
    "\\d",
    "\\W",
    "!!",
];

/// One random case. Patterns that are none are thinned out: there are so many ways to be wrong.
pub(crate) fn case(random: &mut Random) -> Case {
    loop {
        let case = any_case(random);
        if random.once_in(5) || Regexp::compile(&case.pattern, &case.flags).is_ok() {
            return case;
        }
    }
}

fn any_case(random: &mut Random) -> Case {
    let flags = flags(random);
    let sets = flags.contains('v');
    let mut pattern = if random.once_in(8) {
        (0..=random.below(8)).map(|_| random.pick(&TOKENS)).collect()
    } else {
        Writer { random, sets, groups: 0, left: 14 }.alternatives(0)
    };
    if random.once_in(6) {
        pattern = spoilt(&pattern, random);
    }
    let input = text(random);
    let start = if flags.contains(['g', 'y']) { random.below(input.len() + 2) } else { 0 };
    Case { pattern, flags, input, start }
}

fn flags(random: &mut Random) -> String {
    let mut flags: String = "dgimsy".chars().filter(|flag| random.once_in(if *flag == 'i' { 2 } else { 5 })).collect();
    match random.below(5) {
        0 | 1 => flags.push('u'),
        2 => flags.push('v'),
        _ => {}
    }
    if random.once_in(100) {
        flags.push_str(random.pick(&["x", "g", "uv", "D", " "]));
    }
    flags
}

/// A text of UTF-16 code units, lone surrogates among them.
fn text(random: &mut Random) -> Vec<u16> {
    let mut text = Vec::new();
    for _ in 0..random.below(13) {
        match random.below(14) {
            0 => text.push([0xD83D, 0xDE00, 0xD801, 0xDC00][random.below(4)]),
            1..8 => text.extend(["a", "b", "ab", "A", "c"][random.below(5)].encode_utf16()),
            _ => text.extend(random.pick(&LETTERS).encode_utf16()),
        }
    }
    text
}

/// A pattern with a piece taken out, put in or doubled.
fn spoilt(pattern: &str, random: &mut Random) -> String {
    let mut pieces: Vec<String> = pattern.chars().map(String::from).collect();
    let at = random.below(pieces.len() + 1);
    match random.below(3) {
        0 if at < pieces.len() => drop(pieces.remove(at)),
        1 if at < pieces.len() => pieces.insert(at, pieces[at].clone()),
        _ => pieces.insert(at, random.pick(&TOKENS).to_owned()),
    }
    pieces.concat()
}

/// Writes a pattern that is likely to be one.
struct Writer<'a> {
    random: &'a mut Random,
    sets: bool,
    groups: usize,
    /// How many terms it may still have.
    left: usize,
}

impl Writer<'_> {
    fn alternatives(&mut self, depth: usize) -> String {
        let mut out = self.sequence(depth);
        while self.random.once_in(4) {
            out.push('|');
            out.push_str(&self.sequence(depth));
        }
        out
    }

    fn sequence(&mut self, depth: usize) -> String {
        let mut out = String::new();
        for _ in 0..self.random.below(4) {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            out.push_str(&self.term(depth));
        }
        out
    }

    fn term(&mut self, depth: usize) -> String {
        let roll = self.random.below(if depth < 4 { 24 } else { 14 });
        let mut out = match roll {
            0..5 => self.random.pick(&LETTERS).to_owned(),
            5 => ".".to_owned(),
            6 => self.random.pick(&CLASS_ESCAPES).to_owned(),
            7 => self.random.pick(&CHARACTER_ESCAPES).to_owned(),
            8 | 9 => self.class(0),
            10 => return self.random.pick(&["^", "$", r"\b", r"\B"]).to_owned(),
            11..14 => self.reference(),
            14..18 => {
                self.groups += 1;
                let name = if self.random.once_in(4) { format!("?<n{}>", self.groups) } else { String::new() };
                format!("({name}{})", self.alternatives(depth + 1))
            }
            18 | 19 => format!("(?:{})", self.alternatives(depth + 1)),
            _ => {
                let opening = self.random.pick(&["(?=", "(?!", "(?<=", "(?<=", "(?<!"]);
                format!("{opening}{})", self.alternatives(depth + 1))
            }
        };
        if self.random.below(5) < 2 {
            out.push_str(self.random.pick(&QUANTIFIERS));
        }
        out
    }

    /// A back-reference, also to groups that are open, come later, or do not exist.
    fn reference(&mut self) -> String {
        let number = 1 + self.random.below(self.groups + 2);
        if self.random.once_in(5) { format!("\\k<n{number}>") } else { format!("\\{number}") }
    }

    fn class(&mut self, depth: usize) -> String {
        let mut out = String::from(if self.random.once_in(3) { "[^" } else { "[" });
        let operator = if self.sets && self.random.once_in(2) { self.random.pick(&["&&", "--"]) } else { "" };
        for index in 0..self.random.below(4) {
            if index > 0 {
                out.push_str(operator);
            }
            match self.random.below(if self.sets && depth < 2 { 9 } else { 6 }) {
                0 | 1 => out.push_str(self.random.pick(&LETTERS)),
                2 => out.push_str(self.random.pick(&[
                    "a-z",
                    "A-Z",
                    "a-b",
                    "B-k",
                    "0-9",
                    "à-ÿ",
                    "😀-😂",
                    "z-a",
                    r"a-\d",
                    r"\d-z",
                    "α-ω",
                    "\\0-\u{3FF}",
                ])),
                3 => out.push_str(self.random.pick(&CLASS_ESCAPES)),
                4 => out.push_str(self.random.pick(&CHARACTER_ESCAPES)),
                5 => out.push_str(self.random.pick(&["-", "^", r"\b", r"\B", ".", "$", "😀", "&", r"\1"])),
                6 => out.push_str(self.random.pick(&[
                    r"\q{ab|a}",
                    r"\q{}",
                    r"\q{A|b}",
                    r"\q{ß|ss|S}",
                    r"\q{😀b|😀}",
                    r"\q{abc|ab|}",
                ])),
                _ => out.push_str(&self.class(depth + 1)),
            }
        }
        out.push(']');
        out
    }
}
