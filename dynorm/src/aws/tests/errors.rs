//! What kind of refusal each error is.

use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::{ConditionalCheckFailedException, ResourceNotFoundException};
use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;

use super::{Answer, Service, least};
use crate::aws::error::failure;
use crate::backend::call::{BatchGet, BatchWrite, TransactGet, TransactWrite, TransactWriteAction};
use crate::backend::{Backend, CancellationReason, FailureKind};
use crate::value::Item;

fn key(text: &str) -> Item {
    Item::from([("PK", text)])
}

#[tokio::test]
async fn a_failed_condition_carries_its_item() {
    let service = Service::new(Answer::Json(
        400,
        r#"{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed", "Item": {"PK": {"S": "a"}}}"#,
    ));
    let backend = service.backend();
    for failure in [
        backend.put(least::put()).await.unwrap_err(),
        backend.update(least::update()).await.unwrap_err(),
        backend.delete(least::delete()).await.unwrap_err(),
    ] {
        assert_eq!(failure.kind, FailureKind::ConditionFailed);
        assert_eq!(failure.message, "The conditional request failed");
        assert_eq!(failure.item, Some(key("a")));
        assert_eq!(failure.request_id.as_deref(), Some("REQUEST1"));
        let source = failure.source.unwrap();
        assert!(source.downcast_ref::<SdkError<PutItemError>>().is_some() || source.source().is_some());
    }
}

#[tokio::test]
async fn a_cancelled_transaction_carries_its_reasons() {
    let service = Service::new(Answer::Json(
        400,
        r#"{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
            "CancellationReasons": [
                {"Code": "None"},
                {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
                 "Item": {"PK": {"S": "a"}}}]}"#,
    ));
    let reasons = [
        CancellationReason::none(),
        CancellationReason {
            code: "ConditionalCheckFailed".into(),
            message: Some("The conditional request failed".into()),
            item: Some(key("a")),
        },
    ];
    let backend = service.backend();
    for failure in [
        backend.transact_write(TransactWrite::default()).await.unwrap_err(),
        backend.transact_get(TransactGet::default()).await.unwrap_err(),
    ] {
        assert_eq!(failure.kind, FailureKind::TransactionCancelled);
        assert!(failure.message.starts_with("Transaction cancelled, please refer"), "{}", failure.message);
        assert_eq!(failure.reasons, reasons);
    }
}

#[track_caller]
fn check(status: u16, body: &'static str, kind: &FailureKind, message: &str) {
    let service = Service::new(Answer::Json(status, body));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let failure = runtime.block_on(service.backend().get(least::get())).unwrap_err();
    assert_eq!((&failure.kind, failure.message.as_str()), (kind, message));
    assert_eq!(failure.request_id.as_deref(), Some("REQUEST1"));
    // The backend sent it once: retries are the library's.
    service.request();
}

