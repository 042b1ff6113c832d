//! Calls with their legacy parts, as methods of the engine.

use dynorm::backend::{Failure, call, reply};

use super::check::{joint, not_mixed};
use super::{BatchGet, Get, Query, Scan, Update, Write, lower};
use crate::Engine;
use crate::expr::Condition;
use crate::message::{self, Checked};
use crate::op::found::{One, Page};
use crate::op::page::{self, Expressions};
use crate::op::query::FilterScope;
use crate::op::{batch_get, delete, get, put, query, scan, update, write};
use crate::state::{State, checked_name};
use crate::table::item::check_values;

/// Defines the methods, each of which carries out the call of its name.
macro_rules! legacy_calls {
    ($($name:ident($($receiver:tt)+) of $function:ident($call:ty, $legacy:ty, $reply:ident), $operation:literal;)*) => {
        /// The data plane with legacy parameters.
        impl Engine {$(
            #[doc = concat!("Carries out `", $operation, "` with its legacy parameters.")]
            ///
            /// # Errors
            ///
            /// If the service would refuse the request; then nothing is changed.
            pub fn $name($($receiver)+ self, call: $call, legacy: &$legacy) -> Result<reply::$reply, Failure> {
                let done = $function($($receiver)+ self.state, call, legacy);
                self.answer(done).map(Into::into)
            }
        )*}
    };
}

legacy_calls! {
    get_legacy(&) of get(&call::Get, Get, Get), "GetItem";
    put_legacy(&mut) of put(call::Put, Write, Put), "PutItem";
    update_legacy(&mut) of update(&call::Update, Update, Update), "UpdateItem";
    delete_legacy(&mut) of delete(&call::Delete, Write, Delete), "DeleteItem";
    query_legacy(&) of query(&call::Query, Query, Query), "Query";
    scan_legacy(&) of scan(&call::Scan, Scan, Scan), "Scan";
    batch_get_legacy(&) of batch_get(&call::BatchGet, BatchGet, BatchGet), "BatchGetItem";
}

/// Reads whose answers have what is kept, for those who need no items.
#[cfg(feature = "wire")]
impl Engine {
    pub(crate) fn find_one(&self, call: &call::Get, legacy: &Get) -> Result<One<'_>, Failure> {
        self.answer(get(&self.state, call, legacy))
    }

    pub(crate) fn find_by_query(&self, call: &call::Query, legacy: &Query) -> Result<Page<'_>, Failure> {
        self.answer(query(&self.state, call, legacy))
    }

    pub(crate) fn find_by_scan(&self, call: &call::Scan, legacy: &Scan) -> Result<Page<'_>, Failure> {
        self.answer(scan(&self.state, call, legacy))
    }
}

fn get<'s>(state: &'s State, call: &call::Get, legacy: &Get) -> Checked<One<'s>> {
    let Some(attributes) = &legacy.attributes else { return get::get(state, call) };
    checked_name(&call.table)?;
    not_mixed(&[("AttributesToGet", true)], &[("ProjectionExpression", call.projection.is_some())])?;
    check_values(&call.key)?;
    get::projection(None, &call.names)?;
    let projection = lower::attributes(attributes)?;
    get::run(state, call, Some(&projection))
}

fn batch_get(state: &State, call: &call::BatchGet, legacy: &BatchGet) -> Checked<reply::BatchGet> {
    let has_expression = call.tables.values().any(|of_table| of_table.projection.is_some());
    let has_attributes = !legacy.attributes.is_empty();
    not_mixed(&[("AttributesToGet", has_attributes)], &[("ProjectionExpression", has_expression)])?;
    batch_get::run(state, call, |named, of_table| match legacy.attributes.get(named) {
        Some(attributes) => {
            get::projection(None, &of_table.names)?;
            lower::attributes(attributes).map(Some)
        }
        None => get::projection(of_table.projection.as_deref(), &of_table.names),
    })
}

fn put(state: &mut State, mut call: call::Put, legacy: &Write) -> Checked<reply::Put> {
    if *legacy == Write::default() {
        return put::put(state, call);
    }
    checked_name(&call.table)?;
    check_write(legacy, call.condition.is_some())?;
    write::check_returned(call.returned)?;
    let item = put::checked(std::mem::take(&mut call.item))?;
    write::condition(None, &call.names, &call.values)?;
    let condition = expected(legacy)?;
    put::run(state, &call, item, condition.as_ref())
}

fn delete(state: &mut State, call: &call::Delete, legacy: &Write) -> Checked<reply::Delete> {
    if *legacy == Write::default() {
        return delete::delete(state, call);
    }
    checked_name(&call.table)?;
    check_write(legacy, call.condition.is_some())?;
    write::check_returned(call.returned)?;
    check_values(&call.key)?;
    write::condition(None, &call.names, &call.values)?;
    let condition = expected(legacy)?;
    delete::run(state, call, condition.as_ref())
}

