//! From a pattern's text to its tree: the grammar of ECMA-262, without `u` and `v` with the additions of Annex B.

mod class;
mod escape;
mod group;
mod property;
mod sets;

use super::error::{PatternError, PatternErrorKind};
use super::flags::{Flag, Flags};
use super::fold::{Case, Closer};
use super::limits;
use super::node::{Class, Greed, Node, Place, Polarity, Repetition, Tree};
use super::set::Set;

/// What is wrong, at the place where the parser stands.
type Parsed<T> = Result<T, PatternErrorKind>;

/// Parses a pattern.
pub(super) fn parse(source: &str, flags: Flags) -> Result<Tree, PatternError> {
    let unicode = flags.has_unicode_mode();
    let text: Vec<u32> =
        if unicode { source.chars().map(u32::from).collect() } else { source.encode_utf16().map(u32::from).collect() };
    let mut parser = Parser::new(text, flags);
    parser.tree().map_err(|kind| {
        // The place is counted in what the pattern is read by.
        let mut read = 0;
        let before = source.char_indices().find(|(_, c)| {
            read += if unicode { 1 } else { c.len_utf16() };
            read > parser.at
        });
        PatternError { kind, at: before.map_or(source.len(), |(at, _)| at) }
    })
}

/// The state of parsing.
struct Parser {
    /// Code points, without `u` and `v` code units.
    text: Vec<u32>,
    at: usize,
    flags: Flags,
    case: Case,
    closer: Closer,
    /// `u` or `v`.
    unicode: bool,
    /// How many groups and classes are open.
    depth: usize,
    /// Groups that were opened so far.
    opened: usize,
    /// Groups of the whole pattern.
    groups: usize,
    /// Whether `\k` is a reference: always in the strict grammar, else when any group has a name.
    named: bool,
    names: Vec<(String, usize)>,
    /// Names that are referred to, which may come later.
    references: Vec<String>,
    classes: Vec<Class>,
    /// What names may start and go on with, apart from ASCII, once a name needs it.
    letters: Option<[Set; 2]>,
}

impl Parser {
    fn new(text: Vec<u32>, flags: Flags) -> Self {
        let unicode = flags.has_unicode_mode();
        let (groups, any_name) = group::count(&text);
        let named = unicode || any_name;
        Self {
            text,
            at: 0,
            flags,
            case: Case::of(flags),
            closer: Closer::new(Case::of(flags)),
            unicode,
            depth: 0,
            opened: 0,
            groups,
            named,
            names: Vec::new(),
            references: Vec::new(),
            classes: Vec::new(),
            letters: None,
        }
    }

    fn tree(&mut self) -> Parsed<Tree> {
        if self.text.len() > limits::PATTERN_LENGTH {
            return Err(PatternErrorKind::TooLong);
        }
        if self.groups > limits::CAPTURES {
            return Err(PatternErrorKind::TooManyCaptures);
        }
        let mut root = self.alternatives()?;
        if self.peek().is_some() {
            return Err(PatternErrorKind::UnmatchedParenthesis);
        }
        self.resolve(&mut root)?;
        let (classes, names) = (std::mem::take(&mut self.classes), std::mem::take(&mut self.names));
        Ok(Tree { root, classes, groups: self.groups, names })
    }

    /// The next character.
    fn peek(&self) -> Option<u32> {
        self.text.get(self.at).copied()
    }

    /// Takes the next character.
    fn next(&mut self) -> Option<u32> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// Takes a text if it comes next.
    fn eat(&mut self, expected: &str) -> bool {
        let comes = self.comes(expected);
        if comes {
            self.at += expected.len();
        }
        comes
    }

    /// Whether a text of ASCII comes next.
    fn comes(&self, expected: &str) -> bool {
        expected.bytes().enumerate().all(|(ahead, byte)| self.text.get(self.at + ahead) == Some(&u32::from(byte)))
    }

    /// Takes the next character if it is this digit of a base.
    fn digit(&mut self, base: u32) -> Option<u32> {
        let digit = self.peek().and_then(char::from_u32)?.to_digit(base)?;
        self.at += 1;
        Some(digit)
    }

    /// Takes a decimal number; beyond [`Repetition::UNBOUNDED`] all are that.
    fn number(&mut self) -> Option<usize> {
        let mut number = self.digit(10)? as usize;
        while let Some(digit) = self.digit(10) {
            number = number.saturating_mul(10).saturating_add(digit as usize).min(Repetition::UNBOUNDED);
        }
        Some(number)
    }

