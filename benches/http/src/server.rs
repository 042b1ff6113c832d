//! The servers, each a process of its own that ends with the bench.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpStream;

use crate::load::Connection;
use crate::request::{fixture, request};

const START_MAX: Duration = Duration::from_secs(60);

/// How a server is started: its name, and the command with `PORT` for the port.
#[derive(Clone, Debug)]
pub struct Kind {
    pub name: String,
    pub command: Vec<String>,
    /// Whether it keeps items, or answers with the same bytes to everything.
    pub is_bare: bool,
}

/// A server that answers.
pub struct Server {
    pub name: String,
    pub address: SocketAddr,
    pub is_bare: bool,
    process: Child,
}

impl Server {
    /// Starts a server on these cores with this many workers, and fills it.
    pub async fn start(kind: &Kind, cores: &str, n_workers: usize) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let command = kind.command.iter().map(|word| word.replace("PORT", &port.to_string()));
        let process = Command::new("taskset")
            .args(["-c", cores])
            .args(command)
            .env("TOKIO_WORKER_THREADS", n_workers.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("taskset is there");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let server = Self { name: kind.name.clone(), address, is_bare: kind.is_bare, process };
        let start = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            assert!(start.elapsed() < START_MAX, "{} does not start", kind.name);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if !kind.is_bare {
            server.fill().await;
        }
        server
    }

    async fn fill(&self) {
        let mut connection = Connection::open(self.address).await;
        let fixture = fixture();
        connection.ask(&fixture[0]).await;
        let describe = request("DescribeTable", &json!({ "TableName": "Bench" }));
        while !contains(connection.ask(&describe).await, b"ACTIVE") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for batch in &fixture[1..] {
            connection.ask(batch).await;
        }
    }

    /// The processor time that the server has used so far, by all of its threads.
    pub fn processor_time(&self) -> Duration {
        processor_time(self.process.id())
    }
}

/// The processor time that the threads of a process have used so far, without those that have ended.
pub fn processor_time(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    let times = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(times.sum())
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
