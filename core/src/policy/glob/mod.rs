//! Globs with the rules of GitHub's workflow filters.
//!
//! `*` is any run of characters without `/`, `**` any run at all; `?` and `+` repeat the *preceding* character (zero
//! or one time, one or more times); `[a-z]` is one letter or digit; `\` takes the next character as it stands.
//! A pattern matches the whole text, and case counts. Source: the "filter pattern cheat sheet" in GitHub's
//! documentation of the workflow syntax.

mod compile;

use compile::{Compiler, Step};

use crate::text::list_item;

/// A pattern that does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobError {
    /// What is wrong, as a fragment.
    pub message: String,
    /// Byte offset in the pattern.
    pub offset: usize,
}

/// Stands in an [outline](Glob::outline) for what is open there. No name of git or of a registry holds it.
const OPEN: char = '\u{10ffff}';

/// One compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    source: String,
    program: Vec<Step>,
    /// For a program of at most 64 steps: the steps that each step reaches without taking a character, one bit each.
    reach: Vec<u64>,
}

/// What each step reaches without taking a character, as bits; nothing for a program that does not fit into a word.
fn reach(program: &[Step]) -> Vec<u64> {
    if program.len() > 64 {
        return Vec::new();
    }
    let from = |start: usize| {
        let (mut reached, mut seen, mut pending) = (0_u64, 0_u64, vec![start]);
        while let Some(step) = pending.pop() {
            if seen >> step & 1 == 1 {
                continue;
            }
            seen |= 1 << step;
            match program.get(step) {
                Some(Step::Split(first, second)) => pending.extend([*second, *first]),
                Some(Step::Jump(target)) => pending.push(*target),
                Some(_) => reached |= 1 << step,
                None => {}
            }
        }
        reached
    };
    (0..program.len()).map(from).collect()
}

