//! Streams: what is recorded, and how it is read.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use dynorm::backend::table::{CreateTable, Projection, StreamView, TimeToLive};
use dynorm::backend::{FailureKind, call};
use dynorm::value::Item;
use dynorm_mem::call::stream::{
    DescribeStream, Event, GetRecords, GetShardIterator, ListStreams, Record, Records, ShardIteratorType,
    StreamStatus,
};
use dynorm_mem::{Engine, ManualClock, MemBackend, Request};
use proptest::prelude::*;

use crate::kit::*;

fn streamed(name: &str, view: StreamView) -> CreateTable {
    CreateTable {
        stream: Some(view),
        ..definition(name, "id:S", vec![global("ggg", "g:S", Projection::All)])
    }
}

fn watched(view: StreamView) -> Engine {
    with_table(streamed("users", view))
}

fn arn(engine: &Engine) -> String {
    engine.describe_table("users").unwrap().stream_arn.unwrap()
}

fn shard(engine: &Engine, arn: &str, now: SystemTime) -> dynorm_mem::call::stream::Shard {
    let call = DescribeStream { stream: arn.into(), ..Default::default() };
    engine.describe_stream(&call, now).unwrap().shards.remove(0)
}

fn iterator_at(engine: &Engine, kind: ShardIteratorType, number: Option<&str>, now: SystemTime) -> String {
    let stream = arn(engine);
    let shard = shard(engine, &stream, now).id;
    let sequence_number = number.map(str::to_owned);
    engine.get_shard_iterator(&GetShardIterator { stream, shard, kind, sequence_number }, now).unwrap()
}

fn read(engine: &Engine, iterator: String, now: SystemTime) -> Records {
    engine.get_records(&GetRecords { iterator, limit: None }, now).unwrap()
}

/// All records that can be read still.
fn records_at(engine: &Engine, now: SystemTime) -> Vec<Record> {
    read(engine, iterator_at(engine, ShardIteratorType::TrimHorizon, None, now), now).records
}

fn records(engine: &Engine) -> Vec<Record> {
    records_at(engine, NOW)
}

fn remove(engine: &mut Engine, key: Item) {
    engine.delete(&call::Delete { table: engine.table(), key, ..Default::default() }).unwrap();
}

/// Insert, modify and remove of one item.
fn life(engine: &mut Engine) {
    engine.store(item! { id: "a", n: 1 });
    engine.store(item! { id: "a", n: 2 });
    remove(engine, item! { id: "a" });
}

#[track_caller]
fn check_images(view: StreamView, expected: [(Option<Item>, Option<Item>); 3]) {
    let mut engine = watched(view);
    life(&mut engine);
    let records = records(&engine);
    let events: Vec<Event> = records.iter().map(|record| record.event).collect();
    assert_eq!(events, [Event::Insert, Event::Modify, Event::Remove]);
    for record in &records {
        assert_eq!((&record.keys, record.view), (&item! { id: "a" }, view));
        let images = record.old_image.iter().chain(&record.new_image);
        let size: usize = images.map(Item::size_bytes).sum();
        assert_eq!(record.size_bytes, (size + 3) as u64);
    }
    let images: Vec<_> = records.into_iter().map(|record| (record.old_image, record.new_image)).collect();
    assert_eq!(images, expected);
}

#[test]
fn records_have_the_images_of_the_view() {
    let (one, two) = (|| Some(item! { id: "a", n: 1 }), || Some(item! { id: "a", n: 2 }));
    check_images(StreamView::KeysOnly, [(None, None), (None, None), (None, None)]);
    check_images(StreamView::NewImage, [(None, one()), (None, two()), (None, None)]);
    check_images(StreamView::OldImage, [(None, None), (one(), None), (two(), None)]);
    check_images(StreamView::NewAndOldImages, [(None, one()), (one(), two()), (two(), None)]);
}

