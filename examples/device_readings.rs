//! Readings of devices as a time series: the last hour, the latest, a page at a time.
//!
//! ```text
//! cargo run -p dynorm-examples --example device_readings
//! ```
#![allow(clippy::print_stdout, reason = "it is what the example is for")]
#![allow(unreachable_pub, reason = "the modules of a program are public among themselves")]

mod common;

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use dynorm::prelude::*;
use rust_decimal::Decimal;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "dynorm-example-readings", name = of_device, pk = "DEVICE#{device}", sk = "{at}")]
struct Reading {
    device: String,
    at: DateTime<Utc>,
    celsius: Decimal,
    #[attr(ttl = "365d after at")]
    expires: Option<Expiry>,
}

/// A reading every five minutes of the last day, and what they are like.
fn readings(device: &str, now: DateTime<Utc>) -> Vec<Reading> {
    let reading = |n: i32| Reading {
        device: device.into(),
        at: now - TimeDelta::minutes(5 * i64::from(n)),
        celsius: Decimal::new(i64::from(200 + (n % 24 - 12).abs()), 1),
        expires: None,
    };
    (0..288).map(reading).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(db) = common::database("Readings of devices.").await? else { return Ok(()) };
    let db = common::with_own_table::<Reading>(&db).await?;
    let now = DateTime::<Utc>::from(db.backend().now());
    for device in ["kitchen", "cellar"] {
        db.put_many(readings(device, now)).await?.complete()?;
    }

    println!("The last hour of the kitchen");
    let hour = db.query(Reading::of_device("kitchen").at_in(now - TimeDelta::hours(1)..));
    println!("  {}", hour.to_request()?.key_condition.unwrap_or_default());
    let hour = hour.all().await?;
    println!("  {} readings, from {} to {}", hour.len(), hour[0].celsius, hour[hour.len() - 1].celsius);
    assert_eq!(hour.len(), 13);
    assert!(hour.is_sorted_by_key(|reading| reading.at));

    println!("The latest");
    let latest = db.query(Reading::of_device("kitchen")).newest_first().first().await?;
    println!("  {latest:?}");
    assert_eq!(latest.map(|reading| reading.at), Some(now));

    println!("The whole day, newest first, a page of 100 at a time");
    let (mut cursor, mut pages) = (None, Vec::new());
    loop {
        let page =
            db.query(Reading::of_device("cellar")).newest_first().take(100).cursor(cursor).page().await?;
        pages.push(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    println!("  {sizes:?}");
    assert_eq!(sizes, [100, 100, 88]);
    assert!(pages.concat().is_sorted_by_key(|reading| std::cmp::Reverse(reading.at)));

    println!("The warm ones, counted by the service");
    let warm = db.query(Reading::of_device("cellar")).filter(Reading::CELSIUS.ge(Decimal::new(211, 1)));
    let n_warm = warm.count().await?;
    println!("  {n_warm} of 288");
    assert_eq!(n_warm, 36);
    db.delete_table::<Reading>().await?;
    println!(
        "Proved: each question about a device was one range of its partition, and no reading was lost between pages."
    );
    Ok(())
}
