//! The plain HTTP client, against sockets of this machine that are no DynamoDB.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use super::least;
use crate::aws::AwsBackend;
use crate::backend::{Backend, Failure, FailureKind};

async fn put(endpoint_url: &str) -> Failure {
    AwsBackend::local(endpoint_url).put(least::put()).await.unwrap_err()
}

/// A server that reads one request and answers with these bytes.
async fn put_answered_with(answer: &'static [u8]) -> Failure {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream.write_all(answer).unwrap();
    });
    let failure = put(&url).await;
    server.join().unwrap();
    failure
}

#[tokio::test]
async fn nobody_there_means_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = put(&url).await;
    assert_eq!(failure.kind, FailureKind::Dispatch, "{failure:?}");
    assert!(failure.message.contains("client error (Connect)"), "{}", failure.message);
}

#[tokio::test]
async fn https_means_unsent() {
    let failure = put("https://127.0.0.1:1").await;
    assert_eq!(failure.kind, FailureKind::Dispatch, "{failure:?}");
}

#[tokio::test]
async fn no_answer_or_half_an_answer_means_that_it_may_have_happened() {
    let closed = put_answered_with(b"").await;
    assert_eq!(closed.kind, FailureKind::Timeout, "{closed:?}");
    let garbage = put_answered_with(b"who is there?\r\n\r\n").await;
    assert_eq!(garbage.kind, FailureKind::Timeout, "{garbage:?}");
    let half = put_answered_with(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").await;
    assert_eq!(half.kind, FailureKind::Timeout, "{half:?}");
}
