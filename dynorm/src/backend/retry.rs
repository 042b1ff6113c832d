//! Which failures to try again, and how long to wait before.

use std::time::{Duration, SystemTime};

use super::{Backend, Failure, FailureKind, Sent};
use crate::error::Reason;

/// The shortest wait.
const WAIT_MIN: Duration = Duration::from_millis(25);
/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// How long to wait in all before a failure is given to the caller.
const WAIT_TOTAL_MAX: Duration = Duration::from_secs(10);

/// What it does to send a call again that may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: it reads, or the service knows it by its token.
    Repeatable,
    /// It writes again: it is sent again only if the service said that it did nothing.
    Single,
}

/// Sends a call until it succeeds, fails for good, or the time is up.
pub(crate) async fn send<'b, T>(
    backend: &'b dyn Backend,
    effect: Effect,
    mut call: impl FnMut(&'b dyn Backend) -> Sent<'b, T> + Send,
) -> Result<T, Failure> {
    let mut patience = Patience::new(backend, None);
    loop {
        let failure = match call(backend).await {
            Ok(reply) => return Ok(reply),
            Err(failure) => failure,
        };
        let wait = if is_transient(&failure, effect) { patience.next_wait(backend) } else { None };
        let Some(wait) = wait else { return Err(failure) };
        backend.sleep(wait).await;
    }
}

/// How long to wait before the next try, and when to give up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    started: SystemTime,
    deadline: Option<Duration>,
    /// The last wait.
    wait: Duration,
    waited: Duration,
    /// Since something was done.
    waited_in_vain: Duration,
}

impl Patience {
    /// With a deadline it ends there, and without one after long enough without progress.
    pub(crate) fn new(backend: &dyn Backend, deadline: Option<Duration>) -> Self {
        let (waited, waited_in_vain) = (Duration::ZERO, Duration::ZERO);
        Self { started: backend.now(), deadline, wait: WAIT_MIN, waited, waited_in_vain }
    }

    /// A part was done.
    pub(crate) fn progress(&mut self) {
        self.waited_in_vain = Duration::ZERO;
    }

    /// All was done: the next wait is a short one again.
    pub(crate) fn renew(&mut self) {
        self.progress();
        self.wait = WAIT_MIN;
    }

    /// The next wait, or `None` when it is time to give up.
    pub(crate) fn next_wait(&mut self, backend: &dyn Backend) -> Option<Duration> {
        self.wait = jitter(self.wait, backend.random());
        let (spent, most) = match self.deadline {
            Some(deadline) => (self.spent(backend), deadline),
            None => (self.waited_in_vain, WAIT_TOTAL_MAX),
        };
        if spent + self.wait > most {
            return None;
        }
        self.waited += self.wait;
        self.waited_in_vain += self.wait;
        Some(self.wait)
    }

    /// Whether the deadline has passed.
    pub(crate) fn is_over(&self, backend: &dyn Backend) -> bool {
        self.deadline.is_some_and(|deadline| self.spent(backend) >= deadline)
    }

    /// By the backend's clock, or by the waits, which the clock of a test need not show.
    fn spent(&self, backend: &dyn Backend) -> Duration {
        backend.now().duration_since(self.started).unwrap_or_default().max(self.waited)
    }
}

/// Whether the same call may succeed a little later, and may be sent again.
pub(crate) fn is_transient(failure: &Failure, effect: Effect) -> bool {
    match failure.kind {
        FailureKind::ThroughputExceeded
        | FailureKind::RequestLimitExceeded
        | FailureKind::Throttled
        | FailureKind::TransactionConflict
        | FailureKind::TransactionInProgress => true,
        // One action at fault for another reason would be at fault again.
        FailureKind::TransactionCancelled => {
            let reasons = || failure.reasons.iter().map(|reason| Reason::of_code(&reason.code));
            let passes = |reason: &Reason| *reason == Reason::None || reason.is_contention();
            reasons().all(|reason| passes(&reason)) && reasons().any(|reason| reason.is_contention())
        }
        FailureKind::Internal | FailureKind::Timeout | FailureKind::Dispatch => effect == Effect::Repeatable,
        _ => false,
    }
}

/// Whether a call that failed so may have been carried out, or may still be.
pub(crate) fn leaves_open(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Internal | FailureKind::Timeout | FailureKind::Dispatch | FailureKind::Other(_)
    )
}

/// The wait after one of this length: longer on average, and not the same for all who wait.
///
/// Source: [decorrelated jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
fn jitter(last: Duration, random: u64) -> Duration {
    let span = (last * 3).saturating_sub(WAIT_MIN);
    let share = Duration::from_nanos(random % u64::try_from(span.as_nanos().max(1)).unwrap_or(u64::MAX));
    (WAIT_MIN + share).min(WAIT_MAX)
}
