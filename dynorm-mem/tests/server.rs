//! The HTTP server over sockets of this machine: what HTTP adds to the protocol, and malformed requests.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::net::SocketAddr;
use std::time::Duration;

use dynorm_mem::MemBackend;
use dynorm_mem::server::{self, BODY_BYTES_MAX, HEAD_BYTES_MAX, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long any answer may take; reached only if a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

const TABLE: &str = r#"{"TableName":"users","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#;
const UNKNOWN_OPERATION: &str = "<UnknownOperationException/>\n";

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Running {
    async fn start(configured: impl FnOnce(Server) -> Server) -> Self {
        let server = Server::bind(([127, 0, 0, 1], 0).into(), MemBackend::new()).await.unwrap();
        let server = configured(server);
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.serve(async { stopped.await.unwrap_or_default() }));
        Self { address, stop, ended }
    }

    async fn plain() -> Self {
        Self::start(|server| server).await
    }

    async fn connect(&self) -> Connection {
        Connection { stream: TcpStream::connect(self.address).await.unwrap(), read: Vec::new() }
    }

    /// The answer to one request on a connection of its own.
    async fn answer(&self, request: &[u8]) -> Response {
        self.connect().await.answer(request).await
    }
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

#[derive(Debug)]
struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Connection {
    async fn answer(&mut self, request: &[u8]) -> Response {
        // The server may answer and close before it has taken in everything.
        let _ = self.stream.write_all(request).await;
        tokio::time::timeout(PATIENCE, self.response()).await.expect("an answer in time")
    }

    async fn response(&mut self) -> Response {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            assert!(
                self.more().await,
                "closed before the end of a head: {:?}",
                String::from_utf8_lossy(&self.read)
            );
        };
        let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Response { status, head, body: String::new() };
        let n_bytes = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.read.len() < n_bytes {
            assert!(self.more().await, "closed before the end of a body");
        }
        response.body = String::from_utf8(self.read.drain(..n_bytes).collect()).unwrap();
        response
    }

    async fn more(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let n_bytes = self.stream.read(&mut bytes).await.unwrap_or(0);
        self.read.extend_from_slice(&bytes[..n_bytes]);
        n_bytes > 0
    }

    async fn is_closed(&mut self) -> bool {
        tokio::time::timeout(PATIENCE, self.more()).await.is_ok_and(|more| !more)
    }
}

fn request(operation: &str, body: &str) -> Vec<u8> {
    request_with(operation, "content-type: application/x-amz-json-1.0\r\n", body)
}

