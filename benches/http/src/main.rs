//! Servers that speak DynamoDB's protocol, side by side over loopback, and a bare server of the same HTTP library.
//!
//!     http-bench table NAME=COMMAND...    every operation on every server, all on one core
//!     http-bench cores COMMAND            one server on one core, and on two
//!
//! A COMMAND has `PORT` where the port goes. Every measurement is bounded in time and in requests. The servers are
//! measured in turn, in rounds, so that what else the machine does touches all alike; the best round counts.

mod load;
mod request;
mod server;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::load::{Connection, load};
use crate::request::Op;
use crate::server::{Kind, Server, contains};

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_millis(400);
const CONNECTIONS: [usize; 2] = [1, 16];

/// The best of the rounds.
#[derive(Clone, Copy, Default)]
struct Best {
    requests_a_second: f64,
    /// Processor time of the server for one request, without threads that have ended: moto has one for a connection.
    micros: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words = |text: &String| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
    match arguments.split_first() {
        Some((mode, servers)) if mode == "table" && !servers.is_empty() => {
            let kinds: Vec<Kind> = servers
                .iter()
                .map(|server| {
                    let (name, command) = server.split_once('=').expect("NAME=COMMAND");
                    Kind {
                        name: name.to_owned(),
                        command: words(&command.to_owned()),
                        is_bare: name == "bare",
                    }
                })
                .collect();
            pin("0");
            runtime(1).block_on(table(&kinds));
        }
        Some((mode, [command])) if mode == "cores" => cores(&words(command)),
        _ => panic!("see the first lines of src/main.rs"),
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

/// One server on one core and on two, in turn. The load is on the same cores, with as many threads as workers.
fn cores(command: &[String]) {
    let kind = Kind { name: "server".to_owned(), command: command.to_vec(), is_bare: false };
    let mut best: BTreeMap<(usize, usize), Best> = BTreeMap::new();
    let ops = [Op::Get, Op::Query];
    for _ in 0..ROUNDS {
        for (n_cores, cores) in [(1, "0"), (2, "0,1")] {
            pin(cores);
            let runtime = runtime(n_cores);
            let server = runtime.block_on(Server::start(&kind, cores, n_cores));
            for (at, op) in ops.into_iter().enumerate() {
                let requests = Arc::new(op.requests());
                let best = best.entry((at, n_cores)).or_default();
                runtime.block_on(measure(&server, &requests, CONNECTIONS[1], best));
            }
        }
    }
    println!("\nRequests a second, connections: {}\n", CONNECTIONS[1]);
    println!("| | one core | two cores | times |\n|---|---|---|---|");
    for (at, op) in ops.into_iter().enumerate() {
        let [one, two] = [1, 2].map(|n_cores| best[&(at, n_cores)].requests_a_second);
        println!("| {op:?} | {one:.0} | {two:.0} | {:.2} |", two / one);
    }
}
