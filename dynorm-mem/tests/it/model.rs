//! Random calls against a model: a list of items, searched and sorted naively; and random conditions against a
//! naive evaluator.

use std::cmp::Ordering;

use dynorm::backend::call::{
    BatchGet, BatchGetTable, BatchWrite, BatchWriteAction, Check, Delete, Put, Query, Select, TransactGet,
    TransactGetAction, TransactWrite, TransactWriteAction, Update,
};
use dynorm::backend::table::Projection;
use dynorm::value::{Item, Number, Value};
use dynorm_mem::Engine;
use proptest::prelude::*;

use crate::kit::*;

#[derive(Clone, Debug)]
enum Step {
    Put { pk: i32, sk: i32, g: Option<i32>, x: i32 },
    SetG { pk: i32, sk: i32, g: i32 },
    RemoveG { pk: i32, sk: i32 },
    Delete { pk: i32, sk: i32 },
    Query { pk: i32, low: i32, high: i32, descending: bool },
    QueryIndex { g: i32, above: Option<i32>, descending: bool },
    QueryLocal { pk: i32, g: i32, limit: u32, descending: bool },
    AddX { pk: i32, sk: i32, n: i32 },
    Batch { puts: Vec<(i32, i32, i32)>, delete: (i32, i32) },
    Transact { check: (i32, i32), put: (i32, i32, i32), add: (i32, i32, i32), delete: (i32, i32) },
    ReadAll,
    Fork,
}

fn step() -> impl Strategy<Value = Step> {
    let pk = || 0i32..3;
    let sk = || -3i32..4;
    prop_oneof![
        4 => (pk(), sk(), prop::option::of(0..3), 0..9).prop_map(|(pk, sk, g, x)| Step::Put { pk, sk, g, x }),
        2 => (pk(), sk(), 0..3).prop_map(|(pk, sk, g)| Step::SetG { pk, sk, g }),
        1 => (pk(), sk()).prop_map(|(pk, sk)| Step::RemoveG { pk, sk }),
        2 => (pk(), sk()).prop_map(|(pk, sk)| Step::Delete { pk, sk }),
        2 => (pk(), sk(), sk(), any::<bool>()).prop_map(|(pk, a, b, descending)| Step::Query {
            pk, low: a.min(b), high: a.max(b), descending,
        }),
        2 => (0..3, prop::option::of(-3..9), any::<bool>())
            .prop_map(|(g, above, descending)| Step::QueryIndex { g, above, descending }),
        2 => (pk(), 0..3, 1u32..4, any::<bool>())
            .prop_map(|(pk, g, limit, descending)| Step::QueryLocal { pk, g, limit, descending }),
        2 => (pk(), sk(), -2i32..3).prop_map(|(pk, sk, n)| Step::AddX { pk, sk, n }),
        1 => (prop::collection::vec((pk(), sk(), 0..9), 1..5), (pk(), sk()))
            .prop_map(|(puts, delete)| Step::Batch { puts, delete }),
        2 => ((pk(), sk()), (pk(), sk(), 0..9), (pk(), sk(), -2i32..3), (pk(), sk()))
            .prop_map(|(check, put, add, delete)| Step::Transact { check, put, add, delete }),
        1 => Just(Step::ReadAll),
        1 => Just(Step::Fork),
    ]
}

/// The items as a list, and what the engine should make of it.
#[derive(Clone, Debug, Default)]
struct Model(Vec<Item>);

fn int(item: &Item, name: &str) -> Option<i128> {
    match item.get(name) {
        Some(Value::N(n)) => n.to_i128(),
        _ => None,
    }
}

impl Model {
    fn position(&self, key: &Item) -> Option<usize> {
        self.0.iter().position(|item| ["pk", "sk"].iter().all(|name| item.get(name) == key.get(name)))
    }

    fn put(&mut self, item: Item) {
        self.remove(&item);
        self.0.push(item);
    }

    fn remove(&mut self, key: &Item) {
        if let Some(at) = self.position(key) {
            self.0.remove(at);
        }
    }

