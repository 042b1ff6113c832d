//! Attributes that the library keeps: times of writes, counters, what is written once, default lifetimes.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use dynorm::prelude::*;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Articles", pk = "ARTICLE#{id}")]
#[entity(index(GSI1, name = by_change, pk = "AUTHOR#{author}", sk = "CHANGED#{updated_at}"))]
pub struct Article {
    id: u32,
    text: String,
    #[attr(write_once)]
    author: String,
    #[attr(created_at)]
    created_at: DateTime<Utc>,
    #[attr(updated_at)]
    updated_at: DateTime<Utc>,
    #[attr(counter(start = 10, step = 5))]
    edits: u32,
    #[attr(write_once)]
    origin: Option<String>,
    #[attr(ttl = "30d after created_at")]
    expires: Option<Expiry>,
}

fn article() -> Article {
    Article {
        id: 7,
        text: "a".into(),
        author: "ann".into(),
        created_at: DateTime::default(),
        updated_at: DateTime::default(),
        edits: 0,
        origin: None,
        expires: None,
    }
}

/// A session that lives on as long as it is used.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Logins", pk = token)]
pub struct Login {
    token: String,
    hits: u32,
    #[attr(updated_at)]
    seen: Option<Expiry>,
    #[attr(ttl = "30m after seen")]
    ends: Option<Expiry>,
}

/// A note that lives for a day from its last whole write.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Drafts", pk = id)]
pub struct Draft {
    id: u32,
    #[attr(ttl = "1d")]
    ends: Option<DateTime<Utc>>,
}

/// Whether the backend's clock showed this time between two looks at it.
fn is_between(time: DateTime<Utc>, before: SystemTime, after: SystemTime) -> bool {
    let time = SystemTime::from(time);
    // A server's clock is its own.
    let slack = Duration::from_secs(5);
    before - slack <= time && time <= after + slack
}

