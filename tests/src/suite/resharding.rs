//! A declared change of the number of shards: items are where they were, or where they belong, and found in both.

use dynorm::prelude::*;

/// As it was written before.
mod before {
    use dynorm::prelude::*;

    #[derive(Entity, Clone)]
    #[entity(table = "Logs", pk = "LOG#{app}", sk = "{id}", name = of_app, shards = 2, by = id)]
    #[entity(index(ByUser, name = by_user, pk = "USER#{user}", sk = id, shards = 2, by = app))]
    pub(super) struct Log {
        pub(super) app: String,
        pub(super) id: u64,
        pub(super) user: String,
        pub(super) text: String,
    }
}

/// While items move.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Logs", pk = "LOG#{app}", sk = "{id}", name = of_app, shards = 7, by = id, was = 2)]
#[entity(index(ByUser, name = by_user, pk = "USER#{user}", sk = id, shards = 9, by = app, was = 2))]
pub struct Log {
    app: String,
    id: u64,
    user: String,
    text: String,
}

/// Once all have moved.
mod after {
    use dynorm::prelude::*;

    #[derive(Entity, Clone, Debug, PartialEq)]
    #[entity(table = "Logs", pk = "LOG#{app}", sk = "{id}", name = of_app, shards = 7, by = id)]
    #[entity(index(ByUser, name = by_user, pk = "USER#{user}", sk = id, shards = 9, by = app))]
    pub(super) struct Log {
        pub(super) app: String,
        pub(super) id: u64,
        pub(super) user: String,
        pub(super) text: String,
    }
}

const APP: &str = "web";

fn log(id: u64) -> Log {
    Log { app: APP.into(), id, user: "ann".into(), text: format!("t{id}") }
}

fn key(id: u64) -> Key<Log> {
    Log::key(APP, id)
}

fn old(id: u64) -> before::Log {
    let Log { app, id, user, text } = log(id);
    before::Log { app, id, user, text }
}

/// Twenty items as they were written before.
async fn logs(t: &crate::setup::Test) -> Db {
    let db = t.table::<before::Log>().await;
    for id in 0..20 {
        db.put(&old(id)).await.unwrap();
    }
    db.with_table_name::<Log>(db.table_name::<before::Log>())
        .with_table_name::<after::Log>(db.table_name::<before::Log>())
}

/// Whether there is an item where it was before.
async fn is_behind(db: &Db, id: u64) -> bool {
    db.get(before::Log::key(APP, id)).consistent().await.unwrap().is_some()
}

/// Whether there is an item where it belongs.
async fn is_home(db: &Db, id: u64) -> bool {
    db.get(after::Log::key(APP, id)).consistent().await.unwrap().is_some()
}

/// Whether the item belongs elsewhere now.
fn moves(id: u64) -> bool {
    before::Log::key(APP, id).item().unwrap() != after::Log::key(APP, id).item().unwrap()
}

/// Some items that belong elsewhere now.
fn movers() -> Vec<u64> {
    (0..20).filter(|id| moves(*id)).collect()
}

fn ids(logs: &[Log]) -> Vec<u64> {
    logs.iter().map(|log| log.id).collect()
}