    /// Adds to the number of an item that is there.
    fn add(&mut self, (pk, sk, n): (i32, i32, i32)) -> bool {
        let Some(at) = self.position(&key_of(pk, sk)) else { return false };
        let sum = int(&self.0[at], "x").unwrap_or(0) + i128::from(n);
        self.0[at].insert("x", value(i64::try_from(sum).unwrap()));
        true
    }

    fn select(&self, order: [&str; 3], keep: impl Fn(&Item) -> bool, descending: bool) -> Vec<Item> {
        let mut found: Vec<Item> = self.0.iter().filter(|item| keep(item)).cloned().collect();
        found.sort_by_key(|item| order.map(|name| int(item, name)));
        if descending {
            found.reverse();
        }
        found
    }
}

fn engine() -> Engine {
    let indexes =
        vec![global("gsi", "g:N | x:N", Projection::All), local("lsi", "pk:N | x:N", Projection::KeysOnly)];
    with_table(definition("docs", "pk:N | sk:N", indexes))
}

fn key_of(pk: i32, sk: i32) -> Item {
    item! { pk: pk, sk: sk }
}

/// Both take the step; where it reads, both find the same in the same order.
fn take(engine: &mut Engine, model: &mut Model, step: &Step) {
    match *step {
        Step::Put { pk, sk, g, x } => {
            let mut item = item! { pk: pk, sk: sk, x: x };
            if let Some(g) = g {
                item.insert("g", value(g));
            }
            engine.put(Put { table: "docs".into(), item: item.clone(), ..Default::default() }).unwrap();
            model.put(item);
        }
        Step::SetG { pk, sk, g } => {
            engine.change(key_of(pk, sk), "SET g = :g", no_names(), values! { g: g }).unwrap();
            let before = model.position(&key_of(pk, sk)).map(|at| model.0[at].clone());
            let mut item = before.unwrap_or_else(|| key_of(pk, sk));
            item.insert("g", value(g));
            model.put(item);
        }
        Step::RemoveG { pk, sk } => {
            engine.change(key_of(pk, sk), "REMOVE g", no_names(), no_values()).unwrap();
            if let Some(at) = model.position(&key_of(pk, sk)) {
                model.0[at].remove("g");
            }
        }
        Step::Delete { pk, sk } => {
            let key = key_of(pk, sk);
            engine.delete(&Delete { table: "docs".into(), key: key.clone(), ..Default::default() }).unwrap();
            model.remove(&key);
        }
        Step::Query { pk, low, high, descending } => {
            let call = Query {
                table: "docs".into(),
                key_condition: Some("pk = :p AND sk BETWEEN :l AND :h".into()),
                values: values! { p: pk, l: low, h: high },
                descending,
                ..Default::default()
            };
            let range = i128::from(low)..=i128::from(high);
            let keep =
                |item: &Item| int(item, "pk") == Some(pk.into()) && range.contains(&int(item, "sk").unwrap());
            let expected = model.select(["sk", "sk", "sk"], keep, descending);
            assert_eq!(engine.query(&call).unwrap().items, expected);
        }
        Step::QueryIndex { g, above, descending } => query_index(engine, model, g, above, descending),
        Step::QueryLocal { pk, g, limit, descending } => {
            let found = pages_of_local(engine, pk, g, limit, descending);
            let keep = |item: &Item| {
                int(item, "pk") == Some(pk.into())
                    && item.get("x").is_some()
                    && int(item, "g").is_none_or(|found| found != g.into())
            };
            assert_eq!(found, model.select(["x", "sk", "sk"], keep, descending));
        }
        Step::AddX { pk, sk, n } => {
            let condition = Some("attribute_exists(pk)".to_owned());
            let update = Update { condition, ..add_call((pk, sk, n)) };
            assert_eq!(engine.update(&update).is_ok(), model.add((pk, sk, n)));
        }
        Step::Batch { ref puts, delete } => batch(engine, model, puts, delete),
        Step::Transact { check, put, add, delete } => transact(engine, model, check, put, add, delete),
        Step::ReadAll => read_all(engine, model),
        Step::Fork => {
            let mut fork = engine.clone();
            fork.store(item! { pk: 0, sk: 100 });
        }
    }
}

