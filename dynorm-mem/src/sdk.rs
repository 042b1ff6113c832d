//! The AWS SDK in process: an HTTP client for `aws_sdk_dynamodb` and `aws_sdk_dynamodbstreams` that asks the engine
//! instead of a network.
//!
//! Everything above HTTP is the SDK's own: builders, paginators, retries, waiters and errors behave as against
//! the service.

use std::sync::Arc;

use aws_sdk_dynamodb::config::{BehaviorVersion, Region, RuntimeComponents};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use crate::request_id::{self, RequestIds};
use crate::wire::{Answer, CONTENT_TYPE, Wire};
use crate::{Faults, MemBackend};

/// A client of the AWS SDK that talks to this engine.
///
/// There is no socket and there are no credentials; the region is `us-east-1`. For other settings give an
/// [`SdkConnector`] to a configuration of your own.
///
/// ```
/// use aws_sdk_dynamodb::types::{
///     AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
/// };
/// use dynorm_mem::MemBackend;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), aws_sdk_dynamodb::Error> {
/// let backend = MemBackend::new();
/// let client = dynorm_mem::sdk_client(&backend);
///
/// let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
/// let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
/// client
///     .create_table()
///     .table_name("users")
///     .attribute_definitions(id.build()?)
///     .key_schema(key.build()?)
///     .billing_mode(BillingMode::PayPerRequest)
///     .send()
///     .await?;
///
/// client.put_item().table_name("users").item("id", AttributeValue::S("ann".into())).send().await?;
/// assert_eq!(backend.items("users").len(), 1);
///
/// let again = client
///     .put_item()
///     .table_name("users")
///     .item("id", AttributeValue::S("ann".into()))
///     .condition_expression("attribute_not_exists(id)")
///     .send()
///     .await;
/// assert!(again.unwrap_err().into_service_error().is_conditional_check_failed_exception());
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn sdk_client(backend: &MemBackend) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .allow_no_auth()
        .http_client(SdkConnector::new(backend.clone()))
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// A client of the AWS SDK that reads the streams of this engine: the streams have a crate of their own.
///
/// ```
/// use aws_sdk_dynamodbstreams::types::ShardIteratorType;
/// use dynorm::backend::table::{CreateTable, KeyAttribute, KeySchema, StreamView};
/// use dynorm::backend::{Backend, call};
/// use dynorm::value::{Item, KeyKind};
/// use dynorm_mem::MemBackend;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let backend = MemBackend::new();
/// let id = KeyAttribute { name: "id".into(), kind: KeyKind::S };
/// let key = KeySchema { partition: vec![id], sort: vec![] };
/// let stream = Some(StreamView::NewImage);
/// backend.create_table(CreateTable { table: "users".into(), key, stream, ..Default::default() }).await?;
/// let item = Item::from([("id", "ann")]);
/// backend.put(call::Put { table: "users".into(), item, ..Default::default() }).await?;
///
/// let client = dynorm_mem::streams_sdk_client(&backend);
/// let streams = client.list_streams().table_name("users").send().await?;
/// let arn = streams.streams()[0].stream_arn().expect("a stream has an ARN");
/// let stream = client.describe_stream().stream_arn(arn).send().await?;
/// let shard = stream.stream_description().expect("it is there").shards()[0].shard_id().expect("it has an id");
/// let start = client.get_shard_iterator().stream_arn(arn).shard_id(shard);
/// let start = start.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await?;
/// let records = client.get_records().set_shard_iterator(start.shard_iterator).send().await?;
/// assert_eq!(records.records().len(), 1);
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "sdk-streams")]
#[must_use]
pub fn streams_sdk_client(backend: &MemBackend) -> aws_sdk_dynamodbstreams::Client {
    let config = aws_sdk_dynamodbstreams::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .allow_no_auth()
        .http_client(SdkConnector::new(backend.clone()))
        .build();
    aws_sdk_dynamodbstreams::Client::from_conf(config)
}

/// An `HttpClient` for the `Config` of `aws_sdk_dynamodb`, or of `aws_sdk_dynamodbstreams`, that carries out requests on an engine.
///
/// Clones talk to the same engine. Requests may be signed or not; signatures are not looked at. Each answer has an id of
/// its request, as the service's have.
///
/// ```
/// use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
/// use dynorm_mem::{MemBackend, SdkConnector};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), aws_sdk_dynamodb::Error> {
/// let config = aws_sdk_dynamodb::Config::builder()
///     .behavior_version(BehaviorVersion::latest())
///     .region(Region::new("eu-west-1"))
///     .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
///     .http_client(SdkConnector::new(MemBackend::new()))
///     .build();
/// let client = aws_sdk_dynamodb::Client::from_conf(config);
/// assert!(client.list_tables().send().await?.table_names().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SdkConnector {
    wire: Wire,
    ids: Arc<RequestIds>,
}

impl SdkConnector {
    /// A connector to this engine.
    #[must_use]
    pub fn new(backend: MemBackend) -> Self {
        Self { wire: Wire::new(backend), ids: Arc::default() }
    }

    /// The same, whose calls about items have these faults, as [`Wire::with_faults`] says.
    ///
    /// ```
    /// use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
    /// use dynorm::backend::Operation;
    /// use dynorm_mem::{Fault, Faults, MemBackend, SdkConnector};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let faults = Faults::new();
    /// let config = aws_sdk_dynamodb::Config::builder()
    ///     .behavior_version(BehaviorVersion::latest())
    ///     .region(Region::new("eu-west-1"))
    ///     .allow_no_auth()
    ///     .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
    ///     .http_client(SdkConnector::new(MemBackend::new()).with_faults(faults.clone()))
    ///     .build();
    /// let client = aws_sdk_dynamodb::Client::from_conf(config);
    /// faults.inject(Fault::throughput_exceeded().on(Operation::Scan).nth(1));
    /// let refused = client.scan().table_name("users").send().await.unwrap_err();
    /// assert!(refused.into_service_error().is_provisioned_throughput_exceeded_exception());
    /// # }
    /// ```
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> Self {
        Self { wire: self.wire.with_faults(faults), ..self }
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes();
        let body = body.ok_or_else(|| ConnectorError::user("a body that is streamed".into()))?;
        let Answer { status, body } = self.wire.answer(target, body);
        let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        response.headers_mut().insert("content-type", CONTENT_TYPE);
        let id = String::from_utf8_lossy(&self.ids.next()).into_owned();
        response.headers_mut().insert(request_id::HEADER, id);
        Ok(response)
    }
}

impl HttpConnector for SdkConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.answer(&request))
    }
}

impl HttpClient for SdkConnector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
