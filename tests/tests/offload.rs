//! Whatever racing writers do, in whatever order, with a sweeper that deletes orphans: what a stored item refers to is
//! there, and what nothing refers to is found.
#![allow(clippy::unwrap_used, reason = "a test panics where its fact does not hold")]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dynorm::backend::Operation;
use dynorm::object::{MemoryStore, ObjectPage, ObjectStore, StoreError};
use dynorm::op::Revision;
use dynorm::prelude::*;
use dynorm_mem::{Fault, Faults, ManualClock, MemBackend, Random};
use dynorm_tests::stepped::{Program, at_once, forget_one, interleave, is_refusal, programs, turn};

#[derive(Table, Debug)]
#[table(name = "Library", pk = "PK", sk = "SK", ttl = "ends", entities(Article, Note))]
struct Library;

/// Written by single calls.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Library, pk = "ARTICLE#{id}", sk = "ARTICLE")]
struct Article {
    id: u8,
    points: u32,
    #[attr(offload(inline_up_to = 5))]
    body: Offloaded<String>,
    #[attr(offload(inline_up_to = 5))]
    note: Option<Offloaded<String>>,
}

/// Written with the versions of its history, which end.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Library, pk = "NOTE#{id}", sk = "NOTE", history(keep = "30s"))]
struct Note {
    id: u8,
    points: u32,
    #[attr(offload(inline_up_to = 5))]
    body: Offloaded<String>,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

const SCHEDULES: u64 = 400;
const IDS: u8 = 2;
/// How old an orphan is. While a write is under way, less time than that passes.
const AGE: Duration = Duration::from_hours(1);

/// A store of which each call is a step, and some fail, before they do something or after.
#[derive(Clone, Debug)]
struct Unreliable {
    inner: MemoryStore,
    random: Arc<Mutex<Random>>,
}

impl Unreliable {
    /// Whether the call fails before, and whether after.
    async fn begin(&self) -> (bool, bool) {
        turn().await;
        let mut random = self.random.lock().unwrap();
        (random.one_in(20), random.one_in(20))
    }
}

fn unless(fails: bool) -> Result<(), StoreError> {
    if fails { Err("the store fails".into()) } else { Ok(()) }
}

#[async_trait]
impl ObjectStore for Unreliable {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let (before, after) = self.begin().await;
        unless(before)?;
        self.inner.put(key, bytes).await?;
        unless(after)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let (before, after) = self.begin().await;
        unless(before || after)?;
        self.inner.get(key).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let (before, after) = self.begin().await;
        unless(before)?;
        self.inner.delete(key).await?;
        unless(after)
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ObjectPage, StoreError> {
        turn().await;
        self.inner.list(prefix, after).await
    }
}

/// What a program has read, and may write back much later.
#[derive(Default)]
struct Read {
    article: Option<Article>,
    note: Option<Note>,
}

fn text(draw: &mut Random) -> String {
    "x".repeat(3 + draw.below(8))
}

/// What one program does with articles, by what is drawn for it.
async fn act_on_articles(db: &Db, draw: &mut Random, read: &mut Read) -> dynorm::Result<()> {
    let (id, other) = (draw.small(IDS), draw.small(IDS));
    let body = Offloaded::new(text(draw));
    let note = draw.one_in(2).then(|| Offloaded::new(text(draw)));
    let article = Article { id, points: u32::from(draw.small(9)), body: body.clone(), note: note.clone() };
    let key = || Article::key(id);
    match draw.below(12) {
        0 | 1 => db.create(&article).await,
        2 => db.put(&article).when(Article::POINTS.lt(5)).await,
        3 => db.put(&article).returning_new().await.map(|written| read.article = Some(written)),
        4 => db.update(key()).set(Article::BODY, body).await,
        5 => db.update(key()).set(Article::NOTE, note).set_if_absent(Article::BODY, body).await,
        6 => db.delete(key()).await,
        7 | 8 => match &read.article {
            Some(before) => db.put(&Article { points: 7, ..before.clone() }).await,
            None => db.get(key()).consistent().await.map(|found| read.article = found),
        },
        9 => match db.get(key()).consistent().await? {
            Some(found) => db.rekey(&found, |article| article.id = other).await.map(|_| ()),
            None => Ok(()),
        },
        10 => db.put_many([article]).await?.complete(),
        _ => {
            let transaction = db.transact_write().update(key(), |u| u.set(Article::BODY, body));
            transaction
                .put(&Note { id: other, points: 1, body: Offloaded::new(text(draw)), ends: None })
                .await
        }
    }
}

/// What one program does with notes.
async fn act_on_notes(db: &Db, draw: &mut Random, read: &mut Read) -> dynorm::Result<()> {
    let (id, other) = (draw.small(IDS), draw.small(IDS));
    let body = Offloaded::new(text(draw));
    let ends = draw.one_in(4).then(|| Expiry::after(db.backend().now(), AGE));
    let note = Note { id, points: u32::from(draw.small(9)), body: body.clone(), ends };
    let key = || Note::key(id);
    match draw.below(8) {
        0 => db.create(&note).await,
        1 => db.put(&note).returning_new().await.map(|written| read.note = Some(written)),
        2 => db.update(key()).set(Note::BODY, body).await,
        3 => db.delete(key()).await,
        4 | 5 => match &read.note {
            Some(before) => db.put(&Note { points: 7, ..before.clone() }).await,
            None => db.get(key()).consistent().await.map(|found| read.note = found),
        },
        6 => match db.get(key()).consistent().await? {
            Some(found) => db.rekey(&found, |note| note.id = other).await.map(|_| ()),
            None => Ok(()),
        },
        _ => db
            .update(key())
            .add(Note::POINTS, 1u32)
            .returning(Returning::New)
            .await
            .map(|now| read.note = Some(now)),
    }
}

/// Whether a write failed for a reason that it can have here.
fn is_expected(error: &dynorm::Error) -> bool {
    let is_lost = error.failure().is_some_and(|failure| failure.kind == dynorm::FailureKind::Timeout);
    let of_objects = error.is_object_store() || error.is_object_missing();
    is_refusal(error) || error.is_version_conflict() || error.is_incomplete() || is_lost || of_objects
}

/// A few writes, with pauses, in which time may pass.
async fn program(db: Db, mut draw: Random, n_writing: &Cell<u32>) {
    let mut read = Read::default();
    for _ in 0..5 {
        n_writing.set(n_writing.get() + 1);
        let outcome = if draw.one_in(2) {
            act_on_articles(&db, &mut draw, &mut read).await
        } else {
            act_on_notes(&db, &mut draw, &mut read).await
        };
        n_writing.set(n_writing.get() - 1);
        if let Err(error) = outcome {
            assert!(is_expected(&error), "{error:?}");
        }
        for _ in 0..draw.below(6) {
            turn().await;
        }
    }
}

/// Deletes orphans, again and again.
async fn sweeper(db: Db) {
    for _ in 0..6 {
        // What fails is there the next time.
        let _ = sweep(&db).await;
        turn().await;
    }
}

async fn sweep(db: &Db) -> dynorm::Result<()> {
    let mut orphans = db.orphans::<Article>().older_than(AGE).items();
    while let Some(orphan) = orphans.next().await {
        orphan?.delete().await?;
    }
    let mut orphans = db.orphans::<Note>().older_than(AGE).items();
    while let Some(orphan) = orphans.next().await {
        orphan?.delete().await?;
    }
    Ok(())
}

/// The keys of all objects that stored items and versions refer to.
fn referenced(backend: &MemBackend, table: &str) -> BTreeSet<String> {
    let mut keys = Vec::new();
    for item in backend.items(table) {
        if let Ok(article) = Article::from_item(item.clone()) {
            keys.push(article.body.object_key().map(str::to_owned));
            keys.push(article.note.as_ref().and_then(Offloaded::object_key).map(str::to_owned));
            continue;
        }
        let note = Note::from_item(item.clone());
        let note = note.or_else(|_| Revision::<Note>::from_item(item).map(|version| version.entity)).unwrap();
        keys.push(note.body.object_key().map(str::to_owned));
    }
    keys.into_iter().flatten().collect()
}

/// The engine and the store, of which some calls fail.
fn unreliable(backend: &MemBackend, store: &MemoryStore, random: &mut Random) -> Db {
    let faults = Faults::seeded(random.next());
    faults.inject(Fault::Conflict.on(Operation::TransactWrite).percent(10));
    faults.inject(Fault::lost().on_writes().percent(15));
    let random = Arc::new(Mutex::new(Random::of(random.next())));
    let store = Unreliable { inner: store.with_page_keys_max(3), random };
    Db::new(faults.around(backend.clone())).with_object_store(store)
}

fn run(seed: u64) {
    let mut random = Random::of(seed);
    let (clock, store, n_writing) = (ManualClock::new(), MemoryStore::new(), Cell::new(0));
    let backend = MemBackend::new().with_clock(clock.clone());
    let db = unreliable(&backend, &store, &mut random);
    at_once(Db::new(backend.clone()).create_table::<Library>()).unwrap();
    let table = db.table_name::<Library>();
    let mut programs: Vec<Program<'_>> = programs(&mut random, |draw| program(db.clone(), draw, &n_writing));
    programs.push(Box::pin(sweeper(db.clone())));
    interleave(programs, &mut random, |random| {
        let (keys, used) = (store.keys(), referenced(&backend, &table));
        for key in &used {
            assert!(keys.contains(key), "{key} is referred to, and not there");
        }
        if n_writing.get() == 0 {
            clock.advance(AGE * 2);
        }
        if random.one_in(8) {
            forget_one(&backend, &table, "ends", random);
        }
    });
    clock.advance(AGE * 2);
    at_once(sweep(&Db::new(backend.clone()).with_object_store(store.clone()))).unwrap();
    assert_eq!(store.keys().into_iter().collect::<BTreeSet<_>>(), referenced(&backend, &table));
}

#[test]
fn no_order_of_writes_loses_an_object_or_leaves_one() {
    for seed in 0..SCHEDULES {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "the schedule of seed {seed} fails");
    }
}
