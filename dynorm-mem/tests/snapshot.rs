//! Exports and imports: what goes out comes in again as it was.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::io::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use dynorm::backend::call;
use dynorm::backend::table::{
    CreateTable, Encryption, Index, IndexCapacity, IndexScope, KeyAttribute, KeySchema, Projection,
    StreamView, TableClass, Throughput, TimeToLive, UnitsPerSecond,
};
use dynorm::value::{Item, KeyKind, Number, Value};
use dynorm_mem::call::table::{IndexUpdate, UpdateTable};
use dynorm_mem::call::tag::{Tag, TagResource};
use dynorm_mem::{Engine, ManualClock, MemBackend, wire};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

fn attribute(name: &str, kind: KeyKind) -> KeyAttribute {
    KeyAttribute { name: name.into(), kind }
}

fn key(partition: &str, sort: &str) -> KeySchema {
    KeySchema { partition: vec![attribute(partition, KeyKind::S)], sort: vec![attribute(sort, KeyKind::N)] }
}

fn global(name: &str) -> Index {
    let projection = Projection::Include(vec!["x".into()]);
    Index { name: name.into(), scope: IndexScope::Global, key: key("g", "n"), projection }
}

/// What a table may be, besides its items.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[derive(Clone, Debug)]
struct Settings {
    throughput: Option<(u64, u64)>,
    has_early_index: bool,
    has_late_index: bool,
    has_local_index: bool,
    unlimited: bool,
    class: TableClass,
    key: Option<String>,
    stream: bool,
    protection: bool,
    expires: bool,
    tags: Vec<String>,
}

fn settings() -> impl Strategy<Value = Settings> {
    let flags = any::<[bool; 8]>();
    let throughput = proptest::option::of((1u64..20, 1u64..20));
    let key = proptest::option::of("[a-z]{1,5}");
    let tags = proptest::collection::vec("[a-z]{1,3}", 0..3);
    (flags, throughput, key, tags).prop_map(|(flags, throughput, key, tags)| Settings {
        throughput,
        has_early_index: flags[0],
        has_late_index: flags[1],
        has_local_index: flags[2],
        unlimited: flags[3],
        class: if flags[4] { TableClass::Standard } else { TableClass::InfrequentAccess },
        key,
        stream: flags[5],
        protection: flags[6],
        expires: flags[7],
        tags,
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[a-z\u{e9}\"\\\\]{0,4}".prop_map(Value::from),
        any::<i64>().prop_map(|n| Value::N(Number::from(n))),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        proptest::collection::vec(any::<u8>(), 0..4).prop_map(Value::B),
        proptest::collection::btree_set("[a-z]{0,2}", 1..4)
            .prop_map(|set| Value::Ss(set.into_iter().collect())),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::L),
            proptest::collection::btree_map("[a-z]{1,2}", inner, 0..4)
                .prop_map(|map| Value::M(map.into_iter().collect())),
        ]
    })
}

/// Items of a table whose early index, if it has one, allows all of them.
fn items(has_early_index: bool) -> impl Strategy<Value = Vec<Item>> {
    let g = if has_early_index {
        prop_oneof![Just(None), "[ab]".prop_map(|text| Some(Value::from(text)))].boxed()
    } else {
        prop_oneof![Just(None), Just(Some(Value::from(""))), value().prop_map(Some)].boxed()
    };
    let item = ("[a-c]", 0i64..4, g, value()).prop_map(|(p, s, g, x)| {
        let mut item = Item::from([("p", Value::from(p)), ("s", Value::N(Number::from(s)))]);
        item.insert("n", Value::N(Number::from(s)));
        item.insert("x", x);
        if let Some(g) = g {
            item.insert("g", g);
        }
        item
    });
    proptest::collection::vec(item, 0..12)
}

fn build(settings: &Settings, items: &[Item]) -> Engine {
    let mut engine = Engine::new();
    let throughput = settings.throughput.map(|(read, write)| Throughput { read, write });
    let mut indexes = Vec::new();
    if settings.has_early_index {
        indexes.push(global("early"));
    }
    if settings.has_local_index {
        let projection = Projection::KeysOnly;
        indexes.push(Index {
            name: "local".into(),
            scope: IndexScope::Local,
            key: key("p", "n"),
            projection,
        });
    }
    let created = engine.create_table(
        CreateTable {
            table: "things".into(),
            key: key("p", "s"),
            indexes,
            throughput,
            class: settings.class,
            encryption: settings.key.clone().map_or(Encryption::ServiceKey, Encryption::Key),
            stream: settings.stream.then_some(StreamView::KeysOnly),
            deletion_protection: settings.protection,
            ..Default::default()
        },
        UNIX_EPOCH,
    );
    let resource = created.unwrap().arn;
    let tags: Vec<Tag> =
        settings.tags.iter().map(|key| Tag { key: key.clone(), value: "v".into() }).collect();
    // Some of them are twice, which is refused.
    drop(engine.tag_resource(&TagResource { resource, tags }));
    for item in items {
        engine.put(call::Put { table: "things".into(), item: item.clone(), ..Default::default() }).unwrap();
    }
    let mut change = |call: UpdateTable| {
        engine.update_table(&UpdateTable { table: "things".into(), ..call }, UNIX_EPOCH).unwrap();
    };
    if settings.has_late_index {
        let own = throughput.map(|_| Throughput { read: 77, write: 7 });
        let index =
            IndexUpdate::Create(global("late"), IndexCapacity { throughput: own, ..Default::default() });
        change(UpdateTable { indexes: vec![index], ..Default::default() });
    }
    if settings.unlimited && throughput.is_none() {
        let none = UnitsPerSecond { read: Some(-1), write: Some(9) };
        change(UpdateTable { on_demand: Some(none), ..Default::default() });
    }
    if settings.expires {
        let setting = TimeToLive { table: "things".into(), attribute: "at".into(), enabled: true };
        engine.update_time_to_live(&setting, UNIX_EPOCH).unwrap();
    }
    engine
}

