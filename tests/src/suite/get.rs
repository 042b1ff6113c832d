//! Reading by key.

use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{Customer, Line, Order, Shop, ann, line, may, order, order_key};

crate::cases! {
    /// Reading a key that was never written is no error.
    async fn a_missing_key_is_none(t: &Test) {
        let db = t.table::<Shop>().await;
        assert_eq!(db.get(Customer::key("nobody")).await.unwrap(), None);
    }

    /// A key that cannot be made is an error that names entity, field and value, and nothing is sent.
    async fn a_key_with_a_delimiter_is_refused(t: &Test) {
        let db = t.without_table::<Shop>();
        let error = db.get(Customer::key("a#b")).await.unwrap_err();
        assert!(error.is_key(), "{error}");
        for named in ["`Customer`", "`id`", "\"a#b\"", "delimiter `#`", "{field:escaped}"] {
            assert!(error.to_string().contains(named), "{error}");
        }
        let error = db.get(Customer::key("")).await.unwrap_err();
        assert!(error.is_key() && error.to_string().contains("empty"), "{error}");
    }

    /// A read says what it cost: half a unit, or one if it is consistent.
    async fn a_read_states_its_cost(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&ann()).await.unwrap();
        for (outcome, units) in [
            (db.get(Customer::key("ann")).outcome().await.unwrap(), 0.5),
            (db.get(Customer::key("ann")).consistent().outcome().await.unwrap(), 1.0),
        ] {
            assert_eq!(outcome.value, Some(ann()));
            let capacity = outcome.capacity.unwrap();
            assert_eq!((capacity.table, capacity.units.total), (db.table_name::<Shop>(), units));
        }
    }

    /// Items that others wrote, without type tag and without the fields of the key, are read through their keys.
    async fn an_item_of_others_is_adopted(t: &Test) {
        let db = t.table::<Shop>().await;
        let item = Item::from([("PK", "CUSTOMER#ann"), ("SK", "PROFILE"), ("name", "Ann"), ("more", "left alone")]);
        let table = db.table_name::<Shop>();
        db.backend().put(call::Put { table, item, ..Default::default() }).await.unwrap();
        assert_eq!(db.get(Customer::key("ann")).await.unwrap(), Some(ann()));
    }

    /// An item that lacks an attribute is an error that names entity, key and attribute.
    async fn an_item_of_the_wrong_form_is_an_error(t: &Test) {
        let db = t.table::<Shop>().await;
        let table = db.table_name::<Shop>();
        let item = Item::from([("PK", "CUSTOMER#ann"), ("SK", "PROFILE")]);
        db.backend().put(call::Put { table: table.clone(), item: item.clone(), ..Default::default() }).await.unwrap();
        let error = db.get(Customer::key("ann")).await.unwrap_err();
        assert!(error.is_decode(), "{error}");
        for named in ["`Customer`", "PK = S \"CUSTOMER#ann\"", "SK = S \"PROFILE\"", "`name`", "found nothing"] {
            assert!(error.to_string().contains(named), "{error}");
        }

        let mut item = item;
        item.insert("name", Number::from(5));
        db.backend().put(call::Put { table, item, ..Default::default() }).await.unwrap();
        let error = db.get(Customer::key("ann")).await.unwrap_err();
        assert!(error.to_string().contains("`name`: expected text, found N 5"), "{error}");
    }

    /// An item that bears another entity's tag is not taken for one of this entity.
    async fn an_item_of_another_tag_is_an_error(t: &Test) {
        let db = t.table::<Shop>().await;
        let item = Item::from([("PK", "CUSTOMER#ann"), ("SK", "PROFILE"), ("name", "Ann"), ("_type", "Robot")]);
        let table = db.table_name::<Shop>();
        db.backend().put(call::Put { table, item, ..Default::default() }).await.unwrap();
        let error = db.get(Customer::key("ann")).await.unwrap_err();
        assert!(error.is_decode(), "{error}");
        assert!(error.to_string().contains("expected the type tag \"Customer\", found S \"Robot\""), "{error}");
    }

    /// A key reads back into its fields.
    async fn a_key_is_read_back(t: &Test) {
        let db = t.table::<Shop>().await;
        db.put(&line(3, 7, 2)).await.unwrap();
        let key = Line::key("ann", may(3), 7u32, 2u8);
        assert_eq!(Key::<Line>::parse(key.item().unwrap()).unwrap(), key);
        assert_eq!(key.field(Line::CUSTOMER).unwrap(), "ann");
        assert_eq!(key.field(Line::PLACED_ON).unwrap(), may(3));
        assert_eq!((key.field(Line::NUMBER).unwrap(), key.field(Line::LINE).unwrap()), (7, 2));
        assert!(Key::<Order>::parse(key.item().unwrap()).unwrap_err().is_key());
        assert!(db.get(key).await.unwrap().is_some());
        assert_eq!(db.get(order_key(3, 7)).await.unwrap(), None);
    }

    /// A table that is not there is an error of its own.
    async fn a_missing_table_is_an_error(t: &Test) {
        let db = t.without_table::<Shop>();
        let error = db.get(Customer::key("ann")).await.unwrap_err();
        assert!(error.is_table_not_found(), "{error}");
        let error = db.put(&order(1, 1)).await.unwrap_err();
        assert!(error.is_table_not_found(), "{error}");
    }
}
