//! A record in pieces, for those who need what it says and no item.

use dynorm::value::Number;

use super::{Reader, Record, Written, kind};
use crate::table::names::Names;

/// The name of an attribute.
#[derive(Debug)]
pub(crate) enum Named<'r> {
    /// Known to have nothing that would be escaped.
    Plain(&'r str),
    Any(&'r str),
}

/// A value, or how many members of it come next.
#[derive(Debug)]
pub(crate) enum Piece<'r> {
    S(&'r str),
    N(Number),
    B(Vec<u8>),
    Bool(bool),
    Null,
    /// As many names follow, each with its value.
    M(usize),
    /// As many values follow.
    L(usize),
    /// As many texts follow.
    Ss(usize),
    /// As many numbers follow.
    Ns(usize),
    /// As many byte strings follow.
    Bs(usize),
}

/// What a record says, from front to back: how many attributes there are, then the name and the value of each.
///
/// What comes next is known from what came before; whoever asks for something else reads nonsense.
pub(crate) struct Pieces<'r> {
    reader: Reader<'r>,
    names: &'r Names,
}

impl Record {
    /// The pieces of an item, of a table with these names.
    pub(crate) fn pieces<'r>(&'r self, names: &'r Names) -> Pieces<'r> {
        self.come_near();
        let mut reader = self.behind_key();
        reader.length();
        Pieces { reader, names }
    }
}

impl<'r> Pieces<'r> {
    /// How many attributes the item has.
    pub(crate) fn n_attributes(&mut self) -> usize {
        self.reader.length()
    }

    pub(crate) fn name(&mut self) -> Named<'r> {
        match self.reader.name() {
            Written::Known(number) if self.names.is_plain(number) => Named::Plain(self.names.name(number)),
            Written::Known(number) => Named::Any(self.names.name(number)),
            Written::Text(text) => Named::Any(text),
        }
    }

    pub(crate) fn value(&mut self) -> Piece<'r> {
        match self.reader.byte() {
            kind::S => Piece::S(self.text()),
            kind::N => Piece::N(self.number()),
            kind::B => Piece::B(self.bytes()),
            kind::TRUE => Piece::Bool(true),
            kind::FALSE => Piece::Bool(false),
            kind::NULL => Piece::Null,
            kind::M => Piece::M(self.reader.length()),
            kind::L => Piece::L(self.reader.length()),
            kind::SS => Piece::Ss(self.reader.length()),
            kind::NS => Piece::Ns(self.reader.length()),
            kind::BS => Piece::Bs(self.reader.length()),
            _ => unreachable!("a writer writes no other kind"),
        }
    }

    pub(crate) fn text(&mut self) -> &'r str {
        self.reader.piece()
    }

    pub(crate) fn number(&mut self) -> Number {
        self.reader.number()
    }

    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        self.reader.bytes()
    }
}
