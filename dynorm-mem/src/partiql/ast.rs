//! Statements after parsing: names and values of their own, parameters filled in, nothing known of the table.

use dynorm::backend::call::ReturnValues;
use dynorm::value::{Item, Value};

use crate::expr::{Comparator, Node};

#[derive(Debug)]
pub(super) enum Statement {
    Select(Select),
    /// `EXISTS(SELECT ...)`: the condition check of a transaction.
    Exists(Select),
    Insert(Insert),
    Update(Update),
    Delete(Delete),
}

impl Statement {
    pub(super) fn is_read(&self) -> bool {
        matches!(self, Self::Select(_))
    }

    pub(super) fn table(&self) -> &str {
        match self {
            Self::Select(select) | Self::Exists(select) => &select.source.table,
            Self::Insert(insert) => &insert.table,
            Self::Update(update) => &update.table,
            Self::Delete(delete) => &delete.table,
        }
    }

    pub(super) fn returned(&self) -> ReturnValues {
        match self {
            Self::Update(update) => update.returned,
            Self::Delete(delete) => delete.returned,
            _ => ReturnValues::None,
        }
    }
}

/// What a SELECT reads.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) table: String,
    pub(super) index: Option<String>,
}

#[derive(Debug)]
pub(super) struct Select {
    /// All attributes if `None`.
    pub(super) columns: Option<Vec<Path>>,
    pub(super) source: Source,
    pub(super) filter: Filter,
    pub(super) order: Vec<Order>,
}

/// One attribute of ORDER BY.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) attribute: String,
    pub(super) descending: bool,
}

#[derive(Debug)]
pub(super) struct Insert {
    pub(super) table: String,
    pub(super) item: Item,
}

#[derive(Debug)]
pub(super) struct Update {
    pub(super) table: String,
    pub(super) changes: Vec<Change>,
    pub(super) filter: Filter,
    pub(super) returned: ReturnValues,
}

#[derive(Debug)]
pub(super) struct Delete {
    pub(super) table: String,
    pub(super) filter: Filter,
    pub(super) returned: ReturnValues,
}

/// A WHERE clause in postfix order; empty if there is none.
pub(super) type Filter = Vec<Node<Predicate>>;

#[derive(Debug)]
pub(super) enum Predicate {
    Compare(Comparator, Term, Term),
    Between([Term; 3]),
    In(Term, Vec<Term>),
    BeginsWith(Term, Term),
    Contains(Term, Term),
    /// The type is a text, which need not be the name of one.
    HasType(Path, Value),
    Exists(Path),
    Missing(Path),
}

#[derive(Debug)]
pub(super) enum Term {
    Path(Path),
    Value(Value),
    Size(Path),
}

#[derive(Debug)]
pub(super) enum Change {
    Set(Path, Computed),
    Remove(Path),
}

/// What SET computes.
#[derive(Debug)]
pub(super) enum Computed {
    Path(Path),
    Value(Value),
    Sum(Box<[Computed; 2]>),
    Difference(Box<[Computed; 2]>),
    IfNotExists(Path, Box<Computed>),
    ListAppend(Box<[Computed; 2]>),
    /// `set_add(path, set)`.
    SetAdd(Path, Value),
    /// `set_delete(path, set)`.
    SetDelete(Path, Value),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// A path into an item; never empty, and the first step is a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(pub(super) Vec<Step>);

impl Path {
    /// The attribute, if the path is nothing more.
    pub(super) fn attribute(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Name(name)] => Some(name),
            _ => None,
        }
    }
}
