//! Capacity, class and encryption: what is accepted, what is kept and described.
//!
//! Source: observations of the service that were published in October 2026 (ack-api-quirks, findings on
//! throughput, billing, indexes, encryption and table class).

use dynorm::backend::Failure;
use dynorm::backend::table::{
    CreateTable, Encryption, IndexCapacity, IndexState, Projection, TableClass, TableDescription,
    TableStatus, Throughput, UnitsPerSecond,
};
use dynorm_mem::Engine;
use dynorm_mem::call::table::{BillingMode, IndexUpdate, UpdateTable};

use crate::kit::*;

const PREFIX: &str = "One or more parameter values were invalid: ";

fn indexed() -> CreateTable {
    definition("users", "id:S", vec![global("ggg", "g:S", Projection::All)])
}

fn units(read: i64, write: i64) -> UnitsPerSecond {
    UnitsPerSecond { read: Some(read), write: Some(write) }
}

fn throughput(read: u64, write: u64) -> Throughput {
    Throughput { read, write }
}

fn provisioned() -> CreateTable {
    CreateTable { throughput: Some(throughput(5, 6)), ..indexed() }
}

fn with_index(capacity: IndexCapacity, table: CreateTable) -> CreateTable {
    CreateTable { index_capacity: [("ggg".into(), capacity)].into(), ..table }
}

#[track_caller]
fn described(call: CreateTable) -> TableDescription {
    Engine::new().create_table(call, NOW).unwrap()
}

#[track_caller]
fn check_refused(call: CreateTable, expected: &str) {
    let message = bare_refusal(Engine::new().create_table(call, NOW));
    assert_eq!(message, format!("{PREFIX}{expected}"));
}

fn change(engine: &mut Engine, call: UpdateTable) -> Result<TableDescription, Failure> {
    engine.update_table(&UpdateTable { table: "users".into(), ..call }, NOW)
}

fn change_index(capacity: IndexCapacity) -> UpdateTable {
    UpdateTable { indexes: vec![IndexUpdate::Update("ggg".into(), capacity)], ..Default::default() }
}

fn provision_index(read: u64, write: u64) -> UpdateTable {
    change_index(IndexCapacity { throughput: Some(throughput(read, write)), ..Default::default() })
}

fn switch(billing: BillingMode, throughput: Option<Throughput>) -> UpdateTable {
    UpdateTable { billing: Some(billing), throughput, ..Default::default() }
}

#[test]
fn a_table_is_ready_for_what_it_may_take() {
    let per_request = described(indexed());
    assert_eq!((per_request.on_demand, per_request.warm), (UnitsPerSecond::default(), units(12_000, 4000)));
    let index = IndexState {
        status: TableStatus::Active,
        throughput: None,
        on_demand: UnitsPerSecond::default(),
        warm: units(12_000, 4000),
        n_items: 0,
        size_bytes: 0,
    };
    assert_eq!(per_request.global_indexes, [("ggg".into(), index)].into());

    let own = IndexCapacity { throughput: Some(throughput(13_000, 4500)), ..Default::default() };
    let table = described(with_index(own, provisioned()));
    assert_eq!(table.warm, units(5, 6));
    let index = table.global_indexes["ggg"];
    assert_eq!((index.throughput, index.warm), (own.throughput, units(13_000, 4500)));
    let index = described(provisioned()).global_indexes["ggg"];
    assert_eq!(index.throughput, Some(throughput(5, 6)));

    let asked = IndexCapacity { on_demand: units(50, 60), warm: units(13_000, 5000), ..Default::default() };
    let call = CreateTable { on_demand: units(10, 20), ..with_index(asked, indexed()) };
    let table = described(call);
    assert_eq!(table.on_demand, units(10, 20));
    let index = table.global_indexes["ggg"];
    assert_eq!((index.on_demand, index.warm), (asked.on_demand, asked.warm));
}

#[test]
fn indexes_count_their_items() {
    let mut engine =
        with_table(definition("users", "id:S", vec![global("ggg", "g:S", Projection::KeysOnly)]));
    engine.store(item! { id: "1", g: "a", rest: "long" });
    engine.store(item! { id: "2" });
    let index = engine.describe_table("users").unwrap().global_indexes["ggg"];
    assert_eq!((index.n_items, index.size_bytes), (1, 5));
}

