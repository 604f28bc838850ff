//! Templates: the language of Handlebars 4.7, without partials.
//!
//! An own evaluator, because the language is small, its quirks are known, and a library for it costs a quarter of
//! the component. Three stages: tokens ([`lex`]), tree ([`parse`], [`whitespace`]), text ([`eval`], [`helpers`]).

mod ast;
mod eval;
mod helpers;
mod lex;
mod output;
mod parse;
mod value;
mod whitespace;

pub(super) use value::{Argument, Function, Value};

use super::model::{MetadataFailure, MetadataFailureCode, Step};

/// Calls the functions that a template finds in its context.
pub(super) trait Functions {
    /// Calls `function`; the last argument is the hash when it is called as a helper.
    fn call(&self, function: Function, arguments: &[Argument]) -> Step<Value>;
}

/// A template, ready to render.
#[derive(Debug)]
pub(super) struct Template {
    program: ast::Program,
}

impl Template {
    /// Parses a template.
    pub(super) fn parse(template: &str) -> Step<Self> {
        let mut program = parse::parse(template)?;
        whitespace::control(&mut program);
        Ok(Self { program })
    }

    /// Renders it with `context` as `this`.
    pub(super) fn render(&self, context: &Value, functions: &dyn Functions) -> Step<String> {
        eval::render(&self.program, context, functions)
    }
}

/// Parses and renders.
pub(super) fn render(template: &str, context: &Value, functions: &dyn Functions) -> Step<String> {
    // Most values are plain text; only these two characters mean anything outside of an expression.
    if !template.contains("{{") {
        return Ok(template.to_owned());
    }
    Template::parse(template)?.render(context, functions)
}

/// Whether a pattern is a single `{{raw}}`, in whatever way it is written.
pub(super) fn is_raw_statement(pattern: &str) -> bool {
    let Ok(program) = parse::parse(pattern) else { return false };
    match program.body.as_slice() {
        [ast::Node::Mustache { call, .. }] => match &call.callee {
            ast::Expression::Path(path) => path.parts == ["raw"],
            _ => false,
        },
        _ => false,
    }
}

fn failure(message: impl Into<String>) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::Template, message)
}
