//! Laws of pages: walks back and forth, and exact limits, whatever is between the entities that are wanted.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use dynorm::backend::call;
use dynorm::prelude::*;
use dynorm_mem::{Faults, MemBackend};
use proptest::prelude::*;

#[derive(Table, Debug)]
#[table(name = "Mixed", pk = "PK", sk = "SK", ttl = "ttl", entities(Wanted, Between))]
struct Mixed;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Mixed, pk = "P#{of}", sk = "K#{number}", name = of, scan)]
struct Wanted {
    of: String,
    number: u16,
    keep: bool,
    #[attr(ttl)]
    ttl: Option<Expiry>,
}

/// Its sort keys are among those of the others.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Mixed, pk = "P#{of}", sk = "K#{number}#NOTE")]
struct Between {
    of: String,
    number: u16,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Kept,
    Filtered,
    Expired,
    Foreign,
    /// Written by others, without a tag.
    Untagged,
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    let kind = prop_oneof![
        3 => Just(Kind::Kept),
        3 => Just(Kind::Filtered),
        1 => Just(Kind::Expired),
        1 => Just(Kind::Foreign),
        1 => Just(Kind::Untagged),
    ];
    prop::collection::vec(kind, 0..60)
}

/// A table with these items, and the numbers that a read for kept ones finds.
async fn table(kinds: &[Kind]) -> (Db, Vec<u16>) {
    let db = Db::new(MemBackend::new());
    db.create_table::<Mixed>().await.unwrap();
    let over = Expiry::at(db.backend().now() - Duration::from_hours(1));
    let mut kept = Vec::new();
    for (number, kind) in (0..).zip(kinds) {
        let wanted = Wanted { of: "x".into(), number, keep: true, ttl: None };
        match kind {
            Kind::Kept => db.put(&wanted).await.unwrap(),
            Kind::Filtered => db.put(&Wanted { keep: false, ..wanted }).await.unwrap(),
            Kind::Expired => db.put(&Wanted { ttl: Some(over), ..wanted }).await.unwrap(),
            Kind::Foreign => db.put(&Between { of: "x".into(), number }).await.unwrap(),
            Kind::Untagged => {
                let item = Item::from([
                    ("PK", Value::from("P#x")),
                    ("SK", Value::S(format!("K#{number:05}"))),
                    ("keep", Value::Bool(true)),
                ]);
                let put = call::Put { table: "Mixed".into(), item, ..Default::default() };
                db.backend().put(put).await.unwrap();
            }
        }
        if matches!(kind, Kind::Kept | Kind::Untagged) {
            kept.push(number);
        }
    }
    (db, kept)
}

fn numbers(page: &Page<Wanted>) -> Vec<u16> {
    page.items.iter().map(|wanted| wanted.number).collect()
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Forth in pages of `n` gives the chunks of the whole; back from the end gives the same pages in the other order.
    #[test]
    fn a_walk_back_gives_the_pages_of_the_walk_forth(
        kinds in kinds(),
        n in 1..8_usize,
        evaluate in prop::option::of(1..6_u32),
        descending in any::<bool>(),
    ) {
        run(async {
            let (db, mut kept) = table(&kinds).await;
            if descending {
                kept.reverse();
            }
            let page = async |cursor: Option<Cursor>| {
                let query = db.query(Wanted::of("x")).filter(Wanted::KEEP.eq(true)).take(n).cursor(cursor);
                let query = if descending { query.newest_first() } else { query };
                let query = if let Some(evaluate) = evaluate { query.evaluate(evaluate) } else { query };
                query.page().await.unwrap()
            };
            let (mut forth, mut last) = (Vec::new(), page(None).await);
            prop_assert!(last.previous.is_none());
            loop {
                forth.push(numbers(&last));
                let Some(next) = last.next.clone() else { break };
                last = page(Some(next)).await;
            }
            let chunks: Vec<Vec<u16>> = kept.chunks(n).map(<[u16]>::to_vec).collect();
            let full: Vec<Vec<u16>> = forth.iter().filter(|page| !page.is_empty()).cloned().collect();
            prop_assert_eq!(&full, &chunks);
            // Only the last page may turn out to be empty.
            prop_assert!(forth.len() <= chunks.len().max(1) + 1);

            let mut back = vec![numbers(&last)];
            while let Some(previous) = last.previous.clone() {
                let before = page(Some(previous)).await;
                // Forth again from each page leads to the page that was left, unless that was empty and last.
                let again = match &before.next {
                    Some(next) => numbers(&page(Some(next.clone())).await),
                    None => Vec::new(),
                };
                prop_assert_eq!(again, numbers(&last));
                last = before;
                back.push(numbers(&last));
            }
            back.reverse();
            let full: Vec<Vec<u16>> = back.into_iter().filter(|page| !page.is_empty()).collect();
            prop_assert_eq!(&full, &chunks);
            Ok(())
        })?;
    }

    /// `take` gives exactly as many as there are, in queries and scans, wherever a page of the service ends.
    #[test]
    fn take_is_exact(kinds in kinds(), n in 0..20_usize, evaluate in prop::option::of(1..6_u32)) {
        run(async {
            let (db, kept) = table(&kinds).await;
            let expected: Vec<u16> = kept.iter().copied().take(n).collect();
            let query = || {
                let query = db.query(Wanted::of("x")).filter(Wanted::KEEP.eq(true)).take(n);
                if let Some(evaluate) = evaluate { query.evaluate(evaluate) } else { query }
            };
            prop_assert_eq!(numbers(&query().page().await.unwrap()), expected.clone());
            prop_assert_eq!(query().all().await.unwrap().len(), expected.len());
            prop_assert_eq!(query().count().await.unwrap(), expected.len() as u64);
            let scan = db.scan::<Wanted>().filter(Wanted::KEEP.eq(true)).take(n);
            prop_assert_eq!(numbers(&scan.page().await.unwrap()), expected);
            Ok(())
        })?;
    }
}

