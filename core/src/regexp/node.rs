//! What a pattern says.

use super::set::Set;

/// A pattern, parsed.
#[derive(Debug)]
pub(super) struct Tree {
    /// All of it.
    pub(super) root: Node,
    /// The classes that [`Node::Class`] counts. In a pattern without regard to case they hold canonical characters.
    pub(super) classes: Vec<Class>,
    /// Number of capturing groups.
    pub(super) groups: usize,
    /// Names of groups, with their numbers.
    pub(super) names: Vec<(String, usize)>,
}

/// A class of characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) set: Set,
    /// Whether it is for the characters that are not in the set.
    pub(super) negated: bool,
}

/// Which way a part of a pattern reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    /// In a look-behind.
    Backward,
}

/// Whether something must be there or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    Positive,
    Negative,
}

/// How eager a repetition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repetition {
    pub(super) min: usize,
    /// [`Repetition::UNBOUNDED`] for no end.
    pub(super) max: usize,
    pub(super) greed: Greed,
}

impl Repetition {
    /// Stands for infinity, as in V8: a pattern's numbers above it are the same.
    pub(super) const UNBOUNDED: usize = 0x7FFF_FFFF;
}

/// An assertion about a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `^`
    Start,
    /// `$`
    End,
    /// `\b` and `\B`
    Boundary(Polarity),
}

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    Empty,
    /// A character, canonical in a pattern without regard to case.
    Character(u32),
    /// One of the tree's classes.
    Class(usize),
    Place(Place),
    /// A back-reference to a group.
    Reference(usize),
    /// A back-reference to one of the names in the parser's list; there are none in a finished tree.
    Name(usize),
    Sequence(Vec<Node>),
    /// Alternatives, the preferred one first.
    Either(Vec<Node>),
    /// A capturing group.
    Group(usize, Box<Node>),
    Look(Direction, Polarity, Box<Node>),
    /// With the first group inside and the one after the last.
    Repeat(Repetition, (usize, usize), Box<Node>),
}
