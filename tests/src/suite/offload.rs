//! Offloaded values: objects that are written first, and items that refer to them.

use std::time::Duration;

use dynorm::Reason;
use dynorm::hook::{Adjustment, Hook, Write};
use dynorm::object::{DirectoryStore, MemoryStore, ObjectStore as _};
use dynorm::op::{Checked, Orphan};
use dynorm::prelude::*;
use serde::{Deserialize, Serialize};

use crate::setup::Test;

#[derive(Table, Debug)]
#[table(name = "Library", pk = "PK", sk = "SK", entities(Article, Note, Event))]
struct Library;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Meta {
    words: Vec<u32>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Library, pk = "ARTICLE#{id}", sk = "ARTICLE", scan)]
struct Article {
    id: u32,
    title: String,
    #[attr(offload(inline_up_to = 100))]
    body: Offloaded<Vec<u8>>,
    #[attr(offload(inline_up_to = 100), sensitive)]
    note: Option<Offloaded<String>>,
    #[attr(offload(inline_up_to = 100), compress)]
    lines: Offloaded<Vec<String>>,
    #[attr(offload(inline_up_to = 100), serde)]
    meta: Offloaded<Meta>,
}

/// What was read of an article, without fetching anything.
#[derive(Projection, Debug, PartialEq)]
#[projection(of = Article)]
struct Part {
    body: Offloaded<Vec<u8>>,
}

/// Beside the items of a history and of a unique field, and a version.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Library, pk = "NOTE#{id}", sk = "NOTE", history, unique(title))]
struct Note {
    id: u32,
    title: String,
    #[attr(offload(inline_up_to = 100))]
    body: Offloaded<String>,
}

/// On its way to other shards.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Library, pk = "EVENTS#{day}", sk = "EVENT#{id}", name = of_day, shards = 8, by = id, was = 2)]
struct Event {
    day: String,
    id: u32,
    #[attr(offload(inline_up_to = 100))]
    body: Offloaded<String>,
}

mod before {
    use dynorm::prelude::*;

    /// As it was, under other names.
    #[derive(Entity, Clone, Debug, PartialEq)]
    #[entity(table = "Library", pk = "ARTICLE#{id}", sk = "ARTICLE", name = of_old)]
    pub(super) struct Paper {
        pub(super) id: u32,
        #[attr(offload(inline_up_to = 100))]
        pub(super) text: Offloaded<String>,
    }

    #[derive(Entity, Clone, Debug, PartialEq)]
    #[entity(table = "Library", pk = "ARTICLE#{id}", sk = "ARTICLE", name = of_new, alias = "Paper")]
    pub(super) struct Sheet {
        pub(super) id: u32,
        #[attr(offload(inline_up_to = 100), alias = "text")]
        pub(super) body: Offloaded<String>,
    }

    /// Before its number of shards changed.
    #[derive(Entity, Clone, Debug, PartialEq)]
    #[entity(table = "Library", pk = "EVENTS#{day}", sk = "EVENT#{id}", name = of_day, shards = 2, by = id)]
    pub(super) struct Event {
        pub(super) day: String,
        pub(super) id: u32,
        #[attr(offload(inline_up_to = 100))]
        pub(super) body: Offloaded<String>,
    }
}

/// Adds a large attribute to every write.
#[derive(Debug)]
struct Pad;

impl Hook for Pad {
    fn before_write(&self, _: &Write<'_>) -> dynorm::Result<Adjustment> {
        Ok(Adjustment::none().set("padding", "x".repeat(409_000)))
    }
}

async fn library(t: &Test) -> (Db, MemoryStore) {
    let store = MemoryStore::new();
    (t.table::<Library>().await.with_object_store(store.clone()), store)
}

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|at| at.to_le_bytes()[0]).collect()
}

fn article(id: u32, n: usize) -> Article {
    Article {
        id,
        title: "t".into(),
        body: Offloaded::new(bytes(n)),
        note: None,
        lines: Offloaded::default(),
        meta: Offloaded::new(Meta { words: vec![] }),
    }
}

fn note(id: u32, body: &str) -> Note {
    Note { id, title: format!("title {id}"), body: Offloaded::new(body.to_owned()) }
}

