//! The engine: requests and the time in, answers out, and nothing else.

use std::time::{Duration, SystemTime};

use dynorm::backend::table::{CreateTable, TableDescription, TimeToLive};
use dynorm::backend::{Failure, call, reply};
use dynorm::value::Item;

use crate::call::stream::{
    DescribeStream, GetRecords, GetShardIterator, ListStreams, Records, StreamDescription, StreamList,
};
use crate::call::table::{AccountLimits, ContinuousBackups, ListTables, TableList, UpdateTable};
use crate::call::tag::{Tag, TagResource, UntagResource};
use crate::message::{Checked, Cohort};
use crate::op;
use crate::partiql::{
    BatchExecuteStatement, BatchStatementReply, ExecuteStatement, ExecuteTransaction, StatementReply,
    TransactionReply,
};
use crate::state::{Expiry, State};

/// One call, as data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// `GetItem`.
    Get(call::Get),
    /// `PutItem`.
    Put(call::Put),
    /// `UpdateItem`.
    Update(call::Update),
    /// `DeleteItem`.
    Delete(call::Delete),
    /// `Query`.
    Query(call::Query),
    /// `Scan`.
    Scan(call::Scan),
    /// `BatchGetItem`.
    BatchGet(call::BatchGet),
    /// `BatchWriteItem`.
    BatchWrite(call::BatchWrite),
    /// `TransactGetItems`.
    TransactGet(call::TransactGet),
    /// `TransactWriteItems`.
    TransactWrite(call::TransactWrite),
    /// `ExecuteStatement`.
    ExecuteStatement(ExecuteStatement),
    /// `BatchExecuteStatement`.
    BatchExecuteStatement(BatchExecuteStatement),
    /// `ExecuteTransaction`.
    ExecuteTransaction(ExecuteTransaction),
    /// `CreateTable`.
    CreateTable(CreateTable),
    /// `DescribeTable`, by the table's name or ARN.
    DescribeTable(String),
    /// `DeleteTable`, by the table's name or ARN.
    DeleteTable(String),
    /// `ListTables`.
    ListTables(ListTables),
    /// `UpdateTimeToLive`.
    UpdateTimeToLive(TimeToLive),
    /// `DescribeTimeToLive`, by the table's name or ARN.
    DescribeTimeToLive(String),
    /// `UpdateTable`.
    UpdateTable(UpdateTable),
    /// `TagResource`.
    TagResource(TagResource),
    /// `UntagResource`.
    UntagResource(UntagResource),
    /// `ListTagsOfResource`, by the table's ARN.
    ListTagsOfResource(String),
    /// `DescribeLimits`.
    DescribeLimits,
    /// `DescribeContinuousBackups`, by the table's name or ARN.
    DescribeContinuousBackups(String),
    /// `ListStreams`.
    ListStreams(ListStreams),
    /// `DescribeStream`.
    DescribeStream(DescribeStream),
    /// `GetShardIterator`.
    GetShardIterator(GetShardIterator),
    /// `GetRecords`.
    GetRecords(GetRecords),
}

