//! Typed DynamoDB: keys that cannot be wrong, no accidental scan, and tests that tell the truth.
//!
//! Write the access patterns of an application once, as annotated structs. The compiler proves what can be proved of
//! keys, indexes, operators, scans and consistency; the same code runs on the in-process engine `dynorm-mem` in tests
//! and on DynamoDB in production.
//!
//! ```
//! use dynorm::prelude::*;
//!
//! #[derive(Entity, Debug, PartialEq)]
//! #[entity(table = "Shop", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer)]
//! struct Order {
//!     customer: String,
//!     number: u32,
//!     paid: bool,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
//! let db = Db::new(dynorm_mem::MemBackend::new());
//! db.create_table::<Order>().await?;
//! db.create(&Order { customer: "ann".into(), number: 1, paid: false }).await?;
//! db.update(Order::key("ann", 1u32)).set(Order::PAID, true).await?;
//! let paid = db.query(Order::of_customer("ann")).filter(Order::PAID.eq(true)).all().await?;
//! assert_eq!(paid, [Order { customer: "ann".into(), number: 1, paid: true }]);
//! # Ok(()) }
//! ```
//!
//! # Where things are
//!
//! * [`Table`], [`Entity`], [`Attribute`], [`Projection`], [`macro@Collection`]: the derives, with everything that can be said in
//!   their attributes.
//! * [`Db`]: every operation.
//! * [`Attr`]: the operators of conditions and filters; [`op::Update`]: the changes of an update.
//! * [`Read`]: limits, filters, projections, keys and the ways to take the result of a query or scan; [`Page`], [`Cursor`].
//! * [`Error`]: what can go wrong. Each error has a code, and `docs/errors.md` in the repository a section for it.
//! * [`object`]: stores for values that are too large for their items.
//! * [`backend`]: the seam, for backends of your own; `aws`: the production backend.
//!
//! # Features
//!
//! | Feature | What it gives |
//! |---|---|
//! | `aws` (default) | the backend on aws-sdk-dynamodb |
//! | `aws-env` | `AwsBackend::from_env`, which needs a C compiler to build its TLS |
//! | `aws-local` | `AwsBackend::local`, for servers on this machine, over plain HTTP |
//! | `bigdecimal`, `bytes`, `chrono`, `jiff`, `rust_decimal`, `time`, `ulid`, `url`, `uuid` | attributes and key parts of these crates' types |
//! | `signed-cursors` | `CursorKeys`: cursors that clients cannot forge |
//! | `serde` | [`value::Value`] and [`value::Item`] as DynamoDB JSON; fields that are `#[attr(serde)]` |
//! | `tracing` | a span `dynorm.operation` at level `DEBUG` for each operation, however many requests it sends, and within it a span `dynorm.request` for each of those: with `otel.name` by access pattern, table, index, units, retries, numbers of items, the exception of a refusal, and nothing of any item |

#[cfg(feature = "aws")]
pub mod aws;
pub mod backend;
pub mod collection;
mod db;
pub mod entity;
mod error;
pub mod expr;
pub use crate::entity::hook;
pub mod key;
pub mod object;
pub mod op;
mod page;
pub mod schema;
pub mod value;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use crate::collection::Collection;
pub use crate::db::Db;
pub use crate::entity::{Entity, Key, Pattern, Projection, Scannable, Table};
pub use crate::error::{
    CancellationReason, CancelledAction, CursorProblem, Error, Failure, FailureKind, Reason, Result,
};
pub use crate::expr::{Attr, Condition};
pub use crate::op::{Outcome, Query, Read, Returning, Scan};
#[cfg(feature = "signed-cursors")]
pub use crate::page::CursorKeys;
pub use crate::page::{Cursor, Page, ScanPosition};
pub use crate::value::{Attribute, Expiry, Offloaded};

