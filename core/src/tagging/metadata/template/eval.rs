//! Renders a tree.
//!
//! Handlebars compiles to JavaScript, so what a name means is decided in two steps: by its form (a helper, a plain
//! path, or either of them), then by what is found under it. Both steps are kept apart here as they are there.

use std::rc::Rc;

use super::ast::{Block, Call, Expression, Node, Path, Program};
use super::helpers::{self, Helper, Options};
use super::output::{Output, escape, shown};
use super::value::{Argument, Value};
use super::{Functions, failure};
use crate::order;
use crate::tagging::metadata::model::Step;
use crate::tagging::metadata::{js, limits};

/// Renders a template with its context.
pub(super) fn render(program: &Program, context: &Value, functions: &dyn Functions) -> Step<String> {
    let mut machine = Machine { functions, steps: 0 };
    let frame = Frame { root: context.clone(), position: None, parent: None };
    let scope = Scope { contexts: vec![context.clone()], data: Rc::new(frame), params: Vec::new() };
    let text = machine.program(program, &scope)?.to_text();
    limits::check("the text of a template", text.len(), limits::TEMPLATE_OUTPUT)?;
    Ok(text)
}

/// What `@name` finds.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) root: Value,
    pub(super) position: Option<Position>,
    pub(super) parent: Option<Rc<Self>>,
}

/// Where an `each` stands.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub(super) key: Value,
    pub(super) index: usize,
    pub(super) last: bool,
}

/// What the names of a statement are looked up in.
#[derive(Clone)]
pub(super) struct Scope<'t> {
    /// `this` first, then what `../` goes to.
    pub(super) contexts: Vec<Value>,
    pub(super) data: Rc<Frame>,
    /// Block parameters, the innermost block last: their names, and the values if the block gave any.
    pub(super) params: Vec<(&'t [String], Option<Vec<Value>>)>,
}

impl Scope<'_> {
    pub(super) fn this(&self) -> Value {
        self.contexts.first().cloned().unwrap_or(Value::Undefined)
    }

    /// The frame and the position of a block parameter. The first of the same name counts.
    fn param(&self, name: &str) -> Option<(usize, usize)> {
        let found = |(frame, (names, _)): (usize, &(&[String], _))| {
            names.iter().position(|param| param == name).map(|at| (frame, at))
        };
        self.params.iter().enumerate().rev().find_map(found)
    }
}

/// How a name is meant, by its form.
enum Form {
    /// Certainly a call.
    Helper,
    /// Certainly a value.
    Simple,
    /// A call if a function is found, else a value.
    Ambiguous,
}

pub(super) struct Machine<'f> {
    functions: &'f dyn Functions,
    steps: usize,
}