/// The answer to the [`Request`] of the same name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Response {
    /// To `GetItem`.
    Get(reply::Get),
    /// To `PutItem`.
    Put(reply::Put),
    /// To `UpdateItem`.
    Update(reply::Update),
    /// To `DeleteItem`.
    Delete(reply::Delete),
    /// To `Query`.
    Query(reply::Query),
    /// To `Scan`.
    Scan(reply::Scan),
    /// To `BatchGetItem`.
    BatchGet(reply::BatchGet),
    /// To `BatchWriteItem`.
    BatchWrite(reply::BatchWrite),
    /// To `TransactGetItems`.
    TransactGet(reply::TransactGet),
    /// To `TransactWriteItems`.
    TransactWrite(reply::TransactWrite),
    /// To `ExecuteStatement`.
    ExecuteStatement(StatementReply),
    /// To `BatchExecuteStatement`.
    BatchExecuteStatement(BatchStatementReply),
    /// To `ExecuteTransaction`.
    ExecuteTransaction(TransactionReply),
    /// To `CreateTable`: the new table.
    CreateTable(TableDescription),
    /// To `DescribeTable`.
    DescribeTable(TableDescription),
    /// To `DeleteTable`: the table as it was.
    DeleteTable(TableDescription),
    /// To `ListTables`.
    ListTables(TableList),
    /// To `UpdateTimeToLive`.
    UpdateTimeToLive,
    /// To `DescribeTimeToLive`: the attribute, if the time to live is on.
    DescribeTimeToLive(Option<String>),
    /// To `UpdateTable`: the table as it is now.
    UpdateTable(TableDescription),
    /// To `TagResource`.
    TagResource,
    /// To `UntagResource`.
    UntagResource,
    /// To `ListTagsOfResource`: all tags, sorted.
    ListTagsOfResource(Vec<Tag>),
    /// To `DescribeLimits`.
    DescribeLimits(AccountLimits),
    /// To `DescribeContinuousBackups`.
    DescribeContinuousBackups(ContinuousBackups),
    /// To `ListStreams`.
    ListStreams(StreamList),
    /// To `DescribeStream`.
    DescribeStream(StreamDescription),
    /// To `GetShardIterator`: the iterator.
    GetShardIterator(String),
    /// To `GetRecords`.
    GetRecords(Records),
}

/// DynamoDB as a state machine.
///
/// The engine reads no clock, does no I/O and has no randomness: the same requests at the same times give the
/// same answers, in the same order. Reads take `&self`. Clones are cheap, whatever the engine holds: both
/// share all items until one of them writes, so a clone is a fork of a fixture.
///
/// Every method answers with a [`Failure`] in the service's words if the request breaks a rule of the
/// service, and then has changed nothing.
///
/// ```
/// use std::time::UNIX_EPOCH;
/// use dynorm::backend::call;
/// use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
/// use dynorm::value::{Item, KeyKind};
/// use dynorm_mem::{Engine, Request, Response};
///
/// let mut engine = Engine::new();
/// let id = KeyAttribute { name: "id".into(), kind: KeyKind::S };
/// let key = KeySchema { partition: vec![id], sort: vec![] };
/// engine.create_table(CreateTable { table: "users".into(), key, ..Default::default() }, UNIX_EPOCH)?;
///
/// let ann = Item::from([("id", "ann"), ("mail", "ann@example.com")]);
/// let put = call::Put { table: "users".into(), item: ann.clone(), ..Default::default() };
/// engine.call(Request::Put(put), UNIX_EPOCH)?;
///
/// let get = call::Get { table: "users".into(), key: Item::from([("id", "ann")]), ..Default::default() };
/// assert_eq!(engine.get(&get)?.item, Some(ann));
/// # Ok::<(), dynorm::backend::Failure>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Engine {
    pub(crate) state: State,
    cohort: Cohort,
}

impl Engine {
    /// An engine without tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same engine, with messages in the words of another cohort.
    #[must_use]
    pub fn with_cohort(self, cohort: Cohort) -> Self {
        Self { cohort, ..self }
    }

