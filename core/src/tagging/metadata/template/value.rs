//! The values that a template works with: JavaScript's, as far as a template can tell.

use std::rc::Rc;

use crate::tagging::metadata::js;

/// A value.
#[derive(Debug, Clone)]
pub(in crate::tagging::metadata) enum Value {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    Text(Rc<str>),
    List(Rc<[Value]>),
    Object(Rc<Object>),
    Function(Function),
}

/// An object: its properties in their order, and what it is as a text.
#[derive(Debug)]
pub(in crate::tagging::metadata) struct Object {
    pub(in crate::tagging::metadata) entries: Vec<(&'static str, Value)>,
    pub(in crate::tagging::metadata) text: String,
}

/// A function that the template's owner offers under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tagging::metadata) struct Function {
    /// Its name.
    pub(in crate::tagging::metadata) name: &'static str,
    /// How many parameters it declares.
    pub(in crate::tagging::metadata) arity: u8,
    /// What a template that writes the function instead of calling it gets: its source text.
    pub(in crate::tagging::metadata) source: &'static str,
}

/// What a function is called with: its parameters, and last what stands in the hash, when it is called as a helper.
#[derive(Debug, Clone)]
pub(in crate::tagging::metadata) enum Argument {
    Value(Value),
    Options(Vec<(String, Value)>),
}

impl Value {
    pub(in crate::tagging::metadata) fn text(text: &str) -> Self {
        Self::Text(Rc::from(text))
    }

    pub(in crate::tagging::metadata) fn object(entries: Vec<(&'static str, Self)>, text: &str) -> Self {
        Self::Object(Rc::new(Object { entries, text: text.to_owned() }))
    }

    /// Neither `undefined` nor `null`.
    pub(super) fn present(&self) -> bool {
        !matches!(self, Self::Undefined | Self::Null)
    }

    /// JavaScript's truth.
    pub(in crate::tagging::metadata) fn truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Boolean(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Object(_) | Self::Function(_) => true,
        }
    }

    /// Handlebars' emptiness: false values, but not zero, and empty lists.
    pub(super) fn empty(&self) -> bool {
        match self {
            Self::Number(number) => number.is_nan(),
            Self::List(list) => list.is_empty(),
            other => !other.truthy(),
        }
    }

    /// `'' + value`.
    pub(in crate::tagging::metadata) fn to_text(&self) -> String {
        match self {
            Self::Undefined => "undefined".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(number) => js::number_text(*number),
            Self::Text(text) => text.to_string(),
            Self::List(list) => {
                let item = |item: &Self| if item.present() { item.to_text() } else { String::new() };
                list.iter().map(item).collect::<Vec<_>>().join(",")
            }
            Self::Object(object) => object.text.clone(),
            Self::Function(function) => function.source.to_owned(),
        }
    }

    /// An own property; everything that is inherited is hidden from templates.
    pub(super) fn property(&self, name: &str) -> Self {
        match self {
            Self::Text(text) => match (name, js::list_index(name)) {
                ("length", _) => Self::number(js::length(text)),
                (_, Some(at)) => text
                    .encode_utf16()
                    .nth(at)
                    .map_or(Self::Undefined, |unit| Self::text(&String::from_utf16_lossy(&[unit]))),
                _ => Self::Undefined,
            },
            Self::List(list) => match (name, js::list_index(name)) {
                ("length", _) => Self::number(list.len()),
                (_, Some(at)) => list.get(at).cloned().unwrap_or(Self::Undefined),
                _ => Self::Undefined,
            },
            Self::Object(object) => {
                let found = object.entries.iter().find(|(key, _)| *key == name);
                found.map_or(Self::Undefined, |(_, value)| value.clone())
            }
            Self::Function(function) => match name {
                "length" => Self::Number(f64::from(function.arity)),
                "name" => Self::text(function.name),
                "prototype" => Self::object(Vec::new(), "[object Object]"),
                _ => Self::Undefined,
            },
            _ => Self::Undefined,
        }
    }

    pub(super) fn number(number: usize) -> Self {
        // Lengths and positions are far below 2^32.
        Self::Number(u32::try_from(number).map_or(f64::INFINITY, f64::from))
    }

    /// `a == b` where it matters: whether a block's context is a new one.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined | Self::Null, Self::Undefined | Self::Null) => true,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => a == b,
            (Self::Undefined | Self::Null | Self::Function(_), _)
            | (_, Self::Undefined | Self::Null | Self::Function(_)) => false,
            (Self::Object(_) | Self::List(_), Self::Text(text)) => self.to_text() == **text,
            (Self::Text(text), Self::Object(_) | Self::List(_)) => other.to_text() == **text,
            (a, b) => a.numeric().total_cmp(&b.numeric()).is_eq(),
        }
    }

    fn numeric(&self) -> f64 {
        match self {
            Self::Boolean(value) => f64::from(u8::from(*value)),
            Self::Number(number) => *number + 0.0,
            Self::Null => 0.0,
            Self::Undefined => f64::NAN,
            other => js::to_number(&other.to_text()),
        }
    }

    /// `a + b`: a sum of numbers, else the two as one text. Handlebars joins the parts of its output so.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let number = |value: &Self| matches!(value, Self::Boolean(_) | Self::Number(_));
        if number(self) && number(other) {
            return Self::Number(self.numeric() + other.numeric());
        }
        Self::text(&(self.to_text() + &other.to_text()))
    }
}
