//! What the derives store, and the errors of what they cannot read.

use dynorm::prelude::*;

#[derive(Attribute, Clone, Copy, Debug, PartialEq)]
enum Status {
    Active,
    #[attr(rename = "gone")]
    Retired,
}

#[derive(Attribute, Clone, Debug, PartialEq)]
struct UserId(String);

#[derive(Attribute, Clone, Debug, PartialEq)]
struct Address {
    city: String,
    #[attr(rename = "h")]
    house: Option<u16>,
    #[attr(default = 7)]
    floor: u8,
    status: Status,
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Orders", pk = "USER#{user}", sk = "{status}#{number:05}#{note:escaped}", name = of_user)]
#[entity(index(ByStatus, pk = status, sk = "{weight:desc}#{user}"))]
struct Order {
    user: UserId,
    status: Status,
    number: u16,
    note: String,
    weight: Option<u8>,
}

fn main() {
    assert_eq!(Status::Retired.encode(), Ok(Some(Value::from("gone"))));
    assert_eq!(Status::decode(Value::from("Active")), Ok(Status::Active));
    let error = Status::decode(Value::from("Retired")).unwrap_err();
    assert_eq!(error.to_string(), "expected one of `Active`, `gone`, found S \"Retired\"");

    assert_eq!(UserId("ann".into()).encode(), Ok(Some(Value::from("ann"))));
    assert!(UserId::decode(Value::Bool(true)).is_err());

    let mut map = Item::new();
    map.insert("city", "Ulm");
    map.insert("status", "gone");
    let address = Address { city: "Ulm".into(), house: None, floor: 7, status: Status::Retired };
    assert_eq!(Address::decode(Value::M(map.clone())), Ok(address.clone()));
    map.insert("floor", 7u8.encode().unwrap().unwrap());
    assert_eq!(address.encode(), Ok(Some(Value::M(map.clone()))));
    map.insert("status", "x");
    let error = Address::decode(Value::M(map.clone())).unwrap_err();
    assert_eq!(error.to_string(), "`status`: expected one of `Active`, `gone`, found S \"x\"");
    map.remove("city");
    let error = Address::decode(Value::M(map)).unwrap_err();
    assert_eq!(error.to_string(), "`city`: expected a value, found nothing");

    let key = Order::key(UserId("ann".into()), Status::Retired, 7u16, "a#b");
    let item = key.item().unwrap();
    assert_eq!(item.get("PK"), Some(&Value::from("USER#ann")));
    assert_eq!(item.get("SK"), Some(&Value::from("gone#00007#a$23b")));
    let parsed = Key::<Order>::parse(item).unwrap();
    assert_eq!(parsed.field(Order::USER).unwrap(), UserId("ann".into()));
    assert_eq!(parsed.field(Order::NOTE).unwrap(), "a#b");
    let order = Order {
        user: UserId("ann".into()),
        status: Status::Retired,
        number: 7,
        note: "a#b".into(),
        weight: Some(3),
    };
    assert_eq!(Key::of_entity(&order), key);
}
