//! Eventual consistency that is eventual: what reads see while writes are young.
//!
//! Source: [read consistency](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html).

use std::time::Duration;

use dynorm::backend::call::{BatchGet, BatchGetTable, Get, Put, Query, Scan, TransactGet, TransactGetAction};
use dynorm::backend::table::{Projection, TimeToLive};
use dynorm::backend::{Backend, Failure, reply};
use dynorm::value::Item;
use dynorm_mem::{Engine, ManualClock, MemBackend, Random};

use crate::kit::*;

const LAG_SECONDS: u64 = 5;
const LAG: Duration = Duration::from_secs(LAG_SECONDS);

/// A table with an index of each scope.
fn create(mut engine: Engine) -> Engine {
    let indexes =
        vec![global("gsi", "g:S | sk:N", Projection::All), local("lsi", "pk:S | l:N", Projection::All)];
    engine.create_table(definition("docs", "pk:S | sk:N", indexes), NOW).unwrap();
    engine
}

fn of_index(engine: &Engine, index: &str) -> Vec<Item> {
    let scan = Scan { table: "docs".into(), index: Some(index.into()), ..Default::default() };
    engine.scan(&scan).unwrap().items
}

fn put_at(engine: &mut Engine, at: u64, item: Item) {
    engine.set_now(seconds(at));
    engine.store(item);
}

fn query(engine: &Engine, index: Option<&str>, consistent: bool) -> Result<reply::Query, Failure> {
    engine.query(&Query {
        table: "docs".into(),
        index: index.map(Into::into),
        key_condition: Some("pk = :p".into()),
        values: values! { p: "p" },
        consistent,
        ..Default::default()
    })
}

#[test]
fn a_global_index_shows_writes_when_the_lag_has_passed() {
    let mut engine = create(Engine::new().with_index_lag(LAG));
    let [one, two] = [item! { pk: "p", sk: 1, g: "a" }, item! { pk: "p", sk: 1, g: "b" }];
    put_at(&mut engine, 10, one.clone());
    put_at(&mut engine, 12, two.clone());
    let mut shown = |at| {
        engine.set_now(seconds(at));
        assert_eq!(engine.load(item! { pk: "p", sk: 1 }).as_ref(), Some(&two), "the table shows it at once");
        assert_eq!(of_index(&engine, "lsi"), [], "not in this index");
        of_index(&engine, "gsi")
    };
    assert_eq!([12, 14].map(&mut shown), [[], []]);
    assert_eq!([15, 16].map(&mut shown), [[one.clone()], [one]]);
    assert_eq!([17, 18].map(&mut shown), [[two.clone()], [two]]);
}

#[test]
fn only_reads_that_may_be_late_are() {
    let mut engine = create(Engine::new().with_read_lag(LAG));
    let item = item! { pk: "p", sk: 1, g: "a", l: 1 };
    put_at(&mut engine, 10, item.clone());
    let key = item! { pk: "p", sk: 1 };
    let got = |consistent| {
        let get = Get { table: "docs".into(), key: key.clone(), consistent, ..Default::default() };
        let table = BatchGetTable { keys: vec![key.clone()], consistent, ..Default::default() };
        let batch = BatchGet { tables: [("docs".into(), table)].into(), ..Default::default() };
        let scan = Scan { table: "docs".into(), consistent, ..Default::default() };
        [
            usize::from(engine.get(&get).unwrap().item.is_some()),
            engine.batch_get(&batch).unwrap().items.values().map(Vec::len).sum(),
            query(&engine, None, consistent).unwrap().items.len(),
            query(&engine, Some("lsi"), consistent).unwrap().items.len(),
            engine.scan(&scan).unwrap().items.len(),
        ]
    };
    assert_eq!(got(false), [0; 5]);
    assert_eq!(got(true), [1; 5]);
    let action = TransactGetAction { table: "docs".into(), key: key.clone(), ..Default::default() };
    let transaction = TransactGet { actions: vec![action], ..Default::default() };
    assert_eq!(engine.transact_get(&transaction).unwrap().items, [Some(item.clone())]);
    assert_eq!(of_index(&engine, "gsi"), [item], "global indexes have a lag of their own");
}

#[test]
fn catching_up_ends_the_lag_and_the_next_write_begins_one() {
    let mut engine = create(Engine::new().with_index_lag(LAG));
    put_at(&mut engine, 10, item! { pk: "p", sk: 1, g: "a" });
    engine.catch_up();
    assert_eq!(of_index(&engine, "gsi").len(), 1);
    put_at(&mut engine, 11, item! { pk: "p", sk: 2, g: "a" });
    assert_eq!(of_index(&engine, "gsi").len(), 1);
    // A fork waits as its origin does.
    let mut fork = engine.clone();
    fork.set_now(seconds(16));
    assert_eq!([&engine, &fork].map(|engine| of_index(engine, "gsi").len()), [1, 2]);
}