#[test]
fn capacity_goes_with_the_way_of_paying() {
    let max = |read| UnitsPerSecond { read: Some(read), write: None };
    check_refused(
        CreateTable { on_demand: max(1), ..provisioned() },
        "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED.",
    );
    let on_demand = |on_demand| IndexCapacity { on_demand, ..Default::default() };
    check_refused(
        with_index(on_demand(max(1)), provisioned()),
        "MaxReadRequestUnits for OnDemandThroughput for index: ggg cannot be specified when table BillingMode is PROVISIONED.",
    );
    let own = IndexCapacity { throughput: Some(throughput(1, 1)), ..Default::default() };
    check_refused(
        with_index(own, indexed()),
        "ProvisionedThroughput should not be specified for index: ggg when BillingMode is PAY_PER_REQUEST",
    );
    for read in [0, -1] {
        check_refused(
            CreateTable { on_demand: max(read), ..indexed() },
            "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
        );
        check_refused(
            with_index(on_demand(max(read)), indexed()),
            "Requested MaxReadRequestUnits for OnDemandThroughput for index : ggg is outside of valid range",
        );
    }
    check_refused(
        CreateTable { warm: units(12_000, 3999), ..indexed() },
        "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand",
    );
    check_refused(
        CreateTable { warm: units(4, 6), ..provisioned() },
        "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of ProvisionedThroughput",
    );
    let warm = IndexCapacity { warm: units(11_999, 4000), ..Default::default() };
    check_refused(
        with_index(warm, indexed()),
        "Requested ReadUnitsPerSecond for WarmThroughput for index ggg is lower than initial throughput for OnDemand",
    );
    let elsewhere = CreateTable { index_capacity: [("none".into(), warm)].into(), ..indexed() };
    refusal(Engine::new().create_table(elsewhere, NOW));
}

#[test]
fn maxima_on_demand_change_and_go() {
    let mut engine = with_table(indexed());
    let set = |on_demand| UpdateTable { on_demand: Some(on_demand), ..Default::default() };
    let write_only = UnitsPerSecond { read: None, write: Some(7) };
    change(&mut engine, set(units(5, 6))).unwrap();
    assert_eq!(change(&mut engine, set(write_only)).unwrap().on_demand, units(5, 7));
    assert_eq!(change(&mut engine, set(units(-1, -1))).unwrap().on_demand, units(-1, -1));
    for units in [units(0, 1), units(-2, 1)] {
        assert_eq!(
            refusal(change(&mut engine, set(units))),
            format!(
                "{PREFIX}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range"
            )
        );
    }
    let of_index = |on_demand| change_index(IndexCapacity { on_demand, ..Default::default() });
    let table = change(&mut engine, of_index(units(5000, 5000))).unwrap();
    assert_eq!(table.global_indexes["ggg"].on_demand, units(5000, 5000));
    change(&mut engine, of_index(units(5000, 5000))).unwrap();

    // Another way of paying has none.
    let both = UpdateTable {
        indexes: provision_index(1, 1).indexes,
        ..switch(BillingMode::Provisioned, Some(throughput(1, 1)))
    };
    let table = change(&mut engine, both).unwrap();
    assert_eq!(table.on_demand, UnitsPerSecond::default());
    assert_eq!(table.global_indexes["ggg"].on_demand, UnitsPerSecond::default());
    assert_eq!(
        refusal(change(&mut engine, set(units(1, 1)))),
        format!(
            "{PREFIX}MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED"
        )
    );
    assert_eq!(
        refusal(change(&mut engine, of_index(units(1, 1)))),
        format!(
            "{PREFIX}MaxReadRequestUnits for OnDemandThroughput for index : ggg cannot be specified when the table BillingMode is PROVISIONED"
        )
    );
}

