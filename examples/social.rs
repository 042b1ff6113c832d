//! A social network as an adjacency list: profiles, posts, who follows whom from both ends, and feeds.
//!
//! ```text
//! cargo run -p dynorm-examples --example social
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

mod common;

use std::error::Error;

use dynorm::prelude::*;

#[derive(Table)]
#[table(name = "dynorm-example-social", pk = "PK", sk = "SK")]
#[table(gsi(Inverted, pk = "SK", sk = "PK"))]
#[table(entities(Profile, Post, Follow, Delivery))]
struct Network;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Network, pk = "USER#{name}", sk = "PROFILE")]
struct Profile {
    name: String,
    about: String,
    n_followers: u32,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Network, name = by, pk = "USER#{author}", sk = "POST#{at}")]
struct Post {
    author: String,
    at: u32,
    text: String,
}

/// An edge: its start is the partition, its end the sort key; the inverted index reads it from the end.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Network, name = following, pk = "USER#{name}", sk = "FOLLOWS#{of}")]
#[entity(index(Inverted, name = followers, inverted))]
struct Follow {
    name: String,
    of: String,
}

/// A post in a reader's feed. From the post's end: who got it; from the reader's, by the inverted index: the feed.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Network, name = readers, pk = "SENT#{at:010}#{author}", sk = "FEED#{reader}")]
#[entity(index(Inverted, name = feed, inverted))]
struct Delivery {
    at: u32,
    author: String,
    reader: String,
    text: String,
}

/// A profile with its posts: one query.
#[derive(Collection, Debug)]
#[collection(table = Network, pk = "USER#{name}")]
struct Page {
    profile: Profile,
    posts: Vec<Post>,
    following: Vec<Follow>,
}

/// One follows another once, and the count is right.
async fn follow(db: &Db, name: &str, of: &str) -> dynorm::Result<bool> {
    let edge = Follow { name: name.into(), of: of.into() };
    let followed =
        db.transact_write().create(&edge).update(Profile::key(of), |p| p.add(Profile::N_FOLLOWERS, 1));
    Ok(followed.checked().await?.is_done())
}

/// Writes a post, and delivers it to those who follow the author.
async fn post(db: &Db, author: &str, at: u32, text: &str) -> dynorm::Result<usize> {
    db.create(&Post { author: author.into(), at, text: text.into() }).await?;
    let followers = db.query(Follow::followers(author)).all().await?;
    let deliveries: Vec<Delivery> = followers
        .into_iter()
        .map(|follow| Delivery { at, author: author.into(), reader: follow.name, text: text.into() })
        .collect();
    let n_readers = deliveries.len();
    db.put_many(deliveries).await?.complete()?;
    Ok(n_readers)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(db) = common::database("A social network as an adjacency list.").await? else { return Ok(()) };
    let db = common::with_own_table::<Network>(&db).await?;
    for name in ["ann", "bob", "eve", "zoe"] {
        db.create(&Profile { name: name.into(), about: format!("I am {name}"), n_followers: 0 }).await?;
    }

    println!("Who follows whom");
    for (name, of) in [("bob", "ann"), ("eve", "ann"), ("eve", "bob"), ("zoe", "eve")] {
        assert!(follow(&db, name, of).await?);
    }
    assert!(!follow(&db, "bob", "ann").await?, "once is enough");
    let followers = db.query(Follow::followers("ann")).all().await?;
    let following = db.query(Follow::following("eve")).all().await?;
    println!("  ann is followed by {:?}", followers.iter().map(|edge| &edge.name).collect::<Vec<_>>());
    println!("  eve follows {:?}", following.iter().map(|edge| &edge.of).collect::<Vec<_>>());
    assert_eq!((followers.len(), following.len()), (2, 2));

    println!("Posts, and how many feeds they reach");
    for (author, at, text) in
        [("ann", 1, "hello"), ("bob", 2, "hi ann"), ("ann", 3, "hi bob"), ("zoe", 4, "anyone?")]
    {
        println!("  {author}: {text:?} reaches {}", post(&db, author, at, text).await?);
    }

    println!("Eve's feed, newest first, two at a time");
    let first = db.query(Delivery::feed("eve")).newest_first().take(2).page().await?;
    let rest = db.query(Delivery::feed("eve")).newest_first().take(2).cursor(first.next).page().await?;
    let feed: Vec<u32> = first.items.iter().chain(&rest.items).map(|delivery| delivery.at).collect();
    println!("  {feed:?}");
    assert_eq!(feed, [3, 2, 1]);
    let new = db.query(Delivery::feed("eve").at_in(2..)).count().await?;
    assert_eq!(new, 2);

    println!("Ann's page, in one query");
    let page = db.collect(Page::of("ann")).await?;
    println!(
        "  {} has {} posts and {} followers",
        page.profile.about,
        page.posts.len(),
        page.profile.n_followers
    );
    assert_eq!((page.posts.len(), page.following.len(), page.profile.n_followers), (2, 0, 2));
    db.delete_table::<Network>().await?;
    println!(
        "Proved: edges are stored once and read from both ends; a feed is one query, newest first, page by page."
    );
    Ok(())
}