crate::cases! {
    /// A query reads the shards that there were and that there are, in one order, with exact pages.
    async fn queries_read_both_layouts(t: &Test) {
        let db = logs(t).await;
        assert!(movers().len() > 5 && movers().len() < 20);
        for id in movers().into_iter().step_by(2) {
            db.update(key(id)).set(Log::TEXT, "moved").await.unwrap();
        }
        let all = db.query(Log::of_app(APP)).consistent().all().await.unwrap();
        assert_eq!(ids(&all), (0..20).collect::<Vec<_>>());
        assert_eq!(db.query(Log::of_app(APP)).count().await.unwrap(), 20);
        let first = db.query(Log::of_app(APP)).newest_first().take(7).page().await.unwrap();
        assert_eq!(ids(&first.items), [19, 18, 17, 16, 15, 14, 13]);
        let next = db.query(Log::of_app(APP)).newest_first().take(7).cursor(first.next).page().await.unwrap();
        assert_eq!(ids(&next.items), [12, 11, 10, 9, 8, 7, 6]);
        for id in 0..20 {
            let one = db.query(Log::of_app(APP).id(id));
            assert_eq!(one.to_requests().unwrap().len(), if moves(id) { 2 } else { 1 });
            assert_eq!(ids(&one.all().await.unwrap()), [id]);
        }
        let mut n_items = 0;
        for shard in 0..7 {
            n_items += db.query(Log::of_app(APP)).shard(shard).count().await.unwrap();
        }
        assert_eq!(n_items, 20);
    }

    /// A key finds its item where it was and where it belongs, alone, among many, and in a transaction.
    async fn keys_find_items_in_both_places(t: &Test) {
        let db = logs(t).await;
        db.create(&log(30)).await.unwrap();
        for id in (0..20).chain([30]) {
            assert_eq!(db.get(key(id)).consistent().await.unwrap(), Some(log(id)), "{id}");
        }
        let keys = || (0..20).chain([30, 31]).map(key).collect::<Vec<_>>();
        let expected: Vec<Option<Log>> = (0..20).chain([30]).map(|id| Some(log(id))).chain([None]).collect();
        assert_eq!(db.get_many(keys()).consistent().await.unwrap().complete().unwrap(), expected);
        assert_eq!(db.transact_get(keys()).await.unwrap(), expected);
        assert_eq!(db.get(key(31)).consistent().await.unwrap(), None);
    }

    /// Each write takes its item to where it belongs, and leaves nothing behind.
    async fn writes_take_items_home(t: &Test) {
        let db = logs(t).await;
        let movers = movers();
        let [updated, put, deleted, rekeyed, in_transaction, checked] = movers[..6] else { panic!("{movers:?}") };
        let now = db.update(key(updated)).set(Log::TEXT, "new").returning(Returning::New).await.unwrap();
        assert_eq!(now, Log { text: "new".into(), ..log(updated) });
        let was = db.put(&Log { text: "new".into(), ..log(put) }).returning_old().await.unwrap();
        assert_eq!(was, Some(log(put)));
        assert_eq!(db.delete(key(deleted)).returning_old().await.unwrap(), Some(log(deleted)));
        db.rekey(&log(rekeyed), |log| log.id = 40).await.unwrap();
        let transaction = db.transact_write().update(key(in_transaction), |u| u.set(Log::TEXT, "new"));
        transaction.check(key(checked).when(Log::TEXT.eq(format!("t{checked}")))).await.unwrap();
        for id in &movers[..6] {
            assert!(!is_behind(&db, *id).await, "{id}");
            assert_eq!(is_home(&db, *id).await, *id != deleted && *id != rekeyed, "{id}");
        }
        assert_eq!(db.get(key(40)).consistent().await.unwrap().map(|log| log.text), Some(format!("t{rekeyed}")));
        assert!(is_behind(&db, movers[6]).await && !is_home(&db, movers[6]).await);
    }

    /// What is refused is refused wherever the item is.
    async fn refusals_know_both_places(t: &Test) {
        let db = logs(t).await;
        let id = movers()[0];
        assert!(db.create(&log(id)).await.unwrap_err().is_already_exists());
        let id = movers()[1];
        let update = db.update(key(id)).set(Log::TEXT, "x").when(Log::TEXT.eq("y"));
        assert!(update.await.unwrap_err().is_condition_failed());
        let id = movers()[2];
        assert!(db.rekey(&log(0), |log| log.id = id).await.unwrap_err().is_already_exists());
        assert!(db.update(key(99)).set(Log::TEXT, "x").await.unwrap_err().is_not_found());
        db.delete(key(99)).await.unwrap();
        assert_eq!(db.query(Log::of_app(APP)).count().await.unwrap(), 20);
    }

    /// Two items of one key, of which a program wrote one that knows one number only, are told and not guessed at.
    async fn two_items_of_one_key_are_told(t: &Test) {
        let db = logs(t).await;
        let id = movers()[0];
        let Log { app, id, user, text } = log(id);
        db.put(&after::Log { app, id, user, text }).await.unwrap();
        let error = db.update(key(id)).set(Log::TEXT, "x").await.unwrap_err().to_string();
        assert!(error.contains("two items of `Log` with one key"), "{error}");
        let moved = db.reshard(Log::of_app(APP), 2).await.unwrap();
        assert_eq!(moved.taken.len(), 1);
    }

    /// The rest is moved, and then the entity can do without `was`.
    async fn the_rest_is_moved(t: &Test) {
        let db = logs(t).await;
        db.update(key(movers()[0])).set(Log::TEXT, "x").await.unwrap();
        let moved = db.reshard(Log::of_app(APP), 2).await.unwrap();
        assert_eq!((moved.n_moved, moved.n_kept), (movers().len() as u64 - 1, 21 - movers().len() as u64));
        for id in 0..20 {
            assert!(is_home(&db, id).await && (!moves(id) || !is_behind(&db, id).await), "{id}");
        }
        let all = db.query(after::Log::of_app(APP)).consistent().all().await.unwrap();
        assert_eq!(all.len(), 20);
    }

    /// An index is read in both layouts; its items get their new keys by a write, or are moved.
    async fn indexes_are_read_in_both_layouts(t: &Test) {
        let db = logs(t).await;
        let other = |id| before::Log { app: "api".into(), ..old(id) };
        db.put(&other(20)).await.unwrap();
        db.put(&Log { app: "cli".into(), ..log(21) }).await.unwrap();
        assert_eq!(ids(&db.query(Log::by_user("ann")).all().await.unwrap()), (0..22).collect::<Vec<_>>());
        let moved = db.reshard(Log::by_user("ann"), 2).await.unwrap();
        assert_eq!(moved.n_moved + moved.n_kept, 22);
        assert!(moved.n_moved > 0 && moved.taken.is_empty(), "{moved:?}");
        let again = db.reshard(Log::by_user("ann"), 2).await.unwrap();
        assert_eq!((again.n_moved, again.n_kept), (0, 22));
        assert_eq!(ids(&db.query(Log::by_user("ann")).all().await.unwrap()), (0..22).collect::<Vec<_>>());
        assert_eq!(db.query(after::Log::by_user("ann")).count().await.unwrap(), 22);
    }

    /// Where the item is in the same shard as before, a write is one plain request; else there is none to show before.
    async fn only_what_moves_is_a_transaction(t: &Test) {
        let db = logs(t).await;
        let (stays, moves) = ((0..20).find(|id| !moves(*id)).unwrap(), movers()[0]);
        assert!(db.put(&log(stays)).to_request().is_ok());
        assert!(db.update(key(stays)).set(Log::TEXT, "x").to_request().is_ok());
        let refused = [
            db.put(&log(moves)).to_request().map(|_| ()),
            db.update(key(moves)).set(Log::TEXT, "x").to_request().map(|_| ()),
            db.delete(key(moves)).to_request().map(|_| ()),
            db.rekey(&log(moves), |log| log.id = 50).to_request().map(|_| ()),
            db.transact_write().put(&log(moves)).to_request().map(|_| ()),
            db.transact_write().put(&log(moves)).token(t.token()).await,
        ];
        for error in refused.map(Result::unwrap_err) {
            assert!(error.to_string().contains("depends on what is stored"), "{error}");
        }
    }
}
