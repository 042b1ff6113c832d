//! Creating entities.

use crate::scenario::{Customer, Shop, ann};

crate::cases! {
    /// What was created is there.
    async fn a_created_entity_is_read_back(t: &Test) {
        let db = t.table::<Shop>().await;
        db.create(&ann()).await.unwrap();
        assert_eq!(db.get(Customer::key("ann")).consistent().await.unwrap(), Some(ann()));
    }

    /// A condition beside the creation is about the item that is not there.
    async fn a_condition_is_no_existence(t: &Test) {
        let db = t.table::<Shop>().await;
        let error = db.create(&ann()).when(Customer::NAME.eq("Ann")).await.unwrap_err();
        assert!(error.is_condition_failed() && !error.is_already_exists(), "{error}");
        db.put(&ann()).await.unwrap();
        let error = db.create(&ann()).when(Customer::NAME.eq("Ann")).await.unwrap_err();
        assert!(error.is_already_exists(), "{error}");
    }

    /// A second creation fails, says so, shows what is there, and changes nothing.
    async fn a_second_creation_is_refused(t: &Test) {
        let db = t.table::<Shop>().await;
        db.create(&ann()).await.unwrap();
        let other = Customer { name: "Anna".into(), ..ann() };
        let error = db.create(&other).await.unwrap_err();
        assert!(error.is_already_exists() && !error.is_condition_failed(), "{error}");
        assert_eq!(error.code(), "DYN0302");
        assert!(error.to_string().contains("`Customer`"), "{error}");
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
    }
}