#[test]
fn what_changes_nothing_is_not_recorded() {
    let mut engine = watched(StreamView::NewAndOldImages);
    engine.store(item! { id: "a", n: 1, s: ss(["x", "y"]) });
    assert_eq!(records(&engine).len(), 1);
    engine.store(item! { n: 1, id: "a", s: ss(["y", "x"]) });
    engine.change(item! { id: "a" }, "SET n = :n", no_names(), values! { n: 1 }).unwrap();
    engine.change(item! { id: "a" }, "REMOVE nothing", no_names(), no_values()).unwrap();
    remove(&mut engine, item! { id: "none" });
    let refused = call::Put {
        table: "users".into(),
        item: item! { id: "a" },
        condition: Some("attribute_not_exists(id)".into()),
        ..Default::default()
    };
    engine.put(refused).unwrap_err();
    assert_eq!(records(&engine).len(), 1);
}

#[test]
fn an_update_that_creates_is_an_insert() {
    let mut engine = watched(StreamView::NewAndOldImages);
    engine.change(item! { id: "a" }, "SET n = :n", no_names(), values! { n: 1 }).unwrap();
    let records = records(&engine);
    assert_eq!(records[0].event, Event::Insert);
    assert_eq!(records[0].new_image, Some(item! { id: "a", n: 1 }));
}

#[test]
fn batches_and_transactions_have_one_record_an_item() {
    let mut engine = watched(StreamView::KeysOnly);
    engine.store(item! { id: "b" });
    let batch = call::BatchWrite {
        tables: [(
            "users".to_owned(),
            vec![
                call::BatchWriteAction::Put(item! { id: "a" }),
                call::BatchWriteAction::Put(item! { id: "b" }),
                call::BatchWriteAction::Delete(item! { id: "none" }),
            ],
        )]
        .into(),
        ..Default::default()
    };
    engine.batch_write(batch).unwrap();
    let key = |id: &str| Item::from([("id", id)]);
    let put = |id: &str| call::Put { table: "users".into(), item: key(id), ..Default::default() };
    let check = call::Check {
        table: "users".into(),
        key: key("a"),
        condition: Some("attribute_exists(id)".into()),
        ..Default::default()
    };
    let delete = call::Delete { table: "users".into(), key: key("b"), ..Default::default() };
    let actions = vec![
        call::TransactWriteAction::Put(put("c")),
        call::TransactWriteAction::Check(check),
        call::TransactWriteAction::Delete(delete),
    ];
    let transaction = call::TransactWrite { actions, token: Some("t".into()), ..Default::default() };
    engine.transact_write(transaction.clone(), NOW).unwrap();
    engine.transact_write(transaction, NOW).unwrap();
    let told: Vec<_> = records(&engine).into_iter().map(|record| (record.event, record.keys)).collect();
    let expected = [(Event::Insert, "b"), (Event::Insert, "a"), (Event::Insert, "c"), (Event::Remove, "b")];
    assert_eq!(told, expected.map(|(event, id)| (event, key(id))));
}

#[test]
fn expiry_is_marked_as_the_services() {
    let mut engine = watched(StreamView::OldImage);
    let setting = TimeToLive { table: "users".into(), attribute: "ttl".into(), enabled: true };
    engine.update_time_to_live(&setting, NOW).unwrap();
    engine.store(item! { id: "a", ttl: 5 });
    engine.store(item! { id: "b", ttl: 50 });
    remove(&mut engine, item! { id: "b" });
    assert_eq!(engine.sweep_expired(seconds(9)), 1);
    let records = records_at(&engine, seconds(9));
    let told: Vec<_> = records.iter().map(|record| (record.event, record.is_expiry)).collect();
    let insert = (Event::Insert, false);
    assert_eq!(told, [insert, insert, (Event::Remove, false), (Event::Remove, true)]);
    assert_eq!((records[3].created, &records[3].old_image), (seconds(9), &Some(item! { id: "a", ttl: 5 })));
}

#[test]
fn the_same_calls_give_the_same_records() {
    let run = || {
        let mut engine = watched(StreamView::NewAndOldImages);
        life(&mut engine);
        engine
    };
    assert_eq!(records(&run()), records(&run()));
    let records = records(&run());
    let mut ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())));
    let numbers: Vec<&str> = records.iter().map(|record| record.sequence_number.as_str()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b));
    assert!(numbers.iter().all(|n| (21..=40).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit())));
}

