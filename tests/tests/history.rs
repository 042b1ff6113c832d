//! Whatever racing writers do, in whatever order: each write of an item adds one version to its history, and the last
//! version is what is stored.
#![allow(clippy::unwrap_used, reason = "a test panics where its fact does not hold")]

use std::collections::BTreeMap;
use std::time::Duration;

use std::future::IntoFuture;

use dynorm::prelude::*;
use dynorm::value::{Item, Number};
use dynorm_mem::{ManualClock, MemBackend, Random};
use dynorm_tests::stepped::{at_once, forget_one, interleave, is_refusal, programs, seconds, unreliable};

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Users", pk = "USER#{id}", sk = "USER", unique(email), history(keep = "30s"))]
struct User {
    id: u8,
    email: Option<String>,
    points: u32,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

const SCHEDULES: u64 = 1500;
const IDS: u8 = 3;
const STEP: Duration = Duration::from_secs(10);

/// What one program does, by what is drawn for it.
async fn act(db: &Db, draw: &mut Random) -> dynorm::Result<()> {
    let (id, other) = (draw.small(IDS), draw.small(IDS));
    let email = Some(draw.below(3)).filter(|n| *n < 2).map(|n| ["a", "b"][n].to_owned());
    let ends = Some(draw.small(6)).filter(|n| *n < 2);
    let ends = ends.map(|n| Expiry::after(db.backend().now(), STEP * u32::from(n) * 2));
    let user = User { id, email, points: u32::from(draw.small(200)), ends };
    let key = || User::key(id);
    match draw.below(11) {
        0 | 1 => db.create(&user).await,
        2 => db.put(&user).await,
        3 => db.put(&user).returning_old().await.map(|_| ()),
        4 | 5 => db.update(key()).add(User::POINTS, 1u32).await,
        6 => {
            let now = db.update(key()).set(User::EMAIL, user.email.clone()).returning(Returning::New).await?;
            assert_eq!(now.email, user.email);
            Ok(())
        }
        7 => db.delete(key()).when(User::POINTS.ge(20)).await,
        8 => db.delete(key()).returning_old().await.map(|_| ()),
        9 => match db.get(key()).consistent().await? {
            Some(read) => db.rekey(&read, |user| user.id = other).await.map(|_| ()),
            None => Ok(()),
        },
        _ => {
            let transaction = db.transact_write().update(key(), |u| u.add(User::POINTS, 7u32));
            transaction.delete(User::key(other)).await
        }
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

fn is_over(item: &Item, now: Number) -> bool {
    matches!(item.get("ends"), Some(Value::N(ends)) if *ends < now)
}

/// The items of one partition.
fn of(items: &[Item], partition: String) -> impl Iterator<Item = Item> {
    let partition = Value::from(partition);
    items.iter().filter(move |item| item.get("PK") == Some(&partition)).cloned()
}

/// An item, and all versions of it that were ever seen, by their numbers.
#[derive(Default)]
struct Known {
    current: Option<Item>,
    versions: BTreeMap<u64, Item>,
}

impl Known {
    fn last(&self) -> (u64, Option<&Item>) {
        self.versions.last_key_value().map_or((0, None), |(number, item)| (*number, Some(item)))
    }

    /// Compares with what is stored now, after one call of one program.
    fn meet(&mut self, id: u8, items: &[Item], now: Number) {
        let current = of(items, format!("USER#{id}")).next();
        let (last, _) = self.last();
        let mut stored = BTreeMap::new();
        for item in of(items, format!("HISTORY#USER#{id}")) {
            let Some(Value::S(sort)) = item.get("SK") else { panic!("{item:?}") };
            stored.insert(sort.strip_prefix("USER#").unwrap().parse::<u64>().unwrap(), item);
        }
        for (number, version) in &self.versions {
            match stored.get(number) {
                Some(same) => assert!(
                    ["_item", "_at", "_deleted"].iter().all(|name| same.get(name) == version.get(name))
                ),
                None => assert!(is_over(version, now), "version {number} of {id} is lost"),
            }
        }
        self.versions.extend(stored);
        let (number, version) = self.last();
        let added = number - last;
        assert!(added <= 1, "{added} versions of {id} by one call");
        assert!(self.versions.keys().copied().eq(1..=number), "numbers of {id} are left out");
        for (at, version) in &self.versions {
            assert_eq!(version.contains("ends"), *at < number, "the last version of {id} stays, others end");
        }
        let told = version.filter(|version| !version.contains("_deleted"));
        let told = told.map(|version| match version.get("_item") {
            Some(Value::M(item)) => item.clone(),
            other => panic!("{other:?}"),
        });
        let is_forgotten = current.is_none() && told.as_ref().is_some_and(|told| is_over(told, now));
        assert!(is_forgotten || current == told, "the last version of {id} is not what is stored");
        assert!(is_forgotten || added == 1 || current == self.current, "a write of {id} has no version");
        self.current = current;
    }
}

fn run(seed: u64) {
    let mut random = Random::of(seed);
    let clock = ManualClock::new();
    let backend = MemBackend::new().with_clock(clock.clone());
    let db = unreliable(&backend, &mut random);
    at_once(db.create_table::<User>()).unwrap();
    let table = db.table_name::<User>();
    let programs = programs(&mut random, |draw| program(db.clone(), draw));
    let mut known: [Known; IDS as usize] = Default::default();
    interleave(programs, &mut random, |random| {
        let mut meet = |items: &[Item]| {
            for (id, known) in (0..).zip(&mut known) {
                known.meet(id, items, seconds(&backend));
            }
        };
        meet(&backend.items(&table));
        if random.one_in(12) {
            clock.advance(STEP);
        }
        if random.one_in(8) {
            forget_one(&backend, &table, "ends", random);
            meet(&backend.items(&table));
        }
    });
    let plain = Db::new(backend.clone());
    for (id, known) in (0..).zip(&known) {
        let last = at_once(plain.latest(User::key(id)).into_future()).unwrap();
        assert_eq!(last.map(|last| last.version), Some(known.last().0).filter(|number| *number > 0));
    }
}

#[test]
fn no_order_of_writes_loses_a_version_or_writes_one_twice() {
    for seed in 0..SCHEDULES {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "the schedule of seed {seed} fails");
    }
}
