//! Time to live: what is expired is not read, unless it is asked for.

use std::time::Duration;

use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{Session, Shop};

/// A session that is over, one that is not, and one that never ends.
async fn sessions(t: &crate::setup::Test) -> Db {
    let db = t.table::<Shop>().await;
    let (now, hour) = (db.backend().now(), Duration::from_hours(1));
    let expiries = [("over", Some(now - hour)), ("running", Some(now + hour)), ("endless", None)];
    for (token, time) in expiries {
        let session = Session { customer: "ann".into(), token: token.into(), expires: time.map(Expiry::at) };
        db.put(&session).await.unwrap();
    }
    db
}

/// A time to live that is a key of an index.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Leases", pk = id)]
#[entity(index(ByEnd, name = by_end, pk = owner, sk = ends))]
struct Lease {
    id: u32,
    owner: String,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

fn tokens(mut sessions: Vec<Session>) -> Vec<String> {
    sessions.sort_by(|a, b| a.token.cmp(&b.token));
    sessions.into_iter().map(|session| session.token).collect()
}

crate::cases! {
    /// Reads leave out what is expired.
    async fn reads_leave_out_what_is_expired(t: &Test) {
        let db = sessions(t).await;
        assert_eq!(db.get(Session::key("ann", "over")).await.unwrap(), None);
        assert!(db.get(Session::key("ann", "running")).await.unwrap().is_some());
        assert!(db.get(Session::key("ann", "endless")).await.unwrap().is_some());
        let alive = ["endless", "running"];
        assert_eq!(tokens(db.query(Session::of_user("ann")).all().await.unwrap()), alive);
        assert_eq!(tokens(db.scan::<Session>().all().await.unwrap()), alive);
        assert_eq!(db.query(Session::of_user("ann")).count().await.unwrap(), 2);
        let first_two = db.query(Session::of_user("ann")).take(2).page().await.unwrap();
        assert_eq!(tokens(first_two.items), alive);
    }

    /// For writes too, what is expired is not there.
    async fn writes_take_what_is_expired_for_absent(t: &Test) {
        let db = sessions(t).await;
        let error = db.update(Session::key("ann", "over")).remove(Session::EXPIRES).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        let again = Session { customer: "ann".into(), token: "over".into(), expires: None };
        db.create(&again).await.unwrap();
        assert_eq!(db.get(Session::key("ann", "over")).await.unwrap(), Some(again.clone()));
        assert!(db.create(&again).await.unwrap_err().is_already_exists());
        db.update(Session::key("ann", "over")).set(Session::EXPIRES, Expiry::at(db.backend().now())).await.unwrap();
    }

    /// A time to live that is over to the second counts as over; in the same second it does not.
    async fn seconds_are_whole(t: &Test) {
        let db = t.table::<Shop>().await;
        for (token, seconds) in [("ancient", -5), ("broken", 1)] {
            let item = Item::from([
                ("PK", Value::from("CUSTOMER#ann")),
                ("SK", Value::S(format!("SESSION#{token}"))),
                ("ttl", Value::N(Number::from(seconds))),
            ]);
            let table = db.table_name::<Shop>();
            db.backend().put(call::Put { table, item, ..Default::default() }).await.unwrap();
            assert_eq!(db.get(Session::key("ann", token)).await.unwrap(), None);
        }
        assert_eq!(db.query(Session::of_user("ann")).count().await.unwrap(), 0);
        assert!(db.query(Session::of_user("ann")).all().await.unwrap().is_empty());
    }

    /// What is expired and not yet deleted can be asked for.
    async fn what_is_expired_can_be_asked_for(t: &Test) {
        let db = sessions(t).await;
        assert!(db.get(Session::key("ann", "over")).include_expired().await.unwrap().is_some());
        let all = ["endless", "over", "running"];
        assert_eq!(tokens(db.query(Session::of_user("ann")).include_expired().all().await.unwrap()), all);
        assert_eq!(tokens(db.scan::<Session>().include_expired().all().await.unwrap()), all);
        assert_eq!(db.query(Session::of_user("ann")).include_expired().count().await.unwrap(), 3);
    }

    /// A time to live can be a key of an index. A query of it cannot filter by it, and leaves out on its own what is
    /// expired.
    async fn what_expires_soon_is_queried(t: &Test) {
        let db = t.table::<Lease>().await;
        let now = db.backend().now();
        let at = |hours: i64| {
            let time = Duration::from_hours(hours.unsigned_abs());
            Expiry::at(if hours < 0 { now - time } else { now + time })
        };
        let ends = [(1, Some(at(5))), (2, Some(at(1))), (3, Some(at(-1))), (4, Some(at(2))), (5, None)];
        for (id, ends) in ends {
            db.put(&Lease { id, owner: "ann".into(), ends }).await.unwrap();
        }
        let ids = |leases: Vec<Lease>| leases.into_iter().map(|lease| lease.id).collect::<Vec<_>>();
        let by_end = || db.query(Lease::by_end("ann"));
        assert_eq!(by_end().to_request().unwrap().filter, None);
        assert_eq!(ids(by_end().all().await.unwrap()), [2, 4, 1]);
        assert_eq!(ids(db.query(Lease::by_end("ann").ends_in(..at(3))).all().await.unwrap()), [2, 4]);
        assert_eq!(by_end().count().await.unwrap(), 3);
        assert_eq!(by_end().first().await.unwrap().map(|lease| lease.id), Some(2));
        assert_eq!(by_end().keys().all().await.unwrap(), [2u32, 4, 1].map(Lease::key));
        assert_eq!(ids(by_end().include_expired().all().await.unwrap()), [3, 2, 4, 1]);
        assert_eq!(by_end().include_expired().count().await.unwrap(), 4);
        db.update(Lease::key(5u32)).set(Lease::ENDS, at(3)).await.unwrap();
        assert_eq!(ids(by_end().all().await.unwrap()), [2, 4, 5, 1]);
    }
}
