//! What can go wrong with a call, and with which calls it does.

use dynorm::backend::{FailureKind, Operation};

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is refused, and nothing happens.
    Refused(FailureKind),
    /// It is carried out, and the answer is lost: the caller gets this failure. What the backend refuses by itself is no
    /// loss.
    Lost(FailureKind),
    /// Another transaction is at work on one of its items. A write of one item is a `TransactionConflictException`, a
    /// transaction is cancelled for the `TransactionConflict` of one action, and a batch of writes leaves one over.
    Conflict,
    /// It is refused as a cancelled transaction, with these codes for its first actions and `None` for the others.
    Cancelled(Vec<String>),
    /// Of a batch only so many items are processed, the last ones. The other statements of a batch of statements fail by
    /// themselves, with `ProvisionedThroughputExceeded`.
    Partial(usize),
}

/// The usual ones.
impl Fault {
    /// The service is asked for too much: `ThrottlingException`.
    #[must_use]
    pub fn throttled() -> Self {
        Self::Refused(FailureKind::Throttled)
    }

    /// The table's throughput is used up: `ProvisionedThroughputExceededException`.
    #[must_use]
    pub fn throughput_exceeded() -> Self {
        Self::Refused(FailureKind::ThroughputExceeded)
    }

    /// The service fails, and nothing happened, which the caller cannot know: `InternalServerError`.
    #[must_use]
    pub fn internal() -> Self {
        Self::Refused(FailureKind::Internal)
    }

    /// The call takes effect, and no answer comes.
    #[must_use]
    pub fn lost() -> Self {
        Self::Lost(FailureKind::Timeout)
    }

    /// The transaction of the same token is still under way: `TransactionInProgressException`.
    #[must_use]
    pub fn in_progress() -> Self {
        Self::Refused(FailureKind::TransactionInProgress)
    }

    /// A transaction is cancelled for these reasons of its first actions.
    #[must_use]
    pub fn cancelled<C: Into<String>>(codes: impl IntoIterator<Item = C>) -> Self {
        Self::Cancelled(codes.into_iter().map(Into::into).collect())
    }

    /// With the calls of this operation only.
    #[must_use]
    pub fn on(self, operation: Operation) -> Rule {
        Rule::from(self).or_on(operation)
    }

    /// With the calls that read.
    #[must_use]
    pub fn on_reads(self) -> Rule {
        Operation::ALL.into_iter().filter(|op| op.is_read()).fold(self.into(), Rule::or_on)
    }

    /// With the calls that write.
    #[must_use]
    pub fn on_writes(self) -> Rule {
        Operation::ALL.into_iter().filter(|op| !op.is_read()).fold(self.into(), Rule::or_on)
    }

    /// With calls that are about this table.
    #[must_use]
    pub fn table(self, table: impl Into<String>) -> Rule {
        Rule::from(self).table(table)
    }

    /// With so many of a hundred calls, which the seed decides.
    #[must_use]
    pub fn percent(self, percent: u8) -> Rule {
        Rule::from(self).percent(percent)
    }

    /// With the call of this number, counted from 1 since the rule is there.
    #[must_use]
    pub fn nth(self, n: u64) -> Rule {
        Rule::from(self).nth(n)
    }

    /// With the next so many calls.
    #[must_use]
    pub fn times(self, n: u64) -> Rule {
        Rule::from(self).times(n)
    }

    /// Whether it can happen to such a call.
    fn can_befall(&self, operation: Operation) -> bool {
        let writes_one = matches!(operation, Operation::Put | Operation::Update | Operation::Delete);
        match self {
            Self::Refused(FailureKind::TransactionInProgress) => operation == Operation::TransactWrite,
            Self::Refused(FailureKind::TransactionConflict) => writes_one,
            Self::Refused(FailureKind::TransactionCancelled) | Self::Cancelled(_) => {
                operation.is_transaction()
            }
            Self::Refused(_) | Self::Lost(_) => true,
            Self::Conflict => writes_one || operation.is_transaction() || operation == Operation::BatchWrite,
            Self::Partial(_) => operation.is_batch(),
        }
    }
}

/// Which calls a fault befalls: all that it can, unless more is said.
///
/// ```
/// use dynorm::backend::Operation;
/// use dynorm_mem::Fault;
///
/// let third_put = Fault::lost().on(Operation::Put).nth(3);
/// let busy = Fault::throttled().on_writes().percent(10);
/// let down = Fault::internal().table("Orders").times(2);
/// # let _ = (third_put, busy, down);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    fault: Fault,
    /// All, if none is named.
    operations: Vec<Operation>,
    table: Option<String>,
    chance: Chance,
    /// How many calls it was asked about.
    n_asked: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chance {
    Always,
    Percent(u8),
    /// The call of this number, from 1.
    Nth(u64),
    /// So many more.
    Times(u64),
}

impl From<Fault> for Rule {
    fn from(fault: Fault) -> Self {
        Self { fault, operations: Vec::new(), table: None, chance: Chance::Always, n_asked: 0 }
    }
}

impl Rule {
    /// With the calls of this operation too.
    #[must_use]
    pub fn or_on(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// With calls that are about this table.
    #[must_use]
    pub fn table(self, table: impl Into<String>) -> Self {
        Self { table: Some(table.into()), ..self }
    }

    /// With so many of a hundred calls, which the seed decides; with all from 100 on.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        Self { chance: Chance::Percent(percent), ..self }
    }

    /// With the call of this number, counted from 1 since the rule is there.
    #[must_use]
    pub fn nth(self, n: u64) -> Self {
        Self { chance: Chance::Nth(n), ..self }
    }

    /// With the next so many calls.
    #[must_use]
    pub fn times(self, n: u64) -> Self {
        Self { chance: Chance::Times(n), ..self }
    }

    /// The fault, if it befalls this call.
    pub(super) fn befalls(
        &mut self,
        operation: Operation,
        tables: &[String],
        draw: impl FnOnce() -> usize,
    ) -> Option<Fault> {
        let is_meant = self.fault.can_befall(operation)
            && (self.operations.is_empty() || self.operations.contains(&operation))
            && self.table.as_ref().is_none_or(|table| tables.contains(table));
        if !is_meant {
            return None;
        }
        self.n_asked += 1;
        let befalls = match self.chance {
            Chance::Always => true,
            Chance::Percent(percent) => draw() < usize::from(percent),
            Chance::Nth(n) => self.n_asked == n,
            Chance::Times(n) => self.n_asked <= n,
        };
        befalls.then(|| self.fault.clone())
    }
}
