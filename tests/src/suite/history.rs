//! Histories: each write of an item keeps what it wrote.

use std::time::Duration;

use dynorm::Reason;
use dynorm::op::Revision;
use dynorm::prelude::*;

#[derive(Table, Debug)]
#[table(name = "Wiki", pk = "PK", sk = "SK", ttl = "ends", entities(Page, Note, Draft))]
#[table(gsi(ByEnd, pk = "SK", sk = "PK"))]
pub struct Wiki;

/// One version after the other, for ever, beside a unique field and a version that each write checks.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Wiki, pk = "SITE#{site}", sk = "PAGE#{id}", name = of_site, scan, history, unique(title))]
#[entity(index(ByEnd, name = of_page, inverted))]
pub struct Page {
    site: String,
    id: u32,
    title: String,
    text: String,
    #[attr(version)]
    revision: u64,
}

/// Versions that end an hour after they are over, of an item that ends too.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Wiki, pk = "SITE#{site}", sk = "NOTE#{name:escaped}", history(keep = "1h"))]
pub struct Note {
    site: String,
    name: String,
    text: String,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

/// As it was called and made before.
mod before {
    use dynorm::prelude::*;

    #[derive(Table, Debug)]
    #[table(name = "Wiki", pk = "PK", sk = "SK", ttl = "ends", entities(Sketch))]
    pub(super) struct Wiki;

    #[derive(Entity)]
    #[entity(table = Wiki, pk = "DRAFT#{id}", sk = "DRAFT", history)]
    pub(super) struct Sketch {
        pub(super) id: u32,
        pub(super) body: String,
    }
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Wiki, pk = "DRAFT#{id}", sk = "DRAFT", alias = "Sketch", history)]
pub struct Draft {
    id: u32,
    #[attr(alias = "body")]
    text: String,
    #[attr(default)]
    words: u32,
}

fn page(id: u32, text: &str) -> Page {
    Page { site: "s".into(), id, title: format!("title {id}"), text: text.into(), revision: 0 }
}

fn key(id: u32) -> Key<Page> {
    Page::key("s", id)
}

fn note(name: &str, text: &str) -> Note {
    Note { site: "s".into(), name: name.into(), text: text.into(), ends: None }
}

/// Number, text, and whether it was deleted.
fn told(revisions: Vec<Revision<Page>>) -> Vec<(u64, String, bool)> {
    revisions.into_iter().map(|one| (one.version, one.entity.text, one.deleted)).collect()
}

async fn all(db: &Db, id: u32) -> Vec<(u64, String, bool)> {
    told(db.history(key(id)).consistent().all().await.unwrap())
}

fn of(expected: &[(u64, &str, bool)]) -> Vec<(u64, String, bool)> {
    expected.iter().map(|(version, text, deleted)| (*version, (*text).to_owned(), *deleted)).collect()
}