/// Stores a struct or an enum of your own in an attribute.
///
/// | Shape | Stored as |
/// |---|---|
/// | a struct with named fields | a map; each field is a constant for paths: `Order::SHIP_TO.at(Address::CITY)` |
/// | a struct with several fields without names | a list |
/// | a struct around one value, `#[attr(transparent)]` if the field has a name | that value, in keys too; [`Attr::inner`] leads into it |
/// | an enum without data | a text, the variant's name; it can be part of keys, where it sorts by that text |
/// | an enum with data | `{"Variant": ..}`; with `tag = "kind"` as `{"kind": "Variant", ..}`, with `tag = "t", content = "c"` as `{"t": "Variant", "c": ..}` |
///
/// | `#[attr(...)]` on the type | Meaning |
/// |---|---|
/// | `rename_all = "camelCase"` | how fields, or variants, are named in items; `lowercase`, `UPPERCASE`, `PascalCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case` and `SCREAMING-KEBAB-CASE` too |
/// | `tag = "kind"`, `content = "c"` | where the name of the variant is, and what it holds |
/// | `transparent` | stored as its one field |
///
/// | `#[attr(...)]` on a variant | Meaning |
/// |---|---|
/// | `rename = "open"` | its name in items |
/// | `alias = "opened"` | a name that it had before, which is read; several may be given |
/// | `rename_all = "camelCase"` | how its fields are named in items |
/// | `other` | keeps what no variant is known for: `Other(String)` in an enum without data, `Other(Value)` in others |
///
/// Fields take the arguments of those of [entities](macro@Entity), but for `ttl`. `docs/patterns/documents.md` in the repository
/// has examples of all.
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Attribute, Clone, Debug, PartialEq)]
/// struct Address {
///     city: String,
///     #[attr(rename = "zip")]
///     code: Option<String>,
/// }
///
/// #[derive(Attribute, Clone, Copy, Debug, PartialEq)]
/// enum Status {
///     #[attr(rename = "open")]
///     Open,
///     Paid,
/// }
///
/// let address = Address { city: "Bern".into(), code: None };
/// assert_eq!(address.encode()?, Some(Value::M([("city", "Bern")].into())));
/// assert_eq!(Status::Open.encode()?, Some(Value::from("open")));
/// let error = Status::decode(Value::from("lost")).unwrap_err();
/// assert_eq!(error.to_string(), r#"expected one of `open`, `Paid`, found S "lost""#);
/// # Ok::<(), dynorm::value::EncodeError>(())
/// ```
pub use dynorm_derive::Attribute;

