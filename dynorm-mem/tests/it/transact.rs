//! `TransactGetItems` and `TransactWriteItems`.

use std::time::Duration;

use dynorm::backend::call::{
    Check, Delete, Put, ReturnCapacity, TransactGet, TransactGetAction, TransactWrite, TransactWriteAction,
    Update,
};
use dynorm::backend::{Failure, FailureKind, reply};
use dynorm::value::Item;
use dynorm_mem::Engine;

use crate::kit::*;

fn put(item: Item) -> TransactWriteAction {
    TransactWriteAction::Put(Put { table: "users".into(), item, ..Default::default() })
}

fn put_new(item: Item) -> TransactWriteAction {
    TransactWriteAction::Put(Put {
        table: "users".into(),
        item,
        condition: Some("attribute_not_exists(id)".into()),
        return_old_on_failure: true,
        ..Default::default()
    })
}

fn add(id: &str, n: i32) -> TransactWriteAction {
    TransactWriteAction::Update(Update {
        table: "users".into(),
        key: item! { id: id },
        update: Some("ADD n :n".into()),
        values: values! { n: n },
        ..Default::default()
    })
}

fn delete(id: &str) -> TransactWriteAction {
    TransactWriteAction::Delete(Delete { table: "users".into(), key: item! { id: id }, ..Default::default() })
}

fn check(id: &str, condition: &str) -> TransactWriteAction {
    TransactWriteAction::Check(Check {
        table: "users".into(),
        key: item! { id: id },
        condition: Some(condition.into()),
        ..Default::default()
    })
}

fn write(engine: &mut Engine, actions: Vec<TransactWriteAction>) -> Result<reply::TransactWrite, Failure> {
    engine.transact_write(TransactWrite { actions, ..Default::default() }, NOW)
}

/// The codes of the reasons, and the messages of those that have one.
#[track_caller]
fn reasons(result: Result<reply::TransactWrite, Failure>) -> Vec<(String, Option<String>)> {
    let failure = result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TransactionCancelled, "{failure}");
    let codes: Vec<&str> = failure.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(
        failure.message,
        format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        )
    );
    failure.reasons.into_iter().map(|reason| (reason.code, reason.message)).collect()
}

fn none() -> (String, Option<String>) {
    ("None".to_owned(), None)
}

fn broken(message: &str) -> (String, Option<String>) {
    ("ValidationError".to_owned(), Some(message.to_owned()))
}

#[test]
fn all_actions_are_carried_out() {
    let mut engine = users();
    engine.store(item! { id: "gone" });
    engine.store(item! { id: "n", n: 1 });
    let actions = vec![
        put(item! { id: "new" }),
        add("n", 2),
        delete("gone"),
        check("other", "attribute_not_exists(id)"),
    ];
    write(&mut engine, actions).unwrap();
    let mut items: Vec<Item> = engine.items("users").collect();
    items.sort_by_key(|item| format!("{item:?}"));
    assert_eq!(items, [item! { id: "n", n: 3 }, item! { id: "new" }]);
}

#[test]
fn every_failed_condition_is_a_reason_and_nothing_is_done() {
    let mut engine = users();
    engine.store(item! { id: "b", n: 1 });
    let actions = vec![
        put(item! { id: "a" }),
        put_new(item! { id: "b" }),
        add("c", 1),
        check("d", "attribute_exists(id)"),
    ];
    let failure = write(&mut engine, actions.clone()).unwrap_err();
    assert_eq!(failure.reasons[1].item, Some(item! { id: "b", n: 1 }));
    assert_eq!(failure.reasons[3].item, None);
    let failed = ("ConditionalCheckFailed".to_owned(), Some("The conditional request failed".to_owned()));
    assert_eq!(reasons(write(&mut engine, actions)), [none(), failed.clone(), none(), failed]);
    assert_eq!(engine.items("users").collect::<Vec<_>>(), [item! { id: "b", n: 1 }]);
}

#[test]
fn a_broken_rule_is_the_reason_of_its_action() {
    let mut engine = users();
    engine.store(item! { id: "s", n: "text" });
    assert_eq!(
        reasons(write(&mut engine, vec![put(item! { id: "a" }), add("s", 1)])),
        [none(), broken("An operand in the update expression has an incorrect data type")]
    );
    assert_eq!(
        reasons(write(&mut engine, vec![put(item! { id: 1 }), add("x", 1)])),
        [
            broken(
                "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N"
            ),
            none()
        ]
    );
    let no_key = TransactWriteAction::Delete(Delete { table: "users".into(), ..Default::default() });
    assert_eq!(
        reasons(write(&mut engine, vec![no_key])),
        [broken("The provided key element does not match the schema")]
    );
}

