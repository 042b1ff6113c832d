//! The parameters that came before expressions.

use std::collections::BTreeMap;

use dynorm::backend::call::{self, ReturnValues, Select};
use dynorm::backend::{Failure, FailureKind, reply};
use dynorm::value::{Item, Value};
use dynorm_mem::Engine;
use dynorm_mem::legacy::{
    self, AttributeUpdate, Comparison, Condition, Conditions, Expected, Joint, UpdateAction,
};

use crate::kit::*;

fn condition<const LEN: usize>(comparison: Comparison, values: [Value; LEN]) -> Condition {
    Condition { comparison, values: values.to_vec() }
}

fn conditions<const LEN: usize>(all: [(&str, Condition); LEN]) -> Conditions {
    all.map(|(name, condition)| (name.to_owned(), condition)).into()
}

fn one<const LEN: usize>(name: &str, comparison: Comparison, values: [Value; LEN]) -> Conditions {
    conditions([(name, condition(comparison, values))])
}

fn scan(engine: &Engine, legacy: &legacy::Scan) -> Result<reply::Scan, Failure> {
    engine.scan_legacy(&call::Scan { table: engine.table(), ..Default::default() }, legacy)
}

fn filtered(item: Item, filter: Conditions) -> Result<bool, Failure> {
    let mut engine = users();
    let mut item = item;
    item.insert("id", "a");
    engine.store(item);
    scan(&engine, &legacy::Scan { filter: Some(filter), ..Default::default() }).map(|reply| reply.count == 1)
}

#[track_caller]
fn passes<const LEN: usize>(item: Item, comparison: Comparison, values: [Value; LEN]) -> bool {
    filtered(item, one("a", comparison, values)).unwrap()
}

#[test]
fn every_operator_compares_as_its_expression_does() {
    use Comparison as C;
    let five = || item! { a: 5 };
    assert!(passes(five(), C::Equal, [number("5.0")]) && !passes(five(), C::Equal, [value("5")]));
    assert!(passes(five(), C::NotEqual, [value("5")]) && !passes(five(), C::NotEqual, [value(5)]));
    assert!(passes(five(), C::LessOrEqual, [value(5)]) && !passes(five(), C::LessOrEqual, [value(4)]));
    assert!(passes(five(), C::Less, [value(6)]) && !passes(five(), C::Less, [value(5)]));
    assert!(passes(five(), C::GreaterOrEqual, [value(5)]) && !passes(five(), C::GreaterOrEqual, [value(6)]));
    assert!(passes(five(), C::Greater, [value(4)]) && !passes(five(), C::Greater, [value("4")]));
    assert!(passes(five(), C::NotNull, []) && !passes(item! {}, C::NotNull, []));
    assert!(passes(item! {}, C::Null, []) && !passes(item! { a: Value::Null }, C::Null, []));
    assert!(passes(five(), C::In, [value(4), value(5)]) && !passes(five(), C::In, [value(4)]));
    assert!(
        passes(five(), C::Between, [value(5), value(6)]) && !passes(five(), C::Between, [value(6), value(7)])
    );
    let text = || item! { a: "hello" };
    assert!(passes(text(), C::BeginsWith, [value("he")]) && !passes(text(), C::BeginsWith, [value("lo")]));
    assert!(passes(text(), C::Contains, [value("ell")]) && !passes(text(), C::Contains, [value("x")]));
    assert!(passes(item! { a: ss(["x"]) }, C::Contains, [value("x")]));
    assert!(passes(text(), C::NotContains, [value("x")]) && !passes(text(), C::NotContains, [value("h")]));
}

#[test]
fn a_missing_attribute_is_unequal_and_fails_the_rest() {
    use Comparison as C;
    assert!(passes(item! {}, C::NotEqual, [value(1)]));
    for comparison in [C::Equal, C::Less, C::Greater, C::In, C::Contains, C::NotContains] {
        assert!(!passes(item! {}, comparison, [value(1)]), "{comparison:?}");
    }
}

#[test]
fn names_of_attributes_are_not_paths() {
    assert!(filtered(item! { a: item! { b: 1 } }, one("a.b", Comparison::Null, [])).unwrap());
}

#[test]
fn operators_take_their_number_of_values() {
    for comparison in Comparison::ALL {
        let wrong = match comparison {
            Comparison::Null | Comparison::NotNull | Comparison::Between => vec![value("x")],
            _ => vec![],
        };
        let condition = Condition { comparison, values: wrong };
        assert_eq!(
            refusal(filtered(item! {}, conditions([("a", condition)]))),
            format!(
                "One or more parameter values were invalid: Invalid number of argument(s) for the {} ComparisonOperator",
                comparison.name()
            )
        );
        assert_eq!(Comparison::of_name(comparison.name()), Some(comparison));
    }
    assert_eq!(Comparison::of_name("LIKE"), None);
}