/// Reads the items of one partition, of several entities, by one query.
///
/// | Argument of `#[collection(...)]` | Meaning |
/// |---|---|
/// | `table = Shop` | the table that all members are in |
/// | `pk = "CUSTOMER#{customer}"` | the form of the members' partition keys: their literals, and fields under any names; or `pk = device` where the key is a field itself |
/// | `sk = "ORDER#{number}"` | reads only items whose sort key is this, or goes on after it with another segment |
/// | `index = GSI1` | reads the index, by the keys that the members have there |
/// | `unknown = error` | an item of no member is an error; without, it is passed over |
/// | `delimiter = "%"` | the table's delimiter, if it is not `#` |
///
/// A **struct** is the whole partition: a field of the type `E` holds the one item of an entity, `Option<E>` at most one,
/// `Vec<E>` all of them in the order of the sort key. Awaiting [`Db::collect`] gives it, from as many requests as it takes.
///
/// An **enum** is one entry of the partition, `Order(Order)` for each entity; it can be paged and streamed.
///
/// Other items of the partition are passed over, so that a new entity there is no error for programs that do not know
/// it yet. The compiler checks that the members are in the table and have partition keys of this form. What is generated
/// is `of(..)`, whose arguments are the fields of the templates in their order, with the types that they have in the
/// first member.
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Table)]
/// #[table(name = "Shop", pk = "PK", sk = "SK", entities(Customer, Order, Line))]
/// struct Shop;
///
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
/// struct Customer { id: String, name: String }
///
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
/// struct Order { customer: String, number: u32 }
///
/// #[derive(Entity, Debug, PartialEq)]
/// #[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}#LINE#{line}")]
/// struct Line { customer: String, number: u32, line: u8 }
///
/// #[derive(Collection, Debug)]
/// #[collection(table = Shop, pk = "CUSTOMER#{customer}")]
/// struct CustomerOrders { customer: Customer, orders: Vec<Order> }
///
/// /// An order with its lines.
/// #[derive(Collection, Debug)]
/// #[collection(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}")]
/// struct WholeOrder { order: Order, lines: Vec<Line> }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// let db = Db::new(dynorm_mem::MemBackend::new());
/// db.create_table::<Shop>().await?;
/// db.put(&Customer { id: "ann".into(), name: "Ann".into() }).await?;
/// for number in 1..=2 {
///     db.put(&Order { customer: "ann".into(), number }).await?;
///     db.put(&Line { customer: "ann".into(), number, line: 1 }).await?;
/// }
/// let ann = db.collect(CustomerOrders::of("ann")).newest_first().await?;
/// assert_eq!((ann.customer.name.as_str(), ann.orders[0].number), ("Ann", 2));
/// let order = db.collect(WholeOrder::of("ann", 2u32)).await?;
/// assert_eq!((order.order.number, order.lines.len()), (2, 1));
///
/// assert!(db.collect(CustomerOrders::of("bob")).await.unwrap_err().is_member_missing());
/// assert!(db.collect(CustomerOrders::of("bob")).optional().await?.is_none());
/// # Ok(()) }
/// ```
pub use dynorm_derive::Collection;

