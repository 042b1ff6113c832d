//! Partitions that are spread over shards.

use std::collections::BTreeSet;

use dynorm::backend::call;
use dynorm::prelude::*;
use dynorm::{CursorKeys, CursorProblem};

use crate::scenario::{Event, before};

/// What is unique in a spread partition.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Tickets", pk = "TICKETS#{day}", sk = "{id}", name = of_day, shards = 5, by = id, unique(seat))]
pub struct Ticket {
    day: String,
    id: u64,
    seat: String,
}

mod ticket_before {
    use dynorm::prelude::*;

    /// The same before there were five shards.
    #[derive(Entity, Clone, Debug, PartialEq)]
    #[entity(table = "Tickets", pk = "TICKETS#{day}", sk = "{id}", name = of_day, shards = 2, by = id, unique(seat))]
    pub(super) struct Ticket {
        pub(super) day: String,
        pub(super) id: u64,
        pub(super) seat: String,
    }
}

fn event(at: u32) -> Event {
    Event {
        day: "monday".into(),
        at,
        id: format!("e{at}"),
        kind: if at.is_multiple_of(3) { "click" } else { "view" }.into(),
        owner: at.is_multiple_of(2).then(|| "ann".into()),
        weight: i64::from(at * 7 % 10) - 5,
    }
}

fn key(at: u32) -> Key<Event> {
    Event::key("monday", at, format!("e{at}"))
}

/// Events 0 to 19 of one day, and one of another.
async fn events(t: &crate::setup::Test) -> Db {
    let db = t.table::<Event>().await;
    db.put_many((0..20).map(event)).await.unwrap().complete().unwrap();
    db.put(&Event { day: "tuesday".into(), ..event(3) }).await.unwrap();
    db
}

fn times(events: &[Event]) -> Vec<u32> {
    events.iter().map(|event| event.at).collect()
}