    /// Which cohort's words the messages are in.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        self.cohort
    }

    /// The same engine, whose tables take this long to be created, changed and deleted.
    ///
    /// By default nothing takes any time. With a delay tables are `CREATING`, `UPDATING` and `DELETING` until the
    /// time that the engine is told has moved on, and calls that the service refuses in these states are refused;
    /// for tests of programs that wait for their tables.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema, TableStatus};
    /// use dynorm::value::KeyKind;
    /// use dynorm_mem::Engine;
    ///
    /// let mut engine = Engine::new().with_table_delay(Duration::from_secs(5));
    /// let id = KeyAttribute { name: "id".into(), kind: KeyKind::S };
    /// let key = KeySchema { partition: vec![id], sort: vec![] };
    /// engine.create_table(CreateTable { table: "users".into(), key, ..Default::default() }, UNIX_EPOCH)?;
    /// assert_eq!(engine.describe_table("users")?.status, TableStatus::Creating);
    ///
    /// engine.set_now(UNIX_EPOCH + Duration::from_secs(5));
    /// assert_eq!(engine.describe_table("users")?.status, TableStatus::Active);
    /// # Ok::<(), dynorm::backend::Failure>(())
    /// ```
    #[must_use]
    pub fn with_table_delay(mut self, delay: Duration) -> Self {
        self.state.table_delay = delay;
        self
    }

    /// The same engine, whose global indexes show writes this much later than the table.
    ///
    /// By default they show them at once, which the service does not promise. With a lag a query of an index answers
    /// from what was stored so long ago by the time that the engine is told: of the items, their projections and their
    /// number. Reads of the table and of local indexes see everything; [`with_read_lag`](Self::with_read_lag) is for
    /// those. [`catch_up`](Self::catch_up) ends the wait.
    ///
    /// Each write keeps what it replaces until the lag has passed.
    ///
    /// Source: [reads of global indexes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Reading).
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use dynorm::backend::call;
    /// use dynorm::backend::table::{CreateTable, Index, IndexScope, KeyAttribute, KeySchema, Projection};
    /// use dynorm::value::{Item, KeyKind};
    /// use dynorm_mem::Engine;
    ///
    /// let mut engine = Engine::new().with_index_lag(Duration::from_secs(2));
    /// let key = |name: &str| {
    ///     let attribute = KeyAttribute { name: name.into(), kind: KeyKind::S };
    ///     KeySchema { partition: vec![attribute], sort: vec![] }
    /// };
    /// let by_mail = Index {
    ///     name: "ByMail".into(),
    ///     scope: IndexScope::Global,
    ///     key: key("mail"),
    ///     projection: Projection::All,
    /// };
    /// let indexes = vec![by_mail];
    /// engine.create_table(CreateTable { table: "users".into(), key: key("id"), indexes, ..Default::default() }, UNIX_EPOCH)?;
    /// let item = Item::from([("id", "ann"), ("mail", "ann@x")]);
    /// engine.put(call::Put { table: "users".into(), item, ..Default::default() })?;
    ///
    /// let by_mail = call::Scan { table: "users".into(), index: Some("ByMail".into()), ..Default::default() };
    /// assert_eq!(engine.scan(&by_mail)?.count, 0);
    /// engine.set_now(UNIX_EPOCH + Duration::from_secs(2));
    /// assert_eq!(engine.scan(&by_mail)?.count, 1);
    /// # Ok::<(), dynorm::backend::Failure>(())
    /// ```
    #[must_use]
    pub fn with_index_lag(mut self, lag: Duration) -> Self {
        self.state.lag.of_indexes = lag;
        self
    }

    /// The same engine, whose eventually consistent reads of tables and local indexes see writes this much later; those
    /// that ask for consistency, and transactions, see everything.
    ///
    /// By default all reads see everything, which the service does not promise. The lag is that of
    /// [global indexes](Self::with_index_lag), for the other reads.
    ///
    /// Source: [read consistency](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html).
    #[must_use]
    pub fn with_read_lag(mut self, lag: Duration) -> Self {
        self.state.lag.of_reads = lag;
        self
    }

    /// Has all reads see all that was written until now, however long the lags are.
    pub fn catch_up(&mut self) {
        self.state.lag.catch_up();
    }

    /// The same engine, whose items go by themselves so long after they have expired.
    ///
    /// By default they stay until [`sweep_expired`](Self::sweep_expired) is called. The service deletes them within a few
    /// days, and until then reads show them, as here. They go when the time that the engine is told moves to another
    /// second; that costs a look at every item of tables with a time to live.
    ///
    /// Source: [time to live](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html).
    #[must_use]
    pub fn with_expiry_delay(mut self, delay: Duration) -> Self {
        self.state.expiry = Some(Expiry { delay, swept: self.state.now });
        self
    }

    /// The same engine, which refuses what makes an item collection larger than this many bytes: items of one
    /// partition key and their entries in local indexes, of tables that have such indexes.
    ///
    /// On the service that is [10 GB](crate::limits::ITEM_COLLECTION_BYTES_MAX), which no test fills; by default
    /// nothing is looked at. With a limit, a write costs as much time as its collection has items.
    ///
    /// Source: [item collections](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html).
    #[must_use]
    pub fn with_item_collection_limit(mut self, size_bytes: u64) -> Self {
        self.state.collection_bytes_max = Some(size_bytes);
        self
    }

    /// Has a transaction be at work on the item of this key until it is [released](Self::release), as if another
    /// client had one under way.
    ///
    /// Writes of the item then are a `TransactionConflictException`, transactions with it are cancelled for a
    /// `TransactionConflict`, and batches leave its write over. Reads outside transactions see the item. The item
    /// need not be there. The engine itself carries out one call after the other, so that there is no other
    /// conflict.
    ///
    /// Source: [conflicts](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling).
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    /// use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema};
    /// use dynorm::backend::{FailureKind, call};
    /// use dynorm::value::{Item, KeyKind};
    /// use dynorm_mem::Engine;
    ///
    /// let mut engine = Engine::new();
    /// let id = KeyAttribute { name: "id".into(), kind: KeyKind::S };
    /// let key = KeySchema { partition: vec![id], sort: vec![] };
    /// engine.create_table(CreateTable { table: "users".into(), key, ..Default::default() }, UNIX_EPOCH)?;
    ///
    /// let ann = Item::from([("id", "ann")]);
    /// let put = call::Put { table: "users".into(), item: ann.clone(), ..Default::default() };
    /// engine.hold("users", &ann)?;
    /// assert_eq!(engine.put(put.clone()).unwrap_err().kind, FailureKind::TransactionConflict);
    /// engine.release("users", &ann)?;
    /// engine.put(put)?;
    /// # Ok::<(), dynorm::backend::Failure>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such table, or the key is not one of its keys.
    pub fn hold(&mut self, table: &str, key: &Item) -> Result<(), Failure> {
        let done = op::write::hold(&mut self.state, table, key);
        self.answer(done)
    }

    /// Has the transaction end that is at work on the item. Without one nothing happens.
    ///
    /// # Errors
    ///
    /// If there is no such table, or the key is not one of its keys.
    pub fn release(&mut self, table: &str, key: &Item) -> Result<(), Failure> {
        let done = op::write::release(&mut self.state, table, key);
        self.answer(done)
    }

    /// Carries out any call.
    ///
    /// # Errors
    ///
    /// If the service would refuse the request.
    pub fn call(&mut self, request: Request, now: SystemTime) -> Result<Response, Failure> {
        self.set_now(now);
        Ok(match request {
            Request::Get(call) => Response::Get(self.get(&call)?),
            Request::Put(call) => Response::Put(self.put(call)?),
            Request::Update(call) => Response::Update(self.update(&call)?),
            Request::Delete(call) => Response::Delete(self.delete(&call)?),
            Request::Query(call) => Response::Query(self.query(&call)?),
            Request::Scan(call) => Response::Scan(self.scan(&call)?),
            Request::BatchGet(call) => Response::BatchGet(self.batch_get(&call)?),
            Request::BatchWrite(call) => Response::BatchWrite(self.batch_write(call)?),
            Request::TransactGet(call) => Response::TransactGet(self.transact_get(&call)?),
            Request::TransactWrite(call) => Response::TransactWrite(self.transact_write(call, now)?),
            Request::ExecuteStatement(call) => Response::ExecuteStatement(self.execute_statement(&call)?),
            Request::BatchExecuteStatement(call) => {
                Response::BatchExecuteStatement(self.batch_execute_statement(&call)?)
            }
            Request::ExecuteTransaction(call) => {
                Response::ExecuteTransaction(self.execute_transaction(&call, now)?)
            }
            control => self.control(control, now)?,
        })
    }

    /// Carries out the calls that are not about items.
    fn control(&mut self, request: Request, now: SystemTime) -> Result<Response, Failure> {
        Ok(match request {
            Request::CreateTable(call) => Response::CreateTable(self.create_table(call, now)?),
            Request::DescribeTable(table) => Response::DescribeTable(self.describe_table(&table)?),
            Request::DeleteTable(table) => Response::DeleteTable(self.delete_table(&table)?),
            Request::ListTables(call) => Response::ListTables(self.list_tables(&call)?),
            Request::UpdateTimeToLive(call) => {
                self.update_time_to_live(&call, now)?;
                Response::UpdateTimeToLive
            }
            Request::DescribeTimeToLive(table) => {
                Response::DescribeTimeToLive(self.describe_time_to_live(&table)?)
            }
            Request::ListStreams(call) => Response::ListStreams(self.list_streams(&call, now)?),
            Request::DescribeStream(call) => Response::DescribeStream(self.describe_stream(&call, now)?),
            Request::GetShardIterator(call) => {
                Response::GetShardIterator(self.get_shard_iterator(&call, now)?)
            }
            Request::GetRecords(call) => Response::GetRecords(self.get_records(&call, now)?),
            Request::UpdateTable(call) => Response::UpdateTable(self.update_table(&call, now)?),
            Request::TagResource(call) => {
                self.tag_resource(&call)?;
                Response::TagResource
            }
            Request::UntagResource(call) => {
                self.untag_resource(&call)?;
                Response::UntagResource
            }
            Request::ListTagsOfResource(table) => {
                Response::ListTagsOfResource(self.list_tags_of_resource(&table)?)
            }
            Request::DescribeLimits => Response::DescribeLimits(self.describe_limits()),
            Request::DescribeContinuousBackups(table) => {
                Response::DescribeContinuousBackups(self.describe_continuous_backups(&table)?)
            }
            _ => unreachable!("`call` carries out the calls about items"),
        })
    }

    /// Tells the time to the writes that come and whose methods take none: the records of streams say when.
    ///
    /// [`call`](Self::call) and the methods that take a time do this by themselves.
    pub fn set_now(&mut self, now: SystemTime) {
        self.state.now = now;
        if !self.state.changing.is_empty() {
            op::table::settle(&mut self.state);
        }
        self.state.lag.settle(now);
        op::table::expire(&mut self.state);
    }

    /// Whether something is under way that goes on when the time is [told](Self::set_now): tables that change, writes
    /// that are not seen yet, items that go.
    pub(crate) fn awaits_time(&self) -> bool {
        !self.state.changing.is_empty() || self.state.lag.has_past() || self.state.expiry.is_some()
    }

    /// Deletes the items whose time to live has passed at `now`, in all tables, and says how many there were.
    ///
    /// The service does this at some time of its own within a few days; until then expired items are visible,
    /// as they are here until this is called.
    pub fn sweep_expired(&mut self, now: SystemTime) -> usize {
        self.set_now(now);
        op::table::sweep_expired(&mut self.state, now)
    }

    /// The names of all tables, sorted.
    pub fn table_names(&self) -> impl Iterator<Item = &str> {
        self.state.tables.keys().map(String::as_str)
    }

    /// All items of a table in the order of a scan; nothing if there is no such table.
    pub fn items(&self, table: &str) -> impl Iterator<Item = Item> {
        let table = self.state.tables.get(crate::table::name_of(table));
        table.into_iter().flat_map(|table| table.items.iter().map(|record| record.item(&table.names)))
    }

    /// The names of the indexes that came after their table.
    #[cfg(feature = "wire")]
    pub(crate) fn late_indexes(&self, table: &str) -> Vec<&str> {
        let table = self.state.tables.get(crate::table::name_of(table));
        let indexes = table.into_iter().flat_map(|table| &table.schema.indexes);
        indexes.filter(|index| index.is_late).map(|index| index.definition.name.as_str()).collect()
    }

    /// The name of a table's partition key.
    #[cfg(feature = "wire")]
    pub(crate) fn partition_key(&self, table: &str) -> Option<&str> {
        let table = self.state.tables.get(crate::table::name_of(table))?;
        table.schema.definition.partition.first().map(|attribute| attribute.name.as_str())
    }

    pub(crate) fn answer<T>(&self, checked: Checked<T>) -> Result<T, Failure> {
        checked.map_err(|refusal| refusal.into_failure(self.cohort))
    }
}

