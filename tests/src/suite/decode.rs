//! Items that do not have the form of their entity: what the error says, and what becomes of the other items.

use dynorm::backend::call;
use dynorm::prelude::*;

use crate::scenario::{Order, Shop, order, order_key};

/// A table with the order 1 of May 1 as it should be, but for one attribute.
async fn broken(t: &crate::setup::Test, attribute: &'static str, value: Value) -> Db {
    let db = t.table::<Shop>().await;
    spoil(&db, 1, attribute, value).await;
    db
}

/// Writes an order of May 1 that is as it should be, but for one attribute.
async fn spoil(db: &Db, number: u32, attribute: &'static str, value: Value) {
    let mut item = db.put(&order(1, number)).to_request().unwrap().item;
    item.insert(attribute, value);
    let put = call::Put { table: db.table_name::<Shop>(), item, ..Default::default() };
    db.backend().put(put).await.unwrap();
}

crate::cases! {
    /// An error names the entity, the key of the item, the path of the value, what was expected and what was found,
    /// however deep the value is.
    async fn an_error_says_where_and_what(t: &Test) {
        let text = |text: &str| Value::from(text);
        let address = Value::M([("street", text("s")), ("city", Value::N(5.into()))].into());
        let counts = Value::M([("a", Value::N(1.into())), ("b", text("two"))].into());
        for (attribute, value, said) in [
            ("amount", text("much"), "`amount`: expected a decimal of up to 28 digits, found S \"much\""),
            ("status", text("Lost"), "`status`: expected one of `Open`, `Paid`, `Sent Back`, found S \"Lost\""),
            ("status", Value::Bool(true), "`status`: expected one of `Open`, `Paid`, `Sent Back`, found BOOL true"),
            ("ship_to", address, "`ship_to.city`: expected text, found N 5"),
            ("ship_to", Value::M([("street", text("s"))].into()), "`ship_to.city`: expected a value, found nothing"),
            ("history", Value::L(vec![text("a"), Value::Null]), "`history[1]`: expected text, found NULL"),
            ("history", text("a"), "`history`: expected a list, found S \"a\""),
            ("tags", Value::L(vec![text("a")]), "`tags`: expected"),
            ("n", counts, "`n.b`: expected an integer"),
            ("priority", Value::N(256.into()), "`priority`: expected an integer from 0 to 255, found N 256"),
        ] {
            let db = broken(t, attribute, value).await;
            let error = db.get(order_key(1, 1)).await.unwrap_err();
            assert!(error.is_decode(), "{error}");
            let text = error.to_string();
            for named in ["`Order`", "PK = S \"CUSTOMER#ann\"", "SK = S \"ORDER#2026-05-01#0000000001\"", said] {
                assert!(text.contains(named), "{named} is not in: {text}");
            }
        }
    }

    /// One bad item costs a stream nothing but itself.
    async fn a_stream_goes_on_after_a_bad_item(t: &Test) {
        let db = broken(t, "amount", Value::from("much")).await;
        for number in [0, 2, 4] {
            db.put(&order(1, number)).await.unwrap();
        }
        spoil(&db, 3, "status", Value::from("Lost")).await;
        let (mut items, mut found) = (db.query(Order::of_customer("ann")).evaluate(2).items(), Vec::new());
        while let Some(order) = items.next().await {
            found.push(order.map(|order| order.number).map_err(|error| error.code()));
        }
        assert_eq!(found, [Ok(0), Err("DYN0202"), Ok(2), Err("DYN0202"), Ok(4)]);
    }

    /// What must be whole fails with the first bad item, and says which; a page of results has the others too.
    async fn a_page_of_results_has_errors_in_their_places(t: &Test) {
        let db = broken(t, "amount", Value::from("much")).await;
        db.put(&order(1, 0)).await.unwrap();
        db.put(&order(1, 2)).await.unwrap();
        let query = || db.query(Order::of_customer("ann"));
        for error in [query().all().await.unwrap_err(), query().take(9).page().await.unwrap_err()] {
            assert!(error.is_decode() && error.to_string().contains("ORDER#2026-05-01#0000000001"), "{error}");
        }
        let page = query().take(2).page_of_results().await.unwrap();
        assert_eq!(page.items[0].as_ref().unwrap().number, 0);
        assert!(page.items[1].as_ref().unwrap_err().is_decode());
        let rest = query().cursor(page.next).page_of_results().await.unwrap();
        assert_eq!(rest.items.len(), 1);
    }
}
