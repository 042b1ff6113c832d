//! A server that runs, and a client that sees every byte.

use std::net::SocketAddr;
use std::time::Duration;

use dynorm_mem::MemBackend;
use dynorm_mem::server::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long any answer may take; reached only if a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const TABLE: &str = r#"{"TableName":"users","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#;
pub(crate) const UNKNOWN_OPERATION: &str = "<UnknownOperationException/>\n";

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(configured: impl FnOnce(Server) -> Server) -> Self {
        Self::start_with(MemBackend::new(), configured).await
    }

    pub(crate) async fn start_with(backend: MemBackend, configured: impl FnOnce(Server) -> Server) -> Self {
        let server = Server::bind(([127, 0, 0, 1], 0).into(), backend).await.unwrap();
        let server = configured(server);
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.serve(async { stopped.await.unwrap_or_default() }));
        Self { address, stop, ended }
    }

    pub(crate) async fn plain() -> Self {
        Self::start(|server| server).await
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection { stream: TcpStream::connect(self.address).await.unwrap(), read: Vec::new() }
    }

    /// The answer to one request on a connection of its own.
    pub(crate) async fn answer(&self, request: &[u8]) -> Response {
        self.connect().await.answer(request).await
    }
}

pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) read: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Connection {
    pub(crate) async fn answer(&mut self, request: &[u8]) -> Response {
        // The server may answer and close before it has taken in everything.
        let _ = self.stream.write_all(request).await;
        tokio::time::timeout(PATIENCE, self.response()).await.expect("an answer in time")
    }

    pub(crate) async fn response(&mut self) -> Response {
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
        let mut response = Response { status, head, body: Vec::new() };
        let n_bytes = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.read.len() < n_bytes {
            assert!(self.more().await, "closed before the end of a body");
        }
        response.body = self.read.drain(..n_bytes).collect();
        response
    }

    pub(crate) async fn more(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let n_bytes = self.stream.read(&mut bytes).await.unwrap_or(0);
        self.read.extend_from_slice(&bytes[..n_bytes]);
        n_bytes > 0
    }

    pub(crate) async fn is_closed(&mut self) -> bool {
        tokio::time::timeout(PATIENCE, self.more()).await.is_ok_and(|more| !more)
    }
}

pub(crate) fn request(operation: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    request_with(operation, "content-type: application/x-amz-json-1.0\r\n", body)
}

pub(crate) fn request_with(operation: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let n_bytes = body.len();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: DynamoDB_20120810.{operation}\r\n\
         content-length: {n_bytes}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}
