//! From a pattern's tree to its program. Loops are counted and never unrolled, so a program is no longer than a few instructions for each
//! character of the pattern.

use super::flags::{Flag, Flags};
use super::fold::Case;
use super::node::{Direction, Node, Polarity, Repetition, Tree};
use super::program::{Item, Loop, Op, Program, Table};

/// Compiles a tree.
pub(super) fn compile(tree: Tree, flags: Flags) -> Program {
    let mut compiler = Compiler { ops: Vec::new(), loops: Vec::new(), registers: 2 * (tree.groups + 1) };
    compiler.group(0, &tree.root, Direction::Forward);
    compiler.ops.push(Op::Match);
    let first = first(&tree.root).ok().flatten();
    let classes = tree.classes.into_iter().map(|class| Table::new(class.set, class.negated)).collect();
    Program {
        ops: compiler.ops,
        loops: compiler.loops,
        classes,
        first,
        registers: compiler.registers,
        case: Case::of(flags),
        unicode: flags.has_unicode_mode(),
        multiline: flags.has(Flag::Multiline),
    }
}

struct Compiler {
    ops: Vec<Op>,
    loops: Vec<Loop>,
    registers: usize,
}

impl Compiler {
    /// The address of the next instruction.
    fn here(&self) -> usize {
        self.ops.len()
    }

    /// Puts an instruction in the place of one that waited for an address.
    fn patch(&mut self, at: usize, op: Op) {
        if let Some(waiting) = self.ops.get_mut(at) {
            *waiting = op;
        }
    }

    /// Two registers.
    fn registers(&mut self) -> usize {
        self.registers += 2;
        self.registers - 2
    }

    fn node(&mut self, node: &Node, direction: Direction) {
        match node {
            Node::Empty | Node::Name(_) => {}
            Node::Character(c) => self.ops.push(Op::One(Item::Character(*c), direction)),
            Node::Class(class) => self.ops.push(Op::One(Item::Class(*class), direction)),
            Node::Place(place) => self.ops.push(Op::Place(*place)),
            Node::Reference(group) => self.ops.push(Op::Reference(*group, direction)),
            Node::Sequence(list) if direction == Direction::Forward => {
                for node in list {
                    self.node(node, direction);
                }
            }
            Node::Sequence(list) => {
                for node in list.iter().rev() {
                    self.node(node, direction);
                }
            }
            Node::Either(list) => self.either(list, direction),
            Node::Group(group, body) => self.group(*group, body, direction),
            Node::Look(direction, polarity, body) => self.look(*direction, *polarity, body),
            Node::Repeat(repetition, groups, body) => self.repeat(*repetition, *groups, body, direction),
        }
    }

    fn group(&mut self, group: usize, body: &Node, direction: Direction) {
        let (enter, leave) = match direction {
            Direction::Forward => (2 * group, 2 * group + 1),
            Direction::Backward => (2 * group + 1, 2 * group),
        };
        self.ops.push(Op::Save(enter));
        self.node(body, direction);
        self.ops.push(Op::Save(leave));
    }

    fn either(&mut self, list: &[Node], direction: Direction) {
        let mut ends = Vec::new();
        for (index, node) in list.iter().enumerate() {
            let fork = self.here();
            let more = index + 1 < list.len();
            if more {
                self.ops.push(Op::Fork(0));
            }
            self.node(node, direction);
            if more {
                ends.push(self.here());
                self.ops.push(Op::Jump(0));
                self.patch(fork, Op::Fork(self.here()));
            }
        }
        for end in ends {
            self.patch(end, Op::Jump(self.here()));
        }
    }

    fn look(&mut self, direction: Direction, polarity: Polarity, body: &Node) {
        let start = self.here();
        let registers = self.registers();
        self.ops.push(Op::Look(polarity, registers, 0));
        self.node(body, direction);
        self.ops.push(Op::Looked(polarity, registers));
        self.patch(start, Op::Look(polarity, registers, self.here()));
    }

    fn repeat(&mut self, repetition: Repetition, groups: (usize, usize), body: &Node, direction: Direction) {
        if repetition.max == 0 {
            return;
        }
        let item = match body {
            Node::Character(c) => Some(Item::Character(*c)),
            Node::Class(class) => Some(Item::Class(*class)),
            _ => None,
        };
        if let Some(item) = item {
            self.ops.push(Op::Run(item, direction, repetition));
            return;
        }
        let groups = (2 * groups.0, 2 * groups.1);
        let reset = if groups.0 < groups.1 { Some(Op::Reset(groups.0, groups.1)) } else { None };
        if takes_nothing(body) {
            // Once is as good as often, and when it need not be there, an empty round counts for nothing.
            if repetition.min > 0 {
                self.ops.extend(reset);
                self.node(body, direction);
            }
            return;
        }
        if (repetition.min, repetition.max) == (1, 1) {
            self.ops.extend(reset);
            return self.node(body, direction);
        }
        let index = self.loops.len();
        let count = self.registers();
        let mut this = Loop { repetition, count, began: count + 1, groups, start: 0, end: 0 };
        self.loops.push(this);
        self.ops.push(Op::Begin(index));
        this.start = self.here();
        self.ops.push(Op::Repeat(index));
        self.ops.push(Op::Round(index));
        self.node(body, direction);
        self.ops.push(Op::Again(index));
        this.end = self.here();
        if let Some(waiting) = self.loops.get_mut(index) {
            *waiting = this;
        }
    }
}

/// Whether a part can only match the empty string.
fn takes_nothing(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Place(_) | Node::Look(..) => true,
        Node::Character(_) | Node::Class(_) | Node::Reference(_) | Node::Name(_) => false,
        Node::Sequence(list) | Node::Either(list) => list.iter().all(takes_nothing),
        Node::Group(_, body) => takes_nothing(body),
        Node::Repeat(repetition, _, body) => repetition.max == 0 || takes_nothing(body),
    }
}

/// A match may begin with one of several kinds of characters, or be empty.
struct Various;

/// The first character of everything that a part matches; nothing when the part takes none.
fn first(node: &Node) -> Result<Option<Item>, Various> {
    match node {
        Node::Empty | Node::Place(_) | Node::Look(..) => Ok(None),
        Node::Character(c) => Ok(Some(Item::Character(*c))),
        Node::Class(class) => Ok(Some(Item::Class(*class))),
        Node::Sequence(list) => {
            for node in list {
                if let Some(item) = first(node)? {
                    return Ok(Some(item));
                }
            }
            Ok(None)
        }
        Node::Group(_, body) => first(body),
        Node::Repeat(repetition, _, body) if repetition.min > 0 => first(body),
        Node::Reference(_) | Node::Name(_) | Node::Either(_) | Node::Repeat(..) => Err(Various),
    }
}
