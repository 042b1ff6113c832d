//! `PutItem`.

use dynorm::backend::call::{Put, ReturnValues};
use dynorm::backend::{Failure, FailureKind, reply};
use dynorm::value::{Item, Name, Value};
use dynorm_mem::{Cohort, Engine};

use crate::kit::*;

fn put(engine: &mut Engine, item: Item) -> Result<reply::Put, Failure> {
    engine.put(Put { table: engine.table(), item, ..Default::default() })
}

#[track_caller]
fn check_refused(item: Item, expected: &str) {
    let mut engine = docs();
    assert_eq!(refusal(put(&mut engine, item)), expected);
    assert_eq!(engine.items("docs").count(), 0);
}

#[test]
fn an_item_replaces_the_one_with_its_key() {
    let mut engine = docs();
    engine.store(item! { pk: "a", sk: 1, old: true });
    engine.store(item! { pk: "a", sk: number("1.0"), new: true });
    assert_eq!(engine.load(item! { pk: "a", sk: 1 }), Some(item! { pk: "a", sk: 1, new: true }));
    assert_eq!(engine.items("docs").count(), 1);
}

/// Of 1,100 names, which is more than a table numbers.
#[test]
fn a_sensitive_name_stays_so_whoever_wrote_it_first() {
    let mut engine = users();
    let many = (0..1100).map(|n| (Name::from(format!("n{n}")), Value::from(true)));
    engine.store(
        [(Name::from("id"), Value::from("a")), ("pin".into(), Value::from("12"))].into_iter().collect(),
    );
    engine.store([(Name::from("id"), Value::from("many"))].into_iter().chain(many).collect());
    for (name, id) in [("pin", "b"), ("late", "c")] {
        let name = Name::sensitive(name);
        engine.store([(Name::from("id"), Value::from(id)), (name, Value::from("34"))].into_iter().collect());
        let read = format!("{:?}", engine.load(item! { id: id }).unwrap());
        assert!(read.contains("<sensitive>") && !read.contains("34"), "{read}");
    }
    let earlier = format!("{:?}", engine.load(item! { id: "a" }).unwrap());
    assert!(!earlier.contains("12"), "{earlier}");
}

#[test]
fn the_old_item_is_returned_when_asked_for() {
    let mut engine = users();
    let call =
        |item| Put { table: "users".into(), item, returned: ReturnValues::AllOld, ..Default::default() };
    assert_eq!(engine.put(call(item! { id: "a", n: 1 })).unwrap().attributes, None);
    let reply = engine.put(call(item! { id: "a", n: 2 })).unwrap();
    assert_eq!(reply.attributes, Some(item! { id: "a", n: 1 }));
}

#[test]
fn only_the_old_item_can_be_returned() {
    let call = Put {
        table: "users".into(),
        item: item! { id: "a" },
        returned: ReturnValues::UpdatedNew,
        ..Default::default()
    };
    let expected = "1 validation error detected: ReturnValues can only be ALL_OLD or NONE";
    assert_eq!(refusal(users().put(call)), expected);
}

#[test]
fn a_failed_condition_changes_nothing_and_shows_the_item_when_asked() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1 });
    for return_old_on_failure in [false, true] {
        let call = Put {
            table: "users".into(),
            item: item! { id: "a", n: 2 },
            condition: Some("attribute_not_exists(id)".into()),
            return_old_on_failure,
            ..Default::default()
        };
        let failure = engine.put(call).unwrap_err();
        assert_eq!(failure.kind, FailureKind::ConditionFailed);
        assert_eq!(failure.message, "The conditional request failed");
        assert_eq!(failure.item, return_old_on_failure.then(|| item! { id: "a", n: 1 }));
    }
    assert_eq!(engine.load(item! { id: "a" }), Some(item! { id: "a", n: 1 }));
}

#[test]
fn a_failed_condition_on_no_item_shows_none() {
    let call = Put {
        table: "users".into(),
        item: item! { id: "a" },
        condition: Some("attribute_exists(id)".into()),
        return_old_on_failure: true,
        ..Default::default()
    };
    assert_eq!(users().put(call).unwrap_err().item, None);
}

#[test]
fn key_attributes_must_be_there_in_their_kinds() {
    check_refused(
        item! { pk: "a" },
        "One or more parameter values were invalid: Missing the key sk in the item",
    );
    check_refused(
        item! { pk: 1, sk: 1 },
        "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N",
    );
    check_refused(
        item! { pk: "", sk: 1 },
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
    );
}

#[test]
fn an_empty_binary_key_is_named_so() {
    let mut engine = with_table(definition("t-b", "id:B", vec![]));
    let expected = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary value. Key: id";
    assert_eq!(refusal(put(&mut engine, item! { id: bytes(&[]) })), expected);
}

#[test]
fn keys_have_a_greatest_length() {
    let mut engine = with_table(definition("t-k", "pk:S | sk:S", vec![]));
    put(&mut engine, item! { pk: "p".repeat(2048), sk: "s".repeat(1024) }).unwrap();
    let expected = "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes";
    assert_eq!(refusal(put(&mut engine, item! { pk: "p".repeat(2049), sk: "s" })), expected);
    let expected = "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes";
    assert_eq!(refusal(put(&mut engine, item! { pk: "p", sk: "s".repeat(1025) })), expected);
}

