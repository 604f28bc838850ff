//! Runs a program over a text, all ways at once: time grows with program and text, and with nothing else.

use super::bytes::Bytes;
use super::program::{Op, Program};

/// A slot that nothing was written into.
const UNSET: usize = usize::MAX;

/// What a run needs, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    now: Ways,
    next: Ways,
    /// For each step, the last round that it was entered in.
    entered: Vec<u64>,
    round: u64,
    /// What is still to do while the ways from one step are followed.
    rest: Vec<Rest>,
    /// Slots of the way that is being followed.
    slots: Vec<usize>,
    found: Vec<usize>,
}

/// Steps that wait for a byte, the preferred ones first, each with its slots.
#[derive(Debug, Default)]
struct Ways {
    steps: Vec<u32>,
    slots: Vec<usize>,
}

impl Ways {
    fn clear(&mut self) {
        self.steps.clear();
        self.slots.clear();
    }
}

#[derive(Debug)]
enum Rest {
    Follow(u32),
    /// Puts back what a slot held.
    Restore(usize, usize),
}

/// The slots of the first match; of its groups as many are looked after as there are slots asked for. With no slots at all the run ends as
/// soon as there is a match.
pub(super) fn run<'m>(program: &Program, text: &[u8], slots: usize, memory: &'m mut Memory) -> Option<&'m [usize]> {
    let first = program.first;
    if program.anchored && first.is_some_and(|first| !text.first().is_some_and(|byte| first.has(*byte))) {
        return None;
    }
    memory.now.clear();
    if memory.entered.len() != program.ops.len() {
        memory.entered = vec![0; program.ops.len()];
        memory.round = 0;
    }
    let mut machine = Machine { program, text, slots, memory };
    machine.memory.round += 1;
    let (mut at, mut matched) = (0, false);
    loop {
        if machine.memory.now.steps.is_empty() {
            if matched || program.anchored && at > 0 {
                break;
            }
            if let Some(first) = first {
                at += skip(text.get(at..)?, first)?;
                // What was entered on the way to the place before says nothing about this one.
                machine.memory.round += 1;
            }
        }
        let byte = text.get(at).copied();
        let begins = !matched
            && (at == 0 || !program.anchored)
            && first.is_none_or(|first| byte.is_some_and(|byte| first.has(byte)));
        if begins {
            machine.memory.slots.clear();
            machine.memory.slots.resize(slots, UNSET);
            machine.follow(0, at, Side::Now);
        }
        // Where another way may begin at each byte, every byte has to be looked at.
        let alone = (matched || program.anchored) && machine.memory.now.steps.len() == 1;
        if alone && machine.straight(&mut at) {
            continue;
        }
        matched |= machine.step(byte, at);
        if matched && slots == 0 {
            break;
        }
        if byte.is_none() {
            break;
        }
        at += 1;
    }
    matched.then_some(memory.found.as_slice())
}

/// How far the next byte of a set is.
fn skip(text: &[u8], set: Bytes) -> Option<usize> {
    text.iter().position(|byte| set.has(*byte))
}

/// Which ways a step is put to.
#[derive(Clone, Copy)]
enum Side {
    Now,
    Next,
}

struct Machine<'p, 't, 'm> {
    program: &'p Program,
    text: &'t [u8],
    slots: usize,
    memory: &'m mut Memory,
}

impl Machine<'_, '_, '_> {
    /// Takes the only way along steps that follow each other, where no step has to be looked for; whether it came further. That is most of what
    /// happens behind a beginning.
    fn straight(&mut self, at: &mut usize) -> bool {
        let Some(only) = self.memory.now.steps.first_mut() else { return false };
        let start = *at;
        while let (Some(op), Some(byte), Some(next)) =
            (self.program.op(*only), self.text.get(*at), self.program.op(*only + 1))
        {
            if self.program.takes(op, Some(*byte)) != Some(true) || !matches!(next, Op::Byte(_) | Op::Set(_)) {
                break;
            }
            *only += 1;
            *at += 1;
        }
        *at > start
    }

    /// Takes every way past a byte, or to the end; whether one of them matched, in which case those behind it are given up.
    fn step(&mut self, byte: Option<u8>, at: usize) -> bool {
        self.memory.round += 1;
        let mut matched = false;
        let now = std::mem::take(&mut self.memory.now);
        for (index, step) in now.steps.iter().enumerate() {
            let slots = now.slots.get(index * self.slots..).and_then(|rest| rest.get(..self.slots)).unwrap_or_default();
            let Some(goes_on) = self.program.op(*step).and_then(|op| self.program.takes(op, byte)) else {
                matched = true;
                self.memory.found.clear();
                self.memory.found.extend_from_slice(slots);
                break;
            };
            if goes_on {
                self.memory.slots.clear();
                self.memory.slots.extend_from_slice(slots);
                self.follow(step + 1, at + 1, Side::Next);
            }
        }
        self.memory.now = std::mem::replace(&mut self.memory.next, now);
        self.memory.next.clear();
        matched
    }

    /// Goes on from a step, without a byte, to all the steps that wait for one.
    fn follow(&mut self, from: u32, at: usize, side: Side) {
        let memory = &mut *self.memory;
        let ways = match side {
            Side::Now => &mut memory.now,
            Side::Next => &mut memory.next,
        };
        memory.rest.push(Rest::Follow(from));
        while let Some(rest) = memory.rest.pop() {
            let mut step = match rest {
                Rest::Follow(step) => step,
                Rest::Restore(slot, value) => {
                    if let Some(place) = memory.slots.get_mut(slot) {
                        *place = value;
                    }
                    continue;
                }
            };
            loop {
                let index = usize::try_from(step).unwrap_or(usize::MAX);
                let (Some(entered), Some(op)) = (memory.entered.get_mut(index), self.program.ops.get(index)) else {
                    break;
                };
                if std::mem::replace(entered, memory.round) == memory.round {
                    break;
                }
                match *op {
                    Op::Jump(to) => step = to,
                    Op::Fork(preferred, other) => {
                        memory.rest.push(Rest::Follow(other));
                        step = preferred;
                    }
                    Op::Look(look) if !look.holds(self.text, at) => break,
                    Op::Look(_) => step += 1,
                    Op::Save(slot) => {
                        let slot = usize::try_from(slot).unwrap_or(usize::MAX);
                        if let Some(place) = memory.slots.get_mut(slot) {
                            memory.rest.push(Rest::Restore(slot, *place));
                            *place = at;
                        }
                        step += 1;
                    }
                    Op::Byte(_) | Op::Set(_) | Op::Match => {
                        ways.steps.push(step);
                        ways.slots.extend_from_slice(&memory.slots);
                        break;
                    }
                }
            }
        }
    }
}
