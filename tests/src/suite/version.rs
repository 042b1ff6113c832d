//! Versions: of two writers who read the same item, one fails.

use dynorm::Reason;
use dynorm::op::{Checked, CheckedTransaction};
use dynorm::prelude::*;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Pages", pk = "PAGE#{id}")]
pub struct Page {
    id: u32,
    text: String,
    views: u32,
    #[attr(version)]
    version: u64,
}

/// One that can be written four billion times.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "ShortPages", pk = id)]
pub struct Short {
    id: u32,
    text: String,
    #[attr(version)]
    version: u32,
}

fn page(text: &str) -> Page {
    Page { id: 7, text: text.into(), views: 0, version: 0 }
}

async fn stored(db: &Db) -> Option<Page> {
    db.get(Page::key(7u32)).consistent().await.unwrap()
}

crate::cases! {
    /// Each write stores the next version, and says so.
    async fn each_write_counts(t: &Test) {
        let db = t.table::<Page>().await;
        let first = db.create(&page("a")).returning_new().await.unwrap();
        assert_eq!(first, Page { version: 1, ..page("a") });
        let second = db.put(&Page { text: "b".into(), ..first }).returning_new().await.unwrap();
        assert_eq!(second.version, 2);
        let third = db.update(&second).set(Page::TEXT, "c").returning(Returning::New).await.unwrap();
        assert_eq!((third.version, third.text.as_str()), (3, "c"));
        db.update(Page::key(7u32)).add(Page::VIEWS, 1).await.unwrap();
        assert_eq!(stored(&db).await, Some(Page { views: 1, version: 4, ..third }));
    }

    /// A put of what was read before somebody else wrote is refused, with what is there now.
    async fn a_late_put_loses(t: &Test) {
        let db = t.table::<Page>().await;
        let read = db.create(&page("a")).returning_new().await.unwrap();
        let now = db.put(&Page { text: "first".into(), ..read.clone() }).returning_new().await.unwrap();
        let late = Page { text: "second".into(), ..read };
        let error = db.put(&late).await.unwrap_err();
        assert!(error.is_version_conflict() && !error.is_condition_failed(), "{error}");
        assert_eq!(Page::from_item(error.existing().cloned().unwrap()).unwrap(), now);
        match db.put(&late).checked().await.unwrap() {
            Checked::VersionConflict(existing) => assert_eq!(existing.entity.unwrap(), now),
            other => panic!("{other:?}"),
        }
        assert_eq!(stored(&db).await, Some(now));
    }

    /// A new entity does not overwrite one that is there, and one that was deleted does not come back.
    async fn a_put_neither_overwrites_nor_revives(t: &Test) {
        let db = t.table::<Page>().await;
        let read = db.put(&page("a")).returning_new().await.unwrap();
        assert!(db.put(&page("b")).await.unwrap_err().is_version_conflict());
        db.delete(&read).await.unwrap();
        let error = db.put(&read).await.unwrap_err();
        assert!(error.is_version_conflict() && error.existing().is_none(), "{error}");
        assert!(matches!(db.put(&read).checked().await.unwrap(), Checked::NotFound));
        assert_eq!(stored(&db).await, None);
    }

    /// An update or deletion of an entity that was read checks its version; by a key it does not, unless told one.
    async fn updates_and_deletions_check_what_was_read(t: &Test) {
        let db = t.table::<Page>().await;
        let read = db.create(&page("a")).returning_new().await.unwrap();
        db.update(Page::key(7u32)).add(Page::VIEWS, 1).await.unwrap();
        let late = db.update(&read).set(Page::TEXT, "b").await.unwrap_err();
        assert!(late.is_version_conflict(), "{late}");
        assert!(db.delete(&read).await.unwrap_err().is_version_conflict());
        let late = db.update(Page::key(7u32)).set(Page::TEXT, "b").at_version(1).await.unwrap_err();
        assert!(late.is_version_conflict(), "{late}");
        db.update(Page::key(7u32)).set(Page::TEXT, "b").at_version(2).await.unwrap();
        assert!(db.delete(Page::key(7u32)).at_version(2).await.unwrap_err().is_version_conflict());
        db.delete(Page::key(7u32)).at_version(3).await.unwrap();
        let gone = db.update(&read).set(Page::TEXT, "c").await.unwrap_err();
        assert!(gone.is_version_conflict() && gone.existing().is_none(), "{gone}");
        assert!(db.update(Page::key(7u32)).set(Page::TEXT, "c").await.unwrap_err().is_not_found());
    }

    /// The user's own condition is told apart from the version.
    async fn a_failed_condition_is_no_version_conflict(t: &Test) {
        let db = t.table::<Page>().await;
        let read = db.create(&page("a")).returning_new().await.unwrap();
        let error = db.update(&read).set(Page::TEXT, "b").when(Page::VIEWS.gt(5)).await.unwrap_err();
        assert!(error.is_condition_failed() && !error.is_version_conflict(), "{error}");
        assert_eq!(stored(&db).await, Some(read));
    }

    /// Inside a transaction the same rules hold, and the reason says which action was late.
    async fn transactions_check_versions(t: &Test) {
        let db = t.table::<Page>().await;
        let read = db.create(&page("a")).returning_new().await.unwrap();
        let other = Page { id: 8, ..page("x") };
        db.transact_write().update(&read, |u| u.set(Page::TEXT, "b")).create(&other).await.unwrap();
        assert_eq!(stored(&db).await.unwrap().version, 2);
        assert_eq!(db.get(Page::key(8u32)).await.unwrap().unwrap().version, 1);
        let late = db.transact_write().delete(Page::key(8u32)).put(&read).checked().await.unwrap();
        match late {
            CheckedTransaction::Cancelled(actions) => {
                assert_eq!(actions[0].reason, Reason::None);
                assert_eq!(actions[1].reason, Reason::VersionConflict);
                assert_eq!(actions[1].existing::<Page>().unwrap().unwrap().text, "b");
            }
            CheckedTransaction::Done => panic!("the version is 2"),
        }
        assert!(db.transact_write().delete(&read).await.unwrap_err().is_cancelled());
        assert!(db.get(Page::key(8u32)).await.unwrap().is_some());
    }

    /// The check can be passed over, where that is said.
    async fn a_put_can_pass_over_the_version(t: &Test) {
        let db = t.table::<Page>().await;
        db.create(&page("a")).await.unwrap();
        let forced = db.put(&Page { version: 40, ..page("b") }).any_version().returning_new().await.unwrap();
        assert_eq!(forced.version, 41);
        assert_eq!(stored(&db).await, Some(forced));
    }

    /// What was written before there were versions has version 0.
    async fn items_without_version_have_version_0(t: &Test) {
        let db = t.table::<Page>().await;
        let mut item = page("old").to_item().unwrap();
        item.remove("version");
        let table = db.table_name::<Page>();
        let put = dynorm::backend::call::Put { table, item, ..Default::default() };
        db.backend().put(put).await.unwrap();
        let read = stored(&db).await.unwrap();
        assert_eq!(read.version, 0);
        let written = db.put(&Page { text: "new".into(), ..read.clone() }).returning_new().await.unwrap();
        assert_eq!(written.version, 1);
        assert!(db.update(&read).set(Page::TEXT, "late").await.unwrap_err().is_version_conflict());
    }

    /// What its type cannot hold is no version: the item stays as it can be read.
    async fn versions_end_where_they_can_be_read(t: &Test) {
        let db = t.table::<Short>().await;
        let last = Short { id: 7, text: "a".into(), version: u32::MAX - 1 };
        let last = db.put(&last).any_version().returning_new().await.unwrap();
        assert_eq!(last.version, u32::MAX);
        assert!(db.put(&last).await.unwrap_err().is_invalid());
        assert!(db.update(&last).set(Short::TEXT, "b").await.unwrap_err().is_invalid());
        let by_key = db.update(Short::key(7u32)).set(Short::TEXT, "b").await.unwrap_err();
        assert!(by_key.is_condition_failed(), "{by_key}");
        assert_eq!(db.get(Short::key(7u32)).await.unwrap(), Some(last.clone()));
        db.delete(&last).await.unwrap();
    }

    /// A move to another key counts too.
    async fn a_move_counts(t: &Test) {
        let db = t.table::<Page>().await;
        let read = db.create(&page("a")).returning_new().await.unwrap();
        let moved = db.rekey(&read, |page| page.id = 9).await.unwrap();
        assert_eq!(moved, Page { id: 9, version: 2, ..read.clone() });
        assert_eq!(db.get(Page::key(9u32)).await.unwrap(), Some(moved.clone()));
        assert!(db.update(&moved).set(Page::TEXT, "b").await.is_ok());
        assert!(db.rekey(&moved, |page| page.id = 10).await.unwrap_err().is_condition_failed());
    }

    /// Of many who read the same item and write, one wins in each round.
    async fn of_many_writers_one_wins(t: &Test) {
        let db = t.table::<Page>().await;
        let mut read = db.create(&page("0")).returning_new().await.unwrap();
        for round in 0..5_u64 {
            let put = |writer: u32| {
                let next = Page { text: format!("{round}-{writer}"), ..read.clone() };
                let db = db.clone();
                async move { db.put(&next).await }
            };
            let (a, b, c, d) = tokio::join!(put(0), put(1), put(2), put(3));
            let results = [a, b, c, d];
            let lost = results.iter().filter_map(|result| result.as_ref().err());
            assert!(lost.clone().all(dynorm::Error::is_version_conflict), "{results:?}");
            assert_eq!(lost.count(), 3);
            read = stored(&db).await.unwrap();
            assert_eq!(read.version, round + 2);
        }
    }
}
