//! The rules that a model keeps; the lists in `table`, `entity` and `attribute` are the lists to read.

pub(crate) mod attribute;
pub(crate) mod entity;
pub(crate) mod table;
