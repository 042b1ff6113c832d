//! Unique fields: what one entity has, no other has, and by it the entity is found.

use std::time::Duration;

use dynorm::Reason;
use dynorm::op::{Checked, CheckedTransaction};
use dynorm::prelude::*;

#[derive(Table, Debug)]
#[table(name = "Members", pk = "PK", sk = "SK", ttl = "ends", entities(Member, Device))]
#[table(gsi(ByTeam, pk = "team_pk"))]
pub struct Club;

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Club, pk = "MEMBER#{id}", sk = "MEMBER", scan)]
#[entity(unique(email), unique(nick, scope = team))]
#[entity(index(ByTeam, name = by_team, pk = "TEAM#{team}"))]
pub struct Member {
    id: u32,
    email: Option<String>,
    nick: String,
    team: u32,
    points: u32,
    #[attr(ttl)]
    ends: Option<Expiry>,
}

/// Two fields that are unique together, with a version.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = Club, pk = "DEVICE#{id}", sk = "DEVICE", unique(maker, serial))]
pub struct Device {
    id: u32,
    maker: String,
    serial: Vec<u8>,
    label: String,
    #[attr(version)]
    version: u64,
}

/// An entity in a table without sort key.
#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Accounts", pk = "ACCOUNT#{id}", unique(number))]
pub struct Account {
    id: String,
    number: u64,
}

fn member(id: u32, email: &str) -> Member {
    let email = Some(email.to_owned()).filter(|email| !email.is_empty());
    Member { id, email, nick: format!("nick{id}"), team: 1, points: 0, ends: None }
}

fn device(id: u32, serial: u8) -> Device {
    Device { id, maker: "acme".into(), serial: vec![serial], label: "a".into(), version: 0 }
}

async fn of_email(db: &Db, email: &str) -> Option<u32> {
    db.get_by(Member::unique_email(email)).consistent().await.unwrap().map(|member| member.id)
}

