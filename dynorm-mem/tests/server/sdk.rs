//! The AWS SDK over a socket, with signatures that the server verifies.

use std::fmt::Write as _;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, HttpClient, Region, RuntimeComponents};
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use chrono::NaiveDateTime;
use dynorm_mem::server::Credentials as Known;
use dynorm_mem::{ManualClock, MemBackend};

use crate::kit::Running;

/// Sends what the SDK has signed, after it has set the server's clock to the date of the signature.
#[derive(Clone)]
struct Socket {
    server: Arc<Running>,
    clock: ManualClock,
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Socket")
    }
}

impl Socket {
    async fn send(self, request: HttpRequest) -> HttpResponse {
        let date = request.headers().get("x-amz-date").unwrap();
        let date = NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ").unwrap();
        self.clock.set(date.and_utc().into());
        let body = request.body().bytes().unwrap();
        let mut text = format!("POST / HTTP/1.1\r\nhost: {}\r\n", self.server.address);
        for (name, value) in request.headers() {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
        if request.headers().get("content-length").is_none() {
            write!(text, "content-length: {}\r\n", body.len()).unwrap();
        }
        let answer = self.server.answer(&[text.as_bytes(), b"\r\n", body].concat()).await;
        HttpResponse::new(answer.status.try_into().unwrap(), SdkBody::from(answer.body))
    }
}

impl HttpConnector for Socket {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let socket = self.clone();
        HttpConnectorFuture::new(async move { Ok(socket.send(request).await) })
    }
}

impl HttpClient for Socket {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[tokio::test]
async fn signatures_of_the_sdk_are_verified() {
    let clock = ManualClock::new();
    let backend = MemBackend::new().with_clock(clock.clone());
    let known = [Known::new("id", "secret")];
    let server = Arc::new(Running::start_with(backend, |server| server.with_credentials(known)).await);
    let client = |key_id: &str, secret: &str, token: Option<String>| {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-south-1"))
            .endpoint_url(format!("http://{}", server.address))
            .credentials_provider(Credentials::new(key_id, secret, token, None, "test"))
            .http_client(Socket { server: Arc::clone(&server), clock: clock.clone() })
            .build();
        Client::from_conf(config)
    };
    for token in [None, Some("of a session".to_owned())] {
        let listed = client("id", "secret", token).list_tables().send().await.unwrap();
        assert!(listed.table_names().is_empty());
    }
    let wrong = client("id", "another", None).list_tables().send().await.unwrap_err();
    assert_eq!(wrong.code(), Some("InvalidSignatureException"));
    let unknown = client("nobody", "secret", None).list_tables().send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("UnrecognizedClientException"));
}
