//! The rules that a model keeps; the lists in `table`, `entity`, `attribute` and `collection` are the lists to read.

pub(crate) mod attribute;
pub(crate) mod collection;
mod concealed;
pub(crate) mod entity;
mod history;
mod kept;
mod offload;
pub(crate) mod table;
mod unique;
