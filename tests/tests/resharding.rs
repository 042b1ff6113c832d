//! While the number of shards changes, no order of writers, readers and the mover loses an item, or doubles one.
#![allow(clippy::unwrap_used, reason = "a test panics where its fact does not hold")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::IntoFuture;

use dynorm::prelude::*;
use dynorm_mem::{MemBackend, Random};
use dynorm_tests::stepped::{Program, at_once, interleave, is_refusal, unreliable};

mod before {
    use dynorm::prelude::*;

    #[derive(Entity)]
    #[entity(table = "Events", pk = "DAY#{day}", sk = "{id}", shards = 3, by = id, unique(code))]
    pub(super) struct Event {
        pub(super) day: String,
        pub(super) id: u8,
        pub(super) n: u32,
        pub(super) code: Option<u8>,
    }
}

/// Items that are there from the beginning, and are never deleted.
const LASTING: u8 = 3;
const IDS: u8 = 6;
const SCHEDULES: u64 = 500;

/// What writers did, by their answers.
#[derive(Debug, Default)]
struct Done {
    /// What was added to each item.
    added: BTreeMap<u8, u32>,
    /// How often each item was made, less how often it was deleted.
    made: BTreeMap<u8, i32>,
}

impl Done {
    fn made(&mut self, id: u8, by: i32) {
        *self.made.entry(id).or_default() += by;
    }
}

/// Programs on a database, which say what they did.
type Programs = for<'d> fn(&Db, &mut dyn FnMut() -> Random, &'d RefCell<Done>) -> Vec<Program<'d>>;

fn for_each_seed(run: impl Fn(u64)) {
    for seed in 0..SCHEDULES {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(seed)));
        assert!(outcome.is_ok(), "the schedule of seed {seed} fails");
    }
}

