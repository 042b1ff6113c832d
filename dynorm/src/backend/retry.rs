//! Which failures to try again, and how long to wait before.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::pin::Pin;
use std::time::Duration;

use super::{Backend, Failure, FailureKind};

/// The shortest wait.
const WAIT_MIN: Duration = Duration::from_millis(25);
/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// How long to wait in all before a failure is given to the caller.
const WAIT_TOTAL_MAX: Duration = Duration::from_secs(10);

/// Whether a call may be sent again although it may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It reads.
    Read,
    /// It writes: it is sent again only if the service said that it did nothing.
    Write,
}

type Sent<'b, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'b>>;

/// Sends a call until it succeeds, fails for good, or the time is up.
pub(crate) async fn send<'b, T>(
    backend: &'b dyn Backend,
    effect: Effect,
    mut call: impl FnMut(&'b dyn Backend) -> Sent<'b, T> + Send,
) -> Result<T, Failure> {
    let (mut wait, mut waited) = (WAIT_MIN, Duration::ZERO);
    loop {
        let failure = match call(backend).await {
            Ok(reply) => return Ok(reply),
            Err(failure) => failure,
        };
        wait = jitter(wait);
        waited += wait;
        if !is_transient(&failure, effect) || waited > WAIT_TOTAL_MAX {
            return Err(failure);
        }
        backend.sleep(wait).await;
    }
}

fn is_transient(failure: &Failure, effect: Effect) -> bool {
    match failure.kind {
        FailureKind::ThroughputExceeded
        | FailureKind::RequestLimitExceeded
        | FailureKind::Throttled
        | FailureKind::TransactionConflict
        | FailureKind::TransactionInProgress => true,
        // One action at fault for another reason would be at fault again.
        FailureKind::TransactionCancelled => {
            let contention =
                ["None", "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"];
            let contended = |code: &str| contention.contains(&code);
            !failure.reasons.is_empty() && failure.reasons.iter().all(|reason| contended(&reason.code))
        }
        FailureKind::Internal | FailureKind::Timeout | FailureKind::Dispatch => effect == Effect::Read,
        _ => false,
    }
}

/// The wait after one of this length: longer on average, and not the same for all who wait.
///
/// Source: [decorrelated jitter](https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
fn jitter(last: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    let span = (last * 3).saturating_sub(WAIT_MIN);
    let share = Duration::from_nanos(random % u64::try_from(span.as_nanos().max(1)).unwrap_or(u64::MAX));
    (WAIT_MIN + share).min(WAIT_MAX)
}
