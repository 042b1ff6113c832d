//! Failure as a feature of tests: a layer around any backend, whose calls go wrong as a seed and the test decide.

mod partial;
mod plan;
mod random;
mod rule;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use dynorm::backend::call::{BatchGet, BatchWrite};
use dynorm::backend::{Backend, Call, Failure, Layer, reply};

pub(crate) use self::partial::Partial;
use self::plan::Begun;
pub use self::plan::{Attempt, Faults};
pub use self::random::Random;
pub use self::rule::{Fault, Rule};
#[cfg(feature = "wire")]
use crate::MemBackend;

/// A backend that fails as its [`Faults`] say, and otherwise is the one that it is around.
///
/// It goes around any backend, and is made by [`Faults::around`]. Each call lets other tasks go first, once, as a call
/// over a network does, so that concurrent tasks meet; calls about tables do not, and nothing befalls those. How long the
/// library waits between tries is decided by the seed too, and the waits are those of the backend inside: with a
/// [`ManualClock`](crate::ManualClock) they take no time.
#[derive(Clone, Debug)]
pub struct Faulty {
    inner: Arc<dyn Backend>,
    faults: Faults,
}

impl Faulty {
    pub(crate) fn new(inner: impl Backend, faults: Faults) -> Self {
        Self { inner: Arc::new(inner), faults }
    }

    /// The faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Begins a call, which is over at once if it is refused.
    async fn begin<C: Call>(&self, call: &C) -> Result<Begun, Failure> {
        let begun = self.faults.begin(Attempt::of(call));
        turn().await;
        if let Some(latency) = begun.latency {
            self.inner.sleep(latency).await;
        }
        match begun.refusal() {
            Some(refusal) => Err(refusal),
            None => Ok(begun),
        }
    }

    async fn batch<C: Call<Reply: Default> + Partial<Answer = C::Reply>>(
        &self,
        call: C,
    ) -> Result<C::Reply, Failure> {
        let begun = self.begin(&call).await?;
        let (call, left) = begun.divide(call);
        let reply = match call {
            Some(call) => call.send(self.inner()).await,
            None => Ok(C::Reply::default()),
        };
        Ok(C::join(begun.end(reply)?, left))
    }
}

/// The same for the protocol, where nothing waits.
#[cfg(feature = "wire")]
impl Faults {
    /// Carries out a call, unless a fault befalls it.
    pub(crate) fn carry_out<R>(
        &self,
        backend: &MemBackend,
        attempt: Attempt,
        run: impl FnOnce() -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let begun = self.begin_at_once(backend, attempt)?;
        begun.end(run())
    }

    /// Carries out a batch, or a part of it.
    pub(crate) fn carry_out_batch<C: Partial>(
        &self,
        backend: &MemBackend,
        attempt: Attempt,
        call: C,
        run: impl FnOnce(C) -> Result<C::Answer, Failure>,
    ) -> Result<C::Answer, Failure> {
        let begun = self.begin_at_once(backend, attempt)?;
        let (call, left) = begun.divide(call);
        let reply = call.map_or_else(|| Ok(C::Answer::default()), run);
        Ok(C::join(begun.end(reply)?, left))
    }

    fn begin_at_once(&self, backend: &MemBackend, attempt: Attempt) -> Result<Begun, Failure> {
        let begun = self.begin(attempt);
        if let Some(latency) = begun.latency {
            backend.pass(latency);
        }
        begun.refusal().map_or(Ok(begun), Err)
    }
}

impl Layer for Faulty {
    fn inner(&self) -> &dyn Backend {
        &*self.inner
    }

    async fn on_call<C: Call>(&self, call: C) -> Result<C::Reply, Failure> {
        let begun = self.begin(&call).await?;
        begun.end(call.send(self.inner()).await)
    }

    async fn on_batch_get(&self, call: BatchGet) -> Result<reply::BatchGet, Failure> {
        self.batch(call).await
    }

    async fn on_batch_write(&self, call: BatchWrite) -> Result<reply::BatchWrite, Failure> {
        self.batch(call).await
    }

    async fn on_sleep(&self, duration: Duration) {
        let takes_time = self.faults.note_wait(duration);
        turn().await;
        if takes_time {
            self.inner.sleep(duration).await;
        }
    }

    fn on_random(&self) -> u64 {
        self.faults.random()
    }
}

/// Lets other tasks go first, once.
async fn turn() {
    let mut is_asked = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut is_asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
