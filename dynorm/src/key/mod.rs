//! Key text: from typed fields to strings that are injective, reversible and sort as the values sort.
//!
//! A template such as `REVIEW#{created_on}#{user_id}` is a list of segments between delimiters. The derive parses
//! the template; this room renders it, reads it back, bounds ranges of it, and proves that two templates never
//! meet.

mod bounds;
mod overlap;
mod part;
mod part_crates;
mod part_types;
mod shard;
mod template;
#[cfg(test)]
mod tests;

pub use self::bounds::SortCondition;
pub(crate) use self::bounds::{closed_range, plain_range, text_range};
pub use self::overlap::{Overlap, Side};
pub(crate) use self::overlap::{can_begin, same_form, same_source, writes_alike};
pub use self::part::{
    DescendingPart, Form, IndexPart, KeyPart, PaddedPart, PartError, RawPart, ScaledPart, Shape, SortPart,
    SortedAsWritten, SortsAsWritten, Spec, TextPart,
};
pub(crate) use self::part::{escape, escape_char, parse_part};
pub use self::shard::{ShardField, Sharding};
pub(crate) use self::shard::{shard_of, shard_text};
pub use self::template::{BoxedPart, Given, KeySource, Placeholder, Plain, Segment, Template};
pub(crate) use self::template::{KeyProblem, Rendered};