crate::cases! {
    /// Each kind of write adds a version, and numbers go on after a deletion.
    async fn each_write_adds_a_version(t: &Test) {
        let db = t.table::<Wiki>().await;
        db.create(&page(1, "a")).await.unwrap();
        let read = db.get(key(1)).consistent().await.unwrap().unwrap();
        db.put(&Page { text: "b".into(), ..read }).await.unwrap();
        db.update(key(1)).set(Page::TEXT, "c").await.unwrap();
        db.delete(key(1)).await.unwrap();
        db.create(&page(1, "d")).await.unwrap();
        let expected = [(1, "a", false), (2, "b", false), (3, "c", false), (4, "c", true), (5, "d", false)];
        assert_eq!(all(&db, 1).await, of(&expected));
        let revision = db.at_version(key(1), 3).consistent().await.unwrap().unwrap();
        assert_eq!((revision.entity.revision, revision.deleted), (3, false));
        // The item's own version begins again, its number in the history does not.
        let last = db.latest(key(1)).consistent().await.unwrap().unwrap();
        assert_eq!((last.version, last.entity.revision), (5, 1));
        assert_eq!(last.current(), db.get(key(1)).consistent().await.unwrap());
        assert_eq!(all(&db, 2).await, []);
        assert_eq!(db.latest(key(2)).await.unwrap(), None);
    }

    /// What writes nothing adds nothing: what is refused, and the deletion of what is not there.
    async fn what_writes_nothing_adds_nothing(t: &Test) {
        let db = t.table::<Wiki>().await;
        db.delete(key(1)).await.unwrap();
        let created = db.create(&page(1, "a")).returning_new().await.unwrap();
        assert!(db.create(&page(1, "b")).await.unwrap_err().is_already_exists());
        assert!(db.put(&page(1, "b")).await.unwrap_err().is_version_conflict());
        let update = db.update(key(1)).set(Page::TEXT, "b").when(Page::TEXT.eq("z"));
        assert!(update.await.unwrap_err().is_condition_failed());
        assert!(db.update(key(2)).set(Page::TEXT, "b").await.unwrap_err().is_not_found());
        assert!(db.delete(key(1)).when(Page::TEXT.eq("z")).await.unwrap_err().is_condition_failed());
        let twin = Page { title: "title 1".into(), ..page(2, "b") };
        assert!(db.create(&twin).await.unwrap_err().is_unique_violation());
        assert_eq!((all(&db, 1).await, all(&db, 2).await), (of(&[(1, "a", false)]), vec![]));
        db.delete(&created).await.unwrap();
        db.delete(key(1)).await.unwrap();
        assert_eq!(all(&db, 1).await, of(&[(1, "a", false), (2, "a", true)]));
    }

    /// Writes give back what they give back without a history.
    async fn writes_give_back(t: &Test) {
        let db = t.table::<Wiki>().await;
        db.put(&note("n", "a")).await.unwrap();
        let key = || Note::key("s", "n");
        assert_eq!(db.put(&note("n", "b")).returning_old().await.unwrap(), Some(note("n", "a")));
        assert_eq!(db.put(&note("n", "c")).returning_new().await.unwrap(), note("n", "c"));
        let update = |text: &str| db.update(key()).set(Note::TEXT, text.to_owned());
        assert_eq!(update("d").returning(Returning::New).await.unwrap(), note("n", "d"));
        assert_eq!(update("e").returning(Returning::Old).await.unwrap(), note("n", "d"));
        assert_eq!(db.delete(key()).returning_old().await.unwrap(), Some(note("n", "e")));
        assert_eq!(db.delete(key()).returning_old().await.unwrap(), None);
        let texts: Vec<String> =
            db.history(key()).all().await.unwrap().into_iter().map(|one| one.entity.text).collect();
        assert_eq!(texts, ["a", "b", "c", "d", "e", "e"]);
    }

    /// In order, by number, page by page, forth and back.
    async fn a_history_is_read_in_parts(t: &Test) {
        let db = t.table::<Wiki>().await;
        for n in 1..=12_u32 {
            db.put(&note("n", &n.to_string())).await.unwrap();
        }
        let history = || db.history(Note::key("s", "n")).consistent();
        let numbers = |page: &NotePage| page.items.iter().map(|one| one.version).collect::<Vec<_>>();
        let first = history().newest_first().take(5).page().await.unwrap();
        assert_eq!(numbers(&first), [12, 11, 10, 9, 8]);
        let second = history().newest_first().take(5).cursor(first.next).page().await.unwrap();
        assert_eq!(numbers(&second), [7, 6, 5, 4, 3]);
        let back = history().newest_first().take(5).cursor(second.previous).page().await.unwrap();
        assert_eq!(numbers(&back), [12, 11, 10, 9, 8]);
        for (range, expected) in [((Some(9), Some(11)), vec![9, 10, 11]), ((None, Some(2)), vec![1, 2]), ((Some(11), None), vec![11, 12])] {
            let history = match range {
                (Some(low), Some(high)) => history().versions(low..=high),
                (Some(low), None) => history().versions(low..),
                (_, high) => history().versions(..=high.unwrap()),
            };
            assert_eq!(numbers(&history.page().await.unwrap()), expected);
        }
        let nothing = history().versions((std::ops::Bound::Excluded(5), std::ops::Bound::Excluded(6)));
        assert!(nothing.to_request().unwrap_err().is_empty_range());
        assert_eq!(nothing.all().await.unwrap(), []);
        let mut items = history().versions(3..5).items();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            found.push(item.unwrap().version);
        }
        assert_eq!(found, [3, 4]);
        assert_eq!(history().newest_first().first().await.unwrap().unwrap().entity.text, "12");
        let foreign = db.history(Note::key("s", "m")).newest_first().cursor(back.next).page().await;
        assert!(foreign.unwrap_err().is_cursor());
    }

    /// Items whose keys begin alike have histories of their own.
    async fn histories_do_not_mix(t: &Test) {
        let db = t.table::<Wiki>().await;
        let names = ["n", "n#1", "n#00000000000000000001", "n$23", "nn", "#"];
        for (n, name) in (1..).zip(names) {
            for _ in 0..n {
                db.put(&note(name, name)).await.unwrap();
            }
        }
        for (n, name) in (1..).zip(names) {
            let all = db.history(Note::key("s", name)).all().await.unwrap();
            assert_eq!(all.len(), n, "{name}");
            assert!(all.iter().all(|one| one.entity.name == name), "{name}");
        }
    }

    /// No read of entities meets versions: of the table, of an index, or counted.
    async fn versions_are_not_read_as_entities(t: &Test) {
        let db = t.table::<Wiki>().await;
        db.create(&page(1, "a")).await.unwrap();
        db.update(key(1)).set(Page::TEXT, "b").await.unwrap();
        assert_eq!(db.query(Page::of_site("s")).all().await.unwrap().len(), 1);
        assert_eq!(db.query(Page::of_page(1u32)).count().await.unwrap(), 1);
        assert_eq!(db.scan::<Page>().count().await.unwrap(), 1);
        assert_eq!(db.scan::<Page>().all().await.unwrap()[0].text, "b");
    }

    /// A transaction adds to each history that it writes to.
    async fn transactions_add_versions(t: &Test) {
        let db = t.table::<Wiki>().await;
        let transaction = db.transact_write().create(&page(1, "a")).create(&page(2, "a"));
        transaction.put(&note("n", "a")).await.unwrap();
        let transaction = db.transact_write().update(key(1), |u| u.set(Page::TEXT, "b"));
        transaction.delete(key(2)).check(Note::key("s", "n").when(Note::TEXT.eq("a"))).await.unwrap();
        assert_eq!(all(&db, 1).await, of(&[(1, "a", false), (2, "b", false)]));
        assert_eq!(all(&db, 2).await, of(&[(1, "a", false), (2, "a", true)]));
        assert_eq!(db.history(Note::key("s", "n")).all().await.unwrap().len(), 1);
        let error = db.transact_write().put(&note("n", "b")).create(&page(1, "c")).await.unwrap_err();
        let reasons: Vec<&Reason> = error.cancelled().iter().map(|action| &action.reason).collect();
        assert_eq!(reasons, [&Reason::None, &Reason::AlreadyExists]);
        assert_eq!(db.history(Note::key("s", "n")).all().await.unwrap().len(), 1);
    }

    /// A move ends one history and begins, or goes on with, another.
    async fn a_move_is_in_both_histories(t: &Test) {
        let db = t.table::<Wiki>().await;
        db.create(&page(2, "x")).await.unwrap();
        db.delete(key(2)).await.unwrap();
        let first = db.create(&page(1, "a")).returning_new().await.unwrap();
        let same = db.rekey(&first, |page| page.text = "b".into()).await.unwrap();
        let moved = db.rekey(&same, |page| page.id = 2).await.unwrap();
        assert_eq!(all(&db, 1).await, of(&[(1, "a", false), (2, "b", false), (3, "b", true)]));
        assert_eq!(all(&db, 2).await, of(&[(1, "x", false), (2, "x", true), (3, "b", false)]));
        let last = db.latest(key(2)).consistent().await.unwrap().unwrap();
        assert_eq!(last.current(), Some(moved.clone()));
        let other = db.create(&page(3, "c")).returning_new().await.unwrap();
        assert!(db.rekey(&moved, |page| page.id = 3).await.unwrap_err().is_already_exists());
        let taken = db.rekey(&moved, |page| page.title = other.title).await.unwrap_err();
        assert!(taken.is_unique_violation(), "{taken}");
        assert_eq!(all(&db, 3).await, of(&[(1, "c", false)]));
        assert_eq!(all(&db, 2).await.len(), 3);
    }

    /// With `keep`, a version ends so long after the next one was written, and the last one stays.
    async fn versions_end_after_the_next(t: &Test) {
        let db = t.table::<Wiki>().await;
        let ends = Expiry::after(db.backend().now(), Duration::from_hours(9));
        for text in ["a", "b"] {
            db.put(&Note { ends: Some(ends), ..note("n", text) }).await.unwrap();
        }
        let ends_of = |version| {
            let db = db.clone();
            async move {
                let request = db.at_version(Note::key("s", "n"), version).to_request().unwrap();
                db.send(request).await.unwrap().items[0].get("ends").cloned()
            }
        };
        let at = db.latest(Note::key("s", "n")).await.unwrap().unwrap().at;
        let over = at.duration_since(std::time::UNIX_EPOCH).unwrap() + Duration::from_hours(1);
        let Some(Value::N(ends)) = ends_of(1).await else { panic!("the first version ends") };
        assert!(ends.to_i128().unwrap().abs_diff(i128::from(over.as_secs())) <= 1, "{ends}");
        assert_eq!(ends_of(2).await, None);
        // What ended is not there.
        let table = db.table_name::<Wiki>();
        let mut request = db.at_version(Note::key("s", "n"), 1).to_request().unwrap();
        request.limit = Some(1);
        let mut item = db.send(request).await.unwrap().items.remove(0);
        item.insert("ends", Value::N(7.into()));
        let put = dynorm::backend::call::Put { table, item, ..Default::default() };
        db.backend().put(put).await.unwrap();
        assert_eq!(db.at_version(Note::key("s", "n"), 1).await.unwrap(), None);
        let left = db.history(Note::key("s", "n")).all().await.unwrap();
        assert_eq!(left.iter().map(|one| one.version).collect::<Vec<_>>(), [2]);
    }

    /// An item that is over is no more: nothing is deleted of it, and a new one goes on.
    async fn what_is_expired_is_not_deleted(t: &Test) {
        let db = t.table::<Wiki>().await;
        let past = Expiry::at(db.backend().now() - Duration::from_hours(2));
        db.put(&Note { ends: Some(past), ..note("n", "a") }).await.unwrap();
        db.delete(Note::key("s", "n")).await.unwrap();
        db.create(&note("n", "b")).await.unwrap();
        let all = db.history(Note::key("s", "n")).all().await.unwrap();
        assert_eq!(all.iter().map(|one| (one.version, one.deleted)).collect::<Vec<_>>(), [(1, false), (2, false)]);
    }

    /// Versions of an older form are read as items are.
    async fn older_forms_are_read(t: &Test) {
        let db = t.table::<before::Wiki>().await;
        db.put(&before::Sketch { id: 1, body: "old".into() }).await.unwrap();
        let db = db.with_table_name::<Wiki>(db.table_name::<before::Wiki>());
        db.update(Draft::key(1u32)).set(Draft::WORDS, 7u32).await.unwrap();
        let all = db.history(Draft::key(1u32)).all().await.unwrap();
        let told: Vec<_> = all.into_iter().map(|one| (one.entity.text, one.entity.words)).collect();
        assert_eq!(told, [("old".to_owned(), 0), ("old".to_owned(), 7)]);
    }

    /// Items that are older than the history get versions from their next write on.
    async fn older_items_begin_with_their_next_write(t: &Test) {
        let db = t.table::<Wiki>().await;
        for id in [1, 2] {
            let item = page(id, "old").to_item().unwrap();
            let put = dynorm::backend::call::Put { table: db.table_name::<Wiki>(), item, ..Default::default() };
            db.backend().put(put).await.unwrap();
        }
        assert_eq!(db.latest(key(1)).await.unwrap(), None);
        db.update(key(1)).set(Page::TEXT, "new").await.unwrap();
        db.delete(key(2)).await.unwrap();
        assert_eq!(all(&db, 1).await, of(&[(1, "new", false)]));
        assert_eq!(all(&db, 2).await, of(&[(1, "old", true)]));
    }

    /// Nothing is sent of what would be too large or too much: an item with what the history adds, the actions and bytes of
    /// a transaction, the key of a version.
    async fn limits_are_checked_before(t: &Test) {
        let db = t.table::<Wiki>().await;
        let large = |bytes: usize| note("n", &"x".repeat(bytes));
        let error = db.put(&large(409_500)).await.unwrap_err();
        assert!(error.is_too_large(), "{error}");
        assert!(error.to_string().contains("`what its history adds`"), "{error}");
        db.put(&large(409_000)).await.unwrap();
        let transaction = (0..51).fold(db.transact_write(), |transaction, id| {
            transaction.put(&Draft { id, text: String::new(), words: 0 })
        });
        let error = transaction.await.unwrap_err().to_string();
        assert!(error.contains("not 102: 51 that are asked for, and 51 for"), "{error}");
        let transaction = (0..6).fold(db.transact_write(), |transaction, id| {
            transaction.put(&Draft { id, text: "x".repeat(400_000), words: 0 })
        });
        let error = transaction.await.unwrap_err().to_string();
        assert!(error.contains("the transaction writes 4"), "{error}");
        let error = db.put(&note(&"#".repeat(334), "a")).await.unwrap_err();
        assert!(error.is_key() && error.to_string().contains("the key of its versions"), "{error}");
        assert_eq!(db.history(Note::key("s", "n")).all().await.unwrap().len(), 1);
    }

    /// What is written depends on what is stored, so that there is no request to show before, and no token to repeat.
    async fn there_is_no_request_before(t: &Test) {
        let db = t.table::<Wiki>().await;
        let created = db.create(&page(1, "a")).returning_new().await.unwrap();
        let refused = [
            db.create(&page(1, "b")).to_request().map(|_| ()),
            db.put(&note("n", "b")).to_request().map(|_| ()),
            db.update(key(1)).set(Page::TEXT, "b").to_request().map(|_| ()),
            db.delete(key(1)).to_request().map(|_| ()),
            db.rekey(&created, |page| page.id = 2).to_request().map(|_| ()),
            db.transact_write().create(&note("n", "b")).to_request().map(|_| ()),
            db.transact_write().create(&note("n", "b")).token(t.token()).await,
        ];
        for error in refused.map(Result::unwrap_err) {
            assert!(error.to_string().contains("depends on what is stored"), "{error}");
        }
    }

    /// Of many who write at once, each has a version.
    async fn of_many_each_has_a_version(t: &Test) {
        let db = t.table::<Wiki>().await;
        let put = |text: &'static str| {
            let db = db.clone();
            async move { db.put(&note("n", text)).await.unwrap() }
        };
        tokio::join!(put("a"), put("b"), put("c"), put("d"));
        let all = db.history(Note::key("s", "n")).consistent().all().await.unwrap();
        assert_eq!(all.iter().map(|one| one.version).collect::<Vec<_>>(), [1, 2, 3, 4]);
        let mut texts: Vec<&str> = all.iter().map(|one| one.entity.text.as_str()).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["a", "b", "c", "d"]);
        let now = db.get(Note::key("s", "n")).consistent().await.unwrap();
        assert_eq!(now.as_ref(), Some(&all[3].entity));
    }
}

/// A page of versions of notes.
type NotePage = dynorm::Page<Revision<Note>>;
