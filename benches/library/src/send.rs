//! Whole calls through the AWS SDK to the engine in this process: by the SDK alone, with conversion by hand, and by
//! dynorm. Both send the same requests, and pay for the SDK, for JSON and for the engine; the rest is the library's.

use std::future::Future;
use std::hint::black_box;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use dynorm::Db;
use dynorm::aws::AwsBackend;
use dynorm_mem::MemBackend;
use tokio::runtime::Runtime;

use crate::order::{Order, order};
use crate::{Prepared, VALID, hand};

/// Orders of the customer whose first ones are queried.
const N_ORDERS: u32 = 40;
/// Items of a page.
const N_QUERIED: u32 = 20;
const TABLE: &str = "Orders";
/// What dynorm asks for without being told to.
const CAPACITY: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

/// An engine with orders, and one thread to run on.
fn world() -> (Runtime, Client, Db) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let backend = MemBackend::new();
    let client = dynorm_mem::sdk_client(&backend);
    let db = Db::new(AwsBackend::new(client.clone()));
    runtime.block_on(async {
        db.create_table::<Order>().await.expect("a table");
        for number in 0..N_ORDERS {
            db.put(&Order { number, ..order() }).await.expect(VALID);
        }
        // What is done once for all is done now.
        db.get(Order::key(order().customer, 1)).await.expect(VALID);
    });
    (runtime, client, db)
}

/// `n_calls` calls, one after the other.
fn calls<F: Future<Output = ()>>(n_calls: usize, call: impl Fn(Client, Db) -> F + 'static) -> Prepared {
    let (runtime, client, db) = world();
    Box::new(move || {
        runtime.block_on(async {
            for _ in 0..n_calls {
                call(client.clone(), db.clone()).await;
            }
        });
    })
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub fn get_by_sdk(n_calls: usize) -> Prepared {
    calls(n_calls, |client, _| async move {
        let get = client.get_item().table_name(TABLE).key("customer", s(&order().customer));
        let get = get.key("number", AttributeValue::N("7".to_owned()));
        let reply = get.return_consumed_capacity(CAPACITY).send().await.expect(VALID);
        black_box(hand::decode(reply.item.expect(VALID)).expect(VALID));
    })
}

pub fn get_by_dynorm(n_calls: usize) -> Prepared {
    calls(n_calls, |_, db| async move {
        black_box(db.get(Order::key(order().customer, 7)).await.expect(VALID).expect(VALID));
    })
}

pub fn put_by_sdk(n_calls: usize) -> Prepared {
    calls(n_calls, |client, _| async move {
        let item = hand::encode(&order());
        let put = client.put_item().table_name(TABLE).set_item(Some(item));
        put.return_consumed_capacity(CAPACITY).send().await.expect(VALID);
    })
}

pub fn put_by_dynorm(n_calls: usize) -> Prepared {
    calls(n_calls, |_, db| async move {
        db.put(&order()).await.expect(VALID);
    })
}

pub fn query_by_sdk(n_calls: usize) -> Prepared {
    calls(n_calls, |client, _| async move {
        let query = client.query().table_name(TABLE).key_condition_expression("customer = :customer");
        let query = query.expression_attribute_values(":customer", s(&order().customer));
        let query = query.limit(N_QUERIED.cast_signed()).return_consumed_capacity(CAPACITY);
        let reply = query.send().await.expect(VALID);
        let items = reply.items.expect(VALID).into_iter();
        let orders: Vec<Order> = items.map(|item| hand::decode(item).expect(VALID)).collect();
        assert_eq!(orders.len(), N_QUERIED as usize);
        black_box(orders);
    })
}

pub fn query_by_dynorm(n_calls: usize) -> Prepared {
    calls(n_calls, |_, db| async move {
        let query = db.query(Order::of_customer(order().customer)).take(N_QUERIED as usize);
        let page = query.page().await.expect(VALID);
        assert_eq!(page.items.len(), N_QUERIED as usize);
        black_box(page.items);
    })
}
