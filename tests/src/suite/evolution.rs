//! Schema versions: items of older versions are read as entities of today, and written so by the next write.

use dynorm::Reason;
use dynorm::backend::call;
use dynorm::entity::Older;
use dynorm::op::{Checked, CheckedTransaction};
use dynorm::prelude::*;

use crate::setup::Test;

#[derive(Table, Debug)]
#[table(name = "Parcels", pk = "PK", sk = "SK")]
#[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK"))]
#[table(gsi(GSI2, pk = "GSI2PK", projection = include("grams", "_v", "_type")))]
#[table(gsi(GSI3, pk = "GSI3PK", projection = include("grams", "_type")))]
#[table(entities(Parcel, Label))]
struct Parcels;

/// Its third form: weights are in grams and not in kilograms, and there is a state.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Parcels, pk = "OWNER#{owner}", sk = "PARCEL#{number}", name = of_owner, version = 3, upgrade_from = ParcelV2)]
#[entity(index(GSI1, name = by_state, pk = "STATE#{state}", sk = "{grams}"))]
#[entity(index(GSI2, name = of_route, pk = "ROUTE#{route}"), index(GSI3, name = of_way, pk = "WAY#{route}"))]
#[entity(scan)]
struct Parcel {
    owner: String,
    number: u32,
    grams: u64,
    state: String,
    route: Option<String>,
    moves: u32,
    #[attr(sensitive)]
    receiver: String,
    #[attr(version)]
    version: u64,
}

#[derive(Entity, Clone, Debug)]
#[entity(of = Parcel, pk = "OWNER#{customer}", sk = "PARCEL#{number}", version = 2, upgrade_from = ParcelV1)]
struct ParcelV2 {
    #[attr(rename = "owner")]
    customer: String,
    number: u32,
    kilograms: u64,
    moves: u32,
    #[attr(sensitive)]
    to: String,
    #[attr(version)]
    version: u64,
}

#[derive(Entity, Clone, Debug)]
#[entity(of = Parcel, pk = "OWNER#{owner}", sk = "PARCEL#{number}", version = 1)]
struct ParcelV1 {
    owner: String,
    number: u32,
    weight: String,
    to: String,
}

impl TryFrom<ParcelV1> for ParcelV2 {
    type Error = String;

    fn try_from(old: ParcelV1) -> Result<Self, String> {
        let kilograms = old.weight.parse().map_err(|_| format!("{:?} is no weight", old.weight))?;
        let ParcelV1 { owner: customer, number, to, .. } = old;
        Ok(Self { customer, number, kilograms, moves: 0, to, version: 0 })
    }
}

impl From<ParcelV2> for Parcel {
    fn from(old: ParcelV2) -> Self {
        let ParcelV2 { customer: owner, number, kilograms, moves, to: receiver, version } = old;
        let state = if moves > 0 { "moving" } else { "new" }.to_owned();
        Self { owner, number, grams: kilograms * 1000, state, route: None, moves, receiver, version }
    }
}

/// Another entity of the table, without versions.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Parcels, pk = "OWNER#{owner}", sk = "LABEL#{number}")]
struct Label {
    owner: String,
    number: u32,
}

#[derive(Collection, Debug)]
#[collection(table = Parcels, pk = "OWNER#{owner}")]
struct OfOwner {
    parcels: Vec<Parcel>,
    labels: Vec<Label>,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(of = Parcel)]
struct Weight {
    number: u32,
    grams: u64,
}

fn key(number: u32) -> Key<Parcel> {
    Parcel::key("ann", number)
}

fn v1(number: u32, weight: &str) -> ParcelV1 {
    ParcelV1 { owner: "ann".into(), number, weight: weight.into(), to: "Bob".into() }
}

fn v2(number: u32, kilograms: u64) -> ParcelV2 {
    ParcelV2 { customer: "ann".into(), number, kilograms, moves: 1, to: "Bob".into(), version: 5 }
}

/// What a parcel of the second form is today.
fn of_v2(number: u32, kilograms: u64) -> Parcel {
    v2(number, kilograms).into()
}