#[test]
fn operators_take_values_of_their_kinds() {
    let check = |comparison, wrong: Value, expected: &str| {
        assert_eq!(
            refusal(filtered(item! {}, one("a", comparison, [wrong]))),
            format!(
                "One or more parameter values were invalid: ComparisonOperator {expected} AttributeValue type"
            )
        );
    };
    check(Comparison::Less, value(true), "LT is not valid for BOOL");
    check(Comparison::In, ss(["a"]), "IN is not valid for SS");
    check(Comparison::BeginsWith, value(1), "BEGINS_WITH is not valid for N");
    check(Comparison::Contains, value(item! {}), "CONTAINS is not valid for M");
    check(Comparison::NotContains, list![], "NOT_CONTAINS is not valid for L");
    assert_eq!(
        refusal(filtered(item! {}, one("a", Comparison::In, [value(1), value("1")]))),
        "One or more parameter values were invalid: AttributeValues inside AttributeValueList must be of same type"
    );
    assert_eq!(
        refusal(filtered(item! {}, one("a", Comparison::Between, [value(2), value(1)]))),
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    );
    assert_eq!(
        bare_refusal(filtered(item! {}, one("a", Comparison::Equal, [nested(33)]))),
        "Nesting Levels have exceeded supported limits"
    );
}

#[test]
fn conditions_are_joined() {
    let joined = |joint| {
        let mut engine = users();
        engine.store(item! { id: "a", x: 1, y: 1 });
        engine.store(item! { id: "b", x: 1, y: 2 });
        let equal = || condition(Comparison::Equal, [value(1)]);
        let filter = Some(conditions([("x", equal()), ("y", equal())]));
        scan(&engine, &legacy::Scan { filter, joint, ..Default::default() }).unwrap().count
    };
    assert_eq!((joined(None), joined(Some(Joint::And)), joined(Some(Joint::Or))), (1, 1, 2));
}

#[test]
fn a_joint_needs_two_conditions() {
    let with = |filter: Option<Conditions>| {
        scan(&users(), &legacy::Scan { filter, joint: Some(Joint::Or), ..Default::default() })
    };
    assert_eq!(refusal(with(None)), "ConditionalOperator cannot be used without Filter or Expected");
    assert_eq!(
        refusal(with(Some(one("a", Comparison::Null, [])))),
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    );
    let write = legacy::Write { joint: Some(Joint::And), ..Default::default() };
    let call = call::Put { table: "users".into(), item: item! { id: "a" }, ..Default::default() };
    assert_eq!(
        refusal(users().put_legacy(call, &write)),
        "ConditionalOperator cannot be used without Filter or Expected"
    );
}

fn expect(name: &str, expected: Expected) -> legacy::Write {
    let expected = Some(BTreeMap::from([(name.to_owned(), expected)]));
    legacy::Write { expected, joint: None }
}

fn put(engine: &mut Engine, item: Item, legacy: &legacy::Write) -> Result<reply::Put, Failure> {
    let returned = ReturnValues::AllOld;
    engine.put_legacy(call::Put { table: "users".into(), item, returned, ..Default::default() }, legacy)
}

#[test]
fn writes_expect_values_or_their_absence() {
    let mut engine = users();
    let absent = expect("id", Expected { exists: Some(false), ..Default::default() });
    put(&mut engine, item! { id: "a", v: 1 }, &absent).unwrap();
    let again = put(&mut engine, item! { id: "a", v: 2 }, &absent).unwrap_err();
    assert_eq!(again.kind, FailureKind::ConditionFailed);
    let is = |n: i32| expect("v", Expected { value: Some(value(n)), ..Default::default() });
    assert!(put(&mut engine, item! { id: "a", v: 3 }, &is(2)).is_err());
    let old = put(&mut engine, item! { id: "a", v: 3 }, &is(1)).unwrap().attributes;
    assert_eq!(old, Some(item! { id: "a", v: 1 }));
    let more = Expected {
        comparison: Some(Comparison::Greater),
        values: Some(vec![value(2)]),
        ..Default::default()
    };
    let delete = call::Delete { table: "users".into(), key: item! { id: "a" }, ..Default::default() };
    assert!(engine.delete_legacy(&delete, &is(1)).is_err());
    engine.delete_legacy(&delete, &expect("v", more)).unwrap();
    assert_eq!(engine.load(item! { id: "a" }), None);
}

