//! Refusals of a backend, in the service's words.

use std::fmt;

use crate::value::Item;

/// What kind of refusal a [`Failure`] is: the service's exceptions, and what can go wrong on the way to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The condition of a write did not hold: `ConditionalCheckFailedException`.
    ConditionFailed,
    /// A transaction was cancelled; the reasons say why: `TransactionCanceledException`.
    TransactionCancelled,
    /// Another transaction was at work on the item: `TransactionConflictException`.
    TransactionConflict,
    /// A transaction with the same token is still running: `TransactionInProgressException`.
    TransactionInProgress,
    /// The token was used with other parameters: `IdempotentParameterMismatchException`.
    TokenMismatch,
    /// The table's provisioned throughput is used up: `ProvisionedThroughputExceededException`.
    ThroughputExceeded,
    /// The account's throughput is used up: `RequestLimitExceeded`.
    RequestLimitExceeded,
    /// Slow down: `ThrottlingException`.
    Throttled,
    /// An item collection is at its 10 GB: `ItemCollectionSizeLimitExceededException`.
    CollectionTooLarge,
    /// No such table or index: `ResourceNotFoundException`.
    NotFound,
    /// The table is being created or changed: `ResourceInUseException`.
    InUse,
    /// Too many control plane operations or tables: `LimitExceededException`.
    LimitExceeded,
    /// The request breaks a rule: `ValidationException`.
    Validation,
    /// The request's data is not of the protocol's form: `SerializationException`.
    Serialization,
    /// Not allowed: `AccessDeniedException`, and everything about credentials and signatures.
    AccessDenied,
    /// The service failed: `InternalServerError`, `ServiceUnavailable`.
    Internal,
    /// No answer in time; a write may have happened.
    Timeout,
    /// The request could not be sent.
    Dispatch,
    /// The service does not know the operation, or this backend does not offer it: `UnknownOperationException`.
    UnknownOperation,
    /// An exception that this version does not know, by its name.
    Other(String),
}

impl FailureKind {
    /// The exception's name as the service writes it.
    #[must_use]
    pub fn exception(&self) -> &str {
        match self {
            Self::ConditionFailed => "ConditionalCheckFailedException",
            Self::TransactionCancelled => "TransactionCanceledException",
            Self::TransactionConflict => "TransactionConflictException",
            Self::TransactionInProgress => "TransactionInProgressException",
            Self::TokenMismatch => "IdempotentParameterMismatchException",
            Self::ThroughputExceeded => "ProvisionedThroughputExceededException",
            Self::RequestLimitExceeded => "RequestLimitExceeded",
            Self::Throttled => "ThrottlingException",
            Self::CollectionTooLarge => "ItemCollectionSizeLimitExceededException",
            Self::NotFound => "ResourceNotFoundException",
            Self::InUse => "ResourceInUseException",
            Self::LimitExceeded => "LimitExceededException",
            Self::Validation => "ValidationException",
            Self::Serialization => "SerializationException",
            Self::AccessDenied => "AccessDeniedException",
            Self::Internal => "InternalServerError",
            Self::Timeout => "Timeout",
            Self::Dispatch => "DispatchFailure",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Other(name) => name,
        }
    }

