//! Enums with data, nested and flattened structs, values that are stored in a way of their own: how they are stored,
//! read back, compared and changed.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dynorm::backend::call;
use dynorm::prelude::*;
use dynorm::value::{Coded, DecodeError, EncodeError};

use crate::setup::Test;

/// Without a tag of its own: the name of the variant is the one member of a map.
#[derive(Attribute, Clone, Debug, PartialEq)]
#[attr(rename_all = "snake_case")]
pub enum Shape {
    Nothing,
    Circle(f64),
    Segment(i32, i32),
    #[attr(alias = "box")]
    Rectangle {
        width: u32,
        #[attr(default = 1)]
        height: u32,
    },
    #[attr(other)]
    Other(Value),
}

#[derive(Attribute, Clone, Debug, PartialEq)]
pub struct Card {
    pub last_four: String,
    pub network: Option<String>,
}

/// The name of the variant is beside its members.
#[derive(Attribute, Clone, Debug, PartialEq)]
#[attr(tag = "kind", rename_all = "camelCase")]
pub enum Payment {
    Cash,
    Card(Card),
    #[attr(rename_all = "camelCase")]
    BankTransfer {
        account_number: String,
        #[attr(skip)]
        attempts: u8,
    },
}

/// The name of the variant is beside one member that has what it holds.
#[derive(Attribute, Clone, Debug, PartialEq)]
#[attr(tag = "t", content = "c")]
pub enum Event {
    Opened,
    Renamed(String),
    Moved(u8, Option<Nullable<u8>>),
    Paid { cents: u64 },
}

#[derive(Attribute, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Size {
    Small,
    Large,
}

#[derive(Attribute, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sku(pub String);

/// A text whose known values have variants.
#[derive(Attribute, Clone, Debug, PartialEq)]
pub enum Channel {
    Web,
    Shop,
    #[attr(other)]
    Partner(String),
}

#[derive(Attribute, Clone, Debug, PartialEq)]
#[attr(rename_all = "camelCase")]
pub struct Address {
    pub street_name: String,
    pub city: String,
    #[attr(flatten)]
    pub position: Position,
}

#[derive(Attribute, Clone, Debug, PartialEq)]
pub struct Position {
    pub lat: i32,
    #[attr(alias = "long")]
    pub lon: Option<i32>,
}

#[derive(Attribute, Clone, Debug, PartialEq)]
pub struct Shipping(pub Box<Address>);

#[derive(Attribute, Clone, Debug, PartialEq)]
#[attr(transparent)]
pub struct Grams {
    pub grams: u32,
}

#[derive(Attribute, Clone, Debug, PartialEq)]
pub struct Range(pub u32, pub u32);

#[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
pub struct Foreign {
    pub labels: Vec<String>,
    pub weight: Option<f32>,
}

/// Cents, stored as text.
mod cents {
    use super::{Attribute, DecodeError, EncodeError, Value};

    #[allow(
        clippy::unnecessary_wraps,
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature of `with`"
    )]
    pub(super) fn encode(cents: &u64) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::S(format!("{cents} ct"))))
    }

    pub(super) fn decode(value: Value) -> Result<u64, DecodeError> {
        let text = String::decode(value.clone())?;
        let cents = text.strip_suffix(" ct").and_then(|cents| cents.parse().ok());
        cents.ok_or_else(|| DecodeError::new("an amount in cents", &value))
    }
}