fn query_index(engine: &Engine, model: &Model, g: i32, above: Option<i32>, descending: bool) {
    let mut values = values! { g: g };
    if let Some(above) = above {
        values.insert(":x", value(above));
    }
    let call = Query {
        table: "docs".into(),
        index: Some("gsi".into()),
        key_condition: Some(if above.is_some() { "g = :g AND x > :x" } else { "g = :g" }.into()),
        values,
        descending,
        ..Default::default()
    };
    let keep = |item: &Item| {
        int(item, "g") == Some(g.into())
            && int(item, "x").is_some_and(|x| above.is_none_or(|above| x > above.into()))
    };
    let expected = model.select(["x", "pk", "sk"], keep, descending);
    assert_eq!(engine.query(&call).unwrap().items, expected);
}

/// All pages of a query of the local index, which fetches what it does not hold.
fn pages_of_local(engine: &Engine, pk: i32, g: i32, limit: u32, descending: bool) -> Vec<Item> {
    let mut call = Query {
        table: "docs".into(),
        index: Some("lsi".into()),
        key_condition: Some("pk = :p".into()),
        filter: Some("g <> :g".into()),
        select: Some(Select::AllAttributes),
        values: values! { p: pk, g: g },
        limit: Some(limit),
        descending,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = engine.query(&call).unwrap();
        assert!(page.scanned <= u64::from(limit) && page.count == page.items.len() as u64);
        found.extend(page.items);
        match page.last_key {
            Some(last) => call.start = Some(last),
            None => return found,
        }
    }
}

fn add_call((pk, sk, n): (i32, i32, i32)) -> Update {
    Update {
        table: "docs".into(),
        key: key_of(pk, sk),
        update: Some("ADD x :n".into()),
        values: values! { n: n },
        ..Default::default()
    }
}

fn batch(engine: &mut Engine, model: &mut Model, puts: &[(i32, i32, i32)], delete: (i32, i32)) {
    let mut actions = vec![BatchWriteAction::Delete(key_of(delete.0, delete.1))];
    actions.extend(puts.iter().map(|(pk, sk, x)| BatchWriteAction::Put(item! { pk: *pk, sk: *sk, x: *x })));
    let mut keys: Vec<(i32, i32)> = puts.iter().map(|(pk, sk, _)| (*pk, *sk)).chain([delete]).collect();
    keys.sort_unstable();
    let is_twice = keys.windows(2).any(|pair| pair[0] == pair[1]);
    let call = BatchWrite { tables: [("docs".into(), actions)].into(), ..Default::default() };
    assert_eq!(engine.batch_write(call).is_err(), is_twice);
    if !is_twice {
        model.remove(&key_of(delete.0, delete.1));
        for (pk, sk, x) in puts {
            model.put(item! { pk: *pk, sk: *sk, x: *x });
        }
    }
}

fn transact(
    engine: &mut Engine,
    model: &mut Model,
    check: (i32, i32),
    put: (i32, i32, i32),
    add: (i32, i32, i32),
    delete: (i32, i32),
) {
    let new = item! { pk: put.0, sk: put.1, x: put.2, g: 1 };
    let exists = Check {
        table: "docs".into(),
        key: key_of(check.0, check.1),
        condition: Some("attribute_exists(pk)".into()),
        ..Default::default()
    };
    let actions = vec![
        TransactWriteAction::Check(exists),
        TransactWriteAction::Put(Put { table: "docs".into(), item: new.clone(), ..Default::default() }),
        TransactWriteAction::Update(add_call(add)),
        TransactWriteAction::Delete(Delete {
            table: "docs".into(),
            key: key_of(delete.0, delete.1),
            ..Default::default()
        }),
    ];
    let mut keys = [check, (put.0, put.1), (add.0, add.1), delete];
    keys.sort_unstable();
    let is_twice = keys.windows(2).any(|pair| pair[0] == pair[1]);
    let is_done = !is_twice && model.position(&key_of(check.0, check.1)).is_some();
    let done = engine.transact_write(TransactWrite { actions, ..Default::default() }, NOW);
    assert_eq!(done.is_ok(), is_done, "{done:?}");
    if is_done {
        model.put(new);
        if !model.add(add) {
            model.put(item! { pk: add.0, sk: add.1, x: add.2 });
        }
        model.remove(&key_of(delete.0, delete.1));
    }
}

