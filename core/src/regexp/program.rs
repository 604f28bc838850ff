//! What a pattern is compiled to.

use super::fold::Case;
use super::node::{Direction, Place, Polarity, Repetition};
use super::set::Set;

/// What matches one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// This one, canonical.
    Character(u32),
    /// One of the program's classes.
    Class(usize),
}

/// An instruction. Addresses are indices of instructions, registers are indices too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// One character.
    One(Item, Direction),
    /// A repetition of one character, with a single way back for all of its lengths.
    Run(Item, Direction, Repetition),
    Place(Place),
    /// A back-reference to a group.
    Reference(usize, Direction),
    /// Writes the position into a register.
    Save(usize),
    /// Forgets the registers from one to before another.
    Reset(usize, usize),
    /// Goes on here, and remembers an address for later.
    Fork(usize),
    Jump(usize),
    /// Sets the counter of one of the program's loops to zero.
    Begin(usize),
    /// Decides whether a loop goes round again.
    Repeat(usize),
    /// Begins a loop's round.
    Round(usize),
    /// The end of a loop's body.
    Again(usize),
    /// Begins a look-around, which uses two registers from this one; a negative one goes on at the address.
    Look(Polarity, usize, usize),
    /// The body of a look-around has matched.
    Looked(Polarity, usize),
    Match,
}

/// A repetition of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loop {
    pub(super) repetition: Repetition,
    /// Register of the number of rounds.
    pub(super) count: usize,
    /// Register of the place where the round began; the check for empty rounds needs it.
    pub(super) began: usize,
    /// Registers of the groups inside, which each round forgets.
    pub(super) groups: (usize, usize),
    /// Address of [`Op::Repeat`].
    pub(super) start: usize,
    /// Address after [`Op::Again`].
    pub(super) end: usize,
}

/// A class with a table for ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    ascii: u128,
    set: Set,
    negated: bool,
}

impl Table {
    pub(super) fn new(set: Set, negated: bool) -> Self {
        let ascii = (0..128).filter(|c| set.contains(*c) != negated).fold(0, |bits, c| bits | 1 << c);
        Self { ascii, set, negated }
    }

    /// Whether a canonical character is in the class.
    pub(super) fn contains(&self, c: u32) -> bool {
        if c < 128 { self.ascii >> c & 1 != 0 } else { self.set.contains(c) != self.negated }
    }
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    pub(super) loops: Vec<Loop>,
    pub(super) classes: Vec<Table>,
    /// What the first character of a match is, if every match has one and it is always of the same kind.
    pub(super) first: Option<Item>,
    /// Registers: two for each group, the whole match being group 0, then those of loops and look-arounds.
    pub(super) registers: usize,
    pub(super) case: Case,
    /// Whether characters are code points.
    pub(super) unicode: bool,
    pub(super) multiline: bool,
}
