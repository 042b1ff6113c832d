//! Spans of operations and their requests: what they were for and what they cost, and nothing of any item.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use dynorm::backend::Operation;
use dynorm::prelude::*;
use dynorm_mem::{Fault, Faults, ManualClock, MemBackend};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber};

type Fields = BTreeMap<String, String>;

/// Notes the spans of dynorm, with all their fields, and what is said in events.
#[derive(Clone, Debug, Default)]
struct Recorder {
    spans: Arc<Mutex<Vec<Fields>>>,
    events: Arc<Mutex<Vec<Fields>>>,
    last: Arc<AtomicU64>,
    /// The spans that are entered.
    entered: Arc<Mutex<Vec<Id>>>,
}

impl Recorder {
    /// What spans of this name say of these fields.
    fn told<const LEN: usize>(&self, span: &str, fields: [&str; LEN]) -> Vec<[String; LEN]> {
        let spans = self.spans.lock().unwrap();
        let named = spans.iter().filter(|fields| fields["span"] == span);
        named.map(|span| fields.map(|field| span.get(field).cloned().unwrap_or_default())).collect()
    }

    /// What operations say of these fields, and nothing of what they said before.
    fn operations<const LEN: usize>(&self, fields: [&str; LEN]) -> Vec<[String; LEN]> {
        let told = self.told("dynorm.operation", fields);
        self.spans.lock().unwrap().iter_mut().for_each(|fields| {
            fields.insert("span".into(), "told".into());
        });
        told
    }
}

struct Visitor<'f>(&'f mut Fields);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("dynorm")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        fields.insert("span".into(), attributes.metadata().name().into());
        attributes.record(&mut Visitor(&mut fields));
        if let Some(parent) = self.entered.lock().unwrap().last() {
            fields.insert("parent".into(), parent.into_u64().to_string());
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        fields.insert("id".into(), id.to_string());
        self.spans.lock().unwrap().push(fields);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        let mut more = Fields::new();
        values.record(&mut Visitor(&mut more));
        let fields = &mut self.spans.lock().unwrap()[at];
        for (name, value) in more {
            assert!(fields.insert(name, value).is_none(), "said twice: {fields:?}");
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Visitor(&mut fields));
        self.events.lock().unwrap().push(fields);
    }

    fn enter(&self, span: &Id) {
        self.entered.lock().unwrap().push(span.clone());
    }

    fn exit(&self, _: &Id) {
        self.entered.lock().unwrap().pop();
    }
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Letters", pk = "TO#{to}", sk = "LETTER#{number}", name = of_reader, scan)]
#[entity(index(BySender, name = by_sender, pk = "FROM#{from}", sk = number))]
struct Letter {
    to: String,
    number: u32,
    from: String,
    text: String,
}