/// Every key, once in a batch and once in a transaction.
fn read_all(engine: &Engine, model: &Model) {
    let keys: Vec<Item> = (0..3).flat_map(|pk| (-3..4).map(move |sk| key_of(pk, sk))).collect();
    let of_model = |key: &Item| model.position(key).map(|at| model.0[at].clone());
    let get = |key: &Item| TransactGetAction { table: "docs".into(), key: key.clone(), ..Default::default() };
    let actions = keys.iter().map(get).collect();
    let found = engine.transact_get(&TransactGet { actions, ..Default::default() }).unwrap().items;
    assert_eq!(found, keys.iter().map(of_model).collect::<Vec<_>>());
    let expected: Vec<Item> = keys.iter().filter_map(of_model).collect();
    let tables = [("docs".into(), BatchGetTable { keys, ..Default::default() })].into();
    let found = engine.batch_get(&BatchGet { tables, ..Default::default() }).unwrap();
    assert_eq!(found.items["docs"], expected);
}

proptest! {
    #[test]
    fn the_engine_does_as_the_model(steps in prop::collection::vec(step(), 1..60)) {
        let (mut engine, mut model) = (engine(), Model::default());
        for step in &steps {
            take(&mut engine, &mut model, step);
        }
        let mut found: Vec<Item> = engine.items("docs").collect();
        found.sort_by_key(|item| (int(item, "pk"), int(item, "sk")));
        prop_assert_eq!(found, model.select(["pk", "sk", "sk"], |_| true, false));
        prop_assert_eq!(engine.describe_table("docs").unwrap().n_items, model.0.len() as u64);
        let size: usize = model.0.iter().map(Item::size_bytes).sum();
        prop_assert_eq!(engine.describe_table("docs").unwrap().size_bytes, size as u64);
    }
}

/// A condition that can be printed and evaluated without the engine.
#[derive(Clone, Debug)]
enum Tree {
    Compare(usize, &'static str, i64),
    Between(usize, i64, i64),
    In(usize, Vec<i64>),
    Exists(usize),
    NotExists(usize),
    Size(usize, i64),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
type Attributes = [Option<Value>; 4];

fn tree() -> impl Strategy<Value = Tree> {
    let name = || 0..NAMES.len();
    let small = || -2i64..3;
    let leaf = prop_oneof![
        4 => (name(), prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]), small())
            .prop_map(|(name, operator, n)| Tree::Compare(name, operator, n)),
        1 => (name(), small(), small()).prop_map(|(name, a, b)| Tree::Between(name, a.min(b), a.max(b))),
        1 => (name(), prop::collection::vec(small(), 1..4)).prop_map(|(name, list)| Tree::In(name, list)),
        1 => name().prop_map(Tree::Exists),
        1 => name().prop_map(Tree::NotExists),
        1 => (name(), small()).prop_map(|(name, n)| Tree::Size(name, n)),
    ];
    leaf.prop_recursive(5, 40, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
        ]
    })
}

impl Tree {
    /// How tightly the outermost operator binds.
    fn precedence(&self) -> u8 {
        match self {
            Self::Or(..) => 0,
            Self::And(..) => 1,
            Self::Not(_) => 2,
            _ => 3,
        }
    }

