//! From JSON to the types of the decisions.
//!
//! The derived code of a type is compiled once for each reader that it is used with, so what that reader asks of it decides how much code there is.
//! [`Reader`] asks for the least: it splits an object itself, once, refuses what its type does not have, and hands the values over in
//! the order of the type's fields; a word of an enum it looks up itself. So no type brings code of its own that compares names,
//! looks for duplicates or words errors; and every refusal knows its exact place in the whole text.
//!
//! The text is checked first, by `serde_json`; what is left after that is a walk over valid JSON.

mod derived;
mod reader;
mod refusal;
mod scan;
#[cfg(test)]
mod tests;
mod value;

use serde::de::DeserializeOwned;

pub(crate) use reader::{Members, Others, Reader};
pub(crate) use refusal::{Fault, Refusal};
pub(crate) use scan::{Scanner, check};
pub(crate) use value::{value, walk};

/// Reads a document that is one value.
pub(crate) fn read<T: DeserializeOwned>(text: &str, others: Others) -> Result<T, Refusal> {
    check(text)?;
    part(text, 0, others)
}

/// Reads the value that stands at a byte of a text that was checked. There is one such function for each type.
#[inline(never)]
pub(crate) fn part<T: DeserializeOwned>(text: &str, at: usize, others: Others) -> Result<T, Refusal> {
    let mut reader = Reader::new(text, at, others);
    T::deserialize(&mut reader).map_err(|stop| reader.refusal(stop))
}