#[test]
fn readiness_grows_only() {
    let mut engine = with_table(indexed());
    let set = |warm| UpdateTable { warm: Some(warm), ..Default::default() };
    assert_eq!(change(&mut engine, set(units(12_001, 4001))).unwrap().warm, units(12_001, 4001));
    change(&mut engine, set(units(12_001, 4001))).unwrap();
    assert_eq!(
        refusal(change(&mut engine, set(units(12_000, 4001)))),
        format!(
            "{PREFIX}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
        )
    );
    let of_index = |warm| change_index(IndexCapacity { warm, ..Default::default() });
    assert_eq!(
        refusal(change(&mut engine, of_index(units(100, 100)))),
        format!(
            "{PREFIX}Requested ReadUnitsPerSecond for WarmThroughput for index ggg is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
        )
    );
    let read_only = UnitsPerSecond { read: Some(12_002), write: None };
    let table = change(&mut engine, of_index(read_only)).unwrap();
    assert_eq!(table.global_indexes["ggg"].warm, units(12_002, 4000));

    let own = IndexCapacity { throughput: Some(throughput(13_000, 4500)), ..Default::default() };
    let mut engine = with_table(with_index(own, provisioned()));
    let index = change(&mut engine, provision_index(1, 1)).unwrap().global_indexes["ggg"];
    assert_eq!((index.throughput, index.warm), (Some(throughput(1, 1)), units(13_000, 4500)));
}

