//! Which pieces of text a pattern cannot do without.
//!
//! Running some two hundred regular expressions over every line would take seconds. So each pattern is first reduced to a set of
//! literals of which every match contains at least one; `finder.rs` looks for all of them in one pass and runs an expression only
//! on the lines that hold one of its literals. The reader below knows as much of the syntax as the table uses: literals, escapes,
//! classes, groups without capture, alternatives, `.`, `^`, `$` and repetitions.

/// The literals of a pattern; empty when there is no such set.
pub(super) fn required(pattern: &str) -> Vec<String> {
    let mut reader = Reader { rest: pattern };
    reader.alternatives().unwrap_or_default()
}

/// A set of literals, one of which must occur; `None` when nothing must.
type Required = Option<Vec<String>>;

struct Reader<'a> {
    rest: &'a str,
}

/// One element of a sequence.
enum Piece {
    /// Continues a literal.
    Char(char),
    /// Matches nothing by itself, such as `\b`: a literal goes on behind it.
    Empty,
    /// Anything else, with what must occur in it.
    Other(Required),
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn take(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Reads up to the end or a closing parenthesis. Every branch must have a literal, or the whole has none.
    fn alternatives(&mut self) -> Required {
        let mut all = Some(Vec::new());
        loop {
            let branch = self.sequence();
            all = match (all, branch) {
                (Some(mut all), Some(branch)) => {
                    all.extend(branch);
                    Some(all)
                }
                _ => None,
            };
            if !self.take('|') {
                return all;
            }
        }
    }

    /// Reads one branch and keeps the best set of literals in it.
    fn sequence(&mut self) -> Required {
        let mut best: Required = None;
        let mut run = String::new();
        while let Some(next) = self.rest.chars().next() {
            if next == '|' || next == ')' {
                break;
            }
            let piece = self.piece();
            let least = self.least_repetitions();
            match (piece, least) {
                (Piece::Char(c), None) => run.push(c),
                (Piece::Empty, _) => {}
                (piece, repetitions) => {
                    let required = match piece {
                        Piece::Other(required) => required,
                        Piece::Char(c) => {
                            // `ab+` holds `ab`, and then the literal ends.
                            if repetitions == Some(1) {
                                run.push(c);
                            }
                            None
                        }
                        Piece::Empty => None,
                    };
                    best = better(best, literal(&mut run));
                    if repetitions != Some(0) {
                        best = better(best, required);
                    }
                }
            }
        }
        better(best, literal(&mut run))
    }

    fn piece(&mut self) -> Piece {
        match self.next() {
            None | Some('^' | '$') => Piece::Empty,
            Some('.') => Piece::Other(None),
            Some('[') => {
                self.class();
                Piece::Other(None)
            }
            Some('(') => {
                let _ = self.take('?') && self.take(':');
                let inner = self.alternatives();
                self.take(')');
                Piece::Other(inner)
            }
            Some('\\') => match self.next() {
                Some('b' | 'B' | 'A' | 'z') | None => Piece::Empty,
                Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => Piece::Other(None),
                Some('x') => {
                    let digits = self.rest.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
                    self.rest = self.rest.get(2..).unwrap_or_default();
                    digits.map_or(Piece::Other(None), |byte| Piece::Char(char::from(byte)))
                }
                Some(other) => Piece::Char(other),
            },
            Some(other) => Piece::Char(other),
        }
    }

    /// Skips a class behind its opening bracket. A bracket that closes at once is a member.
    fn class(&mut self) {
        self.take('^');
        self.take(']');
        while let Some(next) = self.next() {
            match next {
                ']' => return,
                '\\' => {
                    self.next();
                }
                _ => {}
            }
        }
    }

    /// How often the last piece must occur at least, when a repetition follows: 0 or 1, which stands for any more.
    fn least_repetitions(&mut self) -> Option<u8> {
        let least = if self.take('?') || self.take('*') {
            0
        } else if self.take('+') {
            1
        } else if self.take('{') {
            let zero = self.rest.starts_with(['0', ',']);
            while self.next().is_some_and(|c| c != '}') {}
            u8::from(!zero)
        } else {
            return None;
        };
        self.take('?');
        Some(least)
    }
}

fn literal(run: &mut String) -> Required {
    let run = std::mem::take(run);
    (!run.is_empty()).then(|| vec![run])
}

/// Long literals are rare ones; of equally long ones few are better than many.
fn better(one: Required, other: Required) -> Required {
    let worth = |set: &Vec<String>| (set.iter().map(String::len).min().unwrap_or(0), std::cmp::Reverse(set.len()));
    match (one, other) {
        (Some(one), Some(other)) => Some(if worth(&other) > worth(&one) { other } else { one }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_literals_of_a_pattern_are_found() {
        for (pattern, literals) in [
            ("connection reset", vec!["connection reset"]),
            (r"\beof\b|broken pipe", vec!["eof", "broken pipe"]),
            ("colou?r of .*money", vec!["r of "]),
            ("(?:read|write) tcp .*: broken", vec![": broken"]),
            ("(?:os error|errno) -?(?:104|54)", vec!["os error", "errno"]),
            ("a(?:b|cd)?efg", vec!["efg"]),
            ("x{0,3}yz", vec!["yz"]),
            ("ab+c", vec!["ab"]),
            (r"[)|\]]tail", vec!["tail"]),
            (r"it\x22s", vec!["it\"s"]),
            (r"\d+", vec![]),
            ("ab|.*", vec![]),
        ] {
            assert_eq!(required(pattern), literals, "{pattern}");
        }
    }
}
