//! Tables while a document is read.
//!
//! Which of them may be opened again, and by what, is the one thing about TOML that is not simple.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::scan::{Name, Refusal};
use crate::policy::document::Node;

/// A table that is reached from several places while it grows.
pub(super) type Handle = Rc<RefCell<Table>>;

/// How a table came to be, which decides who may add to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// By its own header, in braces, or as the document itself.
    Header,
    /// By the header of a table inside it; its own header may still come.
    Inner,
    /// By a key with dots, to which other such keys may add.
    Dots,
}

pub(super) struct Table {
    pub(super) made: Made,
    /// Where its header or its first key is.
    pub(super) range: Range<usize>,
    /// How many lists and tables it is in.
    pub(super) depth: usize,
    pub(super) entries: Vec<Entry>,
    /// Where each name is in `entries`.
    names: BTreeMap<Rc<str>, usize>,
}

pub(super) struct Entry {
    pub(super) name: Rc<str>,
    pub(super) range: Range<usize>,
    pub(super) item: Item,
}

pub(super) enum Item {
    Value(Node),
    Table(Handle),
    /// A list that grows by headers in two brackets, and where it was begun.
    Tables(Vec<Handle>, Range<usize>),
}

impl Table {
    pub(super) fn new(made: Made, range: Range<usize>, depth: usize) -> Handle {
        Rc::new(RefCell::new(Self { made, range, depth, entries: Vec::new(), names: BTreeMap::new() }))
    }

    fn entry(&self, name: &Name) -> Option<&Entry> {
        self.entries.get(*self.names.get(name.text.as_str())?)
    }

    fn entry_mut(&mut self, name: &Name) -> Option<&mut Entry> {
        self.entries.get_mut(*self.names.get(name.text.as_str())?)
    }

    /// Adds an entry, if there is none of that name.
    pub(super) fn insert(&mut self, name: Name, item: Item) -> Result<(), Refusal> {
        if let Some(entry) = self.entry(&name) {
            return Err(Refusal::Twice(name.text, entry.range.clone(), name.range));
        }
        let text: Rc<str> = Rc::from(name.text);
        self.names.insert(Rc::clone(&text), self.entries.len());
        self.entries.push(Entry { name: text, range: name.range, item });
        Ok(())
    }

    /// The table of that name, for a header or a key that goes on inside it; of a list it is the last one.
    pub(super) fn inner(&self, name: &Name, made: Made) -> Result<Option<Handle>, Refusal> {
        let Some(entry) = self.entry(name) else { return Ok(None) };
        match &entry.item {
            Item::Value(node) => Err(Refusal::NoTable(name.text.clone(), node.kind(), name.range.clone())),
            Item::Tables(tables, _) => Ok(tables.last().cloned()),
            Item::Table(inner) => {
                if made == Made::Dots {
                    let mut table = inner.borrow_mut();
                    if table.made == Made::Header {
                        return Err(Refusal::Twice(name.text.clone(), entry.range.clone(), name.range.clone()));
                    }
                    table.made = Made::Dots;
                }
                Ok(Some(Rc::clone(inner)))
            }
        }
    }

    /// Opens a table by its own header, and returns the one that keys belong to from now on.
    pub(super) fn open(&mut self, name: Name, new: Handle) -> Result<Handle, Refusal> {
        if let Some(entry) = self.entry_mut(&name)
            && let Item::Table(known) = &entry.item
            && known.borrow().made == Made::Inner
        {
            let known = Rc::clone(known);
            entry.range = name.range;
            known.borrow_mut().made = Made::Header;
            known.borrow_mut().range = new.borrow().range.clone();
            return Ok(known);
        }
        self.insert(name, Item::Table(Rc::clone(&new)))?;
        Ok(new)
    }

    /// Adds a table to a list of tables, which is begun when it is not there.
    pub(super) fn append(&mut self, name: Name, new: Handle) -> Result<Handle, Refusal> {
        if let Some(Entry { item: Item::Tables(tables, _), .. }) = self.entry_mut(&name) {
            tables.push(Rc::clone(&new));
            return Ok(new);
        }
        let range = new.borrow().range.clone();
        self.insert(name, Item::Tables(vec![Rc::clone(&new)], range))?;
        Ok(new)
    }
}