/// Defines the typed methods, each of which carries out the call of its name.
macro_rules! calls {
    (
        reads { $($read:ident($read_reply:ident, $read_name:literal);)* }
        writes { $($write:ident($write_call:ty, $write_reply:ident, $write_name:literal);)* }
    ) => {
        /// The data plane.
        impl Engine {
            $(
                #[doc = concat!("Carries out `", $read_name, "`.")]
                ///
                /// # Errors
                ///
                /// If the service would refuse the request.
                pub fn $read(&self, call: &call::$read_reply) -> Result<reply::$read_reply, Failure> {
                    self.answer(op::$read::$read(&self.state, call)).map(Into::into)
                }
            )*
            $(
                #[doc = concat!("Carries out `", $write_name, "`.")]
                ///
                /// # Errors
                ///
                /// If the service would refuse the request; then nothing is changed.
                pub fn $write(&mut self, call: $write_call) -> Result<reply::$write_reply, Failure> {
                    let done = op::$write::$write(&mut self.state, call);
                    self.answer(done)
                }
            )*
        }
    };
}

calls! {
    reads {
    get(Get, "GetItem");
    query(Query, "Query");
    scan(Scan, "Scan");
    batch_get(BatchGet, "BatchGetItem");
    transact_get(TransactGet, "TransactGetItems");
    }
    writes {
    put(call::Put, Put, "PutItem");
    update(&call::Update, Update, "UpdateItem");
    delete(&call::Delete, Delete, "DeleteItem");
    batch_write(call::BatchWrite, BatchWrite, "BatchWriteItem");
    }
}