fn of_v1(number: u32, kilograms: u64) -> Parcel {
    Parcel { moves: 0, state: "new".into(), version: 0, ..of_v2(number, kilograms) }
}

fn number(n: u32) -> Value {
    Value::N(n.into())
}

/// Stores an item as it is.
async fn store(db: &Db, item: Item) {
    let put = call::Put { table: db.table_name::<Parcels>(), item, ..call::Put::default() };
    db.send(put).await.unwrap();
}

async fn store_old(db: &Db, old: &impl Older) {
    store(db, old.to_item().unwrap()).await;
}

/// What is stored of a parcel.
async fn stored(db: &Db, number: u32) -> Item {
    let (table, key) = (db.table_name::<Parcels>(), key(number).item().unwrap().clone());
    let get = call::Get { table, key, consistent: true, ..call::Get::default() };
    db.send(get).await.unwrap().item.unwrap()
}

/// A database with parcels of all three forms: 1, 2 and 3 by their numbers.
async fn all_forms(t: &Test) -> Db {
    let db = t.table::<Parcels>().await;
    let mut first = v1(1, "10").to_item().unwrap();
    // As before there were versions.
    first.remove("_v");
    store(&db, first).await;
    store_old(&db, &v2(2, 20)).await;
    db.create(&Parcel { route: Some("r".into()), ..of_v2(3, 30) }).await.unwrap();
    db
}

/// The parcels of [`all_forms`].
fn expected() -> Vec<Parcel> {
    vec![of_v1(1, 10), of_v2(2, 20), Parcel { route: Some("r".into()), version: 6, ..of_v2(3, 30) }]
}

