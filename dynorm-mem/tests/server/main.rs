//! The HTTP server over sockets of this machine: what HTTP adds to the protocol, and malformed requests.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod compression;
mod connections;
mod files;
mod kit;
mod program;
#[cfg(feature = "sdk")]
mod sdk;
mod signature;

use dynorm_mem::server::{BODY_BYTES_MAX, BODY_TIME_MAX, HEAD_BYTES_MAX, IDLE_MAX, SHUTDOWN_MAX, Server};
use dynorm_mem::{Fault, Faults};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::kit::{PATIENCE, Running, TABLE, UNKNOWN_OPERATION, request, request_with};

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = Running::plain().await;
    let mut connection = server.connect().await;
    assert_eq!(connection.answer(&request("CreateTable", TABLE)).await.status, 200);
    for id in ["a", "b", "c"] {
        let put = format!(r#"{{"TableName":"users","Item":{{"id":{{"S":"{id}"}}}}}}"#);
        assert_eq!(connection.answer(&request("PutItem", &put)).await.text(), "{}");
    }
    let scan = connection.answer(&request("Scan", r#"{"TableName":"users","Select":"COUNT"}"#)).await;
    assert_eq!(scan.text(), r#"{"Count":3,"ScannedCount":3}"#);
    let both = [request("ListTables", "{}"), request("DescribeLimits", "{}")].concat();
    assert_eq!(connection.answer(&both).await.text(), r#"{"TableNames":["users"]}"#);
    assert!(connection.response().await.text().contains("AccountMaxReadCapacityUnits"));
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
async fn calls_over_http_have_faults() {
    let faults = Faults::new();
    let server = Running::start(|server| server.with_faults(faults.clone())).await;
    server.answer(&request("CreateTable", TABLE)).await;
    faults.inject(Fault::throttled().on_writes().times(1));
    let put = request("PutItem", r#"{"TableName":"users","Item":{"id":{"S":"a"}}}"#);
    let refused = server.answer(&put).await;
    assert!(refused.status == 400 && refused.text().contains("ThrottlingException"), "{refused:?}");
    assert_eq!(server.answer(&put).await.text(), "{}");
    faults.inject(Fault::lost().times(1));
    let delete = request("ExecuteStatement", r#"{"Statement":"DELETE FROM users WHERE id = 'a'"}"#);
    assert_eq!(server.answer(&delete).await.status, 500);
    let scan = server.answer(&request("Scan", r#"{"TableName":"users","Select":"COUNT"}"#)).await;
    assert_eq!(scan.text(), r#"{"Count":0,"ScannedCount":0}"#);
    assert_eq!(faults.injected().len(), 2);
}

#[tokio::test]
async fn what_is_not_the_protocols_is_answered_as_the_service_does() {
    let server = Running::plain().await;
    let health = server.answer(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!((health.status, health.text()), (200, "healthy: dynamodb.us-east-1.amazonaws.com "));
    for head in ["GET /shell", "PUT /", "DELETE /", "OPTIONS /", "POST /x"] {
        let answer = server.answer(format!("{head} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
        assert_eq!((answer.status, answer.text()), (404, UNKNOWN_OPERATION), "{head}");
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
    assert_eq!((fly.status, fly.text()), (400, unknown));
    let no_target =
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(server.answer(no_target.as_bytes()).await.text(), unknown);
    let serialization = r#"{"__type":"com.amazon.coral.service#SerializationException"}"#;
    // Whatever is not an object is no request: source, ScyllaDB's `test_manual_requests.py`.
    for body in ["", "{", "\u{0}", "{}}", "{7}"] {
        let answer = server.answer(&request("ListTables", body)).await;
        assert_eq!((answer.status, answer.text()), (400, serialization), "{body:?}");
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
    let refused = connection.answer(&request("ListTables", format!("{fits} "))).await;
    assert_eq!((refused.status, refused.text()), (413, ""));
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
    assert_eq!(server.answer(chunked.as_bytes()).await.text(), r#"{"TableNames":[]}"#);
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

/// Time stands still in these tests until everything waits; then it goes on to the next timeout.
#[tokio::test(start_paused = true)]
async fn heads_that_do_not_come_end_the_connection() {
    let server = Running::plain().await;
    let start = tokio::time::Instant::now();
    let mut connection = server.connect().await;
    connection.stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    while connection.more().await {}
    assert!(start.elapsed() >= IDLE_MAX, "{:?}", start.elapsed());
    assert!(start.elapsed() < 2 * IDLE_MAX, "{:?}", start.elapsed());
}

/// Nothing, and what could be the beginning of HTTP/2.
#[tokio::test(start_paused = true)]
async fn connections_that_say_nothing_are_closed() {
    let server = Running::plain().await;
    for said in [&b""[..], b"PRI * HT"] {
        let start = tokio::time::Instant::now();
        let mut connection = server.connect().await;
        connection.stream.write_all(said).await.unwrap();
        while connection.more().await {}
        assert!(start.elapsed() >= IDLE_MAX, "{:?}", start.elapsed());
        assert!(start.elapsed() < 2 * IDLE_MAX, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_that_do_not_come_are_not_waited_for() {
    let server = Running::plain().await;
    let start = tokio::time::Instant::now();
    let mut connection = server.connect().await;
    let request = request("ListTables", "{}");
    connection.stream.write_all(&request[..request.len() - 1]).await.unwrap();
    let late = connection.response().await;
    assert_eq!((late.status, late.header("connection")), (408, Some("close")));
    assert!(start.elapsed() >= BODY_TIME_MAX, "{:?}", start.elapsed());
    assert!(!connection.more().await);
}

#[tokio::test(start_paused = true)]
async fn the_end_does_not_wait_for_ever() {
    let server = Running::plain().await;
    let mut connection = server.connect().await;
    let unfinished = request("ListTables", "{}");
    connection.stream.write_all(&unfinished[..unfinished.len() - 1]).await.unwrap();
    assert_eq!(server.answer(&request("ListTables", "{}")).await.status, 200);
    let start = tokio::time::Instant::now();
    server.stop.send(()).unwrap();
    server.ended.await.unwrap();
    assert!(start.elapsed() >= SHUTDOWN_MAX, "{:?}", start.elapsed());
    assert!(start.elapsed() <= SHUTDOWN_MAX + std::time::Duration::from_secs(1), "{:?}", start.elapsed());
}

/// Nothing of a request has come, so there is nothing to wait for.
#[tokio::test(start_paused = true)]
async fn the_end_does_not_wait_for_who_says_nothing() {
    for said in [&b""[..], b"PRI * HT"] {
        let server = Running::plain().await;
        let mut silent = server.connect().await;
        silent.stream.write_all(said).await.unwrap();
        // The answer shows that the server has taken the connection up.
        assert_eq!(server.answer(&request("ListTables", "{}")).await.status, 200);
        let start = tokio::time::Instant::now();
        server.stop.send(()).unwrap();
        server.ended.await.unwrap();
        assert!(start.elapsed() < SHUTDOWN_MAX / 10, "{:?}", start.elapsed());
        assert!(!silent.more().await);
    }
}

#[tokio::test]
async fn http_1_0_and_closing_clients_are_answered() {
    let server = Running::plain().await;
    let mut old = server.connect().await;
    let health = old.answer(b"GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(health.status, 200);
    assert!(old.is_closed().await);
    let mut closing = server.connect().await;
    let json = "content-type: application/x-amz-json-1.0\r\nconnection: close\r\n";
    assert_eq!(closing.answer(&request_with("ListTables", json, "{}")).await.status, 200);
    assert!(closing.is_closed().await);
}

#[tokio::test]
async fn requests_without_a_body_need_no_content_type() {
    let server = Running::plain().await;
    let answer = server.answer(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/json")));
    assert!(answer.text().contains("UnknownOperationException"));
    let with_body = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(server.answer(with_body).await.status, 404);
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
