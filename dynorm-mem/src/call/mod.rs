//! Requests and answers that dynorm's own calls do not have: streams, tags, and the rest of the control plane.
//!
//! As in `dynorm::backend`, each is the service's call as plain data under shorter names.

pub mod stream;
pub mod table;
pub mod tag;