crate::cases! {
    /// What is written bears the version of today.
    async fn writes_store_the_version(t: &Test) {
        let db = all_forms(t).await;
        assert_eq!(stored(&db, 3).await.get("_v"), Some(&number(3)));
        assert_eq!(stored(&db, 2).await.get("_v"), Some(&number(2)));
        db.create(&Label { owner: "ann".into(), number: 1 }).await.unwrap();
        let item = Label { owner: "ann".into(), number: 1 }.to_item().unwrap();
        assert_eq!(item.get("_v"), None, "entities without versions have none");
    }

    /// Every kind of read upgrades what is older, step by step.
    async fn every_read_upgrades(t: &Test) {
        let db = all_forms(t).await;
        let all = expected();
        assert_eq!(db.get(key(1)).await.unwrap(), Some(all[0].clone()));
        assert_eq!(db.query(Parcel::of_owner("ann")).all().await.unwrap(), all);
        assert_eq!(db.query(Parcel::of_owner("ann").number_in(2..)).newest_first().all().await.unwrap().len(), 2);
        let many = db.get_many((1..=4).map(key)).await.unwrap().complete().unwrap();
        assert_eq!(many, all.iter().cloned().map(Some).chain([None]).collect::<Vec<_>>());
        let (one, two) = db.transact_get((key(1), key(2))).await.unwrap();
        assert_eq!((one, two), (Some(all[0].clone()), Some(all[1].clone())));
        let mut scanned = db.scan::<Parcel>().all().await.unwrap();
        scanned.sort_by_key(|parcel| parcel.number);
        assert_eq!(scanned, all);
        db.create(&Label { owner: "ann".into(), number: 7 }).await.unwrap();
        let of_ann = db.collect(OfOwner::of("ann")).await.unwrap();
        assert_eq!((of_ann.parcels, of_ann.labels.len()), (all.clone(), 1));
        assert_eq!(Parcel::from_item(stored(&db, 2).await).unwrap(), all[1]);
        assert_eq!(stored(&db, 2).await.get("kilograms"), Some(&number(20)), "reads write nothing");
    }

    /// A projection of an older item is one of what the item becomes.
    async fn projections_upgrade(t: &Test) {
        let db = all_forms(t).await;
        let weight = |number, grams| Weight { number, grams };
        let all = vec![weight(1, 10_000), weight(2, 20_000), weight(3, 30_000)];
        assert_eq!(db.query(Parcel::of_owner("ann")).project::<Weight>().all().await.unwrap(), all);
        assert_eq!(db.get(key(2)).project::<Weight>().await.unwrap(), Some(weight(2, 20_000)));
        let many = db.get_many([key(1)]).project::<Weight>().await.unwrap().complete().unwrap();
        assert_eq!(many, [Some(weight(1, 10_000))]);
        assert_eq!(db.query(Parcel::of_owner("ann")).keys().all().await.unwrap(), [key(1), key(2), key(3)]);
    }

    /// From an index that holds a part of an item, what is older is an error, and never misread.
    async fn a_part_is_not_upgraded(t: &Test) {
        let db = all_forms(t).await;
        let read = || db.query(Parcel::of_route("r"));
        assert_eq!(read().project::<Weight>().all().await.unwrap(), [Weight { number: 3, grams: 30_000 }]);
        let mut item = v2(2, 20).to_item().unwrap();
        item.insert("GSI2PK", "ROUTE#r");
        store(&db, item).await;
        let page = read().project::<Weight>().page_of_results().await.unwrap();
        let error = page.items.into_iter().find_map(Result::err).unwrap();
        assert!(error.is_decode() && error.to_string().contains("hydrate"), "{error}");
        let whole = read().hydrate().all().await.unwrap();
        assert_eq!(whole.len(), 2);
        assert!(whole.contains(&of_v2(2, 20)));
        let error = db.query(Parcel::of_way("r")).project::<Weight>().all().await.unwrap_err();
        assert!(error.to_string().contains("does not hold `_v`"), "{error}");
        assert_eq!(db.query(Parcel::of_way("r")).keys().all().await.unwrap(), [key(3)]);
    }

    /// A put writes the new form, with its index keys, and nothing of the old one.
    async fn a_put_writes_the_new_form(t: &Test) {
        let db = all_forms(t).await;
        assert_eq!(db.query(Parcel::by_state("new")).all().await.unwrap(), [], "an old item has old keys");
        for number in [1, 2] {
            let read = db.get(key(number)).await.unwrap().unwrap();
            let written = db.put(&read).returning_new().await.unwrap();
            assert_eq!(stored(&db, number).await, written.to_item().unwrap());
        }
        assert_eq!(db.query(Parcel::by_state("new")).count().await.unwrap(), 1);
        assert_eq!(db.query(Parcel::by_state("moving").grams_in(20_000..)).count().await.unwrap(), 2);
    }

    /// An update of an older item changes what it becomes: the forms are never mixed.
    async fn an_update_upgrades_first(t: &Test) {
        let db = all_forms(t).await;
        for (number, was) in [(1, of_v1(1, 10)), (2, of_v2(2, 20))] {
            let update = db.update(key(number)).add(Parcel::MOVES, 1).set(Parcel::ROUTE, Some("x".into()));
            let now = update.when(Parcel::GRAMS.ge(10_000)).returning(Returning::New).await.unwrap();
            let expected = Parcel { moves: was.moves + 1, route: Some("x".into()), version: was.version + 1, ..was };
            assert_eq!(now, expected);
            assert_eq!(stored(&db, number).await, expected.to_item().unwrap());
        }
    }

    /// Its condition is asked of the form of today, and the version of the entity that was read is still checked.
    async fn conditions_are_of_today(t: &Test) {
        let db = all_forms(t).await;
        let error = db.update(key(2)).add(Parcel::MOVES, 1).when(Parcel::GRAMS.lt(20_000)).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
        store_old(&db, &v2(2, 20)).await;
        let read = db.get(key(2)).await.unwrap().unwrap();
        db.update(key(2)).add(Parcel::MOVES, 1).await.unwrap();
        let error = db.update(&read).add(Parcel::MOVES, 1).await.unwrap_err();
        assert!(error.is_version_conflict(), "{error}");

        store_old(&db, &v2(2, 20)).await;
        let read = db.get(key(2)).await.unwrap().unwrap();
        db.update(&read).add(Parcel::MOVES, 1).await.unwrap();
        assert_eq!(db.get(key(2)).await.unwrap(), Some(Parcel { moves: 2, version: 6, ..read }));

        store_old(&db, &v1(1, "10")).await;
        let kept = db.delete(key(1)).when(Parcel::STATE.ne("new")).checked().await.unwrap();
        let Checked::ConditionFailed(existing) = kept else { panic!("{kept:?}") };
        assert_eq!(existing.entity.unwrap(), of_v1(1, 10));
        store_old(&db, &v1(1, "10")).await;
        let gone = db.delete(key(1)).when(Parcel::STATE.eq("new")).returning_old().await.unwrap();
        assert_eq!(gone, Some(of_v1(1, 10)));
        assert!(db.delete(key(1)).when(Parcel::STATE.not_exists()).await.is_ok(), "what is not there is of no form");
        let put = db.put(&Parcel { moves: 9, ..of_v2(1, 1) }).any_version();
        assert!(put.when(Parcel::STATE.not_exists()).await.is_ok());
    }

    /// A deletion without a condition takes items of any form.
    async fn deletions_need_no_form(t: &Test) {
        let db = all_forms(t).await;
        assert_eq!(db.delete(key(1)).returning_old().await.unwrap(), Some(of_v1(1, 10)));
        db.delete_many([key(2), key(3)]).await.unwrap().complete().unwrap();
        assert_eq!(db.query(Parcel::of_owner("ann")).count().await.unwrap(), 0);
    }

    /// A transaction upgrades what it changes or checks, also several at once.
    async fn transactions_upgrade_first(t: &Test) {
        let db = all_forms(t).await;
        let transaction = db.transact_write().update(key(1), |u| u.add(Parcel::MOVES, 1));
        let transaction = transaction.update(key(3), |u| u.add(Parcel::MOVES, 1));
        transaction.check(key(2).when(Parcel::GRAMS.eq(20_000))).token(t.token()).await.unwrap();
        assert_eq!(stored(&db, 1).await, Parcel { moves: 1, version: 1, ..of_v1(1, 10) }.to_item().unwrap());
        assert_eq!(stored(&db, 2).await, of_v2(2, 20).to_item().unwrap());

        store_old(&db, &v2(2, 20)).await;
        let transaction = db.transact_write().update(key(2), |u| u.add(Parcel::MOVES, 1));
        let transaction = transaction.delete_when(key(3).when(Parcel::MOVES.eq(0))).checked().await.unwrap();
        let CheckedTransaction::Cancelled(actions) = transaction else { panic!("{transaction:?}") };
        assert_eq!((&actions[0].reason, &actions[1].reason), (&Reason::None, &Reason::ConditionFailed));
        assert_eq!(stored(&db, 2).await, of_v2(2, 20).to_item().unwrap(), "only its form is another");
    }

    /// An older item moves to another key, as what it becomes.
    async fn an_older_item_moves(t: &Test) {
        let db = all_forms(t).await;
        for number in [1, 2] {
            let read = db.get(key(number)).await.unwrap().unwrap();
            let moved = db.rekey(&read, |parcel| parcel.number += 10).when(Parcel::GRAMS.ge(1000)).await.unwrap();
            assert_eq!(db.get(key(number)).await.unwrap(), None);
            assert_eq!(stored(&db, number + 10).await, moved.to_item().unwrap());
        }
        store_old(&db, &v2(2, 20)).await;
        let read = db.get(key(2)).await.unwrap().unwrap();
        store_old(&db, &v2(2, 21)).await;
        let error = db.rekey(&read, |parcel| parcel.number = 30).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
    }

    /// One item at a time can be written in the form of today.
    async fn an_item_is_upgraded_by_itself(t: &Test) {
        let db = all_forms(t).await;
        assert!(db.upgrade(key(1)).await.unwrap());
        let mut item = of_v1(1, 10).to_item().unwrap();
        item.remove("version");
        assert_eq!(stored(&db, 1).await, item, "no hook sees it");
        for number in [1, 3, 4] {
            assert!(!db.upgrade(key(number)).await.unwrap());
        }
    }

    /// What does not convert is an error with the key and both versions, and is not touched.
    async fn what_does_not_convert_is_an_error(t: &Test) {
        let db = t.table::<Parcels>().await;
        store_old(&db, &v1(1, "heavy")).await;
        let before = stored(&db, 1).await;
        let update = db.update(key(1)).add(Parcel::MOVES, 1).await.unwrap_err();
        for error in [db.get(key(1)).await.unwrap_err(), update, db.upgrade(key(1)).await.unwrap_err()] {
            assert!(error.is_decode(), "{error}");
            assert_eq!(error.code(), "DYN0208");
            let text = error.to_string();
            for part in ["PARCEL#0000000001", "schema version 1", "version 3", "`ParcelV1`", "\"heavy\" is no weight"] {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
        assert_eq!(stored(&db, 1).await, before);
        // The form of an older version is wrong: its name says which.
        let mut item = v2(2, 1).to_item().unwrap();
        item.remove("kilograms");
        store(&db, item).await;
        let error = db.get(key(2)).await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains("`ParcelV2`"), "{error}");
    }

    /// What a newer program wrote is an error, and no write takes it away unseen.
    async fn newer_items_are_left_alone(t: &Test) {
        let db = t.table::<Parcels>().await;
        let mut item = of_v2(1, 1).to_item().unwrap();
        item.insert("_v", number(4));
        item.insert("insured", true);
        store(&db, item.clone()).await;
        let mut errors = vec![
            db.get(key(1)).await.unwrap_err(),
            db.get(key(1)).project::<Weight>().await.unwrap_err(),
            db.query(Parcel::of_owner("ann")).all().await.unwrap_err(),
            db.update(key(1)).add(Parcel::MOVES, 1).await.unwrap_err(),
            db.update(key(1)).add(Parcel::MOVES, 1).when(Parcel::MOVES.eq(7)).await.unwrap_err(),
            db.put(&of_v2(1, 2)).any_version().await.unwrap_err(),
            db.delete(key(1)).when(Parcel::MOVES.eq(1)).await.unwrap_err(),
            db.upgrade(key(1)).await.unwrap_err(),
        ];
        for error in errors.drain(..) {
            assert!(error.is_unknown_schema(), "{error}");
            assert_eq!(error.code(), "DYN0207");
            assert!(error.to_string().contains("schema version 4"), "{error}");
            assert!(error.to_string().contains("up to 3"), "{error}");
        }
        assert!(db.create(&of_v2(1, 2)).await.unwrap_err().is_already_exists());
        let transaction = db.transact_write().update(key(1), |u| u.add(Parcel::MOVES, 1));
        let error = transaction.put(&of_v2(9, 9)).await.unwrap_err();
        assert_eq!(error.cancelled()[0].reason, Reason::UnknownSchema);
        assert!(error.is_cancelled());
        assert_eq!(stored(&db, 1).await, item);
        db.delete(key(1)).await.unwrap();
        assert_eq!(db.get(key(1)).await.unwrap(), None);
    }

    /// A version that is none is an error too.
    async fn a_version_is_a_number(t: &Test) {
        let db = t.table::<Parcels>().await;
        for version in [Value::from("3"), number(0), Value::N("2.5".parse().unwrap())] {
            let mut item = of_v2(1, 1).to_item().unwrap();
            item.insert("_v", version);
            store(&db, item).await;
            let error = db.get(key(1)).await.unwrap_err();
            assert!(error.is_decode() && error.to_string().contains("`_v`"), "{error}");
            assert!(db.update(key(1)).add(Parcel::MOVES, 1).await.unwrap_err().is_condition_failed());
        }
    }

    /// What was sensitive in an older form is not shown either.
    async fn older_secrets_are_concealed(t: &Test) {
        let db = t.table::<Parcels>().await;
        store_old(&db, &v1(1, "heavy")).await;
        store_old(&db, &v2(2, 20)).await;
        let error = db.create(&of_v2(2, 20)).await.unwrap_err();
        assert!(error.existing().is_some());
        assert!(!format!("{error:?}").contains("Bob"), "{error:?}");
        let checked = db.create(&of_v2(2, 20)).checked().await.unwrap();
        let Checked::AlreadyExists(existing) = checked else { panic!("{checked:?}") };
        assert_eq!(existing.entity.unwrap(), of_v2(2, 20));
    }
}
