//! Calls that the user made, or changed, sent as the library's own are.

use super::{Context, Sent};
use crate::backend::{Backend, call, reply};
use crate::error::{Error, Failure, Result};

/// A call of the data plane, for [`Db::send`](crate::Db::send).
pub trait Call: Clone + Send + Sync + 'static {
    /// What is answered.
    type Reply: Send;

    /// What it does, for messages.
    #[doc(hidden)]
    const OPERATION: &'static str;
    /// Whether it may be sent again after a failure that leaves open what happened.
    #[doc(hidden)]
    const READS: bool;

    /// Sends it.
    #[doc(hidden)]
    fn send(self, backend: &dyn Backend) -> Sent<'_, Self::Reply>;
}

/// Sends a call, again after failures that pass.
pub(crate) async fn send<C: Call>(context: &Context, call: C) -> Result<C::Reply> {
    let reply: Result<_, Failure> = if C::READS {
        context.read(|backend| call.clone().send(backend)).await
    } else {
        context.write(|backend| call.clone().send(backend)).await
    };
    reply.map_err(|failure| Error::backend(C::OPERATION, "a call by hand", failure))
}

macro_rules! calls {
    ($($method:ident $call:ident reads $reads:literal;)*) => {
        $(
            impl Call for call::$call {
                type Reply = reply::$call;
                const OPERATION: &'static str = stringify!($method);
                const READS: bool = $reads;

                fn send(self, backend: &dyn Backend) -> Sent<'_, Self::Reply> {
                    backend.$method(self)
                }
            }
        )*
    };
}
calls! {
    get Get reads true;
    put Put reads false;
    update Update reads false;
    delete Delete reads false;
    query Query reads true;
    scan Scan reads true;
    batch_get BatchGet reads true;
    batch_write BatchWrite reads false;
    transact_get TransactGet reads true;
    transact_write TransactWrite reads false;
}