fn of_index(engine: &Engine, index: &str) -> Option<Vec<Item>> {
    let call = call::Scan { table: "things".into(), index: Some(index.into()), ..Default::default() };
    engine.scan(&call).ok().map(|reply| reply.items)
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_as_it_was(
        (settings, items) in settings().prop_flat_map(|settings| {
            let early = settings.has_early_index;
            (Just(settings), items(early))
        })
    ) {
        let engine = build(&settings, &items);
        let backend = MemBackend::of(engine.clone()).with_clock(ManualClock::new());
        let lines = wire::export(&backend);
        let copy = MemBackend::new();
        wire::import(&copy, lines.as_bytes()).unwrap();
        let diff = engine.diff(&copy.engine());
        prop_assert!(diff.is_empty(), "{}\n{}", diff, lines);
        for index in ["early", "late", "local"] {
            prop_assert_eq!(of_index(&engine, index), of_index(&copy.engine(), index), "{}", index);
        }
        prop_assert_eq!(wire::export(&copy), lines);

        // Items alone come back into a table that is there.
        let only = wire::export_items(&backend, "things").unwrap();
        // A late index that is there already would refuse what it skipped.
        let again = MemBackend::of(build(&Settings { has_late_index: false, ..settings }, &[]));
        prop_assert_eq!(wire::import_items(&again, "things", only.as_bytes()).unwrap().n_tables, 0);
        prop_assert_eq!(again.items("things"), backend.items("things"));
    }
}

/// Source: the developer guide's page on the formats of exports to S3.
#[test]
fn an_export_of_the_service_goes_into_a_table() {
    let settings = Settings {
        throughput: None,
        has_early_index: false,
        has_late_index: false,
        has_local_index: false,
        unlimited: false,
        class: TableClass::Standard,
        key: None,
        stream: false,
        protection: false,
        expires: false,
        tags: vec![],
    };
    let backend = MemBackend::of(build(&settings, &[]).with_table_delay(Duration::from_secs(1)));
    let export = br#"{"Item":{"p":{"S":"Acme Band 1"},"s":{"N":"1"},"Awards":{"N":"10"}}}
{"Item":{"p":{"S":"Acme Band 2"},"s":{"N":"2"},"Tags":{"SS":["b","a"]},"Photo":{"B":"AAE="}}}
"#;
    let imported = wire::import_items(&backend, "things", export).unwrap();
    assert_eq!((imported.n_tables, imported.n_items), (0, 2));
    let read = call::Get {
        table: "things".into(),
        key: Item::from([("p", Value::from("Acme Band 2")), ("s", Value::N(Number::from(2)))]),
        ..Default::default()
    };
    let item = backend.engine().get(&read).unwrap().item.unwrap();
    assert_eq!(item.get("Photo"), Some(&Value::B(vec![0, 1])));

    let broken = [export.as_slice(), br#"{"Item":{"p":{"S":"x"}}}"#].concat();
    let error = wire::import_items(&backend, "things", &broken).unwrap_err();
    assert_eq!(error.line(), 3);

    // The service's files are compressed.
    let files = export.split_inclusive(|byte| *byte == b'\n').map(gzip).collect::<Vec<_>>().concat();
    let before = backend.items("things");
    let again = backend.fork();
    assert_eq!(wire::import_items(&again, "things", &files).unwrap().n_items, 2);
    assert_eq!(again.items("things"), before);
    assert_eq!(wire::import_items(&again, "things", &gzip(b"")).unwrap().n_items, 0);
    let breaks_off = &files[..files.len() - 1];
    assert_eq!(wire::import_items(&again, "things", breaks_off).unwrap_err().line(), 3);

    assert_eq!(wire::import_items(&backend, "nothing", export).unwrap_err().line(), 1);
    let table = wire::export(&backend);
    assert_eq!(wire::import_items(&backend, "things", table.as_bytes()).unwrap_err().line(), 1);
    assert!(wire::export_items(&backend, "nothing").is_err());
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}