/// Stores a struct as items of a table.
///
/// # The entity: `#[entity(...)]`
///
/// | Argument | Meaning |
/// |---|---|
/// | `table = Catalog` | the table, a type that derives [`Table`](macro@Table) and lists the entity |
/// | `table = "Users"` | a table of this entity alone |
/// | `pk = "PRODUCT#{id}"`, `sk = "REVIEW#{day}#{user}"` | key templates, see below |
/// | `pk = user_id`, `sk = at` | a field as the key itself: text, a number or bytes |
/// | `name = of_product` | the name of the access pattern of the partition; `partition` without |
/// | `shards = 16, by = id` | spreads the items of one partition key over shards, by fields of the primary key; in `index(..)` by any fields: see [below](#shards) |
/// | `index(GSI1, name = by_price, pk = "...", sk = "...", when = ...)` | the keys in an index of the table, and its access pattern; `pk` is left away for a local index, `when` if all items are in the index |
/// | `index(ByMaker, name = by_maker, pk = [maker, line], sk = [year, id])` | the keys in a global index whose keys have several attributes: the fields that are stored in them, up to four and four |
/// | `index(Inverted, name = of_user, inverted)` | the primary key the other way round, in an index of the table with `pk = "SK", sk = "PK"`; nothing is stored for it |
/// | `index(Late, name = by_team, .., scan)` | allows [`Db::scan_index`] of the index: `db.scan_index(Task::scan_by_team())` |
/// | `tag = "Product"` | the type tag of its items; the struct's name without |
/// | `alias = "Article"` | a type tag that its items had before, which is read; several may be given |
/// | `rename_all = "camelCase"` | how its attributes are named, as for [`Attribute`](macro@Attribute) |
/// | `scan` | allows [`Db::scan`] |
/// | `version = 3, upgrade_from = OrderV2` | the schema version of its items, from 1, and the [older version](entity::Older) that those of smaller ones have; `upgrade_from = none` if none of them are left: see `docs/patterns/evolution.md` in the repository |
/// | `of = Order, version = 2` | instead of a table: this is an older version of another entity, which is only read |
/// | `delimiter = "%"` | the table's delimiter, if it is not `#` |
///
/// In a table of its own, `index(ByMail, pk = mail, projection = ...)` declares the index too, a local one with
/// `local`; the attributes of templates are called `PK`, `SK`, `{index}PK` and `{index}SK`; and `type_attribute` and
/// `version_attribute` are as for [`Table`](macro@Table).
///
/// # Key templates
///
/// Segments with the delimiter between them; each is a literal, a field, or a literal with a field after it.
///
/// | Placeholder | Text |
/// |---|---|
/// | `{field}` in a partition key | as the value is written |
/// | `{field}` in a sort key | so that it sorts as the value: integers padded to the width of their type, negative ones first, UTC times with nanoseconds, dates, enums by their name |
/// | `{field:06}`, `{price:08.2}` | zero-padded to this width, with this many decimals |
/// | `{field:desc}`, `{field:06:desc}` | the largest first |
/// | `{field:escaped}` | text that may contain the delimiter |
/// | `{field:raw}` | as it is written, in a sort key that does not sort by it: no ranges |
///
/// A field of an index template may be an `Option`: `None` keeps the item out of the index. So does `when`, an
/// expression over fields, if it is false: `index(Open, pk = "OPEN#{owner}", when = !archived)`.
///
/// An update of a field that an index key is made of, or that `when` names, makes the key anew. It compiles only if
/// the other fields of the key are known too: set, [lent](op::Update::given), or part of the primary key.
///
/// `hooks(AUDIT)` names [hooks](hook::Hook) that see each write of the entity.
///
/// `unique(email)` lets no two items of the entity have the same `email`; `unique(tenant, email)` no two the same of both, and so
/// does `unique(email, scope = tenant)`, which is called `email_in_tenant`. `User::unique_email("ann@x")` finds the
/// entity by it: [`Db::get_by`]. Fields are text, exact numbers, bytes, or an `Option` of one, and the partition keys of
/// the table are templates.
///
/// `history` keeps each state of an item as a version, written in one transaction with the item: [`Db::history`],
/// [`Db::latest`], [`Db::at_version`]. `history(keep = "90d")` ends versions when the next one was written so long ago. The
/// keys of the table are texts, and its partition keys templates without shards.
///
/// # Shards
///
/// `shards = 16, by = id` adds the number of a shard to the partition key, from 2 to 1000 of them, made of the text of the
/// fields after `by`: `EVENTS#monday#007`. Keys know their shard, and queries read all shards in the order of the sort key:
/// see `docs/patterns/sharding.md` in the repository, [`Query::shard`] and [`Query::concurrency`]. `was = 8` says how many shards
/// there were, until all items are where they belong: they are looked for in both places, and [`Db::reshard`] moves them.
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Entity)]
/// #[entity(table = "Events", pk = "EVENTS#{day}", sk = "{at}#{id}", name = of_day, shards = 16, by = id)]
/// struct Event { day: String, at: u64, id: String }
///
/// let key = Event::key("monday", 7u64, "e7");
/// assert_eq!(key.item()?.get("PK"), Some(&Value::from("EVENTS#monday#015")));
/// # Ok::<(), dynorm::Error>(())
/// ```
///
/// # The fields: `#[attr(...)]`
///
/// | Argument | Meaning |
/// |---|---|
/// | `rename = "n"` | the attribute's name |
/// | `alias = "m"` | a name that the attribute had before, which reads and projections take where the one of now is not there; several may be given |
/// | `default`, `default = expression` | what an absent attribute reads as |
/// | `flatten` | the members of a struct, or of an enum with a tag, are attributes of the item |
/// | `skip` | not stored; read as its `default` |
/// | `with = module` | stored by the functions `encode` and `decode` of a module, which have the signatures of those of [`Attribute`]; see [`value::Coded`] |
/// | `serde` | stored as `serde_dynamo` stores any `Serialize` and `DeserializeOwned`; needs the feature `serde` |
/// | `compress`, `compress(max = 1_000_000)` | stored compressed where that is smaller; at most so many bytes are read back, 16 MiB if nothing is said; needs the feature `compress` |
/// | `offload`, `offload(inline_up_to = 4096)` | for an [`Offloaded`] value: stored in the item if it has up to so many bytes, 4096 if nothing is said, and if not in the object store of the [`Db`] |
/// | `ttl`, `ttl = "30d after created_at"` | the item expires at this time: an [`Expiry`] or a UTC time; and when it does if no time is given |
/// | `version` | counts writes; each write of what was read checks it, so that of two writers one fails |
/// | `created_at`, `updated_at` | the time of the first write, and of the last |
/// | `counter`, `counter(start = 1, step = 1)` | starts with the item; every update adds to it |
/// | `write_once` | neither updated, nor put or moved with another value |
/// | `sensitive` | its values are in no text for people that dynorm makes: builders, requests, errors |
/// | `validate = path` | a function from `&T` to `Result<(), impl Display>` that every write is checked by |
///
/// # What is generated
///
/// `Review::key(..)`, a constant for each field (`Review::STARS`), and a function for each access pattern, whose
/// result is narrowed from left to right: by a field, or, as the last step, by `.field_in(range)` or
/// `.field_prefix(text)`, which integers do not have.
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Entity, Clone, Debug, PartialEq)]
/// #[entity(table = "Reviews", pk = "PRODUCT#{product}", sk = "REVIEW#{day}#{user}", name = of_product)]
/// #[entity(index(ByUser, pk = "USER#{user}", sk = "STARS#{stars}"))]
/// struct Review {
///     product: String,
///     day: u32,
///     user: String,
///     stars: u8,
///     #[attr(default)]
///     comment: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// let db = Db::new(dynorm_mem::MemBackend::new());
/// db.create_table::<Review>().await?;
/// let review = Review { product: "p1".into(), day: 20_260_424, user: "ann".into(), stars: 5, comment: "".into() };
/// db.create(&review).await?;
///
/// let in_april = Review::of_product("p1").day_in(20_260_401..=20_260_430);
/// assert_eq!(db.query(in_april).all().await?, [review.clone()]);
/// assert_eq!(db.query(Review::by_user("ann").stars(5)).first().await?, Some(review));
/// # Ok(()) }
/// ```
pub use dynorm_derive::Entity;

