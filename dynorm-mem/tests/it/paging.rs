//! Pages of any size are the whole, in both directions, on the table and on indexes.

use dynorm::backend::call::{Query, Scan};
use dynorm::backend::table::Projection;
use dynorm::value::Item;
use dynorm_mem::Engine;
use proptest::prelude::*;

use crate::kit::*;

fn filled(items: &[(u8, u8, Option<u8>)]) -> Engine {
    let mut engine = with_table(definition(
        "docs",
        "pk:N | sk:N",
        vec![
            global("gsi", "g:N | s:N", Projection::KeysOnly),
            global("flat", "g:N", Projection::All),
            local("lsi", "pk:N | s:N", Projection::All),
        ],
    ));
    for (pk, sk, s) in items {
        let mut item = item! { pk: i32::from(pk % 3), sk: i32::from(*sk), g: i32::from(sk % 2) };
        if let Some(s) = s {
            item.insert("s", value(i32::from(s % 4)));
        }
        engine.store(item);
    }
    engine
}

fn query(index: Option<&str>, descending: bool, limit: Option<u32>, start: Option<Item>) -> Query {
    let by_global = matches!(index, Some("gsi" | "flat"));
    Query {
        table: "docs".into(),
        index: index.map(str::to_owned),
        key_condition: Some(if by_global { "g = :v" } else { "pk = :v" }.into()),
        values: values! { v: 1 },
        descending,
        limit,
        start,
        ..Default::default()
    }
}

fn pages(engine: &Engine, index: Option<&str>, descending: bool, limit: u32) -> Vec<Item> {
    let (mut found, mut start) = (Vec::new(), None);
    loop {
        let reply = engine.query(&query(index, descending, Some(limit), start)).unwrap();
        assert!(reply.scanned <= u64::from(limit));
        found.extend(reply.items);
        start = reply.last_key;
        if start.is_none() {
            return found;
        }
    }
}

proptest! {
    #[test]
    fn pages_are_the_whole(
        items in prop::collection::vec((any::<u8>(), 0u8..30, prop::option::of(any::<u8>())), 0..60),
        limit in 1u32..8,
        index in prop::sample::select(vec![None, Some("gsi"), Some("flat"), Some("lsi")]),
    ) {
        let engine = filled(&items);
        let mut whole = engine.query(&query(index, false, None, None)).unwrap().items;
        prop_assert_eq!(&pages(&engine, index, false, limit), &whole);
        whole.reverse();
        prop_assert_eq!(&pages(&engine, index, true, limit), &whole);
    }

    #[test]
    fn pages_of_a_scan_are_the_whole(
        items in prop::collection::vec((any::<u8>(), 0u8..30, prop::option::of(any::<u8>())), 0..60),
        limit in 1u32..8,
        index in prop::sample::select(vec![None, Some("gsi"), Some("lsi")]),
    ) {
        let engine = filled(&items);
        let scan = |limit, start| {
            let call = Scan { table: "docs".into(), index: index.map(str::to_owned), limit, start, ..Default::default() };
            engine.scan(&call).unwrap()
        };
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let reply = scan(Some(limit), start);
            found.extend(reply.items);
            start = reply.last_key;
            if start.is_none() {
                break;
            }
        }
        prop_assert_eq!(found, scan(None, None).items);
    }
}
