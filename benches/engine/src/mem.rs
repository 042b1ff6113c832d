//! The engine, through `MemBackend`.

use dynorm::backend::call::{self, TransactWriteAction};
use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
use dynorm::backend::{Backend, Names};
use dynorm::value::{Item, KeyKind, Name, Number, Value};
use dynorm_mem::MemBackend;
use futures_util::FutureExt as _;

use crate::{Op, Subject, item, partition, sort};

pub struct Mem(MemBackend);

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

/// The engine never waits, so its futures are ready.
macro_rules! now {
    ($future:expr) => {
        $future.now_or_never().expect("the engine does not wait").expect("the request is valid")
    };
}

impl Subject for Mem {
    type Request = Request;

    fn new() -> Self {
        let backend = MemBackend::new();
        let key = |name: &str| vec![KeyAttribute { name: name.to_owned(), kind: KeyKind::S }];
        let key = KeySchema { partition: key("PK"), sort: key("SK") };
        now!(backend.create_table(CreateTable { table: table(), key, ..Default::default() }));
        Self(backend)
    }

    fn load(&mut self, item: Item) {
        now!(self.0.put(put(item)));
    }

    fn request(&self, op: Op, n: u32) -> Request {
        let key = Item::from([("PK", partition(n)), ("SK", sort(n))]);
        match op {
            Op::Get => Request::Get(call::Get { table: table(), key, ..Default::default() }),
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
                Request::Transact(call::TransactWrite { actions: (0..4).map(put).collect(), ..Default::default() })
            }
        }
    }

    fn run(&mut self, request: Request) -> usize {
        match request {
            Request::Get(call) => usize::from(now!(self.0.get(call)).item.is_some()),
            Request::Put(call) => {
                now!(self.0.put(call));
                1
            }
            Request::Update(call) => {
                now!(self.0.update(call));
                1
            }
            Request::Query(call) => now!(self.0.query(call)).items.len(),
            Request::Transact(call) => {
                let n_actions = call.actions.len();
                now!(self.0.transact_write(call));
                n_actions
            }
        }
    }
}
