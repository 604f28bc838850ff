//! Makes a tree of the tokens, by Handlebars' grammar.

use super::ast::{Block, Call, Content, Expression, Node, Path, Program, Strip};
use super::lex::{Kind, Token, tokens};
use crate::tagging::metadata::model::{MetadataFailure, MetadataFailureCode, Step};
use crate::tagging::metadata::{js, limits};

/// Parses a template, without white-space control.
pub(super) fn parse(template: &str) -> Step<Program> {
    limits::check("a template", template.len(), limits::TEMPLATE_BYTES)?;
    let tokens = tokens(template).ok_or_else(|| failure("lexical error: unrecognized text in a template"))?;
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let program = parser.program()?;
    parser.expect(Kind::End)?;
    Ok(program)
}

fn failure(message: impl Into<String>) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::Template, message)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

/// `{{else}}`, or `{{else if …}}`, and what follows it up to the block's end.
struct Inverse {
    strip: Strip,
    program: Program,
    chain: bool,
}

/// The inside of an opening tag.
struct Opening {
    call: Call,
    block_params: Vec<String>,
    strip: Strip,
    decorator: bool,
}

impl Parser {
    fn kind(&self) -> Kind {
        self.tokens.get(self.at).map_or(Kind::End, |token| token.kind)
    }

    fn next_kind(&self) -> Kind {
        self.tokens.get(self.at + 1).map_or(Kind::End, |token| token.kind)
    }

    fn take(&mut self) -> String {
        let text = self.tokens.get_mut(self.at).map(|token| std::mem::take(&mut token.text)).unwrap_or_default();
        self.at += 1;
        text
    }

