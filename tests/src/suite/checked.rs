//! Conditions that did not hold, as data.

use std::time::Duration;

use dynorm::backend::call;
use dynorm::op::Checked;
use dynorm::prelude::*;

use crate::scenario::{Customer, Session, Shop, ann};

crate::cases! {
    /// A creation is done, or gives what is there already.
    async fn a_creation_gives_what_is_there(t: &Test) {
        let db = t.table::<Shop>().await;
        assert!(db.create(&ann()).checked().await.unwrap().is_done());
        let again = db.create(&Customer { name: "Anna".into(), ..ann() }).checked().await.unwrap();
        let Checked::AlreadyExists(existing) = again else { panic!("{again:?}") };
        assert_eq!(existing.entity.unwrap(), ann());
        assert_eq!(existing.item.get("PK"), Some(&Value::from("CUSTOMER#ann")));
    }

    /// A put gives what does not satisfy its condition, or that there is nothing, or what it replaced.
    async fn a_put_gives_what_is_in_its_way(t: &Test) {
        let db = t.table::<Shop>().await;
        let put = || db.put(&ann()).when(Customer::NAME.eq("Anna")).returning_old().checked();
        assert!(matches!(put().await.unwrap(), Checked::NotFound));
        db.put(&ann()).await.unwrap();
        let other = put().await.unwrap();
        assert!(matches!(&other, Checked::ConditionFailed(existing) if existing.entity.as_ref().unwrap() == &ann()));
        let anna = Customer { name: "Anna".into(), ..ann() };
        db.put(&anna).await.unwrap();
        assert!(matches!(put().await.unwrap(), Checked::Done(Some(old)) if old == anna));
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
    }

    /// An update gives what does not satisfy its condition, or that there is nothing, or what it asked for.
    async fn an_update_gives_what_is_in_its_way(t: &Test) {
        let db = t.table::<Shop>().await;
        let rename = |old: &str, new: &str| {
            let update = db.update(Customer::key("ann")).set(Customer::NAME, new).when(Customer::NAME.eq(old));
            update.returning(Returning::New).checked()
        };
        assert!(matches!(rename("Ann", "Anna").await.unwrap(), Checked::NotFound));
        db.put(&ann()).await.unwrap();
        let other = rename("Anna", "Berta").await.unwrap();
        assert!(matches!(&other, Checked::ConditionFailed(existing) if existing.entity.as_ref().unwrap() == &ann()));
        let anna = Customer { name: "Anna".into(), ..ann() };
        assert!(matches!(rename("Ann", "Anna").await.unwrap(), Checked::Done(new) if new == anna));
        let nobody = db.update(Customer::key("bob")).set(Customer::NAME, "Bob").checked().await.unwrap();
        assert!(matches!(nobody, Checked::NotFound));
    }

    /// A deletion gives what does not satisfy its condition, or that there is nothing.
    async fn a_deletion_gives_what_is_in_its_way(t: &Test) {
        let db = t.table::<Shop>().await;
        let delete = |name: &str| db.delete(Customer::key("ann")).when(Customer::NAME.eq(name)).checked();
        assert!(matches!(delete("Ann").await.unwrap(), Checked::NotFound));
        db.put(&ann()).await.unwrap();
        let other = delete("Anna").await.unwrap();
        assert!(matches!(&other, Checked::ConditionFailed(existing) if existing.entity.as_ref().unwrap() == &ann()));
        assert!(delete("Ann").await.unwrap().is_done());
        assert!(db.delete(Customer::key("ann")).checked().await.unwrap().is_done());
    }

    /// An item that is not one of the entity does not hide the failure: it is there as it is stored, with the error.
    async fn what_does_not_decode_is_still_told(t: &Test) {
        let db = t.table::<Shop>().await;
        let (table, item) = (db.table_name::<Shop>(), Item::from([("PK", "CUSTOMER#ann"), ("SK", "PROFILE")]));
        db.backend().put(call::Put { table, item: item.clone(), ..Default::default() }).await.unwrap();
        let checked = db.create(&ann()).checked().await.unwrap();
        let Checked::AlreadyExists(existing) = checked else { panic!("{checked:?}") };
        assert_eq!(existing.item, item);
        let error = existing.entity.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains("`name`"), "{error}");
    }

    /// What is expired is not there.
    async fn what_is_expired_is_not_there(t: &Test) {
        let db = t.table::<Shop>().await;
        let over = Expiry::at(db.backend().now() - Duration::from_hours(1));
        let session = Session { customer: "ann".into(), token: "t".into(), expires: Some(over) };
        db.put(&session).await.unwrap();
        let deletion = db.delete(Session::key("ann", "t")).when(Session::EXPIRES.not_exists());
        assert!(matches!(deletion.checked().await.unwrap(), Checked::NotFound));
        assert!(db.create(&session).checked().await.unwrap().is_done());
    }

    /// Other failures stay errors.
    async fn other_failures_stay_errors(t: &Test) {
        let db = t.without_table::<Shop>();
        assert!(db.create(&ann()).checked().await.unwrap_err().is_table_not_found());
        assert!(db.delete(Customer::key("a#b")).checked().await.unwrap_err().is_key());
    }
}