crate::cases! {
    /// A new item has the time of its creation, whatever the entity says.
    async fn a_new_item_is_stamped(t: &Test) {
        let db = t.table::<Article>().await;
        let before = db.backend().now();
        let written = db.create(&article()).returning_new().await.unwrap();
        let after = db.backend().now();
        assert!(is_between(written.created_at, before, after), "{written:?}");
        assert_eq!(written.updated_at, written.created_at);
        assert_eq!(written.edits, 10);
        let stored = db.get(Article::key(7u32)).await.unwrap();
        assert_eq!(stored, Some(written));
    }

    /// What creates or replaces keeps the time of creation of an entity that was read, and stamps a new one.
    async fn a_put_keeps_the_creation(t: &Test) {
        let db = t.table::<Article>().await;
        let before = db.backend().now();
        let new = db.put(&article()).returning_new().await.unwrap();
        assert!(is_between(new.created_at, before, db.backend().now()));
        let long_ago = DateTime::from_timestamp(1_000_000_000, 0).unwrap();
        let old = Article { created_at: long_ago, expires: new.expires, edits: 15, ..new };
        let again = db.put(&old).returning_new().await.unwrap();
        assert_eq!((again.created_at, again.edits), (long_ago, 15));
        assert!(again.updated_at > long_ago);
    }

    /// Each update stamps, counts, and moves the index keys that are made of the time.
    async fn an_update_stamps_and_counts(t: &Test) {
        let db = t.table::<Article>().await;
        let old = Article { updated_at: DateTime::default(), ..article() };
        let new = db.create(&old).returning_new().await.unwrap();
        let now = db.update(Article::key(7u32)).set(Article::TEXT, "b").returning(Returning::New).await.unwrap();
        assert!(now.updated_at >= new.updated_at);
        assert_eq!((now.created_at, now.edits, now.text.as_str()), (new.created_at, 15, "b"));
        let item = Article::to_item(&now).unwrap();
        let request = db.get(Article::key(7u32)).to_request().unwrap();
        let stored = db.backend().get(request).await.unwrap().item.unwrap();
        assert_eq!(stored.get("GSI1SK"), item.get("GSI1SK"));
        assert_eq!(stored.get("GSI1PK"), item.get("GSI1PK"));
        let by_change = db.query(Article::by_change("ann").updated_at(now.updated_at)).all().await.unwrap();
        assert_eq!(by_change, [now]);
    }

    /// What is written once is not changed by a put, nor added to an item that was written without it.
    async fn what_is_written_once_stays(t: &Test) {
        let db = t.table::<Article>().await;
        let new = db.put(&article()).returning_new().await.unwrap();
        let other = Article { author: "bob".into(), ..new.clone() };
        assert!(db.put(&other).await.unwrap_err().is_condition_failed());
        db.put(&Article { text: "b".into(), ..new.clone() }).await.unwrap();
        db.update(Article::key(7u32)).set_if_absent(Article::ORIGIN, Some("web".to_owned())).await.unwrap();
        db.update(Article::key(7u32)).set_if_absent(Article::ORIGIN, Some("mail".to_owned())).await.unwrap();
        let stored = db.get(Article::key(7u32)).await.unwrap().unwrap();
        assert_eq!((stored.author.as_str(), stored.origin.as_deref()), ("ann", Some("web")));
        assert!(db.put(&Article { origin: None, ..stored }).await.unwrap_err().is_condition_failed());
    }

    /// Nor is it changed on the way to another key.
    async fn what_is_written_once_moves_as_it_is(t: &Test) {
        let db = t.table::<Article>().await;
        let new = db.put(&article()).returning_new().await.unwrap();
        let error = db.rekey(&new, |article| (article.id, article.author) = (8, "bob".into())).await.unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("author"), "{error}");
        let moved = db.rekey(&new, |article| (article.id, article.origin) = (8, Some("web".into()))).await.unwrap();
        assert_eq!((moved.author.as_str(), moved.origin.as_deref()), ("ann", Some("web")));
        assert!(db.rekey(&moved, |article| article.origin = None).await.unwrap_err().is_invalid());
        assert_eq!(db.get(Article::key(8u32)).await.unwrap().unwrap().origin.as_deref(), Some("web"));
    }

    /// A default lifetime counts from the time that it names, unless the entity says when it ends.
    async fn an_item_has_a_lifetime(t: &Test) {
        let db = t.table::<Article>().await;
        let new = db.create(&article()).returning_new().await.unwrap();
        let month = Duration::from_hours(30 * 24);
        assert_eq!(new.expires, Some(Expiry::after(new.created_at.into(), month)));
        let given = Some(Expiry::after(db.backend().now(), Duration::from_hours(1)));
        let other = Article { id: 8, expires: given, ..article() };
        assert_eq!(db.create(&other).returning_new().await.unwrap().expires, given);
    }

    /// A lifetime that counts from the last write is moved on by each update, unless the update says when it ends.
    async fn a_lifetime_slides(t: &Test) {
        let db = t.table::<Login>().await;
        let ends = Some(Expiry::after(db.backend().now(), Duration::from_mins(1)));
        db.create(&Login { token: "t".into(), hits: 0, seen: None, ends }).await.unwrap();
        let now = db.update(Login::key("t")).add(Login::HITS, 1).returning(Returning::New).await.unwrap();
        let half_hour = Duration::from_mins(30);
        assert_eq!(now.ends, now.seen.map(|seen| Expiry::after(seen.time(), half_hour)));
        let set = db.update(Login::key("t")).set(Login::ENDS, ends).returning(Returning::New).await.unwrap();
        assert_eq!(set.ends, ends);
    }

    /// Without a time to count from, a lifetime begins with the put and stays through updates.
    async fn a_lifetime_begins_with_the_put(t: &Test) {
        let db = t.table::<Draft>().await;
        let before = db.backend().now();
        let put = db.put(&Draft { id: 7, ends: None }).returning_new().await.unwrap();
        let day = Duration::from_hours(24);
        let ends = SystemTime::from(put.ends.unwrap());
        assert!(is_between(ends.into(), before + day - Duration::from_secs(1), db.backend().now() + day));
    }

    /// Batches stamp too.
    async fn batches_stamp(t: &Test) {
        let db = t.table::<Draft>().await;
        db.put_many([Draft { id: 7, ends: None }]).await.unwrap().complete().unwrap();
        assert!(db.get(Draft::key(7u32)).await.unwrap().unwrap().ends.is_some());
    }
}
