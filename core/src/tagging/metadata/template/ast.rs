//! The tree of a template.

/// White-space flags (`~`) of an opening or closing part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Strip {
    pub(super) open: bool,
    pub(super) close: bool,
}

/// A sequence of statements.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Program {
    pub(super) body: Vec<Node>,
    pub(super) block_params: Vec<String>,
    /// It stands for an `else if`: its only statement is that block.
    pub(super) chained: bool,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Content(Content),
    Comment(Strip),
    Mustache {
        call: Call,
        escaped: bool,
        strip: Strip,
    },
    Block(Box<Block>),
    Partial {
        name: Expression,
        call: Call,
        strip: Strip,
    },
    PartialBlock(Box<Block>),
    /// `{{* …}}`; Handlebars knows one decorator only, and only as a block.
    Decorator(Strip),
}

/// Literal text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Content {
    /// As written.
    pub(super) original: String,
    /// After white-space control.
    pub(super) value: String,
    pub(super) left_stripped: bool,
    pub(super) right_stripped: bool,
}

/// A block with its two branches.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) call: Call,
    pub(super) decorator: bool,
    pub(super) program: Option<Program>,
    pub(super) inverse: Option<Program>,
    pub(super) open_strip: Strip,
    pub(super) inverse_strip: Strip,
    pub(super) close_strip: Strip,
}

/// Something to look up or call, with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) callee: Expression,
    pub(super) params: Vec<Expression>,
    /// `None` when there is no `key=value` at all.
    pub(super) hash: Option<Vec<(String, Expression)>>,
}

/// A value to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Path(Path),
    Text(String),
    Number(f64),
    Boolean(bool),
    Undefined,
    Null,
    Call(Box<Call>),
}

/// Names to follow from the context, from one of its parents, or from the data of a block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    /// It starts with `@`.
    pub(super) data: bool,
    /// How many `../` it has.
    pub(super) depth: usize,
    pub(super) parts: Vec<String>,
    /// As written, without brackets.
    pub(super) original: String,
}

impl Path {
    /// A path of one name.
    pub(super) fn of(name: String) -> Self {
        Self { data: false, depth: 0, parts: vec![name.clone()], original: name }
    }

    /// It says where to look (`./name`, `this.name`), so that no helper can be meant. The test is Handlebars' own
    /// and takes any name that has a word ending in `this`.
    pub(super) fn scoped(&self) -> bool {
        let word_end = |end: &str| !end.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let mut ends = self.original.match_indices("this").filter_map(|(at, _)| self.original.get(at + 4..));
        self.original.starts_with('.') || ends.any(word_end)
    }

    /// A single name that may be a helper's.
    pub(super) fn simple(&self) -> bool {
        self.parts.len() == 1 && !self.scoped() && self.depth == 0
    }
}