#[test]
fn sets_have_members_and_each_once() {
    let with = |v: Value| item! { pk: "a", sk: 1, v: v };
    let prefix = "1 validation error detected: One or more parameter values were invalid: ";
    check_refused(with(Value::Ss(vec![])), &format!("{prefix}An string set  may not be empty"));
    check_refused(with(Value::Ns(vec![])), &format!("{prefix}An number set  may not be empty"));
    check_refused(with(Value::Bs(vec![])), &format!("{prefix}Binary sets should not be empty"));
    check_refused(
        with(ss(["a", "b", "a"])),
        &format!("{prefix}Input collection [a, b, a] contains duplicates."),
    );
    check_refused(with(ns([1, 1])), "1 validation error detected: Input collection contains duplicates");
    check_refused(
        with(Value::Bs(vec![vec![1, 2], vec![1, 2]])),
        &format!("{prefix}Input collection [AQI=, AQI=]of type BS contains duplicates."),
    );
}

#[test]
fn members_of_sets_and_lists_may_be_empty_texts() {
    let mut engine = docs();
    let stored = item! { pk: "a", sk: 1, s: ss([""]), l: list![""], e: "" };
    engine.store(stored.clone());
    assert_eq!(engine.load(item! { pk: "a", sk: 1 }), Some(stored));
}

#[test]
fn sets_come_back_in_order() {
    let mut engine = docs();
    engine.store(item! { pk: "a", sk: 1, n: ns([10, 9, -1]), m: item! { s: ss(["b", "a"]) } });
    let found = engine.load(item! { pk: "a", sk: 1 }).unwrap();
    assert_eq!(
        format!("{found:?}"),
        format!("{:?}", item! { pk: "a", sk: 1, n: ns([-1, 9, 10]), m: item! { s: ss(["a", "b"]) } })
    );
}

#[test]
fn the_largest_item_has_400_kb() {
    let mut engine = docs();
    // pk and its value 3 bytes, sk and its value 4, and the name 1.
    let fits = item! { pk: "a", sk: 1, v: "x".repeat(409_600 - 8) };
    assert_eq!(fits.size_bytes(), 409_600);
    put(&mut engine, fits).unwrap();
    let call = put(&mut engine, item! { pk: "a", sk: 1, v: "x".repeat(409_600 - 7) });
    assert_eq!(refusal(call), "Item size has exceeded the maximum allowed size");
}

#[test]
fn values_have_32_levels() {
    let mut engine = docs();
    put(&mut engine, item! { pk: "a", sk: 1, v: nested(32) }).unwrap();
    let call = put(&mut engine, item! { pk: "a", sk: 1, v: nested(33) });
    let expected = "1 validation error detected: Nesting Levels have exceeded supported limits";
    assert_eq!(refusal(call), expected);
}

#[test]
fn names_have_a_length() {
    let mut engine = users();
    let with = |name: String| Item::from([(name, value(1)), ("id".to_owned(), value("a"))]);
    put(&mut engine, with("n".repeat(65_535))).unwrap();
    assert_eq!(
        refusal(put(&mut engine, with("n".repeat(65_536)))),
        "One or more parameter values were invalid: Attribute name is too large, must be less than 65536 bytes"
    );
    assert_eq!(
        refusal(put(&mut engine, with(String::new()))),
        "One or more parameter values were invalid: An attribute name may not be empty"
    );
}

#[test]
fn a_table_that_is_not_there_is_not_found() {
    let mut engine = users();
    let call = Put { table: "nobody".into(), item: item! { id: "a" }, ..Default::default() };
    let failure = engine.put(call).unwrap_err();
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (FailureKind::NotFound, "Requested resource not found")
    );
}

#[test]
fn the_table_may_be_named_by_its_arn() {
    let mut engine = users();
    let table = engine.describe_table("users").unwrap().arn;
    engine.put(Put { table, item: item! { id: "a" }, ..Default::default() }).unwrap();
    assert_eq!(engine.items("users").count(), 1);
}

#[test]
fn the_request_is_checked_before_the_table() {
    let mut engine = Engine::new();
    let call = Put {
        table: "nobody".into(),
        item: item! { id: "a" },
        condition: Some("size = :x".into()),
        ..Default::default()
    };
    assert!(refusal(engine.put(call)).contains("reserved keyword: size"));
}

#[test]
fn each_cohort_has_its_words() {
    let call = Put { item: item! { id: "a" }, ..Default::default() };
    let mut new = users();
    let mut old = users().with_cohort(Cohort::Old);
    assert_eq!(
        refusal(new.put(call.clone())),
        "1 validation error detected: Value at 'TableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    assert_eq!(
        refusal(old.put(call)),
        "1 validation error detected: Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    let set = |engine: &mut Engine| refusal(put(engine, item! { id: "a", s: Value::Ss(vec![]) }));
    assert_eq!(set(&mut old), "One or more parameter values were invalid: An string set  may not be empty");
    assert_eq!(set(&mut new), format!("1 validation error detected: {}", set(&mut old)));
}