impl Machine<'_> {
    /// Renders a program in a new scope: `context` becomes `this`, and pushes the old one if it is another.
    pub(super) fn branch<'t>(
        &mut self,
        program: Option<&'t Program>,
        scope: &Scope<'t>,
        context: Value,
        data: Option<Rc<Frame>>,
        params: Option<Vec<Value>>,
    ) -> Step<Value> {
        let Some(program) = program else { return Ok(Value::text("")) };
        let mut inner = scope.clone();
        if !inner.contexts.first().is_some_and(|this| this.same(&context)) {
            inner.contexts.insert(0, context);
        } else if let Some(this) = inner.contexts.first_mut() {
            *this = context;
        }
        inner.params.push((&program.block_params, params));
        if let Some(data) = data {
            inner.data = data;
        }
        self.program(program, &inner)
    }

    fn program<'t>(&mut self, program: &'t Program, scope: &Scope<'t>) -> Step<Value> {
        let mut output = Output::default();
        for node in &program.body {
            self.steps += 1;
            limits::check("the work of a template", self.steps, limits::TEMPLATE_STEPS)?;
            match node {
                Node::Content(content) if content.value.is_empty() => {}
                Node::Content(content) => output.append(Value::text(&content.value)),
                Node::Comment(_) => {}
                Node::Mustache { call, escaped, .. } => {
                    let value = self.mustache(call, scope)?;
                    self.note(call, &value, *escaped);
                    output.append(if *escaped { escape(&value) } else { shown(value) });
                }
                Node::Block(block) if block.decorator => return Err(failure("decorators are not supported")),
                Node::Block(block) => {
                    let (value, ambiguous) = self.block(block, scope)?;
                    if ambiguous && program.body.len() > 1 {
                        output.append_apart(&value);
                    } else {
                        output.append(shown(value));
                    }
                }
                Node::Partial { name, .. } => return Err(self.missing_partial(name, scope)),
                Node::PartialBlock(block) => output.append(self.partial_block(block, scope)?),
                Node::Decorator(_) => return Err(failure("Missing decorator")),
            }
            limits::check("the text of a template", output.length, limits::TEMPLATE_OUTPUT)?;
        }
        Ok(output.finish())
    }

    /// Notes what the author of the template would not expect.
    fn note(&self, call: &Call, value: &Value, escaped: bool) {
        let Some(notes) = self.functions.notes() else { return };
        let path = callee(&call.callee);
        let text = if value.present() { value.to_text() } else { String::new() };
        // A helper such as `log` writes nothing by design.
        if text.is_empty() && path.parts.first().is_none_or(|name| Helper::named(name).is_none()) {
            notes.empty(&path.original, value.present());
        } else if escaped {
            let after = escape(value).to_text();
            if after != text {
                notes.escaped(&path.original, &text, &after);
            }
        }
    }

    fn missing_partial(&mut self, name: &Expression, scope: &Scope<'_>) -> crate::tagging::metadata::MetadataFailure {
        let name = match name {
            Expression::Path(path) => path.original.clone(),
            other => match self.value(other, scope) {
                Ok(value) => value.to_text(),
                Err(failure) => return failure,
            },
        };
        failure(format!("The partial {name} could not be found"))
    }

    /// There are no partials, so what a partial's block holds stands in for it.
    fn partial_block<'t>(&mut self, block: &'t Block, scope: &Scope<'t>) -> Step<Value> {
        let context = match block.call.params.as_slice() {
            [] => scope.this(),
            [context] => self.value(context, scope)?,
            more => return Err(failure(format!("Unsupported number of partial arguments: {}", more.len()))),
        };
        if block.call.hash.is_some() {
            return Err(failure("hash arguments of a partial are not supported"));
        }
        self.branch(block.program.as_ref(), scope, context, None, None)
    }

    fn mustache(&mut self, call: &Call, scope: &Scope<'_>) -> Step<Value> {
        let path = callee(&call.callee);
        match form(&path, call, Where::Statement, scope) {
            Form::Helper => self.helper(&path, call, scope, None),
            Form::Simple => self.plain(&path, scope),
            Form::Ambiguous => self.ambiguous(&path, scope),
        }
    }

    fn block<'t>(&mut self, block: &'t Block, scope: &Scope<'t>) -> Step<(Value, bool)> {
        let path = callee(&block.call.callee);
        match form(&path, &block.call, Where::Statement, scope) {
            Form::Helper => Ok((self.helper(&path, &block.call, scope, Some(block))?, false)),
            Form::Simple => {
                let value = self.plain(&path, scope)?;
                Ok((helpers::block_value(self, &value, block, scope)?, false))
            }
            Form::Ambiguous => {
                let value = self.ambiguous(&path, scope)?;
                Ok((helpers::block_value(self, &value, block, scope)?, true))
            }
        }
    }

    fn helper<'t>(&mut self, path: &Path, call: &'t Call, scope: &Scope<'t>, block: Option<&'t Block>) -> Step<Value> {
        let mut params = Vec::new();
        for param in &call.params {
            params.push(self.value(param, scope)?);
        }
        let hash = self.hash(call, scope)?;
        if let Some(helper) = path.parts.first().and_then(|name| Helper::named(name)) {
            return helper.call(self, &params, &Options { hash: &hash, block, scope });
        }
        let found = lookup(path, scope, Falsy::Stops)?;
        let bare = params.is_empty();
        let mut arguments: Vec<Argument> = params.into_iter().map(Argument::Value).collect();
        arguments.push(Argument::Options(hash));
        match found {
            Value::Function(function) => self.functions.call(function, &arguments),
            value if value.truthy() => Err(failure(format!("{} is not a function", path.original))),
            _ if bare => Ok(Value::Undefined),
            _ => Err(failure(format!("Missing helper: \"{}\"", path.original))),
        }
    }

    /// `key=value` pairs as JavaScript would list them. They are put into the object from the last to the first, so
    /// of two with the same key the first wins.
    fn hash(&mut self, call: &Call, scope: &Scope<'_>) -> Step<Vec<(String, Value)>> {
        let mut hash: Vec<(String, Value)> = Vec::new();
        for (key, value) in call.hash.iter().flatten().rev() {
            let value = self.value(value, scope)?;
            match hash.iter_mut().find(|(known, _)| known == key) {
                Some(entry) => entry.1 = value,
                None => hash.push((key.clone(), value)),
            }
        }
        order::sort_by(&mut hash, |(a, _), (b, _)| js::key_order(a, b));
        Ok(hash)
    }

    /// A value; a function is called without any argument.
    fn plain(&mut self, path: &Path, scope: &Scope<'_>) -> Step<Value> {
        let value = lookup(path, scope, Falsy::Goes)?;
        self.resolve(value)
    }

    /// Calls a function without any argument, and leaves every other value as it is.
    pub(super) fn resolve(&mut self, value: Value) -> Step<Value> {
        match value {
            Value::Function(function) => self.functions.call(function, &[]),
            value => Ok(value),
        }
    }

    /// A name alone: a function is called as a helper without parameters.
    fn ambiguous(&mut self, path: &Path, scope: &Scope<'_>) -> Step<Value> {
        match lookup(path, scope, Falsy::Goes)? {
            Value::Function(function) => self.functions.call(function, &[Argument::Options(Vec::new())]),
            Value::Null => Ok(Value::Undefined),
            value => Ok(value),
        }
    }

    pub(super) fn value(&mut self, expression: &Expression, scope: &Scope<'_>) -> Step<Value> {
        self.steps += 1;
        Ok(match expression {
            Expression::Path(path) => lookup(path, scope, Falsy::Goes)?,
            Expression::Text(text) => Value::text(text),
            Expression::Number(number) => Value::Number(*number),
            Expression::Boolean(value) => Value::Boolean(*value),
            Expression::Undefined => Value::Undefined,
            Expression::Null => Value::Null,
            Expression::Call(call) => {
                let path = callee(&call.callee);
                match form(&path, call, Where::SubExpression, scope) {
                    Form::Helper => self.helper(&path, call, scope, None)?,
                    Form::Simple => self.plain(&path, scope)?,
                    Form::Ambiguous => self.ambiguous(&path, scope)?,
                }
            }
        })
    }
}

