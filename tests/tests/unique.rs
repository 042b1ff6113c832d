//! Whatever racing writers do, in whatever order: each item has the markers of what is unique of it, and no others are
//! there.
#![allow(clippy::unwrap_used, reason = "a test panics where its fact does not hold")]

use std::collections::BTreeMap;
use std::time::Duration;

use dynorm::prelude::*;
use dynorm_mem::{ManualClock, MemBackend, Random};
use dynorm_tests::stepped::{
    at_once, forget_one, interleave, is_refusal, key_of, programs, seconds, unreliable,
};

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Users", pk = "USER#{id}", sk = "USER", unique(email), unique(name, scope = team))]
struct User {
    id: u8,
    email: Option<String>,
    name: String,
    team: u32,
    note: String,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

const SCHEDULES: u64 = 3000;
const STEP: Duration = Duration::from_secs(10);

/// What one program does, by what is drawn for it.
async fn act(db: &Db, draw: &mut Random) -> dynorm::Result<()> {
    let text = |n: usize| ["a", "b", "c#$"][n].to_owned();
    let (id, other) = (draw.small(3), draw.small(3));
    let email = Some(draw.below(4)).filter(|n| *n < 3).map(text);
    let (name, team) = (text(draw.below(2)), u32::from(draw.small(2)));
    let now = db.backend().now();
    let ends = Some(draw.small(4)).filter(|n| *n < 2).map(|n| Expiry::after(now, STEP * u32::from(n) * 2));
    let user = User { id, email: email.clone(), name, team, note: String::new(), ends };
    let key = || User::key(id);
    match draw.below(12) {
        0 | 1 => db.create(&user).await,
        2 | 3 => db.put(&user).await,
        4 => db.put(&user).returning_old().await.map(|_| ()),
        5 => db.update(key()).set(User::EMAIL, email).await,
        6 => {
            let now = db.update(key()).set(User::NAME, user.name.clone()).returning(Returning::New).await?;
            assert_eq!(now.name, user.name);
            Ok(())
        }
        7 => db.update(key()).set(User::ENDS, user.ends).await,
        8 => db.update(key()).set(User::NOTE, "x").await,
        9 => db.delete(key()).await,
        10 => match db.get(key()).consistent().await? {
            Some(read) => db.rekey(&read, |user| user.id = other).await.map(|_| ()),
            None => Ok(()),
        },
        _ => match (db.get(key()).consistent().await?, db.get(User::key(other)).consistent().await?) {
            // They change their addresses.
            (Some(one), Some(two)) if id != other => {
                let transaction = db.transact_write();
                let transaction = transaction.update(key(), |u| u.set(User::EMAIL, two.email));
                transaction.update(User::key(other), |u| u.set(User::EMAIL, one.email)).await
            }
            _ => db.transact_write().delete(User::key(other)).put(&user).await,
        },
    }
}

/// A few writes, of which each may be refused, but for no other reasons than those that it can have.
async fn program(db: Db, mut draw: Random) {
    for _ in 0..4 {
        if let Err(error) = act(&db, &mut draw).await {
            assert!(is_refusal(&error), "{error:?}");
        }
    }
}

/// The partition keys of the markers of an item.
fn markers(user: &User) -> Vec<String> {
    let escaped = |text: &str| text.replace('$', "$24").replace('#', "$23");
    let email = user.email.iter().map(|email| format!("UNIQUE#User#email#{}", escaped(email)));
    let name = format!("UNIQUE#User#name,team#{}#$N{}", escaped(&user.name), user.team);
    email.chain([name]).collect()
}

/// That each item that is not expired has its markers, and each marker that is not expired its item.
fn check(backend: &MemBackend, db: &Db) {
    let now = seconds(backend);
    let alive = |ttl: Option<&Value>| ttl.is_none_or(|ttl| matches!(ttl, Value::N(n) if *n >= now));
    let (mut expected, mut found) = (BTreeMap::new(), BTreeMap::new());
    for item in backend.items(&db.table_name::<User>()) {
        let ttl = item.get("ends").cloned();
        if !alive(ttl.as_ref()) {
            continue;
        }
        if let Some(owner) = item.get("_owner") {
            found.insert(format!("{:?}", item.get("PK")), (format!("{owner:?}"), ttl));
            continue;
        }
        let user = User::from_item(item.clone()).unwrap();
        let of = (format!("{:?}", Value::M(key_of(&item))), ttl);
        for marker in markers(&user) {
            let two = expected.insert(format!("{:?}", Some(Value::from(marker))), of.clone());
            assert_eq!(two, None, "two items have what is unique");
        }
    }
    assert_eq!(found, expected);
}

fn run(seed: u64) {
    let mut random = Random::of(seed);
    let clock = ManualClock::new();
    let backend = MemBackend::new().with_clock(clock.clone());
    let db = unreliable(&backend, &mut random);
    at_once(db.create_table::<User>()).unwrap();
    let programs = programs(&mut random, |draw| program(db.clone(), draw));
    interleave(programs, &mut random, |random| {
        if random.one_in(12) {
            clock.advance(STEP);
        }
        if random.one_in(8) {
            forget_one(&backend, &db.table_name::<User>(), "ends", random);
        }
        check(&backend, &db);
    });
}

#[test]
fn no_order_of_writes_parts_markers_from_items() {
    for seed in 0..SCHEDULES {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "the schedule of seed {seed} fails");
    }
}