#[test]
fn expectations_are_complete_and_not_contradictory() {
    let check = |expected: Expected, message: &str| {
        let result = put(&mut users(), item! { id: "a" }, &expect("v", expected));
        assert_eq!(refusal(result), format!("One or more parameter values were invalid: {message}"));
    };
    let some = || Some(value(1));
    let list = || Some(vec![value(1)]);
    let equal = Some(Comparison::Equal);
    let none = Expected::default;
    check(none(), "Value must be provided when Exists is null for Attribute: v");
    check(
        Expected { exists: Some(true), ..none() },
        "Value must be provided when Exists is true for Attribute: v",
    );
    check(
        Expected { exists: Some(false), value: some(), ..none() },
        "Value cannot be used when Exists is false for Attribute: v",
    );
    check(
        Expected { comparison: equal, exists: Some(true), ..none() },
        "Exists and ComparisonOperator cannot be used together for Attribute: v",
    );
    check(
        Expected { value: some(), values: list(), comparison: equal, ..none() },
        "Value and AttributeValueList cannot be used together for Attribute: v",
    );
    check(
        Expected { values: list(), ..none() },
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: v",
    );
    check(
        Expected { comparison: equal, ..none() },
        "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: v",
    );
    check(
        Expected { comparison: Some(Comparison::Between), value: some(), ..none() },
        "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
    );
}

fn change(engine: &mut Engine, action: UpdateAction, value: Option<Value>) -> Result<Item, Failure> {
    let updates = Some(BTreeMap::from([("v".to_owned(), AttributeUpdate { action, value })]));
    let call = call::Update {
        table: "users".into(),
        key: item! { id: "a" },
        returned: ReturnValues::AllNew,
        ..Default::default()
    };
    let legacy = legacy::Update { updates, ..Default::default() };
    engine.update_legacy(&call, &legacy).map(|reply| reply.attributes.unwrap_or_default())
}

#[test]
fn updates_put_add_and_delete() {
    let mut engine = users();
    let engine = &mut engine;
    let v = |value: Value| item! { id: "a", v: value };
    assert_eq!(change(engine, UpdateAction::Add, Some(value(2))).unwrap(), v(value(2)));
    assert_eq!(change(engine, UpdateAction::Add, Some(value(3))).unwrap(), v(value(5)));
    assert_eq!(change(engine, UpdateAction::Put, Some(ss(["b", "a"]))).unwrap(), v(ss(["a", "b"])));
    assert_eq!(change(engine, UpdateAction::Add, Some(ss(["c"]))).unwrap(), v(ss(["a", "b", "c"])));
    assert_eq!(change(engine, UpdateAction::Delete, Some(ss(["a", "x"]))).unwrap(), v(ss(["b", "c"])));
    assert_eq!(change(engine, UpdateAction::Delete, Some(ss(["b", "c"]))).unwrap(), item! { id: "a" });
    assert_eq!(change(engine, UpdateAction::Add, Some(list![1])).unwrap(), v(list![1]));
    assert_eq!(change(engine, UpdateAction::Add, Some(list![2])).unwrap(), v(list![1, 2]));
    assert_eq!(change(engine, UpdateAction::Delete, None).unwrap(), item! { id: "a" });
}

#[test]
fn deleting_from_no_item_creates_none() {
    let mut engine = users();
    change(&mut engine, UpdateAction::Delete, None).unwrap();
    assert_eq!(engine.load(item! { id: "a" }), None);
}

#[test]
fn updates_take_values_of_their_kinds() {
    let check = |action, value, message: &str| {
        assert_eq!(
            refusal(change(&mut users(), action, value)),
            format!("One or more parameter values were invalid: {message}")
        );
    };
    let no_value = "Only DELETE action is allowed when no attribute value is specified";
    check(UpdateAction::Put, None, no_value);
    check(UpdateAction::Add, None, no_value);
    check(UpdateAction::Add, Some(value("x")), "ADD action is not supported for the type S");
    check(UpdateAction::Delete, Some(value(1)), "DELETE action with value is not supported for the type N");
    let mut engine = users();
    engine.store(item! { id: "a", v: "text" });
    for (action, value) in
        [(UpdateAction::Add, value(1)), (UpdateAction::Add, list![1]), (UpdateAction::Delete, ns([1]))]
    {
        assert_eq!(
            refusal(change(&mut engine, action, Some(value))),
            "Type mismatch for attribute to update"
        );
    }
}

