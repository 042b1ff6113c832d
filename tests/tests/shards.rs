//! Laws of shards: a read of all is the read of one partition with the same items.
#![allow(clippy::unwrap_used, reason = "a test")]

use dynorm::prelude::*;
use dynorm_mem::MemBackend;
use proptest::prelude::*;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Whole", pk = "DAY#{day}", sk = "{at}#{id}", name = of_day)]
#[entity(index(ByKind, name = by_kind, pk = "KIND#{kind}", sk = at))]
struct Whole {
    day: String,
    at: u8,
    id: u16,
    kind: String,
    keep: bool,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Spread", pk = "DAY#{day}", sk = "{at}#{id}", name = of_day, shards = 5, by = id)]
#[entity(index(ByKind, name = by_kind, pk = "KIND#{kind}", sk = at, shards = 3, by = [day, id]))]
struct Spread {
    day: String,
    at: u8,
    id: u16,
    kind: String,
    keep: bool,
}

/// The same items in both tables: their times, and whether a filter keeps them.
async fn tables(items: &[(u8, bool)]) -> Db {
    let db = Db::new(MemBackend::new());
    db.create_table::<Whole>().await.unwrap();
    db.create_table::<Spread>().await.unwrap();
    for (id, (at, keep)) in (0..).zip(items) {
        let (day, kind, at, keep) = (String::from("d"), String::from("k"), *at, *keep);
        db.put(&Whole { day: day.clone(), at, id, kind: kind.clone(), keep }).await.unwrap();
        db.put(&Spread { day, at, id, kind, keep }).await.unwrap();
    }
    db
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// How a read is limited.
#[derive(Clone, Copy, Debug)]
struct How {
    take: usize,
    evaluate: Option<u32>,
    descending: bool,
    filtered: bool,
    concurrency: usize,
}

fn how() -> impl Strategy<Value = How> {
    (1..9_usize, prop::option::of(1..5_u32), any::<bool>(), any::<bool>(), 1..7_usize).prop_map(
        |(take, evaluate, descending, filtered, concurrency)| How {
            take,
            evaluate,
            descending,
            filtered,
            concurrency,
        },
    )
}

/// A read as it is limited, but for `take`.
macro_rules! limited {
    ($entity:ident, $query:expr, $how:expr) => {{
        let (query, how) = ($query.concurrency($how.concurrency), $how);
        let query = if how.descending { query.newest_first() } else { query };
        let query = if how.filtered { query.filter($entity::KEEP.eq(true)) } else { query };
        if let Some(evaluate) = how.evaluate { query.evaluate(evaluate) } else { query }
    }};
}

fn ids(items: &[Spread]) -> Vec<u16> {
    items.iter().map(|item| item.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Everything, the first ones, the number of them, and a stream, whatever the limits are.
    #[test]
    fn the_shards_are_the_whole(
        items in prop::collection::vec((0..20_u8, any::<bool>()), 0..60),
        how in how(),
    ) {
        run(async {
            let db = tables(&items).await;
            let whole = || limited!(Whole, db.query(Whole::of_day("d")), how);
            let shards = || limited!(Spread, db.query(Spread::of_day("d")), how);
            let expected: Vec<u16> = whole().all().await.unwrap().iter().map(|item| item.id).collect();
            prop_assert_eq!(ids(&shards().all().await.unwrap()), expected.clone());
            let taken = &expected[..how.take.min(expected.len())];
            prop_assert_eq!(ids(&shards().take(how.take).all().await.unwrap()), taken);
            prop_assert_eq!(ids(&shards().take(how.take).page().await.unwrap().items), taken);
            prop_assert_eq!(shards().count().await.unwrap(), expected.len() as u64);
            prop_assert_eq!(shards().take(how.take).count().await.unwrap(), taken.len() as u64);
            let first = shards().first().await.unwrap();
            prop_assert_eq!(first.map(|item| item.id), expected.first().copied());
            let (mut stream, mut streamed) = (shards().items(), Vec::new());
            while let Some(item) = stream.next().await {
                streamed.push(item.unwrap().id);
            }
            prop_assert_eq!(streamed, expected);
            Ok(())
        })?;
    }

    /// Where many items have one sort key, as in an index, they come in some order, and each once.
    #[test]
    fn an_index_is_read_in_order(
        items in prop::collection::vec((0..4_u8, any::<bool>()), 0..40),
        how in how(),
    ) {
        run(async {
            let db = tables(&items).await;
            let shards = || limited!(Spread, db.query(Spread::by_kind("k")), how);
            let all = shards().all().await.unwrap();
            let mut times: Vec<u8> = all.iter().map(|item| item.at).collect();
            let mut expected: Vec<u8> =
                items.iter().filter(|(_, keep)| *keep || !how.filtered).map(|(at, _)| *at).collect();
            expected.sort_unstable();
            if how.descending {
                times.reverse();
            }
            prop_assert_eq!(times, expected);
            let (mut paged, mut cursor) = (Vec::new(), None);
            loop {
                let page = shards().take(how.take).cursor(cursor).page().await.unwrap();
                paged.extend(page.items);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert_eq!(ids(&paged), ids(&all));
            Ok(())
        })?;
    }

    /// Forth in pages of `take` gives the chunks of the whole; back from the end gives the same pages in the other order.
    #[test]
    fn a_walk_back_gives_the_pages_of_the_walk_forth(
        items in prop::collection::vec((0..20_u8, any::<bool>()), 0..60),
        how in how(),
        index in any::<bool>(),
    ) {
        run(async {
            let db = tables(&items).await;
            let page = async |cursor: Option<Cursor>| {
                // A token goes through text.
                let cursor = cursor.map(|cursor| cursor.to_string().parse::<Cursor>().unwrap());
                if index {
                    let query = limited!(Spread, db.query(Spread::by_kind("k")), how);
                    query.take(how.take).cursor(cursor).page().await.unwrap()
                } else {
                    let query = limited!(Spread, db.query(Spread::of_day("d")), how);
                    query.take(how.take).cursor(cursor).page().await.unwrap()
                }
            };
            let (mut forth, mut last) = (Vec::new(), page(None).await);
            prop_assert!(last.previous.is_none());
            loop {
                forth.push(ids(&last.items));
                let Some(next) = last.next.clone() else { break };
                last = page(Some(next)).await;
            }
            let mut back = vec![ids(&last.items)];
            while let Some(previous) = last.previous.clone() {
                let before = page(Some(previous)).await;
                let again = match &before.next {
                    Some(next) => ids(&page(Some(next.clone())).await.items),
                    None => Vec::new(),
                };
                prop_assert_eq!(again, ids(&last.items));
                last = before;
                back.push(ids(&last.items));
            }
            back.reverse();
            let full = |pages: Vec<Vec<u16>>| -> Vec<Vec<u16>> {
                pages.into_iter().filter(|page| !page.is_empty()).collect()
            };
            let n_kept = items.iter().filter(|(_, keep)| *keep || !how.filtered).count();
            let forth = full(forth);
            prop_assert_eq!(forth.len(), n_kept.div_ceil(how.take));
            prop_assert!(forth.iter().rev().skip(1).all(|page| page.len() == how.take));
            prop_assert_eq!(full(back), forth);
            Ok(())
        })?;
    }

    /// Each shard by itself: together they have each item once, and by its key each is found by one request.
    #[test]
    fn shards_one_by_one_are_the_whole(items in prop::collection::vec((0..20_u8, any::<bool>()), 0..40)) {
        run(async {
            let db = tables(&items).await;
            let mut found = Vec::new();
            for shard in 0..5 {
                found.extend(ids(&db.query(Spread::of_day("d")).shard(shard).all().await.unwrap()));
            }
            found.sort_unstable();
            prop_assert_eq!(found, (0..).take(items.len()).collect::<Vec<u16>>());
            for (id, (at, keep)) in (0..).zip(&items) {
                let item = db.get(Spread::key("d", *at, id)).await.unwrap().unwrap();
                prop_assert_eq!((item.id, item.keep), (id, *keep));
                let pinned = db.query(Spread::of_day("d").at(*at).id(id));
                prop_assert_eq!(pinned.to_requests().unwrap().len(), 1);
                prop_assert_eq!(ids(&pinned.all().await.unwrap()), [id]);
            }
            Ok(())
        })?;
    }
}
