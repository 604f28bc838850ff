//! The search: backtracking with stacks of its own, so that no pattern and no input can overflow the machine's, and with a bound on its steps.

use super::error::StepLimit;
use super::fold::Case;
use super::limits;
use super::node::{Direction, Greed, Place, Polarity, Repetition};
use super::program::{Item, Loop, Op, Program};
use super::unicode;

/// The value of a register that nothing was written to.
pub(super) const NOTHING: usize = usize::MAX;

/// How many steps searches may still take. One budget may serve several searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    steps: usize,
}

impl Default for Budget {
    /// [`limits::STEPS`] steps.
    fn default() -> Self {
        Self::new(limits::STEPS)
    }
}

impl Budget {
    /// A budget of so many steps.
    pub fn new(steps: usize) -> Self {
        Self { steps }
    }

    /// What is left of it.
    pub fn steps(&self) -> usize {
        self.steps
    }

    fn spend(&mut self, steps: usize) -> Result<(), StepLimit> {
        self.steps = self.steps.checked_sub(steps).ok_or(StepLimit)?;
        Ok(())
    }
}

/// A way back, or what to undo on the way.
#[derive(Debug, Clone, Copy)]
enum Entry {
    /// Go on at this address and position.
    Branch { op: usize, at: usize },
    /// Give a register its value back.
    Restore { register: usize, value: usize },
    /// The run at this address may take fewer characters, down to the position `least`.
    Shorter { op: usize, least: usize, at: usize },
    /// The run at this address may take so many more characters.
    Longer { op: usize, more: usize, at: usize },
}

/// Where a search stands.
pub(super) struct Machine<'a> {
    program: &'a Program,
    input: &'a [u16],
    budget: &'a mut Budget,
    registers: Vec<usize>,
    stack: Vec<Entry>,
}

