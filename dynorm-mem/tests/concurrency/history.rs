//! What threads do and what they are answered, with the model that says which answers are right.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many items there are; each holds one number, or is not there.
pub(crate) const ITEMS: usize = 3;

pub(crate) type Held = Option<i64>;

/// What all items hold.
pub(crate) type State = [Held; ITEMS];

/// One call of a backend.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operation {
    Get(usize),
    Put(usize, i64),
    /// An update that adds, and returns the new number.
    Add(usize, i64),
    /// A put on the condition that the item holds a number, or is not there.
    Swap {
        item: usize,
        expected: Held,
        new: i64,
    },
    /// A delete that returns what was there.
    Delete(usize),
    TransactGet(Vec<usize>),
    TransactWrite(Vec<Action>),
}

/// One action of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Add(usize, i64),
    Check(usize, Held),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Done,
    /// The condition did not hold.
    Refused,
    Held(Vec<Held>),
}

impl Operation {
    /// What the operation does and answers, if it happens alone.
    pub(crate) fn apply(&self, state: &mut State) -> Outcome {
        match self {
            Self::Get(item) => Outcome::Held(vec![state[*item]]),
            Self::Put(item, new) => {
                state[*item] = Some(*new);
                Outcome::Done
            }
            Self::Add(item, n) => {
                state[*item] = Some(state[*item].unwrap_or(0) + n);
                Outcome::Held(vec![state[*item]])
            }
            Self::Swap { item, expected, new } if state[*item] == *expected => {
                state[*item] = Some(*new);
                Outcome::Done
            }
            Self::Swap { .. } => Outcome::Refused,
            Self::Delete(item) => Outcome::Held(vec![state[*item].take()]),
            Self::TransactGet(items) => Outcome::Held(items.iter().map(|item| state[*item]).collect()),
            Self::TransactWrite(actions) => {
                let holds = |action: &Action| match action {
                    Action::Add(..) => true,
                    Action::Check(item, expected) => state[*item] == *expected,
                };
                if !actions.iter().all(holds) {
                    return Outcome::Refused;
                }
                for action in actions {
                    if let Action::Add(item, n) = action {
                        state[*item] = Some(state[*item].unwrap_or(0) + n);
                    }
                }
                Outcome::Done
            }
        }
    }
}

/// An operation with its answer, and when it began and ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) operation: Operation,
    pub(crate) outcome: Outcome,
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

/// Counts what happens; all threads see one order of its ticks.
#[derive(Debug, Default)]
pub(crate) struct LogicalClock(AtomicU64);

impl LogicalClock {
    pub(crate) fn tick(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}
