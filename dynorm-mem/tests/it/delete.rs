//! `DeleteItem`.

use dynorm::backend::FailureKind;
use dynorm::backend::call::{Delete, ReturnValues};

use crate::kit::*;

fn delete(id: &str) -> Delete {
    Delete { table: "users".into(), key: item! { id: id }, ..Default::default() }
}

#[test]
fn an_item_is_gone_after_its_deletion() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1 });
    let reply = engine.delete(&Delete { returned: ReturnValues::AllOld, ..delete("a") }).unwrap();
    assert_eq!(reply.attributes, Some(item! { id: "a", n: 1 }));
    assert_eq!(engine.load(item! { id: "a" }), None);
}

#[test]
fn deleting_nothing_is_no_error() {
    let reply = users().delete(&Delete { returned: ReturnValues::AllOld, ..delete("a") }).unwrap();
    assert_eq!(reply.attributes, None);
}

#[test]
fn a_failed_condition_keeps_the_item() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1 });
    let call = Delete {
        condition: Some("n = :n".into()),
        values: values! { n: 2 },
        return_old_on_failure: true,
        ..delete("a")
    };
    let failure = engine.delete(&call).unwrap_err();
    assert_eq!((failure.kind, failure.item), (FailureKind::ConditionFailed, Some(item! { id: "a", n: 1 })));
    assert!(engine.load(item! { id: "a" }).is_some());
}

#[test]
fn the_key_must_be_the_tables() {
    let call = Delete { key: item! { id: "a", n: 1 }, ..delete("a") };
    assert_eq!(refusal(users().delete(&call)), "The provided key element does not match the schema");
}

#[test]
fn values_need_an_expression() {
    let call = Delete { values: values! { n: 2 }, ..delete("a") };
    assert_eq!(
        refusal(users().delete(&call)),
        "1 validation error detected: ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"
    );
}