/// The partition key in a key.
fn partition_text(key: &Key<Event>) -> String {
    match key.item().unwrap().get("PK") {
        Some(Value::S(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// The partition key of an item, if it is there.
async fn partition(db: &Db, at: u32) -> Option<String> {
    let items = db.query(Event::of_day("monday").at(at)).raw_page().await.unwrap().items;
    items.first().map(|item| match item.get("PK") {
        Some(Value::S(text)) => text.clone(),
        other => format!("{other:?}"),
    })
}

crate::cases! {
    /// An item is found by its key, wherever it is, by one request; and the key reads back.
    async fn a_key_knows_its_shard(t: &Test) {
        let db = events(t).await;
        let mut shards = BTreeSet::new();
        for at in 0..20 {
            assert_eq!(db.get(key(at)).consistent().await.unwrap(), Some(event(at)));
            let stored = partition(&db, at).await.unwrap();
            let item = key(at).item().unwrap().clone();
            assert_eq!(item.get("PK"), Some(&Value::from(stored.as_str())));
            assert_eq!(Key::<Event>::parse(&item).unwrap().field(Event::ID).unwrap(), format!("e{at}"));
            shards.insert(stored);
        }
        let expected: BTreeSet<String> = (0..4).map(|shard| format!("EVENTS#monday#00{shard}")).collect();
        assert_eq!(shards, expected);
        db.update(key(4)).set(Event::WEIGHT, 99).await.unwrap();
        assert_eq!(db.get(key(4)).await.unwrap().map(|event| event.weight), Some(99));
        db.delete(key(4)).await.unwrap();
        assert_eq!(db.get(key(4)).await.unwrap(), None);
        let read = db.get_many([key(3), key(4), key(5)]).await.unwrap().complete().unwrap();
        assert_eq!(read, [Some(event(3)), None, Some(event(5))]);
        let none = Item::from([("PK", Value::from("EVENTS#monday#004")), ("SK", Value::from("0000000001#e1"))]);
        assert!(Key::<Event>::parse(&none).unwrap_err().is_key());
    }

    /// All shards together are in the order of the sort key, in both directions.
    async fn shards_are_merged_in_order(t: &Test) {
        let db = events(t).await;
        let query = || db.query(Event::of_day("monday"));
        let upwards: Vec<u32> = (0..20).collect();
        let downwards: Vec<u32> = (0..20).rev().collect();
        assert_eq!(times(&query().consistent().all().await.unwrap()), upwards);
        assert_eq!(times(&query().newest_first().all().await.unwrap()), downwards);
        assert_eq!(times(&query().concurrency(1).all().await.unwrap()), upwards);
        assert_eq!(times(&query().take(7).all().await.unwrap()), upwards[..7]);
        assert_eq!(query().newest_first().first().await.unwrap().map(|event| event.at), Some(19));
        let keys = query().take(3).keys().all().await.unwrap();
        assert_eq!(keys, [key(0), key(1), key(2)]);
        let ranged = db.query(Event::of_day("monday").at_in(5..9)).all().await.unwrap();
        assert_eq!(times(&ranged), [5, 6, 7, 8]);
        assert_eq!(db.query(Event::of_day("friday")).all().await.unwrap(), []);
        let clicks = || query().filter(Event::KIND.eq("click"));
        assert_eq!(times(&clicks().take(3).all().await.unwrap()), [0, 3, 6]);
        assert_eq!(clicks().count().await.unwrap(), 7);
        assert_eq!(clicks().evaluate(1).take(4).count().await.unwrap(), 4);
        let (mut items, mut streamed) = (query().evaluate(2).items(), Vec::new());
        while let Some(event) = items.next().await {
            streamed.push(event.unwrap().at);
        }
        assert_eq!(streamed, upwards);
    }

    /// A few items need no more than one request for each shard, of as many items.
    async fn a_read_asks_each_shard_for_its_share(t: &Test) {
        let db = events(t).await;
        let query = || db.query(Event::of_day("monday"));
        let page = query().take(1).page().await.unwrap();
        assert_eq!((times(&page.items), page.requests, page.scanned), (vec![0], 4, 4));
        if let Some(capacity) = &page.capacity {
            assert!(capacity.units.total >= 2.0, "{capacity:?}");
        }
        let requests = query().take(4).to_requests().unwrap();
        assert_eq!(requests.iter().map(|request| request.limit).collect::<Vec<_>>(), [Some(2); 4]);
        let error = query().to_request().unwrap_err().to_string();
        assert!(error.contains("to_requests"), "{error}");
        // What decides about the shard is asked for, so that there is one.
        let pinned = db.query(Event::of_day("monday").at(7).id("e7"));
        assert_eq!(pinned.to_requests().unwrap().len(), 1);
        let page = pinned.page().await.unwrap();
        assert_eq!((times(&page.items), page.requests), (vec![7], 1));
    }

    /// One cursor goes on in all shards, forth and back, and is bound to the read.
    async fn one_cursor_is_for_all_shards(t: &Test) {
        let db = events(t).await.with_cursor_keys(CursorKeys::new([7; 32]).unwrap());
        let query = || db.query(Event::of_day("monday")).take(6);
        let (mut pages, mut cursor) = (Vec::new(), None::<Cursor>);
        loop {
            let page = query().cursor(cursor).page().await.unwrap();
            cursor = page.next.as_ref().map(|next| next.to_string().parse().unwrap());
            pages.push(page);
            if cursor.is_none() {
                break;
            }
        }
        let found: Vec<Vec<u32>> = pages.iter().map(|page| times(&page.items)).filter(|page| !page.is_empty()).collect();
        let expected: Vec<Vec<u32>> = (0..20).collect::<Vec<u32>>().chunks(6).map(<[u32]>::to_vec).collect();
        assert_eq!(found, expected);
        let back = query().cursor(pages[2].previous.clone()).page().await.unwrap();
        assert_eq!(times(&back.items), [6, 7, 8, 9, 10, 11]);
        let first = query().cursor(back.previous.clone()).page().await.unwrap();
        assert_eq!(times(&first.items), [0, 1, 2, 3, 4, 5]);
        let again = query().cursor(back.next.clone()).page().await.unwrap();
        assert_eq!(again.items, pages[2].items);

        let next = pages[0].next.clone().unwrap();
        let other_reads = [
            db.query(Event::of_day("tuesday")),
            db.query(Event::of_day("monday")).newest_first(),
            db.query(Event::of_day("monday")).shard(1),
        ];
        for other in other_reads {
            let error = other.cursor(next.clone()).page().await.unwrap_err();
            assert_eq!(error.cursor_problem(), Some(CursorProblem::OtherRead), "{error}");
        }
        let forged = db.clone().with_cursor_keys(CursorKeys::new([8; 32]).unwrap());
        let error = forged.query(Event::of_day("monday")).cursor(next).page().await.unwrap_err();
        assert_eq!(error.cursor_problem(), Some(CursorProblem::BadSignature));
    }

    /// Each shard can be read by itself, and has an ordinary cursor.
    async fn a_worker_reads_its_shard(t: &Test) {
        let db = events(t).await;
        let mut found = Vec::new();
        for shard in 0..4 {
            let mut cursor = None;
            loop {
                let query = db.query(Event::of_day("monday")).shard(shard).take(2).cursor(cursor);
                let page = query.page().await.unwrap();
                assert!(page.requests == 1 && times(&page.items).is_sorted());
                found.extend(times(&page.items));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        found.sort_unstable();
        assert_eq!(found, (0..20).collect::<Vec<u32>>());
        let error = db.query(Event::of_day("monday")).shard(4).all().await.unwrap_err().to_string();
        assert!(error.contains("4 shards"), "{error}");
    }

    /// Requests are counted over all shards, and too few for the first page are refused.
    async fn requests_are_counted_over_all_shards(t: &Test) {
        let db = events(t).await;
        let query = || db.query(Event::of_day("monday")).evaluate(1);
        let error = query().max_requests(3).page().await.unwrap_err().to_string();
        assert!(error.contains("at least 4"), "{error}");
        let page = query().max_requests(6).take(9).page().await.unwrap();
        assert!(page.requests <= 6 && !page.items.is_empty());
        let rest = query().cursor(page.next.clone()).all().await.unwrap();
        assert_eq!([times(&page.items), times(&rest)].concat(), (0..20).collect::<Vec<u32>>());
        assert!(query().max_requests(6).all().await.unwrap_err().is_unfinished());
        assert!(query().max_requests(6).count().await.unwrap_err().is_unfinished());
    }

    /// The partitions of an index are spread by any fields, and an item without one of them is not in it.
    async fn an_index_is_spread_by_fields(t: &Test) {
        let db = events(t).await;
        // Events without an owner have no shard of their kind.
        let clicks = db.query(Event::by_kind("click")).all().await.unwrap();
        assert_eq!(times(&clicks), [0, 6, 12, 18]);
        let first = db.query(Event::by_kind("click")).newest_first().take(2).page().await.unwrap();
        assert_eq!(times(&first.items), [18, 12]);
        // A change of what decides moves the item, and takes it out.
        db.update(key(6)).set(Event::KIND, "view".to_owned()).set(Event::OWNER, Some("bob".to_owned())).await.unwrap();
        assert_eq!(times(&db.query(Event::by_kind("click")).all().await.unwrap()), [0, 12, 18]);
        let views = db.query(Event::by_kind("view").at(6)).all().await.unwrap();
        assert_eq!(views.iter().map(|event| event.owner.as_deref()).collect::<Vec<_>>(), [Some("bob")]);
        db.update(key(12)).set(Event::KIND, "click".to_owned()).remove(Event::OWNER).await.unwrap();
        assert_eq!(times(&db.query(Event::by_kind("click")).all().await.unwrap()), [0, 18]);
        // Of an index that holds keys only, the entities are fetched.
        let of_ann = db.query(Event::by_owner("ann")).hydrate().all().await.unwrap();
        assert_eq!(of_ann.len(), 8);
        let pages = db.query(Event::by_owner("ann")).hydrate();
        assert_eq!(pages.first().await.unwrap().and_then(|event| event.owner), Some("ann".to_owned()));
    }

    /// A local index has the shards of its table.
    async fn a_local_index_has_the_shards_of_the_table(t: &Test) {
        let db = events(t).await;
        let weights = |events: &[Event]| events.iter().map(|event| event.weight).collect::<Vec<_>>();
        let all = db.query(Event::by_weight("monday")).consistent().all().await.unwrap();
        assert_eq!(all.len(), 20);
        assert!(weights(&all).is_sorted());
        let heavy = db.query(Event::by_weight("monday").weight_in(2..)).newest_first().take(3).all().await.unwrap();
        assert_eq!(weights(&heavy), [4, 4, 3]);
    }

    /// Deleting what a pattern finds reaches all shards, and no other partition.
    async fn all_shards_are_deleted(t: &Test) {
        let db = events(t).await;
        let deleted = db.delete_partition(Event::of_day("monday").at_in(..15)).await.unwrap();
        assert_eq!(deleted.n_written, 15);
        deleted.complete().unwrap();
        assert_eq!(times(&db.query(Event::of_day("monday")).all().await.unwrap()), [15, 16, 17, 18, 19]);
        assert_eq!(db.query(Event::of_day("tuesday")).count().await.unwrap(), 1);
    }

    /// The markers of unique fields go where their items go; one that is another's stays.
    async fn markers_move_with_their_items(t: &Test) {
        let db = t.table::<Ticket>().await;
        for id in 0..12 {
            db.put(&ticket_before::Ticket { day: "monday".into(), id, seat: format!("s{id}") }).await.unwrap();
        }
        let moved = db.reshard(Ticket::of_day("monday"), 2).await.unwrap();
        assert!(moved.n_moved > 0 && moved.n_moved + moved.n_kept == 12, "{moved:?}");
        for id in 0..12 {
            let found = db.get_by(Ticket::unique_seat(format!("s{id}"))).await.unwrap();
            assert_eq!(found.map(|ticket| ticket.id), Some(id));
            let twice = Ticket { day: "tuesday".into(), id, seat: format!("s{id}") };
            assert!(db.create(&twice).await.unwrap_err().is_unique_violation());
        }
        for id in 0..12_u64 {
            db.delete(Ticket::key("monday", id)).await.unwrap();
            db.create(&Ticket { day: "tuesday".into(), id, seat: format!("s{id}") }).await.unwrap();
        }

        // Older than the constraint, and not unique.
        for id in 0..12 {
            let old = ticket_before::Ticket { day: "friday".into(), id, seat: format!("s{id}") };
            let put = call::Put { table: db.table_name::<Ticket>(), item: old.to_item().unwrap(), ..call::Put::default() };
            db.backend().put(put).await.unwrap();
        }
        let moved = db.reshard(Ticket::of_day("friday"), 2).await.unwrap();
        assert_eq!(moved.n_moved + moved.n_kept, 12);
        assert_eq!(db.query(Ticket::of_day("friday")).count().await.unwrap(), 12);
        for id in 0..12 {
            let found = db.get_by(Ticket::unique_seat(format!("s{id}"))).await.unwrap().unwrap();
            assert_eq!((found.id, found.day.as_str()), (id, "tuesday"));
        }
    }

    /// After a change of the number of shards, items are moved to where their keys say, once, and as they are stored.
    async fn items_move_to_their_new_shards(t: &Test) {
        let db = t.table::<Event>().await;
        for at in 0..20 {
            let Event { day, at, id, kind, owner, weight } = event(at);
            db.put(&before::Event { day, at, id, kind, owner, weight }).await.unwrap();
        }
        // What the entity does not know goes along.
        let old = before::Event::key("monday", 7u32, "e7").item().unwrap().clone();
        let update = call::Update {
            table: db.table_name::<Event>(),
            key: old,
            update: Some("SET extra = :x".into()),
            values: [(":x".to_owned(), Value::from("kept"))].into(),
            ..call::Update::default()
        };
        db.backend().update(update).await.unwrap();

        let moved = db.reshard(Event::of_day("monday"), 3).await.unwrap();
        assert!(moved.n_moved > 0 && moved.n_kept > 0 && moved.taken.is_empty(), "{moved:?}");
        assert_eq!(moved.n_moved + moved.n_kept, 20);
        for at in 0..20 {
            let found = db.get(key(at)).consistent().await.unwrap();
            assert_eq!(found.map(|event| (event.at, event.weight)), Some((at, event(at).weight)));
        }
        assert_eq!(db.query(Event::of_day("monday")).count().await.unwrap(), 20);
        let raw = db.query(Event::of_day("monday").at(7).id("e7")).raw_page().await.unwrap();
        assert_eq!(raw.items[0].get("extra"), Some(&Value::from("kept")));
        let again = db.reshard(Event::of_day("monday"), 3).await.unwrap();
        assert_eq!((again.n_moved, again.n_kept), (0, 20));

        // Back to fewer: those of the shard that is gone too. One of them is there already.
        let stale = (0..20).find(|at| partition_text(&key(*at)).ends_with("003")).unwrap();
        let Event { day, at, id, kind, owner, weight } = event(stale);
        db.put(&before::Event { day, at, id, kind, owner, weight: weight + 1 }).await.unwrap();
        let moved = db.reshard(before::Event::of_day("monday"), 4).await.unwrap();
        assert_eq!(moved.taken.iter().map(|key| key.item().unwrap()).collect::<Vec<_>>(), [key(stale).item().unwrap()]);
        assert_eq!(db.query(before::Event::of_day("monday")).count().await.unwrap(), 20);
        let error = db.reshard(Event::of_day("monday"), 1).await.unwrap_err().to_string();
        assert!(error.contains("from 2 to 1000"), "{error}");
    }
}
