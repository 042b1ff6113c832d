//! Looks for an order of a history's operations that explains all answers and keeps what ended before.
//!
//! The search is that of Wing and Gong: of the operations that are left, any that began before the first of them
//! ended may come next. What was tried is remembered by what is left and what the items hold (Lowe), so that the
//! search ends soon; it misses no order and finds no wrong one.

use std::collections::BTreeSet;
use std::fmt;

use crate::history::{Event, ITEMS, State};

/// Why there is no order: as many operations as could be ordered, and all of them.
#[derive(Debug)]
pub(crate) struct Stuck {
    longest: Vec<Event>,
    history: Vec<Event>,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the longest order that could be found:")?;
        for event in &self.longest {
            writeln!(f, "  {:?} -> {:?}", event.operation, event.outcome)?;
        }
        writeln!(f, "the history, by begin and end:")?;
        for event in &self.history {
            writeln!(f, "  {}..{} {:?} -> {:?}", event.begin, event.end, event.operation, event.outcome)?;
        }
        Ok(())
    }
}

/// Checks that some order explains the history, from no items on.
pub(crate) fn check(history: &[Event]) -> Result<(), Stuck> {
    assert!(history.len() <= 64, "a set of operations is 64 bits");
    let mut search = Search { history, order: Vec::new(), longest: Vec::new(), tried: BTreeSet::new() };
    if search.extend(0, [None; ITEMS]) {
        return Ok(());
    }
    let longest = search.longest.into_iter().map(|at| history[at].clone()).collect();
    Err(Stuck { longest, history: history.to_vec() })
}

struct Search<'h> {
    history: &'h [Event],
    order: Vec<usize>,
    longest: Vec<usize>,
    tried: BTreeSet<(u64, State)>,
}