/// As many pages are asked for before they are wanted as is said, and no more once the stream is dropped.
#[test]
fn a_stream_reads_ahead_as_far_as_it_is_told() {
    run(async {
        let (db, kept) = table(&[Kind::Kept; 9]).await;
        for (n_ahead, requests) in [(0, [1, 2]), (1, [2, 3]), (3, [4, 5]), (100, [10, 10])] {
            let (metered, meter) = db.metered();
            let read = || metered.query(Wanted::of("x")).evaluate(1).read_ahead(n_ahead);
            let mut items = read().items();
            for requests in requests {
                items.next().await.unwrap().unwrap();
                assert_eq!(meter.bill().requests(), requests, "{n_ahead} ahead");
            }
            drop(items);
            assert_eq!(meter.take().requests(), requests[1]);
            let (mut items, mut found) = (read().items(), Vec::new());
            while let Some(wanted) = items.next().await {
                found.push(wanted.unwrap().number);
            }
            assert_eq!(found, kept);
            let mut pages = metered.scan::<Wanted>().evaluate(2).read_ahead(n_ahead).pages();
            let mut found = Vec::new();
            while let Some(page) = pages.next().await {
                found.extend(numbers(&page.unwrap()));
            }
            assert_eq!(found, kept);
        }
    });
}

/// A read that is dropped gives up the request that is under way.
#[test]
fn a_dropped_stream_leaves_nothing_under_way() {
    run(async {
        let (plain, _) = table(&[Kind::Kept; 9]).await;
        let faults = Faults::new();
        let db = Db::new(faults.around(plain.backend().clone()));
        let mut items = db.query(Wanted::of("x")).evaluate(1).read_ahead(1).items();
        items.next().await.unwrap().unwrap();
        // The next page is asked for, and not there yet.
        assert_eq!(faults.calls().len(), 2);
        drop(items);
        faults.reset();
        db.get(Wanted::key("x", 1u16)).await.unwrap();
        assert_eq!((faults.calls().len(), faults.at_once()), (1, 1));
    });
}

/// What a release writes, the next ones read: the whole way from a pattern to its token.
#[test]
fn tokens_outlive_releases() {
    run(async {
        let (db, _) = table(&[Kind::Kept, Kind::Kept, Kind::Kept]).await;
        let query = || db.query(Wanted::of("x").number_in(..900));
        let token = "AQDU301xT9C_wZYYr2PDtxzPH6JtFAJQS1MDUCN4AlNLUwdLIzAwMDAw";
        let next = query().take(1).page().await.unwrap().next.unwrap();
        assert_eq!(next.to_string(), token);
        let rest = query().cursor(token.parse::<Cursor>().unwrap()).all().await.unwrap();
        assert_eq!(rest.len(), 2);
    });
}

/// A token that a client made up cannot lead out of the partition.
#[test]
fn a_forged_cursor_stays_in_its_partition() {
    run(async {
        let (db, _) = table(&[Kind::Kept, Kind::Kept]).await;
        let next = db.query(Wanted::of("x")).take(1).page().await.unwrap().next.unwrap();
        let forged = forge(&next.to_string());
        let error = db.query(Wanted::of("x")).cursor(forged).page().await.unwrap_err();
        assert!(error.is_cursor() && error.to_string().contains("leads out of the keys"), "{error}");
    });
}

/// The token with `P#y` instead of `P#x`.
fn forge(token: &str) -> Cursor {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bits: Vec<u32> = token.chars().map(|c| u32::try_from(DIGITS.find(c).unwrap()).unwrap()).collect();
    let byte = |bits: &[u32], at: usize| {
        let bit = |n: usize| bits[n / 6] >> (5 - n % 6) & 1;
        (at * 8..at * 8 + 8).fold(0, |byte, n| byte << 1 | bit(n))
    };
    let n_bytes = bits.len() * 6 / 8;
    let text: Vec<u32> = (0..n_bytes).map(|at| byte(&bits, at)).collect();
    let at = text.windows(3).position(|window| window == [80, 35, 120]).unwrap() + 2;
    // `x` and `y` differ in their last bit.
    let n = at * 8 + 7;
    bits[n / 6] ^= 1 << (5 - n % 6);
    bits.iter()
        .map(|digit| char::from(DIGITS.as_bytes()[*digit as usize]))
        .collect::<String>()
        .parse()
        .unwrap()
}
