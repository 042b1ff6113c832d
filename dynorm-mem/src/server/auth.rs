//! Who may use the server: anybody, whoever brings a signature, or whoever signs with a key that it knows.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use hyper::http::request::Parts;

use super::signature::Signature;

/// A key that requests may be signed with.
///
/// ```
/// use dynorm_mem::server::Credentials;
///
/// let credentials: Credentials = "AKIDEXAMPLE:wJalrXUtnFEMI".parse()?;
/// assert_eq!(credentials, Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI"));
/// assert!(!format!("{credentials:?}").contains("wJalr"));
/// assert!("AKIDEXAMPLE".parse::<Credentials>().is_err());
/// # Ok::<(), dynorm_mem::server::CredentialsError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    key_id: String,
    secret: String,
}

/// The text is not a key's id and its secret with a colon between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialsError;

impl Credentials {
    /// An access key: its id, which requests name, and its secret.
    #[must_use]
    pub fn new(key_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { key_id: key_id.into(), secret: secret.into() }
    }
}

impl FromStr for Credentials {
    type Err = CredentialsError;

    fn from_str(text: &str) -> Result<Self, CredentialsError> {
        match text.split_once(':') {
            Some((key_id, secret)) if !key_id.is_empty() && !secret.is_empty() => {
                Ok(Self::new(key_id, secret))
            }
            _ => Err(CredentialsError),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("credentials are KEY:SECRET, the id of an access key and its secret")
    }
}

impl std::error::Error for CredentialsError {}

/// What requests have to bring.
#[derive(Default)]
pub(super) enum Access {
    #[default]
    Open,
    /// A signature, by whichever key, right or wrong.
    Signed,
    /// The signature of one of these keys: secrets by id.
    Verified(BTreeMap<String, String>),
}

/// Why a request is refused: the exception's name, and the service's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) exception: &'static str,
    pub(super) message: String,
}

impl Access {
    /// Requests need the signature of one of these keys, or of one that was given before.
    pub(super) fn verify(&mut self, credentials: impl IntoIterator<Item = Credentials>) {
        let known = credentials.into_iter().map(|Credentials { key_id, secret }| (key_id, secret));
        match self {
            Self::Verified(all) => all.extend(known),
            Self::Open | Self::Signed => *self = Self::Verified(known.collect()),
        }
    }

    /// Whether a request may pass. The body is the one that was sent, still compressed if it was.
    pub(super) fn check(
        &self,
        head: &Parts,
        body: &[u8],
        now: impl FnOnce() -> SystemTime,
    ) -> Result<(), Refused> {
        match self {
            Self::Open => Ok(()),
            Self::Signed => Signature::of(head).map(|_| ()),
            Self::Verified(secrets) => {
                let secret = |key_id: &str| secrets.get(key_id).map(String::as_str);
                Signature::of(head)?.verify(head, body, secret, now())
            }
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("Open"),
            Self::Signed => f.write_str("Signed"),
            Self::Verified(secrets) => f.debug_tuple("Verified").field(&secrets.keys()).finish(),
        }
    }
}

impl Refused {
    pub(super) fn incomplete(message: impl Into<String>) -> Self {
        Self { exception: "IncompleteSignatureException", message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { exception: "InvalidSignatureException", message: message.into() }
    }

    pub(super) fn missing() -> Self {
        Self {
            exception: "MissingAuthenticationTokenException",
            message: "Request is missing Authentication Token".to_owned(),
        }
    }

    pub(super) fn unknown_key() -> Self {
        Self {
            exception: "UnrecognizedClientException",
            message: "The security token included in the request is invalid.".to_owned(),
        }
    }
}
