//! White-space control: the `~` flags, and lines that hold nothing but a block's tag.

use super::ast::{Block, Content, Node, Program, Strip};
use crate::tagging::metadata::js::is_space;

/// What a statement asks of the text around it.
#[derive(Default)]
struct Effect {
    /// All white space goes on this side.
    strip: Strip,
    /// The statement may stand on a line of its own, which then goes with it.
    alone: Alone,
}

/// What may stand on a line of its own.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Alone {
    #[default]
    Nothing,
    /// The statement as a whole.
    Whole,
    /// A block's tags, each by itself.
    Tags { open: bool, close: bool },
}

/// How much white space to take off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Amount {
    /// All of it.
    All,
    /// The rest of the line, once.
    Line,
}

/// Applies it to a whole template.
pub(super) fn control(program: &mut Program) {
    visit(program, Level::Root);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Inner,
}

fn visit(program: &mut Program, level: Level) {
    let body = &mut program.body;
    for at in 0..body.len() {
        let Some(effect) = body.get_mut(at).and_then(effect) else { continue };
        let before = blank_before(body, at, level);
        let after = blank_after(body, Some(at), level);
        if effect.strip.close {
            omit_right(body.get_mut(at + 1), Amount::All);
        }
        if effect.strip.open {
            omit_left(at.checked_sub(1).and_then(|at| body.get_mut(at)), Amount::All);
        }
        if effect.alone == Alone::Whole && before && after {
            omit_right(body.get_mut(at + 1), Amount::Line);
            omit_left(at.checked_sub(1).and_then(|at| body.get_mut(at)), Amount::Line);
        }
        let (open, close) = match effect.alone {
            Alone::Tags { open, close } => (open, close),
            _ => (false, false),
        };
        if open && before {
            if let Some(inner) = body.get_mut(at).and_then(first_program) {
                omit_right(inner.body.first_mut(), Amount::Line);
            }
            omit_left(at.checked_sub(1).and_then(|at| body.get_mut(at)), Amount::Line);
        }
        if close && after {
            omit_right(body.get_mut(at + 1), Amount::Line);
            if let Some(inner) = body.get_mut(at).and_then(last_program) {
                omit_left(inner.body.last_mut(), Amount::Line);
            }
        }
    }
}

fn effect(node: &mut Node) -> Option<Effect> {
    match node {
        Node::Content(_) => None,
        Node::Mustache { strip, .. } | Node::Decorator(strip) => Some(Effect { strip: *strip, alone: Alone::Nothing }),
        Node::Comment(strip) | Node::Partial { strip, .. } => Some(Effect { strip: *strip, alone: Alone::Whole }),
        Node::Block(block) | Node::PartialBlock(block) => Some(visit_block(block)),
    }
}

fn first_program(node: &mut Node) -> Option<&mut Program> {
    match node {
        Node::Block(block) | Node::PartialBlock(block) => block.program.as_mut().or(block.inverse.as_mut()),
        _ => None,
    }
}

fn last_program(node: &mut Node) -> Option<&mut Program> {
    match node {
        Node::Block(block) | Node::PartialBlock(block) => block.inverse.as_mut().or(block.program.as_mut()),
        _ => None,
    }
}

