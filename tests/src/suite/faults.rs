//! What dynorm promises when the backend fails: the same faults around every backend.

use std::collections::BTreeMap;

use dynorm::FailureKind;
use dynorm::backend::Operation;
use dynorm::prelude::*;
use dynorm_mem::{Fault, Faults, Random};

use crate::scenario::{Order, Reading, Shop, order, order_key};

/// The same tables behind faults, with waits that take no time.
fn behind<T: Table>(faults: &Faults, db: &Db) -> Db {
    faults.skip_waits();
    Db::new(faults.around(db.backend().clone())).with_table_name::<T>(db.table_name::<T>())
}

fn readings(at: std::ops::Range<i64>) -> impl Iterator<Item = Reading> {
    at.map(|at| Reading { device: "d".into(), at, value: 0.5 })
}

async fn stored(db: &Db) -> Vec<i64> {
    let all = db.query(Reading::of_device("d")).consistent().all().await.unwrap();
    all.into_iter().map(|reading| reading.at).collect()
}

/// How many of each, with a key that is counted on.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Tallies", pk = group, sk = id, name = of_group)]
pub struct Tally {
    pub group: String,
    pub id: u8,
    pub count: i64,
}

crate::cases! {
    /// However often a part is left over or refused: what can be done is done, once.
    async fn batches_finish(t: &Test) {
        let plain = t.table::<Reading>().await;
        let faults = Faults::seeded(1);
        faults.inject(Fault::throttled().percent(25));
        faults.inject(Fault::Partial(7).percent(60));
        let db = behind::<Reading>(&faults, &plain);
        db.put_many(readings(0..80)).await.unwrap().complete().unwrap();
        assert_eq!(stored(&plain).await, (0..80).collect::<Vec<_>>());
        let keys = || (0..80).map(|at| Reading::key("d", at));
        let read = db.get_many(keys()).await.unwrap().complete().unwrap();
        assert!(read.iter().all(Option::is_some));
        db.delete_many(keys().take(50)).await.unwrap().complete().unwrap();
        assert_eq!(stored(&plain).await, (50..80).collect::<Vec<_>>());
        assert!(faults.injected().len() > 10 && !faults.waits().is_empty());
    }

    /// What cannot be done is returned, and what is returned is what is not stored.
    async fn batches_return_what_is_left(t: &Test) {
        let plain = t.table::<Reading>().await;
        let faults = Faults::new();
        faults.inject(Fault::Refused(FailureKind::AccessDenied).on(Operation::BatchWrite).nth(2));
        let db = behind::<Reading>(&faults, &plain);
        let written = db.put_many(readings(0..60)).concurrency(1).await.unwrap();
        assert_eq!(written.error.as_ref().unwrap().failure().unwrap().kind, FailureKind::AccessDenied);
        let left: Vec<i64> = written.left.iter().map(|reading| reading.at).collect();
        assert_eq!((stored(&plain).await, left), ((0..25).collect(), (25..60).collect()));
        db.put_many(written.left).await.unwrap().complete().unwrap();
        assert_eq!(stored(&plain).await.len(), 60);
    }

    /// The answer is lost, the transaction is sent again under its token, and happened once.
    async fn a_transaction_whose_answer_is_lost_happens_once(t: &Test) {
        let plain = t.table::<Shop>().await;
        plain.put(&order(1, 1)).await.unwrap();
        let faults = Faults::new();
        faults.script([Some(Fault::lost()), Some(Fault::in_progress()), Some(Fault::Conflict), None]);
        let db = behind::<Shop>(&faults, &plain);
        db.transact_write().update(order_key(1, 1), |u| u.add(Order::STOCK, 1)).await.unwrap();
        assert_eq!(plain.get(order_key(1, 1)).consistent().await.unwrap().unwrap().stock, 1);
        let calls = faults.calls();
        assert_eq!((calls.len(), faults.injected().len()), (4, 3));
        assert!(calls.iter().all(|call| call.token.is_some() && call.token == calls[0].token));

        // An update by itself has no token: it is not sent again, and the caller is told that its fate is open.
        faults.reset();
        faults.inject(Fault::lost().on(Operation::Update));
        let error = db.update(order_key(1, 1)).add(Order::STOCK, 1).await.unwrap_err();
        assert_eq!(error.failure().unwrap().kind, FailureKind::Timeout);
        assert_eq!(faults.calls().len(), 1);
        assert_eq!(plain.get(order_key(1, 1)).consistent().await.unwrap().unwrap().stock, 2);
    }

    /// A page that fails is asked for again with the same cursor, and nothing is given twice or left out.
    async fn cursors_survive(t: &Test) {
        let plain = t.table::<Reading>().await;
        plain.put_many(readings(0..30)).await.unwrap().complete().unwrap();
        let faults = Faults::seeded(3);
        faults.inject(Fault::Refused(FailureKind::AccessDenied).on(Operation::Query).percent(30));
        faults.inject(Fault::lost().on_reads().percent(30));
        faults.inject(Fault::throughput_exceeded().on_reads().percent(30));
        let db = behind::<Reading>(&faults, &plain);
        let (mut found, mut cursor, mut n_failed) = (Vec::new(), None::<String>, 0);
        loop {
            let from = cursor.as_ref().map(|token| token.parse::<Cursor>().unwrap());
            match db.query(Reading::of_device("d")).take(4).cursor(from).page().await {
                Ok(page) => {
                    found.extend(page.items.iter().map(|reading| reading.at));
                    cursor = page.next.map(|next| next.to_string());
                    if cursor.is_none() {
                        break;
                    }
                }
                Err(_) => n_failed += 1,
            }
        }
        assert_eq!(found, (0..30).collect::<Vec<_>>());
        assert!(n_failed > 0 && faults.injected().len() > n_failed);
    }

    /// Whatever fails: what succeeded happened once, what was refused did not happen, and what is open did either, and
    /// nothing else changed.
    async fn nothing_is_written_twice_and_nothing_is_lost(t: &Test) {
        let plain = t.table::<Tally>().await;
        let mut n_injected = 0;
        for seed in 0..6 {
            let faults = Faults::seeded(seed);
            faults.inject(Fault::throttled().percent(10));
            faults.inject(Fault::internal().percent(6));
            faults.inject(Fault::lost().percent(8));
            faults.inject(Fault::in_progress().percent(8));
            faults.inject(Fault::Conflict.percent(8));
            faults.inject(Fault::Partial(2).percent(40));
            let db = behind::<Tally>(&faults, &plain);
            let mut run = Run { plain: plain.clone(), db, group: format!("g{seed}"), model: BTreeMap::new() };
            let mut random = Random::of(seed + 100);
            for _ in 0..60 {
                run.step(&mut random).await;
            }
            n_injected += faults.injected().len();
        }
        assert!(n_injected > 100, "{n_injected}");
    }
}

