//! Servers that speak DynamoDB's protocol, side by side over loopback, and a bare server of the same HTTP library.
//!
//!     http-bench table NAME=COMMAND...    every operation on every server, all on one core
//!     http-bench cores NAME=COMMAND...    each server on one core, and on two
//!
//! A COMMAND has `PORT` where the port goes. Every measurement is bounded in time and in requests. The servers are
//! measured in turn, in rounds, so that what else the machine does touches all alike; the best round counts.

mod load;
mod request;
mod server;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::load::{Connection, load};
use crate::request::Op;
use crate::server::{Kind, Server, contains};

const USAGE: &str = "see the first lines of src/main.rs";
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_millis(400);
const CONNECTIONS: [usize; 2] = [1, 16];
/// Rounds that compare one core with two: short, so that some have both cores to themselves.
const SHORT_ROUNDS: usize = 40;
const SHORT_TIME: Duration = Duration::from_millis(100);

/// The best of the rounds.
#[derive(Clone, Copy, Default)]
struct Best {
    requests_a_second: f64,
    /// Processor time of the server for one request, without threads that have ended: moto has one for a connection.
    micros: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((mode, servers)) = arguments.split_first() else { panic!("{USAGE}") };
    let kinds: Vec<Kind> = servers
        .iter()
        .map(|server| {
            let (name, command) = server.split_once('=').expect("NAME=COMMAND");
            let command = command.split(' ').map(str::to_owned).collect();
            Kind { name: name.to_owned(), command, is_bare: name == "bare" }
        })
        .collect();
    match &**mode {
        "table" if !kinds.is_empty() => {
            pin("0");
            runtime(1).block_on(table(&kinds));
        }
        "cores" => cores(&kinds),
        _ => panic!("{USAGE}"),
    }
}

/// Keeps this process, and its threads to come, on these cores.
fn pin(cores: &str) {
    let pid = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-cp", cores, &pid]).output().expect("taskset is there");
    assert!(pinned.status.success(), "the load cannot be pinned to cores {cores}");
}

fn runtime(n_threads: usize) -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(n_threads)
        .enable_all()
        .build()
        .expect("a runtime")
}

async fn table(kinds: &[Kind]) {
    let mut servers = Vec::new();
    for kind in kinds {
        servers.push(Server::start(kind, "0", 1).await);
    }
    for n_connections in CONNECTIONS {
        let mut rows = Vec::new();
        for op in Op::ALL {
            let requests = Arc::new(op.requests());
            let mut best = Vec::new();
            for server in &servers {
                best.push(knows(server, op, &requests[0]).await.then(Best::default));
            }
            for _ in 0..ROUNDS {
                for (server, best) in servers.iter().zip(&mut best) {
                    let Some(best) = best else { continue };
                    measure(server, &requests, n_connections, best).await;
                }
            }
            rows.push((op, best));
        }
        print(n_connections, &servers, &rows);
    }
}

/// Whether the server has the operation: dynalite has no transactions. What it answers has to be what it should be.
async fn knows(server: &Server, op: Op, request: &[u8]) -> bool {
    let mut connection = Connection::open(server.address).await;
    let (is_ok, answer) = connection.answer(request).await;
    if !is_ok && contains(answer, b"UnknownOperationException") {
        return false;
    }
    let is_right = is_ok && (server.is_bare || contains(answer, op.proof()));
    assert!(is_right, "{} {op:?}: {}", server.name, String::from_utf8_lossy(answer));
    true
}

async fn measure(server: &Server, requests: &Arc<Vec<Vec<u8>>>, n_connections: usize, best: &mut Best) {
    let before = server.processor_time();
    let done = load(server.address, requests, n_connections, TIME).await;
    let used = server.processor_time().saturating_sub(before);
    let n_requests = done.n_requests as f64;
    let micros = used.as_secs_f64() * 1e6 / n_requests;
    best.requests_a_second = best.requests_a_second.max(n_requests / done.time.as_secs_f64());
    best.micros = if best.micros == 0.0 { micros } else { best.micros.min(micros) };
}

