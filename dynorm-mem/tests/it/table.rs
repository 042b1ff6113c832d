//! `CreateTable`, `DescribeTable`, `DeleteTable`, `ListTables`.

use dynorm::backend::FailureKind;
use dynorm::backend::table::{CreateTable, Index, Projection, TableStatus, Throughput};
use dynorm_mem::call::table::{ListTables, TableList};
use dynorm_mem::{Engine, Request, Response};

use crate::kit::*;

#[track_caller]
fn check_refused(call: CreateTable, expected: &str) {
    let mut engine = Engine::new();
    assert_eq!(bare_refusal(engine.create_table(call, NOW)), expected);
    assert_eq!(engine.table_names().count(), 0);
}

#[track_caller]
fn check_index(index: Index, expected: &str) {
    let expected = format!("One or more parameter values were invalid: {expected}");
    check_refused(definition("docs", "pk:S | sk:N", vec![index]), &expected);
}

#[test]
fn a_new_table_is_ready_and_described() {
    let mut engine = Engine::new();
    let indexes =
        vec![global("z-index", "g:S", Projection::All), local("a-index", "pk:S | l:N", include(["x"]))];
    let created = engine.create_table(definition("docs", "pk:S | sk:N", indexes), seconds(7)).unwrap();
    assert_eq!(created, engine.describe_table("docs").unwrap());
    assert_eq!(created.status, TableStatus::Active);
    assert_eq!(created.created, Some(seconds(7)));
    assert_eq!(created.key, key("pk:S | sk:N"));
    let names: Vec<&str> = created.indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["a-index", "z-index"]);
    assert_eq!(engine.describe_table(&created.arn).unwrap(), created);
}

#[test]
fn items_and_bytes_are_counted() {
    let mut engine = users();
    engine.store(item! { id: "a", n: 1 });
    engine.store(item! { id: "a", n: 100 });
    engine.store(item! { id: "b" });
    let described = engine.describe_table("users").unwrap();
    assert_eq!((described.n_items, described.size_bytes), (2, (2 + 1) + (1 + 2) + (2 + 1)));
    engine
        .delete(&dynorm::backend::call::Delete {
            table: "users".into(),
            key: item! { id: "a" },
            ..Default::default()
        })
        .unwrap();
    let described = engine.describe_table("users").unwrap();
    assert_eq!((described.n_items, described.size_bytes), (1, 3));
}

#[test]
fn a_deleted_table_is_gone_with_its_items() {
    let mut engine = users();
    engine.store(item! { id: "a" });
    engine.delete_table("users").unwrap();
    let failure = engine.describe_table("users").unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(failure.message, "Requested resource not found: Table: users not found");
    assert_eq!(engine.delete_table("users").unwrap_err().kind, FailureKind::NotFound);
    engine.create_table(definition("users", "id:S", vec![]), NOW).unwrap();
    assert_eq!(engine.items("users").count(), 0);
}

#[test]
fn a_table_is_created_once() {
    let failure = users().create_table(definition("users", "id:S", vec![]), NOW).unwrap_err();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::InUse, "Table already exists: users"));
}

#[test]
fn tables_are_listed_in_order() {
    let mut engine = users();
    engine.create_table(definition("docs", "id:S", vec![]), NOW).unwrap();
    let response = engine.call(Request::ListTables(ListTables::default()), NOW).unwrap();
    let tables = vec!["docs".to_owned(), "users".to_owned()];
    assert_eq!(response, Response::ListTables(TableList { tables, last: None }));
}

#[test]
fn lists_of_tables_have_pages() {
    let mut engine = Engine::new();
    for n in 0..101 {
        engine.create_table(definition(&format!("t-{n:03}"), "id:S", vec![]), NOW).unwrap();
    }
    let page = |limit, start: Option<&str>| {
        let reply = engine.list_tables(&ListTables { limit, start: start.map(str::to_owned) }).unwrap();
        (reply.tables.len(), reply.last)
    };
    assert_eq!(page(None, None), (100, Some("t-099".to_owned())));
    assert_eq!(page(None, Some("t-099")), (1, None));
    assert_eq!(page(Some(2), Some("t-0")), (2, Some("t-001".to_owned())));
    assert_eq!(page(Some(2), Some("t-098")), (2, None));
    assert_eq!(page(None, Some("zzz")), (0, None));
    for (limit, constraint) in [(0, "greater than or equal to 1"), (101, "less than or equal to 100")] {
        let refused = engine.list_tables(&ListTables { limit: Some(limit), start: None });
        let expected = "Value at 'Limit' failed to satisfy constraint: Member must have value";
        assert_eq!(bare_refusal(refused), format!("{expected} {constraint}"));
    }
}