#[test]
fn records_say_when() {
    let mut engine = watched(StreamView::KeysOnly);
    let put = call::Put { table: "users".into(), item: item! { id: "a" }, ..Default::default() };
    let at = seconds(70) + Duration::from_millis(900);
    engine.call(Request::Put(put.clone()), at).unwrap();
    assert_eq!(records_at(&engine, at)[0].created, seconds(70));
    engine.set_now(seconds(99));
    engine.put(call::Put { item: item! { id: "b" }, ..put }).unwrap();
    assert_eq!(records_at(&engine, at)[1].created, seconds(99));
}

#[tokio::test]
async fn the_backend_tells_the_time() {
    use dynorm::backend::Backend;
    let clock = ManualClock::at(seconds(1000));
    let backend = MemBackend::of(watched(StreamView::KeysOnly)).with_clock(clock.clone());
    clock.advance(Duration::from_secs(5));
    let put = call::Put { table: "users".into(), item: item! { id: "a" }, ..Default::default() };
    backend.put(put).await.unwrap();
    assert_eq!(records_at(&backend.engine(), clock.now())[0].created, seconds(1005));
}

#[test]
fn a_fork_records_on_its_own() {
    let mut engine = watched(StreamView::KeysOnly);
    engine.store(item! { id: "a" });
    let mut fork = engine.clone();
    fork.store(item! { id: "b" });
    assert_eq!((records(&engine).len(), records(&fork).len()), (1, 2));
}

#[test]
fn a_stream_is_described() {
    let engine = watched(StreamView::NewImage);
    let stream = arn(&engine);
    let table = engine.describe_table("users").unwrap();
    assert_eq!(table.stream, Some(StreamView::NewImage));
    assert_eq!(stream, format!("{}/stream/1970-01-01T00:00:00.000", table.arn));
    let described = engine
        .describe_stream(&DescribeStream { stream: stream.clone(), ..Default::default() }, NOW)
        .unwrap();
    assert_eq!((&described.arn, described.label.as_str()), (&stream, "1970-01-01T00:00:00.000"));
    assert_eq!((described.table.as_str(), described.key), ("users", key("id:S")));
    assert_eq!((described.view, described.status), (StreamView::NewImage, StreamStatus::Enabled));
    assert_eq!((described.created, described.shards.len(), described.last_shard), (NOW, 1, None));
    let shard = &described.shards[0];
    assert!(shard.id.starts_with("shardId-00000000000000000000-"), "{}", shard.id);
    assert_eq!((shard.id.len(), &shard.last), (37, &None));
    let behind = DescribeStream { stream, start: Some(shard.id.clone()), limit: Some(100) };
    assert_eq!(engine.describe_stream(&behind, NOW).unwrap().shards, []);
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let mut engine = watched(StreamView::KeysOnly);
    let latest = iterator_at(&engine, ShardIteratorType::Latest, None, NOW);
    for n in 0..5 {
        engine.store(item! { id: format!("{n}") });
    }
    let page = |iterator: String, limit| {
        engine.get_records(&GetRecords { iterator, limit: Some(limit) }, NOW).unwrap()
    };
    let first = page(latest, 2);
    let second = page(first.next.clone().unwrap(), 1000);
    let ids = |records: &Records| -> Vec<Item> { records.records.iter().map(|r| r.keys.clone()).collect() };
    assert_eq!(ids(&first), [item! { id: "0" }, item! { id: "1" }]);
    assert_eq!(ids(&second), [item! { id: "2" }, item! { id: "3" }, item! { id: "4" }]);
    let end = page(second.next.unwrap(), 1);
    assert_eq!(end.records, []);
    engine.store(item! { id: "5" });
    assert_eq!(ids(&read(&engine, end.next.unwrap(), NOW)), [item! { id: "5" }]);
    let latest = iterator_at(&engine, ShardIteratorType::Latest, None, NOW);
    assert_eq!(read(&engine, latest, NOW).records, []);
}

