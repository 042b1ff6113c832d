//! Typed expressions: attributes, conditions, changes; and the one writer of expression text.

mod apply;
mod attr;
mod change;
mod condition;
mod flat;
mod mention;
mod raw;
mod render;
mod role;

pub use self::attr::{Attr, Size, SizeOperand};
pub(crate) use self::change::{Assigned, Changes};
pub use self::condition::{Condition, Operand};
pub(crate) use self::condition::{Node, Side};
pub use self::flat::Flat;
pub use self::mention::{And, And3, Both, BothEnds, Keyed, Mark, Mentions, NoKeys, OfKey};
pub use self::raw::Operand as RawOperand;
pub(crate) use self::render::{Renderer, Unsendable};
pub use self::role::{
    Free, InBoth, InText, InWhen, IndexField, Kept, Optional, PartOf, PrimaryKey, Role, Within, WriteOnce,
};