    /// Counts what is open.
    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > limits::DEPTH { Err(PatternErrorKind::TooDeep) } else { Ok(()) }
    }

    fn alternatives(&mut self) -> Parsed<Node> {
        let mut list = vec![self.sequence()?];
        while self.eat("|") {
            list.push(self.sequence()?);
        }
        Ok(if list.len() == 1 { list.pop().unwrap_or(Node::Empty) } else { Node::Either(list) })
    }

    fn sequence(&mut self) -> Parsed<Node> {
        let mut terms = Vec::new();
        while let Some(c) = self.peek().filter(|c| *c != u32::from('|') && *c != u32::from(')')) {
            let groups_before = self.opened;
            let (term, repeatable) = self.term(c)?;
            let repetition = if repeatable { self.quantifier()? } else { None };
            terms.push(match repetition {
                Some(repetition) => Node::Repeat(repetition, (groups_before + 1, self.opened + 1), Box::new(term)),
                None => term,
            });
        }
        Ok(if terms.len() == 1 { terms.pop().unwrap_or(Node::Empty) } else { Node::Sequence(terms) })
    }

    /// A term without its quantifier, and whether it may have one.
    fn term(&mut self, c: u32) -> Parsed<(Node, bool)> {
        let start = self.at;
        self.at += 1;
        let node = match char::from_u32(c) {
            Some('^') => return Ok((Node::Place(Place::Start), false)),
            Some('$') => return Ok((Node::Place(Place::End), false)),
            Some('(') => return self.group(),
            Some('[') => self.class()?,
            Some('.') => self.dot(),
            Some('\\') if self.eat("b") => return Ok((Node::Place(Place::Boundary(Polarity::Positive)), false)),
            Some('\\') if self.eat("B") => return Ok((Node::Place(Place::Boundary(Polarity::Negative)), false)),
            Some('\\') => self.escape()?,
            Some('*' | '+' | '?') => {
                self.at = start;
                return Err(PatternErrorKind::NothingToRepeat);
            }
            Some('{') => {
                self.at = start;
                if self.unicode || self.braces().is_some() {
                    self.at = start;
                    return Err(PatternErrorKind::NothingToRepeat);
                }
                self.at = start + 1;
                Node::Character(c)
            }
            Some('}' | ']') if self.unicode => {
                self.at = start;
                return Err(PatternErrorKind::LoneBracket);
            }
            _ => Node::Character(self.case.canonical(c)),
        };
        Ok((node, true))
    }

    /// A quantifier, if one comes.
    fn quantifier(&mut self) -> Parsed<Option<Repetition>> {
        let start = self.at;
        let (min, max) = match self.next().and_then(char::from_u32) {
            Some('*') => (0, Repetition::UNBOUNDED),
            Some('+') => (1, Repetition::UNBOUNDED),
            Some('?') => (0, 1),
            Some('{') => {
                self.at = start;
                match self.braces() {
                    Some(range) => range,
                    None if self.unicode => return Err(PatternErrorKind::IncompleteQuantifier),
                    None => {
                        self.at = start;
                        return Ok(None);
                    }
                }
            }
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        if min > max {
            return Err(PatternErrorKind::QuantifierOrder);
        }
        let greed = if self.eat("?") { Greed::Lazy } else { Greed::Greedy };
        Ok(Some(Repetition { min, max, greed }))
    }

    /// `{2}`, `{2,}` or `{2,3}`; for anything else the parser may stand anywhere.
    fn braces(&mut self) -> Option<(usize, usize)> {
        self.at += 1;
        let min = self.number()?;
        let max = if self.eat(",") { self.number().unwrap_or(Repetition::UNBOUNDED) } else { min };
        self.eat("}").then_some((min, max))
    }

    fn dot(&mut self) -> Node {
        let mut set = Set::default();
        if !self.flags.has(Flag::DotAll) {
            set = Set::of(&[(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)]);
        }
        self.class_node(set, true)
    }

    /// A node for a class; the same class is kept once.
    fn class_node(&mut self, set: Set, negated: bool) -> Node {
        let class = Class { set, negated };
        let index = self.classes.iter().position(|known| *known == class).unwrap_or_else(|| {
            self.classes.push(class);
            self.classes.len() - 1
        });
        Node::Class(index)
    }
}
