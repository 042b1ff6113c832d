//! The engine, through `MemBackend` or another backend that talks to it.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use dynorm::backend::call::{self, TransactWriteAction};
use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
use dynorm::backend::{Backend, Names};
use dynorm::value::{Item, KeyKind, Name, Number, Value};
use dynorm_mem::MemBackend;

use crate::{Op, Subject, item, partition, sort};

/// A backend. The methods of a subject that make one make an engine.
#[derive(Clone)]
pub struct Through<B>(pub B);

/// The engine itself.
pub type Mem = Through<MemBackend>;

#[derive(Clone)]
pub enum Request {
    Get(call::Get),
    Put(call::Put),
    Update(call::Update),
    Query(call::Query),
    Transact(call::TransactWrite),
}

fn table() -> String {
    "Bench".to_owned()
}

fn put(item: Item) -> call::Put {
    call::Put { table: table(), item, ..Default::default() }
}

fn names(names: &[(&'static str, &'static str)]) -> Names {
    names.iter().map(|(placeholder, name)| (Name::from(*placeholder), Name::from(*name))).collect()
}

/// Nothing here waits for anything outside of the process, so polling again is all there is to do.
fn now<T, E: std::fmt::Debug>(future: impl Future<Output = Result<T, E>>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done.expect("the request is valid");
        }
    }
}

/// How a backend is made of an engine.
pub trait Made {
    fn of(engine: MemBackend) -> Self;
}

impl Made for MemBackend {
    fn of(engine: MemBackend) -> Self {
        engine
    }
}

#[cfg(feature = "sdk")]
impl Made for dynorm::aws::AwsBackend {
    fn of(engine: MemBackend) -> Self {
        Self::new(dynorm_mem::sdk_client(&engine))
    }
}

impl Mem {
    pub fn fork(&self) -> Self {
        Self(self.0.fork())
    }
}

impl Request {
    pub fn get((partition, sort): (String, String)) -> Self {
        let key = Item::from([("PK", partition), ("SK", sort)]);
        Self::Get(call::Get { table: table(), key, ..Default::default() })
    }

    pub fn put(item: Item) -> Self {
        Self::Put(put(item))
    }

    /// The first items of a partition.
    pub fn page(partition: &str, n_items: u32) -> Self {
        Self::Query(call::Query {
            table: table(),
            key_condition: Some("#p = :p".to_owned()),
            names: names(&[("#p", "PK")]),
            values: Item::from([(":p", partition)]),
            limit: Some(n_items),
            ..Default::default()
        })
    }
}

impl<B: Backend + Made> Subject for Through<B> {
    type Request = Request;

    fn new() -> Self {
        let backend = MemBackend::new();
        let key = |name: &str| vec![KeyAttribute { name: name.to_owned(), kind: KeyKind::S }];
        let key = KeySchema { partition: key("PK"), sort: key("SK") };
        now(backend.create_table(CreateTable { table: table(), key, ..Default::default() }));
        Self(B::of(backend))
    }

    fn load(&mut self, item: Item) {
        now(self.0.put(put(item)));
    }

    fn request(&self, op: Op, n: u32) -> Request {
        let key = Item::from([("PK", partition(n)), ("SK", sort(n))]);
        match op {
            Op::Get => Request::get((partition(n), sort(n))),
            Op::Put => Request::Put(put(item(partition(n), sort(n), n))),
            Op::Update => Request::Update(call::Update {
                table: table(),
                key,
                update: Some("SET #s = :s ADD #n :n".to_owned()),
                names: names(&[("#s", "status"), ("#n", "number")]),
                values: Item::from([(":n", Value::N(Number::from(1))), (":s", Value::from("paid"))]),
                ..Default::default()
            }),
            Op::Query => Request::Query(call::Query {
                table: table(),
                key_condition: Some("#p = :p AND begins_with(#k, :k)".to_owned()),
                names: names(&[("#p", "PK"), ("#k", "SK")]),
                values: Item::from([(":k", Value::from("ORDER#")), (":p", Value::S(partition(n)))]),
                ..Default::default()
            }),
            Op::Transact => {
                let put = |i: u32| TransactWriteAction::Put(put(item(partition(n), sort(n + i), n)));
                Request::Transact(call::TransactWrite {
                    actions: (0..4).map(put).collect(),
                    ..Default::default()
                })
            }
        }
    }

    fn run(&mut self, request: Request) -> usize {
        match request {
            Request::Get(call) => usize::from(now(self.0.get(call)).item.is_some()),
            Request::Put(call) => {
                now(self.0.put(call));
                1
            }
            Request::Update(call) => {
                now(self.0.update(call));
                1
            }
            Request::Query(call) => now(self.0.query(call)).items.len(),
            Request::Transact(call) => {
                let n_actions = call.actions.len();
                now(self.0.transact_write(call));
                n_actions
            }
        }
    }
}
