//! Sessions that end by themselves: half an hour after they were used last.
//!
//! ```text
//! cargo run -p dynorm-examples --example sessions
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

mod common;

use std::error::Error;
use std::time::Duration;

use dynorm::prelude::*;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "dynorm-example-sessions", pk = "SESSION#{token}")]
#[entity(index(ByUser, name = of_user, pk = "USER#{user}", sk = "{token}"))]
struct Session {
    token: String,
    user: String,
    n_requests: u32,
    #[attr(updated_at)]
    seen: Option<Expiry>,
    #[attr(ttl = "30m after seen")]
    ends: Option<Expiry>,
}

/// The session of a request, which lives on by it; `None` if it is over.
async fn visit(db: &Db, token: &str) -> dynorm::Result<Option<Session>> {
    let used = db.update(Session::key(token)).add(Session::N_REQUESTS, 1).returning(Returning::New).await;
    match used {
        Ok(session) => Ok(Some(session)),
        // What is expired is not there, even before DynamoDB deletes it.
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(db) = common::database("Sessions that end by themselves.").await? else { return Ok(()) };
    let db = common::with_own_table::<Session>(&db).await?;
    let session = |token: &str| Session {
        token: token.into(),
        user: "ann".into(),
        n_requests: 0,
        seen: None,
        ends: None,
    };

    println!("Ann logs in twice");
    let laptop = db.create(&session("laptop")).returning_new().await?;
    db.create(&session("phone")).await?;
    println!("  {laptop:?}");
    let half_hour = Duration::from_mins(30);
    assert_eq!(laptop.ends, laptop.seen.map(|seen| Expiry::after(seen.time(), half_hour)));

    println!("A request moves the end on");
    let used = visit(&db, "laptop").await?;
    assert!(used.as_ref().is_some_and(|session| session.n_requests == 1 && session.ends >= laptop.ends));

    println!("The phone's session is over, a moment ago");
    let now = db.backend().now();
    let over = Expiry::at(now - Duration::from_secs(2));
    db.update(Session::key("phone")).set(Session::ENDS, Some(over)).await?;
    assert_eq!(visit(&db, "phone").await?, None);
    assert_eq!(db.get(Session::key("phone")).consistent().await?, None);
    let stored = db.get(Session::key("phone")).consistent().include_expired().await?;
    println!("  stored, and not yet deleted: {:?}", stored.map(|session| session.token));

    println!("Ann's sessions");
    let alive = db.query(Session::of_user("ann")).all().await?;
    println!("  {:?}", alive.iter().map(|session| session.token.as_str()).collect::<Vec<_>>());
    assert_eq!(alive.len(), 1);

    println!("The phone logs in again, over what is left");
    db.create(&session("phone")).await?;
    assert!(visit(&db, "phone").await?.is_some());
    db.delete_table::<Session>().await?;
    println!(
        "Proved: a session lives on by each request, and is gone for every read and write when it is over."
    );
    Ok(())
}
