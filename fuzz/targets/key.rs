//! Any text as a key: a key that is read gives back the fields that it is made of.
#![no_main]

use dynorm::prelude::*;
use libfuzzer_sys::fuzz_target;

#[derive(Entity, Debug, PartialEq)]
#[entity(table = "Shop", pk = "CUSTOMER#{customer}", sk = "ORDER#{number:06}#{paid}#{note}")]
struct Order {
    customer: String,
    number: u32,
    paid: bool,
    note: String,
}

#[derive(Entity, Debug, PartialEq)]
#[entity(table = "Shop", pk = "STOCK#{depot}#{level}", sk = "{change:010}")]
struct Stock {
    depot: String,
    level: i16,
    change: i64,
}

fuzz_target!(|texts: (&str, &str)| {
    let item: Item = [("PK", texts.0), ("SK", texts.1)]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), Value::from(text)))
        .collect();
    if let Ok(key) = Key::<Order>::parse(&item) {
        let fields = (
            key.field(Order::CUSTOMER),
            key.field(Order::NUMBER),
            key.field(Order::PAID),
            key.field(Order::NOTE),
        );
        if let (Ok(customer), Ok(number), Ok(paid), Ok(note)) = fields {
            same(Order::key(customer, number, paid, note).item(), &item);
        }
    }
    if let Ok(key) = Key::<Stock>::parse(&item)
        && let (Ok(depot), Ok(level), Ok(change)) =
            (key.field(Stock::DEPOT), key.field(Stock::LEVEL), key.field(Stock::CHANGE))
    {
        same(Stock::key(depot, level, change).item(), &item);
    }
    let _ = Order::from_item(item.clone());
    let _ = Stock::from_item(item);
});

fn same(made: dynorm::Result<&Item>, read: &Item) {
    assert_eq!(made.expect("fields that were read from a key make one"), read);
}