#[test]
fn codes_are_classified_whether_the_operation_declares_them_or_not() {
    use FailureKind as Kind;
    check(
        400,
        r#"{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "Requested resource not found"}"#,
        &Kind::NotFound,
        "Requested resource not found",
    );
    check(
        400,
        r#"{"__type": "com.amazon.coral.validate#ValidationException", "message": "One or more"}"#,
        &Kind::Validation,
        "One or more",
    );
    check(
        400,
        r#"{"__type": "com.amazon.coral.service#SerializationException", "Message": "Start of"}"#,
        &Kind::Serialization,
        "Start of",
    );
    check(400, r#"{"__type": "com.amazon.coral.service#ExpiredTokenException"}"#, &Kind::AccessDenied, "");
    check(400, r#"{"__type": "SignatureDoesNotMatch", "message": "no"}"#, &Kind::AccessDenied, "no");
    check(
        400,
        r#"{"__type": "ProvisionedThroughputExceededException", "message": "too fast"}"#,
        &Kind::ThroughputExceeded,
        "too fast",
    );
    check(400, r#"{"__type": "ThrottlingException", "message": "slow"}"#, &Kind::Throttled, "slow");
    check(500, r#"{"__type": "InternalServerError", "message": "oh"}"#, &Kind::Internal, "oh");
    check(
        400,
        r#"{"__type": "ReplicatedWriteConflictException", "message": "m"}"#,
        &Kind::Other("ReplicatedWriteConflictException".into()),
        "m",
    );
}

/// Each exception of the service, by the operation that it comes from or another one, is a kind of its own, with the
/// service's words, the id of the request and what the SDK said.
#[tokio::test]
async fn every_exception_has_its_kind() {
    use FailureKind as Kind;
    let kinds = [
        ("ConditionalCheckFailedException", Kind::ConditionFailed),
        ("TransactionCanceledException", Kind::TransactionCancelled),
        ("TransactionConflictException", Kind::TransactionConflict),
        ("TransactionInProgressException", Kind::TransactionInProgress),
        ("IdempotentParameterMismatchException", Kind::TokenMismatch),
        ("ProvisionedThroughputExceededException", Kind::ThroughputExceeded),
        ("RequestLimitExceeded", Kind::RequestLimitExceeded),
        ("ThrottlingException", Kind::Throttled),
        ("ItemCollectionSizeLimitExceededException", Kind::CollectionTooLarge),
        ("ResourceNotFoundException", Kind::NotFound),
        ("ResourceInUseException", Kind::InUse),
        ("LimitExceededException", Kind::LimitExceeded),
        ("ValidationException", Kind::Validation),
        ("SerializationException", Kind::Serialization),
        ("AccessDeniedException", Kind::AccessDenied),
        ("UnrecognizedClientException", Kind::AccessDenied),
        ("MissingAuthenticationTokenException", Kind::AccessDenied),
        ("InternalServerError", Kind::Internal),
        ("ServiceUnavailable", Kind::Internal),
        ("UnknownOperationException", Kind::UnknownOperation),
    ];
    for (exception, kind) in kinds {
        let status = if kind == Kind::Internal { 500 } else { 400 };
        let json =
            format!(r#"{{"__type": "com.amazonaws.dynamodb.v20120810#{exception}", "message": "words"}}"#);
        let service = Service::new(Answer::Json(status, json.leak()));
        let backend = service.backend();
        let failures = [
            backend.get(least::get()).await.unwrap_err(),
            backend.put(least::put()).await.unwrap_err(),
            backend.update(least::update()).await.unwrap_err(),
            backend.delete(least::delete()).await.unwrap_err(),
            backend.query(least::query()).await.unwrap_err(),
            backend.scan(least::scan()).await.unwrap_err(),
            backend.batch_get(BatchGet::default()).await.unwrap_err(),
            backend.batch_write(BatchWrite::default()).await.unwrap_err(),
            backend.transact_get(TransactGet::default()).await.unwrap_err(),
            backend.transact_write(TransactWrite::default()).await.unwrap_err(),
            backend.create_table(least::create_table()).await.unwrap_err(),
            backend.describe_table("T").await.unwrap_err(),
            backend.delete_table("T").await.unwrap_err(),
            backend.update_time_to_live(least::time_to_live()).await.unwrap_err(),
        ];
        for (at, failure) in failures.into_iter().enumerate() {
            let told = (&failure.kind, failure.message.as_str(), failure.request_id.as_deref());
            assert_eq!(told, (&kind, "words", Some("REQUEST1")), "{exception} of operation {at}");
            assert!(failure.source.is_some(), "{exception} of operation {at}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_exception_is_classified_by_its_status() {
    let kinds = [
        (503, "<html>busy</html>", FailureKind::Internal),
        (502, "", FailureKind::Internal),
        (429, "{}", FailureKind::Throttled),
        (403, "{}", FailureKind::AccessDenied),
        (200, "not json", FailureKind::Serialization),
        (404, "<html>lost</html>", FailureKind::Other("HTTP 404".into())),
    ];
    for (status, body, kind) in kinds {
        let service = Service::new(Answer::Json(status, body));
        let failure = service.backend().get(least::get()).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{failure:?}");
        assert!(!failure.message.is_empty());
    }
}

#[tokio::test]
async fn a_lost_request_is_called_unsent_only_if_it_is() {
    let unsent: [fn() -> ConnectorError; 4] = [
        || ConnectorError::user("bad request".into()),
        || ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionRefused).into()),
        || ConnectorError::io(ResolveDnsError::new("no such host").into()),
        || ConnectorError::other("No HTTP client was available".into(), None),
    ];
    for error in unsent {
        let failure = Service::new(Answer::Lost(error)).backend().put(least::put()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Dispatch, "{failure:?}");
    }
    let uncertain: [fn() -> ConnectorError; 4] = [
        || ConnectorError::timeout("no answer".into()),
        || ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into()),
        || ConnectorError::io("closed".into()),
        || ConnectorError::other("incomplete".into(), Some(ErrorKind::TransientError)),
    ];
    for error in uncertain {
        let failure = Service::new(Answer::Lost(error)).backend().put(least::put()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Timeout, "{failure:?}");
    }
}

#[test]
fn errors_before_sending_are_told_apart() {
    let denied = CredentialsError::not_loaded("no providers in chain provided credentials");
    let dispatch = SdkError::<GetItemError>::dispatch_failure(ConnectorError::other(denied.into(), None));
    let failed = failure(dispatch);
    assert_eq!(failed.kind, FailureKind::AccessDenied);
    assert!(failed.message.contains("no providers in chain"), "{}", failed.message);

    let timeout = failure(SdkError::<GetItemError>::timeout_error("operation timeout"));
    assert_eq!(
        (timeout.kind, timeout.message.as_str()),
        (FailureKind::Timeout, "request has timed out: operation timeout")
    );
    let construction = failure(SdkError::<GetItemError>::construction_failure("no region"));
    assert_eq!(construction.kind, FailureKind::Dispatch);
}

#[test]
fn errors_built_by_mocks_have_no_code_but_a_kind() {
    let response = || HttpResponse::new(400.try_into().unwrap(), SdkBody::empty());
    let exception = ConditionalCheckFailedException::builder()
        .message("The conditional request failed")
        .item("PK", AttributeValue::S("a".into()))
        .build();
    let error = PutItemError::ConditionalCheckFailedException(exception);
    let failed = failure(SdkError::service_error(error, response()));
    assert_eq!(failed.kind, FailureKind::ConditionFailed);
    assert_eq!(failed.message, "The conditional request failed");
    assert_eq!(failed.item, Some(key("a")));

    let exception = ResourceNotFoundException::builder().build();
    let error = GetItemError::ResourceNotFoundException(exception);
    assert_eq!(failure(SdkError::service_error(error, response())).kind, FailureKind::NotFound);
}

#[tokio::test]
async fn a_request_that_lacks_a_member_is_refused_without_sending() {
    let service = Service::answering("{}");
    let update = TransactWriteAction::Update(least::update());
    let call = TransactWrite { actions: vec![update], ..TransactWrite::default() };
    let failure = service.backend().transact_write(call).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Validation);
    assert!(failure.message.contains("update_expression"), "{}", failure.message);
    assert!(service.requests.lock().unwrap().is_empty());
}