/// The tables; a server that does not have an operation has no figure there.
fn print(n_connections: usize, servers: &[Server], rows: &[(Op, Vec<Option<Best>>)]) {
    let table = |what: &str, figure: &dyn Fn(&[Option<Best>], Best) -> String| {
        println!("\n{what}, connections: {n_connections}\n");
        print!("| |");
        servers.iter().for_each(|server| print!(" {} |", server.name));
        println!("\n|---|{}", "---|".repeat(servers.len()));
        for (op, row) in rows {
            print!("| {op:?} |");
            row.iter()
                .for_each(|best| print!(" {} |", best.map_or("none".to_owned(), |best| figure(row, best))));
            println!();
        }
    };
    table("Requests a second", &|_, best| format!("{:.0}", best.requests_a_second));
    table("Times as many requests as the server of the column", &|row, best| {
        let first = row[0].expect("the first server has every operation");
        format!("{:.2}", first.requests_a_second / best.requests_a_second)
    });
    table("Processor time of the server for a request, in microseconds", &|_, best| {
        format!("{:.1}", best.micros)
    });
}

/// The same server on one core and on two. The load is on the same cores, with as many threads as workers.
struct Cores {
    runtime: tokio::runtime::Runtime,
    server: Server,
}

/// What short rounds have shown.
#[derive(Default)]
struct Shown {
    requests_a_second: Vec<f64>,
    /// Processor time of server and load for a request.
    micros: Vec<f64>,
    /// How many cores server and load had, on average.
    cores_had: Vec<f64>,
}

impl Cores {
    fn start(kind: &Kind, n_cores: usize, cores: &str) -> Self {
        // Threads stay where the thread was that started them.
        pin(cores);
        let runtime = runtime(n_cores);
        let server = runtime.block_on(Server::start(kind, cores, n_cores));
        Self { runtime, server }
    }

    fn processor_time(&self) -> Duration {
        self.server.processor_time() + server::processor_time(std::process::id())
    }

    fn measure(&self, requests: &Arc<Vec<Vec<u8>>>, shown: &mut Shown) {
        let before = self.processor_time();
        let done = self.runtime.block_on(load(self.server.address, requests, CONNECTIONS[1], SHORT_TIME));
        let used = self.processor_time().saturating_sub(before).as_secs_f64();
        let (n_requests, time) = (done.n_requests as f64, done.time.as_secs_f64());
        shown.requests_a_second.push(n_requests / time);
        shown.micros.push(used * 1e6 / n_requests);
        shown.cores_had.push(used / time);
    }
}

impl Shown {
    fn best(&self) -> f64 {
        self.requests_a_second.iter().copied().fold(0.0, f64::max)
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The servers on one core and on two, in turn, in many short rounds.
fn cores(kinds: &[Kind]) {
    let servers: Vec<[Cores; 2]> = kinds
        .iter()
        .map(|kind| [(1, "0"), (2, "0,1")].map(|(n, cores)| Cores::start(kind, n, cores)))
        .collect();
    println!(
        "\n| Connections: {} | one core | two cores | times | cores had | time on one | time on two | times |",
        CONNECTIONS[1]
    );
    println!("|---|---|---|---|---|---|---|---|");
    for op in [Op::Get, Op::Query] {
        let requests = Arc::new(op.requests());
        let mut shown: Vec<[Shown; 2]> = kinds.iter().map(|_| Default::default()).collect();
        for _ in 0..SHORT_ROUNDS {
            for (cores, shown) in servers.iter().flatten().zip(shown.iter_mut().flatten()) {
                cores.measure(&requests, shown);
            }
        }
        for (kind, [one, two]) in kinds.iter().zip(&shown) {
            print_cores(&format!("{op:?}, {}", kind.name), one, two);
        }
    }
}

fn print_cores(what: &str, one: &Shown, two: &Shown) {
    let [micros, micros_of_two] = [one, two].map(|shown| median(&shown.micros));
    println!(
        "| {what} | {:.0} | {:.0} | {:.2} | {:.2} and {:.2} | {micros:.1} us | {micros_of_two:.1} us | {:.2} |",
        one.best(),
        two.best(),
        two.best() / one.best(),
        median(&one.cores_had),
        median(&two.cores_had),
        2.0 * micros / micros_of_two,
    );
}