fn letter(number: u32) -> Letter {
    Letter { to: "secret-reader".into(), number, from: "secret-sender".into(), text: "secret-text".into() }
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// A database with so many letters, of which nothing is recorded.
async fn letters(faults: &Faults, n: u32) -> Db {
    let db = Db::new(faults.around(MemBackend::new().with_clock(ManualClock::new())));
    db.create_table::<Letter>().await.unwrap();
    for number in 0..n {
        db.put(&letter(number)).await.unwrap();
    }
    db
}

#[test]
fn spans_say_what_a_request_was_for_and_what_it_cost() {
    let recorder = Recorder::default();
    let faults = Faults::new();
    let db = run(letters(&faults, 0));
    with_default(recorder.clone(), || {
        run(async {
            db.put(&letter(1)).await.unwrap();
            faults.inject(Fault::throttled().times(2));
            db.query(Letter::by_sender("secret-sender")).all().await.unwrap();
        });
    });
    let fields = ["otel.name", "operation", "table", "index", "retries", "failure", "items"];
    let query = |retries, failure, items| {
        ["query Letter::by_sender", "Query", "Letters", "BySender", retries, failure, items]
    };
    assert_eq!(
        recorder.told("dynorm.request", fields),
        [
            ["put Letter", "PutItem", "Letters", "", "0", "", "0"],
            query("0", "ThrottlingException", ""),
            query("1", "ThrottlingException", ""),
            query("2", "", "1"),
        ]
    );
    let units = recorder.told("dynorm.request", ["entity", "pattern", "read_units", "write_units"]);
    assert_eq!(
        (&units[0], &units[3]),
        (
            &["Letter", "", "0.0", "2.0"].map(Into::into),
            &["Letter", "by_sender", "0.5", "0.0"].map(Into::into)
        )
    );
    // Each is within the span of its operation.
    let operations: Vec<String> = recorder.told("dynorm.operation", ["id"]).into_iter().flatten().collect();
    let parents: Vec<String> = recorder.told("dynorm.request", ["parent"]).into_iter().flatten().collect();
    assert_eq!(operations.len(), 2);
    assert_eq!(parents, [&operations[0], &operations[1], &operations[1], &operations[1]].map(String::clone));
}

#[test]
fn one_span_says_what_a_whole_operation_came_to() {
    let recorder = Recorder::default();
    let faults = Faults::new();
    let db = run(letters(&faults, 130));
    with_default(recorder.clone(), || {
        run(async {
            let sums =
                || recorder.operations(["otel.name", "requests", "retries", "entries", "items", "failure"]);
            let read = || db.query(Letter::of_reader("secret-reader"));

            faults.inject(Fault::throttled().times(2));
            read().evaluate(50).all().await.unwrap();
            let told = recorder.told("dynorm.operation", ["table", "index", "read_units", "write_units"]);
            assert_eq!(told, [["Letters", "", "2.5", "0.0"]]);
            assert_eq!(sums(), [["query Letter::of_reader", "5", "2", "5", "130", ""]]);

            db.get_many((0..130_u32).map(|n| Letter::key("secret-reader", n)))
                .await
                .unwrap()
                .complete()
                .unwrap();
            assert_eq!(sums(), [["get_many Letter", "2", "0", "130", "130", ""]]);

            faults.inject(Fault::Partial(10).on(Operation::BatchWrite).times(1));
            db.put_many((0..20).map(letter)).await.unwrap().complete().unwrap();
            assert_eq!(sums(), [["put_many Letter", "2", "1", "30", "0", ""]]);

            faults.inject(Fault::Conflict.times(3));
            db.transact_write().put(&letter(1)).put(&letter(2)).await.unwrap();
            assert_eq!(sums(), [["transact_write", "4", "3", "8", "0", ""]]);

            db.create(&letter(1)).await.unwrap_err();
            let refused = "ConditionalCheckFailedException";
            assert_eq!(sums(), [["create Letter", "1", "0", "1", "0", refused]]);

            // An index that holds everything is read all the same.
            db.query(Letter::by_sender("secret-sender")).take(3).hydrate().all().await.unwrap();
            let hydrated = recorder.told("dynorm.operation", ["table", "index"]);
            assert_eq!(hydrated, [["Letters", "BySender"]]);
            assert_eq!(sums(), [["query Letter::by_sender", "2", "0", "4", "6", ""]]);

            db.delete_partition(Letter::of_reader("secret-reader")).await.unwrap().complete().unwrap();
            assert_eq!(sums(), [["delete_partition Letter::of_reader", "7", "0", "131", "130", ""]]);
        });
    });
}

#[test]
fn a_clone_is_an_operation_of_its_own_and_a_pause_is_no_retry() {
    let recorder = Recorder::default();
    let faults = Faults::new();
    let db = run(letters(&faults, 9));
    with_default(recorder.clone(), || {
        run(async {
            let sums = || recorder.operations(["otel.name", "requests", "retries", "items"]);
            let read = db.query(Letter::of_reader("secret-reader")).evaluate(3);
            read.clone().all().await.unwrap();
            assert!(read.clone().page().await.unwrap().next.is_some());
            let query = |requests, items| ["query Letter::of_reader", requests, "0", items];
            assert_eq!(sums(), [query("4", "9"), query("1", "3")]);

            // What is given up says what it did.
            let mut items = read.items();
            items.next().await.unwrap().unwrap();
            drop(items);
            assert_eq!(sums(), [query("1", "3")]);

            let batch = db.batch().delete(Letter::key("secret-reader", 1u32));
            let left = batch.clone().await.unwrap().left;
            assert!(left.is_empty());
            batch.await.unwrap().complete().unwrap();
            assert_eq!(sums(), [["batch", "1", "0", "0"], ["batch", "1", "0", "0"]]);

            db.scan::<Letter>().evaluate(2).budget(1.0).all().await.unwrap();
            assert_eq!(sums(), [["scan Letter", "5", "0", "8"]]);
            assert!(!faults.waits().is_empty(), "it waits for its budget");
        });
    });
}

/// Whatever is sent and refused: no value of an item, no key and no cursor is in a span or an event.
#[test]
fn nothing_of_an_item_is_in_spans() {
    let recorder = Recorder::default();
    with_default(recorder.clone(), || {
        run(async {
            let db = Db::new(MemBackend::new());
            db.create_table::<Letter>().await.unwrap();
            let key = || Letter::key("secret-reader", 1u32);
            db.create(&letter(1)).await.unwrap();
            db.create(&letter(1)).await.unwrap_err();
            db.put(&letter(2)).returning_old().await.unwrap();
            db.update(key()).set(Letter::TEXT, "secret-other").await.unwrap();
            db.update(key()).set(Letter::TEXT, "x").when(Letter::TEXT.eq("secret-no")).await.unwrap_err();
            db.get(key()).await.unwrap();
            let page = db
                .query(Letter::of_reader("secret-reader"))
                .filter(Letter::TEXT.ne("secret-x"))
                .take(1)
                .page()
                .await
                .unwrap();
            assert!(page.next.is_some());
            db.scan::<Letter>().all().await.unwrap();
            db.get_many([key()]).await.unwrap().complete().unwrap();
            db.put_many([letter(3)]).await.unwrap().complete().unwrap();
            db.transact_get((key(), Letter::key("secret-reader", 2u32))).await.unwrap();
            db.transact_write().put(&letter(4)).create(&letter(1)).token("secret-token").await.unwrap_err();
            db.rekey(&letter(3), |letter| letter.number = 5).await.unwrap();
            db.delete(key()).await.unwrap();
        });
    });
    let (spans, events) = (recorder.spans.lock().unwrap(), recorder.events.lock().unwrap());
    let operations: std::collections::BTreeSet<&str> = spans.iter().map(|span| &*span["operation"]).collect();
    let of_requests = operations.iter().filter(|operation| operation.starts_with(char::is_uppercase));
    assert_eq!(of_requests.count(), 10, "{operations:?}");
    for fields in spans.iter().chain(events.iter()) {
        let text = format!("{fields:?}");
        assert!(!text.contains("secret"), "{text}");
    }
}