/// Reads some fields of an entity: [`Read::project`], [`op::Get::project`].
///
/// `#[projection(of = Order)]` on the struct names the entity. Fields have the names and types that they have there;
/// `#[projection(path = ...)]` on a field reads from elsewhere: another field (`Order::STATE`), or what is within one, which
/// may be absent and is an `Option`. What an absent attribute reads as is what the entity says. A time to live is read as an
/// [`Expiry`].
///
/// The request asks for these attributes, and for those that tell whose an item is and whether it is expired. To
/// read an index that does not hold a field does not compile; fields of the primary key are in every index.
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Attribute)]
/// struct Address { street: String, city: String }
///
/// #[derive(Entity)]
/// #[entity(table = "Orders", pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer)]
/// struct Order { customer: String, number: u32, ship_to: Option<Address>, #[attr(default)] paid: bool }
///
/// #[derive(Projection, Debug, PartialEq)]
/// #[projection(of = Order)]
/// struct Shipment {
///     number: u32,
///     #[projection(path = Order::SHIP_TO.at(Address::CITY))]
///     city: Option<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let db = Db::new(dynorm_mem::MemBackend::new());
/// # db.create_table::<Order>().await?;
/// let ship_to = Some(Address { street: "1 Main St".into(), city: "Bern".into() });
/// db.put(&Order { customer: "ann".into(), number: 7, ship_to, paid: true }).await?;
/// let shipments = db.query(Order::of_customer("ann")).project::<Shipment>();
/// assert_eq!(shipments.to_request()?.projection.as_deref(), Some("#2, #3.#4, #0, #1"));
/// assert_eq!(shipments.all().await?, [Shipment { number: 7, city: Some("Bern".into()) }]);
/// # Ok(()) }
/// ```
pub use dynorm_derive::Projection;

