//! The helpers that every template has: `if`, `unless`, `each`, `with`, `lookup` and `log`.

use std::rc::Rc;

use super::ast::{Block, Program};
use super::eval::{Frame, Machine, Position, Scope};
use super::failure;
use super::value::Value;
use crate::tagging::metadata::model::Step;

/// A built-in helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Helper {
    If,
    Unless,
    Each,
    With,
    Lookup,
    Log,
    /// Known to the compiler, but taken away before a template runs.
    Hidden,
}

/// What a helper is called with besides its parameters.
pub(super) struct Options<'a, 't> {
    pub(super) hash: &'a [(String, Value)],
    /// The block, when it is called as one.
    pub(super) block: Option<&'t Block>,
    pub(super) scope: &'a Scope<'t>,
}

impl Helper {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "if" => Self::If,
            "unless" => Self::Unless,
            "each" => Self::Each,
            "with" => Self::With,
            "lookup" => Self::Lookup,
            "log" => Self::Log,
            "helperMissing" | "blockHelperMissing" => Self::Hidden,
            _ => return None,
        })
    }

    pub(super) fn call(self, machine: &mut Machine<'_>, params: &[Value], options: &Options<'_, '_>) -> Step<Value> {
        match (self, params) {
            (Self::Hidden, _) => Err(failure("Cannot read properties of undefined (reading 'call')")),
            (Self::Log, _) => Ok(Value::Undefined),
            (Self::Lookup, [object, ..]) if !object.truthy() => Ok(object.clone()),
            (Self::Lookup, [object, field]) => Ok(object.property(&field.to_text())),
            (Self::Lookup, _) => Err(failure("Cannot read properties of undefined (reading 'lookupProperty')")),
            (Self::If | Self::Unless, [condition]) => self.condition(machine, condition, options),
            (Self::With, [context]) => with(machine, context, options),
            (Self::Each, [context]) => {
                let context = machine.resolve(context.clone())?;
                let block = needs_block(options)?;
                each(machine, &context, block, options.scope)
            }
            (Self::Each, []) => Err(failure("Must pass iterator to #each")),
            (Self::Each, _) => Err(failure("options.fn is not a function")),
            (Self::If, _) => Err(failure("#if requires exactly one argument")),
            (Self::Unless, _) => Err(failure("#unless requires exactly one argument")),
            (Self::With, _) => Err(failure("#with requires exactly one argument")),
        }
    }

    fn condition(self, machine: &mut Machine<'_>, condition: &Value, options: &Options<'_, '_>) -> Step<Value> {
        let condition = machine.resolve(condition.clone())?;
        let include_zero = options.hash.iter().any(|(key, value)| key == "includeZero" && value.truthy());
        let holds = (include_zero || condition.truthy()) && !condition.empty();
        let block = needs_block(options)?;
        let branch = if holds == (self == Self::If) { &block.program } else { &block.inverse };
        same_context(machine, branch.as_ref(), options.scope)
    }
}

/// As an inline helper there is no block to render, and JavaScript fails on that.
fn needs_block<'t>(options: &Options<'_, 't>) -> Step<&'t Block> {
    options.block.ok_or_else(|| failure("options.fn is not a function"))
}

fn same_context<'t>(machine: &mut Machine<'_>, branch: Option<&'t Program>, scope: &Scope<'t>) -> Step<Value> {
    machine.branch(branch, scope, scope.this(), None, None)
}

fn with(machine: &mut Machine<'_>, context: &Value, options: &Options<'_, '_>) -> Step<Value> {
    let context = machine.resolve(context.clone())?;
    let block = needs_block(options)?;
    if context.empty() {
        return same_context(machine, block.inverse.as_ref(), options.scope);
    }
    machine.branch(block.program.as_ref(), options.scope, context.clone(), None, Some(vec![context]))
}

/// Renders the block for every item of a list, or every property of an object.
fn each<'t>(machine: &mut Machine<'_>, context: &Value, block: &'t Block, scope: &Scope<'t>) -> Step<Value> {
    let items: Vec<(Value, Value)> = match context {
        Value::List(list) => list.iter().enumerate().map(|(at, item)| (Value::number(at), item.clone())).collect(),
        Value::Object(object) => object.entries.iter().map(|(key, value)| (Value::text(key), value.clone())).collect(),
        _ => Vec::new(),
    };
    if items.is_empty() {
        return same_context(machine, block.inverse.as_ref(), scope);
    }
    let count = items.len();
    let mut out = String::new();
    for (index, (key, item)) in items.into_iter().enumerate() {
        let position = Position { key: key.clone(), index, last: index + 1 == count };
        let frame =
            Frame { root: scope.data.root.clone(), position: Some(position), parent: Some(Rc::clone(&scope.data)) };
        let params = Some(vec![item.clone(), key]);
        let text = machine.branch(block.program.as_ref(), scope, item, Some(Rc::new(frame)), params)?;
        out.push_str(&text.to_text());
    }
    Ok(Value::text(&out))
}

/// A block whose name is no helper's: rendered or not by what is found under the name.
pub(super) fn block_value<'t>(
    machine: &mut Machine<'_>,
    value: &Value,
    block: &'t Block,
    scope: &Scope<'t>,
) -> Step<Value> {
    match value {
        Value::Boolean(true) => same_context(machine, block.program.as_ref(), scope),
        Value::Boolean(false) | Value::Undefined | Value::Null => same_context(machine, block.inverse.as_ref(), scope),
        Value::List(list) if list.is_empty() => same_context(machine, block.inverse.as_ref(), scope),
        Value::List(_) => each(machine, value, block, scope),
        other => machine.branch(block.program.as_ref(), scope, other.clone(), None, Some(Vec::new())),
    }
}
