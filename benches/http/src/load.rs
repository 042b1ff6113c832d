//! The load: connections that each send a request as soon as the answer to the one before is there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The most requests of one measurement, however fast they are answered.
const REQUESTS_MAX: usize = 200_000;

/// How many requests were answered, and how long it took.
pub struct Done {
    pub n_requests: usize,
    pub time: Duration,
}

/// Sends requests over this many connections for this long.
pub async fn load(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    n_connections: usize,
    time: Duration,
) -> Done {
    let mut connections = Vec::new();
    for _ in 0..n_connections {
        connections.push(Connection::open(address).await);
    }
    let n_sent = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let end = start + time;
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (requests, n_sent) = (Arc::clone(requests), Arc::clone(&n_sent));
            tokio::spawn(async move {
                let mut n_answered = 0;
                while Instant::now() < end {
                    let n = n_sent.fetch_add(1, Ordering::Relaxed);
                    if n >= REQUESTS_MAX {
                        break;
                    }
                    connection.ask(&requests[n % requests.len()]).await;
                    n_answered += 1;
                }
                n_answered
            })
        })
        .collect();
    let mut n_requests = 0;
    for task in tasks {
        n_requests += task.await.expect("the connection did its work");
    }
    Done { n_requests, time: start.elapsed() }
}

/// A connection that stays open for as long as the server lets it.
pub struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { address, stream, read: Vec::with_capacity(64 * 1024) }
    }

    /// The body of the answer, which has to be 200.
    pub async fn ask(&mut self, request: &[u8]) -> &[u8] {
        let (is_ok, body) = self.answer(request).await;
        assert!(is_ok, "{}", String::from_utf8_lossy(body));
        body
    }

    /// Whether the answer is 200, and its body.
    pub async fn answer(&mut self, request: &[u8]) -> (bool, &[u8]) {
        self.read.clear();
        self.stream.write_all(request).await.expect("the server reads");
        let (body, n_bytes, closes) = loop {
            let n_read = self.stream.read_buf(&mut self.read).await.expect("the server answers");
            assert!(n_read > 0, "the server closed: {}", String::from_utf8_lossy(&self.read));
            if let Some(head) = head(&self.read) {
                break head;
            }
        };
        while self.read.len() < body + n_bytes {
            let n_read = self.stream.read_buf(&mut self.read).await.expect("the server answers");
            assert!(n_read > 0, "the server closed in its answer");
        }
        if closes {
            let read = std::mem::take(&mut self.read);
            *self = Self::open(self.address).await;
            self.read = read;
        }
        (self.read.starts_with(b"HTTP/1.1 200"), &self.read[body..body + n_bytes])
    }
}

/// Where the body begins, how long it is, and whether the server closes behind it; once the whole head is there.
fn head(read: &[u8]) -> Option<(usize, usize, bool)> {
    let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&read[..end]).expect("a head is text");
    let (mut n_bytes, mut closes) = (None, false);
    for line in head.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            n_bytes = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.trim().eq_ignore_ascii_case("close");
        }
    }
    Some((end + 4, n_bytes.expect("every server says how long its answer is"), closes))
}
