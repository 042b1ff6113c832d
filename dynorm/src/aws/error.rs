//! The SDK's errors as refusals of the backend.

use std::collections::HashMap;
use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::delete_table::DeleteTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::scan::ScanError;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_time_to_live::UpdateTimeToLiveError;
use aws_sdk_dynamodb::types;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use aws_smithy_runtime_api::client::result::DispatchFailure;

use super::convert::ConvertError;
use crate::backend::{CancellationReason, Failure, FailureKind};
use crate::value::Item;

type AttributeMap = HashMap<String, AttributeValue>;

/// What an operation's exceptions carry beside code and message.
pub(super) trait Details {
    /// The item that failed the condition.
    fn item(&self) -> Option<&AttributeMap> {
        None
    }

    /// Why the transaction was cancelled.
    fn reasons(&self) -> &[types::CancellationReason] {
        &[]
    }
}

impl Details for PutItemError {
    fn item(&self) -> Option<&AttributeMap> {
        match self {
            Self::ConditionalCheckFailedException(exception) => exception.item(),
            _ => None,
        }
    }
}

impl Details for UpdateItemError {
    fn item(&self) -> Option<&AttributeMap> {
        match self {
            Self::ConditionalCheckFailedException(exception) => exception.item(),
            _ => None,
        }
    }
}

impl Details for DeleteItemError {
    fn item(&self) -> Option<&AttributeMap> {
        match self {
            Self::ConditionalCheckFailedException(exception) => exception.item(),
            _ => None,
        }
    }
}

impl Details for TransactGetItemsError {
    fn reasons(&self) -> &[types::CancellationReason] {
        match self {
            Self::TransactionCanceledException(exception) => exception.cancellation_reasons(),
            _ => &[],
        }
    }
}

impl Details for TransactWriteItemsError {
    fn reasons(&self) -> &[types::CancellationReason] {
        match self {
            Self::TransactionCanceledException(exception) => exception.cancellation_reasons(),
            _ => &[],
        }
    }
}

impl Details for GetItemError {}
impl Details for QueryError {}
impl Details for ScanError {}
impl Details for BatchGetItemError {}
impl Details for BatchWriteItemError {}
impl Details for CreateTableError {}
impl Details for DescribeTableError {}
impl Details for DeleteTableError {}
impl Details for UpdateTimeToLiveError {}

/// The refusal that an error of the SDK means.
pub(super) fn failure<E>(error: SdkError<E>) -> Failure
where
    E: Details + ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let mut failure = match &error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            of_exception(context.err(), status)
        }
        SdkError::DispatchFailure(context) => Failure::new(kind_of_dispatch(context), chain(&error)),
        // An answer that breaks off is as good as none.
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => {
            Failure::new(FailureKind::Timeout, chain(&error))
        }
        _ => Failure::new(kind_of_construction(&error), chain(&error)),
    };
    failure.request_id = error.request_id().map(str::to_owned);
    failure.source = Some(Box::new(error));
    failure
}

/// A request that the SDK refuses to build.
pub(super) fn not_built(error: BuildError) -> Failure {
    let mut failure = Failure::validation(chain(&error));
    failure.source = Some(Box::new(error));
    failure
}

/// A reply that cannot be read: the call succeeded, so nothing must be repeated.
pub(super) fn unreadable(error: ConvertError) -> Failure {
    let mut failure = Failure::new(FailureKind::Serialization, error.to_string());
    failure.source = Some(Box::new(error));
    failure
}

fn of_exception<E>(exception: &E, status: u16) -> Failure
where
    E: Details + ProvideErrorMetadata + Error + 'static,
{
    // An exception that a mock built has no metadata, but its text starts with its name.
    let text = exception.to_string();
    let (name, rest) = text.split_once(": ").unwrap_or((&text, ""));
    let kind = match exception.code() {
        Some(code) => kind_of_code(code),
        None => match FailureKind::of_exception(name) {
            FailureKind::Other(_) => kind_of_status(status),
            known => known,
        },
    };
    let message = match exception.message() {
        Some(message) => message.to_owned(),
        None if exception.code().is_some() => String::new(),
        None if rest.is_empty() => chain(exception),
        None => rest.to_owned(),
    };
    let mut failure = Failure::new(kind, message);
    failure.item = exception.item().and_then(readable);
    failure.reasons = exception.reasons().iter().map(reason).collect();
    failure
}

