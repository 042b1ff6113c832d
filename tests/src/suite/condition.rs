//! Conditions and filters: sizes, kinds, raw fragments, limits.

use dynorm::Condition;
use dynorm::expr::RawOperand;
use dynorm::prelude::*;
use dynorm::value::Name;

use crate::scenario::{Order, Shop, order};

/// Three orders: 1 has a note of four characters and a list of two, 2 a list of one, 3 neither.
async fn orders(t: &crate::setup::Test) -> Db {
    let db = t.table::<Shop>().await;
    let one =
        Order { note: Some("noon".into()), history: vec!["a".into(), "b".into()], stock: 2, ..order(1, 1) };
    let two = Order { history: vec!["a".into()], stock: 1, reserved: 5, ..order(1, 2) };
    for order in [one, two, order(1, 3)] {
        db.put(&order).await.unwrap();
    }
    db
}

async fn passing(db: &Db, filter: Condition<Order>) -> Vec<u32> {
    let orders = db.query(Order::of_customer("ann")).filter(filter).all().await.unwrap();
    orders.into_iter().map(|order| order.number).collect()
}

crate::cases! {
    /// A size is compared with a number, with the attribute of one, and with another size.
    async fn sizes_are_compared(t: &Test) {
        let db = orders(t).await;
        assert_eq!(passing(&db, Order::HISTORY.size().eq(Order::STOCK)).await, [1, 2, 3]);
        assert_eq!(passing(&db, Order::HISTORY.size().lt(Order::RESERVED)).await, [2]);
        assert_eq!(passing(&db, Order::NOTE.size().gt(Order::HISTORY.size())).await, [1]);
        assert_eq!(passing(&db, Order::HISTORY.size().between(1, Order::NOTE.size())).await, [1]);
        assert_eq!(passing(&db, Order::HISTORY.size().between(1, 2)).await, [1, 2]);
    }

    /// What is stored has one of ten kinds.
    async fn kinds_are_asked_for(t: &Test) {
        let db = orders(t).await;
        assert_eq!(passing(&db, Order::HISTORY.has_type(ValueKind::L)).await, [1, 2, 3]);
        assert_eq!(passing(&db, Order::NOTE.has_type(ValueKind::S)).await, [1]);
        assert_eq!(passing(&db, Order::STOCK.has_type(ValueKind::Null)).await, []);
    }

    /// A raw fragment means in every place what it means alone.
    async fn raw_fragments_compose(t: &Test) {
        let db = orders(t).await;
        let raw = |text: &str| {
            Condition::<Order>::raw(text, [Order::STOCK.operand(), RawOperand::value(1), Order::NOTE.operand()])
        };
        let text = "{} = {} OR attribute_exists({})";
        assert_eq!(passing(&db, raw(text)).await, [1, 2]);
        assert_eq!(passing(&db, raw("(( {} = {} OR attribute_exists({}) ))")).await, [1, 2]);
        assert_eq!(passing(&db, raw("({} = {}) OR (attribute_exists({}))")).await, [1, 2]);
        assert_eq!(passing(&db, raw(text) & Order::STOCK.lt(2)).await, [2]);
        assert_eq!(passing(&db, Order::STOCK.lt(2) & raw(text)).await, [2]);
        assert_eq!(passing(&db, raw(text) | Order::STOCK.eq(0)).await, [1, 2, 3]);
        assert_eq!(passing(&db, !raw(text)).await, [3]);
        assert_eq!(passing(&db, !(!raw(text) & raw(text))).await, [1, 2, 3]);
        let nested = Condition::raw("{} between {} and size({})", [Order::STOCK.operand(), RawOperand::value(2), Order::HISTORY.operand()]);
        assert_eq!(passing(&db, nested).await, [1]);
        let path = Condition::raw("{} = {}", [Order::HISTORY.index(0).operand(), RawOperand::value("a".to_owned())]);
        assert_eq!(passing(&db, path).await, [1, 2]);
    }

    /// A raw text that is no condition is refused before it is sent, with the part that is wrong.
    async fn raw_texts_are_checked(t: &Test) {
        let db = t.without_table::<Shop>();
        for (text, reason) in [
            ("stock = {}", "`stock` is neither an operator nor a function"),
            ("#0 = {}", "`#` is neither"),
            ("{} = :v", "`:` is neither"),
            ("{} = 5", "`5` is neither"),
            ("size {}", "`size` is neither"),
            ("{} = {}", "it has 2 `{}` and is given 1 operands"),
            ("", "it has 0 `{}`"),
            ("attribute_exists({}", "a `(` is not closed"),
            ("attribute_exists({})) OR ((", "a `)` closes nothing"),
            ("{}; DROP", "`;` is neither"),
        ] {
            let condition = Condition::raw(text, [Order::STOCK.operand()]);
            let error = db.query(Order::of_customer("ann")).filter(condition).all().await.unwrap_err();
            let chain = format!("{error}: {}", std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default());
            assert!(chain.contains(reason), "{text:?}: {chain}");
        }
    }

    /// Expressions that are too long or have too many operators are refused before they are sent; those at the limit
    /// are not.
    async fn limits_of_expressions_are_checked(t: &Test) {
        let db = orders(t).await;
        // Comparisons, and one `AND` fewer.
        let of = |n: i64| (1..n).fold(Order::STOCK.lt(9), |all, n| all & Order::STOCK.ne(n + 9));
        let delete = |condition| db.delete(crate::scenario::order_key(1, 1)).when(condition);
        let too_many = delete(of(151)).await.unwrap_err();
        assert!(too_many.to_string().contains("301 operators"), "{too_many}");
        delete(of(150)).await.unwrap();
        let long = (0..60).fold(Order::STOCK.is_in(0..9), |all, n| all | Order::STOCK.is_in(n * 100..n * 100 + 99));
        let error = db.update(crate::scenario::order_key(1, 1)).add(Order::STOCK, 1).when(long).await.unwrap_err();
        assert!(error.to_string().contains("DynamoDB takes 4096"), "{error}");
    }

    /// Equal names and values share a placeholder, in all expressions of a request.
    async fn placeholders_are_shared(t: &Test) {
        let db = t.without_table::<Shop>();
        let update = db.update(crate::scenario::order_key(1, 1)).set(Order::STOCK, 7).set(Order::RESERVED, 7);
        let request = update.when(Order::STOCK.ne(7) & Order::RESERVED.lt(Order::STOCK)).to_request().unwrap();
        assert_eq!(request.values.len(), 1);
        let names: Vec<&str> = request.names.values().map(Name::as_str).collect();
        assert_eq!(names, ["stock", "reserved", "PK"]);
    }
}