/// The test of an entity that is written by 8 shards now; `$knows` says whether it knows of the 3 that there were.
macro_rules! resharding {
    ($name:ident, knows: $knows:literal, #[$shards:meta]) => {
        mod $name {
            use super::*;

            #[derive(Entity, Clone, Debug, PartialEq)]
            #[entity(table = "Events", pk = "DAY#{day}", sk = "{id}", name = of_day, unique(code))]
            #[$shards]
            struct Event {
                day: String,
                id: u8,
                n: u32,
                code: Option<u8>,
            }

            fn key(id: u8) -> Key<Event> {
                Event::key("d", id)
            }

            async fn add(db: &Db, id: u8, draw: &mut Random, done: &RefCell<Done>) -> dynorm::Result<()> {
                match draw.below(3) {
                    0 => db.update(key(id)).add(Event::N, 1u32).await?,
                    1 => {
                        let code = Some(draw.small(3)).filter(|code| *code < 2);
                        let update = db.update(key(id)).add(Event::N, 1u32).set(Event::CODE, code);
                        assert_eq!(update.returning(Returning::New).await?.code, code);
                    }
                    _ => {
                        let transaction = db.transact_write().update(key(id), |u| u.add(Event::N, 1u32));
                        let other = (id + 1) % LASTING;
                        transaction.check(key(other).when(Event::N.ge(0u32))).await?;
                    }
                }
                *done.borrow_mut().added.entry(id).or_default() += 1;
                Ok(())
            }

            async fn make(db: &Db, id: u8, draw: &mut Random, done: &RefCell<Done>) -> dynorm::Result<()> {
                let event = Event { day: "d".into(), id, n: 0, code: None };
                match draw.below(5) {
                    0 | 1 => {
                        db.create(&event).await?;
                        done.borrow_mut().made(id, 1);
                    }
                    2 => {
                        let old = db.put(&event).returning_old().await?;
                        done.borrow_mut().made(id, i32::from(old.is_none()));
                    }
                    3 => {
                        let old = db.delete(key(id)).returning_old().await?;
                        done.borrow_mut().made(id, -i32::from(old.is_some()));
                    }
                    _ => {
                        let other = LASTING + draw.small(IDS - LASTING);
                        if let Some(read) = db.get(key(id)).consistent().await? {
                            db.rekey(&read, |event| event.id = other).await?;
                            done.borrow_mut().made(id, -1);
                            done.borrow_mut().made(other, 1);
                        }
                    }
                }
                Ok(())
            }

            /// A few writes, of which each may be refused; but with both numbers known, no item that lasts is not found.
            pub(super) async fn write(db: Db, mut draw: Random, done: &RefCell<Done>) {
                for _ in 0..4 {
                    if draw.one_in(2) {
                        let id = draw.small(LASTING);
                        if let Err(error) = add(&db, id, &mut draw, done).await {
                            let mut actions = error.cancelled().iter();
                            let is_unseen = error.is_not_found()
                                || actions.any(|action| {
                                    action.operation == "check" && action.reason.is_condition()
                                });
                            assert!(is_refusal(&error) && !($knows && is_unseen), "{error:?}");
                        }
                    } else {
                        let id = LASTING + draw.small(IDS - LASTING);
                        if let Err(error) = make(&db, id, &mut draw, done).await {
                            assert!(is_refusal(&error), "{error:?}");
                        }
                    }
                }
            }

            /// Reads by keys find each item that lasts, and never an older state of it.
            async fn read(db: Db, mut draw: Random) {
                let mut seen = [0; LASTING as usize];
                for _ in 0..4 {
                    let id = draw.small(LASTING);
                    let found = match draw.below(3) {
                        0 => db.get(key(id)).consistent().await.unwrap(),
                        1 => db.get_many([key(id)]).consistent().await.unwrap().complete().unwrap().remove(0),
                        _ => db.transact_get(key(id)).await.unwrap(),
                    };
                    if let Some(event) = found {
                        assert!(event.n >= seen[usize::from(id)], "an older state of {id}");
                        seen[usize::from(id)] = event.n;
                    } else {
                        assert!(!$knows, "{id} is not found");
                    }
                }
            }

            pub(super) async fn shift(db: Db) {
                let moved = db.reshard(Event::of_day("d"), 3).await.unwrap();
                assert_eq!(moved.taken, []);
            }

            /// Each item is in one place, or none; those that last are in one.
            fn check(backend: &MemBackend, table: &str) -> BTreeMap<u8, Event> {
                let items = backend.items(table).into_iter().filter(|item| !item.contains("_owner"));
                let mut found = BTreeMap::new();
                for item in items {
                    let event = Event::from_item(item).unwrap();
                    let twin = found.insert(event.id, event);
                    assert_eq!(twin, None, "an item is in two places");
                }
                assert!((0..LASTING).all(|id| found.contains_key(&id)), "an item is lost: {found:?}");
                found
            }

            /// Writers, a reader and the mover.
            fn programs<'d>(
                db: &Db,
                draw: &mut dyn FnMut() -> Random,
                done: &'d RefCell<Done>,
            ) -> Vec<Program<'d>> {
                vec![
                    Box::pin(write(db.clone(), draw(), done)),
                    Box::pin(write(db.clone(), draw(), done)),
                    Box::pin(read(db.clone(), draw())),
                    Box::pin(shift(db.clone())),
                ]
            }

            pub(super) fn run(seed: u64, programs: Programs) {
                let mut random = Random::of(seed);
                let backend = MemBackend::new();
                let plain = Db::new(backend.clone());
                at_once(plain.create_table::<Event>()).unwrap();
                let table = plain.table_name::<Event>();
                for id in 0..LASTING {
                    let event = before::Event { day: "d".into(), id, n: 0, code: None };
                    at_once(plain.create(&event).into_future()).unwrap();
                }
                let db = unreliable(&backend, &mut random);
                let done = RefCell::new(Done::default());
                let programs = programs(&db, &mut || Random::of(random.next()), &done);
                interleave(programs, &mut random, |_| drop(check(&backend, &table)));
                at_once(shift(plain.clone()));
                let found = check(&backend, &table);
                let done = done.into_inner();
                for id in 0..LASTING {
                    assert_eq!(found[&id].n, done.added.get(&id).copied().unwrap_or(0), "{done:?}");
                }
                for id in LASTING..IDS {
                    let made = done.made.get(&id).copied().unwrap_or(0);
                    assert_eq!(i32::from(found.contains_key(&id)), made, "{id} of {done:?}");
                }
                for event in found.into_values() {
                    let by_key = at_once(plain.get(key(event.id)).into_future()).unwrap();
                    assert_eq!(by_key.as_ref(), Some(&event));
                    if let Some(code) = event.code {
                        let by_code = at_once(plain.get_by(Event::unique_code(code)).into_future()).unwrap();
                        assert_eq!(by_code.as_ref(), Some(&event));
                    }
                }
            }

            #[test]
            fn no_order_loses_or_doubles_an_item() {
                for_each_seed(|seed| run(seed, programs));
            }
        }
    };
}
resharding!(declared, knows: true, #[entity(shards = 8, by = id, was = 3)]);
resharding!(undeclared, knows: false, #[entity(shards = 8, by = id)]);
resharding!(undecided, knows: true, #[entity(shards = 3, by = id, was = 8)]);

/// Programs that write by the old number, and look by the new one too, beside programs that do it the other way round.
fn both_ways<'d>(db: &Db, draw: &mut dyn FnMut() -> Random, done: &'d RefCell<Done>) -> Vec<Program<'d>> {
    vec![
        Box::pin(undecided::write(db.clone(), draw(), done)),
        Box::pin(declared::write(db.clone(), draw(), done)),
        Box::pin(declared::write(db.clone(), draw(), done)),
        Box::pin(declared::shift(db.clone())),
    ]
}

#[test]
fn programs_of_both_steps_write_side_by_side() {
    for_each_seed(|seed| declared::run(seed, both_ways));
}
