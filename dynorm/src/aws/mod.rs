//! The production backend: DynamoDB's calls, carried out by the AWS SDK for Rust.
//!
//! This is the only room that names the SDK, and nothing of the SDK shows outside it. It decides nothing: a call
//! is turned into the SDK's request, the reply and every error back into ours.
//!
//! # Connecting
//!
//! The short way is `AwsBackend::from_env`, behind the feature `aws-env`: credentials, region and endpoint are those of the
//! environment, as for every AWS tool, and calls that are not answered in time fail.
//!
//! In general they are the client's affair: build one as for any other use of the SDK, and hand it over. With the crate
//! `aws-config`, whose default features bring an HTTPS client along:
//!
//! ```toml
//! aws-config = "1.13"
//! aws-sdk-dynamodb = { version = "1.136", default-features = false, features = ["rt-tokio"] }
//! ```
//!
//! ```no_run
//! # mod aws_config {
//! #     pub async fn load_defaults(_: ::aws_sdk_dynamodb::config::BehaviorVersion) {}
//! # }
//! # mod aws_sdk_dynamodb {
//! #     pub struct Client;
//! #     impl Client {
//! #         pub fn new(_: &()) -> ::aws_sdk_dynamodb::Client {
//! #             ::aws_sdk_dynamodb::Client::from_conf(::aws_sdk_dynamodb::Config::builder().build())
//! #         }
//! #     }
//! #     pub use ::aws_sdk_dynamodb::config;
//! # }
//! # async fn connect() -> dynorm::aws::AwsBackend {
//! use aws_sdk_dynamodb::config::BehaviorVersion;
//! use dynorm::aws::AwsBackend;
//!
//! let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
//! let backend = AwsBackend::new(aws_sdk_dynamodb::Client::new(&config));
//! # backend
//! # }
//! ```
//!
//! Without `aws-env` dynorm enables no TLS: a program whose client comes without one fails at its first call with
//! [`FailureKind::Dispatch`](crate::backend::FailureKind::Dispatch).
//!
//! # Timeouts
//!
//! A client has the timeouts that it was built with. By default the SDK waits 3.1 seconds for a connection, and for an
//! answer without end: give the loader a `timeout_config` with an `operation_attempt_timeout`, as `from_env` does. A call
//! that is not answered in time is a [`FailureKind::Timeout`](crate::backend::FailureKind::Timeout): a read is sent again, and
//! so is a transaction, and of another write the caller has to find out whether it happened.
//!
//! A server on this machine that speaks DynamoDB's protocol needs neither TLS nor credentials:
//! `AwsBackend::local`, behind the feature `aws-local`, connects to it over plain HTTP.
//!
//! # Retries
//!
//! The library retries, and knows better than the SDK which write may be sent twice: throttling and conflicts always,
//! failures that leave open what happened only for reads and transactions, with waits of 25 milliseconds to 2 seconds, and ten
//! seconds in all. The SDK's own retries are therefore off for calls through the backend; [`AwsBackend::client`] keeps them.

mod call;
mod convert;
mod error;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SharedTimeSource;

pub use self::convert::ConvertError;
use crate::backend::call as calls;
use crate::backend::{Backend, Failure, reply, table};

/// DynamoDB, or a server that speaks its protocol, through a client of the AWS SDK.
///
/// Cloning is cheap, and clones share the client's connections.
///
/// ```no_run
/// use dynorm::aws::AwsBackend;
///
/// # fn example(client: aws_sdk_dynamodb::Client) {
/// let backend = AwsBackend::new(client);
/// let same = AwsBackend::from(backend.client().clone());
/// # }
/// ```
#[derive(Clone)]
pub struct AwsBackend {
    client: Client,
    /// The same client without its retries; see the module.
    single_attempt: Client,
    sleep: SharedAsyncSleep,
    clock: SharedTimeSource,
}

impl AwsBackend {
    /// A backend that sends its calls through `client`.
    ///
    /// Waiting and the time come from the client's configuration too, where it has them.
    ///
    /// ```no_run
    /// use aws_sdk_dynamodb::{Client, Config};
    /// use dynorm::aws::AwsBackend;
    ///
    /// # fn backend(config: Config) -> AwsBackend {
    /// AwsBackend::new(Client::from_conf(config))
    /// # }
    /// ```
    #[must_use]
    pub fn new(client: Client) -> Self {
        let config = client.config();
        let sleep = config.sleep_impl().unwrap_or_else(|| SharedAsyncSleep::new(TokioSleep::new()));
        let clock = config.time_source().unwrap_or_default();
        let once = config.to_builder().retry_config(RetryConfig::disabled()).build();
        Self { single_attempt: Client::from_conf(once), client, sleep, clock }
    }

