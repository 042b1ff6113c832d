//! The program: what its command line does.

use std::io::{BufRead as _, BufReader, ErrorKind};
use std::process::{Child, Command, Output, Stdio};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::files::Export;
use crate::kit::{Connection, PATIENCE, request};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_dynorm-mem"))
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// A program that serves, until it is dropped.
struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut process =
            program().args(["--port", "0"]).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("dynorm-mem listens at http://").unwrap().to_owned();
        Self { process, address }
    }

    async fn connect(&self) -> Connection {
        Connection { stream: TcpStream::connect(&self.address).await.unwrap(), read: Vec::new() }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn exports_are_imported_at_the_start() {
    let export = Export::written("program");
    let import = format!("users={}", export.folder.display());
    let server = Serving::start(&["--seed", &export.seed.to_string_lossy(), "--import", &import]);
    let count = request("Scan", r#"{"TableName":"users","Select":"COUNT"}"#);
    let answer = server.connect().await.answer(&count).await;
    assert_eq!(answer.text(), r#"{"Count":3,"ScannedCount":3}"#);
}

#[tokio::test]
async fn connections_are_limited() {
    let server = Serving::start(&["--connections=1"]);
    let request = request("ListTables", "{}");
    let mut first = server.connect().await;
    assert_eq!(first.answer(&request).await.status, 200);
    let mut second = server.connect().await;
    second.stream.write_all(&request).await.unwrap();
    // The server has its turn at each of these, and would take the second up if it were to.
    for _ in 0..100 {
        assert_eq!(first.answer(&request).await.status, 200);
    }
    let waiting = second.stream.try_read(&mut [0]).unwrap_err();
    assert_eq!(waiting.kind(), ErrorKind::WouldBlock, "it is neither served nor refused");
    drop(first);
    let answer = tokio::time::timeout(PATIENCE, second.response()).await.expect("a place is free");
    assert_eq!(answer.status, 200);
}

#[test]
fn mistakes_of_the_command_line_are_told() {
    for (arguments, words) in [
        (&["--fly"][..], "unknown argument `--fly`"),
        (&["--port"], "--port needs a value"),
        (&["--connections", "0"], "--connections cannot be `0`"),
        (&["--import", "users"], "--import is TABLE=PATH, not `users`"),
    ] {
        let output = run(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), told.lines().next()),
            (Some(2), Some(&*format!("dynorm-mem: {words}")))
        );
    }
}

#[test]
fn a_file_that_cannot_be_imported_is_named_with_the_reason() {
    let export = Export::written("program-error");
    let output = run(&["--import", &format!("users={}", export.folder.display())]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for words in ["a2ydmidl.json.gz", "line 1", "Requested resource not found"] {
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn help_and_version_are_printed() {
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    for flag in ["--port", "--connections", "--import", "--seed", "--data", "--credentials"] {
        assert!(help.contains(flag), "{flag}");
    }
    assert!(run(&["--version"]).stdout.starts_with(b"dynorm-mem "));
}