fn check_write(legacy: &Write, has_condition: bool) -> Checked {
    let given = [("Expected", legacy.expected.is_some()), ("ConditionalOperator", legacy.joint.is_some())];
    not_mixed(&given, &[("ConditionExpression", has_condition)])
}

fn expected(legacy: &Write) -> Checked<Option<Condition<'_>>> {
    joint(legacy.joint, legacy.expected.as_ref().map_or(0, std::collections::BTreeMap::len))?;
    match &legacy.expected {
        Some(expected) => lower::expected(expected, legacy.joint),
        None => Ok(None),
    }
}

fn update(state: &mut State, call: &call::Update, legacy: &Update) -> Checked<reply::Update> {
    if *legacy == Update::default() {
        return update::update(state, call);
    }
    checked_name(&call.table)?;
    let given = [
        ("AttributeUpdates", legacy.updates.is_some()),
        ("Expected", legacy.expected.is_some()),
        ("ConditionalOperator", legacy.joint.is_some()),
    ];
    let expressions =
        [("UpdateExpression", call.update.is_some()), ("ConditionExpression", call.condition.is_some())];
    not_mixed(&given, &expressions)?;
    check_values(&call.key)?;
    update::prepare((None, None), &call.names, &call.values)?;
    joint(legacy.joint, legacy.expected.as_ref().map_or(0, std::collections::BTreeMap::len))?;
    let actions = legacy.updates.as_ref().map(lower::updates).transpose()?.unwrap_or_default();
    let condition = match &legacy.expected {
        Some(expected) => lower::expected(expected, legacy.joint)?,
        None => None,
    };
    update::run(state, call, &update::Prepared { actions, condition }).map_err(|refusal| {
        if refusal.says(&message::wrong_update_operand()) {
            message::attribute_update_mismatch()
        } else {
            refusal
        }
    })
}

fn query<'s>(state: &'s State, call: &call::Query, legacy: &Query) -> Checked<Page<'s>> {
    if *legacy == Query::default() {
        return query::query(state, call);
    }
    checked_name(&call.table)?;
    // Only conditions on the key may be in the old form when the rest is in the new one: observed on the
    // service by the tests of ScyllaDB's Alternator and of dynalite.
    let given = [
        ("AttributesToGet", legacy.attributes.is_some()),
        ("QueryFilter", legacy.filter.is_some()),
        ("ConditionalOperator", legacy.joint.is_some()),
        ("KeyConditions", legacy.key_conditions.is_some() && call.key_condition.is_some()),
    ];
    let expressions = [
        ("ProjectionExpression", call.projection.is_some()),
        ("FilterExpression", call.filter.is_some()),
        ("KeyConditionExpression", call.key_condition.is_some()),
    ];
    not_mixed(&given, &expressions)?;
    if let Some(start) = &call.start {
        check_values(start)?;
    }
    joint(legacy.joint, legacy.filter.as_ref().map_or(0, std::collections::BTreeMap::len))?;
    let parameters = query::parameters(call).naming_attributes(legacy.attributes.is_some());
    let missing = "FilterExpression and KeyConditionExpression are null";
    let mut expressions: Expressions<'_> =
        page::prepare(&parameters, call.key_condition.as_deref(), missing)?;
    if let Some(conditions) = &legacy.key_conditions {
        expressions.key_condition = lower::key_conditions(conditions)?;
    }
    let mut scope = FilterScope::Expression;
    if let Some(filter) = &legacy.filter {
        expressions.filter = lower::conditions(filter, legacy.joint)?;
        scope = FilterScope::Legacy;
    }
    if let Some(names) = &legacy.attributes {
        expressions.projection = Some(lower::attributes(names)?);
    }
    query::run(state, call, &expressions, scope)
}

fn scan<'s>(state: &'s State, call: &call::Scan, legacy: &Scan) -> Checked<Page<'s>> {
    if *legacy == Scan::default() {
        return scan::scan(state, call);
    }
    checked_name(&call.table)?;
    let given = [
        ("AttributesToGet", legacy.attributes.is_some()),
        ("ScanFilter", legacy.filter.is_some()),
        ("ConditionalOperator", legacy.joint.is_some()),
    ];
    let expressions =
        [("ProjectionExpression", call.projection.is_some()), ("FilterExpression", call.filter.is_some())];
    not_mixed(&given, &expressions)?;
    scan::check_parameters(call)?;
    joint(legacy.joint, legacy.filter.as_ref().map_or(0, std::collections::BTreeMap::len))?;
    let parameters = scan::parameters(call).naming_attributes(legacy.attributes.is_some());
    let mut expressions = page::prepare(&parameters, None, "FilterExpression is null")?;
    if let Some(filter) = &legacy.filter {
        expressions.filter = lower::conditions(filter, legacy.joint)?;
    }
    if let Some(names) = &legacy.attributes {
        expressions.projection = Some(lower::attributes(names)?);
    }
    scan::run(state, call, &expressions)
}