    /// The text with no more parentheses than are needed.
    fn print(&self, values: &mut Item) -> String {
        let mut define = |n: i64| {
            let placeholder = format!(":v{}", values.len());
            values.insert(placeholder.clone(), Value::N(Number::from(n)));
            placeholder
        };
        match self {
            Self::Compare(name, operator, n) => format!("{} {operator} {}", NAMES[*name], define(*n)),
            Self::Between(name, low, high) => {
                format!("{} BETWEEN {} AND {}", NAMES[*name], define(*low), define(*high))
            }
            Self::In(name, list) => {
                let list: Vec<String> = list.iter().map(|n| define(*n)).collect();
                format!("{} IN ({})", NAMES[*name], list.join(", "))
            }
            Self::Exists(name) => format!("attribute_exists({})", NAMES[*name]),
            Self::NotExists(name) => format!("attribute_not_exists({})", NAMES[*name]),
            Self::Size(name, n) => format!("size({}) > {}", NAMES[*name], define(*n)),
            Self::Not(inner) => format!("NOT {}", inner.print_in(2, values)),
            Self::And(a, b) => format!("{} AND {}", a.print_in(1, values), b.print_in(1, values)),
            Self::Or(a, b) => format!("{} OR {}", a.print_in(0, values), b.print_in(0, values)),
        }
    }

    fn print_in(&self, precedence: u8, values: &mut Item) -> String {
        let text = self.print(values);
        if self.precedence() < precedence { format!("({text})") } else { text }
    }

    fn holds(&self, item: &Attributes) -> bool {
        let order = |name: usize, n: i64| match &item[name] {
            Some(Value::N(found)) => Some(found.cmp(&Number::from(n))),
            _ => None,
        };
        match self {
            Self::Compare(name, "=", n) => order(*name, *n) == Some(Ordering::Equal),
            Self::Compare(name, "<>", n) => order(*name, *n) != Some(Ordering::Equal),
            Self::Compare(name, "<", n) => order(*name, *n) == Some(Ordering::Less),
            Self::Compare(name, ">", n) => order(*name, *n) == Some(Ordering::Greater),
            Self::Compare(name, "<=", n) => order(*name, *n).is_some_and(|order| order != Ordering::Greater),
            Self::Compare(name, _, n) => order(*name, *n).is_some_and(|order| order != Ordering::Less),
            Self::Between(name, low, high) => {
                order(*name, *low).is_some_and(Ordering::is_ge)
                    && order(*name, *high).is_some_and(Ordering::is_le)
            }
            Self::In(name, list) => list.iter().any(|n| order(*name, *n) == Some(Ordering::Equal)),
            Self::Exists(name) => item[*name].is_some(),
            Self::NotExists(name) => item[*name].is_none(),
            Self::Size(name, n) => {
                matches!(&item[*name], Some(Value::S(text)) if i64::try_from(text.len()).unwrap() > *n)
            }
            Self::Not(inner) => !inner.holds(item),
            Self::And(a, b) => a.holds(item) && b.holds(item),
            Self::Or(a, b) => a.holds(item) || b.holds(item),
        }
    }
}

fn attribute_value() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        3 => (-2i64..3).prop_map(|n| Some(Value::N(Number::from(n)))),
        1 => prop::sample::select(vec!["", "x", "xy"]).prop_map(|text| Some(Value::from(text))),
        1 => Just(None),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn conditions_hold_as_the_naive_evaluator_says(
        tree in tree(),
        attributes in prop::array::uniform4(attribute_value()),
    ) {
        let mut engine = users();
        let mut item = item! { id: "a" };
        for (name, value) in NAMES.iter().zip(&attributes) {
            if let Some(value) = value {
                item.insert(*name, value.clone());
            }
        }
        engine.store(item);
        let mut values = Item::new();
        let text = tree.print(&mut values);
        let found = engine.matches(&text, no_names(), values);
        prop_assert!(found.is_ok(), "{text}: {found:?}");
        prop_assert_eq!(!found.unwrap().is_empty(), tree.holds(&attributes), "{}", text);
    }
}