fn visit_block(block: &mut Block) -> Effect {
    for program in [&mut block.program, &mut block.inverse].into_iter().flatten() {
        visit(program, Level::Inner);
    }
    let (open, inverse_strip, close) = (block.open_strip, block.inverse_strip, block.close_strip);
    // An inverted block without `else` has its text in the inverse, and no inverse of its own.
    let (program, mut inverse) = match (&mut block.program, &mut block.inverse) {
        (Some(program), inverse) => (program, inverse.as_mut()),
        (None, Some(inverse)) => (inverse, None),
        (None, None) => return Effect::default(),
    };
    let open_standalone = blank_after(&program.body, None, Level::Inner);
    let first = inverse.as_deref_mut().and_then(first_inverse);
    let body = first.as_ref().map_or(&program.body, |first| &first.body);
    let close_standalone = blank_before(body, body.len(), Level::Inner);
    if open.close {
        omit_right(program.body.first_mut(), Amount::All);
    }
    if let Some(inverse) = inverse {
        if inverse_strip.open {
            omit_left(program.body.last_mut(), Amount::All);
        }
        if let Some(first) = first_inverse(inverse)
            && inverse_strip.close
        {
            omit_right(first.body.first_mut(), Amount::All);
        }
        if let Some(last) = last_inverse(inverse)
            && close.open
        {
            omit_left(last.body.last_mut(), Amount::All);
        }
        if let Some(first) = first_inverse(inverse)
            && blank_before(&program.body, program.body.len(), Level::Inner)
            && blank_after(&first.body, None, Level::Inner)
        {
            omit_left(program.body.last_mut(), Amount::Line);
            omit_right(first.body.first_mut(), Amount::Line);
        }
    } else if close.open {
        omit_left(program.body.last_mut(), Amount::All);
    }
    let strip = Strip { open: open.open, close: close.close };
    Effect { strip, alone: Alone::Tags { open: open_standalone, close: close_standalone } }
}

/// The text after the first `else`, be it an `else if`.
fn first_inverse(inverse: &mut Program) -> Option<&mut Program> {
    if !inverse.chained {
        return Some(inverse);
    }
    match inverse.body.first_mut() {
        Some(Node::Block(block)) => block.program.as_mut(),
        _ => None,
    }
}

/// The text whose end the closing tag may strip: Handlebars follows the programs of a chain, not its inverses.
fn last_inverse(inverse: &mut Program) -> Option<&mut Program> {
    if !inverse.chained {
        return Some(inverse);
    }
    match inverse.body.last_mut() {
        Some(Node::Block(block)) => block.program.as_mut().and_then(last_inverse),
        _ => None,
    }
}

fn text(node: Option<&Node>) -> Option<&Content> {
    match node {
        Some(Node::Content(content)) => Some(content),
        _ => None,
    }
}

/// Whether only white space stands between the statement and the line end before it.
fn blank_before(body: &[Node], at: usize, level: Level) -> bool {
    let Some(previous) = at.checked_sub(1) else { return level == Level::Root };
    let Some(content) = text(body.get(previous)) else { return false };
    let line = content.original.trim_end_matches(is_space);
    let blank = content.original.get(line.len()..).unwrap_or_default();
    let first = previous == 0 && level == Level::Root;
    blank.contains('\n') || (first && line.is_empty())
}

/// Whether only white space stands between the statement and the next line end.
fn blank_after(body: &[Node], at: Option<usize>, level: Level) -> bool {
    let next = at.map_or(0, |at| at + 1);
    if next >= body.len() {
        return level == Level::Root;
    }
    let Some(content) = text(body.get(next)) else { return false };
    let rest = content.original.trim_start_matches(is_space);
    let blank = content.original.get(..content.original.len() - rest.len()).unwrap_or_default();
    let last = next + 1 == body.len() && level == Level::Root;
    blank.contains('\n') || (last && rest.is_empty())
}

fn content(node: &mut Node) -> Option<&mut Content> {
    match node {
        Node::Content(content) => Some(content),
        _ => None,
    }
}

fn omit_right(node: Option<&mut Node>, amount: Amount) {
    let Some(content) = node.and_then(content) else { return };
    if amount == Amount::Line && content.right_stripped {
        return;
    }
    let kept = match amount {
        Amount::All => content.value.trim_start_matches(is_space),
        Amount::Line => {
            let line = content.value.trim_start_matches([' ', '\t']);
            let line = line.strip_prefix('\r').unwrap_or(line);
            line.strip_prefix('\n').unwrap_or(line)
        }
    };
    content.right_stripped = kept.len() != content.value.len();
    content.value = kept.to_owned();
}

fn omit_left(node: Option<&mut Node>, amount: Amount) {
    let Some(content) = node.and_then(content) else { return };
    if amount == Amount::Line && content.left_stripped {
        return;
    }
    let kept = match amount {
        Amount::All => content.value.trim_end_matches(is_space),
        Amount::Line => content.value.trim_end_matches([' ', '\t']),
    };
    content.left_stripped = kept.len() != content.value.len();
    content.value = kept.to_owned();
}