/// Declares a table with its keys, indexes and entities.
///
/// | Argument of `#[table(...)]` | Meaning |
/// |---|---|
/// | `name = "Catalog"` | the table's name, which a [`Db`] can change |
/// | `pk = "PK"`, `sk = "SK"` | the key attributes; `sk = "at": N` for numbers, `B` for bytes |
/// | `gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK", projection = all)` | a global secondary index; `projection` is `all`, `keys_only` or `include("a", "b")` |
/// | `gsi(ByMaker, pk = ["maker", "line"], sk = ["year": N, "id"])` | one whose keys have several attributes, up to four and four |
/// | `lsi(LSI1, sk = "LSI1SK")` | a local secondary index |
/// | `ttl = "ttl"` | the attribute of the time to live |
/// | `entities(Product, Review)` | the entities; no two may be able to write the same item |
/// | `allow_overlap(A, B)` | lets two entities have a key in common; reads tell them apart by the tag, updates and deletions do not |
/// | `delimiter = "%"` | what stands between the segments of key templates; `#` without. After one that sorts behind digits and letters, as `_`, text before another segment of a sort key must be `raw` or `escaped` |
/// | `version_attribute = "v"` | where the schema version is kept of items whose entity has one; `_v` without |
/// | `type_attribute = "kind"` | where the type tag is kept; `_type` without; `none` for items without tags, which their keys tell apart |
///
/// ```
/// use dynorm::prelude::*;
///
/// #[derive(Table)]
/// #[table(name = "Shop", pk = "PK", sk = "SK", ttl = "expires")]
/// #[table(gsi(GSI1, pk = "GSI1PK", sk = "GSI1SK", projection = all))]
/// #[table(entities(Customer, Order))]
/// struct Shop;
///
/// #[derive(Entity)]
/// #[entity(table = Shop, pk = "CUSTOMER#{id}", sk = "PROFILE")]
/// struct Customer { id: String, name: String }
///
/// #[derive(Entity)]
/// #[entity(table = Shop, pk = "CUSTOMER#{customer}", sk = "ORDER#{number}", name = of_customer)]
/// #[entity(index(GSI1, name = by_status, pk = "STATUS#{status}", sk = "ORDER#{number}"))]
/// struct Order { customer: String, number: u32, status: String }
///
/// assert_eq!(Shop::ENTITIES.len(), 2);
/// assert_eq!(Order::key("ann", 7u32).item()?.get("SK"), Some(&Value::from("ORDER#0000000007")));
/// # Ok::<(), dynorm::Error>(())
/// ```
pub use dynorm_derive::Table;

/// What most programs need: `use dynorm::prelude::*;`.
pub mod prelude {
    pub use crate::value::{Item, Nullable, Number, Value, ValueKind};
    pub use crate::{
        Attribute, Collection, Cursor, Db, Entity, Expiry, Key, Offloaded, Page, Pattern, Projection,
        Returning, Table,
    };
}

/// The examples of pages, as tests.
macro_rules! doc_tests {
    ($($name:ident $page:literal $($feature:literal)?;)*) => {$(
        #[cfg(all(doctest $(, feature = $feature)?))]
        #[doc = include_str!(concat!("../../", $page))]
        pub struct $name;
    )*};
}

doc_tests! {
    Readme "README.md";
    Documents "docs/patterns/documents.md";
    Evolution "docs/patterns/evolution.md";
    History "docs/patterns/history.md";
    Hooks "docs/patterns/hooks.md";
    Indexes "docs/patterns/indexes.md";
    KeptAttributes "docs/patterns/kept_attributes.md" "chrono";
    LargeValues "docs/patterns/large_values.md" "compress";
    Sensitive "docs/patterns/sensitive.md";
    Sharding "docs/patterns/sharding.md";
    Testing "docs/testing.md";
    TimeToLive "docs/patterns/time_to_live.md";
    Unique "docs/patterns/unique.md";
    Versions "docs/patterns/versions.md";
}
