//! A hot counter and its cure: many writers add to one number, which is spread over shards, and one read sums it.
//!
//! ```text
//! cargo run -p dynorm-examples --example sharded_counter
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;

use dynorm::prelude::*;

/// One partition for all writers of a page: each add is a write there, and a partition takes 1,000 a second.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "dynorm-example-hot", pk = "VIEWS#{page}", sk = "{part}", name = of_page)]
struct HotViews {
    page: String,
    part: u16,
    seen: u64,
}

/// The same in 16 shards: each writer adds to the part that it drew, and the part decides about the shard.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "dynorm-example-views", pk = "VIEWS#{page}", sk = "{part}", name = of_page, shards = 16, by = part)]
struct Views {
    page: String,
    part: u16,
    seen: u64,
}

const WRITERS: u16 = 64;
const VIEWS_OF_WRITER: u16 = 10;
const PARTS: u16 = 256;

/// The part that a writer adds to; a real one would draw a number.
fn drawn(writer: u16, view: u16) -> u16 {
    writer.wrapping_mul(31).wrapping_add(view.wrapping_mul(97)) % PARTS
}

/// The partition that the view is written to, as it is stored.
fn partition<E: Entity>(key: &Key<E>) -> dynorm::Result<String> {
    Ok(match key.item()?.get("PK") {
        Some(Value::S(text)) => text.clone(),
        _ => String::new(),
    })
}

/// Adds a view to a part, which is made by whoever comes first.
async fn add(db: &Db, part: u16) -> dynorm::Result<String> {
    let key = Views::key("home", part);
    let partition = partition(&key)?;
    match db.update(key.clone()).add(Views::SEEN, 1u64).await {
        Err(error) if error.is_not_found() => {}
        done => return done.map(|()| partition),
    }
    match db.create(&Views { page: "home".into(), part, seen: 1 }).await {
        Err(error) if error.is_already_exists() => db.update(key).add(Views::SEEN, 1u64).await?,
        done => done?,
    }
    Ok(partition)
}

/// Prints how many writes each partition took, and gives the most.
fn show(writes: &BTreeMap<String, u32>) -> u32 {
    for (partition, n) in writes {
        println!("  {partition:<16} {n:>4} {}", "#".repeat(usize::try_from(*n / 10).unwrap_or_default()));
    }
    writes.values().copied().max().unwrap_or_default()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(db) = common::database("A hot counter, and its cure.").await? else { return Ok(()) };
    let db = common::with_own_table::<Views>(&db).await?;
    let n_views = u32::from(WRITERS) * u32::from(VIEWS_OF_WRITER);

    println!("{n_views} views by {WRITERS} writers, all under one partition key");
    let mut hot = BTreeMap::new();
    for writer in 0..WRITERS {
        for view in 0..VIEWS_OF_WRITER {
            *hot.entry(partition(&HotViews::key("home", drawn(writer, view)))?).or_insert(0) += 1;
        }
    }
    assert_eq!(show(&hot), n_views);

    println!("The same in 16 shards");
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let db = db.clone();
        writers.spawn(async move {
            let mut partitions = Vec::new();
            for view in 0..VIEWS_OF_WRITER {
                partitions.push(add(&db, drawn(writer, view)).await?);
            }
            Ok::<_, dynorm::Error>(partitions)
        });
    }
    let mut spread = BTreeMap::new();
    while let Some(partitions) = writers.join_next().await {
        for partition in partitions?? {
            *spread.entry(partition).or_insert(0) += 1;
        }
    }
    let most = show(&spread);

    println!("One read asks all shards, and gives the parts in their order");
    let parts = db.query(Views::of_page("home")).consistent().all().await?;
    let sum: u64 = parts.iter().map(|part| part.seen).sum();
    println!("  {sum} views in {} parts", parts.len());
    assert!(parts.is_sorted_by_key(|part| part.part));
    assert_eq!(sum, u64::from(n_views));

    println!("Sixteen workers could share it out");
    let mut by_shard = 0;
    for shard in 0..16 {
        let parts = db.query(Views::of_page("home")).shard(shard).all().await?;
        by_shard += parts.iter().map(|part| part.seen).sum::<u64>();
    }
    assert_eq!(by_shard, sum);
    assert!(spread.len() == 16 && most < n_views / 6, "{spread:?}");
    db.delete_table::<Views>().await?;
    println!(
        "Proved: {n_views} adds by {WRITERS} writers at once are all in the sum, and the busiest of {} partitions took {most} of them.",
        spread.len()
    );
    Ok(())
}
