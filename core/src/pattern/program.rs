//! What a pattern is compiled to, and the compiler.

use super::bytes::Bytes;
use super::node::{Greed, Look, Node, Repeat};
use super::parse::Parsed;
use crate::limits::REGEX_OPERATIONS;

/// A step of the machine. Addresses are indices of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Byte(u8),
    /// One of the program's sets.
    Set(u32),
    Look(Look),
    /// Writes the place into a slot.
    Save(u32),
    Jump(u32),
    /// Goes on at both, and prefers what the first finds.
    Fork(u32, u32),
    Match,
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    pub(super) sets: Vec<Bytes>,
    /// The name of each group, the whole pattern being the first.
    pub(super) groups: Vec<Option<String>>,
    /// Whether a match begins where the text does.
    pub(super) anchored: bool,
    /// The bytes that a match begins with; none when a match may be empty.
    pub(super) first: Option<Bytes>,
}

/// The program would have more than [`REGEX_OPERATIONS`] steps.
pub(super) struct TooLarge;

/// Compiles a tree.
pub(super) fn compile(parsed: Parsed) -> Result<Program, TooLarge> {
    let mut compiler = Compiler { ops: Vec::new(), sets: Vec::new() };
    compiler.node(&Node::Group(0, Box::new(parsed.node)))?;
    compiler.push(Op::Match)?;
    let Compiler { ops, sets } = compiler;
    let (anchored, first) = start(&ops, &sets);
    Ok(Program { ops, sets, groups: parsed.groups, anchored, first })
}

struct Compiler {
    ops: Vec<Op>,
    sets: Vec<Bytes>,
}

impl Program {
    /// The step at an address.
    pub(super) fn op(&self, at: u32) -> Option<Op> {
        self.ops.get(usize::try_from(at).ok()?).copied()
    }

    /// Whether a step takes a byte; nothing when it does not wait for one.
    pub(super) fn takes(&self, op: Op, byte: Option<u8>) -> Option<bool> {
        match op {
            Op::Byte(wanted) => Some(byte == Some(wanted)),
            Op::Set(number) => {
                Some(byte.is_some_and(|byte| set_of(&self.sets, number).is_some_and(|set| set.has(byte))))
            }
            _ => None,
        }
    }
}

impl Compiler {
    /// The address of the next step.
    fn here(&self) -> u32 {
        u32::try_from(self.ops.len()).unwrap_or(u32::MAX)
    }

    fn push(&mut self, op: Op) -> Result<u32, TooLarge> {
        if self.ops.len() >= REGEX_OPERATIONS {
            return Err(TooLarge);
        }
        self.ops.push(op);
        Ok(self.here() - 1)
    }

    /// Writes a step that had to wait for an address.
    fn set(&mut self, at: u32, op: Op) {
        if let Some(place) = usize::try_from(at).ok().and_then(|at| self.ops.get_mut(at)) {
            *place = op;
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), TooLarge> {
        match node {
            Node::Empty => {}
            Node::Byte(byte) => {
                self.push(Op::Byte(*byte))?;
            }
            Node::Set(set) => {
                let known = self.sets.iter().position(|known| known == set);
                let number = known.unwrap_or(self.sets.len());
                if known.is_none() {
                    self.sets.push(*set);
                }
                self.push(Op::Set(u32::try_from(number).unwrap_or(u32::MAX)))?;
            }
            Node::Look(look) => {
                self.push(Op::Look(*look))?;
            }
            Node::Sequence(nodes) => {
                for node in nodes {
                    self.node(node)?;
                }
            }
            Node::Either(nodes) => self.either(nodes)?,
            Node::Repeat(node, repeat) => self.repeat(node, *repeat)?,
            Node::Group(number, node) => {
                let slot = u32::try_from(2 * number).unwrap_or(u32::MAX);
                self.push(Op::Save(slot))?;
                self.node(node)?;
                self.push(Op::Save(slot + 1))?;
            }
        }
        Ok(())
    }

    fn either(&mut self, nodes: &[Node]) -> Result<(), TooLarge> {
        let Some((last, others)) = nodes.split_last() else { return Ok(()) };
        let mut ends = Vec::new();
        for node in others {
            let fork = self.push(Op::Match)?;
            self.node(node)?;
            ends.push(self.push(Op::Match)?);
            self.set(fork, Op::Fork(fork + 1, self.here()));
        }
        self.node(last)?;
        for end in ends {
            self.set(end, Op::Jump(self.here()));
        }
        Ok(())
    }

    fn repeat(&mut self, node: &Node, repeat: Repeat) -> Result<(), TooLarge> {
        let Repeat { mut min, mut max, greed } = repeat;
        if node.has_no_bytes() {
            min = min.min(1);
            max = Some(max.map_or(1, |max| max.min(1)));
        }
        let fork = |round, on| match greed {
            Greed::Greedy => Op::Fork(round, on),
            Greed::Lazy => Op::Fork(on, round),
        };
        let Some(max) = max else {
            for _ in 1..min {
                self.node(node)?;
            }
            // A round that may be empty is asked for after it rather than before: so the first one, which may find nothing, counts as one.
            let before = if min == 0 { Some(self.push(Op::Match)?) } else { None };
            let round = self.here();
            self.node(node)?;
            let (on, back) = match before {
                Some(before) if node.has_bytes() => (self.push(Op::Jump(before))? + 1, None),
                _ => {
                    let back = self.push(Op::Match)?;
                    (back + 1, Some(back))
                }
            };
            for at in [before, back].into_iter().flatten() {
                self.set(at, fork(round, on));
            }
            return Ok(());
        };
        for _ in 0..min {
            self.node(node)?;
        }
        let mut forks = Vec::new();
        for _ in min..max {
            forks.push(self.push(Op::Match)?);
            self.node(node)?;
        }
        for at in forks {
            self.set(at, fork(at + 1, self.here()));
        }
        Ok(())
    }
}

/// Whether matches begin where the text does, and the bytes that they begin with.
fn start(ops: &[Op], sets: &[Bytes]) -> (bool, Option<Bytes>) {
    let anchored = reached(ops, |look| look != Look::Start).is_empty();
    let mut first = Bytes::default();
    for op in reached(ops, |_| true) {
        match op {
            Op::Byte(byte) => first.add(byte),
            Op::Set(number) => first = first.or(set_of(sets, number).copied().unwrap_or_default()),
            _ => return (anchored, None),
        }
    }
    (anchored, Some(first))
}

/// The set of that number.
fn set_of(sets: &[Bytes], number: u32) -> Option<&Bytes> {
    sets.get(usize::try_from(number).ok()?)
}

/// The steps for a byte, or the end, that a match can begin with when it goes past some conditions.
fn reached(ops: &[Op], passes: impl Fn(Look) -> bool) -> Vec<Op> {
    let (mut seen, mut rest, mut found) = (vec![false; ops.len()], vec![0], Vec::new());
    while let Some(at) = rest.pop() {
        let Ok(index) = usize::try_from(at) else { continue };
        let (Some(seen @ false), Some(op)) = (seen.get_mut(index), ops.get(index)) else { continue };
        *seen = true;
        match *op {
            Op::Byte(_) | Op::Set(_) | Op::Match => found.push(*op),
            Op::Look(look) if !passes(look) => {}
            Op::Look(_) | Op::Save(_) => rest.push(at + 1),
            Op::Jump(to) => rest.push(to),
            Op::Fork(one, two) => rest.extend([one, two]),
        }
    }
    found
}