#[test]
fn updates_expect_and_do_not_change_the_key() {
    let mut engine = users();
    let call = call::Update { table: "users".into(), key: item! { id: "a" }, ..Default::default() };
    let update = |name: &str, expected: Option<BTreeMap<String, Expected>>| legacy::Update {
        updates: Some(BTreeMap::from([(
            name.to_owned(),
            AttributeUpdate { value: Some(value("x")), ..Default::default() },
        )])),
        expected,
        joint: None,
    };
    let exists = Expected { comparison: Some(Comparison::NotNull), ..Default::default() };
    let expected = Some(BTreeMap::from([("id".to_owned(), exists)]));
    let failure = engine.update_legacy(&call, &update("v", expected.clone())).unwrap_err();
    assert_eq!(failure.kind, FailureKind::ConditionFailed);
    engine.store(item! { id: "a" });
    engine.update_legacy(&call, &update("v", expected)).unwrap();
    assert_eq!(engine.load(item! { id: "a" }), Some(item! { id: "a", v: "x" }));
    assert!(refusal(engine.update_legacy(&call, &update("id", None))).contains("update attribute id"));
}

fn three() -> Engine {
    let mut engine = docs();
    for sk in 1..=3 {
        engine.store(item! { pk: "a", sk: sk, v: sk * 10 });
    }
    engine
}

fn query(legacy: legacy::Query) -> Result<Vec<i32>, Failure> {
    query_with(call::Query::default(), &legacy)
}

fn query_with(call: call::Query, legacy: &legacy::Query) -> Result<Vec<i32>, Failure> {
    let reply = three().query_legacy(&call::Query { table: "docs".into(), ..call }, legacy)?;
    let sort_key = |item: &Item| (1..=3).find(|n| item.get("sk") == Some(&value(*n))).unwrap_or_default();
    Ok(reply.items.iter().map(sort_key).collect())
}

fn key_conditions(sort: Option<Condition>) -> Conditions {
    let mut all = one("pk", Comparison::Equal, [value("a")]);
    all.extend(sort.map(|condition| ("sk".to_owned(), condition)));
    all
}

fn by_key(sort: Option<Condition>) -> legacy::Query {
    legacy::Query { key_conditions: Some(key_conditions(sort)), ..Default::default() }
}

#[test]
fn key_conditions_select_a_range() {
    let at = |comparison, n: i32| query(by_key(Some(condition(comparison, [value(n)])))).unwrap();
    assert_eq!(query(by_key(None)).unwrap(), [1, 2, 3]);
    assert_eq!(at(Comparison::Equal, 2), [2]);
    assert_eq!(at(Comparison::Less, 2), [1]);
    assert_eq!(at(Comparison::LessOrEqual, 2), [1, 2]);
    assert_eq!(at(Comparison::Greater, 2), [3]);
    assert_eq!(at(Comparison::GreaterOrEqual, 2), [2, 3]);
    let between = condition(Comparison::Between, [value(2), value(3)]);
    assert_eq!(query(by_key(Some(between))).unwrap(), [2, 3]);
}

#[test]
fn key_conditions_that_no_index_can_look_up() {
    let at = |sort| refusal(query(by_key(Some(sort))));
    let not_indexable = "Attempted conditional constraint is not an indexable operation";
    assert_eq!(at(condition(Comparison::NotEqual, [value(1)])), not_indexable);
    assert_eq!(at(condition(Comparison::In, [value(1)])), not_indexable);
    assert_eq!(at(condition(Comparison::NotNull, [])), not_indexable);
    assert_eq!(
        at(condition(Comparison::Equal, [value("1")])),
        "One or more parameter values were invalid: Condition parameter type does not match schema type"
    );
    let with =
        |conditions| refusal(query(legacy::Query { key_conditions: Some(conditions), ..Default::default() }));
    assert_eq!(with(Conditions::new()), "Conditions can be of length 1 or 2 only");
    assert_eq!(
        with(one("sk", Comparison::Equal, [value(1)])),
        "Query condition missed key schema element: pk"
    );
    assert_eq!(with(one("pk", Comparison::Less, [value("a")])), "Query key condition not supported");
}

#[test]
fn query_filters_are_not_on_the_key() {
    let filtered = |name: &str| {
        let filter = Some(one(name, Comparison::Greater, [value(10)]));
        query(legacy::Query { filter, ..by_key(None) })
    };
    assert_eq!(filtered("v").unwrap(), [2, 3]);
    assert_eq!(
        refusal(filtered("sk")),
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"
    );
}