fn request_with(operation: &str, headers: &str, body: &str) -> Vec<u8> {
    let n_bytes = body.len();
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: DynamoDB_20120810.{operation}\r\n\
         content-length: {n_bytes}\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = Running::plain().await;
    let mut connection = server.connect().await;
    assert_eq!(connection.answer(&request("CreateTable", TABLE)).await.status, 200);
    for id in ["a", "b", "c"] {
        let put = format!(r#"{{"TableName":"users","Item":{{"id":{{"S":"{id}"}}}}}}"#);
        assert_eq!(connection.answer(&request("PutItem", &put)).await.body, "{}");
    }
    let scan = connection.answer(&request("Scan", r#"{"TableName":"users","Select":"COUNT"}"#)).await;
    assert_eq!(scan.body, r#"{"Count":3,"ScannedCount":3}"#);
    let both = [request("ListTables", "{}"), request("DescribeLimits", "{}")].concat();
    assert_eq!(connection.answer(&both).await.body, r#"{"TableNames":["users"]}"#);
    assert!(connection.response().await.body.contains("AccountMaxReadCapacityUnits"));
}

#[tokio::test]
async fn answers_have_the_headers_of_the_service() {
    let server = Running::plain().await;
    let mut connection = server.connect().await;
    let first = connection.answer(&request("ListTables", "{}")).await;
    let second = connection.answer(&request("ListTables", "{}")).await;
    let id = first.header("x-amzn-requestid").unwrap();
    assert_eq!(id.len(), 52);
    assert!(id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()));
    assert_ne!(second.header("x-amzn-requestid"), Some(id));
    assert_eq!(first.header("server"), Some("Server"));
    assert_eq!(first.header("content-type"), Some("application/x-amz-json-1.0"));
    let checksum = crc32fast::hash(br#"{"TableNames":[]}"#).to_string();
    assert_eq!(first.header("x-amz-crc32"), Some(checksum.as_str()));
    let json = "content-type: application/json; charset=utf-8\r\n";
    let third = connection.answer(&request_with("ListTables", json, "{}")).await;
    assert_eq!((third.status, third.header("content-type")), (200, Some("application/json")));
}

#[tokio::test]
async fn what_is_not_the_protocols_is_answered_as_the_service_does() {
    let server = Running::plain().await;
    let health = server.answer(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!((health.status, health.body.as_str()), (200, "healthy: dynamodb.us-east-1.amazonaws.com "));
    for head in ["GET /shell", "PUT /", "DELETE /", "OPTIONS /", "POST /x"] {
        let answer = server.answer(format!("{head} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
        assert_eq!((answer.status, answer.body.as_str()), (404, UNKNOWN_OPERATION), "{head}");
        assert_eq!(answer.header("x-amz-crc32"), Some("3552371480"));
    }
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    assert_eq!(server.answer(&request_with("ListTables", form, "{}")).await.status, 404);
}

#[tokio::test]
async fn wrong_targets_and_bodies_are_errors_of_the_protocol() {
    let server = Running::plain().await;
    let unknown = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;
    let fly = server.answer(&request("Fly", "{}")).await;
    assert_eq!((fly.status, fly.body.as_str()), (400, unknown));
    let no_target =
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(server.answer(no_target.as_bytes()).await.body, unknown);
    let serialization = r#"{"__type":"com.amazon.coral.service#SerializationException"}"#;
    for body in ["", "{", "\u{0}"] {
        let answer = server.answer(&request("ListTables", body)).await;
        assert_eq!((answer.status, answer.body.as_str()), (400, serialization), "{body:?}");
    }
}

#[tokio::test]
async fn malformed_requests_are_answered_and_the_server_lives_on() {
    let server = Running::plain().await;
    let long = "x".repeat(HEAD_BYTES_MAX + 1);
    let malformed = [
        b"\r\n \r\n\r\n".to_vec(),
        b"GARBAGE\r\n\r\n".to_vec(),
        b"POST / HTTP/9.9\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: x\r\nlong: {long}\r\n\r\n").into_bytes(),
    ];
    for request in malformed {
        let answer = server.answer(&request).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
    for beginning in [
        &b""[..],
        b"POST",
        b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nab",
        b"\x00\xff\x16\x03\x01",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage",
    ] {
        let mut connection = server.connect().await;
        connection.stream.write_all(beginning).await.unwrap();
        drop(connection);
    }
    assert_eq!(server.answer(&request("ListTables", "{}")).await.status, 200);
}

#[tokio::test]
async fn bodies_of_more_than_16_mib_are_refused() {
    let server = Running::plain().await;
    let fits = format!("{{{}}}", " ".repeat(BODY_BYTES_MAX - 2));
    assert_eq!(server.answer(&request("ListTables", &fits)).await.status, 200);
    let mut connection = server.connect().await;
    let refused = connection.answer(&request("ListTables", &format!("{fits} "))).await;
    assert_eq!((refused.status, refused.body.as_str()), (413, ""));
    assert!(connection.is_closed().await);
    let announced =
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n";
    assert_eq!(server.answer(announced.as_bytes()).await.status, 413);
}

#[tokio::test]
async fn chunked_bodies_are_read() {
    let server = Running::plain().await;
    let chunked = "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: DynamoDB_20120810.ListTables\r\n\
                   content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n\
                   1\r\n{\r\n5\r\n     \r\n1\r\n}\r\n0\r\n\r\n";
    assert_eq!(server.answer(chunked.as_bytes()).await.body, r#"{"TableNames":[]}"#);
}

#[tokio::test]
async fn credentials_are_asked_for_on_demand() {
    let server = Running::start(Server::with_required_auth).await;
    let missing = server.answer(&request("ListTables", "{}")).await;
    let expected = r#"{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}"#;
    assert_eq!((missing.status, missing.body.as_str()), (400, expected));
    let json = "content-type: application/x-amz-json-1.0\r\n";
    let partial = format!("{json}authorization: AWS4-HMAC-SHA256 Credential=a\r\n");
    let partial = server.answer(&request_with("ListTables", &partial, "{}")).await;
    assert!(partial.body.contains("IncompleteSignatureException"));
    assert!(partial.body.contains("Authorization header requires 'Signature' parameter."));
    let signed = format!(
        "{json}x-amz-date: 20260101T000000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f\r\n"
    );
    assert_eq!(server.answer(&request_with("ListTables", &signed, "{}")).await.status, 200);
}

#[tokio::test]
async fn web_pages_are_let_in_on_demand() {
    let server = Running::start(Server::with_cors).await;
    let preflight = "OPTIONS / HTTP/1.1\r\nhost: x\r\norigin: http://page\r\n\
                     access-control-request-method: POST\r\naccess-control-request-headers: x-amz-target\r\n\r\n";
    let answer = server.answer(preflight.as_bytes()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-amz-target"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    let origin = "content-type: application/json\r\norigin: http://page\r\n";
    let answer = server.answer(&request_with("ListTables", origin, "{}")).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));

    let closed = Running::plain().await;
    assert_eq!(closed.answer(preflight.as_bytes()).await.status, 404);
    let answer = closed.answer(&request_with("ListTables", origin, "{}")).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn the_end_waits_for_requests_that_have_begun() {
    let server = Running::plain().await;
    let mut idle = server.connect().await;
    assert_eq!(idle.answer(&request("ListTables", "{}")).await.status, 200);
    let mut busy = server.connect().await;
    let request = request("ListTables", "{}");
    busy.stream.write_all(&request[..request.len() - 1]).await.unwrap();
    // The answer shows that the server has taken the connection up.
    let mut other = server.connect().await;
    assert_eq!(other.answer(&self::request("ListTables", "{}")).await.status, 200);
    server.stop.send(()).unwrap();
    assert!(idle.is_closed().await);
    assert_eq!(busy.answer(b"}").await.status, 200);
    tokio::time::timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn http_2_is_spoken_to_clients_that_begin_with_it() {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const EMPTY_SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let server = Running::plain().await;
    let mut connection = server.connect().await;
    connection.stream.write_all(&[PREFACE, &EMPTY_SETTINGS].concat()).await.unwrap();
    while connection.read.len() < 9 {
        assert!(tokio::time::timeout(PATIENCE, connection.more()).await.unwrap());
    }
    assert_eq!(connection.read[3], 4, "a frame of settings comes first");
}

#[test]
fn data_is_saved_whole_and_loaded_again() {
    let path = std::env::temp_dir().join(format!("dynorm-mem-test-{}.jsonl", std::process::id()));
    let backend = MemBackend::new();
    assert_eq!(server::load(&backend, &path).unwrap().n_tables, 0);
    assert!(server::seed(&backend, &path).is_err());
    let table = format!("{{\"Table\":{TABLE}}}\n{{\"Item\":{{\"id\":{{\"S\":\"ann\"}}}}}}\n");
    std::fs::write(&path, table).unwrap();
    assert_eq!(server::seed(&backend, &path).unwrap().n_items, 1);
    server::save(&backend, &path).unwrap();
    let again = MemBackend::new();
    assert_eq!(server::load(&again, &path).unwrap().n_items, 1);
    assert_eq!(again.items("users"), backend.items("users"));
    std::fs::write(&path, "garbage").unwrap();
    assert!(server::load(&MemBackend::new(), &path).is_err());
    std::fs::remove_file(&path).unwrap();
}
