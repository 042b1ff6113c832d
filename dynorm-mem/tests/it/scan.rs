//! `Scan`, whole and in segments.

use std::collections::BTreeSet;

use dynorm::backend::call::{Scan, Segment};
use dynorm::backend::table::Projection;
use dynorm::backend::{Failure, reply};
use dynorm::value::Item;
use dynorm_mem::{Cohort, Engine};
use proptest::prelude::*;

use crate::kit::*;

fn many() -> Engine {
    let mut engine =
        with_table(definition("many", "pk:N | sk:N", vec![global("by-v", "v:N", Projection::KeysOnly)]));
    for pk in 0..40 {
        for sk in 0..3 {
            engine.store(item! { pk: pk, sk: sk, v: (pk * 7 + sk) % 11 });
        }
    }
    engine
}

fn scan(engine: &Engine, call: Scan) -> Result<reply::Scan, Failure> {
    engine.scan(&Scan { table: engine.table(), ..call })
}

fn texts(items: &[Item]) -> BTreeSet<String> {
    items.iter().map(|item| format!("{item:?}")).collect()
}

/// Everything that the segment has, page by page.
fn segment(engine: &Engine, index: Option<&str>, segment: Segment, limit: u32) -> Vec<Item> {
    let mut found = Vec::new();
    let mut start = None;
    loop {
        let index = index.map(str::to_owned);
        let call = Scan { index, segment: Some(segment), limit: Some(limit), start, ..Default::default() };
        let reply = scan(engine, call).unwrap();
        found.extend(reply.items);
        start = reply.last_key;
        if start.is_none() {
            return found;
        }
    }
}

#[test]
fn a_scan_finds_everything_partition_by_partition() {
    let items = scan(&many(), Scan::default()).unwrap().items;
    assert_eq!(texts(&items).len(), 120);
    for partition in items.chunks(3) {
        let expected: Vec<_> = (0..3).map(|sk| item! { sk: sk }.get("sk").cloned()).collect();
        assert_eq!(partition.iter().map(|item| item.get("sk").cloned()).collect::<Vec<_>>(), expected);
        assert!(partition.iter().all(|item| item.get("pk") == partition[0].get("pk")));
    }
}

#[test]
fn partitions_come_in_an_order_that_is_stable_but_not_that_of_the_keys() {
    let partitions = |engine: &Engine| {
        let items = scan(engine, Scan::default()).unwrap().items;
        items.iter().step_by(3).map(|item| format!("{:?}", item.get("pk"))).collect::<Vec<_>>()
    };
    let order = partitions(&many());
    assert_eq!(order, partitions(&many()));
    assert!(!order.is_sorted());
}

#[test]
fn a_filter_may_name_the_key() {
    let engine = many();
    let found = engine.matches("pk = :p AND sk > :s", no_names(), values! { p: 3, s: 0 }).unwrap();
    assert_eq!(found.len(), 2);
}

#[test]
fn segments_are_numbered_from_zero() {
    let with = |segment, total| {
        scan(&many(), Scan { segment: Some(Segment { segment, total }), ..Default::default() })
    };
    assert_eq!(
        refusal(with(2, 2)),
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2"
    );
    assert!(refusal(with(0, 0)).ends_with("Member must have value greater than or equal to 1"));
    assert!(refusal(with(0, 1_000_001)).ends_with("Member must have value less than or equal to 1000000"));
}

#[test]
fn a_start_key_belongs_to_its_segment() {
    let engine = many();
    let of = |n| segment(&engine, None, Segment { segment: n, total: 2 }, 1000);
    let item = of(0).remove(0);
    let start = item! { pk: item.get("pk").unwrap().clone(), sk: item.get("sk").unwrap().clone() };
    let from = |n| {
        let call = Scan {
            segment: Some(Segment { segment: n, total: 2 }),
            start: Some(start.clone()),
            ..Default::default()
        };
        scan(&engine, call)
    };
    assert_eq!(from(0).unwrap().items.len(), of(0).len() - 1);
    assert_eq!(
        refusal(from(1)),
        "The provided starting key is invalid: The provided key is not within the segment"
    );
}

#[test]
fn a_start_key_has_the_tables_key() {
    let from = |engine: &Engine| scan(engine, Scan { start: Some(item! { pk: 1 }), ..Default::default() });
    assert_eq!(refusal(from(&many())), "The provided starting key is invalid");
    assert_eq!(
        refusal(from(&many().with_cohort(Cohort::Old))),
        "The provided starting key is invalid: The provided key element does not match the schema"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn segments_are_disjoint_and_complete(total in 1u32..12, limit in 1u32..20, on_index in any::<bool>()) {
        let engine = many();
        let index = on_index.then_some("by-v");
        let whole = scan(&engine, Scan { index: index.map(str::to_owned), ..Default::default() }).unwrap().items;
        let parts: Vec<Item> =
            (0..total).flat_map(|n| segment(&engine, index, Segment { segment: n, total }, limit)).collect();
        prop_assert_eq!(parts.len(), whole.len());
        prop_assert_eq!(texts(&parts), texts(&whole));
    }
}