    fn expect(&mut self, kind: Kind) -> Step<String> {
        if self.kind() == kind { Ok(self.take()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> MetadataFailure {
        let found = self.tokens.get(self.at).map_or("", |token| token.text.as_str());
        let kind = self.kind();
        failure(format!("parse error in a template: unexpected {kind:?} `{found}`"))
    }

    /// Runs one level deeper, if the limit allows it.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        self.depth += 1;
        limits::check("the depth of a template", self.depth, limits::TEMPLATE_DEPTH)?;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn program(&mut self) -> Step<Program> {
        let mut body = Vec::new();
        loop {
            let node = match self.kind() {
                Kind::Content => {
                    let text = self.take();
                    Node::Content(Content { original: text.clone(), value: text, ..Content::default() })
                }
                Kind::Comment => {
                    let text = self.take();
                    Node::Comment(strip(&text, &text))
                }
                Kind::Open => self.mustache(Kind::Close)?,
                Kind::OpenUnescaped => self.mustache(Kind::CloseUnescaped)?,
                Kind::OpenBlock => self.nested(Self::block)?,
                Kind::OpenInverse => self.nested(Self::inverted_block)?,
                Kind::OpenRawBlock => self.raw_block()?,
                Kind::OpenPartial => self.partial()?,
                Kind::OpenPartialBlock => self.nested(Self::partial_block)?,
                _ => return Ok(Program { body, ..Program::default() }),
            };
            body.push(node);
        }
    }

    fn mustache(&mut self, end: Kind) -> Step<Node> {
        let open = self.take();
        let call = self.call()?;
        let close = self.expect(end)?;
        let strip = strip(&open, &close);
        if open.contains('*') {
            return Ok(Node::Decorator(strip));
        }
        let flag = open.chars().nth(3).or_else(|| open.chars().nth(2));
        Ok(Node::Mustache { call, escaped: !matches!(flag, Some('{' | '&')), strip })
    }

    /// A callee with its parameters and its hash.
    fn call(&mut self) -> Step<Call> {
        let callee = self.name()?;
        self.arguments(callee)
    }

    fn arguments(&mut self, callee: Expression) -> Step<Call> {
        let mut params = Vec::new();
        let mut hash = None;
        loop {
            if self.kind() == Kind::Id && self.next_kind() == Kind::Equals {
                let key = without_brackets(&self.take()).to_owned();
                self.take();
                let value = self.value()?;
                hash.get_or_insert_with(Vec::new).push((key, value));
            } else if starts_value(self.kind()) && hash.is_none() {
                params.push(self.value()?);
            } else {
                return Ok(Call { callee, params, hash });
            }
        }
    }

    fn value(&mut self) -> Step<Expression> {
        if self.kind() != Kind::OpenCall {
            return self.name();
        }
        self.nested(|parser| {
            parser.take();
            let call = parser.call()?;
            parser.expect(Kind::CloseCall)?;
            Ok(Expression::Call(Box::new(call)))
        })
    }

    /// A path or a literal.
    fn name(&mut self) -> Step<Expression> {
        Ok(match self.kind() {
            Kind::Text => Expression::Text(self.take()),
            Kind::Number => Expression::Number(js::to_number(&self.take())),
            Kind::Boolean => Expression::Boolean(self.take() == "true"),
            Kind::Undefined => {
                self.take();
                Expression::Undefined
            }
            Kind::Null => {
                self.take();
                Expression::Null
            }
            Kind::Data | Kind::Id => Expression::Path(self.path()?),
            _ => return Err(self.unexpected()),
        })
    }

    fn path(&mut self) -> Step<Path> {
        let data = self.kind() == Kind::Data;
        if data {
            self.take();
        }
        let mut path =
            Path { data, depth: 0, parts: Vec::new(), original: if data { "@".to_owned() } else { String::new() } };
        loop {
            let written = self.expect(Kind::Id)?;
            let part = without_brackets(&written);
            path.original.push_str(part);
            // In brackets `this` and dots are names like any other.
            if part.len() == written.len() && matches!(part, ".." | "." | "this") {
                if !path.parts.is_empty() {
                    return Err(failure(format!("Invalid path: {}", path.original)));
                }
                path.depth += usize::from(part == "..");
            } else {
                path.parts.push(part.to_owned());
            }
            if self.kind() != Kind::Separator {
                return Ok(path);
            }
            path.original.push_str(&self.take());
        }
    }

    fn opening(&mut self) -> Step<Opening> {
        let open = self.take();
        let call = self.call()?;
        let mut block_params = Vec::new();
        if self.kind() == Kind::OpenBlockParams {
            self.take();
            while block_params.is_empty() || self.kind() == Kind::Id {
                block_params.push(without_brackets(&self.expect(Kind::Id)?).to_owned());
            }
            self.expect(Kind::CloseBlockParams)?;
        }
        let close = self.expect(Kind::Close)?;
        let strip = strip(&open, &close);
        Ok(Opening { call, block_params, strip, decorator: open.contains('*') })
    }

    fn block(&mut self) -> Step<Node> {
        let opening = self.opening()?;
        let mut program = self.program()?;
        program.block_params.clone_from(&opening.block_params);
        let inverse = self.inverse_chain()?;
        let close_strip = self.closing(&opening.call.callee)?;
        let decorator = opening.decorator;
        if decorator && inverse.is_some() {
            return Err(failure("Unexpected inverse block on decorator"));
        }
        Ok(Node::Block(Box::new(block(opening, program, inverse, close_strip))))
    }

    fn inverted_block(&mut self) -> Step<Node> {
        let opening = self.opening()?;
        let mut program = self.program()?;
        program.block_params.clone_from(&opening.block_params);
        let inverse = if self.kind() == Kind::Inverse { Some(self.plain_inverse()?) } else { None };
        let close_strip = self.closing(&opening.call.callee)?;
        let mut block = block(opening, program, inverse, close_strip);
        std::mem::swap(&mut block.program, &mut block.inverse);
        Ok(Node::Block(Box::new(block)))
    }

    fn plain_inverse(&mut self) -> Step<Inverse> {
        let text = self.take();
        Ok(Inverse { strip: strip(&text, &text), program: self.program()?, chain: false })
    }

    fn inverse_chain(&mut self) -> Step<Option<Inverse>> {
        match self.kind() {
            Kind::Inverse => self.plain_inverse().map(Some),
            Kind::OpenInverseChain => self.nested(|parser| {
                let mut opening = parser.opening()?;
                opening.decorator = false;
                let strip = opening.strip;
                let mut program = parser.program()?;
                program.block_params.clone_from(&opening.block_params);
                let inverse = parser.inverse_chain()?;
                // The flags of the next `else` close this one; the outer block sets those of the first in the chain.
                let close = inverse.as_ref().map(|inverse| inverse.strip).unwrap_or_default();
                let block = block(opening, program, inverse, close);
                let body = vec![Node::Block(Box::new(block))];
                let program = Program { body, chained: true, ..Program::default() };
                Ok(Some(Inverse { strip, program, chain: true }))
            }),
            _ => Ok(None),
        }
    }

    fn closing(&mut self, opened: &Expression) -> Step<Strip> {
        let open = self.expect(Kind::OpenEndBlock)?;
        let name = self.name()?;
        let close = self.expect(Kind::Close)?;
        if !same_name(opened, &name) {
            return Err(failure(format!("{} doesn't match {}", original(opened), original(&name))));
        }
        Ok(strip(&open, &close))
    }

    fn raw_block(&mut self) -> Step<Node> {
        self.take();
        let call = self.call()?;
        self.expect(Kind::CloseRawBlock)?;
        let mut body = Vec::new();
        while self.kind() == Kind::Content {
            let text = self.take();
            body.push(Node::Content(Content { original: text.clone(), value: text, ..Content::default() }));
        }
        let name = self.expect(Kind::EndRawBlock)?;
        let opened = match &call.callee {
            Expression::Path(path) => Some(path.original.as_str()),
            Expression::Text(text) => Some(text.as_str()),
            _ => None,
        };
        if opened != Some(name.as_str()) {
            return Err(failure(format!("{} doesn't match {name}", original(&call.callee))));
        }
        let opening = Opening { call, block_params: Vec::new(), strip: Strip::default(), decorator: false };
        let program = Program { body, ..Program::default() };
        Ok(Node::Block(Box::new(block(opening, program, None, Strip::default()))))
    }

    fn partial(&mut self) -> Step<Node> {
        let open = self.take();
        let name = self.value()?;
        let call = self.arguments(name.clone())?;
        let close = self.expect(Kind::Close)?;
        Ok(Node::Partial { name, call, strip: strip(&open, &close) })
    }

    fn partial_block(&mut self) -> Step<Node> {
        let open = self.take();
        let name = self.value()?;
        let call = self.arguments(name.clone())?;
        let close = self.expect(Kind::Close)?;
        let program = self.program()?;
        let close_strip = self.closing(&name)?;
        let opening = Opening { call, block_params: Vec::new(), strip: strip(&open, &close), decorator: false };
        Ok(Node::PartialBlock(Box::new(block(opening, program, None, close_strip))))
    }
}

fn block(opening: Opening, program: Program, inverse: Option<Inverse>, close_strip: Strip) -> Block {
    let mut inverse_strip = Strip::default();
    let mut inverse_program = None;
    if let Some(mut inverse) = inverse {
        if inverse.chain
            && let Some(Node::Block(first)) = inverse.program.body.first_mut()
        {
            first.close_strip = close_strip;
        }
        inverse_strip = inverse.strip;
        inverse_program = Some(inverse.program);
    }
    Block {
        call: opening.call,
        decorator: opening.decorator,
        program: Some(program),
        inverse: inverse_program,
        open_strip: opening.strip,
        inverse_strip,
        close_strip,
    }
}

fn starts_value(kind: Kind) -> bool {
    use Kind::{Boolean, Data, Id, Null, Number, OpenCall, Text, Undefined};
    matches!(kind, Boolean | Data | Id | Null | Number | OpenCall | Text | Undefined)
}

/// The flags of a tag: `{{~` opens with one, `~}}` closes with one.
fn strip(open: &str, close: &str) -> Strip {
    Strip { open: open.chars().nth(2) == Some('~'), close: close.ends_with("~}}") }
}

/// A segment in brackets without them; they stay when there is a line end inside.
fn without_brackets(text: &str) -> &str {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.filter(|inner| !inner.contains(js::is_line_end)).unwrap_or(text)
}

fn original(name: &Expression) -> String {
    match name {
        Expression::Path(path) => path.original.clone(),
        Expression::Text(text) => text.clone(),
        Expression::Number(number) => js::number_text(*number),
        Expression::Boolean(value) => value.to_string(),
        Expression::Null => "null".to_owned(),
        Expression::Undefined | Expression::Call(_) => "undefined".to_owned(),
    }
}

/// Whether a closing tag names what was opened: a path and a text may name the same, other literals only themselves.
fn same_name(opened: &Expression, closed: &Expression) -> bool {
    let named = |name: &Expression| matches!(name, Expression::Path(_) | Expression::Text(_));
    match (opened, closed) {
        (Expression::Number(a), Expression::Number(b)) => a.total_cmp(b).is_eq(),
        (a, b) if named(a) && named(b) => original(a) == original(b),
        // A sub-expression as the name of a partial has no name of its own, like `undefined`.
        (Expression::Call(_), Expression::Undefined) => true,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b) && a == b,
    }
}