impl Search<'_> {
    /// Whether the order can be completed behind the operations of the set `done`, which lead to `state`.
    fn extend(&mut self, done: u64, state: State) -> bool {
        if self.order.len() == self.history.len() {
            return true;
        }
        if !self.tried.insert((done, state)) {
            return false;
        }
        let left = |at: usize| done & (1 << at) == 0;
        let ends = self.history.iter().enumerate().filter(|(at, _)| left(*at)).map(|(_, event)| event.end);
        let first_end = ends.min().unwrap_or(u64::MAX);
        for (at, event) in self.history.iter().enumerate() {
            if !left(at) || event.begin > first_end {
                continue;
            }
            let mut after = state;
            if event.operation.apply(&mut after) != event.outcome {
                continue;
            }
            self.order.push(at);
            if self.order.len() > self.longest.len() {
                self.longest.clone_from(&self.order);
            }
            if self.extend(done | 1 << at, after) {
                return true;
            }
            self.order.pop();
        }
        false
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::history::{Action, Held, Operation, Outcome};

    fn event((begin, end): (u64, u64), operation: Operation, outcome: Outcome) -> Event {
        Event { operation, outcome, begin, end }
    }

    fn held<const LEN: usize>(held: [Held; LEN]) -> Outcome {
        Outcome::Held(held.to_vec())
    }

    fn put(at: (u64, u64), item: usize, n: i64) -> Event {
        event(at, Operation::Put(item, n), Outcome::Done)
    }

    fn get(at: (u64, u64), item: usize, found: Held) -> Event {
        event(at, Operation::Get(item), held([found]))
    }

    #[track_caller]
    fn check_is(history: &[Event], explained: bool) {
        assert_eq!(check(history).is_ok(), explained, "{history:?}");
        assert_eq!(any_order_explains(history), explained, "{history:?}");
    }

    #[test]
    fn a_read_during_a_write_may_see_it_or_not() {
        for found in [None, Some(1)] {
            check_is(&[put((0, 3), 0, 1), get((1, 2), 0, found)], true);
        }
    }

    #[test]
    fn a_read_after_a_write_must_see_it() {
        check_is(&[put((0, 1), 0, 1), get((2, 3), 0, Some(1))], true);
        check_is(&[put((0, 1), 0, 1), get((2, 3), 0, None)], false);
        check_is(&[put((0, 1), 0, 1), put((2, 3), 0, 2), get((4, 5), 0, Some(1))], false);
    }

    #[test]
    fn what_one_read_has_seen_a_later_read_does_not_miss() {
        let write = put((0, 9), 0, 1);
        check_is(&[write.clone(), get((1, 2), 0, None), get((3, 4), 0, Some(1))], true);
        check_is(&[write, get((1, 2), 0, Some(1)), get((3, 4), 0, None)], false);
    }

    #[test]
    fn no_update_is_lost() {
        let add = |at, sum| event(at, Operation::Add(0, 1), held([Some(sum)]));
        check_is(&[add((0, 2), 1), add((1, 3), 2)], true);
        check_is(&[add((0, 2), 2), add((1, 3), 1)], true);
        check_is(&[add((0, 2), 1), add((1, 3), 1)], false);
        check_is(&[add((0, 2), 1), add((1, 3), 2), get((4, 5), 0, Some(1))], false);
    }

    #[test]
    fn of_two_swaps_one_is_refused() {
        let swap = |at, new, outcome| event(at, Operation::Swap { item: 0, expected: None, new }, outcome);
        check_is(&[swap((0, 2), 1, Outcome::Done), swap((1, 3), 2, Outcome::Refused)], true);
        check_is(&[swap((0, 2), 1, Outcome::Done), swap((1, 3), 2, Outcome::Done)], false);
        check_is(&[swap((0, 2), 1, Outcome::Refused), swap((1, 3), 2, Outcome::Refused)], false);
    }

    #[test]
    fn an_item_is_deleted_once() {
        let delete = |at, found| event(at, Operation::Delete(0), held([found]));
        let write = put((0, 1), 0, 1);
        check_is(&[write.clone(), delete((2, 4), Some(1)), delete((3, 5), None)], true);
        check_is(&[write, delete((2, 4), Some(1)), delete((3, 5), Some(1))], false);
    }

    #[test]
    fn a_transaction_is_read_whole_or_not() {
        let actions = vec![Action::Add(0, 1), Action::Add(1, 1)];
        let write = event((0, 3), Operation::TransactWrite(actions), Outcome::Done);
        let read = |found| event((1, 2), Operation::TransactGet(vec![0, 1]), held(found));
        check_is(&[write.clone(), read([None, None])], true);
        check_is(&[write.clone(), read([Some(1), Some(1)])], true);
        check_is(&[write.clone(), read([Some(1), None])], false);
        check_is(&[write.clone(), read([None, Some(1)])], false);
        // Nor may two reads, one after the other, see half of it in turn.
        check_is(&[write, get((1, 2), 0, Some(1)), get((4, 5), 1, None)], false);
    }

    #[test]
    fn a_refused_transaction_has_written_nothing() {
        let actions = vec![Action::Add(0, 1), Action::Check(1, Some(7))];
        let write = |outcome| event((0, 1), Operation::TransactWrite(actions.clone()), outcome);
        check_is(&[write(Outcome::Refused), get((2, 3), 0, None)], true);
        check_is(&[write(Outcome::Refused), get((2, 3), 0, Some(1))], false);
        check_is(&[write(Outcome::Done)], false);
    }

    /// The definition itself: whether one of all orders explains the history.
    fn any_order_explains(history: &[Event]) -> bool {
        fn explains(left: &[Event], state: State) -> bool {
            left.is_empty()
                || (0..left.len()).any(|at| {
                    let mut rest = left.to_vec();
                    let next = rest.remove(at);
                    let mut state = state;
                    let is_first = rest.iter().all(|other| other.end > next.begin);
                    is_first && next.operation.apply(&mut state) == next.outcome && explains(&rest, state)
                })
        }
        explains(history, [None; ITEMS])
    }

    fn any_event() -> impl Strategy<Value = Event> {
        let operation = prop_oneof![
            Just(Operation::Get(0)),
            (0i64..2).prop_map(|n| Operation::Put(0, n)),
            Just(Operation::Add(0, 1)),
            Just(Operation::Swap { item: 0, expected: None, new: 1 }),
            Just(Operation::Delete(0)),
            Just(Operation::TransactGet(vec![0, 1])),
            Just(Operation::TransactWrite(vec![Action::Add(0, 1), Action::Add(1, 1)])),
        ];
        // Answers that some small state gives, so that histories without an order are not obvious.
        let small = || prop_oneof![Just(None), (0i64..3).prop_map(Some)];
        (operation, small(), small(), 0u64..12, 1u64..8).prop_map(
            |(operation, first, second, begin, length)| {
                let mut state = [first, second, None];
                let outcome = operation.apply(&mut state);
                // Begins are even and ends odd, as no two ticks are one.
                Event { operation, outcome, begin: 2 * begin, end: 2 * (begin + length) + 1 }
            },
        )
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_the_definition(history in proptest::collection::vec(any_event(), 1..6)) {
            prop_assert_eq!(check(&history).is_ok(), any_order_explains(&history));
        }
    }
}
