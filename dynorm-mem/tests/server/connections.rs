//! The limit on connections.

use std::io::ErrorKind;
use std::num::NonZeroUsize;

use dynorm_mem::server::{IDLE_MAX, Server};
use tokio::io::AsyncWriteExt as _;

use crate::kit::{Connection, PATIENCE, Running, request};

async fn of_two() -> Running {
    Running::start(|server| server.with_connections_max(NonZeroUsize::new(2).unwrap())).await
}

/// Sends a request and does not wait for its answer.
async fn ask(connection: &mut Connection) {
    connection.stream.write_all(&request("ListTables", "{}")).await.unwrap();
}

async fn is_answered(connection: &mut Connection) -> bool {
    connection.answer(&request("ListTables", "{}")).await.status == 200
}

#[tokio::test]
async fn one_connection_too_many_waits_until_another_ends() {
    let server = of_two().await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    assert!(is_answered(&mut first).await && is_answered(&mut second).await);
    let mut third = server.connect().await;
    ask(&mut third).await;
    // The server has its turn at each of these, and would take the third up if it were to.
    for _ in 0..20 {
        assert!(is_answered(&mut first).await && is_answered(&mut second).await);
    }
    let waiting = third.stream.try_read(&mut [0]).unwrap_err();
    assert_eq!(waiting.kind(), ErrorKind::WouldBlock, "it is neither served nor refused");
    drop(second);
    let answer = tokio::time::timeout(PATIENCE, third.response()).await.expect("a place is free");
    assert_eq!(answer.text(), r#"{"TableNames":[]}"#);
    assert!(is_answered(&mut first).await, "the other one stays");
}

#[tokio::test]
async fn every_place_is_given_again() {
    let server = of_two().await;
    for _ in 0..10 {
        let mut connections = Vec::new();
        for _ in 0..5 {
            let mut connection = server.connect().await;
            ask(&mut connection).await;
            connections.push(connection);
        }
        for mut connection in connections {
            let answer = tokio::time::timeout(PATIENCE, connection.response()).await.expect("its turn comes");
            assert_eq!(answer.status, 200);
        }
    }
}

/// Time stands still until everything waits; then it goes on to the next timeout.
#[tokio::test(start_paused = true)]
async fn idle_connections_make_room() {
    let server = of_two().await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    assert!(is_answered(&mut first).await && is_answered(&mut second).await);
    let start = tokio::time::Instant::now();
    let mut third = server.connect().await;
    ask(&mut third).await;
    assert_eq!(third.response().await.status, 200);
    assert!(start.elapsed() <= IDLE_MAX + IDLE_MAX / 60, "{:?}", start.elapsed());
}

/// What could be the beginning of HTTP/2, and nothing will come behind it.
#[tokio::test(start_paused = true)]
async fn clients_that_leave_in_the_middle_of_their_beginning_make_room() {
    let server = of_two().await;
    let start = tokio::time::Instant::now();
    for _ in 0..2 {
        let mut leaving = server.connect().await;
        leaving.stream.write_all(b"PRI * HT").await.unwrap();
    }
    let mut third = server.connect().await;
    ask(&mut third).await;
    assert_eq!(third.response().await.status, 200);
    assert!(start.elapsed() < IDLE_MAX / 10, "{:?}", start.elapsed());
}

#[tokio::test]
async fn the_end_does_not_wait_for_connections_without_a_place() {
    let server = Running::start(|server: Server| server.with_connections_max(NonZeroUsize::MIN)).await;
    let mut first = server.connect().await;
    assert!(is_answered(&mut first).await);
    let mut second = server.connect().await;
    ask(&mut second).await;
    server.stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, server.ended).await.unwrap().unwrap();
    assert!(first.is_closed().await && second.is_closed().await);
}