impl Glob {
    /// Compiles a pattern without a leading `!`.
    ///
    /// ```
    /// use buildonce_core::policy::Glob;
    /// let glob = Glob::new("v[0-9]+.[0-9]+").unwrap();
    /// assert!(glob.is_match("v1.20"));
    /// assert!(!glob.is_match("v1.20-rc.1"));
    /// ```
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        Compiler::new(pattern).compile().map(|program| Self {
            source: pattern.to_owned(),
            reach: reach(&program),
            program,
        })
    }

    /// Whether the whole text matches. Takes time linear in the text's length times the pattern's.
    pub fn is_match(&self, text: &str) -> bool {
        match self.reach.first() {
            Some(start) => self.is_match_in_a_word(*start, text),
            None => self.is_match_of_any_length(text),
        }
    }

    /// The usual case: what the match could be at fits into one word.
    fn is_match_in_a_word(&self, start: u64, text: &str) -> bool {
        let mut now = start;
        for character in text.chars() {
            let mut next = 0;
            let mut left = now;
            while left != 0 {
                let state = left.trailing_zeros() as usize;
                left &= left - 1;
                if self.program.get(state).is_some_and(|step| step.takes(character)) {
                    next |= self.reach.get(state + 1).copied().unwrap_or_default();
                }
            }
            if next == 0 {
                return false;
            }
            now = next;
        }
        self.program.len().checked_sub(1).is_some_and(|end| now >> end & 1 == 1)
    }

    fn is_match_of_any_length(&self, text: &str) -> bool {
        let mut now = States::new(self.program.len());
        let mut next = States::new(self.program.len());
        self.enter(&mut now, 0);
        for character in text.chars() {
            if now.list.is_empty() {
                return false;
            }
            next.clear();
            for state in &now.list {
                if self.program.get(*state).is_some_and(|step| step.takes(character)) {
                    self.enter(&mut next, state + 1);
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        now.list.iter().any(|state| self.program.get(*state) == Some(&Step::End))
    }

    /// Adds a step and all steps that it reaches without taking a character.
    fn enter(&self, states: &mut States, step: usize) {
        let mut pending = vec![step];
        while let Some(step) = pending.pop() {
            if !states.insert(step) {
                continue;
            }
            match self.program.get(step) {
                Some(Step::Split(first, second)) => pending.extend([*second, *first]),
                Some(Step::Jump(target)) => pending.push(*target),
                Some(_) => states.list.push(step),
                None => {}
            }
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The only text that matches, when there is only one.
    pub fn literal(&self) -> Option<String> {
        let mut text = String::new();
        for step in &self.program {
            match step {
                Step::Character(character) => text.push(*character),
                Step::End => return Some(text),
                _ => return None,
            }
        }
        None
    }

    /// A text that matches: every open place is filled with as little as says something.
    pub(crate) fn sample(&self) -> String {
        self.filled(None)
    }

    /// The pattern as a text in which [`OPEN`] stands for every open place. Only a star takes it, and a star takes everything: so a
    /// pattern that matches the outline matches, among texts without `/`, all that this one does.
    fn outline(&self) -> String {
        self.filled(Some(OPEN))
    }

    /// The pattern's text with a character in every open place, or with as little as says something.
    fn filled(&self, open: Option<char>) -> String {
        let mut text = String::new();
        let mut at = 0;
        while let Some(step) = self.program.get(at) {
            at = match step {
                Step::Character(character) => {
                    text.push(*character);
                    at + 1
                }
                Step::Class(ranges) => {
                    text.extend(open.or(ranges.first().map(|(low, _)| *low)));
                    at + 1
                }
                Step::Split(first, second) => {
                    let star = matches!(self.program.get(*first), Some(Step::NotSlash | Step::Any));
                    text.extend(open.or(star.then_some('x')));
                    // The later target leaves a loop or skips what is optional.
                    *first.max(second)
                }
                Step::Jump(target) => *target,
                Step::NotSlash | Step::Any => at + 1,
                Step::End => break,
            };
        }
        text
    }
}

/// Steps that a match could be at.
struct States {
    list: Vec<usize>,
    member: Vec<bool>,
    /// What to unmark when the list is used again.
    marked: Vec<usize>,
}

impl States {
    fn new(steps: usize) -> Self {
        Self { list: Vec::new(), member: vec![false; steps], marked: Vec::new() }
    }

    /// Marks a step; false when it was marked before.
    fn insert(&mut self, step: usize) -> bool {
        let Some(member) = self.member.get_mut(step) else { return false };
        if !*member {
            self.marked.push(step);
        }
        !std::mem::replace(member, true)
    }

    fn clear(&mut self) {
        self.list.clear();
        for step in self.marked.drain(..) {
            if let Some(member) = self.member.get_mut(step) {
                *member = false;
            }
        }
    }
}

/// Patterns of which the last one that matches decides; `!` in front excludes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GlobList {
    items: Vec<(bool, Glob)>,
    accepts_any: bool,
}

impl GlobList {
    /// Compiles patterns, in order. At least one must be without `!`, or nothing could ever match.
    ///
    /// ```
    /// use buildonce_core::policy::GlobList;
    /// let list = GlobList::new(["releases/**", "!releases/**-alpha"]).unwrap();
    /// assert!(list.is_match("releases/10"));
    /// assert!(!list.is_match("releases/beta/3-alpha"));
    /// ```
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, GlobError> {
        let items = patterns.into_iter().map(|pattern| match pattern.strip_prefix('!') {
            Some(rest) => {
                let shifted = |error: GlobError| GlobError { offset: error.offset + 1, ..error };
                Glob::new(rest).map(|glob| (false, glob)).map_err(shifted)
            }
            None => Glob::new(pattern).map(|glob| (true, glob)),
        });
        let items: Vec<_> = items.collect::<Result<_, _>>()?;
        if !items.is_empty() && items.iter().all(|(include, _)| !include) {
            return Err(error("patterns with `!` only take away; at least one without `!` must come first", 0));
        }
        let mut list = Self { items, accepts_any: false };
        list.accepts_any = list.is_match("~");
        Ok(list)
    }

    /// Whether the list accepts any git tag or branch: `~` is in no reference of git, so a list that accepts it accepts all.
    pub(crate) fn accepts_any(&self) -> bool {
        self.accepts_any
    }

    /// Whether the text is included.
    pub fn is_match(&self, text: &str) -> bool {
        self.items.iter().rev().find(|(_, glob)| glob.is_match(text)).is_some_and(|(include, _)| *include)
    }

    /// Whether the list plainly takes every text without `/` that the other one takes: `v*` takes what `v1.*` does.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let takes_away = self.items.iter().any(|(include, _)| !include);
        let takes = |glob: &Glob| {
            let outline = glob.outline();
            if takes_away && outline.contains(OPEN) {
                return false;
            }
            self.is_match(&outline) || !takes_away && self.including().any(|own| own == glob)
        };
        self == other || other.including().all(takes)
    }

    /// The patterns as they were written.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        self.items
            .iter()
            .map(|(include, glob)| if *include { glob.source.clone() } else { format!("!{}", glob.source) })
    }

    /// The patterns as they were written, with commas between them.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (include, glob) in &self.items {
            list_item(&mut text, &[if *include { "" } else { "!" }, &glob.source]);
        }
        text
    }

    /// The patterns that include, in order.
    pub fn including(&self) -> impl Iterator<Item = &Glob> {
        self.items.iter().filter(|(include, _)| *include).map(|(_, glob)| glob)
    }

    /// The only texts that can match, when they can be listed.
    pub fn literals(&self) -> Option<Vec<String>> {
        let texts: Option<Vec<String>> = self.including().map(Glob::literal).collect();
        texts.map(|texts| texts.into_iter().filter(|text| self.is_match(text)).collect())
    }
}

