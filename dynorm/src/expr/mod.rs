//! Typed expressions: attributes, conditions, changes; and the one writer of expression text.

mod attr;
mod change;
mod condition;
mod render;

pub use self::attr::Attr;
pub use self::attr::Size;
pub(crate) use self::change::{Assigned, Changes};
pub use self::condition::{Condition, Operand};
pub(crate) use self::condition::{Node, Side};
pub(crate) use self::render::Renderer;
