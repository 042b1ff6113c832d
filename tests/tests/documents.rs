//! Documents of every shape: what is written is read back, and what is stored by others is read or refused, never
//! half read.

use std::fmt::Debug;

use dynorm::prelude::*;
use dynorm_tests::suite::document::{
    Address, Card, Channel, Event, Grams, Payment, Position, Range, Shape, Shipping, Size, Sku,
};
use proptest::prelude::*;

fn texts() -> impl Strategy<Value = String> {
    "[a-zA-Z_#é ]{0,6}"
}

fn positions() -> impl Strategy<Value = Position> {
    (any::<i32>(), any::<Option<i32>>()).prop_map(|(lat, lon)| Position { lat, lon })
}

fn addresses() -> impl Strategy<Value = Address> {
    (texts(), texts(), positions()).prop_map(|(street_name, city, position)| Address {
        street_name,
        city,
        position,
    })
}

/// Values of any kind, with the names that the types here know among those of members.
fn values() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("kind"),
        Just("t"),
        Just("c"),
        Just("lat"),
        Just("city"),
        Just("streetName"),
        Just("last_four"),
        Just("circle"),
        Just("segment"),
        Just("rectangle"),
        Just("width"),
        Just("x"),
    ];
    let known = prop_oneof![
        Just("cash"),
        Just("card"),
        Just("bankTransfer"),
        Just("Opened"),
        Just("Renamed"),
        Just("Moved"),
        Just("Paid"),
        Just("nothing"),
        Just("Web"),
        Just("y"),
    ];
    let leaf = prop_oneof![
        known.prop_map(Value::from),
        any::<i64>().prop_map(|n| Value::N(n.into())),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        any::<Vec<u8>>().prop_map(Value::B),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::L),
            prop::collection::vec((names.clone(), inner), 0..4)
                .prop_map(|members| Value::M(members.into_iter().collect())),
        ]
    })
}

#[track_caller]
fn reads_back<T: Attribute + PartialEq + Debug>(value: &T) {
    let stored = value.encode().expect("the value can be stored");
    let read = match stored.clone() {
        Some(stored) => T::decode(stored).expect("what was stored can be read"),
        None => T::absent().expect("what is absent can be read"),
    };
    assert_eq!(&read, value, "stored as {stored:?}");
}

/// What can be read is read back after it was written.
#[track_caller]
fn is_read_whole_or_refused<T: Attribute + PartialEq + Debug>(stored: &Value) {
    if let Ok(value) = T::decode(stored.clone()) {
        reads_back(&value);
    }
}

proptest! {
    #[test]
    fn enums_with_data_are_read_back(text in texts(), a in any::<i32>(), b in any::<i32>(), n in any::<u32>(),
        unknown in values())
    {
        let other = Value::M([("hexagon", unknown)].into());
        for shape in [Shape::Nothing, Shape::Circle(f64::from(a) / 8.0), Shape::Segment(a, b),
            Shape::Rectangle { width: n, height: n / 2 }, Shape::Other(other)]
        {
            reads_back(&shape);
        }
        let card = Card { last_four: text.clone(), network: (n % 2 == 0).then(|| text.clone()) };
        let transfer = Payment::BankTransfer { account_number: text.clone(), attempts: 0 };
        for payment in [Payment::Cash, Payment::Card(card), transfer] {
            reads_back(&payment);
        }
        let nullable = |n: u8| if n == 0 { Nullable::Null } else { Nullable::Value(n) };
        let small = n.to_le_bytes()[0];
        for event in [Event::Opened, Event::Renamed(text.clone()), Event::Moved(small, Some(nullable(small % 3))),
            Event::Paid { cents: n.into() }]
        {
            reads_back(&event);
        }
    }

    #[test]
    fn structs_are_read_back(address in addresses(), corners in (positions(), positions()), n in any::<u32>(),
        stock in prop::collection::btree_map(prop_oneof![Just(Size::Small), Just(Size::Large)], any::<u32>(), 0..3),
        prices in prop::collection::hash_map(texts().prop_map(Sku), any::<i64>(), 0..3))
    {
        reads_back(&address);
        reads_back(&Some(Shipping(Box::new(address.clone()))));
        reads_back(&[corners.0.clone(), corners.1.clone()]);
        reads_back(&(n, (address.city.clone(), corners)));
        reads_back(&Range(n, n / 3));
        reads_back(&Grams { grams: n });
        reads_back(&stock);
        reads_back(&prices);
        reads_back(&std::borrow::Cow::Borrowed(address.city.as_str()));
    }

    #[test]
    fn what_others_stored_is_read_whole_or_refused(stored in values()) {
        is_read_whole_or_refused::<Shape>(&stored);
        is_read_whole_or_refused::<Payment>(&stored);
        is_read_whole_or_refused::<Event>(&stored);
        is_read_whole_or_refused::<Channel>(&stored);
        is_read_whole_or_refused::<Address>(&stored);
        is_read_whole_or_refused::<(Nullable<i64>, Range)>(&stored);
        is_read_whole_or_refused::<std::collections::BTreeMap<Size, Value>>(&stored);
    }
}
