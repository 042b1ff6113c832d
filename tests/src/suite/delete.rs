//! Deleting by key.

use crate::scenario::{Customer, Shop, ann};

crate::cases! {
    /// What was deleted is gone; to delete it again is no error.
    async fn a_deleted_entity_is_gone(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        assert_eq!(db.delete(Customer::key("ann")).returning_old().await.unwrap(), Some(ann()));
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), None);
        assert_eq!(db.delete(Customer::key("ann")).returning_old().await.unwrap(), None);
        db.delete(Customer::key("ann")).await.unwrap();
    }

    /// A condition that does not hold keeps the item, also where there is none.
    async fn a_condition_decides(t: &Test) {
        let db = t.table::<Shop>().await;
        let if_anna = || db.delete(Customer::key("ann")).when(Customer::NAME.eq("Anna"));
        assert!(if_anna().await.unwrap_err().is_condition_failed());
        db.put(&ann()).await.unwrap();
        assert!(if_anna().await.unwrap_err().is_condition_failed());
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
        db.delete(Customer::key("ann")).when(Customer::NAME.ne("Anna")).await.unwrap();
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), None);
    }
}