/// Transactions and the control plane, which need the time.
impl Engine {
    /// Carries out `TransactWriteItems`. The time is that of the token's window.
    ///
    /// # Errors
    ///
    /// If the service would refuse or cancel the transaction; then nothing is changed.
    pub fn transact_write(
        &mut self,
        call: call::TransactWrite,
        now: SystemTime,
    ) -> Result<reply::TransactWrite, Failure> {
        self.set_now(now);
        let done = op::transact_write::transact_write(&mut self.state, call, now);
        self.answer(done)
    }

    /// Carries out `CreateTable`. The table is ready at once, unless the engine has a [delay](Self::with_table_delay).
    ///
    /// # Errors
    ///
    /// If the definition breaks a rule, or a table of this name exists.
    pub fn create_table(&mut self, call: CreateTable, now: SystemTime) -> Result<TableDescription, Failure> {
        self.set_now(now);
        let done = op::table::create(&mut self.state, call, now);
        self.answer(done)
    }

    /// Carries out `DescribeTable`. The counts of items and bytes are exact.
    ///
    /// # Errors
    ///
    /// If there is no such table.
    pub fn describe_table(&self, table: &str) -> Result<TableDescription, Failure> {
        self.answer(op::table::describe(&self.state, table))
    }

    /// Carries out `ListTables`.
    ///
    /// # Errors
    ///
    /// If the limit is not 1 to 100.
    pub fn list_tables(&self, call: &ListTables) -> Result<TableList, Failure> {
        self.answer(op::table::list(&self.state, call))
    }

