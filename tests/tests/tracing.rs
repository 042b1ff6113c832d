//! Spans of requests: what they were for and what they cost, and nothing of any item.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use dynorm::prelude::*;
use dynorm_mem::{Fault, Faults, MemBackend};
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
        self.spans.lock().unwrap().push(fields);
        Id::from_u64(self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Visitor(&mut self.spans.lock().unwrap()[at]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Visitor(&mut fields));
        self.events.lock().unwrap().push(fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
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

#[test]
fn spans_say_what_a_request_was_for_and_what_it_cost() {
    let recorder = Recorder::default();
    let faults = Faults::new();
    let db = Db::new(faults.around(MemBackend::new()));
    with_default(recorder.clone(), || {
        run(async {
            db.create_table::<Letter>().await.unwrap();
            db.put(&letter(1)).await.unwrap();
            faults.inject(Fault::throttled().times(2));
            db.query(Letter::by_sender("secret-sender")).all().await.unwrap();
        });
    });
    let spans = recorder.spans.lock().unwrap();
    let of = |at: usize, name: &str| spans[at].get(name).map_or("", String::as_str);
    assert_eq!(spans.len(), 4, "a put, and a query that was refused twice: {spans:?}");
    assert!(spans.iter().all(|span| span["span"] == "dynorm.request"));
    let told = |at| {
        ["otel.name", "operation", "table", "index", "retries", "failure", "items"].map(|name| of(at, name))
    };
    assert_eq!(told(0), ["put Letter", "PutItem", "Letters", "", "0", "", "0"]);
    let query = ["query Letter::by_sender", "Query", "Letters", "BySender"];
    assert_eq!(told(1)[..4], query);
    assert_eq!(told(1)[4..], ["0", "ThrottlingException", ""]);
    assert_eq!(told(2)[4..], ["1", "ThrottlingException", ""]);
    assert_eq!((told(3)[..4].to_vec(), told(3)[4..].to_vec()), (query.to_vec(), vec!["2", "", "1"]));
    assert_eq!((of(0, "entity"), of(0, "pattern"), of(3, "pattern")), ("Letter", "", "by_sender"));
    assert_eq!((of(0, "write_units"), of(3, "read_units")), ("2.0", "0.5"));
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
    assert_eq!(operations.len(), 10, "{operations:?}");
    for fields in spans.iter().chain(events.iter()) {
        let text = format!("{fields:?}");
        assert!(!text.contains("secret"), "{text}");
    }
}
