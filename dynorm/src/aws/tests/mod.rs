//! The backend without a network, but for `endpoint`: what each call sends, and what becomes of each reply.

#[cfg(feature = "aws-local")]
mod endpoint;
#[cfg(feature = "aws-env")]
mod env;
mod errors;
#[cfg(feature = "aws-local")]
mod local;
mod replies;
mod requests;

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, RuntimeComponents};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::Value as Json;

use super::AwsBackend;

/// What the service is to answer.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Json(u16, &'static str),
    Lost(fn() -> ConnectorError),
}

/// A service in process that answers every request alike and keeps the requests.
#[derive(Clone, Debug)]
struct Service {
    answer: Answer,
    /// The operation and the body of each.
    requests: Arc<Mutex<Vec<(String, Json)>>>,
}

impl Service {
    fn new(answer: Answer) -> Self {
        Self { answer, requests: Arc::default() }
    }

    fn answering(json: &'static str) -> Self {
        Self::new(Answer::Json(200, json))
    }

    /// A backend of a client that would retry, if the backend let it.
    fn backend(&self) -> AwsBackend {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .allow_no_auth()
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .http_client(self.clone())
            .build();
        AwsBackend::new(Client::from_conf(config))
    }

    /// The operation and the body of the only request.
    #[track_caller]
    fn request(&self) -> (String, Json) {
        let requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

impl HttpConnector for Service {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap();
        let operation = target.strip_prefix("DynamoDB_20120810.").unwrap().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.requests.lock().unwrap().push((operation, body));
        HttpConnectorFuture::ready(match self.answer {
            Answer::Json(status, json) => {
                let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(json));
                response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
                response.headers_mut().insert("x-amzn-requestid", "REQUEST1");
                Ok(response)
            }
            Answer::Lost(error) => Err(error()),
        })
    }
}

impl HttpClient for Service {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// Calls that name a table, without which the SDK sends nothing.
mod least {
    use crate::backend::{call, table};

    const TABLE: &str = "T";

    pub(super) fn get() -> call::Get {
        call::Get { table: TABLE.into(), ..Default::default() }
    }

    pub(super) fn put() -> call::Put {
        call::Put { table: TABLE.into(), ..Default::default() }
    }

    pub(super) fn update() -> call::Update {
        call::Update { table: TABLE.into(), ..Default::default() }
    }

    pub(super) fn delete() -> call::Delete {
        call::Delete { table: TABLE.into(), ..Default::default() }
    }

    pub(super) fn query() -> call::Query {
        call::Query { table: TABLE.into(), ..Default::default() }
    }

    pub(super) fn scan() -> call::Scan {
        call::Scan { table: TABLE.into(), ..Default::default() }
    }

    pub(super) fn create_table() -> table::CreateTable {
        table::CreateTable { table: TABLE.into(), ..Default::default() }
    }

    pub(super) fn time_to_live() -> table::TimeToLive {
        table::TimeToLive { table: TABLE.into(), attribute: "ttl".into(), enabled: true }
    }
}
