//! The faults of a test: what is to go wrong, and what did.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use dynorm::backend::{Backend, Call, CancellationReason, Failure, FailureKind, Operation};

use super::partial::Partial;
use super::{Fault, Faulty, Random, Rule};
use crate::sync::{Mutex, MutexGuard};

/// What goes wrong with the calls of a backend, as a seed and the test decide, and what went wrong.
///
/// Clones are handles of the same faults: a test keeps one, and gives the other to a backend, by
/// [`around`](Self::around). The same seed and the same calls in the same order have the same faults.
///
/// What is [scripted](Self::script) comes first, one entry a call; then the [rules](Self::inject), of which the first
/// that befalls a call counts.
///
/// ```
/// use dynorm::backend::Operation;
/// use dynorm::prelude::*;
/// use dynorm_mem::{Fault, Faults, MemBackend};
///
/// #[derive(Entity)]
/// #[entity(table = "Users", pk = id)]
/// struct User { id: u32, visits: u32 }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// let faults = Faults::seeded(7);
/// let db = Db::new(faults.around(MemBackend::new()));
/// db.create_table::<User>().await?;
/// db.put(&User { id: 1, visits: 0 }).await?;
///
/// // The library waits and tries again.
/// faults.inject(Fault::throttled().on(Operation::Update).times(2));
/// db.update(User::key(1u32)).add(User::VISITS, 1).await?;
/// assert_eq!((faults.injected().len(), faults.waits().len()), (2, 2));
///
/// // Whether the second visit was counted is not known, so it is not counted again.
/// faults.inject(Fault::lost().on(Operation::Update).nth(1));
/// assert!(db.update(User::key(1u32)).add(User::VISITS, 1).await.is_err());
/// assert_eq!(db.get(User::key(1u32)).await?.map(|user| user.visits), Some(2));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Decides which calls the faults befall.
    random: Random,
    /// Decides how long waits are, apart from the above, so that one does not change the other.
    waits_random: Random,
    script: VecDeque<Option<Fault>>,
    rules: Vec<Rule>,
    latency: Option<(Duration, Duration)>,
    skips_waits: bool,
    /// The number of the next call.
    n_begun: u64,
    log: Vec<(u64, Attempt)>,
    waits: Vec<Duration>,
    n_under_way: usize,
    n_at_once: usize,
}

/// A call that a backend got, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Which operation.
    pub operation: Operation,
    /// The tables that it is about.
    pub tables: Vec<String>,
    /// How many items it is about: those of a batch, the actions of a transaction, and otherwise 1.
    pub entries: usize,
    /// The idempotency token of a transaction.
    pub token: Option<String>,
    /// What befell it.
    pub fault: Option<Fault>,
}

impl Faults {
    /// No faults yet, and those to come by the seed 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No faults yet, and those to come by this seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let mut random = Random::of(seed);
        let waits_random = Random::of(random.next());
        let state = State { random, waits_random, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// A backend that has these faults, and otherwise is the one that is given.
    #[must_use]
    pub fn around(&self, backend: impl Backend) -> Faulty {
        Faulty::new(backend, self.clone())
    }

    /// Adds a rule, or a fault of all calls that it can befall.
    pub fn inject(&self, rule: impl Into<Rule>) {
        self.state().rules.push(rule.into());
    }

    /// What happens to the next calls, in order, after what is scripted already; `None` is nothing.
    ///
    /// It happens as told, also to calls that it would not befall on the service.
    pub fn script<F: Into<Option<Fault>>>(&self, faults: impl IntoIterator<Item = F>) {
        self.state().script.extend(faults.into_iter().map(Into::into));
    }

    /// Each call takes this long, as the seed decides, by the backend's own `sleep`: a manual clock moves on.
    pub fn set_latency(&self, latency: RangeInclusive<Duration>) {
        self.state().latency = Some(latency.into_inner());
    }

    /// Has the library's waits between tries take no time; they are noted all the same. The engine does not wait anyway, but
    /// moves its clock if that is a manual one: this is for clocks that are not to move, and for other backends.
    pub fn skip_waits(&self) {
        self.state().skips_waits = true;
    }

    /// Has nothing go wrong from now on; what happened is still known.
    pub fn clear(&self) {
        let mut state = self.state();
        state.script.clear();
        state.rules.clear();
        state.latency = None;
    }

    /// [Clears](Self::clear) the faults, and forgets what happened.
    pub fn reset(&self) {
        self.clear();
        let mut state = self.state();
        state.log.clear();
        state.waits.clear();
        state.n_at_once = state.n_under_way;
    }

    /// The calls that the backend got, in the order in which they came.
    #[must_use]
    pub fn calls(&self) -> Vec<Attempt> {
        self.state().log.iter().map(|(_, attempt)| attempt.clone()).collect()
    }

    /// The calls that something befell.
    #[must_use]
    pub fn injected(&self) -> Vec<Attempt> {
        let mut calls = self.calls();
        calls.retain(|call| call.fault.is_some());
        calls
    }

    /// How long the library waited between tries, each time.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.state().waits.clone()
    }

    /// How many calls were under way at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.state().n_at_once
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a wait, and says whether it takes its time.
    pub(super) fn note_wait(&self, wait: Duration) -> bool {
        let mut state = self.state();
        state.waits.push(wait);
        !state.skips_waits
    }