#[test]
fn reading_begins_at_or_after_a_number() {
    let mut engine = watched(StreamView::KeysOnly);
    let first = shard(&engine, &arn(&engine), NOW).first;
    let count = |engine: &Engine, kind, number: &str| {
        read(engine, iterator_at(engine, kind, Some(number), NOW), NOW).records.len()
    };
    let (at, after) = (ShardIteratorType::AtSequenceNumber, ShardIteratorType::AfterSequenceNumber);
    assert_eq!((count(&engine, at, &first), count(&engine, after, &first)), (0, 0));
    life(&mut engine);
    let records = records(&engine);
    assert_eq!((count(&engine, at, &first), count(&engine, after, &first)), (3, 3));
    for (n, record) in records.iter().enumerate() {
        let number = &record.sequence_number;
        assert_eq!((count(&engine, at, number), count(&engine, after, number)), (3 - n, 2 - n));
    }
}

#[test]
fn a_page_has_at_most_a_megabyte() {
    let mut engine = watched(StreamView::NewAndOldImages);
    for n in 0..4 {
        engine.store(item! { id: format!("{n}"), text: "x".repeat(390_000) });
    }
    let first = iterator_at(&engine, ShardIteratorType::TrimHorizon, None, NOW);
    let first = read(&engine, first, NOW);
    assert_eq!(first.records.len(), 2);
    assert_eq!(read(&engine, first.next.unwrap(), NOW).records.len(), 2);
}

#[test]
fn records_can_be_read_for_a_day() {
    let mut engine = watched(StreamView::KeysOnly);
    engine.set_now(seconds(0));
    engine.store(item! { id: "a" });
    engine.set_now(seconds(3600));
    engine.store(item! { id: "b" });
    let day = 24 * 3600;
    assert_eq!(records_at(&engine, seconds(day - 1)).len(), 2);
    let stale = iterator_at(&engine, ShardIteratorType::TrimHorizon, None, seconds(day - 1));
    let number = records(&engine)[0].sequence_number.clone();
    assert_eq!(records_at(&engine, seconds(day)).len(), 1);
    let failure = engine.get_records(&GetRecords { iterator: stale, limit: None }, seconds(day)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Other("TrimmedDataAccessException".into()));
    assert_eq!(failure.message, "The data you are trying to access has been trimmed");
    let stream = arn(&engine);
    let shard = shard(&engine, &stream, NOW).id;
    let kind = ShardIteratorType::AtSequenceNumber;
    let call = GetShardIterator { stream, shard, kind, sequence_number: Some(number) };
    let failure = engine.get_shard_iterator(&call, seconds(day)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Other("TrimmedDataAccessException".into()));
    let call = GetShardIterator { kind: ShardIteratorType::AfterSequenceNumber, ..call };
    engine.get_shard_iterator(&call, seconds(day)).unwrap();
    assert_eq!(records_at(&engine, seconds(day + 3600)), []);
}

#[test]
fn an_iterator_is_good_for_fifteen_minutes() {
    let engine = watched(StreamView::KeysOnly);
    let iterator = iterator_at(&engine, ShardIteratorType::Latest, None, seconds(0));
    let next = read(&engine, iterator.clone(), seconds(900)).next.unwrap();
    let call = GetRecords { iterator, limit: None };
    let failure = engine.get_records(&call, seconds(901)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Other("ExpiredIteratorException".into()));
    assert_eq!(failure.message, "Shard iterator has expired");
    read(&engine, next, seconds(1800));
}

