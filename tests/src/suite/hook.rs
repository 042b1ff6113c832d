//! Hooks: what users and rules of fields do to writes before they are sent.

use dynorm::hook::{Adjustment, Hook, Write, WriteKind};
use dynorm::prelude::*;

/// Keeps a tenant's items apart from others'.
#[derive(Debug)]
struct Tenant(&'static str);

impl Hook for Tenant {
    fn before_write(&self, write: &Write<'_>) -> dynorm::Result<Adjustment> {
        let adjustment = Adjustment::none();
        Ok(match write.kind() {
            WriteKind::Create => adjustment.set("tenant", self.0),
            WriteKind::Put => adjustment.set("tenant", self.0).require_value("tenant", self.0),
            _ => adjustment.require_value("tenant", self.0),
        })
    }
}

/// Closed accounts are not written.
#[derive(Debug)]
pub struct OpenOnly;

impl Hook for OpenOnly {
    fn before_write(&self, write: &Write<'_>) -> dynorm::Result<Adjustment> {
        let adjustment = Adjustment::none();
        Ok(match write.kind() {
            WriteKind::Update => adjustment.require(Account::CLOSED.eq(false)).add("writes", 1),
            _ => adjustment,
        })
    }
}

/// Nothing is deleted.
#[derive(Debug)]
struct Undeletable;

impl Hook for Undeletable {
    fn before_write(&self, write: &Write<'_>) -> dynorm::Result<Adjustment> {
        if write.is_deletion() {
            return Err(dynorm::Error::invalid(write.entity().name, "it is kept for good"));
        }
        Ok(Adjustment::none())
    }
}

#[expect(clippy::ref_option, reason = "a rule is given a reference, whatever the type")]
fn reachable(phone: &Option<String>) -> Result<(), &'static str> {
    phone.as_ref().map(|_| ()).ok_or("a contact has a phone")
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Contacts", pk = id)]
pub struct Contact {
    id: u32,
    #[attr(validate = reachable)]
    phone: Option<String>,
    note: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a rule is given a reference, whatever the type")]
fn at_most_thousand(balance: &u32) -> Result<(), String> {
    if *balance <= 1000 { Ok(()) } else { Err(format!("{balance} is more than 1000")) }
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "GuardedAccounts", pk = id, hooks(OpenOnly))]
#[entity(index(ByTenant, pk = "TENANT#{tenant}", sk = "ACCOUNT#{id}"))]
pub struct Account {
    id: u32,
    #[attr(validate = at_most_thousand)]
    balance: u32,
    closed: bool,
    #[attr(default)]
    writes: u32,
    tenant: Option<String>,
}

fn account(id: u32) -> Account {
    Account { id, balance: 5, closed: false, writes: 0, tenant: None }
}

crate::cases! {
    /// A hook of the database changes what is written, and the index keys with it.
    async fn a_hook_changes_the_item(t: &Test) {
        let db = t.table::<Account>().await.with_hook(Tenant("acme"));
        db.create(&account(1)).await.unwrap();
        let found = db.query(Account::by_tenant("acme")).all().await.unwrap();
        assert_eq!(found, [Account { tenant: Some("acme".into()), ..account(1) }]);
    }

    /// A hook's condition is checked by each kind of write.
    async fn a_hook_asks_for_conditions(t: &Test) {
        let db = t.table::<Account>().await;
        let (acme, other) = (db.with_hook(Tenant("acme")), db.with_hook(Tenant("other")));
        acme.create(&account(1)).await.unwrap();
        let key = || Account::key(1u32);
        assert!(other.put(&account(1)).await.unwrap_err().is_condition_failed());
        assert!(other.update(key()).set(Account::BALANCE, 6).await.unwrap_err().is_condition_failed());
        assert!(other.delete(key()).await.unwrap_err().is_condition_failed());
        let both = other.transact_write().delete(key()).create(&account(2));
        assert!(both.await.unwrap_err().is_cancelled());
        assert_eq!(db.get(Account::key(2u32)).await.unwrap(), None);
        let now = acme.update(key()).set(Account::BALANCE, 6).returning(Returning::New).await.unwrap();
        assert_eq!((now.balance, now.writes), (6, 1));
        acme.delete(key()).await.unwrap();
    }

    /// A hook of the entity is there without being asked for.
    async fn a_hook_of_the_entity_is_always_there(t: &Test) {
        let db = t.table::<Account>().await;
        db.create(&Account { closed: true, ..account(1) }).await.unwrap();
        let error = db.update(Account::key(1u32)).add(Account::BALANCE, 1).await.unwrap_err();
        assert!(error.is_condition_failed(), "{error}");
    }

    /// Where conditions cannot be sent, a hook that asks for one refuses the write.
    async fn batches_refuse_conditions_of_hooks(t: &Test) {
        let db = t.table::<Account>().await.with_hook(Tenant("acme"));
        let error = db.put_many([account(1)]).await.unwrap_err();
        assert!(error.to_string().contains("batches do not have"), "{error}");
        assert_eq!(db.get(Account::key(1u32)).await.unwrap(), None);
        db.create(&account(1)).await.unwrap();
        let error = db.delete_many([Account::key(1u32)]).await.unwrap_err();
        assert!(error.to_string().contains("batches do not have"), "{error}");
        let error = db.batch().delete(Account::key(1u32)).await.unwrap_err();
        assert!(error.to_string().contains("batches do not have"), "{error}");
        assert!(db.get(Account::key(1u32)).await.unwrap().is_some());
    }

    /// What a hook keeps from being deleted no batch deletes, and no deletion of what a pattern finds.
    async fn batches_ask_hooks_before_they_delete(t: &Test) {
        let db = t.table::<Account>().await;
        let kept = db.with_hook(Undeletable);
        kept.create(&Account { tenant: Some("acme".into()), ..account(1) }).await.unwrap();
        assert!(kept.delete(Account::key(1u32)).await.unwrap_err().is_invalid());
        assert!(kept.delete_many([Account::key(1u32)]).await.unwrap_err().is_invalid());
        assert!(kept.batch().put(&account(2)).delete(Account::key(1u32)).await.unwrap_err().is_invalid());
        assert!(db.get(Account::key(1u32)).await.unwrap().is_some());
        assert_eq!(db.get(Account::key(2u32)).await.unwrap(), None);
    }

    /// A rule that wants a value sees that it is removed.
    async fn rules_see_what_is_removed(t: &Test) {
        let db = t.table::<Contact>().await;
        db.create(&Contact { id: 1, phone: Some("7".into()), note: None }).await.unwrap();
        let key = || Contact::key(1u32);
        assert!(db.update(key()).remove(Contact::PHONE).await.unwrap_err().is_invalid());
        assert!(db.update(key()).set(Contact::PHONE, None).await.unwrap_err().is_invalid());
        db.update(key()).set(Contact::NOTE, Some("x".to_owned())).remove(Contact::NOTE).await.unwrap();
        assert_eq!(db.get(key()).await.unwrap().unwrap().phone.as_deref(), Some("7"));
    }

    /// A value that breaks its rule is not written, and the error names the field.
    async fn rules_of_fields_are_checked(t: &Test) {
        let db = t.table::<Account>().await;
        let error = db.create(&Account { balance: 1001, ..account(1) }).await.unwrap_err();
        assert!(error.is_invalid(), "{error}");
        let message = "cannot write `Account`: `balance` breaks its rule: 1001 is more than 1000";
        assert_eq!(error.to_string(), message);
        assert_eq!(db.get(Account::key(1u32)).await.unwrap(), None);
        db.create(&account(1)).await.unwrap();
        assert!(db.update(Account::key(1u32)).set(Account::BALANCE, 1001).await.unwrap_err().is_invalid());
        assert!(db.put_many([Account { balance: 2000, ..account(2) }]).await.unwrap_err().is_invalid());
        let late = Account { balance: 2000, ..account(3) };
        assert!(db.transact_write().delete(Account::key(1u32)).create(&late).await.unwrap_err().is_invalid());
        assert_eq!(db.get(Account::key(1u32)).await.unwrap(), Some(account(1)));
    }
}