fn long(text: &str) -> String {
    text.repeat(200)
}

async fn read(db: &Db, id: u32) -> Article {
    db.get(Article::key(id)).consistent().await.unwrap().unwrap()
}

async fn orphans(db: &Db) -> Vec<Orphan<Article>> {
    db.orphans::<Article>().older_than(Duration::ZERO).all().await.unwrap()
}

/// The keys of all objects that items do not refer to, which must be those that are found as orphans.
async fn unused(db: &Db, store: &MemoryStore) -> Vec<String> {
    let mut used = Vec::new();
    for article in db.scan::<Article>().consistent().all().await.unwrap() {
        let keys = [article.body.object_key(), article.lines.object_key(), article.meta.object_key()];
        let note = article.note.as_ref().and_then(Offloaded::object_key);
        used.extend(keys.into_iter().chain([note]).flatten().map(str::to_owned));
    }
    let unused: Vec<String> = store.keys().into_iter().filter(|key| !used.contains(key)).collect();
    let found: Vec<String> = orphans(db).await.into_iter().map(|orphan| orphan.object_key).collect();
    assert_eq!(found, unused);
    unused
}

crate::cases! {
    /// Values of all kinds, in the item or not, are what they were; nothing is fetched before it is asked for.
    async fn what_is_offloaded_is_loaded(t: &Test) {
        let (db, store) = library(t).await;
        let words = |n| (0..n).collect::<Vec<u32>>();
        let random = |n: u64| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for (id, n) in [(1, 0), (2, 3), (3, 2000)] {
            let (text, lines) = ("ä".repeat(n), (0..n as u64).map(random).collect::<Vec<_>>());
            let written = Article {
                note: (n > 0).then(|| Offloaded::new(text.clone())),
                lines: Offloaded::new(lines.clone()),
                meta: Offloaded::new(Meta { words: words(u32::try_from(n).unwrap()) }),
                ..article(id, n)
            };
            db.create(&written).await.unwrap();
            let read = read(&db, id).await;
            let is_inline = n < 100;
            assert_eq!(read.body.value().is_some(), is_inline);
            assert_eq!(read.body.size_bytes(), (!is_inline).then_some(n as u64));
            assert_eq!(read == written, is_inline);
            assert_eq!(read.body.load(&db).await.unwrap(), bytes(n));
            assert_eq!(read.lines.load(&db).await.unwrap(), lines);
            assert_eq!(read.meta.load(&db).await.unwrap(), Meta { words: words(u32::try_from(n).unwrap()) });
            match &read.note {
                Some(note) => assert_eq!(note.load(&db).await.unwrap(), text),
                None => assert_eq!(n, 0),
            }
        }
        assert_eq!(store.keys().len(), 4);
        let key = read(&db, 3).await.body.object_key().unwrap().to_owned();
        assert_eq!(store.get(&key).await.unwrap(), Some(bytes(2000)), "bytes are stored as they are");
        let prefix = format!("{}/Article/body/QVJUSUNMRSM", db.table_name::<Library>());
        assert!(key.starts_with(&prefix), "{key}");
        let part = db.get(Article::key(3u32)).project::<Part>().await.unwrap().unwrap();
        assert_eq!(part.body.object_key(), Some(key.as_str()));
        assert!(unused(&db, &store).await.is_empty());
    }

    /// As large as may be stays in the item, and needs no store; one byte more does not.
    async fn the_limit_is_the_largest_that_stays(t: &Test) {
        let db = t.table::<Library>().await;
        db.put(&article(1, 100)).await.unwrap();
        db.update(Article::key(1u32)).set(Article::BODY, Offloaded::new(bytes(99))).await.unwrap();
        let error = db.put(&article(2, 101)).await.unwrap_err();
        assert!(error.is_offload(), "{error}");
        assert!(error.to_string().contains("`body` of `Article`: it is larger than 100 bytes, and the database has no object store"), "{error}");
        let update = db.update(Article::key(1u32)).set(Article::BODY, Offloaded::new(bytes(101)));
        assert!(update.await.unwrap_err().is_offload());
        assert!(db.put_many([article(2, 101)]).await.unwrap_err().is_offload());
        assert!(db.transact_write().put(&article(2, 101)).await.unwrap_err().is_offload());
        assert!(db.orphans::<Article>().older_than(Duration::ZERO).all().await.unwrap_err().is_offload());
        let stored = db.with_object_store(MemoryStore::new());
        stored.put(&article(2, 101)).await.unwrap();
        let error = read(&db, 2).await.body.load(&db).await.unwrap_err();
        assert!(error.is_offload(), "{error}");
        let error = read(&db, 2).await.body.load(&db.with_object_store(MemoryStore::new())).await.unwrap_err();
        assert!(error.is_object_missing(), "{error}");
    }

    /// Bytes that look like a reference are bytes.
    async fn bytes_are_no_references(t: &Test) {
        let (db, _) = library(t).await;
        let referred = db.put(&article(1, 200)).returning_new().await.unwrap();
        let Some(Value::B(reference)) = referred.to_item().unwrap().remove("body") else { panic!("a reference") };
        for value in [reference, vec![0xdc, 0x0f, 1, b'I'], vec![0xdc, 0x0f]] {
            db.put(&Article { body: Offloaded::new(value.clone()), ..article(2, 0) }).await.unwrap();
            assert_eq!(read(&db, 2).await.body.load(&db).await.unwrap(), value);
        }
    }

    /// A put, an update, a removal and a deletion leave the objects of what was before; these are orphans.
    async fn what_was_before_is_an_orphan(t: &Test) {
        let (db, store) = library(t).await;
        for id in [1, 2] {
            db.put(&Article { note: Some(Offloaded::new(long("n"))), ..article(id, 200) }).await.unwrap();
        }
        assert_eq!((store.keys().len(), unused(&db, &store).await.len()), (4, 0));
        db.put(&Article { note: Some(Offloaded::new(long("m"))), ..article(1, 300) }).await.unwrap();
        assert_eq!(unused(&db, &store).await.len(), 2);
        let update = db.update(Article::key(1u32)).set(Article::BODY, Offloaded::new(bytes(400)));
        let updated = update.remove(Article::NOTE).returning(Returning::New).await.unwrap();
        assert_eq!(updated.body.load(&db).await.unwrap(), bytes(400));
        assert_eq!((updated.note, unused(&db, &store).await.len()), (None, 4));
        db.update(Article::key(1u32)).set(Article::BODY, Offloaded::new(bytes(4))).await.unwrap();
        assert_eq!(unused(&db, &store).await.len(), 5);
        db.delete(Article::key(2u32)).await.unwrap();
        assert_eq!(unused(&db, &store).await.len(), 7);

        let young = db.orphans::<Article>().older_than(Duration::from_hours(1)).all().await.unwrap();
        assert!(young.is_empty(), "{young:?}");
        let paged = db.with_object_store(store.with_page_keys_max(2));
        let mut list = paged.orphans::<Article>().older_than(Duration::ZERO).items();
        while let Some(orphan) = list.next().await {
            let orphan = orphan.unwrap();
            assert!([1u32, 2].map(Article::key).contains(&orphan.owner), "{orphan:?}");
            assert!(orphan.age < Duration::from_hours(1));
            orphan.delete().await.unwrap();
        }
        assert!(store.keys().is_empty());
    }

    /// What others keep in the store is no orphan.
    async fn foreign_objects_stay(t: &Test) {
        let (db, store) = library(t).await;
        let table = db.table_name::<Library>();
        for key in ["other", &format!("{table}/Article/other"), &format!("{table}/Article/body/x/y"), &format!("{table}/Other/body/eA.eA/0000000000001-00")] {
            store.put(key, vec![1]).await.unwrap();
        }
        assert!(orphans(&db).await.is_empty());
        store.put(&format!("{table}/Article/body/eA.eA/0000000000001-00"), vec![1]).await.unwrap();
        let found = orphans(&db).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].owner.item().unwrap(), &Item::from([("PK", "x"), ("SK", "x")]));
        assert!(found[0].age > Duration::from_hours(10_000));
    }

    /// Batches write objects first; references that were read need conditions, which they do not have.
    async fn batches_write_objects_first(t: &Test) {
        let (db, store) = library(t).await;
        db.put_many((0..30).map(|id| article(id, 200))).await.unwrap().complete().unwrap();
        assert_eq!(read(&db, 29).await.body.load(&db).await.unwrap(), bytes(200));
        let batch = db.batch().put(&article(40, 300)).delete(Article::key(0u32));
        batch.await.unwrap().complete().unwrap();
        assert_eq!(read(&db, 40).await.body.load(&db).await.unwrap(), bytes(300));
        assert_eq!(unused(&db, &store).await.len(), 1);
        let error = db.put_many([read(&db, 1).await]).await.unwrap_err();
        assert!(error.to_string().contains("batches have no conditions"), "{error}");
        assert!(db.put_many([article(1, 200)]).to_requests().unwrap_err().is_offload());
        assert_eq!(db.put_many([article(1, 20)]).to_requests().unwrap().len(), 1);
        let late = db.put_many([article(50, 300)]).deadline(Duration::ZERO).await.unwrap();
        assert_eq!((late.left.len(), late.error.is_none()), (1, true));
        assert_eq!(unused(&db, &store).await.len(), 1, "nothing of it was sent");
    }

    /// Several items of a transaction have their objects, and those of one that is cancelled are deleted.
    async fn transactions_write_objects_first(t: &Test) {
        let (db, store) = library(t).await;
        let transaction = db.transact_write().create(&article(1, 200)).put(&article(2, 300));
        transaction.create(&note(1, &long("a"))).await.unwrap();
        let update = |n| move |u: dynorm::op::Update<Article>| u.set(Article::BODY, Offloaded::new(bytes(n)));
        db.transact_write().update(Article::key(1u32), update(250)).delete(Article::key(2u32)).await.unwrap();
        assert_eq!(read(&db, 1).await.body.load(&db).await.unwrap(), bytes(250));
        let n_before = store.keys().len();
        let transaction = db.transact_write().put(&article(3, 200)).update(Article::key(1u32), update(500));
        let error = transaction.create(&note(1, &long("b"))).await.unwrap_err();
        assert_eq!(error.cancelled()[2].reason, Reason::AlreadyExists);
        assert_eq!(store.keys().len(), n_before);
        let error = db.transact_write().put(&article(3, 200)).token(t.token()).await.unwrap_err();
        assert!(error.to_string().contains("leave the token out"), "{error}");
        assert!(db.transact_write().put(&article(3, 200)).to_request().unwrap_err().is_offload());
        assert_eq!(db.transact_write().put(&article(3, 20)).to_request().unwrap().actions.len(), 1);
        db.transact_write().put(&article(3, 20)).token(t.token()).await.unwrap();
        assert_eq!(store.keys().len(), n_before);
    }

    /// A write that was refused leaves no object; there is no request to show of one that needs some.
    async fn a_refused_write_leaves_no_object(t: &Test) {
        let (db, store) = library(t).await;
        db.put(&article(1, 20)).await.unwrap();
        assert!(db.create(&article(1, 200)).await.unwrap_err().is_already_exists());
        assert!(db.put(&article(1, 200)).when(Article::TITLE.eq("x")).await.unwrap_err().is_condition_failed());
        let update = |id: u32| db.update(Article::key(id)).set(Article::BODY, Offloaded::new(bytes(200)));
        assert!(update(1).when(Article::BODY.not_exists()).await.unwrap_err().is_condition_failed());
        assert!(update(2).await.unwrap_err().is_not_found());
        db.create(&note(1, "a")).await.unwrap();
        assert!(db.create(&note(1, &long("a"))).await.unwrap_err().is_already_exists());
        let other = Note { title: "title 1".into(), ..note(2, &long("a")) };
        assert!(db.create(&other).await.unwrap_err().is_unique_violation());
        assert!(update(1).to_request().unwrap_err().is_offload());
        assert!(db.put(&article(1, 200)).to_request().unwrap_err().is_offload());
        db.put(&article(1, 100)).to_request().unwrap();
        assert_eq!(store.keys(), Vec::<String>::new());
        update(1).await.unwrap();
        // What is there stays, and the object that was not needed is found.
        db.update(Article::key(1u32)).set_if_absent(Article::BODY, Offloaded::new(bytes(300))).await.unwrap();
        assert_eq!(read(&db, 1).await.body.load(&db).await.unwrap(), bytes(200));
        assert_eq!((store.keys().len(), unused(&db, &store).await.len()), (2, 1));
    }

    /// An entity that was read is written back with its object, unless the value was replaced since.
    async fn a_reference_is_written_back_while_it_is_stored(t: &Test) {
        let (db, store) = library(t).await;
        let first = db.put(&article(1, 200)).returning_new().await.unwrap();
        let renamed = Article { title: "other".into(), ..first.clone() };
        db.put(&renamed).await.unwrap();
        assert_eq!(read(&db, 1).await, renamed);
        db.transact_write().put(&first).await.unwrap();
        db.update(Article::key(1u32)).set(Article::BODY, first.body.clone()).await.unwrap();
        assert_eq!((read(&db, 1).await, store.keys().len()), (first.clone(), 1));

        db.update(Article::key(1u32)).set(Article::BODY, Offloaded::new(bytes(300))).await.unwrap();
        let error = db.put(&first).await.unwrap_err();
        assert!(error.is_version_conflict(), "{error}");
        assert!(error.existing().is_some());
        assert!(matches!(db.put(&first).checked().await.unwrap(), Checked::VersionConflict(_)));
        let error = db.transact_write().put(&first).await.unwrap_err();
        assert_eq!(error.cancelled()[0].reason, Reason::VersionConflict);
        let late = db.update(Article::key(1u32)).set(Article::BODY, first.body.clone()).await;
        assert!(late.unwrap_err().is_version_conflict());
        db.delete(Article::key(1u32)).await.unwrap();
        assert!(db.put(&first).await.unwrap_err().is_version_conflict());
        assert_eq!(db.get(Article::key(1u32)).await.unwrap(), None);
        // What is loaded is a value as any other.
        let loaded = Offloaded::new(first.body.load(&db).await.unwrap());
        db.create(&Article { body: loaded, ..first }).await.unwrap();
        assert_eq!(read(&db, 1).await.body.load(&db).await.unwrap(), bytes(200));
    }

    /// The object of one item is not put into another, nor into one that is to be created.
    async fn a_reference_belongs_to_its_item(t: &Test) {
        let (db, store) = library(t).await;
        let one = db.put(&article(1, 200)).returning_new().await.unwrap();
        let two = Article { id: 2, ..one.clone() };
        db.put(&article(2, 3)).await.unwrap();
        for error in [
            db.put(&two).await.unwrap_err(),
            db.create(&two).await.unwrap_err(),
            db.put_many([two.clone()]).await.unwrap_err(),
            db.transact_write().put(&two).await.unwrap_err(),
            db.update(Article::key(2u32)).set(Article::BODY, one.body.clone()).await.unwrap_err(),
            db.put(&one).table("Elsewhere").await.unwrap_err(),
        ] {
            assert!(error.is_offload(), "{error}");
            assert!(error.to_string().contains("an object of another item"), "{error}");
        }
        let error = db.create(&one).await.unwrap_err();
        assert!(error.is_offload() && error.to_string().contains("an item that was there before"), "{error}");
        assert_eq!(store.keys().len(), 1);
    }

    /// What moves to another key takes its objects along.
    async fn a_move_copies_objects(t: &Test) {
        let (db, store) = library(t).await;
        let written = Article { note: Some(Offloaded::new(long("n"))), ..article(1, 200) };
        let one = db.put(&written).returning_new().await.unwrap();
        let moved = db.rekey(&one, |article| article.id = 2).await.unwrap();
        assert_eq!(read(&db, 2).await, moved);
        store.delete(one.body.object_key().unwrap()).await.unwrap();
        assert_eq!(moved.body.load(&db).await.unwrap(), bytes(200));
        assert_eq!(moved.note.as_ref().unwrap().load(&db).await.unwrap(), long("n"));
        assert_eq!(unused(&db, &store).await.len(), 1);

        let changed = db.rekey(&moved, |article| article.body = Offloaded::new(bytes(300))).await.unwrap();
        assert_eq!(changed.note, moved.note);
        assert_eq!(read(&db, 2).await.body.load(&db).await.unwrap(), bytes(300));
        let n_before = store.keys().len();
        let late = db.rekey(&moved, |article| article.id = 3).await.unwrap_err();
        assert!(late.is_condition_failed(), "{late}");
        db.put(&article(4, 1)).await.unwrap();
        let taken = db.rekey(&changed, |article| article.id = 4).await.unwrap_err();
        assert!(taken.is_already_exists(), "{taken}");
        assert_eq!(store.keys().len(), n_before);
        let error = db.rekey(&article(2, 300), |article| article.id = 5).await.unwrap_err();
        assert!(error.is_offload() && error.to_string().contains("read it"), "{error}");
        store.delete(changed.body.object_key().unwrap()).await.unwrap();
        let error = db.rekey(&changed, |article| article.id = 5).await.unwrap_err();
        assert!(error.is_object_missing(), "{error}");
        assert_eq!(read(&db, 2).await, changed);
    }

    /// What is on its way to another shard takes its objects along.
    async fn a_change_of_shards_copies_objects(t: &Test) {
        let store = MemoryStore::new();
        let db = t.table::<Library>().await.with_object_store(store.clone());
        let table = db.table_name::<Library>();
        for id in 0..6 {
            let event = before::Event { day: "monday".into(), id, body: Offloaded::new(long("e")) };
            db.put(&event).table(&table).await.unwrap();
        }
        // What was read where it was is written back as what it is when it has moved.
        for id in 0..6 {
            let read = db.get(Event::key("monday", id)).await.unwrap().unwrap();
            if let Err(error) = db.put(&read).await {
                assert!(error.is_version_conflict(), "{error}");
                let moved = db.get(Event::key("monday", id)).await.unwrap().unwrap();
                db.put(&moved).await.unwrap();
            }
        }
        let last = before::Event { day: "tuesday".into(), id: 3, body: Offloaded::new(long("e")) };
        db.put(&last).table(&table).await.unwrap();
        let read = db.get(Event::key("tuesday", 3u32)).await.unwrap().unwrap();
        let moved = match db.rekey(&read, |event| event.day = "sunday".into()).await {
            Ok(moved) => moved,
            Err(error) => {
                assert!(error.is_condition_failed(), "{error}");
                let read = db.get(Event::key("tuesday", 3u32)).await.unwrap().unwrap();
                db.rekey(&read, |event| event.day = "sunday".into()).await.unwrap()
            }
        };
        assert_eq!(moved.body.load(&db).await.unwrap(), long("e"));
        db.delete(Event::key("sunday", 3u32)).await.unwrap();
        // A write moves its item, as does the one that is for that.
        for id in 0..3 {
            db.update(Event::key("monday", id)).set(Event::BODY, Offloaded::new(long("f"))).await.unwrap();
        }
        let _ = db.reshard(Event::of_day("monday"), 2).await.unwrap();
        for orphan in db.orphans::<Event>().older_than(Duration::ZERO).all().await.unwrap() {
            orphan.delete().await.unwrap();
        }
        for id in 0..6 {
            let event = db.get(Event::key("monday", id)).await.unwrap().unwrap();
            assert_eq!(event.body.load(&db).await.unwrap(), long(if id < 3 { "f" } else { "e" }));
            db.put(&event).await.unwrap();
        }
        assert_eq!(store.keys().len(), 6);
    }

    /// A version of a history keeps its object as long as it is there.
    async fn versions_keep_their_objects(t: &Test) {
        let (db, store) = library(t).await;
        let first = db.put(&note(1, &long("a"))).returning_new().await.unwrap();
        db.update(Note::key(1u32)).set(Note::BODY, Offloaded::new(long("b"))).await.unwrap();
        let second = db.get(Note::key(1u32)).await.unwrap().unwrap();
        db.put(&Note { title: "other".into(), ..second }).await.unwrap();
        db.delete(Note::key(1u32)).await.unwrap();
        assert_eq!(store.keys().len(), 2);
        let found = db.orphans::<Note>().older_than(Duration::ZERO).all().await.unwrap();
        assert!(found.is_empty(), "{found:?}");
        let mut bodies = Vec::new();
        for revision in db.history(Note::key(1u32)).all().await.unwrap() {
            bodies.push(revision.entity.body.load(&db).await.unwrap());
        }
        assert_eq!(bodies, ["a", "b", "b", "b"].map(long));
        // The object of a version that is the current one no more does not come back.
        assert!(db.put(&first).await.unwrap_err().is_version_conflict());
    }

    /// An entity that had another tag, and whose field had another name, has its objects.
    async fn objects_outlive_names(t: &Test) {
        let store = MemoryStore::new();
        let db = t.table::<before::Paper>().await.with_object_store(store.clone());
        let db = db.with_table_name::<before::Sheet>(db.table_name::<before::Paper>());
        for id in [1, 2] {
            db.put(&before::Paper { id, text: Offloaded::new(long("p")) }).await.unwrap();
        }
        let read = db.get(before::Sheet::key(1u32)).await.unwrap().unwrap();
        assert_eq!(read.body.load(&db).await.unwrap(), long("p"));
        db.put(&read).await.unwrap();
        let orphans = || db.orphans::<before::Sheet>().older_than(Duration::ZERO);
        assert!(orphans().all().await.unwrap().is_empty());
        db.update(before::Sheet::key(2u32)).set(before::Sheet::BODY, Offloaded::new(long("s"))).await.unwrap();
        assert_eq!(orphans().all().await.unwrap().len(), 1);
    }

    /// The 400 KB are those of the item that is sent.
    async fn what_is_moved_out_does_not_count(t: &Test) {
        let (db, store) = library(t).await;
        db.put(&article(1, 1_000_000)).await.unwrap();
        assert_eq!(read(&db, 1).await.body.size_bytes(), Some(1_000_000));
        db.update(Article::key(1u32)).set(Article::BODY, Offloaded::new(bytes(1_000_001))).await.unwrap();
        db.put_many([article(2, 1_000_000)]).await.unwrap().complete().unwrap();
        db.transact_write().put(&article(3, 5_000_000)).await.unwrap();
        let padded = db.with_hook(Pad);
        padded.put(&article(4, 100)).await.unwrap();
        let n_before = store.keys().len();
        let large = Article { title: "t".repeat(300), note: Some(Offloaded::new(long("n"))), ..article(5, 1_000_000) };
        let error = padded.put(&large).await.unwrap_err();
        assert!(error.is_too_large(), "{error}");
        assert!(error.to_string().contains("`padding` 409007, `title` 305, "), "{error}");
        assert!(!error.to_string().contains("1000"), "{error}");
        assert_eq!(store.keys().len(), n_before);
    }

    /// A value that is not to be seen is not, and neither is where it is.
    async fn what_is_sensitive_is_not_shown(t: &Test) {
        let (db, _) = library(t).await;
        let written = Article { note: Some(Offloaded::new(long("secret"))), ..article(1, 1) };
        let stored = db.put(&written).returning_new().await.unwrap();
        let shown = format!("{:?}", db.put(&stored).to_request().unwrap());
        assert!(shown.contains("\"note\": <sensitive>") && !shown.contains("/note/"), "{shown}");
        assert!(!format!("{:?}", db.put(&written)).contains("secret"));
    }

    /// The same in a directory.
    async fn a_directory_keeps_objects(t: &Test) {
        let place = std::env::temp_dir().join(format!("dynorm-offload-{}-{}", std::process::id(), t.token()));
        let db = t.table::<Library>().await.with_object_store(DirectoryStore::new(&place));
        assert!(orphans(&db).await.is_empty());
        for id in [1, 2] {
            db.put(&article(id, 200)).await.unwrap();
        }
        assert_eq!(read(&db, 1).await.body.load(&db).await.unwrap(), bytes(200));
        let moved = db.rekey(&read(&db, 2).await, |article| article.id = 3).await.unwrap();
        db.update(Article::key(1u32)).set(Article::BODY, Offloaded::new(bytes(300))).await.unwrap();
        let found = orphans(&db).await;
        assert_eq!(found.len(), 2);
        for orphan in found {
            orphan.clone().delete().await.unwrap();
            orphan.delete().await.unwrap();
        }
        assert_eq!((moved.body.load(&db).await.unwrap(), orphans(&db).await.len()), (bytes(200), 0));
        std::fs::remove_dir_all(place).unwrap();
    }
}