#[test]
fn key_conditions_go_with_a_filter_expression_and_nothing_else_is_mixed() {
    let call = call::Query { filter: Some("v > :v".into()), values: values! { v: 10 }, ..Default::default() };
    assert_eq!(query_with(call.clone(), &by_key(None)).unwrap(), [2, 3]);
    let mixed = "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: ";
    let filter = Some(one("v", Comparison::Null, []));
    assert_eq!(
        bare_refusal(query_with(call.clone(), &legacy::Query { filter: filter.clone(), ..by_key(None) })),
        format!("{mixed}{{QueryFilter}} Expression parameters: {{FilterExpression}}")
    );
    let with_key = call::Query { key_condition: Some("pk = :v".into()), ..call };
    assert_eq!(
        bare_refusal(query_with(with_key, &by_key(None))),
        format!(
            "{mixed}{{KeyConditions}} Expression parameters: {{FilterExpression, KeyConditionExpression}}"
        )
    );
    let scan = call::Scan { table: "docs".into(), projection: Some("v".into()), ..Default::default() };
    let attributes = Some(vec!["v".to_owned()]);
    assert_eq!(
        refusal(three().scan_legacy(&scan, &legacy::Scan { filter, attributes, joint: None })),
        format!(
            "1 validation error detected: {mixed}{{AttributesToGet, ScanFilter}} Expression parameters: {{ProjectionExpression}}"
        )
    );
    let update = call::Update {
        table: "docs".into(),
        key: item! { pk: "a", sk: 1 },
        update: Some("REMOVE v".into()),
        ..Default::default()
    };
    let legacy = legacy::Update { updates: Some(BTreeMap::new()), ..Default::default() };
    assert_eq!(
        bare_refusal(three().update_legacy(&update, &legacy)),
        format!("{mixed}{{AttributeUpdates}} Expression parameters: {{UpdateExpression}}")
    );
    let put = call::Put {
        table: "docs".into(),
        item: item! { pk: "a", sk: 1 },
        condition: Some("attribute_exists(v)".into()),
        ..Default::default()
    };
    let absent = expect("v", Expected { exists: Some(false), ..Default::default() });
    assert_eq!(
        bare_refusal(three().put_legacy(put, &absent)),
        format!("{mixed}{{Expected}} Expression parameters: {{ConditionExpression}}")
    );
}

#[test]
fn placeholders_need_an_expression() {
    let call = call::Scan { table: "docs".into(), values: values! { v: 1 }, ..Default::default() };
    let legacy = legacy::Scan { filter: Some(one("v", Comparison::Null, [])), ..Default::default() };
    assert_eq!(
        bare_refusal(three().scan_legacy(&call, &legacy)),
        "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null"
    );
}

#[test]
fn attributes_to_get_project_attributes() {
    let get = |names: &[&str]| {
        let call = call::Get { table: "docs".into(), key: item! { pk: "a", sk: 1 }, ..Default::default() };
        let attributes = Some(names.iter().map(|name| (*name).to_owned()).collect());
        three().get_legacy(&call, &legacy::Get { attributes }).map(|reply| reply.item)
    };
    assert_eq!(get(&["v", "missing"]).unwrap(), Some(item! { v: 10 }));
    assert_eq!(get(&["v.x"]).unwrap(), Some(item! {}));
    assert_eq!(
        refusal(get(&["v", "pk", "v"])),
        "One or more parameter values were invalid: Duplicate value in attribute name: v"
    );
    assert_eq!(
        bare_refusal(get(&[])),
        "Value at 'AttributesToGet' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    let legacy = legacy::Query { attributes: Some(vec!["v".into()]), ..by_key(None) };
    let call = |select| call::Query { table: "docs".into(), select, limit: Some(1), ..Default::default() };
    let specific = call(Some(Select::SpecificAttributes));
    assert_eq!(three().query_legacy(&specific, &legacy).unwrap().items, [item! { v: 10 }]);
    assert_eq!(
        refusal(three().query_legacy(&call(Some(Select::Count)), &legacy)),
        "Cannot specify the AttributesToGet when choosing to get only the Count"
    );
}

#[test]
fn batches_have_attributes_to_get_by_table() {
    let keys = vec![item! { pk: "a", sk: 1 }];
    let projection = |text: Option<&str>| call::BatchGet {
        tables: BTreeMap::from([(
            "docs".to_owned(),
            call::BatchGetTable {
                keys: keys.clone(),
                projection: text.map(str::to_owned),
                ..Default::default()
            },
        )]),
        ..Default::default()
    };
    let legacy = legacy::BatchGet { attributes: BTreeMap::from([("docs".to_owned(), vec!["v".to_owned()])]) };
    let reply = three().batch_get_legacy(&projection(None), &legacy).unwrap();
    assert_eq!(reply.items["docs"], [item! { v: 10 }]);
    assert!(
        bare_refusal(three().batch_get_legacy(&projection(Some("v")), &legacy)).contains("{AttributesToGet}")
    );
}