#[test]
fn a_table_that_is_made_anew_has_no_past() {
    let mut engine = create(Engine::new().with_index_lag(LAG).with_read_lag(LAG));
    put_at(&mut engine, 10, item! { pk: "p", sk: 1, g: "a" });
    engine.delete_table("docs").unwrap();
    let mut engine = create(engine);
    assert_eq!(query(&engine, None, false).unwrap().count, 0);
    put_at(&mut engine, 20, item! { pk: "p", sk: 1, g: "a" });
    engine.set_now(seconds(20 + LAG_SECONDS));
    assert_eq!(query(&engine, None, false).unwrap().count, 1);
}

/// Whatever is written when: a read that is late sees what one without lag saw so long ago.
#[test]
fn late_reads_see_what_was_stored_so_long_ago() {
    for seed in 0..60 {
        let mut random = Random::of(seed);
        let mut engine = create(Engine::new().with_index_lag(LAG).with_read_lag(LAG / 2));
        let mut plain = create(Engine::new());
        let mut now = 0;
        let mut past = vec![(0, plain.clone())];
        for _ in 0..60 {
            now += u64::from(random.small(3));
            engine.set_now(seconds(now));
            plain.set_now(seconds(now));
            let (sk, g) = (i64::from(random.small(4)), ["a", "b"][random.below(2)]);
            if random.one_in(4) {
                let delete = dynorm::backend::call::Delete {
                    table: "docs".into(),
                    key: item! { pk: "p", sk: sk },
                    ..Default::default()
                };
                engine.delete(&delete).unwrap();
                plain.delete(&delete).unwrap();
            } else if random.one_in(2) {
                let item = item! { pk: "p", sk: sk, g: g, l: i64::from(random.small(9)) };
                engine.store(item.clone());
                plain.store(item);
            }
            past.push((now, plain.clone()));
            let as_of = |lag: Duration| {
                let seen = past.iter().rev().find(|(at, _)| seconds(*at) + lag <= seconds(now));
                &seen.unwrap_or(&past[0]).1
            };
            assert_eq!(of_index(&engine, "gsi"), of_index(as_of(LAG), "gsi"), "seed {seed} at {now}");
            for index in [None, Some("lsi")] {
                let late = query(&engine, index, false).unwrap();
                assert_eq!(late, query(as_of(LAG / 2), index, false).unwrap(), "seed {seed} at {now}");
                let all = query(&engine, index, true).unwrap();
                assert_eq!(all, query(&plain, index, true).unwrap(), "seed {seed} at {now}");
            }
        }
    }
}

#[tokio::test]
async fn a_backend_sees_its_clock_pass_the_lag() {
    let clock = ManualClock::new();
    let backend = MemBackend::of(create(Engine::new().with_index_lag(LAG))).with_clock(clock.clone());
    let put = Put { table: "docs".into(), item: item! { pk: "p", sk: 1, g: "a" }, ..Default::default() };
    let scan = || Scan { table: "docs".into(), index: Some("gsi".into()), ..Default::default() };
    backend.put(put.clone()).await.unwrap();
    assert_eq!(backend.scan(scan()).await.unwrap().count, 0);
    clock.advance(LAG);
    assert_eq!(backend.scan(scan()).await.unwrap().count, 1);
    backend.put(Put { item: item! { pk: "p", sk: 2, g: "a" }, ..put }).await.unwrap();
    assert_eq!(backend.scan(scan()).await.unwrap().count, 1);
    backend.catch_up();
    assert_eq!(backend.scan(scan()).await.unwrap().count, 2);
}

#[test]
fn items_go_by_themselves_some_time_after_they_expired() {
    let mut engine = create(Engine::new().with_expiry_delay(Duration::from_mins(1)));
    let setting = TimeToLive { table: "docs".into(), attribute: "ttl".into(), enabled: true };
    engine.update_time_to_live(&setting, NOW).unwrap();
    engine.store(item! { pk: "p", sk: 1, ttl: 100 });
    engine.store(item! { pk: "p", sk: 2, ttl: 200 });
    let mut shown = |at| {
        engine.set_now(seconds(at));
        engine.items("docs").count()
    };
    assert_eq!([100, 101, 160, 161, 260, 261].map(&mut shown), [2, 2, 2, 1, 1, 0]);
}
