//! Tables as a whole: what the compiler proves of them, and how they are created.

mod check;
mod create;

pub use self::check::{check_entity, check_table};
pub use self::create::create_table;