    pub(super) fn random(&self) -> u64 {
        self.state().waits_random.next()
    }

    /// Notes a call, and decides what befalls it.
    pub(super) fn begin(&self, attempt: Attempt) -> Begun {
        let Attempt { operation, entries, .. } = attempt;
        let mut state = self.state();
        let fault = state.decide(operation, &attempt.tables);
        let latency = state.latency.map(|(shortest, longest)| state.random.between(shortest, longest));
        let at = state.random.below(entries);
        let number = state.n_begun;
        state.n_begun += 1;
        state.log.push((number, attempt));
        state.n_under_way += 1;
        state.n_at_once = state.n_at_once.max(state.n_under_way);
        drop(state);
        Begun { faults: self.clone(), number, operation, entries, at, fault, latency }
    }
}

impl Attempt {
    /// A call that nothing has befallen yet.
    pub(crate) fn of<C: Call>(call: &C) -> Self {
        Self {
            operation: C::OPERATION,
            tables: call.tables().into_iter().map(str::to_owned).collect(),
            entries: call.entries(),
            token: call.token().map(str::to_owned),
            fault: None,
        }
    }
}

impl State {
    fn decide(&mut self, operation: Operation, tables: &[String]) -> Option<Fault> {
        if let Some(scripted) = self.script.pop_front() {
            return scripted;
        }
        let Self { rules, random, .. } = self;
        let mut befalling =
            rules.iter_mut().filter_map(|rule| rule.befalls(operation, tables, || random.below(100)));
        befalling.next()
    }
}

/// A call that is under way.
#[derive(Debug)]
pub(super) struct Begun {
    faults: Faults,
    number: u64,
    operation: Operation,
    entries: usize,
    /// The entry that is at fault, if one is.
    at: usize,
    fault: Option<Fault>,
    pub(super) latency: Option<Duration>,
}

impl Begun {
    /// The refusal, if the call is not to be carried out.
    pub(super) fn refusal(&self) -> Option<Failure> {
        let refused = match self.fault.as_ref()? {
            Fault::Refused(kind) => Failure::new(kind.clone(), "refused by a fault of the test"),
            Fault::Cancelled(codes) => cancelled(codes, self.entries),
            Fault::Conflict if self.operation.is_transaction() => {
                let code = |at| if at == self.at { "TransactionConflict" } else { "None" };
                cancelled(&(0..self.entries).map(code).collect::<Vec<_>>(), self.entries)
            }
            Fault::Conflict if !self.operation.is_batch() => {
                Failure::new(FailureKind::TransactionConflict, "Transaction is ongoing for the item")
            }
            Fault::Conflict | Fault::Lost(_) | Fault::Partial(_) => return None,
        };
        self.note();
        Some(refused)
    }

    /// What of a batch is carried out, if anything, and the answer about the rest.
    pub(super) fn divide<C: Partial>(&self, mut call: C) -> (Option<C>, C::Answer) {
        let Some((n_processed, fault)) = self.processed() else { return (Some(call), C::Answer::default()) };
        let left = call.take_off(n_processed, fault);
        ((n_processed > 0).then_some(call), left)
    }

    /// How many entries of a batch are processed, if not all are, and for which fault.
    fn processed(&self) -> Option<(usize, &Fault)> {
        let fault = self.fault.as_ref()?;
        let n_processed = match fault {
            Fault::Partial(n_processed) => *n_processed,
            Fault::Conflict => self.entries.saturating_sub(1),
            _ => return None,
        };
        if n_processed >= self.entries {
            return None;
        }
        self.note();
        Some((n_processed, fault))
    }

    /// The answer, unless it is lost.
    pub(super) fn end<R>(self, answer: Result<R, Failure>) -> Result<R, Failure> {
        match (&self.fault, answer) {
            (Some(Fault::Lost(kind)), Ok(_)) => {
                self.note();
                Err(Failure::new(kind.clone(), "the answer is lost by a fault of the test"))
            }
            (_, answer) => answer,
        }
    }

    /// Writes into the log that the fault befell the call.
    fn note(&self) {
        let mut state = self.faults.state();
        if let Ok(at) = state.log.binary_search_by_key(&self.number, |(number, _)| *number) {
            state.log[at].1.fault.clone_from(&self.fault);
        }
    }
}

/// Also if the caller gives the call up.
impl Drop for Begun {
    fn drop(&mut self) {
        self.faults.state().n_under_way -= 1;
    }
}

fn cancelled(codes: &[impl AsRef<str>], n_actions: usize) -> Failure {
    let codes: Vec<&str> = codes.iter().map(AsRef::as_ref).collect();
    let n_none = n_actions.saturating_sub(codes.len());
    let codes: Vec<&str> = codes.into_iter().chain(std::iter::repeat_n("None", n_none)).collect();
    let list = codes.join(", ");
    let message =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{list}]");
    let mut failure = Failure::new(FailureKind::TransactionCancelled, message);
    let reason = |code: &str| CancellationReason { code: code.to_owned(), message: None, item: None };
    failure.reasons = codes.into_iter().map(reason).collect();
    failure
}