/// Tallies behind faults, and what they must be.
struct Run {
    plain: Db,
    db: Db,
    group: String,
    model: BTreeMap<u8, i64>,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Done,
    Refused,
    Open,
}

impl Fate {
    fn of<T>(result: &dynorm::Result<T>) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(error) => Self::of_error(error),
        }
    }

    fn of_error(error: &dynorm::Error) -> Self {
        match error.failure().map(|failure| &failure.kind) {
            Some(FailureKind::Internal | FailureKind::Timeout | FailureKind::Dispatch) => Self::Open,
            _ => Self::Refused,
        }
    }
}

impl Run {
    fn key(&self, id: u8) -> Key<Tally> {
        Tally::key(self.group.as_str(), id)
    }

    fn tally(&self, id: u8, count: i64) -> Tally {
        Tally { group: self.group.clone(), id, count }
    }

    async fn step(&mut self, random: &mut Random) {
        let (id, other, count) = (random.small(6), random.small(6), i64::from(random.small(9)));
        let there = self.model.contains_key(&id);
        match random.below(8) {
            0 => {
                let fate = Fate::of(&self.db.put(&self.tally(id, count)).await);
                self.settle(&[(id, Some(count))], fate).await;
            }
            1 => {
                let created = self.db.create(&self.tally(id, count)).await;
                assert!(!there || created.is_err());
                self.settle(&[(id, Some(count))], Fate::of(&created)).await;
            }
            2 => {
                let updated = self.db.update(self.key(id)).add(Tally::COUNT, count).await;
                assert!(there || updated.is_err());
                let after = self.model.get(&id).map(|before| before + count);
                self.settle(&[(id, after)], Fate::of(&updated)).await;
            }
            3 => {
                let fate = Fate::of(&self.db.delete(self.key(id)).await);
                self.settle(&[(id, None)], fate).await;
            }
            4 if id != other => self.transfer(id, other, count).await,
            5 => self.put_many(count).await,
            6 => self.delete_many(random).await,
            _ => self.read().await,
        }
    }