    /// Carries out `DeleteTable`, and gives the table as it was.
    ///
    /// # Errors
    ///
    /// If there is no such table, or it is protected.
    pub fn delete_table(&mut self, table: &str) -> Result<TableDescription, Failure> {
        let done = op::table::delete(&mut self.state, table);
        self.answer(done)
    }

    /// Carries out `UpdateTimeToLive`.
    ///
    /// # Errors
    ///
    /// If there is no such table, the time to live is as asked already, or it was changed less than an hour
    /// ago.
    pub fn update_time_to_live(&mut self, call: &TimeToLive, now: SystemTime) -> Result<(), Failure> {
        self.set_now(now);
        let done = op::table::update_time_to_live(&mut self.state, call, now);
        self.answer(done)
    }

    /// Carries out `DescribeTimeToLive`: the attribute that items expire by, if there is one.
    ///
    /// # Errors
    ///
    /// If there is no such table.
    pub fn describe_time_to_live(&self, table: &str) -> Result<Option<String>, Failure> {
        self.answer(op::table::describe_time_to_live(&self.state, table))
    }
}

/// Changes of tables, tags, and what is answered for the sake of tools.
impl Engine {
    /// Carries out `UpdateTable`. A new index holds all items that it can hold.
    ///
    /// # Errors
    ///
    /// If the service would refuse the request; then nothing is changed.
    pub fn update_table(&mut self, call: &UpdateTable, now: SystemTime) -> Result<TableDescription, Failure> {
        self.set_now(now);
        let done = op::update_table::update_table(&mut self.state, call, now);
        self.answer(done)
    }

