//! DynamoDB's protocol: JSON 1.0 requests in, answers out, without HTTP around them.
//!
//! Requests are read straight into the calls of `dynorm::backend` and replies written straight from them; the
//! engine is locked only while it carries out the call. What a request's shape must be is checked here, in the
//! service's order: shape, constraints of members, values; every other rule is the engine's.
//!
//! Members that no SDK knows are ignored, as the service ignores them. Parameters that the service knows and
//! the engine does not model are refused with a `ValidationException` that says so, operations with an
//! `UnknownOperationException`.

mod batch_get;
mod batch_write;
mod checks;
mod definition;
mod delete;
mod failure;
mod get;
mod gzip;
mod legacy;
mod member;
mod plain;
mod put;
mod query;
mod reader;
mod scan;
mod service;
mod settings;
mod snapshot;
mod statement;
mod stream;
mod table;
mod tag;
mod time_to_live;
mod transact_get;
mod transact_write;
mod update;
mod update_table;
mod value;
mod writer;

use dynorm::backend::{Call, Failure, FailureKind};

#[cfg(feature = "server")]
pub(crate) use self::failure::{internal_error, service_error};
use self::reader::{Parsed, Reader};
pub use self::snapshot::{ImportError, Imported, export, export_items, import, import_items};
use crate::faulty::Partial;
use crate::partiql::Meaning;
use crate::{Attempt, Cohort, Engine, Faults, MemBackend};

/// The content type of requests and answers.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// An engine that is spoken to in DynamoDB's protocol.
///
/// ```
/// use dynorm_mem::MemBackend;
/// use dynorm_mem::wire::Wire;
///
/// let wire = Wire::new(MemBackend::new());
/// let table = br#"{
///     "TableName": "users",
///     "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
///     "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
///     "BillingMode": "PAY_PER_REQUEST"
/// }"#;
/// assert_eq!(wire.answer("DynamoDB_20120810.CreateTable", table).status, 200);
///
/// let ann = br#"{"TableName": "users", "Item": {"id": {"S": "ann"}}}"#;
/// assert_eq!(wire.answer("DynamoDB_20120810.PutItem", ann).body, "{}");
///
/// let no_key = br#"{"TableName": "users", "Item": {"name": {"S": "Ann"}}}"#;
/// let answer = wire.answer("DynamoDB_20120810.PutItem", no_key);
/// assert_eq!(answer.status, 400);
/// assert!(answer.body.contains("Missing the key id in the item"));
/// ```
#[derive(Clone, Debug)]
pub struct Wire {
    backend: MemBackend,
    endpoint: String,
    faults: Option<Faults>,
}

/// What goes back to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP: 200, 400, or 500 if the engine failed.
    pub status: u16,
    /// The JSON text.
    pub body: String,
}

/// Carries out one operation: the body of the request in, the body of the answer out.
type Operation = fn(&Wire, &[u8]) -> Result<String, Failure>;

impl Wire {
    /// The protocol for this engine.
    #[must_use]
    pub fn new(backend: MemBackend) -> Self {
        Self { backend, endpoint: "localhost".to_owned(), faults: None }
    }

