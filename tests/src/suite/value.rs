//! Values of every kind, there and back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use dynorm::backend::call;
use dynorm::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::scenario::{Address, Kinds, may};

fn kinds() -> Kinds {
    Kinds {
        id: Uuid::from_u128(1),
        text: String::new(),
        letter: 'é',
        flag: true,
        small: i8::MIN,
        large: u64::MAX,
        float: -1.5e-7,
        decimal: Decimal::new(-123_456_789, 4),
        bytes: vec![0, 1, 255],
        list: vec![Some(Box::new(1)), Some(Box::new(2))],
        texts: ["a".to_owned(), String::new()].into(),
        numbers: [3, -1, 2].into(),
        binaries: [vec![], vec![9]].into(),
        map: [("a.b".to_owned(), vec![true, false]), ("#c".to_owned(), vec![])].into(),
        nothing: Nullable::Null,
        absent: None,
        date: may(31),
        time: DateTime::from_timestamp(1_779_000_000, 123_456_789).expect("in range"),
        array: [-1, 1],
        address: Address { street: "s".into(), city: "c".into(), code: Some("z".into()) },
    }
}

crate::cases! {
    /// Every kind of value is read back as it was written.
    async fn every_kind_is_read_back(t: &Test) {
        let db = t.table::<Kinds>().await;
        db.put(&kinds()).await.unwrap();
        assert_eq!(db.get(Kinds::key(kinds().id)).await.unwrap(), Some(kinds()));
        let empty = Kinds {
            texts: BTreeSet::new(),
            numbers: BTreeSet::new(),
            binaries: BTreeSet::new(),
            map: BTreeMap::new(),
            list: Vec::new(),
            bytes: Vec::new(),
            absent: Some(0),
            nothing: Nullable::Value(7),
            ..kinds()
        };
        db.put(&empty).await.unwrap();
        assert_eq!(db.get(Kinds::key(kinds().id)).await.unwrap(), Some(empty));
    }

    /// Every kind of value is stored as the documentation says.
    async fn every_kind_is_stored_as_documented(t: &Test) {
        let db = t.table::<Kinds>().await;
        db.put(&kinds()).await.unwrap();
        let key = Kinds::key(kinds().id).item().unwrap().clone();
        let get = call::Get { table: db.table_name::<Kinds>(), key, ..Default::default() };
        let item = db.backend().get(get).await.unwrap().item.unwrap();
        let found: Vec<_> = item.iter().map(|(name, value)| format!("{name} {}", value.type_name())).collect();
        let expected = "_type S,address M,array L,binaries BS,bytes B,date S,decimal N,flag BOOL,float N,id S,large N,\
                        letter S,list L,map M,nothing NULL,numbers NS,small N,text S,texts SS,time S";
        assert_eq!(found.join(","), expected);
        assert_eq!(item.get("time"), Some(&Value::from("2026-05-17T06:40:00.123456789Z")));
        assert_eq!(item.get("decimal"), Some(&Value::N("-12345.6789".parse().unwrap())));
    }

    /// The error of a bad value says where it is.
    async fn a_bad_value_is_named(t: &Test) {
        let db = t.table::<Kinds>().await;
        let error = db.put(&Kinds { list: vec![None], ..kinds() }).await.unwrap_err();
        assert!(error.is_encode() && error.to_string().contains("`list[0]`"), "{error}");
        assert_eq!(db.get(Kinds::key(kinds().id)).await.unwrap(), None);
    }
}
