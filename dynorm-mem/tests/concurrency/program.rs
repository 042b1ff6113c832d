//! Random programs of a few threads, and how their operations are carried out on a backend.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use dynorm::backend::call::{self, ReturnValues, TransactGetAction, TransactWriteAction};
use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
use dynorm::backend::{Backend, Failure, FailureKind};
use dynorm::value::{Item, KeyKind, Number, Value};
use dynorm_mem::{ManualClock, MemBackend};

use crate::history::{Action, Held, ITEMS, Operation, Outcome};

/// What each thread does.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) threads: Vec<Vec<Operation>>,
}

impl Program {
    /// The program of a seed: two or three threads of four to six operations on few items.
    pub(crate) fn random(seed: u64) -> Self {
        let mut random = Random(seed);
        let n_threads = 2 + random.below(2);
        let threads = (0..n_threads)
            .map(|_| {
                let n_operations = 4 + random.below(3);
                (0..n_operations).map(|_| operation(&mut random)).collect()
            })
            .collect();
        Self { threads }
    }
}

fn operation(random: &mut Random) -> Operation {
    let item = random.item();
    match random.below(10) {
        0 | 1 => Operation::Get(item),
        2 => Operation::Put(item, random.number()),
        3 | 4 => Operation::Add(item, 1 + random.number()),
        5 => Operation::Swap { item, expected: random.held(), new: random.number() },
        6 => Operation::Delete(item),
        7 => Operation::TransactGet((0..ITEMS).collect()),
        _ => {
            let other = (item + 1) % ITEMS;
            let checked = (item + 2) % ITEMS;
            let mut actions = vec![Action::Add(item, 1), Action::Add(other, 10)];
            if random.below(2) == 0 {
                actions.push(Action::Check(checked, random.held()));
            }
            Operation::TransactWrite(actions)
        }
    }
}

/// `SplitMix64`: the same numbers for a seed on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn item(&mut self) -> usize {
        usize::try_from(self.below(ITEMS as u64)).unwrap()
    }

    fn number(&mut self) -> i64 {
        i64::try_from(self.below(3)).unwrap()
    }

    fn held(&mut self) -> Held {
        if self.below(3) == 0 { None } else { Some(self.number()) }
    }
}

const TABLE: &str = "numbers";

/// A backend with an empty table.
pub(crate) fn backend() -> MemBackend {
    let backend = MemBackend::new().with_clock(ManualClock::new());
    let id = KeyAttribute { name: "id".to_owned(), kind: KeyKind::N };
    let key = KeySchema { partition: vec![id], sort: vec![] };
    now(backend.create_table(CreateTable { table: TABLE.to_owned(), key, ..Default::default() })).unwrap();
    backend
}

/// The engine never waits, but for locks, which its futures do not give back.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the engine does not wait"),
    }
}

fn key(item: usize) -> Item {
    Item::from([("id", Number::from(item as u64))])
}

fn n(n: i64) -> Value {
    Value::N(Number::from(n))
}

fn held(item: Option<Item>) -> Held {
    item.map(|item| match item.get("n") {
        Some(Value::N(number)) => i64::try_from(number.to_i128().unwrap()).unwrap(),
        other => panic!("an item holds a number, not {other:?}"),
    })
}

fn held_item(item: usize, held: i64) -> Item {
    let mut item = key(item);
    item.insert("n", n(held));
    item
}

/// The condition that an item holds this, with its values.
fn condition(expected: Held) -> (Option<String>, Item) {
    match expected {
        None => (Some("attribute_not_exists(id)".to_owned()), Item::new()),
        Some(number) => (Some("n = :expected".to_owned()), Item::from([(":expected", n(number))])),
    }
}

fn add(item: usize, number: i64, returned: ReturnValues) -> call::Update {
    call::Update {
        table: TABLE.to_owned(),
        key: key(item),
        update: Some("ADD n :n".to_owned()),
        values: Item::from([(":n", n(number))]),
        returned,
        ..Default::default()
    }
}

/// Carries an operation out.
pub(crate) fn perform(backend: &MemBackend, operation: &Operation) -> Outcome {
    let table = TABLE.to_owned();
    match operation {
        Operation::Get(item) => {
            let call = call::Get { table, key: key(*item), consistent: true, ..Default::default() };
            Outcome::Held(vec![held(now(backend.get(call)).unwrap().item)])
        }
        Operation::Put(item, number) => {
            let call = call::Put { table, item: held_item(*item, *number), ..Default::default() };
            refused_or(now(backend.put(call)).map(|_| Outcome::Done))
        }
        Operation::Add(item, number) => {
            let call = add(*item, *number, ReturnValues::AllNew);
            Outcome::Held(vec![held(now(backend.update(call)).unwrap().attributes)])
        }
        Operation::Swap { item, expected, new } => {
            let (condition, values) = condition(*expected);
            let item = held_item(*item, *new);
            let call = call::Put { table, item, condition, values, ..Default::default() };
            refused_or(now(backend.put(call)).map(|_| Outcome::Done))
        }
        Operation::Delete(item) => {
            let returned = ReturnValues::AllOld;
            let call = call::Delete { table, key: key(*item), returned, ..Default::default() };
            Outcome::Held(vec![held(now(backend.delete(call)).unwrap().attributes)])
        }
        Operation::TransactGet(items) => {
            let action = |item: &usize| TransactGetAction {
                table: table.clone(),
                key: key(*item),
                ..Default::default()
            };
            let call =
                call::TransactGet { actions: items.iter().map(action).collect(), ..Default::default() };
            Outcome::Held(now(backend.transact_get(call)).unwrap().items.into_iter().map(held).collect())
        }
        Operation::TransactWrite(actions) => {
            let actions = actions.iter().map(action).collect();
            let call = call::TransactWrite { actions, ..Default::default() };
            refused_or(now(backend.transact_write(call)).map(|_| Outcome::Done))
        }
    }
}

fn action(action: &Action) -> TransactWriteAction {
    match action {
        Action::Add(item, number) => {
            TransactWriteAction::Update(add(*item, *number, ReturnValues::default()))
        }
        Action::Check(item, expected) => {
            let (condition, values) = condition(*expected);
            let (table, key) = (TABLE.to_owned(), key(*item));
            TransactWriteAction::Check(call::Check { table, key, condition, values, ..Default::default() })
        }
    }
}

fn refused_or(answer: Result<Outcome, Failure>) -> Outcome {
    match answer {
        Ok(outcome) => outcome,
        Err(failure) => {
            let expected = [FailureKind::ConditionFailed, FailureKind::TransactionCancelled];
            assert!(expected.contains(&failure.kind), "{failure}");
            Outcome::Refused
        }
    }
}