    /// DynamoDB as the environment says.
    ///
    /// Credentials and region are found as every AWS tool finds them: in `AWS_ACCESS_KEY_ID` and its kin, `AWS_REGION`, the
    /// profile (`AWS_PROFILE`), a web identity, or the metadata of the container or the machine. `AWS_ENDPOINT_URL_DYNAMODB` or
    /// `AWS_ENDPOINT_URL` lead elsewhere. For sign-on (SSO) and credential processes enable these features of `aws-config`
    /// beside this crate. A call that is not answered within ten seconds is a
    /// [`FailureKind::Timeout`](crate::backend::FailureKind::Timeout).
    ///
    /// This needs the feature `aws-env`. For settings of your own give [`https`] to a loader of `aws-config`, and the client to
    /// [`new`](Self::new):
    ///
    /// ```no_run
    /// use dynorm::aws::AwsBackend;
    /// use dynorm::prelude::*;
    ///
    /// # async fn example() {
    /// let db = Db::new(AwsBackend::from_env().await);
    ///
    /// let loader = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(dynorm::aws::https());
    /// let config = loader.profile_name("staging").load().await;
    /// let staging = Db::new(AwsBackend::new(aws_sdk_dynamodb::Client::new(&config)));
    /// # }
    /// ```
    #[cfg(feature = "aws-env")]
    pub async fn from_env() -> Self {
        use aws_sdk_dynamodb::config::timeout::TimeoutConfig;

        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ANSWER_TIME_MAX).build();
        let loader = aws_config::defaults(aws_config::BehaviorVersion::latest());
        let config = loader.http_client(https()).timeout_config(timeouts).load().await;
        Self::new(Client::new(&config))
    }

    /// A backend for a server on this machine, such as `http://127.0.0.1:8000`: plain HTTP, placeholder
    /// credentials, region `us-east-1`.
    ///
    /// This needs the feature `aws-local`. An address with `https` fails at the first call; build a client for it
    /// and use [`new`](Self::new).
    ///
    /// ```no_run
    /// use dynorm::aws::AwsBackend;
    ///
    /// let backend = AwsBackend::local("http://127.0.0.1:8000");
    /// ```
    #[cfg(feature = "aws-local")]
    #[must_use]
    pub fn local(endpoint_url: &str) -> Self {
        use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};

        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .endpoint_url(endpoint_url)
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Self::new(Client::from_conf(config))
    }

    /// The client as it was given, for calls that dynorm does not have.
    ///
    /// ```no_run
    /// # use dynorm::aws::AwsBackend;
    /// # async fn tables(backend: AwsBackend) -> Result<(), Box<dyn std::error::Error>> {
    /// let tables = backend.client().list_tables().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// How long `from_env` waits for an answer.
#[cfg(feature = "aws-env")]
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// An HTTPS client for the SDK, by rustls with ring and the certificates of this machine, which speaks plain HTTP too.
///
/// This needs the feature `aws-env`; [`AwsBackend::from_env`] has an example.
#[cfg(feature = "aws-env")]
#[must_use]
pub fn https() -> aws_sdk_dynamodb::config::SharedHttpClient {
    use aws_smithy_http_client::tls::Provider;
    use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

impl From<Client> for AwsBackend {
    fn from(client: Client) -> Self {
        Self::new(client)
    }
}

impl fmt::Debug for AwsBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsBackend").finish_non_exhaustive()
    }
}

#[async_trait]
impl Backend for AwsBackend {
    async fn get(&self, call: calls::Get) -> Result<reply::Get, Failure> {
        call::get::send(&self.single_attempt, call).await
    }

    async fn put(&self, call: calls::Put) -> Result<reply::Put, Failure> {
        call::put::send(&self.single_attempt, call).await
    }

    async fn update(&self, call: calls::Update) -> Result<reply::Update, Failure> {
        call::update::send(&self.single_attempt, call).await
    }

    async fn delete(&self, call: calls::Delete) -> Result<reply::Delete, Failure> {
        call::delete::send(&self.single_attempt, call).await
    }

    async fn query(&self, call: calls::Query) -> Result<reply::Query, Failure> {
        call::query::send(&self.single_attempt, call).await
    }

    async fn scan(&self, call: calls::Scan) -> Result<reply::Scan, Failure> {
        call::scan::send(&self.single_attempt, call).await
    }

    async fn batch_get(&self, call: calls::BatchGet) -> Result<reply::BatchGet, Failure> {
        call::batch_get::send(&self.single_attempt, call).await
    }

    async fn batch_write(&self, call: calls::BatchWrite) -> Result<reply::BatchWrite, Failure> {
        call::batch_write::send(&self.single_attempt, call).await
    }

    async fn transact_get(&self, call: calls::TransactGet) -> Result<reply::TransactGet, Failure> {
        call::transact_get::send(&self.single_attempt, call).await
    }

    async fn transact_write(&self, call: calls::TransactWrite) -> Result<reply::TransactWrite, Failure> {
        call::transact_write::send(&self.single_attempt, call).await
    }

    async fn create_table(&self, call: table::CreateTable) -> Result<table::TableDescription, Failure> {
        call::table::create(&self.single_attempt, call).await
    }

    async fn describe_table(&self, table: &str) -> Result<table::TableDescription, Failure> {
        call::table::describe(&self.single_attempt, table).await
    }

    async fn delete_table(&self, table: &str) -> Result<(), Failure> {
        call::table::delete(&self.single_attempt, table).await
    }

    async fn update_time_to_live(&self, call: table::TimeToLive) -> Result<(), Failure> {
        call::table::update_time_to_live(&self.single_attempt, call).await
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.sleep.sleep(duration).await;
    }
}
