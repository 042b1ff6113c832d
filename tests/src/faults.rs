//! What tests of faults ask of them, in short.

use std::time::Duration;

use dynorm::FailureKind;
use dynorm_mem::{Attempt, Fault, Faults};

/// Refuses the next calls, each with the next kind.
pub fn refuse(faults: &Faults, kinds: impl IntoIterator<Item = FailureKind>) {
    faults.script(kinds.into_iter().map(Fault::Refused));
}

/// The calls since this was last asked, or the waits; what was to go wrong next no longer does.
#[must_use]
pub fn calls(faults: &Faults) -> Vec<Attempt> {
    let calls = faults.calls();
    faults.reset();
    calls
}

/// How long the library waited between tries, since this or the calls were last asked for.
#[must_use]
pub fn waits(faults: &Faults) -> Vec<Duration> {
    let waits = faults.waits();
    faults.reset();
    waits
}

/// For each batch, how many entries it had.
#[must_use]
pub fn batches(faults: &Faults) -> Vec<usize> {
    let batches = calls(faults).into_iter().filter(|call| call.operation.is_batch());
    batches.map(|call| call.entries).collect()
}
