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

use super::findings::Notes;
use super::model::{MetadataFailure, MetadataFailureCode, Step};

/// Calls the functions that a template finds in its context.
pub(super) trait Functions {
    /// Calls `function`; the last argument is the hash when it is called as a helper.
    fn call(&self, function: Function, arguments: &[Argument]) -> Step<Value>;

    /// Where to note what a person should know about the rendering, if anyone wants to.
    fn notes(&self) -> Option<&Notes> {
        None
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    struct Name;

    impl Functions for Name {
        fn call(&self, _: Function, _: &[Argument]) -> Step<Value> {
            Ok(Value::text("a&b"))
        }
    }

    fn text(template: &str) -> Option<String> {
        let name = Function { name: "name", arity: 0, source: "function(){}" };
        let list = Value::List(["x", "y"].map(Value::text).into_iter().collect());
        let entries = vec![
            ("name", Value::Function(name)),
            ("one", Value::Number(1.0)),
            ("list", list),
            ("none", Value::text("")),
        ];
        render(template, &Value::object(entries, "[object Object]"), &Name).ok()
    }

    #[test]
    fn templates_render_as_handlebars_renders_them() {
        for (template, expected) in [
            ("{{name}} {{{name}}} {{&name}}", "a&amp;b a&b a&b"),
            ("\\{{name}} \\\\{{one}}", "{{name}} \\1"),
            ("{{#if none}}A{{else if one}}B{{else}}C{{/if}}", "B"),
            ("{{#each list}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}", "0x,1y"),
            ("{{#each list as |v k|}}{{k}}{{v}}{{../one}}{{/each}}", "0x11y1"),
            ("{{#with name}}{{this}}{{length}}{{/with}}", "a&amp;b3"),
            ("a\n{{#if one}}\nb\n{{/if}}\nc", "a\nb\nc"),
            ("a {{~one~}} b", "a1b"),
            ("{{{one}}}{{{one}}}", "2"),
            ("{{{one}}}-{{{one}}}", "1-1"),
            ("{{{{list}}}}{{x}}{{{{/list}}}}", "{{x}}{{x}}"),
            ("{{lookup list 1}}{{list.[0]}}{{list.length}}", "yx2"),
            ("{{! c }}{{!-- }} --}}{{nope}}{{^nope}}n{{/nope}}", "n"),
            ("{{#> part}}{{one}}{{/part}}", "1"),
            ("{{''}}", "[object Object]"),
        ] {
            assert_eq!(text(template).as_deref(), Some(expected), "{template}");
        }
        for bad in
            ["{{", "{{}}", "{{#if}}{{/if}}", "{{#if one}}", "{{/if}}", "{{nope 1}}", "{{> part}}", "{{list.this.x.}}"]
        {
            assert_eq!(text(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_raw_statement_is_one_expression_of_that_name() {
        for (pattern, raw) in
            [("{{raw}}", true), ("{{~ this.raw ~}}", true), ("{{{raw}}}", true), ("{{raw}}x", false), ("{{", false)]
        {
            assert_eq!(is_raw_statement(pattern), raw, "{pattern}");
        }
    }
}