#[test]
fn the_stream_of_a_deleted_table_can_be_read_for_a_day() {
    let mut engine = watched(StreamView::KeysOnly);
    let stream = arn(&engine);
    engine.store(item! { id: "a" });
    let id = shard(&engine, &stream, NOW).id;
    let latest = iterator_at(&engine, ShardIteratorType::Latest, None, NOW);
    engine.delete_table("users").unwrap();

    let call = DescribeStream { stream: stream.clone(), ..Default::default() };
    let described = engine.describe_stream(&call, NOW).unwrap();
    assert_eq!(described.status, StreamStatus::Disabled);
    assert_eq!(engine.list_streams(&ListStreams::default(), NOW).unwrap().streams.len(), 1);
    let kind = ShardIteratorType::TrimHorizon;
    let first = GetShardIterator { stream, shard: id, kind, sequence_number: None };
    let iterator = engine.get_shard_iterator(&first, NOW).unwrap();
    let records = read(&engine, iterator, NOW);
    assert_eq!((records.records.len(), records.next), (1, None));
    assert_eq!(described.shards[0].last, Some(records.records[0].sequence_number.clone()));
    assert_eq!(read(&engine, latest, NOW), Records::default());

    let day = seconds(24 * 3600);
    assert_eq!(engine.describe_stream(&call, day).unwrap_err().kind, FailureKind::NotFound);
    assert_eq!(engine.list_streams(&ListStreams::default(), day).unwrap().streams, []);
}

#[test]
fn a_table_that_is_created_again_has_a_stream_of_its_own() {
    let mut engine = watched(StreamView::KeysOnly);
    let old = arn(&engine);
    engine.store(item! { id: "a" });
    engine.delete_table("users").unwrap();
    engine.create_table(streamed("users", StreamView::KeysOnly), NOW).unwrap();
    assert_eq!(arn(&engine), old.replace(".000", ".001"));
    assert_eq!(records(&engine), []);
}

#[test]
fn lists_of_streams_have_pages() {
    let mut engine = Engine::new();
    for n in 0..101 {
        engine.create_table(streamed(&format!("t-{n:03}"), StreamView::KeysOnly), NOW).unwrap();
    }
    engine.create_table(definition("none", "id:S", vec![]), NOW).unwrap();
    let list = |call: ListStreams| engine.list_streams(&call, NOW).unwrap();
    let first = list(ListStreams::default());
    assert_eq!((first.streams.len(), first.last.as_deref()), (100, Some(first.streams[99].arn.as_str())));
    let rest = list(ListStreams { start: first.last, ..Default::default() });
    assert_eq!((rest.streams.len(), rest.last), (1, None));
    assert_eq!((rest.streams[0].table.as_str(), rest.streams[0].label.len()), ("t-100", 23));
    let of = |table: &str| list(ListStreams { table: Some(table.into()), ..Default::default() }).streams;
    assert_eq!(of("t-007"), [first.streams[7].clone()]);
    assert_eq!((of("none"), of("nobody")), (vec![], vec![]));
    assert_eq!(
        list(ListStreams { limit: Some(7), ..Default::default() }).last,
        Some(first.streams[6].arn.clone())
    );
}

#[test]
fn what_is_not_there_is_not_found() {
    let engine = watched(StreamView::KeysOnly);
    let stream = arn(&engine);
    let message = |failure: dynorm::backend::Failure| {
        assert_eq!(failure.kind, FailureKind::NotFound);
        failure.message
    };
    for other in [stream.replace("users", "nobody"), stream.replace(".000", ".007")] {
        let call = DescribeStream { stream: other.clone(), ..Default::default() };
        let failure = engine.describe_stream(&call, NOW).unwrap_err();
        assert_eq!(message(failure), format!("Requested resource not found: Stream: {other} not found"));
    }
    let shard = "shardId-00000000000000000000-12345678".to_owned();
    let call = GetShardIterator { stream, shard, ..Default::default() };
    let failure = engine.get_shard_iterator(&call, NOW).unwrap_err();
    assert_eq!(message(failure), "Requested resource not found: Shard does not exist");
}