    /// The kind of the exception of this name, without its namespace.
    #[must_use]
    pub fn of_exception(name: &str) -> Self {
        match name {
            "ConditionalCheckFailedException" => Self::ConditionFailed,
            "TransactionCanceledException" => Self::TransactionCancelled,
            "TransactionConflictException" => Self::TransactionConflict,
            "TransactionInProgressException" => Self::TransactionInProgress,
            "IdempotentParameterMismatchException" => Self::TokenMismatch,
            "ProvisionedThroughputExceededException" => Self::ThroughputExceeded,
            "RequestLimitExceeded" => Self::RequestLimitExceeded,
            "ThrottlingException" | "Throttling" => Self::Throttled,
            "ItemCollectionSizeLimitExceededException" => Self::CollectionTooLarge,
            "ResourceNotFoundException" | "TableNotFoundException" => Self::NotFound,
            "ResourceInUseException" | "TableAlreadyExistsException" => Self::InUse,
            "LimitExceededException" => Self::LimitExceeded,
            "ValidationException" => Self::Validation,
            "SerializationException" => Self::Serialization,
            "AccessDeniedException"
            | "UnrecognizedClientException"
            | "MissingAuthenticationTokenException"
            | "MissingAuthenticationToken"
            | "IncompleteSignatureException"
            | "InvalidSignatureException"
            | "ExpiredTokenException" => Self::AccessDenied,
            "InternalServerError"
            | "InternalServerErrorException"
            | "InternalFailure"
            | "ServiceUnavailable"
            | "ServiceUnavailableException" => Self::Internal,
            "UnknownOperationException" => Self::UnknownOperation,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Why one action of a cancelled transaction failed, or that it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CancellationReason {
    /// The service's code: `None`, `ConditionalCheckFailed`, `TransactionConflict`, `ValidationError`,
    /// `ItemCollectionSizeLimitExceeded`, `ProvisionedThroughputExceeded`, `ThrottlingError`, `DuplicateItem`.
    pub code: String,
    /// The service's words, unless the code is `None`.
    pub message: Option<String>,
    /// The item that failed its condition, if the action asked for it.
    pub item: Option<Item>,
}

impl CancellationReason {
    /// The reason of an action that was not at fault.
    #[must_use]
    pub fn none() -> Self {
        Self { code: "None".to_owned(), message: None, item: None }
    }

    /// Whether the item did not satisfy the condition of the action.
    pub(crate) fn is_condition(&self) -> bool {
        Reason::of_code(&self.code).is_condition()
    }
}

/// Why one action of a cancelled transaction was at fault, or that it was not.
///
/// ```
/// use dynorm::Reason;
///
/// assert!(Reason::of_code("TransactionConflict").is_contention());
/// assert!(Reason::of_code("ConditionalCheckFailed").is_condition());
/// assert_eq!(Reason::of_code("Unheard").code(), "Unheard");
/// ```
///
/// Source: [cancellation reasons](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It was not at fault: `None`.
    None,
    /// The item is there and does not satisfy the condition: `ConditionalCheckFailed`.
    ConditionFailed,
    /// The item was written or deleted since its version was read: `ConditionalCheckFailed`.
    VersionConflict,
    /// The item has a schema version that the program does not know: `ConditionalCheckFailed`.
    UnknownSchema,
    /// The item is not there, and must be: `ConditionalCheckFailed`.
    NotFound,
    /// The item is there, and must not be: `ConditionalCheckFailed`.
    AlreadyExists,
    /// Another entity has what must be unique, as [`constraint`](super::CancelledAction::constraint) says:
    /// `ConditionalCheckFailed` of the item that marks it.
    UniqueViolation,
    /// Something else was at work on the item: `TransactionConflict`.
    Conflict,
    /// The provisioned throughput is used up: `ProvisionedThroughputExceeded`.
    ThroughputExceeded,
    /// Slow down: `ThrottlingError`.
    Throttled,
    /// An item collection is at its 10 GB: `ItemCollectionSizeLimitExceeded`.
    CollectionTooLarge,
    /// The action breaks a rule: `ValidationError`.
    Validation,
    /// A code that this version does not know.
    Other(String),
}

impl Reason {
    /// The reason of this code. By the code alone, every failed condition is [`ConditionFailed`](Self::ConditionFailed).
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        match code {
            "None" => Self::None,
            "ConditionalCheckFailed" => Self::ConditionFailed,
            "TransactionConflict" => Self::Conflict,
            "ProvisionedThroughputExceeded" => Self::ThroughputExceeded,
            "ThrottlingError" => Self::Throttled,
            "ItemCollectionSizeLimitExceeded" => Self::CollectionTooLarge,
            "ValidationError" => Self::Validation,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The service's code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::None => "None",
            Self::ConditionFailed
            | Self::VersionConflict
            | Self::UnknownSchema
            | Self::NotFound
            | Self::AlreadyExists
            | Self::UniqueViolation => "ConditionalCheckFailed",
            Self::Conflict => "TransactionConflict",
            Self::ThroughputExceeded => "ProvisionedThroughputExceeded",
            Self::Throttled => "ThrottlingError",
            Self::CollectionTooLarge => "ItemCollectionSizeLimitExceeded",
            Self::Validation => "ValidationError",
            Self::Other(code) => code,
        }
    }

    /// The condition did not hold: the user's own, that the item is there, or is not, or that it is unique.
    #[must_use]
    pub fn is_condition(&self) -> bool {
        self.code() == "ConditionalCheckFailed"
    }

    /// The same action may succeed a little later.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        matches!(self, Self::Conflict | Self::ThroughputExceeded | Self::Throttled)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such item"),
            Self::VersionConflict => {
                f.write_str("the item was written or deleted since its version was read")
            }
            Self::UnknownSchema => {
                f.write_str("the item has a schema version that this program does not know")
            }
            Self::AlreadyExists => f.write_str("the item exists"),
            Self::UniqueViolation => f.write_str("another entity has what must be unique"),
            Self::ConditionFailed => f.write_str("the item does not satisfy the condition"),
            other => f.write_str(other.code()),
        }
    }
}

/// A refusal by a backend.
///
/// The message is the service's own, word by word.
#[derive(Debug)]
pub struct Failure {
    /// What kind of refusal it is.
    pub kind: FailureKind,
    /// The service's words.
    pub message: String,
    /// The item that failed the condition, if the call asked for it.
    pub item: Option<Item>,
    /// Why each action of a cancelled transaction failed, in their order.
    pub reasons: Vec<CancellationReason>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// What caused it: the error of the AWS SDK, for example.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// Conceals these attributes in all that it has of the item.
    ///
    /// What the SDK says besides is dropped where it would show the item: of conditions that did not hold.
    pub(crate) fn conceal(&mut self, names: &[&'static str]) {
        if names.is_empty() {
            return;
        }
        let of_reasons = self.reasons.iter_mut().filter_map(|reason| reason.item.as_mut());
        for item in self.item.iter_mut().chain(of_reasons) {
            item.conceal(names);
        }
        if matches!(self.kind, FailureKind::ConditionFailed | FailureKind::TransactionCancelled) {
            self.source = None;
        }
    }

    /// A refusal with a message.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message, item: None, reasons: Vec::new(), request_id: None, source: None }
    }

    /// A `ValidationException`.
    #[must_use]
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Validation, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.exception())?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}
