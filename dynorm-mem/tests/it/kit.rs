//! Short ways to write values, tables and calls.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynorm::backend::table::{CreateTable, Index, IndexScope, KeyAttribute, KeySchema, Projection};
use dynorm::backend::{Failure, FailureKind, Names, Values, call, reply};
use dynorm::value::{Item, KeyKind, Name, Number, Value};
use dynorm_mem::Engine;

/// An item: `item! { pk: "a", n: 1 }`.
macro_rules! item {
    ($($name:ident: $value:expr),* $(,)?) => {
        dynorm::value::Item::from([$((stringify!($name), $crate::kit::value($value))),*] as [(&'static str, dynorm::value::Value); _])
    };
}

/// Placeholder values: `values! { v: 1 }` defines `:v`.
macro_rules! values {
    ($($name:ident: $value:expr),* $(,)?) => {
        dynorm::value::Item::from([$((concat!(":", stringify!($name)), $crate::kit::value($value))),*])
    };
}

/// Placeholder names: `names! { n: "name" }` defines `#n`.
macro_rules! names {
    ($($name:ident: $of:expr),* $(,)?) => {
        std::collections::BTreeMap::from(
            [$((dynorm::value::Name::from(concat!("#", stringify!($name))), dynorm::value::Name::from($of))),*]
        )
    };
}

/// A list: `list![1, "a"]`.
macro_rules! list {
    ($($value:expr),* $(,)?) => { dynorm::value::Value::L(vec![$($crate::kit::value($value)),*]) };
}

pub(crate) use {item, list, names, values};

/// What can be written where a value is wanted.
pub(crate) trait IntoValue {
    fn into_value(self) -> Value;
}

pub(crate) fn value(from: impl IntoValue) -> Value {
    from.into_value()
}

macro_rules! into_value {
    ($($from:ty: $value:ident => $to:expr;)*) => {$(
        impl IntoValue for $from {
            fn into_value(self) -> Value {
                let $value = self;
                $to
            }
        }
    )*};
}
into_value! {
    &str: text => Value::S(text.to_owned());
    String: text => Value::S(text);
    i64: n => Value::N(Number::from(n));
    i32: n => Value::N(Number::from(n));
    bool: flag => Value::Bool(flag);
    Item: map => Value::M(map);
    Value: value => value;
}

pub(crate) fn number(text: &str) -> Value {
    Value::N(text.parse().unwrap())
}

pub(crate) fn ss<const LEN: usize>(members: [&str; LEN]) -> Value {
    Value::Ss(members.map(str::to_owned).to_vec())
}

pub(crate) fn ns<const LEN: usize>(members: [i64; LEN]) -> Value {
    Value::Ns(members.map(Number::from).to_vec())
}

pub(crate) fn bytes(bytes: &[u8]) -> Value {
    Value::B(bytes.to_vec())
}

/// Key attributes: `"pk:S"`.
pub(crate) fn attribute(text: &str) -> KeyAttribute {
    let (name, kind) = text.split_once(':').unwrap();
    let kind = match kind {
        "S" => KeyKind::S,
        "N" => KeyKind::N,
        "B" => KeyKind::B,
        other => panic!("no kind {other}"),
    };
    KeyAttribute { name: name.to_owned(), kind }
}

/// A key: partition attributes, then sort attributes after `|`: `"a:S b:N | c:S"`.
pub(crate) fn key(text: &str) -> KeySchema {
    let (partition, sort) = text.split_once('|').unwrap_or((text, ""));
    let attributes = |text: &str| text.split_whitespace().map(attribute).collect();
    KeySchema { partition: attributes(partition), sort: attributes(sort) }
}

pub(crate) fn global(name: &str, of: &str, projection: Projection) -> Index {
    Index { name: name.to_owned(), scope: IndexScope::Global, key: key(of), projection }
}

pub(crate) fn local(name: &str, of: &str, projection: Projection) -> Index {
    Index { name: name.to_owned(), scope: IndexScope::Local, key: key(of), projection }
}

pub(crate) fn include<const LEN: usize>(names: [&str; LEN]) -> Projection {
    Projection::Include(names.map(str::to_owned).to_vec())
}

pub(crate) fn definition(name: &str, of: &str, indexes: Vec<Index>) -> CreateTable {
    CreateTable { table: name.to_owned(), key: key(of), indexes, ..Default::default() }
}

/// The time of all calls of which the time does not matter.
pub(crate) const NOW: SystemTime = UNIX_EPOCH;

pub(crate) fn seconds(n: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(n)
}

/// An engine with a table `docs` of partition key `pk`, S, and sort key `sk`, N.
pub(crate) fn docs() -> Engine {
    with_table(definition("docs", "pk:S | sk:N", vec![]))
}

/// An engine with a table `users` of partition key `id`, S.
pub(crate) fn users() -> Engine {
    with_table(definition("users", "id:S", vec![]))
}

pub(crate) fn with_table(definition: CreateTable) -> Engine {
    let mut engine = Engine::new();
    engine.create_table(definition, NOW).unwrap();
    engine
}

/// Puts, get and the rest on the engine's only table.
pub(crate) trait OneTable {
    fn table(&self) -> String;
    fn store(&mut self, item: Item);
    fn load(&self, key: Item) -> Option<Item>;
    fn change(
        &mut self,
        key: Item,
        update: &str,
        names: Names,
        values: Values,
    ) -> Result<reply::Update, Failure>;
    fn select(&self, condition: &str, values: Values) -> Result<reply::Query, Failure>;
    fn matches(&self, filter: &str, names: Names, values: Values) -> Result<Vec<Item>, Failure>;
}

impl OneTable for Engine {
    fn table(&self) -> String {
        self.table_names().next().unwrap().to_owned()
    }

    #[track_caller]
    fn store(&mut self, item: Item) {
        let call = call::Put { table: self.table(), item, ..Default::default() };
        self.put(call).unwrap();
    }

    #[track_caller]
    fn load(&self, key: Item) -> Option<Item> {
        let call = call::Get { table: self.table(), key, consistent: true, ..Default::default() };
        self.get(&call).unwrap().item
    }

    fn change(
        &mut self,
        key: Item,
        update: &str,
        names: Names,
        values: Values,
    ) -> Result<reply::Update, Failure> {
        let update = Some(update.to_owned());
        self.update(&call::Update { table: self.table(), key, update, names, values, ..Default::default() })
    }

    fn select(&self, condition: &str, values: Values) -> Result<reply::Query, Failure> {
        let key_condition = Some(condition.to_owned());
        self.query(&call::Query { table: self.table(), key_condition, values, ..Default::default() })
    }

    fn matches(&self, filter: &str, names: Names, values: Values) -> Result<Vec<Item>, Failure> {
        let filter = Some(filter.to_owned());
        let call = call::Scan { table: self.table(), filter, names, values, ..Default::default() };
        self.scan(&call).map(|reply| reply.items)
    }
}

/// The message of a refusal for breaking a rule.
#[track_caller]
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
    let failure = result.expect_err("the call must be refused");
    assert_eq!(failure.kind, FailureKind::Validation, "{failure}");
    failure.message
}

/// The same without the words that the newer messages begin with.
#[track_caller]
pub(crate) fn bare_refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
    let message = refusal(result);
    message.strip_prefix("1 validation error detected: ").unwrap_or(&message).to_owned()
}

pub(crate) fn no_names() -> Names {
    Names::new()
}

pub(crate) fn no_values() -> Values {
    Values::new()
}

pub(crate) fn name(text: &str) -> Name {
    Name::from(text.to_owned())
}

/// A value of this many levels: a text in lists.
pub(crate) fn nested(levels: usize) -> Value {
    (1..levels).fold(value("leaf"), |inner, _| Value::L(vec![inner]))
}