#[test]
fn what_is_malformed_is_refused() {
    let engine = watched(StreamView::KeysOnly);
    let stream = arn(&engine);
    let shard = shard(&engine, &stream, NOW);
    let long = "arn:without-any-of-the-parts-that-arns-have";
    let describe = |stream: &str| {
        bare_refusal(
            engine.describe_stream(&DescribeStream { stream: stream.into(), ..Default::default() }, NOW),
        )
    };
    assert_eq!(describe(long), "Invalid StreamArn");
    let length = |member: &str, rule: &str| {
        format!("Value at '{member}' failed to satisfy constraint: Member must have length {rule}")
    };
    assert_eq!(describe("users"), length("StreamArn", "greater than or equal to 37"));
    let list = ListStreams { start: Some(long.into()), ..Default::default() };
    assert_eq!(bare_refusal(engine.list_streams(&list, NOW)), "Invalid StreamArn");
    let list = ListStreams { limit: Some(101), ..Default::default() };
    refusal(engine.list_streams(&list, NOW));

    let number = |kind, number: Option<&str>| {
        let (stream, shard) = (stream.clone(), shard.id.clone());
        let sequence_number = number.map(str::to_owned);
        bare_refusal(
            engine.get_shard_iterator(&GetShardIterator { stream, shard, kind, sequence_number }, NOW),
        )
    };
    let (at, latest) = (ShardIteratorType::AtSequenceNumber, ShardIteratorType::Latest);
    assert_eq!(number(at, None), "SequenceNumber is required for ShardIteratorType AT_SEQUENCE_NUMBER");
    let not_allowed = "SequenceNumber must not be specified for ShardIteratorType LATEST";
    assert_eq!(number(latest, Some(&shard.first)), not_allowed);
    assert_eq!(number(at, Some(&"9".repeat(40))), "Invalid SequenceNumber");
    assert_eq!(number(at, Some(&"x".repeat(24))), "Invalid SequenceNumber");
    assert_eq!(number(at, Some(&shard.first.replace('0', "1"))), "Invalid SequenceNumber");
    assert_eq!(number(at, Some("7")), length("SequenceNumber", "greater than or equal to 21"));

    let good = iterator_at(&engine, latest, None, NOW);
    let records = |iterator: &str, limit| {
        bare_refusal(engine.get_records(&GetRecords { iterator: iterator.into(), limit: Some(limit) }, NOW))
    };
    assert_eq!(records("nonsense", 1), "Invalid ShardIterator");
    assert_eq!(records(&good[..good.len() - 1], 1), "Invalid ShardIterator");
    assert_eq!(records("", 1), length("ShardIterator", "greater than or equal to 1"));
    let limit = "Value at 'Limit' failed to satisfy constraint: Member must have value";
    assert_eq!(records(&good, 0), format!("{limit} greater than or equal to 1"));
    assert_eq!(records(&good, 1001), format!("{limit} less than or equal to 1000"));
}

proptest! {
    /// Whoever applies the records in turn has the table.
    #[test]
    fn replaying_the_records_gives_the_table(
        writes in proptest::collection::vec((0u8..4, 0u8..6, 0u8..3), 1..60),
    ) {
        let mut engine = watched(StreamView::NewAndOldImages);
        let mut n_changes = 0;
        for (kind, id, n) in writes {
            let key = item! { id: format!("{id}") };
            let before = engine.load(key.clone());
            match kind {
                0 => remove(&mut engine, key.clone()),
                1 => {
                    let values = values! { n: i64::from(n) };
                    engine.change(key.clone(), "SET n = :n", no_names(), values).unwrap();
                }
                _ => engine.store(item! { id: format!("{id}"), n: i64::from(n) }),
            }
            n_changes += usize::from(engine.load(key) != before);
        }
        let records = records(&engine);
        prop_assert_eq!(records.len(), n_changes);
        let mut replayed: BTreeMap<String, Item> = BTreeMap::new();
        for record in records {
            let key = format!("{:?}", record.keys);
            let before = match record.new_image {
                Some(item) => replayed.insert(key, item),
                None => replayed.remove(&key),
            };
            prop_assert_eq!(before, record.old_image);
        }
        let mut items: Vec<Item> = engine.items("users").collect();
        items.sort_by_key(|item| format!("{item:?}"));
        prop_assert_eq!(items, replayed.into_values().collect::<Vec<_>>());
    }
}