    /// Carries out `TagResource`.
    ///
    /// # Errors
    ///
    /// If there is no such table, or a tag breaks a rule; then nothing is changed.
    pub fn tag_resource(&mut self, call: &TagResource) -> Result<(), Failure> {
        let done = op::tag::tag_resource(&mut self.state, call);
        self.answer(done)
    }

    /// Carries out `UntagResource`.
    ///
    /// # Errors
    ///
    /// If there is no such table, or a key breaks a rule.
    pub fn untag_resource(&mut self, call: &UntagResource) -> Result<(), Failure> {
        let done = op::tag::untag_resource(&mut self.state, call);
        self.answer(done)
    }

    /// Carries out `ListTagsOfResource`: all tags, sorted.
    ///
    /// # Errors
    ///
    /// If there is no such table.
    pub fn list_tags_of_resource(&self, table: &str) -> Result<Vec<Tag>, Failure> {
        self.answer(op::tag::list_tags_of_resource(&self.state, table))
    }

    /// Carries out `DescribeLimits`.
    #[must_use]
    pub fn describe_limits(&self) -> AccountLimits {
        AccountLimits::OF_NEW_ACCOUNTS
    }

    /// Carries out `DescribeContinuousBackups`.
    ///
    /// # Errors
    ///
    /// If there is no such table.
    pub fn describe_continuous_backups(&self, table: &str) -> Result<ContinuousBackups, Failure> {
        self.answer(op::table::describe_continuous_backups(&self.state, table))
    }
}

/// Defines the methods that read streams.
macro_rules! stream_calls {
    ($($read:ident($call:ident) -> $reply:ident, $name:literal;)*) => {
        /// Streams, the records of which grow old.
        impl Engine {
            $(
                #[doc = concat!("Carries out `", $name, "`.")]
                ///
                /// # Errors
                ///
                /// If the service would refuse the request.
                pub fn $read(&self, call: &$call, now: SystemTime) -> Result<$reply, Failure> {
                    self.answer(op::stream::$read(&self.state, call, now))
                }
            )*
        }
    };
}

stream_calls! {
    list_streams(ListStreams) -> StreamList, "ListStreams";
    describe_stream(DescribeStream) -> StreamDescription, "DescribeStream";
    get_shard_iterator(GetShardIterator) -> String, "GetShardIterator";
    get_records(GetRecords) -> Records, "GetRecords";
}