fn error(message: &str, offset: usize) -> GlobError {
    GlobError { message: message.to_owned(), offset }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::PATTERN_BYTES;
    use proptest::prelude::*;

    /// The examples of GitHub's cheat sheet, and what their descriptions exclude.
    #[test]
    fn patterns_match_as_the_cheat_sheet_says() {
        let cases: [(&str, &[&str], &[&str]); 27] = [
            ("feature/*", &["feature/my-branch", "feature/"], &["feature/beta-a/my-branch", "Feature/x"]),
            ("feature/**", &["feature/beta-a/my-branch", "feature/x"], &["feature", "xfeature/x"]),
            ("main", &["main"], &["main2", "Main", "releases/main", ""]),
            ("*", &["main", "releases", ""], &["all/the/branches"]),
            ("**", &["all/the/branches", "every/tag", ""], &[]),
            ("*feature", &["mona-feature", "feature", "ver-10-feature"], &["x/feature"]),
            ("v2*", &["v2", "v2.0", "v2.9"], &["v3", "v2/0"]),
            ("v[12].[0-9]+.[0-9]+", &["v1.10.1", "v2.0.0"], &["v3.0.0", "v1.0", "v1x0.0"]),
            ("*.jsx?", &["page.js", "page.jsx"], &["page.jsxx", "a/page.js", "page.j"]),
            ("**.js", &["index.js", "js/index.js", "src/js/app.js"], &["index.jsx"]),
            ("docs/*", &["docs/README.md", "docs/file.txt"], &["docs/a/b", "docs"]),
            ("docs/**", &["docs/README.md", "docs/mona/octocat.txt"], &["docs", "a/docs/x"]),
            ("docs/**/*.md", &["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"], &["docs.md"]),
            ("**/docs/**", &["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"], &["mydocs/a"]),
            ("**/README.md", &["README.md", "js/README.md", "a/b/README.md"], &["xREADME.md", "README.md/x"]),
            ("**/*src/**", &["a/src/app.js", "my-src/code/js/app.js"], &["src.js"]),
            ("**/*-post.md", &["my-post.md", "path/their-post.md"], &["my-posts.md"]),
            ("**/migrate-*.sql", &["migrate-10909.sql", "db/migrate-v1.0.sql"], &["db/migrate.sql"]),
            ("*.md", &["README.md"], &["docs/hello.md"]),
            ("octo?", &["oct", "octo"], &["octoo", "octx"]),
            ("fo+", &["fo", "fooo"], &["f"]),
            ("[CDF]x", &["Cx", "Fx"], &["cx", "Ex"]),
            ("[a-c]+[0-9]?", &["a", "abc9"], &["", "9", "a99"]),
            (r"a\*b\?", &["a*b?"], &["axb", "a*b"]),
            (r"\!x", &["!x"], &["x"]),
            ("a.b", &["a.b"], &["axb"]),
            ("***", &["a/b"], &[]),
        ];
        for (pattern, yes, no) in cases {
            let glob = Glob::new(pattern).unwrap();
            for text in yes {
                assert!(glob.is_match(text), "{pattern} should match {text}");
            }
            for text in no {
                assert!(!glob.is_match(text), "{pattern} should not match {text}");
            }
        }
    }

    #[test]
    fn faults_are_found_where_they_are() {
        let cases = [
            ("", 0),
            ("v[0-9", 1),
            ("v[]", 1),
            ("v[^a]", 2),
            ("v[9-0]", 2),
            ("v[a-Z]", 2),
            ("v[.]", 2),
            ("?a", 0),
            ("+", 0),
            ("a*+", 2),
            ("a++", 2),
            ("ä?+", 3),
            (r"a\", 1),
        ];
        for (pattern, offset) in cases {
            assert_eq!(Glob::new(pattern).unwrap_err().offset, offset, "{pattern}");
        }
        assert_eq!(GlobList::new(["a", "!b["]).unwrap_err().offset, 2);
        assert!(GlobList::new(["!a", "!b"]).is_err());
        assert!(Glob::new(&"a".repeat(PATTERN_BYTES + 1)).is_err());
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let list = GlobList::new(["*.md", "!README.md", "README*"]).unwrap();
        assert!(list.is_match("README.md"));
        let list = GlobList::new(["*.md", "!README.md"]).unwrap();
        assert!(list.is_match("a.md") && !list.is_match("README.md") && !list.is_match("a.txt"));
        assert!(!GlobList::default().is_match(""));
        assert_eq!(list.patterns().collect::<Vec<_>>(), ["*.md", "!README.md"]);
    }

    #[test]
    fn literals_are_known_when_nothing_is_left_open() {
        assert_eq!(GlobList::new(["main", r"a\*"]).unwrap().literals().unwrap(), ["main", "a*"]);
        assert_eq!(GlobList::new(["main", "dev", "!dev"]).unwrap().literals().unwrap(), ["main"]);
        assert_eq!(GlobList::new(["main", "v?x"]).unwrap().literals(), None);
    }

    #[test]
    fn a_wider_list_is_told_where_it_is_plain() {
        let list = |patterns: &[&str]| GlobList::new(patterns.iter().copied()).unwrap();
        for (wide, narrow) in [
            (&["*"][..], &["latest", "v[0-9]+.[0-9]*"][..]),
            (&["v*"], &["v1.?", "v+", "v**", "v*", "v", "v[0-9]"]),
            (&["*-*"], &["pr-*", "*-x-*"]),
            (&["latest", "v[0-9]+"], &["v[0-9]+", "latest"]),
            (&["*", "!latest"], &["v1", "v2"]),
            (&["*", "!latest"], &["*", "!latest"]),
            (&["a*"], &["ab*", "!abc"]),
        ] {
            assert!(list(wide).covers(&list(narrow)), "{wide:?} over {narrow:?}");
        }
        for (wide, narrow) in [
            (&["v*"][..], &["v?x"][..]),
            (&["v*"], &["v*", "latest"]),
            (&[r"v\*"], &["v*"]),
            (&["*-*"], &["[a-z]x"]),
            (&["*a*"], &["[ab]", "a"]),
            (&["*", "!latest"], &["latest"]),
            (&["*", "!latest"], &["l*"]),
            (&["v1*"], &["v*"]),
            (&["v[0-9]"], &["v[0-9]+"]),
            (&["a+"], &["a*"]),
        ] {
            assert!(!list(wide).covers(&list(narrow)), "{wide:?} over {narrow:?}");
        }
    }

    #[test]
    fn hostile_patterns_take_linear_time() {
        // A backtracking matcher would need more steps than there are atoms for any of these.
        let text = "a".repeat(2_000);
        for pattern in ["*a+", "**a?", "a?a+"] {
            let glob = Glob::new(&format!("{}b", pattern.repeat(200))).unwrap();
            assert!(!glob.is_match(&text), "{pattern}");
            assert!(glob.is_match(&format!("{text}b")), "{pattern}");
        }
    }

    /// The rules again, as a plain backtracking search over the pattern's text.
    fn reference(pattern: &[char], text: &[char], starts_segment: bool) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', '*', rest @ ..] => {
                let rest = &rest[rest.iter().take_while(|c| **c == '*').count()..];
                if starts_segment && let ['/', below @ ..] = rest {
                    return reference(below, text, true)
                        || (0..text.len()).any(|i| text[i] == '/' && reference(below, &text[i + 1..], true));
                }
                (0..=text.len()).any(|i| reference(rest, &text[i..], false))
            }
            ['*', rest @ ..] => {
                let room = text.iter().take_while(|c| **c != '/').count();
                (0..=room).any(|i| reference(rest, &text[i..], false))
            }
            [first, quantifier @ ('?' | '+'), rest @ ..] => {
                let most = if *quantifier == '?' { 1 } else { usize::MAX };
                let least = usize::from(*quantifier == '+');
                let run = text.iter().take_while(|c| *c == first).count().min(most);
                (least..=run).any(|i| reference(rest, &text[i..], false))
            }
            [first, rest @ ..] => text.first() == Some(first) && reference(rest, &text[1..], *first == '/'),
        }
    }

    proptest! {
        #[test]
        fn the_matcher_agrees_with_a_plain_search(pattern in "[ab/*?+]{1,8}", text in "[ab/]{0,8}") {
            if let Ok(glob) = Glob::new(&pattern) {
                let (p, t): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
                prop_assert_eq!(glob.is_match(&text), reference(&p, &t, true), "{} on {}", pattern, text);
            }
        }

        #[test]
        fn a_sample_matches(pattern in "[ab/*?+]{1,8}") {
            if let Ok(glob) = Glob::new(&pattern) {
                prop_assert!(glob.is_match(&glob.sample()), "{} is no {}", glob.sample(), pattern);
            }
        }

        #[test]
        fn a_list_takes_all_that_one_takes_that_it_covers(
            wide in "!?[ab*?+]{1,4}", narrow in "[ab*?+]{1,5}", texts in proptest::collection::vec("[ab]{0,5}", 8)
        ) {
            if let (Ok(wide), Ok(narrow)) = (GlobList::new(["*", &wide]), GlobList::new([narrow.as_str()]))
                && wide.covers(&narrow)
            {
                for text in texts {
                    prop_assert!(wide.is_match(&text) || !narrow.is_match(&text), "{} in {:?} over {:?}", text, wide, narrow);
                }
            }
        }

        #[test]
        fn any_text_compiles_or_fails_inside_itself(pattern in ".{0,40}", text in ".{0,40}") {
            match Glob::new(&pattern) {
                Ok(glob) => { glob.is_match(&text); }
                Err(error) => prop_assert!(error.offset <= pattern.len()),
            }
        }
    }
}
