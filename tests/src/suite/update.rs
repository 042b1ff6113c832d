//! Changing attributes.

use std::collections::BTreeSet;

use dynorm::backend::call;
use dynorm::prelude::*;
use rust_decimal::Decimal;

use crate::scenario::{
    Address, Badge, Customer, Links, Order, Place, Shop, Stage, Status, Task, order, order_key,
};

fn texts(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn address() -> Address {
    Address { street: "Main St 1".into(), city: "Bern".into(), code: None }
}

fn task() -> Task {
    Task {
        team: "red".into(),
        number: 7,
        state: Stage::Open,
        urgency: Some(3),
        owner: Some("ann".into()),
        due: 20,
        archived: false,
        place: Place { room: Some("1".into()), address: Some(address()) },
    }
}

fn task_key() -> Key<Task> {
    Task::key("red", 7u32)
}

/// The tasks of each index.
async fn indexed(db: &Db) -> (Vec<Task>, Vec<Task>) {
    let by_state = db.query(Task::by_state("red")).all().await.unwrap();
    (by_state, db.query(Task::open("ann")).all().await.unwrap())
}

/// Leaves the number that is to be added to out of the item.
async fn remove_stock(db: &Db) {
    db.update(order_key(1, 1)).remove(Order::STOCK).await.unwrap();
}

crate::cases! {
    /// Every kind of change, in one update.
    async fn all_changes_are_made(t: &Test) {
        let db = t.table::<Shop>().await;
        let before = Order {
            note: Some("old".into()),
            tags: texts(&["a", "b"]),
            history: vec!["placed".into()],
            ship_to: Some(address()),
            stock: 5,
            ..order(1, 1)
        };
        db.put(&before).await.unwrap();
        let after = db
            .update(order_key(1, 1))
            .set(Order::AMOUNT, Decimal::new(995, 1))
            .remove(Order::NOTE)
            .add(Order::STOCK, -2)
            .delete(Order::TAGS, texts(&["a", "z"]))
            .append(Order::HISTORY, ["packed", "sent"])
            .set(Order::SHIP_TO.at(Address::CITY), "Basel")
            .returning(Returning::New)
            .await
            .unwrap();
        let expected = Order {
            amount: Decimal::new(995, 1),
            note: None,
            stock: 3,
            tags: texts(&["b"]),
            history: vec!["placed".into(), "packed".into(), "sent".into()],
            ship_to: Some(Address { city: "Basel".into(), ..address() }),
            ..before
        };
        assert_eq!(after, expected);
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(expected));
    }

    /// Nothing is created: half an entity could not be read.
    async fn a_missing_entity_is_not_created(t: &Test) {
        let db = t.table::<Shop>().await;
        let error = db.update(Customer::key("ann")).set(Customer::NAME, "Ann").await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert!(error.to_string().contains("`Customer`"), "{error}");
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), None);
    }

    /// A condition that does not hold shows what is there and changes nothing.
    async fn a_condition_decides(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { stock: 1, ..order(1, 1) }).await.unwrap();
        let take = || db.update(order_key(1, 1)).sub(Order::STOCK, 1).when(Order::STOCK.ge(1));
        take().await.unwrap();
        let error = take().await.unwrap_err();
        assert!(error.is_condition_failed() && !error.is_not_found(), "{error}");
        assert_eq!(db.get(order_key(1, 1)).await.unwrap(), Some(order(1, 1)));
    }

    /// The old state can be asked for.
    async fn the_state_before_is_returned(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&order(1, 1)).await.unwrap();
        let old = db.update(order_key(1, 1)).add(Order::STOCK, 7).returning(Returning::Old).await.unwrap();
        assert_eq!(old, order(1, 1));
    }

    /// An absent number counts as 0, an absent set as empty; the last element takes the set with it.
    async fn absent_attributes_are_added_to(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&order(1, 1)).await.unwrap();
        remove_stock(&db).await;
        let update = || db.update(order_key(1, 1)).returning(Returning::New);
        let added = update().add(Order::STOCK, 2).add(Order::TAGS, texts(&["x"])).await.unwrap();
        assert_eq!((added.stock, added.tags), (2, texts(&["x"])));
        let emptied = update().delete(Order::TAGS, texts(&["x"])).await.unwrap();
        assert_eq!(emptied.tags, texts(&[]));
    }

    /// A first value is kept, elements are put before others, an empty set and `None` remove.
    async fn first_values_prepended_elements_and_nothing(t: &Test) {
        let db = t.table::<Shop>().await;
        let before = Order { history: vec!["b".into()], note: Some("x".into()), tags: texts(&["t"]), ..order(1, 1) };
        db.put(&before).await.unwrap();
        let after = db
            .update(order_key(1, 1))
            .prepend(Order::HISTORY, ["a"])
            .set_if_absent(Order::STOCK, 9)
            .set_if_absent(Order::SHIP_TO, address())
            .set(Order::NOTE, None)
            .set(Order::TAGS, BTreeSet::new())
            .returning(Returning::New)
            .await
            .unwrap();
        assert_eq!(after.history, ["a", "b"]);
        assert_eq!((after.stock, after.ship_to), (0, Some(address())));
        assert_eq!((after.note, after.tags), (None, texts(&[])));
    }

    /// The index keys that are made of a changed field change with it, and go where a part goes.
    async fn index_keys_follow_their_fields(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { priority: Some(1), ..order(1, 7) }).await.unwrap();
        let with = async |status| {
            let orders = db.query(Order::by_status(status)).all().await.unwrap();
            orders.into_iter().map(|order| order.priority).collect::<Vec<_>>()
        };
        db.update(order_key(1, 7)).set(Order::STATUS, Status::SentBack).set(Order::PRIORITY, Some(9)).await.unwrap();
        assert_eq!((with(Status::Open).await, with(Status::SentBack).await), (vec![], vec![Some(9)]));

        db.update(order_key(1, 7)).remove(Order::PRIORITY).await.unwrap();
        assert_eq!(with(Status::SentBack).await, vec![]);
        db.update(order_key(1, 7)).set(Order::PRIORITY, 2).await.unwrap();
        assert_eq!(with(Status::SentBack).await, vec![Some(2)]);

        db.update(order_key(1, 7)).set(Order::AMOUNT, Decimal::from(5)).await.unwrap();
        let dear = db.query(Order::by_amount("ann").amount_in(Decimal::from(6)..)).all().await.unwrap();
        assert_eq!(dear, []);
        assert_eq!(db.query(Order::by_amount("ann").amount(Decimal::from(5))).all().await.unwrap().len(), 1);
    }

    /// A key of several fields is made of what is set and what is lent; what is lent must be what is stored.
    async fn lent_fields_complete_an_index_key(t: &Test) {
        let db = t.table::<Task>().await;
        db.put(&task()).await.unwrap();
        let stale = db.update(task_key()).set(Task::URGENCY, 9).given(Task::STATE, Stage::Doing).given(Task::ARCHIVED, false);
        let error = stale.given(Task::DUE, 20u32).given(Task::OWNER, "ann".to_owned()).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
        assert_eq!(indexed(&db).await, (vec![task()], vec![task()]));

        db.update(task_key()).set(Task::URGENCY, 9).given(Task::STATE, Stage::Open).await.unwrap();
        let urgent = Task { urgency: Some(9), ..task() };
        let found = db.query(Task::by_state("red").state(Stage::Open).urgency(9)).first().await.unwrap();
        assert_eq!(found.as_ref(), Some(&urgent));

        // Lent as absent: it has to be absent.
        let error = db.update(task_key()).set(Task::DUE, 21u32).given(Task::OWNER, None);
        let error = error.given(Task::STATE, Stage::Open).given(Task::ARCHIVED, false).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
        assert_eq!(indexed(&db).await, (vec![urgent.clone()], vec![urgent]));
    }

    /// What is set counts more than what is lent, in whichever order.
    async fn what_is_set_counts_more_than_what_is_lent(t: &Test) {
        let db = t.table::<Task>().await;
        db.put(&task()).await.unwrap();
        let update = db.update(task_key()).given(Task::URGENCY, 3).set(Task::URGENCY, 4).set(Task::STATE, Stage::Open);
        update.given(Task::ARCHIVED, false).given(Task::DUE, 20u32).given(Task::OWNER, "ann".to_owned()).await.unwrap();
        let update = db.update(task_key()).set(Task::URGENCY, 5).given(Task::URGENCY, 4);
        update.given(Task::STATE, Stage::Open).await.unwrap();
        assert_eq!(db.query(Task::by_state("red").state(Stage::Open).urgency(5)).count().await.unwrap(), 1);
        assert_eq!(indexed(&db).await.0.len(), 1);
    }

    /// A part that is removed takes the keys with it, whatever the other parts are.
    async fn a_removed_part_leaves_the_index(t: &Test) {
        let db = t.table::<Task>().await;
        db.put(&task()).await.unwrap();
        db.update(task_key()).remove(Task::URGENCY).await.unwrap();
        let without = Task { urgency: None, ..task() };
        assert_eq!(indexed(&db).await, (vec![], vec![without.clone()]));
        let set = db.update(task_key()).remove(Task::OWNER).remove(Task::URGENCY).set(Task::STATE, Stage::Doing);
        set.given(Task::DUE, 20u32).given(Task::ARCHIVED, false).await.unwrap();
        assert_eq!(indexed(&db).await, (vec![], vec![]));
        let back = db.update(task_key()).set(Task::OWNER, "ann".to_owned()).given(Task::STATE, Stage::Doing);
        back.given(Task::DUE, 20u32).given(Task::ARCHIVED, false).await.unwrap();
        assert_eq!(indexed(&db).await.1.len(), 1);
    }

    /// `when` decides whether an item is in the index, for whole items and for updates.
    async fn when_decides_what_is_indexed(t: &Test) {
        let db = t.table::<Task>().await;
        db.put(&Task { archived: true, ..task() }).await.unwrap();
        assert_eq!(indexed(&db).await.1, []);
        let archive = async |archived: bool| {
            let update = db.update(task_key()).set(Task::ARCHIVED, archived).given(Task::STATE, Stage::Open);
            update.given(Task::DUE, 20u32).given(Task::OWNER, "ann".to_owned()).await.unwrap();
        };
        archive(false).await;
        assert_eq!(indexed(&db).await.1, [task()]);
        let paid = db.update(task_key()).set(Task::STATE, Stage::Done).set(Task::URGENCY, 1).set(Task::DUE, 30u32);
        paid.set(Task::OWNER, "ann".to_owned()).given(Task::ARCHIVED, false).await.unwrap();
        let (by_state, open) = indexed(&db).await;
        assert_eq!((by_state.len(), open), (1, vec![]));
        db.put(&task()).await.unwrap();
        archive(true).await;
        assert_eq!(indexed(&db).await.1, []);
    }

    /// Members that are given are set, at any depth; the others stay. `set` replaces the whole.
    async fn members_are_merged_or_replaced(t: &Test) {
        let db = t.table::<Task>().await;
        db.put(&task()).await.unwrap();
        let basel = Address { city: "Basel".into(), code: Some("4051".into()), ..address() };
        let some = Place { room: None, address: Some(basel.clone()) };
        let merged = db.update(task_key()).merge(Task::PLACE, &some).returning(Returning::New).await.unwrap();
        assert_eq!(merged.place, Place { room: Some("1".into()), address: Some(basel) });
        let city = Address { city: "Bern".into(), code: None, ..address() };
        let inner = db.update(task_key()).merge(Task::PLACE.at(Place::ADDRESS), &city).returning(Returning::New).await.unwrap();
        assert_eq!(inner.place.address, Some(Address { code: Some("4051".into()), ..city }));
        let replaced = db.update(task_key()).set(Task::PLACE, &some).returning(Returning::New).await.unwrap();
        assert_eq!(replaced.place, some);

        let error = db.update(task_key()).merge(Task::PLACE, Place::default()).await.unwrap_err();
        assert!(error.to_string().contains("changes nothing"), "{error}");
    }

    /// Two changes of which one is within the other are refused before they are sent.
    async fn changes_that_overlap_are_refused(t: &Test) {
        let db = t.without_table::<Task>();
        let update = db.update(task_key()).set(Task::PLACE, Place::default());
        let error = update.set(Task::PLACE.at(Place::ROOM), "2".to_owned()).await.unwrap_err();
        assert!(error.to_string().contains("`place` and `place.room`"), "{error}");
    }

    /// The last of two changes of one attribute decides.
    async fn the_last_change_decides(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&Order { stock: 7, note: Some("x".into()), ..order(1, 1) }).await.unwrap();
        let update = db.update(order_key(1, 1)).set(Order::NOTE, "a").set(Order::NOTE, "b").remove(Order::STOCK);
        let after = update.set(Order::STOCK, 1).add(Order::STOCK, 2).returning(Returning::New).await.unwrap();
        assert_eq!((after.note.as_deref(), after.stock), (Some("b"), 9));
    }

    /// A key of others that cannot be read back is refused, and the index key is left alone.
    async fn a_key_that_does_not_read_back_is_refused(t: &Test) {
        let db = t.table::<Links>().await;
        let item = Item::from([("PK", "BADGE#007"), ("SK", "BADGE"), ("status", "a"), ("StatusPK", "STATUS#a")]);
        let table = db.table_name::<Links>();
        db.backend().put(call::Put { table, item: item.clone(), ..Default::default() }).await.unwrap();
        let key = Key::<Badge>::parse(&item).unwrap();
        assert!(key.field(Badge::ID).unwrap_err().is_key());
        let error = db.update(key).set(Badge::STATUS, "b").await.unwrap_err();
        assert!(error.is_key(), "{error}");

        db.put(&Badge { id: 7, status: "a".into() }).await.unwrap();
        db.update(Badge::key(7u32)).set(Badge::STATUS, "b").await.unwrap();
        assert_eq!(db.query(Badge::by_status("b")).all().await.unwrap().len(), 1);
        // The key of others has the form of a badge's.
        assert_eq!(db.query(Badge::all()).count().await.unwrap(), 2);
    }

    /// An update that changes nothing, or sets what cannot be stored, is refused before it is sent.
    async fn what_cannot_be_sent_is_refused(t: &Test) {
        let db = t.without_table::<Shop>();
        let error = db.update(order_key(1, 1)).await.unwrap_err();
        assert!(error.to_string().contains("the update of `Order` changes nothing"), "{error}");
        let error = db.update(order_key(1, 1)).set(Order::AMOUNT, Decimal::new(1, 5)).await.unwrap_err();
        assert!(error.is_key(), "{error}");
        let error = db.update(Order::key("a#b", crate::scenario::may(1), 1u32)).add(Order::STOCK, 1).await.unwrap_err();
        assert!(error.is_key(), "{error}");
    }
}