/// Where a call stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// It is a statement or a block.
    Statement,
    /// It is in parentheses, so it is a call even without arguments.
    SubExpression,
}

/// How a call is meant, as far as its form tells.
fn form(path: &Path, call: &Call, place: Where, scope: &Scope<'_>) -> Form {
    let simple = path.simple();
    let first = path.parts.first().map_or("", String::as_str);
    let param = simple && scope.param(first).is_some();
    let helper = place == Where::SubExpression || !call.params.is_empty() || call.hash.is_some();
    if !param && (helper || (simple && Helper::named(first).is_some())) {
        Form::Helper
    } else if !param && simple {
        Form::Ambiguous
    } else {
        Form::Simple
    }
}

/// What a path finds.
fn lookup(path: &Path, scope: &Scope<'_>, falsy: Falsy) -> Step<Value> {
    let name = path.parts.first().map_or("", String::as_str);
    if path.depth == 0
        && !path.scoped()
        && let Some((frame, at)) = scope.param(name)
    {
        let values = scope.params.get(frame).and_then(|(_, values)| values.as_ref());
        let values = values.ok_or_else(|| failure("Cannot read properties of undefined (reading '0')"))?;
        let value = values.get(at).cloned().unwrap_or(Value::Undefined);
        return Ok(follow(value, path.parts.get(1..).unwrap_or_default(), Falsy::Goes));
    }
    if name.is_empty() {
        return Ok(scope.contexts.get(path.depth).cloned().unwrap_or(Value::Undefined));
    }
    if path.data {
        let mut frame = Some(&scope.data);
        for _ in 0..path.depth {
            frame = frame.and_then(|frame| frame.parent.as_ref());
        }
        let value = frame.map_or(Value::Undefined, |frame| frame.variable(name));
        return Ok(follow(value, path.parts.get(1..).unwrap_or_default(), Falsy::Stops));
    }
    let context = scope.contexts.get(path.depth).cloned().unwrap_or(Value::Undefined);
    Ok(follow(context, &path.parts, falsy))
}

impl Frame {
    fn variable(&self, name: &str) -> Value {
        let position = |get: fn(&Position) -> Value| self.position.as_ref().map_or(Value::Undefined, get);
        match name {
            "root" => self.root.clone(),
            "key" => position(|p| p.key.clone()),
            "index" => position(|p| Value::number(p.index)),
            "first" => position(|p| Value::Boolean(p.index == 0)),
            "last" => position(|p| Value::Boolean(p.last)),
            _ => Value::Undefined,
        }
    }
}

/// Which values a path does not go on from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Falsy {
    /// Only `undefined` and `null` end a path.
    Goes,
    /// Every false value does.
    Stops,
}

fn follow(start: Value, parts: &[String], falsy: Falsy) -> Value {
    let mut value = start;
    for part in parts {
        let goes = if falsy == Falsy::Stops { value.truthy() } else { value.present() };
        if !goes {
            return value;
        }
        value = value.property(part);
    }
    value
}

/// The callee as a path: a literal is the name that it spells.
fn callee(expression: &Expression) -> std::borrow::Cow<'_, Path> {
    use std::borrow::Cow;
    match expression {
        Expression::Path(path) => Cow::Borrowed(path),
        Expression::Text(text) => Cow::Owned(Path::of(text.clone())),
        Expression::Number(number) => Cow::Owned(Path::of(Value::Number(*number).to_text())),
        Expression::Boolean(value) => Cow::Owned(Path::of(value.to_string())),
        Expression::Null => Cow::Owned(Path::of("null".to_owned())),
        Expression::Undefined | Expression::Call(_) => Cow::Owned(Path::of("undefined".to_owned())),
    }
}
