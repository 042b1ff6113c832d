//! Calls that the user made, or changed, sent as the library's own are.

use std::sync::Arc;

use super::Context;
use crate::backend::Call;
use crate::backend::observe::Label;
use crate::error::{Error, Failure, Result};

/// Sends a call, again after failures that pass.
pub(crate) async fn send<C: Call>(context: &Arc<Context>, call: C) -> Result<C::Reply> {
    let context = context.labelled(C::OPERATION.method(), Label::default());
    let reply: Result<_, Failure> = if C::OPERATION.is_read() {
        context.read(|backend| call.clone().send(backend)).await
    } else {
        context.write(|backend| call.clone().send(backend)).await
    };
    reply.map_err(|failure| Error::backend(C::OPERATION.method(), "a call by hand", failure))
}