    /// One transaction on two items, which happens to both or to none.
    async fn transfer(&mut self, from: u8, to: u8, count: i64) {
        let transaction = self.db.transact_write();
        let transaction = transaction.update(self.key(from), |u| u.sub(Tally::COUNT, count));
        let done = transaction.update(self.key(to), |u| u.add(Tally::COUNT, count)).await;
        let before = (self.model.get(&from).copied(), self.model.get(&to).copied());
        let (Some(before_from), Some(before_to)) = before else {
            assert!(done.is_err());
            return self.settle(&[], Fate::Refused).await;
        };
        let after = [(from, Some(before_from - count)), (to, Some(before_to + count))];
        self.settle(&after, Fate::of(&done)).await;
    }

    async fn put_many(&mut self, count: i64) {
        let all: Vec<Tally> = (0..6).map(|id| self.tally(id, count)).collect();
        let written = self.db.put_many(all).await.unwrap();
        let left: Vec<u8> = written.left.iter().map(|tally| tally.id).collect();
        assert_eq!(written.n_written + left.len(), 6);
        let fate = written.error.as_ref().map_or(Fate::Refused, Fate::of_error);
        for id in 0..6 {
            let fate = if left.contains(&id) { fate } else { Fate::Done };
            self.adopt(&[(id, Some(count))], fate).await;
        }
        self.settle(&[], Fate::Done).await;
    }

    async fn delete_many(&mut self, random: &mut Random) {
        let ids: Vec<u8> = (0..6).filter(|_| random.one_in(2)).collect();
        let deleted = self.db.delete_many(ids.iter().map(|id| self.key(*id))).await.unwrap();
        let fate = deleted.error.as_ref().map_or(Fate::Refused, Fate::of_error);
        for id in ids {
            let fate = if deleted.left.contains(&self.key(id)) { fate } else { Fate::Done };
            self.adopt(&[(id, None)], fate).await;
        }
        self.settle(&[], Fate::Done).await;
    }

    /// What is read behind faults is what is stored, or an error.
    async fn read(&self) {
        let expected: Vec<Tally> = self.model.iter().map(|(id, count)| self.tally(*id, *count)).collect();
        let all = self.db.query(Tally::of_group(self.group.as_str())).consistent().all().await;
        assert!(all.is_err() || all.unwrap() == expected);
        if let Ok(found) =
            self.db.get_many((0..6).map(|id| self.key(id))).consistent().await.unwrap().complete()
        {
            assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), expected);
        }
    }

    /// Enters into the model what a write did. One whose fate is open did all or nothing.
    async fn adopt(&mut self, after: &[(u8, Option<i64>)], fate: Fate) {
        let is_done = match fate {
            Fate::Done => true,
            Fate::Refused => false,
            Fate::Open => {
                let stored = self.stored().await;
                after.iter().all(|(id, count)| stored.get(id) == count.as_ref())
            }
        };
        for (id, count) in after.iter().filter(|_| is_done) {
            match count {
                Some(count) => self.model.insert(*id, *count),
                None => self.model.remove(id),
            };
        }
    }

    async fn settle(&mut self, after: &[(u8, Option<i64>)], fate: Fate) {
        self.adopt(after, fate).await;
        assert_eq!(self.stored().await, self.model, "{fate:?} {after:?}");
    }

    async fn stored(&self) -> BTreeMap<u8, i64> {
        let all = self.plain.query(Tally::of_group(self.group.as_str())).consistent().all().await.unwrap();
        all.into_iter().map(|tally| (tally.id, tally.count)).collect()
    }
}