    /// The same, with the host and port that `DescribeEndpoints` answers with.
    #[must_use]
    pub fn with_endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), ..self }
    }

    /// The same, whose calls about items have these faults. A statement has those of the operation that it is another way to
    /// say: an `INSERT` is a put, a `SELECT` of a partition a query and any other a scan, and several are a batch or a
    /// transaction that reads or writes.
    ///
    /// An answer that is lost is an `InternalServerError`, since there is no network to lose it.
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> Self {
        Self { faults: Some(faults), ..self }
    }

    /// Carries out a call, unless a fault befalls it.
    fn carry_out<C: Call, R>(
        &self,
        call: C,
        run: impl FnOnce(C) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        match &self.faults {
            Some(faults) => faults.carry_out(&self.backend, Attempt::of(&call), || run(call)),
            None => run(call),
        }
    }

    /// Carries out a batch, unless a fault befalls it, or a part of it.
    fn carry_out_batch<C: Call + Partial>(
        &self,
        call: C,
        run: impl FnOnce(C) -> Result<C::Answer, Failure>,
    ) -> Result<C::Answer, Failure> {
        match &self.faults {
            Some(faults) => faults.carry_out_batch(&self.backend, Attempt::of(&call), call, run),
            None => run(call),
        }
    }

    /// The faults, if there are some, and what they are decided by for statements that have a meaning.
    fn faults_of(
        &self,
        meaning: impl FnOnce(&Engine) -> Option<Meaning>,
        entries: usize,
        token: Option<&str>,
    ) -> Option<(&Faults, Attempt)> {
        let faults = self.faults.as_ref()?;
        let Meaning { operation, tables } = meaning(&self.backend.engine())?;
        let token = token.map(str::to_owned);
        Some((faults, Attempt { operation, tables, entries, token, fault: None }))
    }

    /// The engine that is spoken to.
    #[must_use]
    pub fn backend(&self) -> &MemBackend {
        &self.backend
    }

    /// Carries out a request: the text of its header `x-amz-target`, and its body.
    #[must_use]
    pub fn answer(&self, target: &str, body: &[u8]) -> Answer {
        match operation(target).and_then(|operation| operation(self, body)) {
            Ok(body) => Answer { status: 200, body },
            Err(failure) => failure::answer(&failure),
        }
    }

    /// The refusal of a request whose target or text no operation can read, if it is such a one.
    #[cfg(feature = "server")]
    pub(crate) fn unreadable(target: &str, body: &[u8]) -> Option<Answer> {
        let is_json = |body| {
            let mut json = Reader::new(body)?;
            json.skip().and_then(|()| json.finish())
        };
        let read = if body.is_empty() { Ok(()) } else { is_json(body).map_err(Failure::from) };
        read.and_then(|()| operation(target).map(|_| ())).err().map(|failure| failure::answer(&failure))
    }

    fn read<T>(&self, body: &[u8], parse: impl FnOnce(&mut Reader<'_>) -> Parsed<T>) -> Result<T, Failure> {
        read(body, || self.backend.engine().cohort(), parse)
    }

    /// The name of a table's partition key, for the item collections that a write has changed.
    fn partition_key(&self, table: &str) -> String {
        self.backend.engine().partition_key(table).unwrap_or_default().to_owned()
    }
}

/// Reads a request, or refuses it for its shape, its constraints or its values.
fn read<T>(
    body: &[u8],
    cohort: impl FnOnce() -> Cohort,
    parse: impl FnOnce(&mut Reader<'_>) -> Parsed<T>,
) -> Result<T, Failure> {
    let mut json = Reader::new(body)?;
    let call = parse(&mut json)?;
    json.finish()?;
    match json.checks.into_failure(cohort) {
        None => Ok(call),
        Some(failure) => Err(failure),
    }
}

fn operation(target: &str) -> Result<Operation, Failure> {
    let unknown = || Failure::new(FailureKind::UnknownOperation, "");
    let (version, name) = target.split_once('.').unwrap_or_default();
    match version {
        "DynamoDB_20120810" => {}
        "DynamoDBStreams_20120810" => return stream_operation(name).ok_or_else(unknown),
        _ => return Err(unknown()),
    }
    Ok(match name {
        "GetItem" => get::answer,
        "PutItem" => put::answer,
        "UpdateItem" => update::answer,
        "DeleteItem" => delete::answer,
        "Query" => query::answer,
        "Scan" => scan::answer,
        "BatchGetItem" => batch_get::answer,
        "BatchWriteItem" => batch_write::answer,
        "TransactGetItems" => transact_get::answer,
        "TransactWriteItems" => transact_write::answer,
        "ExecuteStatement" => statement::execute,
        "BatchExecuteStatement" => statement::batch,
        "ExecuteTransaction" => statement::transaction,
        "CreateTable" => table::create,
        "DescribeTable" => table::describe,
        "DeleteTable" => table::delete,
        "UpdateTable" => update_table::answer,
        "ListTables" => table::list,
        "TagResource" => tag::tag,
        "UntagResource" => tag::untag,
        "ListTagsOfResource" => tag::list,
        "UpdateTimeToLive" => time_to_live::update,
        "DescribeTimeToLive" => time_to_live::describe,
        "DescribeLimits" => service::limits,
        "DescribeEndpoints" => service::endpoints,
        "DescribeContinuousBackups" => service::continuous_backups,
        _ if service::NOT_MODELLED.contains(&name) => {
            let message = format!("dynorm-mem does not model {name}");
            return Err(Failure::new(FailureKind::UnknownOperation, message));
        }
        _ => return Err(unknown()),
    })
}

fn stream_operation(name: &str) -> Option<Operation> {
    Some(match name {
        "ListStreams" => stream::list,
        "DescribeStream" => stream::describe,
        "GetShardIterator" => stream::shard_iterator,
        "GetRecords" => stream::records,
        _ => return None,
    })
}
