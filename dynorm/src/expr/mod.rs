//! Typed expressions: attributes, conditions, changes; and the one writer of expression text.

mod attr;
mod change;
mod condition;
mod mention;
mod render;

pub use self::attr::Attr;
pub use self::attr::Size;
pub(crate) use self::change::{Assigned, Changes};
pub use self::condition::{Condition, Operand};
pub(crate) use self::condition::{Node, Side};
pub use self::mention::{Both, BothEnds, Keyed, Mark, Mentions, NoKeys, OfKey};
pub(crate) use self::render::Renderer;