#[test]
fn other_broken_rules_refuse_the_request() {
    let mut engine = users();
    assert!(refusal(write(&mut engine, vec![put(item! { id: "" })])).contains("empty string value. Key: id"));
    assert_eq!(
        refusal(write(&mut engine, vec![put(item! { id: "a", v: "x".repeat(409_600) })])),
        "Item size has exceeded the maximum allowed size"
    );
    assert!(refusal(write(&mut engine, vec![check("a", "id =")])).contains("Syntax error"));
    let unconditional = TransactWriteAction::Check(Check {
        table: "users".into(),
        key: item! { id: "a" },
        ..Default::default()
    });
    assert!(refusal(write(&mut engine, vec![unconditional])).contains("ConditionExpression"));
    let elsewhere = TransactWriteAction::Put(Put {
        table: "nobody".into(),
        item: item! { id: "a" },
        ..Default::default()
    });
    let failure = write(&mut engine, vec![put(item! { id: "a" }), elsewhere]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(engine.items("users").count(), 0);
}

#[test]
fn an_item_is_named_once() {
    let expected = "Transaction request cannot include multiple operations on one item";
    assert_eq!(refusal(write(&mut users(), vec![put(item! { id: "a" }), check("a", "n = n2")])), expected);
    let get = || TransactGetAction { table: "users".into(), key: item! { id: "a" }, ..Default::default() };
    let call = TransactGet { actions: vec![get(), get()], ..Default::default() };
    assert_eq!(refusal(users().transact_get(&call)), expected);
}

#[test]
fn a_transaction_has_1_to_100_actions() {
    let puts = |n: i32| (0..n).map(|n| put(item! { id: format!("{n}") })).collect();
    write(&mut users(), puts(100)).unwrap();
    assert!(
        refusal(write(&mut users(), puts(101)))
            .ends_with("Member must have length less than or equal to 100")
    );
    assert!(
        refusal(write(&mut users(), puts(0))).ends_with("Member must have length greater than or equal to 1")
    );
}

#[test]
fn a_transaction_writes_up_to_4_mb_and_deletes_any_amount() {
    let mut engine = users();
    let large = |n: i32| put(item! { id: format!("{n:02}"), v: "x".repeat(400_000) });
    let too_large = (0..11).map(large).collect();
    assert_eq!(refusal(write(&mut engine, too_large)), "Transaction request cannot exceed 4 MB");
    write(&mut engine, (0..10).map(large).collect()).unwrap();
    write(&mut engine, (10..20).map(large).collect()).unwrap();
    write(&mut engine, (0..20).map(|n| delete(&format!("{n:02}"))).collect()).unwrap();
    assert_eq!(engine.items("users").count(), 0);
}

/// What counts is what is stored, whatever is asked for. Source: the API reference of `TransactGetItems`, which has the
/// whole request rejected.
#[test]
fn a_transaction_reads_up_to_4_mb() {
    let mut engine = users();
    let large = |n: i32| put(item! { id: format!("{n:02}"), v: "x".repeat(400_000) });
    write(&mut engine, (0..10).map(large).collect()).unwrap();
    write(&mut engine, vec![large(10)]).unwrap();
    let read = |n: i32| TransactGetAction {
        table: "users".into(),
        key: item! { id: format!("{n:02}") },
        projection: Some("id".into()),
        ..Default::default()
    };
    let get = |n: i32| TransactGet { actions: (0..n).map(read).collect(), ..Default::default() };
    let reply = engine.transact_get(&get(10)).unwrap();
    assert_eq!(reply.items.last(), Some(&Some(item! { id: "09" })));
    assert_eq!(refusal(engine.transact_get(&get(11))), "Transaction request cannot exceed 4 MB");
}

#[test]
fn a_token_makes_a_transaction_happen_once() {
    let mut engine = users();
    let call = |n: i32| TransactWrite {
        actions: vec![add("a", n)],
        token: Some("token".into()),
        capacity: ReturnCapacity::Total,
        ..Default::default()
    };
    let n = |engine: &Engine| engine.load(item! { id: "a" }).unwrap().get("n").cloned();
    let first = engine.transact_write(call(1), NOW).unwrap();
    assert_eq!(first.capacity[0].units.write, Some(2.0));
    let again = engine.transact_write(call(1), NOW + Duration::from_secs(599)).unwrap();
    assert_eq!(again.capacity[0].units.read, Some(2.0));
    assert_eq!(n(&engine), Some(value(1)));
    let other = engine.transact_write(call(2), NOW + Duration::from_secs(599)).unwrap_err();
    assert_eq!(other.kind, FailureKind::TokenMismatch);
    engine.transact_write(call(2), NOW + Duration::from_mins(10)).unwrap();
    assert_eq!(n(&engine), Some(value(3)));
}

/// Source: [idempotency](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-apis-txwriteitems-idempotency).
#[test]
fn each_of_many_tokens_is_remembered_for_ten_minutes() {
    let mut engine = users();
    let mut add_all = |after: Duration| {
        for token in 0..3000 {
            let token = Some(format!("token{token}"));
            let call = TransactWrite { actions: vec![add("a", 1)], token, ..Default::default() };
            engine.transact_write(call, NOW + after).unwrap();
        }
        engine.load(item! { id: "a" }).unwrap().get("n").cloned()
    };
    assert_eq!(add_all(Duration::ZERO), Some(value(3000)));
    assert_eq!(add_all(Duration::from_secs(599)), Some(value(3000)));
    assert_eq!(add_all(Duration::from_mins(10)), Some(value(6000)));
    assert_eq!(add_all(Duration::from_secs(1199)), Some(value(6000)));
}

#[test]
fn a_cancelled_transaction_does_not_use_its_token() {
    let mut engine = users();
    let call = || TransactWrite {
        actions: vec![check("a", "attribute_exists(id)")],
        token: Some("token".into()),
        ..Default::default()
    };
    assert_eq!(engine.transact_write(call(), NOW).unwrap_err().kind, FailureKind::TransactionCancelled);
    engine.store(item! { id: "a" });
    engine.transact_write(call(), NOW).unwrap();
}

#[test]
fn tokens_have_1_to_36_characters() {
    let with = |token: &str| {
        let call =
            TransactWrite { actions: vec![add("a", 1)], token: Some(token.to_owned()), ..Default::default() };
        users().transact_write(call, NOW)
    };
    with(&"é".repeat(36)).unwrap();
    assert!(refusal(with(&"x".repeat(37))).contains("'ClientRequestToken'"));
    assert!(refusal(with("")).contains("'ClientRequestToken'"));
}

#[test]
fn reads_come_in_the_order_of_the_actions() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1, m: 2 });
    engine.store(item! { id: "b" });
    let get = |id: &str, projection: Option<&str>| TransactGetAction {
        table: "users".into(),
        key: item! { id: id },
        projection: projection.map(str::to_owned),
        ..Default::default()
    };
    let call = TransactGet {
        actions: vec![get("b", None), get("x", None), get("a", Some("n"))],
        ..Default::default()
    };
    let items = engine.transact_get(&call).unwrap().items;
    assert_eq!(items, [Some(item! { id: "b" }), None, Some(item! { n: 1 })]);
    let call = TransactGet {
        actions: vec![get("b", None), TransactGetAction { key: item! {}, ..get("a", None) }],
        ..Default::default()
    };
    let failure = engine.transact_get(&call).unwrap_err();
    assert_eq!(failure.kind, FailureKind::TransactionCancelled);
    assert_eq!(failure.reasons[1].code, "ValidationError");
}

/// Source: the parity suite's tests of nesting against the service.
#[test]
fn values_of_checks_may_be_deep() {
    let mut engine = users();
    let check = |condition: &str| {
        TransactWriteAction::Check(Check {
            table: "users".into(),
            key: item! { id: "1" },
            condition: Some(condition.into()),
            values: values! { v: nested(40) },
            ..Default::default()
        })
    };
    write(&mut engine, vec![check("attribute_not_exists(id) OR a = :v")]).unwrap();
    assert_eq!(
        reasons(write(&mut engine, vec![check("a = :v")])),
        [("ConditionalCheckFailed".to_owned(), Some("The conditional request failed".to_owned()))]
    );
    let put = Put {
        table: "users".into(),
        item: item! { id: "1" },
        condition: Some("a = :v".into()),
        values: values! { v: nested(40) },
        ..Default::default()
    };
    refusal(write(&mut engine, vec![TransactWriteAction::Put(put)]));
}