#[test]
fn names_have_a_length_and_an_alphabet() {
    let named = |name: &str| definition(name, "id:S", vec![]);
    let length = "TableName must be at least 3 characters long and at most 255 characters long";
    check_refused(named("ab"), length);
    check_refused(named(&"a".repeat(256)), length);
    check_refused(
        named("a b"),
        "Value at 'TableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    );
    Engine::new().create_table(named(&"a._-9".repeat(51)), NOW).unwrap();
    let index = global("ab", "g:S", Projection::All);
    check_refused(
        definition("docs", "pk:S | sk:N", vec![index]),
        "IndexName must be at least 3 characters long and at most 255 characters long",
    );
}

#[test]
fn keys_have_attributes_and_each_once() {
    let first = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type";
    check_refused(definition("docs", "", vec![]), first);
    let twice = "Both the Hash Key and the Range Key element in the KeySchema have the same name";
    check_refused(definition("docs", "pk:S | pk:S", vec![]), twice);
    check_refused(definition("docs", "pk:S", vec![global("ggg", "a:S | a:S", Projection::All)]), twice);
    check_index(
        global("ggg", "sk:S", Projection::All),
        "Cannot have duplicate attribute names in AttributeDefinitions: sk",
    );
    check_refused(
        definition("docs", "a:S b:S", vec![]),
        "Value at 'KeySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
    );
    let many = "The KeySchema exceeds the maximum allowed number of";
    check_index(
        global("ggg", "a:S b:S c:S d:S e:S", Projection::All),
        &format!("{many} HASH key attributes"),
    );
    check_index(
        global("ggg", "a:S | b:S c:S d:S e:S f:S", Projection::All),
        &format!("{many} RANGE key attributes"),
    );
    check_refused(
        definition("docs", "pk:S", vec![global("ggg", "a:S b:S | a:S", Projection::All)]),
        "The KeySchema contains multiple key attributes with the same name",
    );
    let four = global("ggg", "a:S b:S c:S d:S | e:S f:S g:S h:S", Projection::All);
    Engine::new().create_table(definition("docs", "pk:S", vec![four]), NOW).unwrap();
}

#[test]
fn local_indexes_share_the_partition_key() {
    check_refused(
        definition("docs", "pk:S", vec![local("lll", "pk:S | x:S", Projection::All)]),
        "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
    );
    check_index(
        local("lll", "pk:S", Projection::All),
        "Index KeySchema does not have a range key for index: lll",
    );
    check_index(
        local("lll", "x:S | sk:N", Projection::All),
        "Index KeySchema does not have the same leading hash key as table KeySchema for index: lll. index hash key: x, table hash key: pk",
    );
}

#[test]
fn indexes_are_limited() {
    let with = |n: usize, index: fn(String) -> Index| {
        let indexes = (0..n).map(|n| index(format!("index-{n}"))).collect();
        definition("docs", "pk:S | sk:N", indexes)
    };
    let global_index = |name: String| global(&name, "g:S", Projection::All);
    let local_index = |name: String| local(&name, "pk:S | l:S", Projection::All);
    Engine::new().create_table(with(20, global_index), NOW).unwrap();
    Engine::new().create_table(with(5, local_index), NOW).unwrap();
    let prefix = "One or more parameter values were invalid: ";
    check_refused(
        with(21, global_index),
        &format!("{prefix}GlobalSecondaryIndex count exceeds the per-table limit of 20"),
    );
    check_refused(
        with(6, local_index),
        &format!("{prefix}Number of LocalSecondaryIndexes exceeds per-table limit of 5"),
    );
    let twice = vec![global("same", "g:S", Projection::All), local("same", "pk:S | l:S", Projection::All)];
    check_refused(definition("docs", "pk:S | sk:N", twice), &format!("{prefix}Duplicate index name: same"));
}

#[test]
fn projections_are_limited() {
    check_index(
        global("ggg", "g:S", include([])),
        "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    );
    check_index(global("ggg", "g:S", include(["x", "x"])), "Duplicate element in NonKeyAttributes: x");
    let naming = |index: usize, n: usize| {
        let names = (0..n).map(|n| format!("x{n}")).collect();
        global(&format!("index-{index}"), "g:S", Projection::Include(names))
    };
    check_refused(
        definition("docs", "pk:S", vec![naming(0, 21)]),
        "Value at 'Projection.NonKeyAttributes' failed to satisfy constraint: Member must have length less than or equal to 20",
    );
    let hundred = (0..5).map(|index| naming(index, 20));
    Engine::new().create_table(definition("docs", "pk:S", hundred.clone().collect()), NOW).unwrap();
    check_refused(
        definition("docs", "pk:S", hundred.chain([naming(5, 1)]).collect()),
        "One or more parameter values were invalid: Number of projected attributes exceeds the per-table limit of 100",
    );
}

#[test]
fn throughput_is_at_least_one() {
    let with = |read, write| CreateTable {
        throughput: Some(Throughput { read, write }),
        ..definition("docs", "pk:S", vec![])
    };
    check_refused(
        with(0, 1),
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
    let created = Engine::new().create_table(with(5, 6), NOW).unwrap();
    assert_eq!(created.throughput, Some(Throughput { read: 5, write: 6 }));
}
