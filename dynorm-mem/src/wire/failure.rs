//! Refusals as the protocol writes them.

use dynorm::backend::{CancellationReason, Failure, FailureKind};

use super::Answer;
use super::value::write_item;
use super::writer::{Writer, object};

const MODELLED: &str = "com.amazonaws.dynamodb.v20120810";
const VALIDATE: &str = "com.amazon.coral.validate";
const SERVICE: &str = "com.amazon.coral.service";

/// The answer to a request that was refused.
pub(super) fn answer(failure: &Failure) -> Answer {
    let is_ours =
        matches!(failure.kind, FailureKind::Internal | FailureKind::Timeout | FailureKind::Dispatch);
    Answer { status: if is_ours { 500 } else { 400 }, body: body(failure) }
}

/// A refusal by what stands before the operations: of credentials, for example.
#[cfg(feature = "server")]
pub(crate) fn service_error(exception: &str, message: &str) -> Answer {
    let body = object(|out| {
        out.name("__type").plain(format_args!("{SERVICE}#{exception}"));
        out.name("message").text(message);
    });
    Answer { status: 400, body }
}

/// The answer to a request that cannot be carried out for a reason that no operation knows.
#[cfg(feature = "server")]
pub(crate) fn internal_error(message: &str) -> Answer {
    answer(&Failure::new(FailureKind::Internal, message))
}

fn body(failure: &Failure) -> String {
    let (namespace, message) = match failure.kind {
        FailureKind::Validation => (VALIDATE, "message"),
        FailureKind::Serialization => (SERVICE, "Message"),
        FailureKind::UnknownOperation | FailureKind::AccessDenied => (SERVICE, "message"),
        FailureKind::TransactionCancelled => (MODELLED, "Message"),
        _ => (MODELLED, "message"),
    };
    let exception = match failure.kind {
        FailureKind::Timeout | FailureKind::Dispatch => FailureKind::Internal.exception(),
        _ => failure.kind.exception(),
    };
    object(|out| {
        out.name("__type").plain(format_args!("{namespace}#{exception}"));
        if !failure.reasons.is_empty() {
            out.name("CancellationReasons").list(&failure.reasons, write_reason);
        }
        if let Some(item) = &failure.item {
            write_item(out.name("Item"), item);
        }
        // An unknown operation and a text that is not JSON have no words.
        if !failure.message.is_empty() {
            out.name(message).text(&failure.message);
        }
    })
}

fn write_reason(out: &mut Writer, reason: &CancellationReason) {
    out.object(|out| {
        out.name("Code").text(&reason.code);
        if let Some(item) = &reason.item {
            write_item(out.name("Item"), item);
        }
        if let Some(message) = &reason.message {
            out.name("Message").text(message);
        }
    });
}
