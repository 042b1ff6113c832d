//! Tables as a whole: what the compiler proves of them, and how they are created.

mod check;
mod companions;
mod create;
mod members;

pub use self::check::{check_entity, check_table};
pub use self::companions::check_companions;
pub use self::create::create_table;
pub use self::members::{check_members, check_tagged};