/// Goes on at an address and a position, or back.
type Next = Result<Option<(usize, usize)>, StepLimit>;

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a Program, input: &'a [u16], budget: &'a mut Budget) -> Self {
        Self { program, input, budget, registers: vec![NOTHING; program.registers], stack: Vec::new() }
    }

    /// The registers, after a match.
    pub(super) fn registers(&self) -> &[usize] {
        &self.registers
    }

    /// Whether there is a match at a position. If not, the machine is as it was before.
    pub(super) fn matches(&mut self, start: usize) -> Result<bool, StepLimit> {
        if self.program.first.is_some_and(|item| self.one(item, Direction::Forward, start).is_none()) {
            self.budget.spend(1)?;
            return Ok(false);
        }
        let (mut op, mut at) = (0, start);
        loop {
            self.budget.spend(1)?;
            let Some(code) = self.program.ops.get(op) else { return Ok(false) };
            if *code == Op::Match {
                return Ok(true);
            }
            let next = match self.step(*code, op, at)? {
                Some(next) => Some(next),
                None => self.back()?,
            };
            let Some(next) = next else { return Ok(false) };
            (op, at) = next;
        }
    }

    fn step(&mut self, code: Op, op: usize, at: usize) -> Next {
        let next = op + 1;
        Ok(match code {
            Op::One(item, direction) => self.one(item, direction, at).map(|at| (next, at)),
            Op::Run(item, direction, repetition) => self.run(item, direction, repetition, op, at)?,
            Op::Place(place) => self.is_at(place, at).then_some((next, at)),
            Op::Reference(group, direction) => self.reference(group, direction, at)?.map(|at| (next, at)),
            Op::Save(register) => {
                self.set(register, at)?;
                Some((next, at))
            }
            Op::Reset(from, to) => {
                self.forget(from, to)?;
                Some((next, at))
            }
            Op::Fork(other) => {
                self.push(Entry::Branch { op: other, at })?;
                Some((next, at))
            }
            Op::Jump(to) => Some((to, at)),
            Op::Begin(index) => {
                if let Some(this) = self.program.loops.get(index) {
                    self.set(this.count, 0)?;
                }
                Some((next, at))
            }
            Op::Repeat(index) => match self.program.loops.get(index) {
                Some(this) => self.repeat(this, at)?,
                None => None,
            },
            Op::Round(index) => {
                if let Some(this) = self.program.loops.get(index) {
                    self.round(this, at)?;
                }
                Some((next, at))
            }
            Op::Again(index) => self.program.loops.get(index).and_then(|this| {
                // A round beyond what must be there, and that took nothing, was none.
                let empty = self.get(this.began) == at && self.get(this.count) > this.repetition.min;
                (!empty).then_some((this.start, at))
            }),
            Op::Look(polarity, register, end) => {
                if polarity == Polarity::Negative {
                    self.push(Entry::Branch { op: end, at })?;
                }
                // Nobody goes back into the body once it has ended, so these two need no undoing.
                self.put(register, self.stack.len());
                self.put(register + 1, at);
                Some((next, at))
            }
            Op::Looked(polarity, register) => self.looked(polarity, register, next)?,
            Op::Match => None,
        })
    }

    fn get(&self, register: usize) -> usize {
        self.registers.get(register).copied().unwrap_or(NOTHING)
    }

    fn put(&mut self, register: usize, value: usize) {
        if let Some(place) = self.registers.get_mut(register) {
            *place = value;
        }
    }

    /// Writes a register, and remembers what was there.
    fn set(&mut self, register: usize, value: usize) -> Result<(), StepLimit> {
        let old = self.get(register);
        if old != value {
            self.push(Entry::Restore { register, value: old })?;
            self.put(register, value);
        }
        Ok(())
    }

    fn forget(&mut self, from: usize, to: usize) -> Result<(), StepLimit> {
        self.budget.spend(to.saturating_sub(from))?;
        (from..to).try_for_each(|register| self.set(register, NOTHING))
    }

    fn push(&mut self, entry: Entry) -> Result<(), StepLimit> {
        if self.stack.len() >= limits::STACK {
            return Err(StepLimit);
        }
        self.stack.push(entry);
        Ok(())
    }

    /// The last way back.
    fn back(&mut self) -> Next {
        while let Some(entry) = self.stack.pop() {
            self.budget.spend(1)?;
            match entry {
                Entry::Restore { register, value } => self.put(register, value),
                Entry::Branch { op, at } => return Ok(Some((op, at))),
                Entry::Shorter { op, least, at } => {
                    let Some(Op::Run(_, direction, _)) = self.program.ops.get(op) else { continue };
                    let opposite = match direction {
                        Direction::Forward => Direction::Backward,
                        Direction::Backward => Direction::Forward,
                    };
                    let Some((_, at)) = self.read(opposite, at) else { continue };
                    if at != least {
                        self.push(Entry::Shorter { op, least, at })?;
                    }
                    return Ok(Some((op + 1, at)));
                }
                Entry::Longer { op, more, at } => {
                    let Some(Op::Run(item, direction, _)) = self.program.ops.get(op) else { continue };
                    let Some(at) = self.one(*item, *direction, at) else { continue };
                    if more > 1 {
                        self.push(Entry::Longer { op, more: more - 1, at })?;
                    }
                    return Ok(Some((op + 1, at)));
                }
            }
        }
        Ok(None)
    }

    fn read(&self, direction: Direction, at: usize) -> Option<(u32, usize)> {
        read(self.input, self.program.unicode, direction, at)
    }

    /// The position beyond a character that matches.
    fn one(&self, item: Item, direction: Direction, at: usize) -> Option<usize> {
        let (c, next) = self.read(direction, at)?;
        let c = self.program.case.canonical(c);
        let fits = match item {
            Item::Character(expected) => c == expected,
            Item::Class(class) => self.program.classes.get(class).is_some_and(|class| class.contains(c)),
        };
        fits.then_some(next)
    }

    fn run(&mut self, item: Item, direction: Direction, repetition: Repetition, op: usize, start: usize) -> Next {
        let Repetition { min, max, greed } = repetition;
        let wanted = if greed == Greed::Greedy { max } else { min };
        let (mut at, mut least, mut taken) = (start, start, 0);
        while taken < wanted {
            let Some(next) = self.one(item, direction, at) else { break };
            self.budget.spend(1)?;
            at = next;
            taken += 1;
            if taken == min {
                least = at;
            }
        }
        if taken < min {
            return Ok(None);
        }
        if greed == Greed::Lazy && max > min {
            self.push(Entry::Longer { op, more: max - min, at })?;
        } else if at != least {
            self.push(Entry::Shorter { op, least, at })?;
        }
        Ok(Some((op + 1, at)))
    }

    /// ECMA-262, `RepeatMatcher`.
    fn repeat(&mut self, this: &Loop, at: usize) -> Next {
        let rounds = self.get(this.count);
        let Repetition { min, max, greed } = this.repetition;
        let (round, end) = (this.start + 1, this.end);
        if rounds >= max {
            return Ok(Some((end, at)));
        }
        if rounds < min {
            return Ok(Some((round, at)));
        }
        let (now, later) = if greed == Greed::Greedy { (round, end) } else { (end, round) };
        self.push(Entry::Branch { op: later, at })?;
        Ok(Some((now, at)))
    }

    fn round(&mut self, this: &Loop, at: usize) -> Result<(), StepLimit> {
        self.set(this.count, self.get(this.count).saturating_add(1))?;
        self.set(this.began, at)?;
        self.forget(this.groups.0, this.groups.1)
    }

    fn is_at(&self, place: Place, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.input.get(before));
        let after = self.input.get(at);
        let line_end = |unit: &u16| self.program.multiline && matches!(unit, 0x0A | 0x0D | 0x2028 | 0x2029);
        match place {
            Place::Start => before.is_none_or(line_end),
            Place::End => after.is_none_or(line_end),
            Place::Boundary(polarity) => {
                let word = |unit: Option<&u16>| unit.is_some_and(|unit| self.is_word(*unit));
                (word(before) != word(after)) == (polarity == Polarity::Positive)
            }
        }
    }

    /// Characters of words are single code units all.
    fn is_word(&self, unit: u16) -> bool {
        let ascii = u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        ascii || (self.program.case == Case::Folded && matches!(unit, 0x17F | 0x212A))
    }

    /// The position beyond another occurrence of what a group took.
    fn reference(&mut self, group: usize, direction: Direction, at: usize) -> Result<Option<usize>, StepLimit> {
        let (start, end) = (self.get(2 * group), self.get(2 * group + 1));
        if start == NOTHING || end == NOTHING {
            return Ok(Some(at));
        }
        let (mut taken, stop) = match direction {
            Direction::Forward => (start, end),
            Direction::Backward => (end, start),
        };
        let mut at = at;
        while taken != stop {
            self.budget.spend(1)?;
            let (Some((expected, beyond)), Some((c, next))) = (self.read(direction, taken), self.read(direction, at))
            else {
                return Ok(None);
            };
            if self.program.case.canonical(expected) != self.program.case.canonical(c) {
                return Ok(None);
            }
            (taken, at) = (beyond, next);
        }
        Ok(Some(at))
    }

    fn looked(&mut self, polarity: Polarity, register: usize, next: usize) -> Next {
        let height = self.get(register);
        let start = self.get(register + 1);
        if polarity == Polarity::Positive {
            // The groups stay, so what undoes them stays too; the ways back go.
            let mut kept = height;
            for index in height..self.stack.len() {
                self.budget.spend(1)?;
                if matches!(self.stack.get(index), Some(Entry::Restore { .. })) {
                    self.stack.swap(kept, index);
                    kept += 1;
                }
            }
            self.stack.truncate(kept);
            return Ok(Some((next, start)));
        }
        // The last one is the way on, had the body not matched.
        while self.stack.len() >= height {
            self.budget.spend(1)?;
            match self.stack.pop() {
                Some(Entry::Restore { register, value }) => self.put(register, value),
                Some(_) => {}
                None => break,
            }
        }
        Ok(None)
    }
}

/// The character before or after a position, and the position beyond it. With `pairs`, two surrogates are one character.
pub(super) fn read(input: &[u16], pairs: bool, direction: Direction, at: usize) -> Option<(u32, usize)> {
    let unit = |at: usize| input.get(at).map(|unit| u32::from(*unit));
    match direction {
        Direction::Forward => {
            let c = unit(at)?;
            match unit(at + 1).filter(|_| pairs).and_then(|low| unicode::pair(c, low)) {
                Some(pair) => Some((pair, at + 2)),
                None => Some((c, at + 1)),
            }
        }
        Direction::Backward => {
            let before = at.checked_sub(1)?;
            let c = unit(before)?;
            let high = before.checked_sub(1).filter(|_| pairs);
            match high.and_then(unit).and_then(|high| unicode::pair(high, c)) {
                Some(pair) => Some((pair, before - 1)),
                None => Some((c, before)),
            }
        }
    }
}