#[test]
fn the_throughput_of_an_index_changes_alone() {
    let mut engine = with_table(provisioned());
    let table = change(&mut engine, provision_index(7, 8)).unwrap();
    assert_eq!((table.status, table.throughput), (TableStatus::Active, Some(throughput(5, 6))));
    assert_eq!(table.global_indexes["ggg"].throughput, Some(throughput(7, 8)));
    assert_eq!(
        refusal(change(&mut engine, provision_index(7, 8))),
        "The provisioned throughput for the index ggg will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for index ggg: 7. Requested ReadCapacityUnits: 7. Current WriteCapacityUnits provisioned for index ggg: 8. Requested WriteCapacityUnits: 8. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    );
    assert_eq!(
        bare_refusal(change(&mut engine, provision_index(0, 8))),
        "Value at 'GlobalSecondaryIndexUpdates.member.Update.ProvisionedThroughput.ReadCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1"
    );
    let nothing = change_index(IndexCapacity::default());
    assert_eq!(
        refusal(change(&mut engine, nothing.clone())),
        format!("{PREFIX}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: ggg")
    );
    let unknown = IndexUpdate::Update("none".into(), IndexCapacity::default());
    let failure = change(&mut engine, UpdateTable { indexes: vec![unknown], ..Default::default() });
    assert_eq!(failure.unwrap_err().message, "Requested resource not found: Index none for table users");

    let mut engine = with_table(indexed());
    for call in [provision_index(1, 1), nothing] {
        assert_eq!(
            refusal(change(&mut engine, call)),
            format!(
                "{PREFIX}The only Updates for index: ggg when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"
            )
        );
    }
    let index = local("lll", "pk:S | l:N", Projection::All);
    let mut engine =
        with_table(CreateTable { table: "users".into(), ..definition("x", "pk:S | sk:N", vec![index]) });
    let update = IndexUpdate::Update("lll".into(), IndexCapacity::default());
    assert_eq!(
        refusal(change(&mut engine, UpdateTable { indexes: vec![update], ..Default::default() })),
        "Cannot update an index that is not a GlobalSecondaryIndex: lll"
    );
}

#[test]
fn provisioning_speaks_of_every_index() {
    let mut engine = with_table(indexed());
    let alone = switch(BillingMode::Provisioned, Some(throughput(50, 50)));
    assert_eq!(
        refusal(change(&mut engine, alone.clone())),
        format!("{PREFIX}ProvisionedThroughput must be specified for index: ggg")
    );
    let table =
        change(&mut engine, UpdateTable { indexes: provision_index(40, 40).indexes, ..alone }).unwrap();
    assert_eq!(table.global_indexes["ggg"].throughput, Some(throughput(40, 40)));

    let new = |capacity| UpdateTable {
        indexes: vec![IndexUpdate::Create(global("new", "n:S", Projection::All), capacity)],
        ..Default::default()
    };
    assert_eq!(
        refusal(change(&mut engine, new(IndexCapacity::default()))),
        format!("{PREFIX}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new")
    );
    let own = IndexCapacity { throughput: Some(throughput(2, 2)), ..Default::default() };
    // A new index goes with the change of another, and with another way of paying.
    let both = UpdateTable {
        indexes: [new(own).indexes, provision_index(3, 3).indexes].concat(),
        ..Default::default()
    };
    let table = change(&mut engine, both).unwrap();
    assert_eq!(table.global_indexes["new"].throughput, Some(throughput(2, 2)));
    assert_eq!(table.global_indexes["ggg"].throughput, Some(throughput(3, 3)));

    let table = change(&mut engine, switch(BillingMode::PayPerRequest, None)).unwrap();
    assert!(table.global_indexes.values().all(|index| index.throughput.is_none()));
    let newer = IndexUpdate::Create(global("newer", "n:S", Projection::All), own);
    assert_eq!(
        refusal(change(&mut engine, UpdateTable { indexes: vec![newer], ..Default::default() })),
        format!(
            "{PREFIX}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: newer when BillingMode is PAY_PER_REQUEST"
        )
    );
}

#[test]
fn a_table_has_a_class() {
    assert_eq!(described(indexed()).class, TableClass::Standard);
    let rare = CreateTable { class: TableClass::InfrequentAccess, ..indexed() };
    assert_eq!(described(rare).class, TableClass::InfrequentAccess);

    let mut engine = with_table(indexed());
    let set = |class| UpdateTable { class: Some(class), ..Default::default() };
    let same = change(&mut engine, set(TableClass::Standard)).unwrap();
    assert_eq!((same.class, same.class_changed), (TableClass::Standard, None));
    let rare = change(&mut engine, set(TableClass::InfrequentAccess)).unwrap();
    assert_eq!((rare.class, rare.class_changed), (TableClass::InfrequentAccess, Some(NOW)));
    let back = change(&mut engine, set(TableClass::Standard)).unwrap();
    assert_eq!((back.class, back.class_changed), (TableClass::Standard, Some(NOW)));
}

#[test]
fn a_table_is_encrypted_with_a_key() {
    let key_of = |encryption| described(CreateTable { encryption, ..indexed() }).encryption_key;
    assert_eq!(key_of(Encryption::ServiceKey), None);
    let account = key_of(Encryption::AccountKey).unwrap();
    assert!(account.starts_with("arn:aws:kms:us-east-1:000000000000:key/"), "{account}");
    assert_eq!(key_of(Encryption::Key("alias/aws/dynamodb".into())).unwrap(), account);
    let arn = "arn:aws:kms:us-east-1:000000000000:key/1234";
    assert_eq!(key_of(Encryption::Key("1234".into())).unwrap(), arn);
    assert_eq!(key_of(Encryption::Key(arn.into())).unwrap(), arn);

    let mut engine = with_table(indexed());
    let set = |encryption| UpdateTable { encryption: Some(encryption), ..Default::default() };
    assert_eq!(
        refusal(change(&mut engine, set(Encryption::ServiceKey))),
        format!("{PREFIX}Table is already encrypted by default")
    );
    let with_key = change(&mut engine, set(Encryption::Key(arn.into()))).unwrap();
    assert_eq!(with_key.encryption_key.as_deref(), Some(arn));
    assert_eq!(
        refusal(change(&mut engine, set(Encryption::Key("1234".into())))),
        format!(
            "{PREFIX}Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key"
        )
    );
    assert_eq!(change(&mut engine, set(Encryption::ServiceKey)).unwrap().encryption_key, None);
}

#[test]
fn some_changes_go_with_no_others() {
    let mut engine = with_table(indexed());
    let index = IndexUpdate::Create(global("new", "n:S", Projection::All), IndexCapacity::default());
    let new = UpdateTable { indexes: vec![index], ..Default::default() };
    let per_request = switch(BillingMode::PayPerRequest, None);
    let mut check = |call: UpdateTable, expected: &str| {
        assert_eq!(refusal(change(&mut engine, call)), format!("{PREFIX}{expected}"));
    };
    for call in [&new, &per_request] {
        check(
            UpdateTable { encryption: Some(Encryption::AccountKey), ..call.clone() },
            "Server-Side Encryption modification must be the only operation in the request",
        );
        check(
            UpdateTable { class: Some(TableClass::Standard), ..call.clone() },
            "TableClass modification must be the only operation in the request",
        );
    }
    let warm = Some(units(12_000, 4000));
    check(
        UpdateTable { warm, ..new.clone() },
        "Create global secondary index cannot be specified when updating WarmThroughput",
    );
    check(
        UpdateTable { warm, ..per_request.clone() },
        "WarmThroughput must be the only operation in the request",
    );
    let on_demand = Some(units(1, 1));
    check(
        UpdateTable { on_demand, ..new.clone() },
        "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
    );
    change(&mut engine, UpdateTable { on_demand, ..per_request.clone() }).unwrap();
    change(&mut engine, UpdateTable { billing: per_request.billing, ..new }).unwrap();
}