#[derive(Entity, Clone, Debug, PartialEq)]
#[entity(table = "Parcels", pk = "PARCEL#{id}", sk = "SKU#{sku}", name = of_id, rename_all = "camelCase", scan)]
#[entity(tag = "Parcel", alias = "Package", alias = "Shipment")]
pub struct Parcel {
    pub id: u32,
    pub sku: Sku,
    pub shape: Shape,
    pub payment: Payment,
    pub events: Vec<Event>,
    #[attr(flatten)]
    pub pickup: Address,
    pub ship_to: Option<Shipping>,
    pub stock_by_size: BTreeMap<Size, u32>,
    pub prices: HashMap<Sku, i64>,
    pub channel: Channel,
    pub weight: Grams,
    pub range: Range,
    pub pair: (u8, (bool, String)),
    pub text: Cow<'static, str>,
    pub shared: Arc<str>,
    pub checksum: [u8; 4],
    pub corners: [Position; 2],
    pub note: Nullable<String>,
    #[attr(alias = "oldRemark", alias = "comment")]
    pub remark: Option<String>,
    #[attr(alias = "count", default = 1)]
    pub copies: u32,
    #[attr(serde)]
    pub foreign: Foreign,
    #[attr(serde)]
    pub maybe_foreign: Option<Foreign>,
    #[attr(with = cents)]
    pub postage: u64,
    #[attr(with = cents, default = 5)]
    pub tip: u64,
    #[attr(skip, default = 3)]
    pub retries: u8,
}

fn parcel() -> Parcel {
    let pickup = Address {
        street_name: "Main St".into(),
        city: "Bern".into(),
        position: Position { lat: 47, lon: Some(7) },
    };
    Parcel {
        id: 1,
        sku: Sku("a".into()),
        shape: Shape::Rectangle { width: 3, height: 4 },
        payment: Payment::Card(Card { last_four: "4242".into(), network: None }),
        events: vec![
            Event::Opened,
            Event::Renamed("n".into()),
            Event::Moved(1, Some(Nullable::Null)),
            Event::Paid { cents: 9 },
        ],
        ship_to: Some(Shipping(Box::new(Address { city: "Basel".into(), ..pickup.clone() }))),
        pickup,
        stock_by_size: [(Size::Small, 2), (Size::Large, 0)].into(),
        prices: [(Sku("a".into()), -1)].into_iter().collect(),
        channel: Channel::Partner("Ann's".into()),
        weight: Grams { grams: 250 },
        range: Range(1, 5),
        pair: (7, (true, "x".into())),
        text: "borrowed".into(),
        shared: "shared".into(),
        checksum: [0, 1, 2, 255],
        corners: [Position { lat: 1, lon: None }, Position { lat: 2, lon: Some(3) }],
        note: Nullable::Null,
        remark: Some("fragile".into()),
        copies: 2,
        foreign: Foreign { labels: vec!["l".into()], weight: None },
        maybe_foreign: None,
        postage: 250,
        tip: 0,
        retries: 3,
    }
}

fn key() -> Key<Parcel> {
    Parcel::key(1u32, Sku("a".into()))
}

async fn stored(db: &Db) -> Item {
    let get = call::Get {
        table: db.table_name::<Parcel>(),
        key: key().item().unwrap().clone(),
        ..Default::default()
    };
    db.backend().get(get).await.unwrap().item.unwrap()
}