crate::cases! {
    /// A second entity with the same value is refused, and nothing of it is written.
    async fn a_value_is_had_once(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "ann@x")).await.unwrap();
        let error = db.create(&member(2, "ann@x")).await.unwrap_err();
        assert!(error.is_unique_violation() && !error.is_condition_failed(), "{error}");
        assert_eq!((error.unique_constraint(), error.code()), (Some("email"), "DYN0306"));
        assert!(error.to_string().contains("another one has this `email`"), "{error}");
        assert_eq!(db.get(Member::key(2u32)).consistent().await.unwrap(), None);
        assert!(db.put(&member(2, "ann@x")).await.unwrap_err().is_unique_violation());
        match db.put(&member(2, "ann@x")).checked().await.unwrap() {
            Checked::UniqueViolation { constraint, owner } => {
                assert_eq!(constraint, "email");
                assert_eq!(owner.unwrap().field(Member::ID).unwrap(), 1);
            }
            other => panic!("{other:?}"),
        }
        db.create(&member(2, "bob@x")).await.unwrap();
        assert_eq!(of_email(&db, "bob@x").await, Some(2));
    }

    /// What is refused for another reason is told as without unique fields.
    async fn other_refusals_are_as_before(t: &Test) {
        let db = t.table::<Club>().await;
        let ann = member(1, "ann@x");
        db.create(&ann).await.unwrap();
        let error = db.create(&Member { points: 9, ..ann.clone() }).await.unwrap_err();
        assert!(error.is_already_exists(), "{error}");
        assert_eq!(Member::from_item(error.existing().cloned().unwrap()).unwrap(), ann);
        let error = db.put(&member(1, "new@x")).when(Member::POINTS.gt(5)).await.unwrap_err();
        assert!(error.is_condition_failed() && error.existing().is_some(), "{error}");
        let error = db.update(Member::key(9u32)).set(Member::EMAIL, "new@x").await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        let error = db.delete(Member::key(1u32)).when(Member::POINTS.gt(5)).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
        assert_eq!(of_email(&db, "new@x").await, None);
        assert_eq!(of_email(&db, "ann@x").await, Some(1));
    }

    /// What an entity gives up, another can have: by a put, an update, a removal, a deletion.
    async fn what_is_given_up_is_free(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "a")).await.unwrap();
        db.put(&member(1, "b")).await.unwrap();
        db.create(&member(2, "a")).await.unwrap();
        db.update(Member::key(2u32)).set(Member::EMAIL, "c").await.unwrap();
        db.update(Member::key(1u32)).set(Member::EMAIL, "a").await.unwrap();
        assert_eq!((of_email(&db, "a").await, of_email(&db, "b").await, of_email(&db, "c").await), (Some(1), None, Some(2)));
        db.update(Member::key(2u32)).remove(Member::EMAIL).await.unwrap();
        db.create(&member(3, "c")).await.unwrap();
        db.delete(Member::key(1u32)).await.unwrap();
        db.delete(Member::key(1u32)).await.unwrap();
        db.update(Member::key(3u32)).set(Member::EMAIL, "a").await.unwrap();
        assert_eq!(of_email(&db, "a").await, Some(3));
        assert!(db.update(Member::key(2u32)).set(Member::EMAIL, "a").await.unwrap_err().is_unique_violation());
    }

    /// Entities without a value do not stand in each other's way.
    async fn absent_values_are_not_compared(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "")).await.unwrap();
        db.create(&member(2, "")).await.unwrap();
        assert_eq!(of_email(&db, "").await, None);
    }

    /// Unique within a scope: once in each team.
    async fn a_scope_has_each_value_once(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&Member { nick: "bee".into(), ..member(1, "") }).await.unwrap();
        db.create(&Member { nick: "bee".into(), team: 2, ..member(2, "") }).await.unwrap();
        let error = db.update(Member::key(2u32)).set(Member::TEAM, 1u32).await.unwrap_err();
        assert_eq!(error.unique_constraint(), Some("nick_in_team"));
        let found = db.get_by(Member::unique_nick_in_team("bee", 2u32)).await.unwrap();
        assert_eq!(found.map(|member| member.id), Some(2));
    }

    /// Texts that look like parts of markers, numbers and bytes are told apart.
    async fn values_are_told_apart(t: &Test) {
        let db = t.table::<Club>().await;
        let emails = ["a#b", "a", "a$23b", "A#B", "é€𐍈", " ", "\u{1}"];
        for (id, email) in (1..).zip(emails) {
            db.create(&member(id, email)).await.unwrap();
        }
        for (id, email) in (1..).zip(emails) {
            assert_eq!(of_email(&db, email).await, Some(id), "{email:?}");
        }
        db.create(&device(1, 0x10)).await.unwrap();
        db.create(&device(2, 0x01)).await.unwrap();
        let twice = Device { id: 3, ..device(1, 0x10) };
        assert_eq!(db.create(&twice).await.unwrap_err().unique_constraint(), Some("maker_serial"));
        let found = db.get_by(Device::unique_maker_serial("acme", vec![0x01])).await.unwrap();
        assert_eq!(found.map(|device| device.id), Some(2));
    }

    /// A value that is too long for a key is refused with its field.
    async fn a_long_value_is_refused(t: &Test) {
        let db = t.table::<Club>().await;
        let error = db.create(&member(1, &"x".repeat(1024))).await.unwrap_err();
        assert!(error.is_key() && error.to_string().contains("`email`"), "{error}");
    }

    /// Reads of entities never meet markers.
    async fn markers_are_not_read(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "a")).await.unwrap();
        assert_eq!(db.scan::<Member>().all().await.unwrap(), [member(1, "a")]);
        assert_eq!(db.query(Member::by_team(1u32)).all().await.unwrap(), [member(1, "a")]);
        assert_eq!(db.query(Member::partition(1u32)).all().await.unwrap(), [member(1, "a")]);
    }

    /// An update gives back the entity as it was, or is, of all kinds of changes; a put what it replaced; a deletion
    /// what it deleted.
    async fn writes_give_back(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "a")).await.unwrap();
        let changed = |email: &str| {
            let update = db.update(Member::key(1u32)).set(Member::EMAIL, email.to_owned());
            update.add(Member::POINTS, 2)
        };
        let new = changed("b").returning(Returning::New).await.unwrap();
        assert_eq!(new, Member { points: 2, ..member(1, "b") });
        let old = changed("c").returning(Returning::Old).await.unwrap();
        assert_eq!(old, new);
        let old = db.put(&member(1, "d")).returning_old().await.unwrap();
        assert_eq!(old, Some(Member { points: 4, ..member(1, "c") }));
        assert_eq!(db.put(&member(2, "e")).returning_old().await.unwrap(), None);
        assert_eq!(db.put(&member(1, "f")).returning_new().await.unwrap(), member(1, "f"));
        assert_eq!(db.delete(Member::key(1u32)).returning_old().await.unwrap(), Some(member(1, "f")));
        assert_eq!(db.delete(Member::key(1u32)).returning_old().await.unwrap(), None);
    }

    /// Versions are counted and checked as without unique fields.
    async fn versions_hold(t: &Test) {
        let db = t.table::<Club>().await;
        let first = db.create(&device(1, 1)).returning_new().await.unwrap();
        let second = db.update(&first).set(Device::SERIAL, vec![2]).returning(Returning::New).await.unwrap();
        assert_eq!(second.version, 2);
        assert!(db.update(&first).set(Device::SERIAL, vec![3]).await.unwrap_err().is_version_conflict());
        assert!(db.put(&first).await.unwrap_err().is_version_conflict());
        assert!(db.delete(&first).await.unwrap_err().is_version_conflict());
        db.update(&second).set(Device::LABEL, "b").await.unwrap();
        assert!(db.delete(&second).await.unwrap_err().is_version_conflict());
        db.delete(Device::key(1u32)).at_version(3).await.unwrap();
        db.create(&device(2, 2)).await.unwrap();
    }

    /// A move takes the markers along.
    async fn a_move_keeps_what_is_unique(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "a")).await.unwrap();
        db.create(&member(3, "c")).await.unwrap();
        let moved = db.rekey(&member(1, "a"), |member| member.id = 2).await.unwrap();
        assert_eq!(of_email(&db, "a").await, Some(2));
        let error = db.rekey(&moved, |member| member.email = Some("c".into())).await.unwrap_err();
        assert_eq!(error.unique_constraint(), Some("email"));
        let error = db.rekey(&moved, |member| (member.id, member.email) = (4, Some("c".into()))).await.unwrap_err();
        assert_eq!(error.unique_constraint(), Some("email"));
        db.rekey(&moved, |member| member.email = Some("b".into())).await.unwrap();
        assert_eq!((of_email(&db, "a").await, of_email(&db, "b").await), (None, Some(2)));
        assert!(db.rekey(&moved, |member| member.id = 9).await.unwrap_err().is_condition_failed());
        db.delete(Member::key(2u32)).await.unwrap();
        db.create(&member(5, "b")).await.unwrap();
    }

    /// In a transaction, the action whose entity would break the constraint is at fault.
    async fn transactions_say_which_action_breaks_it(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "a")).await.unwrap();
        let transaction = db.transact_write().create(&device(1, 1)).create(&member(2, "b"));
        match transaction.create(&member(3, "a")).checked().await.unwrap() {
            CheckedTransaction::Cancelled(actions) => {
                let reasons: Vec<&Reason> = actions.iter().map(|action| &action.reason).collect();
                assert_eq!(reasons, [&Reason::None, &Reason::None, &Reason::UniqueViolation]);
                assert_eq!(actions[2].constraint, Some("email"));
            }
            CheckedTransaction::Done => panic!("member 1 has it"),
        }
        assert_eq!(db.get(Member::key(2u32)).consistent().await.unwrap(), None);
        let two = db.transact_write().create(&member(2, "b")).create(&member(3, "b")).await.unwrap_err();
        assert!(two.is_unique_violation(), "{two}");
        let transaction = db.transact_write().create(&member(2, "b")).delete(Member::key(1u32));
        transaction.create(&device(1, 1)).await.unwrap();
        assert_eq!((of_email(&db, "a").await, of_email(&db, "b").await), (None, Some(2)));
    }

    /// In one transaction, values can change hands.
    async fn transactions_exchange_values(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "a")).await.unwrap();
        db.create(&member(2, "b")).await.unwrap();
        let transaction = db.transact_write().update(Member::key(1u32), |u| u.set(Member::EMAIL, "b"));
        transaction.update(Member::key(2u32), |u| u.set(Member::EMAIL, "a")).await.unwrap();
        assert_eq!((of_email(&db, "a").await, of_email(&db, "b").await), (Some(2), Some(1)));
        db.transact_write().delete(Member::key(1u32)).create(&member(3, "b")).await.unwrap();
        assert_eq!(of_email(&db, "b").await, Some(3));
    }

    /// What is expired has nothing, even where the service has not deleted it yet.
    async fn what_is_expired_has_nothing(t: &Test) {
        let db = t.table::<Club>().await;
        let (now, hour) = (db.backend().now(), Duration::from_hours(1));
        db.put(&Member { ends: Some(Expiry::at(now - hour)), ..member(1, "a") }).await.unwrap();
        assert_eq!(of_email(&db, "a").await, None);
        db.create(&member(2, "a")).await.unwrap();
        db.delete(Member::key(1u32)).await.unwrap();
        assert_eq!(of_email(&db, "a").await, Some(2));
        db.update(Member::key(2u32)).set(Member::ENDS, Expiry::at(now - hour)).await.unwrap();
        db.create(&member(3, "a")).await.unwrap();
    }

    /// Items that are older than the constraint have no markers, and get them when they are put.
    async fn older_items_get_markers_by_a_put(t: &Test) {
        let db = t.table::<Club>().await;
        let table = db.table_name::<Club>();
        for (id, email) in [(1, "a"), (2, "a"), (3, "c")] {
            let item = member(id, email).to_item().unwrap();
            let put = dynorm::backend::call::Put { table: table.clone(), item, ..Default::default() };
            db.backend().put(put).await.unwrap();
        }
        assert_eq!(of_email(&db, "c").await, None);
        db.put(&member(3, "c")).await.unwrap();
        assert_eq!(of_email(&db, "c").await, Some(3));
        db.put(&member(1, "a")).await.unwrap();
        assert!(db.put(&member(2, "a")).await.unwrap_err().is_unique_violation());
        db.update(Member::key(2u32)).set(Member::EMAIL, "b").await.unwrap();
        assert_eq!((of_email(&db, "a").await, of_email(&db, "b").await), (Some(1), Some(2)));
    }

    /// An update of something else is one plain request; the others have none to show before.
    async fn only_what_needs_it_is_a_transaction(t: &Test) {
        let db = t.table::<Club>().await;
        db.create(&member(1, "a")).await.unwrap();
        assert!(db.update(Member::key(1u32)).set(Member::POINTS, 1u32).to_request().is_ok());
        let refused = [
            db.update(Member::key(1u32)).set(Member::EMAIL, "b").to_request().map(|_| ()),
            db.update(Member::key(1u32)).remove(Member::ENDS).to_request().map(|_| ()),
            db.put(&member(1, "b")).to_request().map(|_| ()),
            db.delete(Member::key(1u32)).to_request().map(|_| ()),
            db.transact_write().put(&member(1, "b")).to_request().map(|_| ()),
            db.transact_write().put(&member(1, "b")).token(t.token()).await,
        ];
        for error in refused.map(Result::unwrap_err) {
            assert!(error.to_string().contains("depends on what is stored"), "{error}");
        }
    }

    /// A table without a sort key has markers too.
    async fn a_table_without_sort_key(t: &Test) {
        let db = t.table::<Account>().await;
        let account = |id: &str, number| Account { id: id.into(), number };
        db.create(&account("a", 1)).await.unwrap();
        db.create(&account("b", 2)).await.unwrap();
        assert!(db.create(&account("c", 1)).await.unwrap_err().is_unique_violation());
        assert_eq!(db.get_by(Account::unique_number(2u64)).await.unwrap(), Some(account("b", 2)));
    }

    /// Of many who want one value, one gets it.
    async fn of_many_one_gets_it(t: &Test) {
        let db = t.table::<Club>().await;
        let create = |id| {
            let db = db.clone();
            async move { db.create(&member(id, "a")).await }
        };
        let (a, b, c, d) = tokio::join!(create(1), create(2), create(3), create(4));
        let results = [a, b, c, d];
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        let mut lost = results.iter().filter_map(|result| result.as_ref().err());
        assert!(lost.all(dynorm::Error::is_unique_violation), "{results:?}");
    }
}