fn reason(reason: &types::CancellationReason) -> CancellationReason {
    CancellationReason {
        code: reason.code().unwrap_or("None").to_owned(),
        message: reason.message().map(str::to_owned),
        item: reason.item().and_then(readable),
    }
}

/// The item, unless it holds a kind of value that nobody knows yet: the refusal matters more.
fn readable(item: &AttributeMap) -> Option<Item> {
    Item::try_from(item.clone()).ok()
}

/// The kind of an exception by its code: DynamoDB's own, and those that any AWS service may answer with.
///
/// Source: [common errors](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html).
fn kind_of_code(code: &str) -> FailureKind {
    match FailureKind::of_exception(code) {
        FailureKind::Other(_) => {}
        known => return known,
    }
    match code {
        "AccessDenied"
        | "NotAuthorized"
        | "OptInRequired"
        | "UnauthorizedOperation"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "ExpiredToken"
        | "RequestExpired"
        | "AuthFailure"
        | "RequestTimeTooSkewed" => FailureKind::AccessDenied,
        "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "SlowDown"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "EC2ThrottledException" => FailureKind::Throttled,
        "ProvisionedThroughputExceeded" => FailureKind::ThroughputExceeded,
        "ValidationError"
        | "InvalidParameterValue"
        | "InvalidParameterCombination"
        | "MissingParameter"
        | "InvalidQueryParameter"
        | "MalformedQueryString" => FailureKind::Validation,
        "RequestTimeout" | "RequestTimeoutException" => FailureKind::Timeout,
        "InternalError" | "InternalServerException" | "ServiceUnavailableError" => FailureKind::Internal,
        "InvalidAction" | "UnknownOperation" => FailureKind::UnknownOperation,
        other => FailureKind::Other(other.to_owned()),
    }
}

/// What the status says where the body says nothing, as when a proxy answered.
fn kind_of_status(status: u16) -> FailureKind {
    match status {
        // The call succeeded, but the reply is not of the protocol's form.
        200..=299 => FailureKind::Serialization,
        401 | 403 => FailureKind::AccessDenied,
        408 | 504 => FailureKind::Timeout,
        413 => FailureKind::Validation,
        429 => FailureKind::Throttled,
        500..=599 => FailureKind::Internal,
        other => FailureKind::Other(format!("HTTP {other}")),
    }
}

/// A request that did not come back is called unsent only where that is certain: a connection that breaks may have
/// carried a write.
fn kind_of_dispatch(context: &DispatchFailure) -> FailureKind {
    let Some(error) = context.as_connector_error() else {
        return FailureKind::Dispatch;
    };
    if find::<CredentialsError>(error).is_some() {
        return FailureKind::AccessDenied;
    }
    // Without a class and without a trace of the HTTP client, the SDK failed before it reached the client.
    let before_client = error.is_other() && error.as_other().is_none() && !any(error, is_of_http_client);
    if context.is_user() || before_client || any(error, is_of_connecting) {
        FailureKind::Dispatch
    } else {
        FailureKind::Timeout
    }
}

fn kind_of_construction(error: &(dyn Error + 'static)) -> FailureKind {
    if find::<CredentialsError>(error).is_some() {
        FailureKind::AccessDenied
    } else if find::<BuildError>(error).is_some() {
        FailureKind::Validation
    } else {
        FailureKind::Dispatch
    }
}

fn is_of_connecting(error: &(dyn Error + 'static)) -> bool {
    let refused = error.downcast_ref::<io::Error>().is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::AddrNotAvailable
        )
    });
    // The client's own error type is not ours to name; its text is held by a test.
    refused || error.is::<ResolveDnsError>() || error.to_string() == "client error (Connect)"
}

fn is_of_http_client(error: &(dyn Error + 'static)) -> bool {
    error.to_string().starts_with("client error (")
}

fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn any(error: &(dyn Error + 'static), is: fn(&(dyn Error + 'static)) -> bool) -> bool {
    causes(error).any(is)
}

/// The error and what caused it, outermost first.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The texts of an error and of what caused it; the service says nothing here, so this is the message.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = causes(error).map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}