/// A table with the parcel as an older program would have written it.
async fn older(t: &Test, change: impl FnOnce(&mut Item)) -> Db {
    let db = t.table::<Parcel>().await;
    let mut item = parcel().to_item().unwrap();
    change(&mut item);
    let put = call::Put { table: db.table_name::<Parcel>(), item, ..Default::default() };
    db.backend().put(put).await.unwrap();
    db
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn number(number: i64) -> Value {
    Value::N(number.into())
}

crate::cases! {
    /// Documents of every shape are read back as they were written.
    async fn every_shape_is_read_back(t: &Test) {
        let db = t.table::<Parcel>().await;
        let all = [
            (Shape::Nothing, Payment::Cash),
            (Shape::Circle(0.5), Payment::BankTransfer { account_number: "CH1".into(), attempts: 0 }),
            (Shape::Segment(-1, 1), Payment::Cash),
            (Shape::Rectangle { width: 1, height: 0 }, parcel().payment),
            (Shape::Other(Value::M([("hexagon", number(6))].into())), parcel().payment),
        ];
        for (shape, payment) in all {
            let parcel = Parcel { shape, payment, ..parcel() };
            db.put(&parcel).await.unwrap();
            assert_eq!(db.get(key()).await.unwrap(), Some(parcel));
        }
        let foreign = Foreign { labels: vec![], weight: Some(0.5) };
        let other = Parcel {
            ship_to: None,
            note: Nullable::Value("n".into()),
            remark: None,
            channel: Channel::Web,
            maybe_foreign: Some(foreign),
            ..parcel()
        };
        db.put(&other).await.unwrap();
        assert_eq!(db.query(Parcel::of_id(1u32)).all().await.unwrap(), [other]);
    }

    /// Documents are stored as the documentation says.
    async fn every_shape_is_stored_as_documented(t: &Test) {
        let db = t.table::<Parcel>().await;
        db.put(&parcel()).await.unwrap();
        let item = stored(&db).await;
        let map = |members: &[(&'static str, Value)]| Value::M(members.iter().cloned().collect());
        let event = |tag: &str, content: Option<Value>| {
            let mut map = Item::from([("t", text(tag))]);
            map.extend(content.map(|content| ("c", content)));
            Value::M(map)
        };
        let events = vec![
            event("Opened", None),
            event("Renamed", Some(text("n"))),
            event("Moved", Some(Value::L(vec![number(1), Value::Null]))),
            event("Paid", Some(map(&[("cents", number(9))]))),
        ];
        let ship_to = map(&[
            ("streetName", text("Main St")), ("city", text("Basel")), ("lat", number(47)), ("lon", number(7)),
        ]);
        for (name, value) in [
            ("shape", map(&[("rectangle", map(&[("width", number(3)), ("height", number(4))]))])),
            ("payment", map(&[("kind", text("card")), ("last_four", text("4242"))])),
            ("events", Value::L(events)),
            ("streetName", text("Main St")),
            ("city", text("Bern")),
            ("lat", number(47)),
            ("lon", number(7)),
            ("shipTo", ship_to),
            ("stockBySize", map(&[("Small", number(2)), ("Large", number(0))])),
            ("prices", map(&[("a", number(-1))])),
            ("channel", text("Ann's")),
            ("weight", number(250)),
            ("range", Value::L(vec![number(1), number(5)])),
            ("pair", Value::L(vec![number(7), Value::L(vec![Value::Bool(true), text("x")])])),
            ("text", text("borrowed")),
            ("shared", text("shared")),
            ("checksum", Value::B(vec![0, 1, 2, 255])),
            ("note", Value::Null),
            ("remark", text("fragile")),
            ("foreign", map(&[("labels", Value::L(vec![text("l")])), ("weight", Value::Null)])),
            ("postage", text("250 ct")),
            ("_type", text("Parcel")),
        ] {
            assert_eq!(item.get(name), Some(&value), "{name}");
        }
        for absent in ["pickup", "position", "retries", "maybeForeign"] {
            assert!(!item.contains(absent), "{absent}");
        }
    }

    /// A value that is none of the variants is an error with its path, what was expected and what was found.
    async fn an_unknown_variant_is_named(t: &Test) {
        let tagged = |tag: Value| Value::M([("kind", tag)].into());
        let event = |tag: &str, content: Value| {
            Value::L(vec![Value::M([("t", text(tag)), ("c", content)].into())])
        };
        let one_of = "expected one of `cash`, `card`, `bankTransfer`, found";
        for (attribute, value, said) in [
            ("payment", tagged(text("check")), format!("`payment.kind`: {one_of} S \"check\"")),
            ("payment", tagged(number(1)), format!("`payment.kind`: {one_of} N 1")),
            ("payment", Value::M(Item::new()), format!("`payment.kind`: {one_of} nothing")),
            ("payment", text("cash"), "`payment`: expected a map, found S \"cash\"".into()),
            ("payment", tagged(text("card")), "`payment.last_four`: expected a value, found nothing".into()),
            ("events", event("Paid", number(1)), "`events[0].c`: expected a map, found N 1".into()),
            ("events", event("Renamed", number(1)), "`events[0].c`: expected text, found N 1".into()),
            (
                "events",
                event("Moved", Value::L(vec![text("x"), Value::Null])),
                "`events[0].c[0]`: expected an integer from 0 to 255, found S \"x\"".into(),
            ),
            (
                "events",
                event("Moved", Value::L(vec![])),
                "`events[0].c`: expected 2 elements, found 0 elements".into(),
            ),
            (
                "shape",
                Value::M([("rectangle", Value::M([("width", text("x"))].into()))].into()),
                "`shape.rectangle.width`: expected an integer".into(),
            ),
            ("lat", text("x"), "`lat`: expected an integer".into()),
            (
                "stockBySize",
                Value::M([("Medium", number(1))].into()),
                "`stockBySize.Medium`: expected the name of an entry that is a `Size`, found S \"Medium\"".into(),
            ),
            ("corners", Value::L(vec![]), "`corners`: expected 2 elements, found 0 elements".into()),
            ("postage", text("9"), "`postage`: expected an amount in cents, found S \"9\"".into()),
            ("foreign", text("9"), "`foreign`: expected what serde reads: ".into()),
        ] {
            let db = older(t, |item| { item.insert(attribute, value); }).await;
            let error = db.get(key()).await.unwrap_err();
            assert!(error.is_decode() && error.to_string().contains(&said), "{said} is not in: {error}");
        }
    }

    /// What older programs wrote is read: attributes under older names, absent ones with defaults, variants and tags that
    /// have other names now.
    async fn older_names_are_read(t: &Test) {
        let db = older(t, |item| {
            for (now, before) in [("remark", "comment"), ("copies", "count"), ("lon", "long")] {
                let value = item.remove(now).unwrap();
                item.insert(before, value);
            }
            item.remove("tip");
            item.insert("shape", Value::M([("box", Value::M([("width", number(3))].into()))].into()));
            item.insert("_type", "Package");
        }).await;
        let expected = Parcel { tip: 5, shape: Shape::Rectangle { width: 3, height: 1 }, ..parcel() };
        assert_eq!(db.get(key()).await.unwrap(), Some(expected.clone()));
        assert_eq!(db.query(Parcel::of_id(1u32)).all().await.unwrap(), std::slice::from_ref(&expected));
        assert_eq!(db.scan::<Parcel>().all().await.unwrap(), std::slice::from_ref(&expected));
        // What is written then has the names of now.
        db.put(&expected).await.unwrap();
        let item = stored(&db).await;
        assert_eq!(item.get("_type"), Some(&text("Parcel")));
        assert!(!item.contains("comment") && !item.contains("count") && !item.contains("long"));
    }

    /// The name of now counts, where an older one is there too.
    async fn the_name_of_now_counts(t: &Test) {
        let db = older(t, |item| { item.insert("oldRemark", "old"); item.insert("comment", "older"); }).await;
        assert_eq!(db.get(key()).await.unwrap().unwrap().remark.unwrap(), "fragile");
        let db = older(t, |item| {
            item.remove("remark");
            item.insert("oldRemark", "old");
            item.insert("comment", "older");
        }).await;
        assert_eq!(db.get(key()).await.unwrap().unwrap().remark.unwrap(), "old");
    }

    /// An update of an attribute leaves nothing under its older names.
    async fn updates_remove_older_names(t: &Test) {
        let rename = |item: &mut Item| {
            let remark = item.remove("remark").unwrap();
            item.insert("comment", remark);
        };
        let db = older(t, rename).await;
        db.update(key()).set(Parcel::REMARK, Some("new".to_owned())).await.unwrap();
        assert_eq!(db.get(key()).await.unwrap().unwrap().remark.unwrap(), "new");
        assert!(!stored(&db).await.contains("comment"));
        let db = older(t, rename).await;
        db.update(key()).remove(Parcel::REMARK).await.unwrap();
        assert_eq!(db.get(key()).await.unwrap().unwrap().remark, None);
    }

    /// An item with older names moves to another key as it is.
    async fn an_item_with_older_names_moves(t: &Test) {
        let db = older(t, |item| {
            let remark = item.remove("remark").unwrap();
            item.insert("comment", remark);
        }).await;
        let moved = db.rekey(&parcel(), |parcel| parcel.sku = Sku("b".into())).await.unwrap();
        assert_eq!(db.query(Parcel::of_id(1u32)).all().await.unwrap(), [moved]);
        let stale = Parcel { remark: None, ..parcel() };
        let db = older(t, |_| ()).await;
        let refused = db.rekey(&stale, |parcel| parcel.sku = Sku("b".into())).await.unwrap_err();
        assert!(refused.is_condition_failed(), "{refused}");
    }

    /// Paths lead into documents of every shape, in conditions and in updates.
    async fn paths_lead_into_documents(t: &Test) {
        let db = t.table::<Parcel>().await;
        db.put(&parcel()).await.unwrap();
        let ship_to = || Parcel::SHIP_TO.inner();
        let holds = Parcel::PICKUP.at(Address::CITY).eq("Bern")
            & Parcel::PICKUP.at(Address::POSITION.at(Position::LAT)).ge(47)
            & ship_to().at(Address::CITY).begins_with("Ba")
            & ship_to().at(Address::POSITION.at(Position::LON)).lt(8)
            & Parcel::STOCK_BY_SIZE.key(Size::Small).eq(2u32)
            & Parcel::PRICES.key(Sku("a".into())).lt(0)
            & Parcel::WEIGHT.inner().between(1u32, 250u32)
            & Parcel::CORNERS.index(1).at(Position::LON).eq(3)
            & Parcel::TEXT.begins_with("borr")
            & Parcel::SHARED.contains("are")
            & Parcel::POSTAGE.eq(Coded::from(250))
            & Parcel::PAYMENT.eq(parcel().payment);
        let found = db.query(Parcel::of_id(1u32)).filter(holds).all().await.unwrap();
        assert_eq!(found, [parcel()]);

        let update = db.update(key())
            .set(Parcel::PICKUP.at(Address::CITY), "Chur")
            .set(Parcel::PICKUP.at(Address::POSITION.at(Position::LAT)), 46)
            .set(ship_to().at(Address::STREET_NAME), "Ring")
            .add(Parcel::STOCK_BY_SIZE.key(Size::Large), 4u32)
            .add(Parcel::WEIGHT.inner(), 1u32)
            .set(Parcel::SHAPE, Shape::Circle(1.0))
            .set(Parcel::POSTAGE, 300)
            .remove(Parcel::TIP)
            .returning(Returning::New);
        let now = update.await.unwrap();
        let mut expected = parcel();
        expected.pickup.city = "Chur".into();
        expected.pickup.position.lat = 46;
        expected.ship_to.as_mut().unwrap().0.street_name = "Ring".into();
        expected.stock_by_size.insert(Size::Large, 4);
        expected.weight.grams = 251;
        expected.shape = Shape::Circle(1.0);
        expected.postage = 300;
        expected.tip = 5;
        assert_eq!(now, expected);
    }

    /// Projections read flattened structs, attributes under older names, and what is stored in a way of its own.
    async fn projections_read_documents(t: &Test) {
        #[derive(Projection, Debug, PartialEq)]
        #[projection(of = Parcel)]
        struct Part {
            pickup: Address,
            remark: Option<String>,
            postage: u64,
            foreign: Foreign,
            #[projection(path = Parcel::SHIP_TO.inner().at(Address::CITY))]
            city: Option<String>,
        }
        let db = older(t, |item| {
            for (now, before) in [("remark", "comment"), ("lon", "long")] {
                let value = item.remove(now).unwrap();
                item.insert(before, value);
            }
        }).await;
        let Parcel { pickup, remark, postage, foreign, .. } = parcel();
        let expected = Part { pickup, remark, postage, foreign, city: Some("Basel".into()) };
        assert_eq!(db.get(key()).project::<Part>().await.unwrap(), Some(expected));
    }
}
